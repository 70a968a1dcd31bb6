/** A session of the os rung: files between runs, and one fresh box for each run. */
import { type Refusal, refuse } from "lop";
import type { ChamberEvent, ChamberRun, ChamberSpec, ExitEvent, Session, SessionStats } from "./chamber.ts";
import { endOf, OsRunStream, type RunEnd, type RunHost } from "./chamber-os-run.ts";
import { SessionFiles } from "./session-files.ts";

export class OsSession implements Session {
  readonly holds = true;
  readonly #host: RunHost;
  readonly #spec: ChamberSpec;
  readonly #onClosed: () => void;
  readonly #files: SessionFiles;
  #current: OsRunStream | null = null;
  #closed: RunEnd | null = null;
  #frozen = false;
  #runs = 0;
  #peak_bytes = 0;

  /** `onClosed` is called once, when the session can run nothing any more. */
  constructor(host: RunHost, spec: ChamberSpec, onClosed: () => void) {
    this.#host = host;
    this.#spec = spec;
    this.#files = new SessionFiles(spec.limits);
    this.#onClosed = onClosed;
  }

  async put(path: string, bytes: Uint8Array): Promise<Refusal | null> {
    return this.#files.put(path, bytes);
  }

  async get(): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#files.all();
  }

  stats(): SessionStats {
    const { count, size_bytes } = this.#files;
    const ram_bytes = this.#current?.ram_bytes ?? 0;
    return { runs: this.#runs, peak_bytes: this.#peak_bytes, files: count, disk_bytes: size_bytes, ram_bytes };
  }

  async *exec(run: ChamberRun): AsyncGenerator<ChamberEvent, void, void> {
    const fault = this.#closed ?? this.#prepare(run);
    if (fault) return yield exitOf(fault);
    const stream = new OsRunStream(this.#host, this.#spec, run, this.#files.all());
    this.#current = stream;
    this.#runs++;
    try {
      for await (const event of stream.events()) {
        // Before the reader hears of the end: then it may already ask for the files, or run the next program.
        if (event.type === "exit") this.#settle(stream);
        yield event;
      }
    } finally {
      this.#settle(stream);
    }
  }

  async freeze(): Promise<Refusal | null> {
    this.#frozen = true;
    const held = (await this.#current?.freeze()) ?? true;
    return held ? null : refuse("chamber-ended", "Its processes could not be held, and were ended.");
  }

  async snapshot(): Promise<Refusal> {
    return refuse("rung-unavailable", "A run on os cannot be put to a snapshot.", "Ask for the rung vm.");
  }

  async resume({ wipe }: { wipe: boolean }): Promise<Refusal | null> {
    if (!this.#frozen) return null;
    this.#frozen = false;
    if (!wipe) this.#current?.resume();
    else {
      this.#closed ??= endOf("frozen", "the chamber was frozen and is not to go on");
      this.#current?.stop("frozen", "the chamber was frozen and is not to go on");
      this.#onClosed();
    }
    return null;
  }

  async kill(why: string): Promise<void> {
    this.#closed ??= endOf("killed", why);
    this.#current?.stop("killed", why);
    this.#onClosed();
  }

  #prepare(run: ChamberRun): RunEnd | null {
    if (this.#current) return endOf("denied", "another run of this session has not ended");
    if (this.#frozen) return endOf("frozen", "the chamber is frozen");
    if (run.seed !== undefined || run.time_ms !== undefined)
      return endOf(
        "denied",
        "the os rung has real chance and a real clock; a run with a seed or a fixed time belongs on a wasm rung",
      );
    const fault = this.#files.prepare(run);
    return fault === null ? null : endOf("denied", fault);
  }

  #settle(stream: OsRunStream): void {
    if (this.#current !== stream) return;
    this.#current = null;
    this.#peak_bytes = stream.peak_bytes;
    if (stream.files) this.#files.replace(stream.files);
  }
}

const exitOf = (end: RunEnd): ExitEvent => ({ type: "exit", ...end, peak_bytes: 0 });
