/** What comes of a directive in words, whoever wrote it: a needle that marks, or a general model that writes JSON. */
import type { Memory } from "logic";
import type { Refusal, ReplayData } from "lop";
import type { ToolCall } from "./card.ts";
import type { MarkedCard } from "./marked-card.ts";

/** One token behind `<|card|>`, as it came about. */
export interface DecodedToken {
  /** The special token's name, or a piece of the directive that is read again; of a general model its text. */
  readonly text: string;
  /** The grammar left no other. */
  readonly forced: boolean;
  /** Natural logarithm over the allowed tokens; null where forced, or where the engine does not tell. */
  readonly logprob: number | null;
}

export interface NeedleScore {
  readonly needle: string;
  readonly probability: number;
}
export interface ToolScore {
  readonly tool: string;
  readonly probability: number;
}

export interface Route {
  readonly directive: string;
  /** Ids of the needles to ask, best first. */
  readonly asked: readonly string[];
  /** All that have any probability, best first; "none" among them. Empty where the engine does not tell. */
  readonly scores: readonly NeedleScore[];
  readonly tools: readonly ToolScore[];
  /** The tool, where routing settles it (a general model); null: the needle picks. */
  readonly chosen: string | null;
  /** Sentences for the operator. */
  readonly reasons: readonly string[];
}

export interface Answer {
  readonly needle: string;
  readonly call: ToolCall;
  /** The card as marks in the directive; null where it was written otherwise. */
  readonly marks: MarkedCard | null;
  /** Natural logarithm of the probability of all free picks; null where the engine does not tell. */
  readonly score: number | null;
  readonly reasons: readonly string[];
  readonly tokens: readonly DecodedToken[];
  readonly fed_count: number;
  readonly took_ms: number;
  /** The needle's memory at the end; null where a server keeps it. */
  readonly memory: Memory | null;
  readonly replay: ReplayData;
}

/** Words → an action card, in the two steps of the trip. */
export interface CardWriter {
  /** Refusals: `no-needle-fits`, `request-malformed`, `engine-failed`. */
  route(directive: string): Promise<Route | Refusal>;
  /** Refusals: `no-needle-fits`, `parameters-invalid`, `engine-failed`. */
  decode(route: Route): Promise<Answer | Refusal>;
}
