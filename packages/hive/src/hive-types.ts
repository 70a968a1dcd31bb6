/** What the hive takes and what it shows: ports, settings, step events, views. Plain data, so that HTTP can hand it on as it is. */
import type { Chamber, EgressDesk, Ladder, Limits } from "forge";
import type { CardWriter } from "lex";
import type {
  ActionCard,
  BootClock,
  Chance,
  Clock,
  Crypto,
  DirectiveBody,
  Disk,
  Envelope,
  FileChange,
  JsonObject,
  KeyVault,
  Ledger,
  LedgerOptions,
  Outcome,
  Refusal,
  Rung,
  Verdict,
} from "lop";
import type { LatticePort, LatticeStatus } from "./lattice-port.ts";

/** Everything that the hive touches of the world. The simulation hands in its own. */
export interface HivePorts {
  readonly clock: Clock;
  readonly chance: Chance;
  /** Rooted at AXIOM_HOME: `keys/`, `ledger/`, `permits/`, `proofs/`, `quarantine/` lie directly in it. */
  readonly disk: Disk;
  readonly crypto: Crypto;
  readonly ladder: Ladder;
  readonly workspace: WorkspacePort;
  /** The way out of chambers under permits; there is none when absent. */
  readonly egress?: Pick<EgressDesk, "bind" | "shut" | "reopen">;
  /** What derives keys from passphrases and keeps the machine's secret; the system's own when absent. */
  readonly vault?: KeyVault;
  /** Tells a restart of the machine from one of the hive, for the expiry of permits; none when absent. */
  readonly boot?: BootClock;
  /** Turns words into action cards. Absent: words are refused. */
  readonly words?: WordsPort;
  /** Who can do what, where and when. Absent: the tools of the lattice are not there. */
  readonly lattice?: LatticePort;
  /** Where faults of our own are reported: the trace. Nobody is told when absent. */
  readonly fault?: (where: string, error: unknown) => void;
}

/** The isolated workspace as the flow uses it. On a real disk: `Workspace` of forge. */
export interface WorkspacePort {
  list(
    path?: string,
  ): Promise<readonly { readonly path: string; readonly kind: string; readonly bytes: number }[] | Refusal>;
  read(path: string): Promise<Uint8Array | Refusal>;
  files(): Promise<ReadonlyMap<string, Uint8Array> | Refusal>;
  /** Changes since a mark of the workspace; since the newest when none is named. */
  diff(since?: string): Promise<{ since: string | null; changes: readonly FileChange[]; text: string } | Refusal>;
  /** All of the changes or none; null removes. `base` holds what the caller worked from; a file that is another by now is refused. */
  apply(
    changes: ReadonlyMap<string, Uint8Array | null>,
    base?: ReadonlyMap<string, Uint8Array>,
  ): Promise<readonly FileChange[] | Refusal>;
}

/** Needles over a model. On a real machine: `NeedleDesk`. */
export interface WordsPort {
  /** Opens the model at the first call. Refusals: `engine-absent`, `model-damaged`, `engine-failed`, `needle-unfit`. */
  writer(): Promise<CardWriter | Refusal>;
  /** What is known without opening anything. */
  status(): EngineStatus;
  needles(): Promise<readonly NeedleInfo[] | Refusal>;
}

export interface EngineStatus {
  readonly ready: boolean;
  /** Null when ready. */
  readonly why: string | null;
  /** The model's file, or its name and server; null when there is no engine. */
  readonly model: string | null;
  /** What directives in words go without over this engine, in sentences; empty over the kernel. */
  readonly lost: readonly string[];
}

export interface NeedleInfo {
  readonly id: string;
  readonly version: string;
  readonly does: string;
  readonly tools: readonly string[];
  /** Digest of the behavior card. */
  readonly card: string;
  /** Hash of the memory that every reading begins with; null is the empty memory. */
  readonly start: string | null;
  /** Whether a model is open that can write for it. */
  readonly ready: boolean;
}

/** A needle, and what it remembers: its memory after the last card that it wrote. */
export interface NeedleView extends NeedleInfo {
  readonly memory: { readonly hash: string; readonly bytes: number } | null;
}

export interface HiveSettings {
  /** Program version, written into the ledger's `start` entries. */
  readonly version: string;
  readonly limits: HiveLimits;
  /** Caps of one run in a chamber. `exec.run`'s `timeout_seconds` lowers or raises `wall_ms`, up to `wall_ms_max`. */
  readonly chamber: Limits & { readonly wall_ms_max: number };
  /** Cedar policies by file name, and their schema. */
  readonly policies: { readonly policies: Readonly<Record<string, string>>; readonly schema: string };
  /** Strings that must never leave in a result, such as the API key. Each at least 16 characters. */
  readonly secrets: readonly string[];
  /** When this run's `start` is written: at once unless said otherwise. A run that never acts then leaves no entry. */
  readonly start?: "at-once" | "when-acting";
  /** Sizes of the ledger's files and how often it marks its place; its own defaults when absent. */
  readonly ledger?: Pick<LedgerOptions, "segmentSizes" | "mark_every_entries">;
}

export interface HiveLimits {
  /** Directives that are admitted and not ended, those that await approval included. */
  readonly directives_in_flight: number;
  /** Runs in chambers at once; further ones wait their turn. */
  readonly chambers_at_once: number;
  /** How long an action card waits for the operator's approval. */
  readonly approval_ms: number;
  /** How long a packet that the hive itself signs may wait for its admission. */
  readonly packet_ms: number;
  /** Runs that a freeze holds; others end with `frozen`. */
  readonly held_runs: number;
  /** How long a run is held; then it is wiped. */
  readonly held_ms: number;
}

export const DEFAULT_LIMITS: HiveLimits = {
  directives_in_flight: 256,
  chambers_at_once: 2,
  approval_ms: 15 * 60_000,
  packet_ms: 60_000,
  held_runs: 8,
  held_ms: 60 * 60_000,
};

/** The trip, in its order. */
export const STEPS = [
  "sign",
  "admit",
  "route",
  "decode",
  "judge",
  "approve",
  "execute",
  "validate",
  "seal",
  "record",
  "prove",
] as const;
export type StepName = (typeof STEPS)[number];

/**
 * `held`: a freeze holds the run, `thawed`: it goes on. `missed` is said to a slow reader alone: `detail` is `{events}`, how many it
 * did not get.
 */
export type StepPhase =
  | "began"
  | "passed"
  | "waiting"
  | "output"
  | "held"
  | "thawed"
  | "refused"
  | "skipped"
  | "missed";

export interface StepEvent {
  /** Rises over all directives, and over restarts. */
  readonly seq: number;
  /** Id of the directive. */
  readonly directive: string;
  readonly step: StepName;
  readonly phase: StepPhase;
  readonly at: string;
  readonly took_us: number | null;
  /** `output`: `{stream: "stdout" | "stderr", text}`. `refused`: the refusal. Others: what the step learned, a few fields. */
  readonly detail: JsonObject;
}

/** `held`: a freeze stopped its run in the middle; it goes on or is wiped. */
export type DirectiveState =
  | "running"
  | "held"
  | "awaiting-approval"
  | "done"
  | "refused"
  | "cancelled"
  | "interrupted";

/** `done` covers red results too: look at `outcome.status` and `quarantined`. */
export interface DirectiveView {
  readonly id: string;
  readonly state: DirectiveState;
  /** The step that runs, or the last one that ran. */
  readonly step: StepName;
  readonly words: string | null;
  readonly card: ActionCard | null;
  readonly verdict: Verdict | null;
  readonly outcome: Outcome | null;
  /** Whether validation withheld the result; null before validation. */
  readonly quarantined: boolean | null;
  /** Whether the proof card was checked after it was made; null when there is none. */
  readonly verified: boolean | null;
  readonly refusal: Refusal | null;
  readonly submitted_at: string;
  readonly ended_at: string | null;
  /** When an awaited approval runs out. */
  readonly approve_by: string | null;
  readonly steps: readonly StepEvent[];
}

export interface Frozen {
  readonly why: string;
  readonly since: string;
}

/** A run that a freeze holds. */
export interface HeldView {
  readonly directive: string;
  readonly rung: Rung;
  /** When its gate was shut. */
  readonly since: string;
  /** When it is wiped if nobody resumes the hive. */
  readonly until: string;
  /** What it holds in memory, once it stands. */
  readonly ram_bytes: number;
  /** SHA-256 of its sealed snapshot; null on a rung without one, and while there is none. */
  readonly snapshot: string | null;
  readonly snapshot_bytes: number;
}

export interface HiveStatus {
  readonly version: string;
  /** Id of the hive's key. */
  readonly hive: string;
  /** Name of the ledger. */
  readonly origin: string;
  readonly unlocked: boolean;
  readonly frozen: Frozen | null;
  readonly ledger: { readonly size: number; readonly checkpoint: string };
  readonly chambers: readonly {
    readonly rung: Chamber["rung"];
    readonly ready: boolean;
    readonly why: string | null;
  }[];
  readonly engine: EngineStatus;
  readonly lattice: LatticeStatus;
  readonly running: number;
  readonly awaiting: number;
  readonly held: readonly HeldView[];
  /** What this start found: directives that the last run left open, and what the ledger's repair dropped. */
  readonly recovered: {
    readonly interrupted: readonly string[];
    readonly proofs_completed: readonly string[];
    readonly ledger: string | null;
  };
}

export interface ToolInfo {
  readonly name: string;
  readonly needle: string;
  readonly does: string;
  readonly action: ActionCard["action"];
  /** JSON Schema of the parameters, an object that allows no further keys. */
  readonly parameters: JsonObject;
  /** JSON Schema of the result; null while the part that carries the tool is not built. */
  readonly result: JsonObject | null;
  /** Whether the part that carries the tool is built. */
  readonly ready: boolean;
  /** The part that will bring the tool; null when it is ready. */
  readonly part: string | null;
  /** Weakest rung that the tool runs on; null when it needs no chamber. */
  readonly rung: Rung | null;
}

/** The ledger, to be read. */
export type LedgerView = Pick<Ledger, "size" | "checkpoint" | "entries" | "tile">;

/** The hive as its doors (HTTP, CLI, MCP) see it. `Hive` in hive.ts is the one that works. */
export interface HiveFace {
  /** Signs with the operator's key, when it is unlocked here. */
  sign(body: DirectiveBody): Promise<Envelope | Refusal>;
  /** Resolves when the directive is admitted and that is durable; the rest of the trip runs on. */
  submit(packet: Envelope): Promise<{ id: string } | Refusal>;
  /** Recent ones from memory, older ones read back from their proof and the ledger. */
  directive(id: string): Promise<DirectiveView | undefined>;
  /** Newest first. `before`: id of the last one of the page before. */
  list(page: { limit: number; before?: string }): Promise<DirectiveView[]>;
  /** Events with a higher `seq`: the past ones that are still kept, then live. For one directive it ends after the last event. */
  events(id: string | null, after_seq: number, signal: AbortSignal): AsyncIterable<StepEvent>;
  /** Resolves when the directive ended or waits for an approval, or, with its view so far, when `signal` aborts. */
  atRest(id: string, signal: AbortSignal): Promise<DirectiveView | Refusal>;
  /** Signs the approval with the operator's key; resolves when it is durable. `explicit` for what cannot be undone. */
  approve(id: string, how?: { explicit?: boolean }): Promise<Refusal | null>;
  refuseApproval(id: string, why: string): Promise<Refusal | null>;
  cancel(id: string): Promise<Refusal | null>;
  /** The exact bytes of the proof's file. */
  proof(id: string): Promise<Uint8Array | Refusal>;
  unlock(passphrase: string | null): Promise<Refusal | null>;
  lock(): void;
  freeze(why: string): Promise<Refusal | null>;
  resume(): Promise<Refusal | null>;
  status(): HiveStatus;
  tools(): readonly ToolInfo[];
  needles(): Promise<readonly NeedleInfo[] | Refusal>;
  /** Refusals: `needle-unknown`, `model-damaged`. */
  needle(id: string): Promise<NeedleView | Refusal>;
  /** What it remembers, as a memory file (docs/formats/memory.md). Refusals: `needle-unknown`, `memory-absent`, `model-damaged`. */
  needleMemory(id: string): Promise<Uint8Array | Refusal>;
  /** Its kept file goes; proofs keep the memory's hash. Refusals: `needle-unknown`, `memory-absent`. */
  forgetNeedleMemory(id: string): Promise<Refusal | null>;
  policies(): { id: string; files: Readonly<Record<string, string>>; schema: string };
  permits(): readonly JsonObject[];
  revokePermit(id: string): Promise<Refusal | null>;
  /** The key manifest in force. */
  keys(): Envelope;
  readonly ledger: LedgerView;
  /** Ends running work, writes `stop` if there was a `start`, closes the ledger. A second call waits for the first. */
  close(): Promise<void>;
}
