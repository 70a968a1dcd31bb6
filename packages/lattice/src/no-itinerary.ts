/** Why a task has no plan: the fewest legs that cannot all be met, what is in their way, and when the first place opens again. */
import type { ItineraryGround, ItineraryLeg, ItineraryTask } from "./itinerary.ts";
import { type LegTables, NEVER } from "./leg-tables.ts";
import { MAX_LOOSE_LEGS, type OrderGraph, orderGraph } from "./order-graph.ts";
import { SLOT_MS } from "./slot.ts";

/** How far after its window a leg's next offer is looked for: a week. */
export const LOOK_AHEAD_SLOTS = 672;

export type NoItineraryReason = "no-candidates" | "closed" | "full" | "out-of-reach" | "cannot-meet" | "not-found";

export interface NoItinerary {
  readonly reason: NoItineraryReason;
  /**
   * Legs that cannot all be met, while all but any one of them could. With "not-found" they are all legs, and nothing is proven: the search
   * ended without a plan.
   */
  readonly conflict: readonly number[];
  /** The leg of the conflict that the figures below are about. */
  readonly unmet: number;
  /** Places that match it. */
  readonly matching: number;
  /** The first start after its window that one of them offers, within a week. */
  readonly next: number | null;
  /** The earliest arrival at one of them after the other legs of the conflict, and the last start that one offers. */
  readonly arrival: number | null;
  readonly last: number | null;
  readonly why: string;
}

/** How slots are told to people. */
export type TellTime = (slot: number) => string;

/** UTC, as slots are: "2026-11-21 19:30". */
export const tellUtc: TellTime = (slot) => new Date(slot * SLOT_MS).toISOString().slice(0, 16).replace("T", " ");

/** Of a task that has no plan. Legs with a value are never in the way. */
export function explainNone(
  ground: ItineraryGround,
  tables: LegTables,
  order: "fixed" | "free",
  tell: TellTime = tellUtc,
): NoItinerary {
  const { task } = tables;
  const must = [...task.legs.keys()].filter((l) => task.legs[l]!.value === undefined);
  const alone = must.find((l) => !canMeet(tables, [l], order));
  if (alone !== undefined) return explainLeg(ground, tables, alone, tell);
  const conflict = leastConflict(tables, must, order);
  if (conflict === null) return notFound(task, must);
  return explainConflict(ground, tables, conflict, order, tell);
}

/** Whether all of these legs fit into one plan: by their earliest starts, which FIFO travel makes the best ones. */
const canMeet = (tables: LegTables, legs: readonly number[], order: "fixed" | "free"): boolean =>
  endings(tables, legs, order).length > 0;

interface Ending {
  readonly leg: number;
  readonly candidate: number;
  readonly start: number;
}

/** Every way in which all of these legs can end: the last leg, its candidate, its earliest start (after the window's begin). */
function endings(tables: LegTables, legs: readonly number[], order: "fixed" | "free"): Ending[] {
  const value = new Float64Array(tables.legs.length).fill(Number.POSITIVE_INFINITY);
  const graph = order === "fixed" ? orderGraph(legs, [], value) : orderGraph([], legs, value);
  const early = earliestStarts(tables, graph);
  const ends: Ending[] = [];
  for (const [v, starts] of early.entries()) {
    if (graph.finish[v] !== 0) continue;
    for (const [candidate, start] of starts.entries())
      if (start !== NEVER) ends.push({ leg: graph.leg[v]!, candidate, start });
  }
  return ends;
}

function earliestStarts(tables: LegTables, { leg, first, to }: OrderGraph): Int32Array[] {
  const early = Array.from(leg, (l, v) => new Int32Array(l < 0 ? Number(v === 0) : tables.legs[l]!.places.length));
  for (const [v, starts] of early.entries()) if (v > 0) starts.fill(NEVER);
  for (const [v, starts] of early.entries()) {
    for (let arc = first[v]!; arc < first[v + 1]!; arc++)
      for (const [i, start] of starts.entries())
        if (start !== NEVER) reach(tables, { leg: leg[v]!, candidate: i, start }, leg[to[arc]!]!, early[to[arc]!]!);
  }
  return early;
}

/** Arrivals at a leg from one start of another; `into` keeps the earliest start of each candidate. */
function reach(tables: LegTables, from: Ending, leg: number, into: Int32Array): void {
  const next = tables.legs[leg]!;
  for (let j = 0; j < next.places.length; j++) {
    const arrival = arrivalAt(tables, from, leg, j) - next.from;
    if (!(arrival < next.slots)) continue;
    const start = next.open[j * next.slots + Math.max(0, arrival)]!;
    if (start !== NEVER && (into[j] === NEVER || start < into[j]!)) into[j] = start;
  }
}

/** Slot of arrival; +∞ when there is no way. */
function arrivalAt(tables: LegTables, { leg, candidate, start }: Ending, to: number, j: number): number {
  const { timed, travel, width } = tables.between(leg, to);
  const own = leg < 0 ? null : tables.legs[leg]!;
  const row = timed && own !== null ? start * own.places.length + candidate : candidate;
  const way = travel[row * width + j]!;
  const leave = own === null ? tables.task.depart : own.from + start + own.duration;
  return way < 0 ? Number.POSITIVE_INFINITY : leave + way;
}

/** Leaves out one leg after another as long as the rest still cannot be met; null when it can, or is too much to try every order of. */
function leastConflict(tables: LegTables, must: readonly number[], order: "fixed" | "free"): number[] | null {
  if (order === "free" && must.length > MAX_LOOSE_LEGS) return pairInConflict(tables, must);
  if (canMeet(tables, must, order)) return null;
  let conflict = [...must];
  for (const leg of must.toReversed()) {
    const rest = conflict.filter((other) => other !== leg);
    if (!canMeet(tables, rest, order)) conflict = rest;
  }
  return conflict;
}

function pairInConflict(tables: LegTables, must: readonly number[]): number[] | null {
  for (const a of must) for (const b of must) if (a < b && !canMeet(tables, [a, b], "free")) return [a, b];
  return null;
}

function explainLeg({ offers }: ItineraryGround, tables: LegTables, unmet: number, tell: TellTime): NoItinerary {
  const leg = tables.task.legs[unmet]!;
  const matching = leg.candidates.length;
  const about = { conflict: [unmet], unmet, matching, arrival: null };
  const name = `"${leg.name}"`;
  if (matching === 0)
    return { ...about, reason: "no-candidates", next: null, last: null, why: `No place matches ${name}.` };
  const next = nextOffer(offers, leg);
  const last = lastStart(tables, unmet);
  if (last !== null) {
    const arrival = earliestArrival(tables, [{ leg: -1, candidate: 0, start: 0 }], unmet);
    const why = `${places(matching)} ${name}, but none can be reached in time: ${arrivalWords(arrival, last, tell)}.`;
    return { ...about, reason: "out-of-reach", next, last, arrival, why };
  }
  const { reason, words } = refusalOf(offers, leg);
  const until = next === null ? "none opens in the week after" : `nearest opening ${tell(next)}`;
  const window = leg.until === leg.from + 1 ? `at ${tell(leg.from)}` : `from ${tell(leg.from)} to ${tell(leg.until)}`;
  return { ...about, reason, next, last, why: `${places(matching)} ${name}, ${words} ${window}; ${until}.` };
}

function explainConflict(
  { offers }: ItineraryGround,
  tables: LegTables,
  conflict: readonly number[],
  order: "fixed" | "free",
  tell: TellTime,
): NoItinerary {
  // In free order, the leg with the latest last start is the one that the others may come before.
  const lastOf = (l: number): number => lastStart(tables, l) ?? NEVER;
  const unmet = order === "fixed" ? conflict.at(-1)! : conflict.reduce((a, b) => (lastOf(b) > lastOf(a) ? b : a));
  const leg = tables.task.legs[unmet]!;
  const others = conflict.filter((l) => l !== unmet);
  const arrival = earliestArrival(tables, endings(tables, others, order), unmet);
  const last = lastOf(unmet);
  const names = conflict.map((l) => `"${tables.task.legs[l]!.name}"`);
  const all = `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`;
  const how = conflict.length === 2 ? "cannot meet" : "cannot all be met";
  const turn = order === "fixed" ? "in this order" : "in any order";
  const why = `${all} ${how} ${turn}: at "${leg.name}", ${arrivalWords(arrival, last, tell)}.`;
  const matching = leg.candidates.length;
  return { reason: "cannot-meet", conflict, unmet, matching, next: nextOffer(offers, leg), arrival, last, why };
}

function notFound({ legs }: ItineraryTask, must: readonly number[]): NoItinerary {
  const why = "The search ended without a plan that takes every leg; that there is none is not proven.";
  const unmet = must[0] ?? 0;
  const matching = legs[unmet]!.candidates.length;
  return { reason: "not-found", conflict: must, unmet, matching, next: null, arrival: null, last: null, why };
}

const places = (count: number): string => (count === 1 ? "1 place matches" : `${count} places match`);

const arrivalWords = (arrival: number | null, last: number, tell: TellTime): string =>
  arrival === null
    ? "there is no way to it"
    : `the earliest arrival is ${tell(arrival)}, the last possible one ${tell(last)}`;

function earliestArrival(tables: LegTables, from: readonly Ending[], leg: number): number | null {
  let early = Number.POSITIVE_INFINITY;
  for (const end of from)
    for (let j = 0; j < tables.legs[leg]!.places.length; j++) early = Math.min(early, arrivalAt(tables, end, leg, j));
  return early === Number.POSITIVE_INFINITY ? null : early;
}

function lastStart({ legs }: LegTables, l: number): number | null {
  const { from, last } = legs[l]!;
  const latest = last.reduce((a, b) => Math.max(a, b), NEVER);
  return latest === NEVER ? null : from + latest;
}

/** Whether the places of a leg are closed, full, or some of each. */
function refusalOf(
  offers: ItineraryGround["offers"],
  { candidates, from, until, duration }: ItineraryLeg,
): { readonly reason: "closed" | "full"; readonly words: string } {
  if (offers.refusal === undefined) return { reason: "closed", words: "all closed or full" };
  const count = { closed: 0, full: 0, unknown: 0 };
  for (const place of candidates) {
    const kinds = new Set<keyof typeof count>();
    for (let start = from; start < until; start++) kinds.add(offers.refusal(place, start, duration));
    count[kinds.has("full") ? "full" : kinds.has("unknown") ? "unknown" : "closed"]++;
  }
  const told = { closed: "closed", full: "full", unknown: "of unknown hours" };
  const kinds = (["closed", "full", "unknown"] as const).filter((kind) => count[kind] > 0);
  const words = kinds.map((kind) => (kinds.length === 1 ? `all ${told[kind]}` : `${count[kind]} ${told[kind]}`));
  return { reason: count.full > 0 ? "full" : "closed", words: words.join(", ") };
}

function nextOffer(offers: ItineraryGround["offers"], { candidates, until, duration }: ItineraryLeg): number | null {
  for (let start = until; start < until + LOOK_AHEAD_SLOTS; start++)
    if (candidates.some((place) => offers.price(place, start, duration) < Number.POSITIVE_INFINITY)) return start;
  return null;
}
