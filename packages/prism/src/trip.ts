/** A directive's events folded into what the ring and the rail show. */
import { type DirectiveView, isEnded, STEPS, type StepEvent, type StepName } from "./wire.ts";

export type StepLook = "ahead" | "active" | "waiting" | "passed" | "skipped" | "refused";

export interface RailStep {
  readonly step: StepName;
  readonly look: StepLook;
  readonly took_us: number | null;
}

export type Mood = "idle" | "flying" | "waiting" | "red" | "ended" | "verified";

/** One row a step. The last event of a step decides its look; output does not change it. */
export function railOf(view: DirectiveView | null): RailStep[] {
  const last = new Map<StepName, StepEvent>();
  for (const event of view?.steps ?? [])
    if (event.phase !== "output" && event.phase !== "missed") last.set(event.step, event);
  return STEPS.map((step) => {
    const event = last.get(step);
    return { step, look: event ? lookOf(event, view) : "ahead", took_us: event?.took_us ?? null };
  });
}

function lookOf(event: StepEvent, view: DirectiveView | null): StepLook {
  if (event.phase === "passed" || event.phase === "skipped" || event.phase === "refused") return event.phase;
  if (view !== null && isEnded(view) && view.state !== "done") return event.step === view.step ? "refused" : "ahead";
  return event.phase === "waiting" || event.phase === "held" ? "waiting" : "active";
}

/** What this page found out about a directive's proof; `unknown` until the check is over. */
export type Proved = "unknown" | "good" | "bad";

/** What the whole room looks like for the chosen directive. Gold needs a proof that was verified here, nothing less. */
export function moodOf(view: DirectiveView | null, proved: Proved): Mood {
  if (view === null) return "idle";
  if (view.state === "running") return "flying";
  if (view.state === "awaiting-approval" || view.state === "held") return "waiting";
  if (view.state !== "done" || view.quarantined || proved === "bad") return "red";
  return proved === "good" ? "verified" : "ended";
}

/** The mood in a word or two. */
export function stateWord(view: DirectiveView, proved: Proved): string {
  if (view.state === "running") return view.step;
  if (view.state === "awaiting-approval") return "awaiting approval";
  if (view.state === "held") return "held";
  if (view.state !== "done") return view.state;
  if (view.quarantined) return "quarantined";
  return { unknown: "done", good: "verified", bad: "not verified" }[proved];
}

/** What the trip itself cost; the wait for an approval is the operator's own time. */
export const tripTook_us = (view: DirectiveView): number | null => {
  const known = view.steps.filter((event) => event.took_us !== null && event.step !== "approve");
  return known.length === 0 ? null : known.reduce((sum, event) => sum + (event.took_us ?? 0), 0);
};

export const OUTPUT_MAX_CHARS = 64 * 1024;

/** What one output event printed on standard output. */
export function printedBy(event: StepEvent): string {
  const { text, stdout, stream } = event.detail;
  if (typeof text === "string") return stream === "stderr" ? "" : text;
  return typeof stdout === "string" ? stdout : "";
}

/** Keeps the tail: the newest output is what an operator watches. */
export const tailOf = (text: string): string => text.slice(-OUTPUT_MAX_CHARS);

/** The sentence that a screen reader hears when the state changes. */
export function announcement(view: DirectiveView, proved: Proved): string {
  switch (view.state) {
    case "running":
      return `Step ${view.step}.`;
    case "awaiting-approval":
      return "Awaiting your approval.";
    case "held":
      return "Held by the freeze.";
    case "done":
      return { unknown: "Done.", good: "Done. Proof verified.", bad: "Done. The proof does not verify." }[proved];
    case "cancelled":
      return "Cancelled.";
    case "interrupted":
      return "Interrupted between intent and outcome.";
    default:
      return `Refused: ${view.refusal?.why ?? "no reason was given"}`;
  }
}

/** Whether the map room can show what came of it. */
export const hasMap = ({ card, outcome }: Pick<DirectiveView, "card" | "outcome">): boolean =>
  (card?.tool === "lattice.find" || card?.tool === "lattice.plan") && outcome?.result != null;
