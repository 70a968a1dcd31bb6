/**
 * The lattice as a service: one interface, two engines (embedded.ts, postgres-node.ts), and one suite that holds both to the same answers
 * (test/lattice.contract.ts). Times are Unix milliseconds, distances metres on the WGS84 ellipsoid, durations as their names say.
 * Whatever is wrong with an input is answered by a `Fault`; nothing throws for it. What has resolved is durable. A store that others run, a
 * database, may be gone at any moment: every method then answers `store-unreachable` (nothing has happened), or `store-unsure` (it was lost
 * while it wrote, so look), and works again when the store does.
 */
import type { AttributeKind } from "./attribute.ts";
import type { Capability } from "./capability.ts";
import type { ExplanationStep } from "./explain.ts";
import type { Fault } from "./fault.ts";
import type { Point } from "./geodesy.ts";
import type { HoldState } from "./hold.ts";
import type { PlanAnswer as PlannedSlots } from "./plan.ts";
import type { Window } from "./window.ts";

/** Records of one `put`, ids of one `remove`. */
export const MAX_BATCH = 100_000;
/** The dimension that is meant when none is named and the capability has several, or none. */
export const DEFAULT_DIMENSION = "units";

export interface Lattice {
  readonly engine: "embedded" | "postgres";
  /** Hours are compiled for this window, from yesterday on; it rolls on with the days. */
  readonly horizon: Window;

  /**
   * Adds records, or replaces those of the same id (`readCapability` tells their shape): all of them or, on a fault, none.
   * Faults, with `at` = `records.7.attributes.wifi`: `capability-malformed`, `capability-duplicate`, `attribute-mismatch`, `hours-malformed`,
   * `dimension-unknown` (too many), `batch-too-large`, `store-unwritable`.
   */
  put(records: readonly unknown[]): Promise<{ readonly added: number; readonly replaced: number } | Fault>;
  /** Unknown ids are passed over. A capability that comes back later finds its holds and changes again. */
  remove(ids: readonly string[]): Promise<{ readonly removed: number } | Fault>;
  get(id: string): Promise<Capability | null | Fault>;
  count(): Promise<number | Fault>;
  /** What is known of how many capabilities, by key; `category` is one of them. */
  attributes(): Promise<readonly AttributeCount[] | Fault>;
  /** Every dimension that some capability has, by name. */
  dimensions(): Promise<readonly string[] | Fault>;
  /** In the order of ids, those after the id `after`, at most `limit` (10,000). */
  records(after: string | null, limit: number): Promise<readonly Capability[] | Fault>;

  /**
   * A `FindQuery`, from untrusted JSON. Pages of one query see the records of one version, which is kept for two minutes after each page. Faults: those of `readQuery`, `attribute-unknown`, `attribute-mismatch`,
   * `dimension-unknown`, `window-beyond`, `cursor-outlived`.
   */
  find(query: unknown): Promise<LatticeAnswer | Fault>;
  /**
   * The answer to a query now, and then what comes and goes, until the signal ends it. Nothing is told twice; changes close in time come together.
   * The limit counts: what moves over it comes or goes. `cursor` is refused. It ends too when the query's window has passed, and with the
   * lattice. A reader that is slow gets what changed meanwhile at once. Faults: those of `find`, and `standing-full`.
   */
  subscribe(query: unknown, signal: AbortSignal): Promise<AsyncIterable<LatticeNews> | Fault>;

  /** Adds `units` (negative takes away) to what is free in every slot that the window touches; all or none. Faults: `change-malformed`, `capability-unknown`, `dimension-unknown`, `units-beyond`. */
  change(changes: readonly LatticeChange[]): Promise<{ readonly epoch: number } | Fault>;
  /** Free units in the worst slot that the window touches; the dimension may be null for the capability's own (`DEFAULT_DIMENSION`). */
  free(id: string, dimension: string | null, window: Window): Promise<number | Fault>;

  /** All items or none. Faults: `hold-malformed`, `window-past`, `window-beyond`, `hold-too-much`, `capability-unknown`, `dimension-unknown`, `key-reused`, `holds-full`. */
  hold(request: LatticeHoldRequest): Promise<LatticeHold | Fault>;
  /** held → confirmed; twice is no fault. Faults: `hold-unknown`, `hold-over`. */
  confirm(fence: number): Promise<LatticeHold | Fault>;
  /** held or confirmed → released; twice is no fault. Faults: `hold-unknown`, `hold-over`. */
  release(fence: number): Promise<LatticeHold | Fault>;
  look(fence: number): Promise<LatticeHold | Fault>;
  /** The newest first, ended ones too. */
  holds(o: { readonly limit: number }): Promise<readonly LatticeHold[] | Fault>;

  /** A `PlanTask`. With no way through all legs the answer says why. Faults: `task-malformed` and those of `find`, with `at` = `legs.1.find…`. */
  plan(task: unknown): Promise<PlanReply | Fault>;
  /** A `CoordinateTask`. Faults as `plan`, with `at` = `tasks.3.legs.1.find…`. */
  coordinate(tasks: unknown): Promise<CoordinateReply | Fault>;
  /** A `WhyQuestion`. */
  why(question: unknown): Promise<WhyReply | Fault>;
  /** A `SurfaceQuestion`: what is free, and what a unit is worth, by place and slot. */
  surface(question: unknown): Promise<SurfaceReply | Fault>;

  close(): Promise<void>;
}

export interface AttributeCount {
  readonly key: string;
  /** Words and sets of words under one key count as "set". */
  readonly kind: AttributeKind;
  readonly capabilities: number;
}

export interface LatticeMatch {
  readonly id: string;
  readonly distance_m: number;
  /** Seconds on the way there; with `order: "travel"`. */
  readonly travel_s?: number;
  /** What it costs to hold it for the window asked; with `order: "price"`; null is unknown. */
  readonly price?: number | null;
}

export interface LatticeAnswer {
  /** By the key of the order, then by distance, then by id. */
  readonly found: readonly LatticeMatch[];
  readonly cursor: string | null;
  /** Grows with every change; a query that begins after a change was acknowledged sees it, and says an epoch that is not smaller. */
  readonly epoch: number;
  /** With `explain: true`. */
  readonly explanation?: LatticeExplanation;
}

export interface LatticeExplanation {
  /** How many capabilities each condition let through, in the order in which they are looked at. */
  readonly steps: readonly ExplanationStep[];
  /** Where none is open in the window: which of the others opens first; null where none does. */
  readonly nextOpening: { readonly id: string; readonly distance_m: number; readonly opens_ms: number } | null;
}

export interface LatticeNews {
  readonly epoch: number;
  readonly added: readonly LatticeMatch[];
  readonly removed: readonly string[];
}

export interface LatticeChange extends Window {
  readonly id: string;
  /** Absent: the capability's own. */
  readonly dimension?: string | undefined;
  readonly units: number;
}

export interface LatticeItem extends Window {
  readonly id: string;
  readonly dimension?: string | undefined;
  readonly units: number;
}

export interface LatticeHoldRequest {
  readonly items: readonly LatticeItem[];
  /** How long the hold stands unconfirmed. */
  readonly ttl_ms: number;
  /** Idempotency key: the same request under the same key gives the same hold. */
  readonly key?: string | undefined;
}

export interface LatticeHold {
  /** Counts up over all holds ever granted; whoever comes with an older one is late. */
  readonly fence: number;
  readonly state: HoldState;
  /** The windows are whole slots, and the dimension is always named. */
  readonly items: readonly (LatticeItem & { readonly dimension: string })[];
  readonly key: string | null;
  /** Wall clock, Unix ms. */
  readonly expires_at_ms: number;
}

/** One leg of a task: what to be at, when to begin, and for how long. */
export interface PlanLeg {
  readonly name: string;
  /** A `FindQuery` of `place`, `where` and `unknown` only; times and units follow from the leg. */
  readonly find: unknown;
  /** Begins in [from_ms, until_ms). */
  readonly from_ms: number;
  readonly until_ms: number;
  readonly minutes: number;
  /** Free units that it takes; 0 unless said: nothing is taken. */
  readonly units?: number | undefined;
  readonly dimension?: string | undefined;
  /** Seconds that it may cost at most; a leg with a value is left out when it costs more. */
  readonly value_s?: number | undefined;
}

export interface PlanTask {
  readonly from: Point;
  /** The origin is left at this time at the earliest. */
  readonly depart_ms: number;
  readonly legs: readonly PlanLeg[];
  /** "fixed" unless said. */
  readonly order?: "fixed" | "free" | undefined;
  /** 1.4 m/s, a walk, unless said. */
  readonly speed_m_per_s?: number | undefined;
  /** What a second of waiting costs, beside a second on the way; 0.2 unless said. */
  readonly wait_cost?: number | undefined;
  /** Nearest candidates of each leg that are looked at: 50 unless said, at most 1,024. */
  readonly candidates?: number | undefined;
  readonly alternatives?: number | undefined;
  /** Milliseconds to plan in. */
  readonly deadline_ms?: number | undefined;
  /** Share by which the plan may be dearer than the least. */
  readonly max_gap?: number | undefined;
}

export interface PlannedVisit {
  readonly leg: number;
  readonly id: string;
  readonly at: Point;
  readonly from_ms: number;
  readonly until_ms: number;
  /** On the way there. */
  readonly travel_s: number;
  readonly dimension: string | null;
  readonly units: number;
}

export interface PlannedWay {
  readonly visits: readonly PlannedVisit[];
  /** Legs left out. */
  readonly left: readonly number[];
  readonly cost_s: number;
}

export interface PlanFound extends PlannedWay {
  readonly planned: true;
  readonly primal: number;
  readonly bound: number;
  /** Share of the cost that the bound leaves open. */
  readonly gap: number;
  readonly alternatives: readonly PlannedWay[];
  readonly epoch: number;
}

export interface PlanRefused {
  readonly planned: false;
  readonly reason: Exclude<PlannedSlots, { visits: unknown }>["reason"];
  /** Legs that cannot all be met. */
  readonly conflict: readonly number[];
  readonly leg: number;
  readonly matching: number;
  /** When the first of its places offers it after all. */
  readonly next_ms: number | null;
  /** "12 places match "dinner", all closed at 18:00; nearest opening 19:30." */
  readonly why: string;
  readonly epoch: number;
}

export type PlanReply = PlanFound | PlanRefused;

export interface CoordinateTask {
  readonly tasks: readonly PlanTask[];
  /** What it costs to leave a task out, in seconds; 4 hours unless said. */
  readonly penalty_s?: number | undefined;
  readonly deadline_ms?: number | undefined;
  readonly max_gap?: number | undefined;
  /** Puts the plan's units aside at once, a hold for each task. */
  readonly commit?: { readonly ttl_ms: number; readonly key?: string | undefined } | undefined;
}

export interface SlotPrice {
  readonly id: string;
  readonly dimension: string;
  readonly from_ms: number;
  /** Seconds that one more unit in this slot would save. */
  readonly price: number;
}

export interface CoordinateReply {
  /** By task; null for one that is left out. */
  readonly plans: readonly (PlannedWay | null)[];
  /** Why a task is left out, by task; null where it is not. */
  readonly reasons: readonly (string | null)[];
  readonly holds: readonly LatticeHold[];
  readonly certificate: {
    readonly primal: number;
    readonly bound: number;
    readonly gap: number;
    /** Hex SHA-256 of the problem as it was solved. */
    readonly input_hash: string;
  };
  /** Where competition makes a slot dear; all others cost nothing. */
  readonly prices: readonly SlotPrice[];
  readonly epoch: number;
}

export interface WhyQuestion {
  readonly task: PlanTask;
  readonly leg: number;
  /** The capability that one would have liked. */
  readonly id: string;
  /** When it would have begun; null: at its best time. */
  readonly from_ms: number | null;
}

export interface WhyReply {
  /** "best": it is the best choice itself. */
  readonly reason: "best" | "dearer" | "not-matching" | "closed" | "full" | "out-of-reach";
  readonly why: string;
  /** Cost of the best plan, and of the best with this choice in it; null where there is none. */
  readonly best_s: number | null;
  readonly with_s: number | null;
  /** Sum of the prices of the slots it would take. */
  readonly price_s: number;
}

export interface SurfaceQuestion {
  /** As in a query; all within it are told, at most `limit` (10,000). */
  readonly place: unknown;
  readonly where?: unknown;
  readonly window: Window;
  readonly dimension: string;
  readonly limit?: number | undefined;
}

export interface SurfaceReply {
  /** Starts of the slots. */
  readonly slots_ms: readonly number[];
  readonly places: readonly {
    readonly id: string;
    readonly at: Point;
    /** By slot. */
    readonly free: readonly number[];
    /** By slot, in seconds, of the last coordination. */
    readonly price_s: readonly number[];
    readonly open: readonly ("open" | "closed" | "unknown")[];
  }[];
  /** When units of this dimension have a price at all, here or elsewhere; null when they never do. */
  readonly priced: Window | null;
  readonly epoch: number;
}
