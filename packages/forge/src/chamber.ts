/**
 * A chamber is a place where untrusted work runs. All rungs are one interface: `open` gives a session, `exec` runs one
 * program in it and streams what happens, and the last event of every run is exactly one `exit`.
 */
import { type Refusal, type Rung, refuse, type Status } from "lop";

export const LANGUAGES = ["javascript", "python", "shell"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What one run may use. Every field is enforced by the host, never by the guest's good will. */
export interface Limits {
  /** From `started` to the end, waiting for a slow reader included. */
  wall_ms: number;
  /** Linear memory of the guest; rounded down to 64 KiB. */
  memory_bytes: number;
  /** stdout and stderr together, exact to the byte. */
  output_bytes: number;
  /** Bytes in all files that the guest holds, given ones included. */
  disk_bytes: number;
  /** Files and folders, given ones included. */
  files: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: Limits = Object.freeze({
  wall_ms: 10_000,
  memory_bytes: 256 * MIB,
  output_bytes: MIB,
  disk_bytes: 64 * MIB,
  files: 4096,
});

/** The most that a request may ask for. */
export const MAX_LIMITS: Limits = Object.freeze({
  wall_ms: 24 * 3600 * 1000,
  memory_bytes: 2048 * MIB,
  output_bytes: 256 * MIB,
  disk_bytes: 1024 * MIB,
  files: 100_000,
});

/** Source text of one program, in UTF-8 bytes. */
export const MAX_CODE_BYTES = 4 * MIB;
/** Entropy that a run is seeded with. */
export const MAX_SEED_BYTES = 1024;

/** What a session is opened for. */
export interface ChamberSpec {
  language: Language;
  limits: Limits;
  /** Whom the record of network use names, a directive's id, when permits stand that the run may use. Rungs without egress pass it over. */
  egress?: string;
}

/** One program to run. */
export interface ChamberRun {
  code: string;
  /** What the program reads on standard input; empty when absent. */
  stdin?: Uint8Array;
  /** Put into the session before the run, by path. */
  files?: ReadonlyMap<string, Uint8Array>;
  /** All chance of the run is derived from it; real entropy when absent. */
  seed?: Uint8Array;
  /** The clock stands at this Unix time (only sleeping moves it); the real clock when absent. */
  time_ms?: number;
}

export interface ChamberRequest extends ChamberSpec, ChamberRun {
  files: ReadonlyMap<string, Uint8Array>;
}

export interface ExitEvent {
  type: "exit";
  status: Status;
  /** A sentence when status is not `ok`. */
  why: string | null;
  /** What the program itself returned; null when it did not get to return. */
  exit_code: number | null;
  took_ms: number;
  /** The largest linear memory that the host saw. */
  peak_bytes: number;
}

export type ChamberEvent =
  | { type: "started"; rung: Rung }
  | { type: "stdout" | "stderr"; bytes: Uint8Array }
  /** A cap that the guest ran into and was told of, by name; the run goes on. */
  | { type: "limit"; which: string }
  /** Something that no honest program does; the run goes on. */
  | { type: "violation"; what: string }
  | ExitEvent;

export interface SessionStats {
  runs: number;
  /** Of the last run. */
  peak_bytes: number;
  files: number;
  disk_bytes: number;
  /** What its processes or its machine hold in the host's memory now; absent where that cannot be told. */
  ram_bytes?: number;
}

/** What a machine was made from and what it may use, by SHA-256 (hex): the same three bring the same machine again. */
export interface ChamberOrigin {
  readonly image: string;
  readonly template: string;
  readonly limits: string;
}

/** Files live as long as the session; each `exec` begins with a fresh interpreter. One run at a time. */
export interface Session {
  /** Only on rungs that start from an image; null before the first run. */
  readonly origin?: ChamberOrigin | null;
  /** Whether `freeze` only stops a run, so that `resume` can let it go on; absent where it ends it. */
  readonly holds?: true;
  /** Only where the guest has keys: names those in use, and changes with each resume. Null while there is no machine. */
  readonly keySession?: string | null;
  /** Adds or replaces a file before the next run. */
  put(path: string, bytes: Uint8Array): Promise<Refusal | null>;
  /**
   * Runs one program. The stream is pulled: a reader that pauses pauses the guest (its wall time goes on). Leaving the
   * loop early kills the run.
   */
  exec(run: ChamberRun): AsyncIterable<ChamberEvent>;
  /** The files after the last run that ended by itself; a run that was stopped leaves them as they were before it. */
  get(): Promise<ReadonlyMap<string, Uint8Array>>;
  stats(): SessionStats;
  /**
   * Stops the guest at once; nothing of it is given out afterwards. Where it can go on, the stream stands still until `resume`;
   * wasm rungs cannot, and their run ends with status `frozen`. Refused when there is nothing that could go on any more.
   */
  freeze(): Promise<Refusal | null>;
  snapshot(): Promise<Uint8Array | Refusal>;
  resume(o: { wipe: boolean }): Promise<Refusal | null>;
  /** Ends the run, if any, with status `killed`, and the session. */
  kill(why: string): Promise<void>;
}

export type ProbeDepth = "boot" | "run";
export type Probe = { ready: true } | { ready: false; why: string; fix: string };

export interface Chamber {
  readonly rung: Rung;
  readonly languages: readonly Language[];
  /** `run` takes a tiny program to its end; `boot` leaves a booted interpreter, whose self-test passed, for the next run. */
  probe(depth?: ProbeDepth): Promise<Probe>;
  open(spec: ChamberSpec): Promise<Session | Refusal>;
  /** Ends every run and every waiting worker; nothing keeps the process alive afterwards. */
  close(): Promise<void>;
}

export function checkLimits(limits: Limits, memory_min_bytes: number): Refusal | null {
  for (const name of Object.keys(MAX_LIMITS) as (keyof Limits)[]) {
    const value = limits[name];
    const least = name === "memory_bytes" ? memory_min_bytes : name === "wall_ms" ? 1 : 0;
    if (!Number.isSafeInteger(value) || value < least || value > MAX_LIMITS[name])
      return refuse("parameters-invalid", `limit ${name} is ${value}; it must be ${least} to ${MAX_LIMITS[name]}`);
  }
  return null;
}

export interface ChamberResult extends Omit<ExitEvent, "type"> {
  stdout: Uint8Array;
  stderr: Uint8Array;
  files: ReadonlyMap<string, Uint8Array>;
  /** Names of the caps that the guest was told of. */
  limits: readonly string[];
}

/** Opens, runs, collects: one request, one result. `stop` kills the run. */
export async function runInChamber(
  chamber: Chamber,
  request: ChamberRequest,
  stop?: AbortSignal,
): Promise<ChamberResult | Refusal> {
  const session = await chamber.open(request);
  if ("refused" in session) return session;
  for (const [path, bytes] of request.files) {
    const refusal = await session.put(path, bytes);
    if (refusal) return refusal;
  }
  const { files: _, ...run } = request;
  const onStop = () => void session.kill("stopped by the caller");
  if (stop?.aborted) onStop();
  stop?.addEventListener("abort", onStop, { once: true });
  try {
    return await collect(session, run);
  } finally {
    stop?.removeEventListener("abort", onStop);
    await session.kill("the result was collected");
  }
}

async function collect(session: Session, run: ChamberRun): Promise<ChamberResult> {
  const parts = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const limits: string[] = [];
  for await (const event of session.exec(run)) {
    if (event.type === "stdout" || event.type === "stderr") parts[event.type].push(event.bytes);
    else if (event.type === "limit") limits.push(event.which);
    else if (event.type === "exit") {
      const { type: _, ...exit } = event;
      const files = await session.get();
      return { ...exit, stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr), files, limits };
    }
  }
  throw new Error("the chamber ended its stream without an exit event");
}
