/** A chamber of the simulation: the program is a list of words that say what happens. Nothing runs, so nothing can escape. */
import type { Chamber, ChamberEvent, ChamberRun, ChamberSpec, Language, Probe, Session } from "forge";
import { type Clock, type Refusal, type Rung, refuse, type Status, utf8 } from "lop";

/** Status with which a run ends that was stopped from outside. */
interface Stop {
  readonly status: Status;
  readonly why: string;
}

/**
 * Words of a program, one a line: `print TEXT`, `error TEXT` (to stderr), `write PATH TEXT`, `remove PATH`, `sleep MS`,
 * `wait` (until `release`), `exit STATUS`. Without `exit` it ends `ok`.
 */
export class SimChamber implements Chamber {
  readonly rung: Rung;
  readonly languages: readonly Language[];
  /** How many programs began, by their code: the oracle of "never twice". */
  readonly began = new Map<string, number>();
  /** Told of each program as it begins. */
  onBegin: (code: string) => void = () => {};
  readonly #clock: Clock;
  readonly #release = Promise.withResolvers<void>();

  constructor(clock: Clock, rung: Rung, languages: readonly Language[]) {
    this.#clock = clock;
    this.rung = rung;
    this.languages = languages;
  }

  async probe(): Promise<Probe> {
    return { ready: true };
  }

  async open(_spec: ChamberSpec): Promise<Session | Refusal> {
    const begin = (code: string) => {
      this.began.set(code, (this.began.get(code) ?? 0) + 1);
      this.onBegin(code);
    };
    const world = { clock: this.#clock, rung: this.rung, begin, released: this.#release.promise };
    return this.rung === "os" || this.rung === "vm" ? new HoldingSession(world) : new SimSession(world);
  }

  /** Whoever waits goes on, and nobody waits any more. */
  release(): void {
    this.#release.resolve();
  }

  async close(): Promise<void> {}
}

interface SimWorld {
  readonly clock: Clock;
  readonly rung: Rung;
  readonly released: Promise<void>;
  begin(code: string): void;
}

/** Ends at a freeze, as the rungs of WebAssembly do. */
class SimSession implements Session {
  readonly #world: SimWorld;
  protected readonly stopping = new AbortController();
  #files = new Map<string, Uint8Array>();

  constructor(world: SimWorld) {
    this.#world = world;
  }

  protected get rung(): Rung {
    return this.#world.rung;
  }

  async put(path: string, bytes: Uint8Array): Promise<Refusal | null> {
    this.#files.set(path, bytes);
    return null;
  }

  async *exec(run: ChamberRun): AsyncGenerator<ChamberEvent> {
    const { clock, released } = this.#world;
    this.#world.begin(run.code);
    const files = new Map(run.files ?? this.#files);
    const start_ms = clock.monotonic_ms();
    yield { type: "started", rung: this.rung };
    let status: Status = "ok";
    for (const line of run.code.split("\n")) {
      const [word = "", first = "", ...rest] = line.split(" ");
      const text = [first, ...rest].join(" ");
      if (word === "print") yield { type: "stdout", bytes: utf8(`${text}\n`) };
      else if (word === "error") yield { type: "stderr", bytes: utf8(`${text}\n`) };
      else if (word === "write") files.set(first, utf8(rest.join(" ")));
      else if (word === "remove") files.delete(first);
      else if (word === "sleep") await clock.sleep(Number(first), this.stopping.signal);
      else if (word === "wait") await Promise.race([released, this.#stopped()]);
      else if (word === "exit") status = first as Status;
      await this.standing();
      if (this.stopping.signal.aborted) break;
    }
    const stop = this.stopping.signal.aborted ? (this.stopping.signal.reason as Stop) : null;
    status = stop?.status ?? status;
    if (status === "ok") this.#files = files;
    const why = stop?.why ?? (status === "ok" ? null : `The program said ${status}.`);
    const took_ms = clock.monotonic_ms() - start_ms;
    yield { type: "exit", status, why, exit_code: status === "ok" ? 0 : null, took_ms, peak_bytes: 65_536 };
  }

  #stopped(): Promise<void> {
    return new Promise((done) => this.stopping.signal.addEventListener("abort", () => done(), { once: true }));
  }

  /** Waits while the program is held. */
  protected async standing(): Promise<void> {}

  async get(): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#files;
  }

  stats() {
    return { runs: 1, peak_bytes: 65_536, files: this.#files.size, disk_bytes: 0 };
  }

  async freeze(): Promise<Refusal | null> {
    this.stopping.abort({ status: "frozen", why: "The chamber was frozen." } satisfies Stop);
    return null;
  }

  async snapshot(): Promise<Uint8Array | Refusal> {
    return refuse("rung-unavailable", "A simulated chamber keeps no state.");
  }

  async resume(_o: { wipe: boolean }): Promise<Refusal | null> {
    return refuse("rung-unavailable", "A simulated chamber keeps no state.");
  }

  async kill(why: string): Promise<void> {
    this.stopping.abort({ status: "killed", why } satisfies Stop);
  }
}

/** Stands still at a freeze and goes on at a resume, as the rungs `os` and `vm` do; only `vm` gives a snapshot, of no content. */
class HoldingSession extends SimSession {
  readonly holds = true;
  #frozen: PromiseWithResolvers<void> | null = null;
  #keys = 0;

  get keySession(): string {
    return String(this.#keys);
  }

  protected override async standing(): Promise<void> {
    while (this.#frozen !== null) await this.#frozen.promise;
  }

  override async freeze(): Promise<Refusal | null> {
    if (this.stopping.signal.aborted) return refuse("chamber-ended", "The session is over.");
    this.#frozen ??= Promise.withResolvers();
    return null;
  }

  override async snapshot(): Promise<Uint8Array | Refusal> {
    return this.rung === "vm" ? utf8(`sealed ${this.#keys}`) : super.snapshot();
  }

  override async resume({ wipe }: { wipe: boolean }): Promise<Refusal | null> {
    if (this.#frozen === null) return refuse("chamber-not-frozen", "The session is not frozen.");
    if (wipe) this.stopping.abort({ status: "frozen", why: "The chamber was wiped." } satisfies Stop);
    this.#keys++;
    this.#thaw();
    return null;
  }

  override async kill(why: string): Promise<void> {
    await super.kill(why);
    this.#thaw();
  }

  #thaw(): void {
    this.#frozen?.resolve();
    this.#frozen = null;
  }
}
