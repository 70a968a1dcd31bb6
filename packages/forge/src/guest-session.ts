/** A session of a wasm rung: files between runs, and one fresh interpreter for each run. */
import { type Refusal, type Rung, refuse, type Status } from "lop";
import type { ChamberEvent, ChamberRun, ChamberSpec, ExitEvent, Session, SessionStats } from "./chamber.ts";
import type { GuestPool } from "./guest-pool.ts";
import type { GuestProcess } from "./guest-process.ts";
import type { GuestEnd, GuestOrder } from "./guest-protocol.ts";
import { SessionFiles } from "./session-files.ts";

const ended = (status: Status, why: string, took_ms = 0): GuestEnd => ({
  kind: "end",
  status,
  why,
  exit_code: null,
  took_ms,
  files: null,
});

export class GuestSession implements Session {
  readonly #rung: Rung;
  readonly #pool: GuestPool;
  readonly #spec: ChamberSpec;
  readonly #onClosed: () => void;
  readonly #files: SessionFiles;
  #current: GuestRunStream | null = null;
  #closed: GuestEnd | null = null;
  #runs = 0;
  #peak_bytes = 0;

  /** `onClosed` is called once, when the session can run nothing any more. */
  constructor(rung: Rung, pool: GuestPool, spec: ChamberSpec, onClosed: () => void) {
    this.#rung = rung;
    this.#pool = pool;
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
    return { runs: this.#runs, peak_bytes: this.#peak_bytes, files: count, disk_bytes: size_bytes };
  }

  async freeze(): Promise<Refusal | null> {
    await this.#close(ended("frozen", "the chamber was frozen"));
    return null;
  }

  async snapshot(): Promise<Refusal> {
    return refuse("rung-unavailable", `a run on ${this.#rung} cannot be put to a snapshot`, "Ask for the rung vm.");
  }

  async resume(): Promise<Refusal> {
    return refuse("rung-unavailable", `freezing ends a run on ${this.#rung}; it cannot go on`, "Ask for the rung vm.");
  }

  async kill(why: string): Promise<void> {
    await this.#close(ended("killed", why));
  }

  async #close(end: GuestEnd): Promise<void> {
    this.#closed ??= end;
    await this.#current?.stop(this.#closed);
    this.#onClosed();
  }

  async *exec(run: ChamberRun): AsyncGenerator<ChamberEvent, void, void> {
    const fault = this.#closed ?? this.#prepare(run);
    if (fault) return yield exitOf(fault, 0);
    const stream = new GuestRunStream(this.#rung, this.#pool, this.#spec, this.#order(run));
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

  #settle(stream: GuestRunStream): void {
    if (this.#current !== stream) return;
    this.#current = null;
    this.#peak_bytes = stream.peak_bytes;
    if (stream.files) this.#files.replace(stream.files);
  }

  #prepare(run: ChamberRun): GuestEnd | null {
    if (this.#current) return ended("denied", "another run of this session has not ended");
    const fault = this.#files.prepare(run);
    return fault === null ? null : ended("denied", fault);
  }

  #order(run: ChamberRun): GuestOrder {
    return {
      code: run.code,
      stdin: run.stdin ?? new Uint8Array(0),
      files: [...this.#files.all()],
      seed: run.seed ?? null,
      time_ms: run.time_ms ?? null,
      limits: this.#spec.limits,
    };
  }
}

const exitOf = (end: GuestEnd, peak_bytes: number): ExitEvent => ({
  type: "exit",
  status: end.status,
  why: end.why,
  exit_code: end.exit_code,
  took_ms: end.took_ms,
  peak_bytes,
});

/** One run: everything between the claim and the one `exit`. */
class GuestRunStream {
  readonly #rung: Rung;
  readonly #pool: GuestPool;
  readonly #limits: ChamberSpec["limits"];
  readonly #order: GuestOrder;
  #guest: GuestProcess | null = null;
  #words: ChamberEvent[] = [];
  #end: GuestEnd | null = null;
  #stopped: GuestEnd | null = null;
  #shut = false;
  #started_ms = 0;
  #wake = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  files: ReadonlyMap<string, Uint8Array> | null = null;
  peak_bytes = 0;

  constructor(rung: Rung, pool: GuestPool, spec: ChamberSpec, order: GuestOrder) {
    this.#rung = rung;
    this.#pool = pool;
    this.#limits = spec.limits;
    this.#order = order;
  }

  async *events(): AsyncGenerator<ChamberEvent, void, void> {
    const guest = await this.#claimable();
    if (!guest) return yield exitOf(this.#end ?? ended("crashed", "no interpreter could be started"), 0);
    try {
      yield { type: "started", rung: this.#rung };
      this.#started_ms = performance.now();
      guest.claim(this.#order, this.#listener());
      yield* this.#output(guest);
      await this.#over.promise;
      this.peak_bytes = guest.peak_bytes;
      this.files = this.#end!.files;
      yield exitOf(this.#end!, guest.peak_bytes);
    } finally {
      this.#end ??= ended("killed", "the reader left");
      void this.#pool.end(guest).then(() => this.#pool.fill());
    }
  }

  /** Ends the run from outside. The first word counts. */
  async stop(end: GuestEnd): Promise<void> {
    // What was printed before a freeze and not yet read is not released after it, in this very turn.
    if (end.status === "frozen") this.#shut = true;
    if (this.#end) return;
    this.#stopped = end;
    await this.#guest?.stop();
    this.#finish({ ...end, took_ms: this.#started_ms === 0 ? 0 : performance.now() - this.#started_ms });
  }

  async #claimable(): Promise<GuestProcess | null> {
    try {
      this.#guest = await this.#pool.take(this.#limits.memory_bytes);
    } catch (fault) {
      this.#end ??= ended("crashed", `the interpreter did not start: ${(fault as Error).message}`);
    }
    if (this.#end && this.#guest) await this.#pool.end(this.#guest);
    return this.#end ? null : this.#guest;
  }

  async *#output(guest: GuestProcess): AsyncGenerator<ChamberEvent, void, void> {
    for (;;) {
      const over = this.#end !== null;
      for (const { stream, bytes } of guest.drain()) {
        if (this.#shut) return;
        yield { type: stream, bytes };
      }
      yield* this.#words.splice(0);
      if (over) return;
      if (guest.sleep()) await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
  }

  #listener(): Parameters<GuestProcess["claim"]>[1] {
    return {
      wake: () => this.#wake.resolve(),
      word: (word) => {
        this.#words.push(
          word.kind === "limit" ? { type: "limit", which: word.which } : { type: "violation", what: word.what },
        );
        this.#wake.resolve();
      },
      // A thread that was stopped on our word ends with our word for it.
      end: (end) => this.#finish(this.#stopped ? { ...this.#stopped, took_ms: end.took_ms } : end),
    };
  }

  #finish(end: GuestEnd): void {
    this.#end ??= end;
    this.#over.resolve();
    this.#wake.resolve();
  }
}
