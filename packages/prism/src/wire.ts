/** What the HTTP API says, as far as this page reads it. Unknown fields pass: a newer daemon must not blind an older page. */
import type { ActionCard, Json, JsonObject, Outcome, Rung, Verdict } from "lop";

export type { ActionCard, Json, JsonObject, Outcome, Rung, Verdict };

/** The eleven steps of the trip, in their order. */
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

/** `held`: a freeze holds the run; `thawed`: it goes on. `missed` tells a slow reader that events were dropped before this one. */
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
  readonly seq: number;
  readonly directive: string;
  readonly step: StepName;
  readonly phase: StepPhase;
  readonly at: string;
  readonly took_us: number | null;
  readonly detail: JsonObject;
}

/** A refusal as the API spells it. `refused` stays a plain string: codes of a newer daemon are shown as they come. */
export interface Refused {
  readonly refused: string;
  readonly why: string;
  readonly fix: string;
}

export type DirectiveState =
  | "running"
  | "held"
  | "awaiting-approval"
  | "done"
  | "refused"
  | "cancelled"
  | "interrupted";

export interface DirectiveView {
  readonly id: string;
  readonly state: DirectiveState;
  readonly step: StepName;
  readonly words: string | null;
  readonly card: ActionCard | null;
  readonly verdict: Verdict | null;
  readonly outcome: Outcome | null;
  /** Whether validation withheld the result. */
  readonly quarantined?: boolean | null;
  readonly refusal: Refused | null;
  readonly submitted_at: string;
  readonly ended_at: string | null;
  /** When an awaited approval runs out. */
  readonly approve_by?: string | null;
  readonly steps: readonly StepEvent[];
}

export interface ChamberStatus {
  readonly rung: Rung;
  readonly ready: boolean;
  readonly why?: string | null;
}

/** A run that a freeze holds. */
export interface HeldRun {
  readonly directive: string;
  readonly rung: Rung;
  readonly since: string;
  /** When it is wiped if nobody resumes the hive. */
  readonly until: string;
  readonly ram_bytes: number;
  /** Digest of its sealed snapshot. */
  readonly snapshot: string | null;
}

export interface HiveStatus {
  readonly version: string;
  readonly hive: string;
  readonly origin: string;
  readonly unlocked: boolean;
  readonly frozen: { readonly why: string; readonly since: string } | null;
  readonly ledger: { readonly size: number; readonly checkpoint: string };
  readonly chambers: readonly ChamberStatus[];
  readonly engine: { readonly ready: boolean; readonly why?: string | null; readonly lost?: readonly string[] };
  readonly running: number;
  readonly awaiting: number;
  readonly held?: readonly HeldRun[];
}

/** The part of JSON Schema that tool parameters use. */
export interface ParameterSchema {
  readonly type?: string | undefined;
  readonly enum?: readonly Json[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly minItems?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly description?: string | undefined;
  readonly items?: ParameterSchema | undefined;
  readonly properties?: { readonly [name: string]: ParameterSchema } | undefined;
  readonly required?: readonly string[] | undefined;
}

export interface ToolInfo {
  readonly name: string;
  readonly needle: string;
  readonly action: string;
  readonly does: string;
  readonly properties: { readonly [name: string]: ParameterSchema };
  readonly required: readonly string[];
  /** Null when the tool can run; else the sentence that says which part is missing. */
  readonly absent: string | null;
}

export interface Permit {
  readonly id: string;
  readonly hosts: readonly string[];
  readonly expires: string;
  readonly uses: number | null;
  readonly live: boolean;
}

/** What the operator states: words, or the action card himself. */
export type Stated =
  | { readonly words: string; readonly rung?: Rung }
  | { readonly card: { readonly tool: string; readonly parameters: JsonObject }; readonly rung?: Rung };

export const isRefused = (value: unknown): value is Refused =>
  typeof value === "object" && value !== null && "refused" in value && "why" in value && "fix" in value;

export const isEnded = (view: Pick<DirectiveView, "state">): boolean =>
  view.state !== "running" && view.state !== "held" && view.state !== "awaiting-approval";
