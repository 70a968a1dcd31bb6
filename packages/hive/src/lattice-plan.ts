/**
 * lattice.plan: legs in their order, each at one of the places that fit, at times when these are open and free. The answer carries the whole
 * problem with its claim, so that the plan and its bound can be checked by whoever has the proof card (`checkPlanFile` of the lattice).
 */
import {
  type Capability,
  HoursCompiler,
  HoursIndex,
  isFault,
  type PlanFile,
  type PlanProblem,
  type Point,
  planGround,
  planTask,
  SLOT_MS,
  WallClock,
} from "lattice";
import { nodeInZone } from "lattice/node";
import { type Crypto, digestOf, isRefusal, type Json, type JsonObject, type Refusal, refuse } from "lop";
import { type FindAsked, placeOf, timeOf, type Understood, understand, whereOf } from "./lattice-find.ts";
import type { OpenLattice } from "./lattice-port.ts";
import { heard } from "./lattice-refusal.ts";

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
  const exact = await planWithin(open, crypto, asked, 0);
  return isRefusal(exact) || exact.planned === true ? exact : planWithin(open, crypto, asked, START_TOLERANCE_MS);
}

async function planWithin(
  open: OpenLattice,
  crypto: Crypto,
  asked: readonly LegAsked[],
  tolerance_ms: number,
): Promise<JsonObject | Refusal> {
  const legs = await readLegs(open, asked, tolerance_ms);
  if (isRefusal(legs)) return legs;
  const origin = open.settings.home ?? legs[0]!.understood.from;
  const problem = await problemOf(open, legs, origin);
  const { ground, task, first } = planGround(problem);
  const answer = planTask(ground, task, { tellTime: (slot) => wallText(slot * SLOT_MS, open.settings.tz) });
  if (!("visits" in answer))
    return { planned: false, why: answer.why, leg: answer.unmet, legs: [], tasks: null, certificate: null };
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

async function problemOf(open: OpenLattice, legs: readonly Leg[], origin: Point): Promise<PlanProblem> {
  const made: PlanProblem["legs"] = [];
  for (const leg of legs) {
    const { asked, from, until, duration } = leg;
    const places = await Promise.all(
      leg.places.map(async (record) => ({
        id: record.id,
        lat: record.at.lat,
        lng: record.at.lng,
        starts: await startsAt(open, record, leg),
      })),
    );
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

/** When a leg may begin at a place: open for all of its stay, and a unit free. */
async function startsAt(
  open: OpenLattice,
  record: Capability,
  { from, until, duration }: Leg,
): Promise<[number, number][]> {
  const horizon = { from_ms: from * SLOT_MS, until_ms: (until + duration) * SLOT_MS };
  const hours = new HoursIndex(new HoursCompiler(horizon, nodeInZone), open.settings.region);
  if (hours.set(0, record.hours, record.tz, record.at) !== null) return [];
  const dimensions = Object.keys(record.capacity);
  const isFree = async (start: number, end: number): Promise<boolean> => {
    if (dimensions.length === 0) return true;
    const free = await open.lattice.free(record.id, dimensions[0]!, {
      from_ms: start * SLOT_MS,
      until_ms: end * SLOT_MS,
    });
    return !isFault(free) && free >= 1;
  };
  const always = await isFree(from, until + duration - 1);
  const starts: [number, number][] = [];
  for (let start = from; start < until; start++) {
    const stay = { from_ms: start * SLOT_MS, until_ms: (start + duration) * SLOT_MS };
    if (hours.isOpen(0, stay) !== "open" || !(always || (await isFree(start, start + duration)))) continue;
    const last = starts.at(-1);
    if (last?.[1] === start) last[1]++;
    else starts.push([start, start + 1]);
  }
  return starts;
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
