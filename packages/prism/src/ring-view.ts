/** From the room's state to what the ring draws. */
import { composing } from "./composer.ts";
import type { NeedleLook, NeedleView, RingView } from "./ring.tsx";
import { NEEDLES } from "./ring-geometry.ts";
import { chosen, provedHere, type RoomState } from "./room-state.ts";
import { moodOf, type Proved, railOf, stateWord, tripTook_us } from "./trip.ts";
import type { DirectiveView } from "./wire.ts";

export function ringView(state: RoomState): RingView {
  const view = chosen(state);
  const proved = view === null ? "unknown" : provedHere(state, view.id);
  const rail = railOf(view);
  const mood = roomMood(state) ?? moodOf(view, proved);
  const done = (step: string) => rail.some((row) => row.step === step && row.look === "passed");
  return {
    mood,
    rail,
    needles: needleViews(state, view),
    returned: done("execute"),
    word: mood === "offline" ? LINE_WORDS[state.line] : heartWord(mood, view, proved),
    took_us: view === null || mood === "paused" || mood === "locked" ? null : tripTook_us(view),
    pulse: view === null ? "" : pulseOf(view, mood === "verified", done("approve")),
  };
}

const LINE_WORDS: { readonly [line in RoomState["line"]]: string } = {
  connecting: "connecting",
  live: "live",
  offline: "no line",
  "no-key": "no key",
  "key-expired": "refused",
};

/** What the whole hive is in goes before what one directive is in. */
function roomMood(state: RoomState): RingView["mood"] | null {
  if (state.line === "offline" || state.line === "no-key" || state.line === "key-expired") return "offline";
  if (state.status?.frozen) return "paused";
  return state.status?.unlocked === false && state.selected === null ? "locked" : null;
}

function heartWord(mood: RingView["mood"], view: DirectiveView | null, proved: Proved): string {
  if (mood === "paused") return "frozen";
  if (mood === "locked") return "locked";
  if (view === null) return "ready";
  if (view.state === "awaiting-approval") return "your word";
  return stateWord(view, proved);
}

const pulseOf = (view: DirectiveView, verified: boolean, approved: boolean): string => {
  if (verified) return `${view.id}-verified`;
  return approved && view.verdict?.decision === "approve" ? `${view.id}-approved` : "";
};

function needleViews(state: RoomState, view: DirectiveView | null): NeedleView[] {
  const ready = new Set(state.tools.filter((tool) => tool.absent === null).map((tool) => tool.needle));
  const candidates = candidateNeedles(state);
  const routed = view === null || candidates.size > 0 ? null : routedNeedle(view);
  return NEEDLES.map((id) => {
    const look: NeedleLook =
      id === routed ? "routed" : candidates.has(id) ? "candidate" : ready.has(id) ? "ready" : "absent";
    return { id, look, note: look === "routed" ? (view?.card?.tool.split(".").slice(1).join(".") ?? "") : "" };
  });
}

/** Needles whose tools stand in the list or the form right now. */
function candidateNeedles(state: RoomState): Set<string> {
  const { composer } = state;
  if (composer.mode === "form") return new Set([composer.tool.needle]);
  if (composer.text === "") return new Set();
  return new Set(
    composing(composer, state.tools).flatMap((choice) => (choice.kind === "tool" ? [choice.tool.needle] : [])),
  );
}

function routedNeedle(view: DirectiveView): string | null {
  if (view.card !== null) return view.card.needle;
  const told = view.steps.findLast((event) => typeof event.detail.needle === "string")?.detail.needle;
  return typeof told === "string" ? told : null;
}
