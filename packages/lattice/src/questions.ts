/** Questions about plans and prices: why not this one, and what is a slot worth here? */
import { type Fault, fault, isFault } from "./fault.ts";
import { MAX_LEG_CANDIDATES } from "./itinerary.ts";
import type { SurfaceReply, WhyReply } from "./lattice.ts";
import { isPlanned } from "./plan.ts";
import { type ReadWhy, readSurface, readWhy, slotsOfLeg } from "./plan-request.ts";
import { type Candidate, type LaidOut, layOut, refusalOf, slotsOfTask, solve } from "./planning.ts";
import type { PriceBook } from "./price-book.ts";
import { dimensionOf, dimensionUnknown, windowBeyond } from "./requests.ts";
import { areSlots, SLOT_MS, slotsOf } from "./slot.ts";
import type { Terrain, TerrainPlace } from "./terrain.ts";

/** A day of slots at most: the heat layer shows one. */
const MAX_SURFACE_SLOTS = 96;

/** Faults: `task-malformed`, and those of `find`. */
export async function why(terrain: Terrain, prices: PriceBook, value: unknown): Promise<WhyReply | Fault> {
  const question = readWhy(value);
  if (isFault(question)) return question;
  const { task, leg, id } = question;
  if (task.legs[leg] === undefined) return fault("task-malformed", `The task has no leg ${leg}.`, "leg");
  const laid = await layOut(terrain, { ...task, candidates: MAX_LEG_CANDIDATES });
  if (isFault(laid)) return { ...laid, at: `task.${laid.at}` };
  const best = solve(terrain, laid);
  const best_s = isPlanned(best) ? best.cost : null;
  const wanted = laid.candidates.find((candidate) => candidate.leg === leg && candidate.place.id === id);
  if (wanted === undefined) {
    const why = `"${id}" does not match the leg, or is farther than its nearest ${MAX_LEG_CANDIDATES}.`;
    return { reason: "not-matching", why, best_s, with_s: null, price_s: 0 };
  }
  return compare(terrain, prices, laid, question, wanted.place, best_s);
}

async function compare(
  terrain: Terrain,
  prices: PriceBook,
  laid: LaidOut,
  { task, leg, from_ms }: ReadWhy,
  place: TerrainPlace,
  best_s: number | null,
): Promise<WhyReply | Fault> {
  const read = task.legs[leg]!;
  const from = from_ms === null ? null : Math.ceil(from_ms / SLOT_MS);
  const offering = await terrain.offering([place], slotsOfTask(task));
  if (isFault(offering)) return offering;
  const span = slotsOfLeg(read);
  const starts = from === null ? Array.from({ length: span.until - span.from }, (_, k) => span.from + k) : [from];
  const refusals = starts.map((start) => refusalOf(offering, read, place, start));
  const dimension = dimensionOf(read.dimension, place.dimensions);
  const price_s = Math.min(
    ...starts.map((start) => prices.sum(place.id, dimension, { from: start, until: start + span.duration })),
  );
  const told = { best_s, with_s: null, price_s };
  if (refusals.every((refusal) => refusal !== null)) {
    const full = refusals.includes("full");
    const what = full ? `has no ${read.units} ${dimension} free` : "is not known to be open";
    return { ...told, reason: full ? "full" : "closed", why: `"${place.id}" ${what} for the leg then.` };
  }
  const with_s = costWith(terrain, laid, leg, place, from);
  if (with_s === null)
    return { ...told, reason: "out-of-reach", why: `"${place.id}" cannot be reached in time between the other legs.` };
  if (best_s !== null && with_s > best_s + 1e-6) {
    const why = `With "${place.id}" the way costs ${Math.round(with_s - best_s)} s more.`;
    return { ...told, reason: "dearer", why, with_s };
  }
  return { ...told, reason: "best", why: `"${place.id}" is as good a choice as there is.`, with_s };
}

/** Cost of the best plan with this choice in it; null when there is none. */
function costWith(
  terrain: Terrain,
  laid: LaidOut,
  leg: number,
  place: TerrainPlace,
  from: number | null,
): number | null {
  const { task, candidates, ground, itinerary } = laid;
  const kept = (candidate: Candidate): boolean => candidate.leg !== leg || candidate.place.handle === place.handle;
  const numbers = candidates.flatMap((candidate, c) => (kept(candidate) ? [c + 1] : []));
  const legs = itinerary.legs.map((one, l) => ({
    ...one,
    candidates: one.candidates.filter((number) => numbers.includes(number)),
    ...(l === leg && from !== null ? { from, until: from + 1 } : {}),
  }));
  const answer = solve(terrain, { task, candidates, ground, itinerary: { ...itinerary, legs }, epoch: laid.epoch });
  return isPlanned(answer) ? answer.cost : null;
}

/** What is free and what it is worth, by place and slot. Faults: `task-malformed`, `window-malformed`, and those of `find`. */
export async function surface(terrain: Terrain, prices: PriceBook, value: unknown): Promise<SurfaceReply | Fault> {
  const question = readSurface(value);
  if (isFault(question)) return question;
  const { window, dimension, limit, ...query } = question;
  const slots = slotsOf(window);
  if (!areSlots(slots) || slots.until - slots.from > MAX_SURFACE_SLOTS)
    return fault("window-malformed", "A surface is shown for one slot to a day.", "window");
  const known = await terrain.dimensions();
  if (isFault(known)) return known;
  if (!known.includes(dimension)) return dimensionUnknown(dimension, "dimension");
  const { horizon } = terrain;
  if (window.from_ms < horizon.from_ms || window.until_ms > horizon.until_ms) return windowBeyond(horizon, "window");
  const match = await terrain.match({ ...query, limit });
  if (isFault(match)) return match;
  const offering = await terrain.offering(match.places, slots);
  if (isFault(offering)) return offering;
  const all = Array.from({ length: slots.until - slots.from }, (_, k) => slots.from + k);
  const places = match.places.map((place) => ({
    id: place.id,
    at: place.at,
    free: all.map((slot) => offering.free(place, dimension, { from: slot, until: slot + 1 })),
    price_s: all.map((slot) => prices.at(place.id, dimension, slot)),
    open: all.map((slot) => offering.isOpen(place, { from_ms: slot * SLOT_MS, until_ms: (slot + 1) * SLOT_MS })),
  }));
  return { slots_ms: all.map((slot) => slot * SLOT_MS), places, priced: prices.span(dimension), epoch: match.epoch };
}
