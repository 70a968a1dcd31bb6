/** A session of the vm rung: files between runs, one machine at a time, and a freeze that the machine survives. */
import { randomBytes } from "node:crypto";
import { type Refusal, refuse, type Status } from "lop";
import type { ChamberEvent, ChamberOrigin, ChamberRun, ChamberSpec, Session, SessionStats } from "./chamber.ts";
import type { EgressDesk, EgressSession } from "./egress.ts";
import { SessionFiles } from "./session-files.ts";
import type { Guard } from "./vm-guard.ts";
import type { GuestLanguage } from "./vm-machine.ts";
import { heldBytes } from "./vm-memory.ts";
import type { Clone, VmPool } from "./vm-pool.ts";
import { exitEvent, type RunEnd, VmRun } from "./vm-run.ts";
import { KEY_BYTES, sealMachine } from "./vm-snapshot.ts";

/** The shell lives in Python's machine. */
export const guestOf = (language: ChamberSpec["language"]): GuestLanguage =>
  language === "javascript" ? "javascript" : "python";

const ended = (status: Status, why: string): RunEnd => ({ status, why, exit_code: null, took_ms: 0, peak_bytes: 0 });

export interface VmWorld {
  readonly pool: VmPool;
  readonly guard: Guard;
  /** The way out for sessions that were opened with `egress`. */
  readonly desk: EgressDesk | null;
  /** Called once, when the session can run nothing any more. */
  onClosed(session: VmSession): void;
}

export class VmSession implements Session {
  readonly holds = true;
  readonly #spec: ChamberSpec;
  readonly #world: VmWorld;
  readonly #files: SessionFiles;
  #clone: Clone | null = null;
  #run: VmRun | null = null;
  /** While a program is asked for and its machine is not there yet. */
  #starting = false;
  /** A freeze came meanwhile: that program does not begin, whatever becomes of the session. */
  #struck = false;
  #closed: RunEnd | null = null;
  #frozen = false;
  #key: Uint8Array | null = null;
  #origin: ChamberOrigin | null = null;
  #runs = 0;
  #peak_bytes = 0;

  constructor(spec: ChamberSpec, world: VmWorld) {
    this.#spec = spec;
    this.#world = world;
    this.#files = new SessionFiles(spec.limits);
  }

  /** What the last machine was made from. */
  get origin(): ChamberOrigin | null {
    return this.#origin;
  }

  /** Hex, 16 bytes: changes with each resume. Null while there is no machine. */
  get keySession(): string | null {
    return this.#clone?.monitor.wire.session ?? null;
  }

  async put(path: string, bytes: Uint8Array): Promise<Refusal | null> {
    return this.#files.put(path, bytes);
  }

  async get(): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#files.all();
  }

  stats(): SessionStats {
    const { count, size_bytes } = this.#files;
    const ram_bytes = this.#clone?.monitor.alive ? heldBytes(this.#clone.monitor.memory) : 0;
    return { runs: this.#runs, peak_bytes: this.#peak_bytes, files: count, disk_bytes: size_bytes, ram_bytes };
  }

  async *exec(run: ChamberRun): AsyncGenerator<ChamberEvent, void, void> {
    const fault = this.#closed ?? this.#prepare(run);
    if (fault) return yield exitEvent(fault);
    this.#starting = true;
    this.#struck = false;
    const machine = await this.#machine();
    this.#starting = false;
    const stopped = this.#closed ?? (this.#struck ? ended("frozen", "the chamber was frozen") : null);
    if (stopped || "why" in machine) return yield exitEvent(stopped ?? (machine as RunEnd));
    const { limits, language } = this.#spec;
    const egress = this.#wayOut();
    this.#run = new VmRun(machine.monitor, { ...run, language, limits, files: this.#files.all(), egress });
    this.#runs++;
    yield { type: "started", rung: "vm" };
    this.#watch(limits.wall_ms);
    void this.#run.begin();
    try {
      yield* this.#follow(this.#run);
    } finally {
      await egress?.close();
    }
  }

  async *#follow(run: VmRun): AsyncGenerator<ChamberEvent, void, void> {
    try {
      yield* run.events();
      // Before the reader hears of the end: then it may already ask for the files, or run the next program.
      await this.#settle(run);
      yield exitEvent(run.end!);
    } finally {
      await this.#settle(run);
    }
  }

  /** Shuts the gate, then stops the machine. The stream of the run stands still until `resume`, or ends with `kill`. */
  async freeze(): Promise<Refusal | null> {
    if (this.#closed) return refuse("chamber-ended", "the session is over");
    this.#frozen = true;
    this.#struck ||= this.#starting;
    this.#run?.freeze();
    const { pid, control } = this.#clone?.monitor ?? {};
    if (pid !== undefined) this.#world.guard.leave(pid);
    await control?.command("stop").catch(() => this.#drop());
    return null;
  }

  /** The frozen machine, encrypted; only this session can open it. */
  async snapshot(): Promise<Uint8Array | Refusal> {
    if (!this.#frozen || this.#clone === null)
      return refuse("chamber-not-frozen", "only a frozen machine can be put to a snapshot");
    const { monitor, template } = this.#clone;
    this.#key ??= randomBytes(KEY_BYTES);
    return sealMachine(this.#key, monitor.memory, template, await monitor.save());
  }

  /**
   * `wipe: false`: the machine goes on under new session keys, and so does the stream. `wipe: true`: not one instruction of it
   * runs again; the run ends with `frozen`, memory and snapshot key are gone, and the next program gets a clean machine.
   */
  async resume({ wipe }: { wipe: boolean }): Promise<Refusal | null> {
    if (!this.#frozen) return refuse("chamber-not-frozen", "the session is not frozen");
    if (wipe || this.#clone === null) return this.#wipe();
    const { monitor } = this.#clone;
    try {
      await monitor.control.command("cont");
      const woken = monitor.wake();
      this.#run?.thaw();
      await woken;
      this.#run?.thawed();
    } catch (fault) {
      await this.#wipe();
      return refuse("chamber-ended", `the machine did not go on: ${(fault as Error).message}`);
    }
    this.#frozen = false;
    if (this.#run && this.#run.end === null) this.#watch(this.#run.left_ms);
    return null;
  }

  async kill(why: string): Promise<void> {
    if (this.#closed) return;
    this.#closed = ended("killed", why);
    if (this.#frozen) this.#run?.wipe("killed", why);
    else this.#run?.finish("killed", why);
    this.#shred();
    await this.#drop();
    this.#world.onClosed(this);
  }

  async #wipe(): Promise<null> {
    const run = this.#run;
    this.#shred();
    await this.#drop();
    this.#frozen = false;
    run?.wipe("frozen", "the frozen machine was wiped");
    return null;
  }

  /** Without its key a snapshot is noise, wherever it lies. */
  #shred(): void {
    this.#key?.fill(0);
    this.#key = null;
  }

  async #drop(): Promise<void> {
    const clone = this.#clone;
    this.#clone = null;
    if (clone === null) return;
    if (clone.monitor.pid !== undefined) this.#world.guard.leave(clone.monitor.pid);
    await clone.monitor.kill();
  }

  #wayOut(): EgressSession | null {
    const { egress } = this.#spec;
    return egress === undefined ? null : (this.#world.desk?.begin(egress) ?? null);
  }

  #watch(wall_ms: number): void {
    const pid = this.#clone?.monitor.pid;
    if (pid !== undefined) this.#world.guard.watch(pid, wall_ms);
  }

  async #settle(run: VmRun): Promise<void> {
    if (this.#run !== run) return;
    this.#run = null;
    if (run.end === null) run.finish("killed", "the reader left");
    this.#peak_bytes = run.end!.peak_bytes;
    if (run.files) this.#files.replace(run.files);
    const pid = this.#clone?.monitor.pid;
    if (pid !== undefined) this.#world.guard.leave(pid);
    if (!run.clean) await this.#drop();
    void this.#world.pool.fill(guestOf(this.#spec.language), this.#spec.limits.memory_bytes);
  }

  #prepare(run: ChamberRun): RunEnd | null {
    if (this.#frozen) return ended("denied", "the session is frozen");
    if (this.#run || this.#starting) return ended("denied", "another run of this session has not ended");
    const fault = this.#files.prepare(run);
    return fault === null ? null : ended("denied", fault);
  }

  /** The machine of the last run, when that ended well, or another. */
  async #machine(): Promise<Clone | RunEnd> {
    const { language, limits } = this.#spec;
    if (this.#clone?.monitor.alive) return this.#clone;
    try {
      const clone = await this.#world.pool.take(guestOf(language), limits.memory_bytes);
      if (this.#closed) await clone.monitor.kill();
      else this.#clone = clone;
      this.#origin = clone.template.origin(limits);
      return clone;
    } catch (fault) {
      return ended("crashed", (fault as Error).message);
    }
  }
}
