/**
 * The os rung: native Node, Python and sh under bubblewrap, in namespaces of their own, as a user without rights, behind a
 * seccomp filter and the caps of a control group. docs/decisions/0110-os-chamber.md says why each part is there.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Refusal, refuse } from "lop";
import { CONTROLLERS } from "./cgroup.ts";
import {
  type Chamber,
  type ChamberSpec,
  checkLimits,
  DEFAULT_LIMITS,
  type Language,
  type Probe,
  type ProbeDepth,
  runInChamber,
} from "./chamber.ts";
import { ChamberJournal, type Leftover } from "./chamber-journal.ts";
import { OsBox } from "./chamber-os-box.ts";
import { type OsHost, prepareOsHost } from "./chamber-os-host.ts";

import type { OsShape } from "./chamber-os-line.ts";
import { OsPool } from "./chamber-os-pool.ts";
import type { RunHost } from "./chamber-os-run.ts";
import { OsSession } from "./chamber-os-session.ts";
import { DeadlineWarden } from "./chamber-os-warden.ts";
import type { EgressDesk, EgressSession } from "./egress.ts";

const MIB = 1024 * 1024;
/** Below this neither interpreter comes up. */
export const OS_MEMORY_MIN_BYTES = 32 * MIB;
export const OS_MAX_SESSIONS = 64;
export const OS_DEFAULT_PIDS = 128;
export const OS_DEFAULT_CPUS = 1;
/** Room for a program's text and standard input in a box that is started before they are known. */
const SPOOL_BYTES = 6 * MIB;
const PROBE_WALL_MS = 20_000;
const PROBE_CODE =
  'test "$(id -u)" = 65534 && test ! -e /proc/1/environ.x && ! (echo x > /proc/sys/vm/swappiness) 2>/dev/null && ! (echo x > /x) 2>/dev/null && echo 42';

export interface OsOptions {
  /** Processes and threads of one run. */
  pids?: number;
  /** Processors' worth of time for one run. */
  cpus?: number;
  /** Boxes kept started; 0 starts one when it is asked for. Default 1. */
  pool?: number;
  /** The way out for runs that were opened with `egress`; there is none when absent. */
  egress?: EgressDesk;
  /** Folder of the journal of what stands on the host; none is kept when absent. */
  journal?: string;
  /** Told of everything that a daemon which is gone left behind, after it was ended. */
  leftover?: (one: Leftover) => Promise<void>;
}

class OsChamber implements Chamber {
  readonly rung = "os";
  readonly languages: readonly Language[];
  readonly #options: OsOptions;
  readonly #warden = new DeadlineWarden();
  readonly #sessions = new Set<OsSession>();
  readonly #boxes = new Map<OsBox, { id: string; egress: EgressSession | null }>();
  readonly #pool: OsPool;
  #host: OsHost | null = null;
  #journal: ChamberJournal | null = null;
  #readying: Promise<Probe> | null = null;
  readonly #stageId = `stage-${randomUUID()}`;
  #closed = false;

  constructor(options: OsOptions) {
    this.#options = options;
    this.#pool = new OsPool(options.pool ?? 1, (box) => this.#release(box));
    this.languages = ["javascript", ...(existsSync("/usr/bin/python3") ? (["python"] as const) : []), "shell"];
  }

  async probe(_depth: ProbeDepth = "run"): Promise<Probe> {
    const ready = await this.#ready();
    return ready.ready ? this.#probeRun() : ready;
  }

  async #probeRun(): Promise<Probe> {
    const request = {
      language: "shell",
      code: PROBE_CODE,
      files: new Map(),
      limits: { ...DEFAULT_LIMITS, wall_ms: PROBE_WALL_MS },
    } as const;
    const result = await runInChamber(this, request);
    if ("refused" in result) return { ready: false, why: result.why, fix: result.fix };
    const printed = Buffer.from(result.stdout).toString();
    if (result.status === "ok" && printed === "42\n") return { ready: true };
    return {
      ready: false,
      why: `os: its probe ended with ${result.status}: ${result.why ?? JSON.stringify(printed)}`,
      fix: "Allow user namespaces without rights (sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns); under systemd see docs/service.md.",
    };
  }

  /** What holds the caps, in a sentence for people; null before the first probe. */
  caps(): string | null {
    if (this.#host === null) return null;
    const { cgroups } = this.#host;
    if (typeof cgroups === "string")
      return `weaker: memory of a run is looked at every 20 ms and not held by the kernel, processor time is not capped (${cgroups})`;
    const missing = CONTROLLERS.filter((name) => !cgroups.holds.includes(name));
    return `cgroup v${cgroups.version} with ${cgroups.holds.join(", ")}${missing.length > 0 ? `, without ${missing.join(", ")}` : ""}`;
  }

  /** Whether the kernel holds the memory of a run to its cap; else it is watched, and a run may be beyond it for a moment. */
  holdsMemory(): boolean {
    return typeof this.#host?.cgroups === "object";
  }

  async open(spec: ChamberSpec): Promise<OsSession | Refusal> {
    if (this.#closed) return refuse("rung-unavailable", "the os chamber is closed");
    if (!this.languages.includes(spec.language))
      return refuse("rung-unavailable", `os does not run ${spec.language} here`);
    const refusal = checkLimits(spec.limits, OS_MEMORY_MIN_BYTES);
    if (refusal) return refusal;
    if (this.#sessions.size >= OS_MAX_SESSIONS) return refuse("chambers-busy", `${OS_MAX_SESSIONS} sessions are open`);
    const ready = await this.#ready();
    if (!ready.ready) return refuse("rung-unavailable", ready.why, ready.fix);
    const session = new OsSession(this.#runHost(), { ...spec, limits: { ...spec.limits } }, () =>
      this.#sessions.delete(session),
    );
    this.#sessions.add(session);
    return session;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#sessions].map((session) => session.kill("the chamber was closed")));
    await this.#pool.close();
    await Promise.all([...this.#boxes.keys()].map((box) => this.#release(box)));
    await this.#warden.close();
    this.#host?.close();
    this.#journal?.gone(this.#stageId);
  }

  /** Sweeps what an earlier daemon left, and makes ready what all runs share; once. */
  #ready(): Promise<Probe> {
    this.#readying ??= this.#prepare();
    return this.#readying;
  }

  async #prepare(): Promise<Probe> {
    const { journal, leftover } = this.#options;
    if (journal !== undefined) this.#journal = new ChamberJournal(journal);
    await this.#journal?.sweep(leftover);
    const stage = join(tmpdir(), `axiom-os-${randomBytes(6).toString("hex")}`);
    this.#journal?.note(this.#stageId, { init: null, cgroups: [], folders: [stage] });
    const host = prepareOsHost(stage);
    if ("why" in host) {
      this.#journal?.gone(this.#stageId);
      return { ready: false, ...host, why: `os: ${host.why}` };
    }
    this.#host = host;
    this.#warden.begin();
    return { ready: true };
  }

  #runHost(): RunHost {
    return {
      warden: this.#warden,
      spool: new Map(),
      claim: (spec, spool_bytes) => this.#claim(spec, spool_bytes),
      prepared: (box) => this.#note(box),
      release: async (box) => {
        await this.#release(box);
        void this.#pool.fill();
      },
    };
  }

  async #claim({ limits, egress }: ChamberSpec, spool_bytes: number): Promise<OsBox> {
    const { pids = OS_DEFAULT_PIDS } = this.#options;
    const shape: OsShape = {
      limits,
      spool_bytes: Math.max(SPOOL_BYTES, 2 * spool_bytes),
      rlimits: typeof this.#host!.cgroups === "string" ? { pids } : null,
      egress: null,
    };
    if (egress !== undefined && this.#options.egress !== undefined)
      return this.#startOpen(shape, this.#options.egress, egress);
    const key = [limits.disk_bytes, limits.memory_bytes, shape.spool_bytes].join(" ");
    const box = this.#pool.take(key, () => this.#start(shape)) ?? (await this.#start(shape));
    box.ref();
    return box;
  }

  /** A box with a way out is made for its run: the socket in it is that run's alone. */
  async #startOpen(shape: OsShape, desk: EgressDesk, session: string): Promise<OsBox> {
    const ids = this.#host!.nextIds();
    const egress = await desk.open(session, this.#host!.stage, ids);
    try {
      return await this.#start({ ...shape, egress: { folder: egress.folder } }, egress, ids);
    } catch (fault) {
      await egress.close();
      throw fault;
    }
  }

  async #start(shape: OsShape, egress: EgressSession | null = null, ids = this.#host!.nextIds()): Promise<OsBox> {
    const { pids = OS_DEFAULT_PIDS, cpus = OS_DEFAULT_CPUS } = this.#options;
    const host = this.#host!;
    const { memory_bytes } = shape.limits;
    const id = `run-${randomUUID()}`;
    const room = typeof host.cgroups === "string" ? null : host.cgroups;
    const group = `axiom-os-${process.pid}-${id}`;
    // Before it stands: a daemon that is killed in between leaves nothing that nobody knows of.
    this.#journal?.note(id, { init: null, cgroups: room?.folders(group) ?? [], folders: [] });
    const cgroup = room?.make(group, { memory_bytes, pids, cpus }) ?? null;
    const box = await OsBox.start(host, shape, id, cgroup, ids);
    this.#boxes.set(box, { id, egress });
    return box;
  }

  #note(box: OsBox): void {
    const held = this.#boxes.get(box);
    if (held) this.#journal?.note(held.id, { init: box.init, cgroups: box.cgroup?.folders ?? [], folders: [] });
  }

  async #release(box: OsBox): Promise<void> {
    const held = this.#boxes.get(box);
    this.#boxes.delete(box);
    await held?.egress?.close();
    // A group that does not go stays in the journal: the next start tries again.
    if ((await box.close()) && held !== undefined) this.#journal?.gone(held.id);
  }
}

/** Native programs under bubblewrap. */
export const osChamber = (options: OsOptions = {}): Chamber & { caps(): string | null; holdsMemory(): boolean } =>
  new OsChamber(options);
