/** What the files of commands (`commands-*.ts`) are given, and share. */
import type { Command } from "commander";
import { type Terminal, UsageError } from "./terminal.ts";

/** What a command does; gives the exit code. */
export type Action = (...given: never[]) => Promise<number> | number;

export interface Tree {
  program: Command;
  terminal: Terminal;
  /** Wraps what a command does: takes the flags that all have, and reports the exit code. */
  action: (run: Action) => (...given: unknown[]) => Promise<void>;
}

export function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${JSON.stringify(text)} is no count`);
  return Number(text);
}
