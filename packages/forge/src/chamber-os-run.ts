/** One run on the os rung: everything between the claim of a box and the one `exit`. */
import { closeSync } from "node:fs";
import type { Status } from "lop";
import type { ChamberEvent, ChamberRun, ChamberSpec, ExitEvent } from "./chamber.ts";
import type { OsBox } from "./chamber-os-box.ts";
import { collectFolder } from "./chamber-os-collect.ts";
import { goLine, PROGRAMS, SPOOL, WORK } from "./chamber-os-line.ts";
import { NODE_PRELUDE } from "./chamber-os-prelude.ts";
import { tarOf } from "./chamber-os-tar.ts";
import type { DeadlineWarden, DeadlineWord } from "./chamber-os-warden.ts";
import { treeBytes } from "./tree-memory.ts";

export interface RunEnd {
  status: Status;
  why: string | null;
  exit_code: number | null;
  took_ms: number;
}

/** What a run needs of its chamber. */
export interface RunHost {
  readonly warden: DeadlineWarden;
  /** A box of this shape that waits for its files. @throws Error when none can be started. */
  claim(spec: ChamberSpec, spool_bytes: number): Promise<OsBox>;
  /** The box is up, and its processes are known. */
  prepared(box: OsBox): void;
  /** Ends the box and what it has on the host. */
  release(box: OsBox): Promise<void>;
  /** More files for the spool, by name. */
  readonly spool: ReadonlyMap<string, Uint8Array>;
}

/** Signals that end a program by its own fault or by force, and so never as a way to say something. */
const CRASHES = new Map([4, 5, 6, 7, 8, 9, 11, 24, 25, 31].map((signal) => [128 + signal, signal]));
/** Kept of stderr, to tell how an interpreter itself explains its end. */
const TAIL_BYTES = 4096;

export class OsRunStream {
  readonly #host: RunHost;
  readonly #spec: ChamberSpec;
  readonly #archive: Uint8Array;
  readonly #spool_bytes: number;
  #box: OsBox | null = null;
  /** Descriptor of the chamber's work folder: it outlives the chamber. */
  #work: number | null = null;
  #settle: ReturnType<DeadlineWarden["watch"]> | null = null;
  #wall_left_ms: number;
  #resumed_ms = 0;
  #took_ms = 0;
  #over = false;
  #stopped: Omit<RunEnd, "took_ms"> | null = null;
  #frozen: PromiseWithResolvers<void> | null = null;
  #wake = Promise.withResolvers<void>();
  #printed_bytes = 0;
  #tail = "";
  files: ReadonlyMap<string, Uint8Array> | null = null;
  peak_bytes = 0;

  constructor(host: RunHost, spec: ChamberSpec, run: ChamberRun, files: ReadonlyMap<string, Uint8Array>) {
    this.#host = host;
    this.#spec = spec;
    this.#wall_left_ms = spec.limits.wall_ms;
    const spool = [
      [PROGRAMS[spec.language].file, Buffer.from(run.code)] as const,
      ["stdin", run.stdin ?? new Uint8Array(0)] as const,
      ...host.spool,
      ...(spec.language === "javascript" ? [["prelude.cjs", Buffer.from(NODE_PRELUDE)] as const] : []),
    ];
    this.#archive = tarOf([
      ...spool.map(([name, bytes]) => [`${SPOOL.slice(1)}/${name}`, bytes] as const),
      ...[...files].map(([path, bytes]) => [`${WORK.slice(1)}/${path}`, bytes] as const),
    ]);
    this.#spool_bytes = spool.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  }

  async *events(): AsyncGenerator<ChamberEvent, void, void> {
    try {
      const fault = await this.#boot();
      if (fault !== null) return yield this.#exit(fault);
      await this.#gate();
      yield { type: "started", rung: "os" };
      this.#begin();
      yield* this.#output();
      const end = await this.#finish();
      for (const which of await this.#collect(end)) yield { type: "limit", which };
      await this.#gate();
      yield this.#exit(this.#stopped ?? end);
    } finally {
      this.#over = true;
      this.#stopped ??= endOf("killed", "the reader left");
      void this.#settle?.();
      if (this.#work !== null) closeSync(this.#work);
      this.#work = null;
      // The processes are gone, or are told to go; the reader need not wait for the rest to be put away.
      if (this.#box) void this.#host.release(this.#box);
    }
  }

  /** Of the program and its children. */
  get ram_bytes(): number {
    const init = this.#box?.init;
    return init ? treeBytes(init.pid, Number.POSITIVE_INFINITY) : 0;
  }

  /** Ends the run from outside. The first word counts. */
  stop(status: Status, why: string): void {
    this.#end(status, why);
    this.#thawGate();
  }

  /** Shuts the stream in this very turn, and then stops the processes. @returns false when they had to be killed instead. */
  async freeze(): Promise<boolean> {
    if (this.#over || this.#frozen !== null) return true;
    this.#frozen = Promise.withResolvers();
    const pausing = this.#pauseClock();
    const held = (await this.#box?.freeze()) ?? true;
    await pausing;
    if (!held) this.#end("frozen", "the chamber was frozen, and its processes could not be held");
    return held;
  }

  /** Goes on, with the wall time that was left. */
  resume(): void {
    if (this.#frozen === null) return;
    this.#box?.thaw();
    if (this.#resumed_ms > 0) this.#startClock();
    this.#thawGate();
  }

  async #boot(): Promise<RunEnd | null> {
    try {
      this.#box = await this.#host.claim(this.#spec, this.#spool_bytes);
      if (this.#stopped === null) this.#work = await this.#box.prepare(this.#archive);
      this.#host.prepared(this.#box);
    } catch (fault) {
      if (this.#stopped === null) return endOf("crashed", (fault as Error).message);
    }
    return this.#stopped === null ? null : { ...this.#stopped, took_ms: 0 };
  }

  #begin(): void {
    const box = this.#box!;
    for (const stream of [box.stdout, box.stderr])
      stream.on("readable", () => this.#wake.resolve()).on("end", () => this.#wake.resolve());
    void box.ended.then(() => this.#wake.resolve());
    this.#startClock();
    if (this.#stopped === null)
      box.go(goLine(this.#spec.language, this.#spec.limits.memory_bytes, box.cgroup !== null));
  }

  async *#output(): AsyncGenerator<ChamberEvent, void, void> {
    const box = this.#box!;
    for (;;) {
      await this.#gate();
      if (this.#stopped !== null) return;
      const wake = this.#wake.promise;
      let idle = true;
      for (const type of ["stdout", "stderr"] as const) {
        const chunk = box[type].read() as Buffer | null;
        if (chunk === null) continue;
        idle = false;
        await this.#gate();
        if (this.#stopped !== null) return;
        const bytes = this.#count(type, chunk);
        if (bytes.length > 0) yield { type, bytes };
      }
      if (!idle) continue;
      if (box.stdout.readableEnded && box.stderr.readableEnded) return;
      await wake;
      this.#wake = Promise.withResolvers();
    }
  }

  /** What of a chunk is within the cap; at the first byte beyond it the run ends. */
  #count(type: "stdout" | "stderr", chunk: Buffer): Buffer {
    const { output_bytes } = this.#spec.limits;
    const left = output_bytes - this.#printed_bytes;
    this.#printed_bytes += Math.min(left, chunk.length);
    if (type === "stderr") this.#tail = (this.#tail + chunk.toString("latin1")).slice(-TAIL_BYTES);
    if (chunk.length > left) this.#end("output-limit", `the program printed more than ${output_bytes} bytes`);
    return chunk.subarray(0, Math.max(0, left));
  }

  async #finish(): Promise<RunEnd> {
    const box = this.#box!;
    if (this.#stopped !== null) box.kill();
    const { code } = await box.ended;
    const killed_for = await this.#stopClock();
    this.#over = true;
    this.peak_bytes = box.cgroup?.peak_bytes() ?? this.peak_bytes;
    if (this.#stopped !== null) return { ...this.#stopped, took_ms: this.#took_ms };
    if (killed_for !== null) return { ...STRUCK[killed_for], took_ms: this.#took_ms };
    return this.#judge(code, (box.cgroup?.oomKills() ?? 0) > 0);
  }

  #judge(code: number, oom: boolean): RunEnd {
    const took_ms = this.#took_ms;
    if (code === 0) return endOf("ok", null, 0, took_ms);
    const heap = this.#spec.language === "javascript" && this.#tail.includes("JavaScript heap out of memory");
    if (oom || (heap && code === 134)) return endOf("oom", "the program ran out of its memory", null, took_ms);
    const signal = CRASHES.get(code);
    if (signal !== undefined) return endOf("crashed", `signal ${signal} ended the program`, code, took_ms);
    return endOf("error", `the program ended with exit code ${code}`, code, took_ms);
  }

  /** Files of a run that came to its own end. @returns the caps that kept something back. */
  async #collect(end: RunEnd): Promise<string[]> {
    if ((end.status !== "ok" && end.status !== "error") || this.#work === null) return [];
    const { files, limits } = await collectFolder(this.#work, this.#spec.limits);
    this.files = files;
    return [...limits];
  }

  #end(status: Status, why: string): void {
    if (this.#over) return;
    this.#stopped ??= { status, why, exit_code: null };
    this.#box?.kill();
    this.#wake.resolve();
  }

  #exit(end: Omit<RunEnd, "took_ms">): ExitEvent {
    return {
      type: "exit",
      status: end.status,
      why: end.why,
      exit_code: end.exit_code,
      took_ms: this.#took_ms,
      peak_bytes: this.peak_bytes,
    };
  }

  #startClock(): void {
    const init = this.#box?.init;
    this.#resumed_ms = performance.now();
    // A control group counts better than we can look.
    const memory_bytes = this.#box?.cgroup === null ? this.#spec.limits.memory_bytes : null;
    const limits = { wall_ms: this.#wall_left_ms, memory_bytes };
    if (init) this.#settle = this.#host.warden.watch(init.pid, init.started, limits);
  }

  /** @returns which limit struck, if one did. */
  async #stopClock(): Promise<DeadlineWord["killed_for"]> {
    const settle = this.#settle;
    this.#settle = null;
    if (settle === null) return null;
    const ran_ms = performance.now() - this.#resumed_ms;
    const { killed_after_ms, killed_for, peak_bytes } = await settle();
    this.#took_ms += killed_after_ms ?? ran_ms;
    this.peak_bytes = Math.max(this.peak_bytes, peak_bytes);
    this.#wall_left_ms = Math.max(1, this.#wall_left_ms - ran_ms);
    return killed_for;
  }

  /** A freeze does not eat the time of the run; a deadline that struck just before it stands. */
  async #pauseClock(): Promise<void> {
    const killed_for = await this.#stopClock();
    if (killed_for !== null) this.#stopped ??= STRUCK[killed_for];
  }

  async #gate(): Promise<void> {
    while (this.#frozen !== null) await this.#frozen.promise;
  }

  #thawGate(): void {
    const frozen = this.#frozen;
    this.#frozen = null;
    frozen?.resolve();
    this.#wake.resolve();
  }
}

/** Ends by the warden's hand. */
const STRUCK: Readonly<Record<"time" | "memory", Omit<RunEnd, "took_ms">>> = {
  time: { status: "timeout", why: "the program ran past its wall time limit", exit_code: null },
  memory: { status: "oom", why: "the program and its children held more than its memory", exit_code: null },
};

export const endOf = (status: Status, why: string | null, exit_code: number | null = null, took_ms = 0): RunEnd => ({
  status,
  why,
  exit_code,
  took_ms,
});
