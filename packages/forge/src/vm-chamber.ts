/** The strongest rung: each session in a virtual machine of its own, cloned from a frozen template in milliseconds. */
import { join } from "node:path";
import { isRefusal, type Refusal, refuse } from "lop";
import {
  type Chamber,
  type ChamberSpec,
  checkLimits,
  DEFAULT_LIMITS,
  LANGUAGES,
  type Probe,
  type ProbeDepth,
  runInChamber,
} from "./chamber.ts";
import { ChamberJournal, type Leftover } from "./chamber-journal.ts";
import { crucibleFolder, openCrucible, verifyCrucible } from "./crucible-image.ts";
import type { EgressDesk } from "./egress.ts";
import { SELF_TEST, SELF_TEST_SAYS } from "./guest-protocol.ts";
import { Guard } from "./vm-guard.ts";
import { findJail, hasQemu } from "./vm-jail.ts";
import { VmPool } from "./vm-pool.ts";
import { guestOf, VmSession } from "./vm-session.ts";

/** Machines at the same time. */
export const MAX_MACHINES = 32;
/** Waiting machines of one kind that may be asked for. */
export const MAX_WAITING_MACHINES = 8;
/** A program needs this much beside its interpreter. */
const MEMORY_MIN_BYTES = 16 * 1024 * 1024;
const PROBE_WALL_MS = 30_000;

export interface VmOptions {
  /** Where the guest image is; its templates stand beside it. */
  folder?: string;
  /** Machines of each kind that wait, restored; each takes some 40 MiB. Default 0. */
  pool?: number;
  memory_bytes?: number;
  /** The way out for runs that were opened with `egress`; there is none when absent. */
  egress?: EgressDesk;
  /** Folder of the journal of what stands on the host; beside the image when absent. */
  journal?: string;
  /** Told of each machine that a killed daemon left, after it was ended. */
  leftover?: (one: Leftover) => Promise<void>;
}

export class VmChamber implements Chamber {
  readonly rung = "vm";
  readonly languages = LANGUAGES;
  readonly #folder: string;
  readonly #options: VmOptions;
  readonly #sessions = new Set<VmSession>();
  readonly #guard = new Guard();
  #pool: Promise<VmPool | Refusal> | null = null;
  #closed = false;

  constructor(options: VmOptions = {}) {
    const size = options.pool ?? 0;
    if (!Number.isInteger(size) || size < 0 || size > MAX_WAITING_MACHINES)
      throw new RangeError(`pool is 0 to ${MAX_WAITING_MACHINES}`);
    this.#options = options;
    this.#folder = options.folder ?? crucibleFolder();
  }

  async probe(depth: ProbeDepth = "run"): Promise<Probe> {
    const pool = await this.#open();
    if (isRefusal(pool)) return { ready: false, why: pool.why, fix: pool.fix };
    const memory_bytes = this.#options.memory_bytes ?? DEFAULT_LIMITS.memory_bytes;
    try {
      await pool.template("python", memory_bytes);
      if (depth === "boot") return { ready: true };
      return await this.#probeRun(memory_bytes);
    } catch (fault) {
      return broken((fault as Error).message);
    }
  }

  async #probeRun(memory_bytes: number): Promise<Probe> {
    const limits = { ...DEFAULT_LIMITS, memory_bytes, wall_ms: PROBE_WALL_MS };
    const result = await runInChamber(this, { language: "python", code: SELF_TEST, files: new Map(), limits });
    if (isRefusal(result)) return { ready: false, why: result.why, fix: result.fix };
    const printed = Buffer.from(result.stdout).toString();
    if (result.status === "ok" && printed === SELF_TEST_SAYS) return { ready: true };
    return broken(`its probe ended with ${result.status}: ${result.why ?? JSON.stringify(printed)}`);
  }

  async open(spec: ChamberSpec): Promise<VmSession | Refusal> {
    if (this.#closed) return refuse("rung-unavailable", "the vm chamber is closed");
    const refusal = checkLimits(spec.limits, MEMORY_MIN_BYTES);
    if (refusal) return refusal;
    const pool = await this.#open();
    if (isRefusal(pool)) return pool;
    if (this.#sessions.size >= MAX_MACHINES) return refuse("chambers-busy", `${MAX_MACHINES} sessions are open`);
    const session = new VmSession(
      { ...spec, limits: { ...spec.limits } },
      { pool, guard: this.#guard, desk: this.#options.egress ?? null, onClosed: (one) => this.#sessions.delete(one) },
    );
    this.#sessions.add(session);
    return session;
  }

  /** Restores what the pool lacks for this language, so that the next run finds it. */
  async warm(spec: ChamberSpec): Promise<void> {
    const pool = await this.#open();
    if (!isRefusal(pool)) await pool.fill(guestOf(spec.language), spec.limits.memory_bytes);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#sessions].map((session) => session.kill("the chamber was closed")));
    const pool = await this.#pool;
    if (pool !== null && !isRefusal(pool)) await pool.close();
    await this.#guard.close();
  }

  /** Looks at image, monitor and jail once; what is missing is looked for again at the next call. */
  async #open(): Promise<VmPool | Refusal> {
    this.#pool ??= this.#prepare();
    const pool = await this.#pool;
    if (isRefusal(pool)) this.#pool = null;
    return pool;
  }

  async #prepare(): Promise<VmPool | Refusal> {
    if (!hasQemu())
      return refuse("rung-unavailable", "vm: qemu-system-x86_64 is not installed", "apt install qemu-system-x86");
    const image = openCrucible(this.#folder);
    if (isRefusal(image)) return image;
    const fault = await verifyCrucible(image);
    if (fault !== null) return fault;
    const journal = new ChamberJournal(this.#options.journal ?? join(this.#folder, "monitors"));
    await journal.sweep(this.#options.leftover);
    const places = { journal, jail: findJail(), folder: join(this.#folder, "templates") };
    return new VmPool({ places, machine: { image, accelerator: "tcg" }, size: this.#options.pool ?? 0 });
  }
}

const broken = (why: string): Probe => ({
  ready: false,
  why: `vm: ${why}`,
  fix: "Build the guest image again: `axiom crucible build`; then `axiom doctor`.",
});

export const vm = (options: VmOptions = {}): VmChamber => new VmChamber(options);
