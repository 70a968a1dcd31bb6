/**
 * lattice.plan: legs in their order, each at one of the places that fit, at times when these are open and free. The answer carries the whole
 * problem with its claim, so that the plan and its bound can be checked by whoever has the proof card (`checkPlanFile` of the lattice).
 */
import {
  type Capability,
  type ItineraryGround,
  LOOK_AHEAD_SLOTS,
  type PlanFile,
  type PlanProblem,
  type Point,
  planGround,
  planTask,
  SLOT_MS,
  WallClock,
} from "lattice";
import { type Crypto, digestOf, isRefusal, type Json, type JsonObject, type Refusal, refuse } from "lop";
import { type FindAsked, placeOf, timeOf, type Understood, understand, whereOf } from "./lattice-find.ts";
import type { OpenLattice } from "./lattice-port.ts";
import { heard } from "./lattice-refusal.ts";
import { type Room, roomOf, type Span } from "./lattice-room.ts";

/** Nearest places of a leg that are looked at. */
export const PLAN_CANDIDATES = 40;
export const MAX_PLAN_LEGS = 12;
/** Minutes at a place when nobody says. */
export const STAY_MINUTES = 60;
/** "At 9" is kept when a leg begins at most so much later. */
export const START_TOLERANCE_MS = 30 * 60_000;
/** A leg without any time begins within so long. */
export const OPEN_ENDED_MS = 24 * 3_600_000;
/** Metres a second: on foot. */
export const WALK_M_PER_S = 1.4;
/** Cost of a second of waiting, beside one of walking. */
export const WAIT_COST = 0.2;
const SLOT_S = SLOT_MS / 1000;

export interface LegAsked extends FindAsked {
  readonly what: string;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly minutes?: number | undefined;
}

export interface Leg {
  readonly asked: LegAsked;
  readonly understood: Understood;
  readonly from: number;
  readonly until: number;
  readonly duration: number;
  readonly places: readonly Capability[];
}

/** The answer of the tool; see PLAN in tools-lattice.ts. */
export async function planFor(
  open: OpenLattice,
  crypto: Crypto,
  asked: readonly LegAsked[],
): Promise<JsonObject | Refusal> {
  if (asked.length > MAX_PLAN_LEGS)
    return refuse("parameters-invalid", `legs: at most ${MAX_PLAN_LEGS}, not ${asked.length}.`);
  // "At 9" is at 9, if that can be; only else a little later.
  for (const tolerance_ms of [0, START_TOLERANCE_MS]) {
    const planned = await planWithin(open, crypto, asked, tolerance_ms);
    if (planned !== null) return planned;
  }
  return whyNone(open, asked);
}

/** Null when there is no plan. */
async function planWithin(
  open: OpenLattice,
  crypto: Crypto,
  asked: readonly LegAsked[],
  tolerance_ms: number,
): Promise<JsonObject | Refusal | null> {
  const legs = await readLegs(open, asked, tolerance_ms);
  if (isRefusal(legs)) return legs;
  const problem = await problemOf(open, legs, originOf(open, legs));
  if (isRefusal(problem)) return problem;
  const { ground, task, first } = planGround(problem);
  const answer = planTask(ground, task);
  if (!("visits" in answer)) return null;
  const visits = answer.visits.map((visit) => ({ ...visit, place: visit.place - first[visit.leg]! }));
  const file: PlanFile = { problem, visits, primal: answer.primal, bound: answer.bound };
  return {
    planned: true,
    why: null,
    leg: null,
    legs: visits.map((visit) => {
      const leg = legs[visit.leg]!;
      return visitRow(leg, leg.places[visit.place]!, visit, open.settings.tz);
    }),
    tasks: null,
    certificate: {
      digest: digestOf(crypto, problem as unknown as Json),
      gap: answer.gap,
      ...(file as unknown as JsonObject),
    },
  };
}

const originOf = ({ settings }: OpenLattice, legs: readonly Leg[]): Point => settings.home ?? legs[0]!.understood.from;

/** The legs that cannot be met as they were said, and when they could. */
async function whyNone(open: OpenLattice, asked: readonly LegAsked[]): Promise<JsonObject | Refusal> {
  const legs = await readLegs(open, asked, 0);
  if (isRefusal(legs)) return legs;
  const problem = await problemOf(open, legs, originOf(open, legs));
  if (isRefusal(problem)) return problem;
  const offers = await offersAround(open, legs);
  if (isRefusal(offers)) return offers;
  const { ground, task } = planGround(problem);
  const tellTime = (slot: number): string => wallText(slot * SLOT_MS, open.settings.tz);
  const answer = planTask({ ...ground, offers }, task, { tellTime });
  // What just became free is no reason any more; the next asking finds it.
  const [why, leg] = "visits" in answer ? ["It was full a moment ago; ask again.", null] : [answer.why, answer.unmet];
  return { planned: false, why, leg, legs: [], tasks: null, certificate: null };
}

/** The times of the legs, one after the other: an hour without a day is the next one after the leg before. */
export async function readLegs(
  open: OpenLattice,
  asked: readonly LegAsked[],
  tolerance_ms: number,
): Promise<Leg[] | Refusal> {
  const legs: Leg[] = [];
  let after_ms = open.clock.now_ms();
  let around: Point | undefined;
  for (const leg of asked) {
    const understood = await understand(open, leg, around);
    if (isRefusal(understood)) return understood;
    const duration = Math.max(1, Math.ceil(((leg.minutes ?? STAY_MINUTES) * 60_000) / SLOT_MS));
    const window = windowOf(open, leg, { after_ms, duration, tolerance_ms });
    if (isRefusal(window)) return window;
    const places = await candidates(open, understood);
    if (isRefusal(places)) return places;
    legs.push({ asked: leg, understood, duration, places, ...window });
    around = understood.from;
    after_ms = Math.max(after_ms, window.from * SLOT_MS);
  }
  return legs;
}

/** Slots in which a leg may begin. */
function windowOf(
  open: OpenLattice,
  { what, from, until }: LegAsked,
  { after_ms, duration, tolerance_ms }: { after_ms: number; duration: number; tolerance_ms: number },
): { from: number; until: number } | Refusal {
  const start = from === undefined ? null : timeOf(open, from, after_ms);
  if (isRefusal(start)) return start;
  const from_ms = start?.from_ms ?? after_ms;
  const end = until === undefined ? null : timeOf(open, until, from_ms);
  if (isRefusal(end)) return end;
  const end_ms = end?.from_ms ?? start?.until_ms ?? null;
  const first = Math.ceil(from_ms / SLOT_MS);
  const spread_ms = start === null ? OPEN_ENDED_MS : tolerance_ms;
  const last = end_ms === null ? first + spread_ms / SLOT_MS : Math.floor(end_ms / SLOT_MS) - duration;
  if (last >= first) return { from: first, until: last + 1 };
  const stretch = `${wallText(from_ms, open.settings.tz)} and ${wallText(end_ms!, open.settings.tz)}`;
  return refuse("parameters-invalid", `${duration * 15} minutes of ${what} do not fit between ${stretch}.`);
}

async function candidates(open: OpenLattice, understood: Understood): Promise<Capability[] | Refusal> {
  const { ids } = understood.wanted;
  const query = { place: placeOf(understood), where: whereOf(understood), limit: PLAN_CANDIDATES };
  const found =
    ids === null
      ? heard(await open.lattice.find(query))
      : { found: ids.slice(0, PLAN_CANDIDATES).map((id) => ({ id })) };
  if (isRefusal(found)) return found;
  const records: Capability[] = [];
  for (const { id } of found.found) {
    const record = heard(await open.lattice.get(id));
    if (isRefusal(record)) return record;
    if (record !== null) records.push(record);
  }
  return records;
}

async function problemOf(open: OpenLattice, legs: readonly Leg[], origin: Point): Promise<PlanProblem | Refusal> {
  const made: PlanProblem["legs"] = [];
  for (const leg of legs) {
    const { asked, from, until, duration } = leg;
    const rooms = await roomsOf(open, leg, { from, until: until + duration });
    if (isRefusal(rooms)) return rooms;
    const places = leg.places.map(({ id, at }, p) => ({
      ...{ id, lat: at.lat, lng: at.lng },
      starts: rooms[p]!.starts({ from, until }, duration),
    }));
    made.push({ name: asked.what, from, until, duration, places });
  }
  return {
    v: 1,
    origin: { lat: origin.lat, lng: origin.lng },
    depart: Math.ceil(open.clock.now_ms() / SLOT_MS),
    speed_m_per_s: WALK_M_PER_S,
    travel_cost_s: 1,
    wait_cost_slot: WAIT_COST * SLOT_S,
    legs: made,
  };
}

async function roomsOf(open: OpenLattice, { places }: Leg, span: Span): Promise<Room[] | Refusal> {
  const rooms: Room[] = [];
  for (const record of places) {
    const room = await roomOf(open, record, span, 1);
    if (isRefusal(room)) return room;
    rooms.push(room);
  }
  return rooms;
}

/** What the planner may ask when it has to say why there is no plan: reasons, and what opens in the week after. */
async function offersAround(open: OpenLattice, legs: readonly Leg[]): Promise<ItineraryGround["offers"] | Refusal> {
  const rooms: Room[] = [];
  for (const leg of legs) {
    const known = await roomsOf(open, leg, { from: leg.from, until: leg.until + leg.duration + LOOK_AHEAD_SLOTS });
    if (isRefusal(known)) return known;
    rooms.push(...known);
  }
  const refusal = (place: number, start: number, duration: number) =>
    rooms[place - 1]!.refusal({ from: start, until: start + duration });
  return {
    price: (place, start, duration) => (refusal(place, start, duration) === null ? 0 : Number.POSITIVE_INFINITY),
    refusal: (place, start, duration) => refusal(place, start, duration) ?? "unknown",
  };
}

export interface Visit {
  readonly start: number;
  readonly until: number;
  readonly travel_s: number;
}

/** A visit as people read it. */
export function visitRow({ asked, understood }: Leg, record: Capability, visit: Visit, tz: string): JsonObject {
  const { id, name, category, at } = record;
  return {
    what: asked.what,
    near: understood.near?.name ?? null,
    capability: { id, name, category, lat: at.lat, lng: at.lng },
    from: new Date(visit.start * SLOT_MS).toISOString(),
    until: new Date(visit.until * SLOT_MS).toISOString(),
    local: `${wallText(visit.start * SLOT_MS, tz)} ${tz}`,
    travel_s: visit.travel_s,
  };
}

export function wallText(utc_ms: number, tz: string): string {
  return new Date(new WallClock(tz, utc_ms, utc_ms).toWall(utc_ms)).toISOString().slice(0, 16).replace("T", " ");
}
