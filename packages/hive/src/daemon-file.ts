/** Where the home is and how its daemon is reached. Loads nothing else: every command begins here. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Environment } from "./config.ts";

export const DAEMON_FILE = "daemon.json";

export const homeOf = (environment: Environment): string =>
  resolve(environment.AXIOM_HOME ?? join(homedir(), ".axiom"));

export interface DaemonFacts {
  pid: number;
  url: string;
  started_at: string;
  /** The machine's start that the process belongs to: after another one its number may be somebody else's. */
  boot: string | null;
}

/** Linux gives each start of the machine an id; null elsewhere. */
export function bootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}

/** The daemon that runs on this home; null when none does (a file left behind by a killed one counts as none). */
export function readDaemon(home: string): DaemonFacts | null {
  try {
    const facts = JSON.parse(readFileSync(join(home, DAEMON_FILE), "utf8")) as DaemonFacts;
    return facts.boot === bootId() && isAlive(facts.pid) ? facts : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
