/** Plans at the door: candidates are found, what they offer is looked up, and plan.ts finds the way; or says why there is none. */
import { type Fault, isFault } from "./fault.ts";
import type { ItineraryGround, ItineraryTask, Visit } from "./itinerary.ts";
import { checkItinerary } from "./itinerary-certificate.ts";
import type { PlannedVisit, PlannedWay, PlanReply } from "./lattice.ts";
import { LOOK_AHEAD_SLOTS } from "./no-itinerary.ts";
import { isPlanned, type PlanAnswer, type PlannedItinerary, planTask } from "./plan.ts";
import { queryOf, type ReadLeg, type ReadTask, readTask, slotsOfLeg } from "./plan-request.ts";
import { dimensionOf, dimensionUnknown, windowBeyond, windowPast } from "./requests.ts";
import { SLOT_MS, type Slots } from "./slot.ts";
import type { Offering, Terrain, TerrainPlace } from "./terrain.ts";
import { GeodesicTravel } from "./travel.ts";

/** A place as a candidate of one leg; the same place may be a candidate of others. Candidate c is place c + 1 of the metric; the origin is 0. */
export interface Candidate {
  readonly leg: number;
  readonly place: TerrainPlace;
}

/** A task with all that its plan depends on. */
export interface LaidOut {
  readonly task: ReadTask;
  readonly candidates: readonly Candidate[];
  readonly itinerary: ItineraryTask;
  readonly ground: ItineraryGround;
  readonly epoch: number;
}

export async function plan(terrain: Terrain, value: unknown): Promise<PlanReply | Fault> {
  const task = readTask(value);
  if (isFault(task)) return task;
  const laid = await layOut(terrain, task);
  if (isFault(laid)) return laid;
  const answer = solve(terrain, laid);
  if (isPlanned(answer)) recheck(laid, answer);
  return replyOf(laid, answer);
}

/** What we claim is checked by who trusts nothing of the planner, before anybody hears it. */
function recheck({ ground, itinerary, task }: LaidOut, { visits, primal, bound, duals }: PlannedItinerary): void {
  const checked = checkItinerary(ground, itinerary, task.order, { visits, primal, bound, duals });
  if (isFault(checked)) throw new Error(`a plan of our own does not hold: ${checked.why} (${checked.at})`);
}

/** Faults have `at` = `legs.1`, `legs.1.find…`. */
export async function layOut(terrain: Terrain, task: ReadTask): Promise<LaidOut | Fault> {
  const wrong = checkWhen(terrain, task) ?? (await checkDimensions(terrain, task));
  if (wrong !== null) return wrong;
  const candidates: Candidate[] = [];
  let epoch = 0;
  for (const [leg, read] of task.legs.entries()) {
    const match = await terrain.match(queryOf(read, task.candidates));
    if (isFault(match)) return { ...match, at: `legs.${leg}.find${match.at === "" ? "" : `.${match.at}`}` };
    epoch = Math.max(epoch, match.epoch);
    for (const place of match.places) candidates.push({ leg, place });
  }
  const offering = await terrain.offering(
    candidates.map(({ place }) => place),
    slotsOfTask(task),
  );
  return isFault(offering) ? offering : { ...assemble(task, candidates, offering), epoch };
}

/** Legs are to come, and within what is known of hours. Faults: `window-past`, `window-beyond`. */
function checkWhen(terrain: Terrain, { legs }: ReadTask): Fault | null {
  for (const [leg, { until_ms, minutes }] of legs.entries()) {
    if (until_ms <= terrain.now_ms()) return windowPast(until_ms, `legs.${leg}`);
    if (until_ms + minutes * 60_000 > terrain.horizon.until_ms) return windowBeyond(terrain.horizon, `legs.${leg}`);
  }
  return null;
}

/** Faults: `dimension-unknown`. */
async function checkDimensions(terrain: Terrain, { legs }: ReadTask): Promise<Fault | null> {
  if (legs.every(({ dimension }) => dimension === undefined)) return null;
  const known = await terrain.dimensions();
  if (isFault(known)) return known;
  const leg = legs.findIndex(({ dimension }) => dimension !== undefined && !known.includes(dimension));
  return leg < 0 ? null : dimensionUnknown(legs[leg]!.dimension!, `legs.${leg}.dimension`);
}

/** All slots that a plan, or the reason why there is none, may ask for. */
export function slotsOfTask({ legs }: ReadTask): Slots {
  const spans = legs.map(slotsOfLeg);
  return {
    from: Math.min(...spans.map(({ from }) => from)),
    until: Math.max(...spans.map(({ until, duration }) => until + duration)) + LOOK_AHEAD_SLOTS,
  };
}

export function assemble(task: ReadTask, candidates: readonly Candidate[], offering: Offering): Omit<LaidOut, "epoch"> {
  const points = [task.from, ...candidates.map(({ place }) => place.at)];
  const legs = task.legs.map((leg, l) => ({
    name: leg.name,
    candidates: candidates.flatMap((candidate, c) => (candidate.leg === l ? [c + 1] : [])),
    ...slotsOfLeg(leg),
    ...(leg.value_s === undefined ? {} : { value: leg.value_s }),
  }));
  const itinerary: ItineraryTask = {
    origin: 0,
    depart: Math.ceil(task.depart_ms / SLOT_MS),
    legs,
    travelCost_s: 1,
    waitCost_slot: (task.wait_cost * SLOT_MS) / 1000,
  };
  const refusal = (number: number, start: number): "closed" | "full" | "unknown" | null => {
    const { leg, place } = candidates[number - 1]!;
    return refusalOf(offering, task.legs[leg]!, place, start);
  };
  const offers = {
    price: (number: number, start: number) => (refusal(number, start) === null ? 0 : Number.POSITIVE_INFINITY),
    refusal: (number: number, start: number) => refusal(number, start) ?? "unknown",
  };
  const ground = { travel: new GeodesicTravel(points, task.speed_m_per_s), offers };
  return { task, candidates, itinerary, ground };
}

/** Why a leg cannot begin there then; null when it can. */
export function refusalOf(
  offering: Offering,
  leg: ReadLeg,
  place: TerrainPlace,
  start: number,
): "closed" | "full" | "unknown" | null {
  const from_ms = start * SLOT_MS;
  const state = offering.isOpen(place, { from_ms, until_ms: from_ms + leg.minutes * 60_000 });
  if (state === "closed" || (state === "unknown" && leg.find.unknown !== "include")) return state;
  const slots = { from: start, until: start + slotsOfLeg(leg).duration };
  const full = leg.units > 0 && offering.free(place, dimensionOf(leg.dimension, place.dimensions), slots) < leg.units;
  return full ? "full" : null;
}

export function solve(terrain: Terrain, { task, itinerary, ground, candidates }: LaidOut): PlanAnswer {
  const clock = { now_ms: () => terrain.monotonic_ms() };
  return planTask(ground, itinerary, {
    order: task.order,
    deadline: { clock, at_ms: clock.now_ms() + task.deadline_ms },
    max_gap: task.max_gap,
    alternatives: task.alternatives,
    tellTime: wallTime(candidates[0]?.place.tz ?? "UTC"),
  });
}

/** "2026-11-21 19:30", as clocks on the wall say there. */
function wallTime(tz: string): (slot: number) => string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: tz, dateStyle: "short", timeStyle: "short" });
  return (slot) => format.format(slot * SLOT_MS);
}

function replyOf(laid: LaidOut, answer: PlanAnswer): PlanReply {
  const { epoch } = laid;
  if (isPlanned(answer)) {
    const { primal, bound, gap } = answer;
    const alternatives = answer.alternatives.map((way) => wayOf(laid, way));
    return { planned: true, ...wayOf(laid, answer), primal, bound, gap, alternatives, epoch };
  }
  const { reason, conflict, unmet, matching, next, why } = answer;
  const next_ms = next === null ? null : next * SLOT_MS;
  return { planned: false, reason, conflict, leg: unmet, matching, next_ms, why, epoch };
}

function wayOf(
  { task, candidates }: LaidOut,
  { visits, left, cost }: { visits: readonly Visit[]; left: readonly number[]; cost: number },
): PlannedWay {
  const told = visits.map(({ leg, place, start, travel_s }) =>
    visitOf(task.legs[leg]!, leg, candidates[place - 1]!.place, start, travel_s),
  );
  return { visits: told, left, cost_s: cost };
}

export const visitOf = (
  read: ReadLeg,
  leg: number,
  place: TerrainPlace,
  start: number,
  travel_s: number,
): PlannedVisit => ({
  leg,
  id: place.id,
  at: place.at,
  from_ms: start * SLOT_MS,
  until_ms: start * SLOT_MS + read.minutes * 60_000,
  travel_s,
  dimension: read.units > 0 ? dimensionOf(read.dimension, place.dimensions) : null,
  units: read.units,
});
