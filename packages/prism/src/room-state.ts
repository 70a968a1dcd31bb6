/** What the room knows: its shape, its limits, and the small functions from one state to the next. */
import type { Composer } from "./composer.ts";
import { EMPTY_COMPOSER } from "./composer.ts";
import type { Proved } from "./trip.ts";
import type { ProofCheck } from "./verify.ts";
import {
  type DirectiveView,
  type HiveStatus,
  isEnded,
  type Permit,
  type Refused,
  type StepEvent,
  type ToolInfo,
} from "./wire.ts";

export type Line = "connecting" | "live" | "offline" | "no-key" | "key-expired";

export type ProofState =
  | { readonly phase: "fetching" | "checking" }
  | { readonly phase: "absent"; readonly refusal: Refused }
  | { readonly phase: "checked"; readonly bytes: Uint8Array; readonly check: ProofCheck };

/** The rooms of the page: the trip of a directive, and the map of the lattice. */
export type Hall = "trip" | "map";

export type Panel = "help" | "permits" | "god" | "file" | null;

/** A proof file that somebody handed in, of whatever hive. */
export interface StrangeProof {
  readonly name: string;
  readonly check: ProofCheck;
}

export interface Ghost {
  readonly id: number;
  readonly text: string;
}

export interface RoomState {
  readonly line: Line;
  readonly status: HiveStatus | null;
  readonly tools: readonly ToolInfo[];
  readonly directives: { readonly [id: string]: DirectiveView };
  /** Newest first. */
  readonly order: readonly string[];
  readonly selected: string | null;
  /** What was stated here last. */
  readonly stated: string | null;
  readonly outputs: { readonly [id: string]: string };
  readonly proofs: { readonly [id: string]: ProofState };
  readonly composer: Composer;
  /** The last request of this page that was refused, until the next one. */
  readonly refusal: Refused | null;
  readonly busy: boolean;
  readonly panel: Panel;
  readonly permits: readonly Permit[];
  readonly ghosts: readonly Ghost[];
  readonly strange: StrangeProof | null;
  readonly hall: Hall;
  /** The directive whose outcome the map shows. */
  readonly mapped: string | null;
}

export const EMPTY_ROOM: RoomState = {
  line: "connecting",
  status: null,
  tools: [],
  directives: {},
  order: [],
  selected: null,
  stated: null,
  outputs: {},
  proofs: {},
  composer: EMPTY_COMPOSER,
  refusal: null,
  busy: false,
  panel: null,
  permits: [],
  ghosts: [],
  strange: null,
  hall: "trip",
  mapped: null,
};

/** Notes shown at once, and notes that wait at most; older ones are dropped. */
export const GHOSTS_MAX = 3;
export const GHOSTS_KEPT = 20;
/** Directives that the page remembers, with their output and proof. */
export const DIRECTIVES_KEPT = 200;
export function lineOf(refusal: Refused): Line {
  if (refusal.refused === "offline") return "offline";
  return refusal.refused === "unauthorized" ? "key-expired" : "live";
}

export function stateAfter(view: DirectiveView, event: StepEvent): DirectiveView["state"] {
  if (isEnded(view)) return view.state;
  if (event.phase === "waiting") return "awaiting-approval";
  if (event.phase === "held") return "held";
  // `refused` and the end of `prove` wait for the view: it holds the reason and the outcome that the page then shows.
  return "running";
}

/** The state without its oldest ended directive that is not shown; all of it when there is none. */
export function withoutOldest(state: RoomState): Partial<RoomState> {
  const id = state.order.findLast((one) => one !== state.selected && isEnded(state.directives[one]!));
  if (id === undefined) return {};
  const { [id]: _view, ...directives } = state.directives;
  const { [id]: _output, ...outputs } = state.outputs;
  const { [id]: _proof, ...proofs } = state.proofs;
  return { directives, outputs, proofs, order: state.order.filter((one) => one !== id) };
}

/** A good proof of something else is no proof of this. */
export function belongsTo(id: string, check: ProofCheck): ProofCheck {
  if (!check.verified || check.facts.id === id) return check;
  return { verified: false, part: "id", why: "It is a sound proof, but of another directive." };
}

/** A view from the daemon over what is known here. An answer that was under way while something happened tells of an earlier moment. */
export function forward(known: DirectiveView, told: DirectiveView): DirectiveView {
  if (isEnded(told)) return told;
  if (isEnded(known)) return known;
  return newest(known) > newest(told) ? { ...told, state: known.state, step: known.step } : told;
}

const newest = ({ steps }: DirectiveView): number => steps.reduce((most, { seq }) => Math.max(most, seq), 0);

/** The newest event that the views already hold: the stream goes on after it. Empty when there is none. */
export function lastSeq(state: RoomState): string {
  const seqs = Object.values(state.directives).flatMap((view) => view.steps.map((event) => event.seq));
  return seqs.length === 0 ? "" : String(seqs.reduce((a, b) => Math.max(a, b)));
}

export function mergeSteps(heard: readonly StepEvent[], told: readonly StepEvent[]): StepEvent[] {
  const bySeq = new Map<number, StepEvent>();
  for (const event of [...heard, ...told]) if (event.phase !== "output") bySeq.set(event.seq, event);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

export const chosen = (state: RoomState): DirectiveView | null =>
  state.selected === null ? null : (state.directives[state.selected] ?? null);

export function provedHere(state: RoomState, id: string): Proved {
  const proof = state.proofs[id];
  if (proof?.phase !== "checked") return "unknown";
  return proof.check.verified ? "good" : "bad";
}
