/**
 * One task: legs, each at one place of several, within windows, with travel between. Legs in their order are solved exactly by the
 * time-expanded graph (leg-dag.ts); times are slots, travel is rounded up to whole slots and charged by the second.
 */
import { type CellCosts, type DagLeg, DagSolver, type LegDag, placeOf, startOf } from "./leg-dag.ts";
import { SLOT_MS } from "./slot.ts";
import type { Travel } from "./travel.ts";

export const MAX_LEGS = 32;
export const MAX_LEG_CANDIDATES = 1024;
/** Start slots of one leg: two weeks of quarters of an hour. */
export const MAX_WINDOW_SLOTS = 1344;
const SLOT_S = SLOT_MS / 1000;

export interface ItineraryLeg {
  readonly name: string;
  /** Numbers of places, as the metric knows them. */
  readonly candidates: readonly number[];
  /** Starts in [from, until), in slots. */
  readonly from: number;
  readonly until: number;
  /** Slots spent at the place. */
  readonly duration: number;
  /** What it costs to leave the leg out; absent when it must be taken. */
  readonly value?: number;
}

export interface ItineraryTask {
  readonly origin: number;
  /** Slot at which the origin is left at the earliest. */
  readonly depart: number;
  readonly legs: readonly ItineraryLeg[];
  readonly travelCost_s: number;
  readonly waitCost_slot: number;
}

/** What places offer: opening hours and free units, already put together. */
export interface Offers {
  /** Price of starting here at this slot for so many slots, not below 0; +∞ when closed or full. */
  price(place: number, start: number, duration: number): number;
  /** What a price of +∞ stands for, where it is known; reasons name it. */
  refusal?(place: number, start: number, duration: number): "closed" | "full" | "unknown";
}

export interface ItineraryGround {
  readonly travel: Travel;
  readonly offers: Offers;
}

export interface Visit {
  readonly leg: number;
  readonly place: number;
  readonly start: number;
  readonly until: number;
  readonly travel_s: number;
}

export interface Itinerary {
  /** In the order in which they are made. */
  readonly visits: readonly Visit[];
  /** Legs left out. */
  readonly left: readonly number[];
  /** Travel, waiting and prices, and the values of the legs left out. */
  readonly cost: number;
}

/**
 * The cheapest way through all legs in their order, whatever their values; null when there is none.
 * @throws RangeError when the task is larger than the limits above.
 */
export function planItinerary(
  ground: ItineraryGround,
  task: ItineraryTask,
  solver = new DagSolver(),
): Itinerary | null {
  checkTask(task);
  const dag = itineraryDag(ground.travel, task);
  const costs = offerCosts(ground.offers, dag);
  const path = solver.solve(dag, costs);
  if (path === null) return null;
  let [at, free] = [task.origin, task.depart];
  const visits = dag.legs.map((leg, l): Visit => {
    const cell = path.cells[l]!;
    const [place, start] = [placeOf(leg, cell), startOf(leg, cell)];
    const travel_s = ground.travel.seconds(at, place, free * SLOT_S);
    [at, free] = [place, start + leg.duration];
    return { leg: l, place, start, until: free, travel_s };
  });
  return { visits, left: [], cost: path.cost };
}

export function checkTask({ legs }: ItineraryTask): void {
  if (legs.length < 1 || legs.length > MAX_LEGS) throw new RangeError(`a task has 1 to ${MAX_LEGS} legs`);
  for (const { candidates, from, until, duration, value } of legs) {
    if (candidates.length > MAX_LEG_CANDIDATES)
      throw new RangeError(`a leg has at most ${MAX_LEG_CANDIDATES} candidates`);
    if (!(until > from && until - from <= MAX_WINDOW_SLOTS && duration >= 1))
      throw new RangeError(`a leg takes at least one slot and starts in a window of 1 to ${MAX_WINDOW_SLOTS} slots`);
    if (value !== undefined && !(value >= 0)) throw new RangeError("a leg's value is not below 0");
  }
}

export function itineraryDag(travel: Travel, task: ItineraryTask): LegDag {
  const legs: DagLeg[] = [];
  let [before, starts, spent] = [[task.origin] as readonly number[], [task.depart], 0];
  for (const leg of task.legs) {
    // The origin is left at one known time; later legs are left at any start of the leg before.
    const departures = travel.timed ? starts.map((start) => (start + spent) * SLOT_S) : [0];
    legs.push({
      from: leg.from,
      slots: leg.until - leg.from,
      duration: leg.duration,
      places: Int32Array.from(leg.candidates),
      ...arcsBetween(travel, before, leg.candidates, departures, task.travelCost_s),
      wait: legs.length === 0 ? 0 : task.waitCost_slot,
      timed: travel.timed && legs.length > 0,
    });
    before = leg.candidates;
    starts = Array.from({ length: leg.until - leg.from }, (_, k) => leg.from + k);
    spent = leg.duration;
  }
  return { depart: task.depart, legs };
}

function arcsBetween(
  metric: Travel,
  before: readonly number[],
  candidates: readonly number[],
  departures: readonly number[],
  cost_s: number,
): { readonly cost: Float64Array; readonly travel: Int32Array } {
  const arcs = departures.length * before.length * candidates.length;
  const cost = new Float64Array(arcs);
  const travel = new Int32Array(arcs);
  let arc = 0;
  for (const depart_s of departures) {
    for (const from of before) {
      for (const to of candidates) {
        const seconds = metric.seconds(from, to, depart_s);
        cost[arc] = seconds * cost_s;
        travel[arc++] = seconds === Number.POSITIVE_INFINITY ? -1 : Math.ceil(seconds / SLOT_S);
      }
    }
  }
  return { cost, travel };
}

export const offerCosts = (offers: Offers, { legs }: LegDag): CellCosts =>
  legs.map((leg) =>
    Float64Array.from({ length: leg.places.length * leg.slots }, (_, cell) =>
      offers.price(placeOf(leg, cell), startOf(leg, cell), leg.duration),
    ),
  );
