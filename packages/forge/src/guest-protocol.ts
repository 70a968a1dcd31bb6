/** What the host and our code in a guest worker say to each other. The guest's program can send none of it. */
import type { MessagePort } from "node:worker_threads";
import type { Status } from "lop";
import type { Limits } from "./chamber.ts";

/** What every interpreter runs before it counts as booted, and what that prints. Both languages read it. */
export const SELF_TEST = "print(6 * 7)";
export const SELF_TEST_SAYS = "42\n";

/** Handed to a worker when it starts, before it is known what it will run. */
export interface GuestSetup {
  channel: SharedArrayBuffer;
  module: WebAssembly.Module;
  /** Hard maximum of the linear memory, in pages of 64 KiB. */
  memory_pages: number;
  /** To the host: `GuestWord`s out, one `GuestOrder` in. */
  port: MessagePort;
}

/** The one program that a worker runs. */
export interface GuestOrder {
  code: string;
  stdin: Uint8Array;
  files: readonly (readonly [string, Uint8Array])[];
  seed: Uint8Array | null;
  time_ms: number | null;
  limits: Limits;
}

export interface GuestEnd {
  kind: "end";
  status: Status;
  why: string | null;
  exit_code: number | null;
  /** Since the claim, by the clock of the thread that ended the run. */
  took_ms: number;
  /** Null when the run was stopped before it could be collected. */
  files: ReadonlyMap<string, Uint8Array> | null;
}

export type GuestWord =
  /** Booted, and this is what its self-test printed. */
  | { kind: "ready"; says: string }
  | { kind: "wake" }
  | { kind: "limit"; which: string }
  | { kind: "violation"; what: string }
  | GuestEnd;
