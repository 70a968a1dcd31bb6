/** A task's numbers, laid out for search: prices of every candidate and start, and travel between the candidates of any two legs. */
import type { ItineraryGround, ItineraryTask } from "./itinerary.ts";
import { SLOT_MS } from "./slot.ts";

const SLOT_S = SLOT_MS / 1000;
export const NEVER = -1;

/** One leg; start k (from the window's begin) of candidate j is at j · slots + k. */
export interface LegTable {
  readonly places: readonly number[];
  readonly from: number;
  readonly slots: number;
  readonly duration: number;
  /** What it costs to leave the leg out; +∞ when it must be. */
  readonly value: number;
  readonly price: Float64Array;
  /** Least price of each candidate. */
  readonly least: Float64Array;
  /** The first start at or after k that is open; NEVER when none is. */
  readonly open: Int32Array;
  /** The first start after k that is cheaper than start k; NEVER when none is. */
  readonly cheaper: Int32Array;
  /** The last open start of each candidate; NEVER when none is. */
  readonly last: Int32Array;
}

/** From candidate i of one leg to candidate j of another, at (departure · before + i) · width + j; one departure when time does not matter. */
export interface Arcs {
  readonly cost: Float64Array;
  /** Slots on the way; negative when there is no way. */
  readonly travel: Int32Array;
  readonly width: number;
  readonly timed: boolean;
  /** The least over all departures, at i · width + j. Without a way: +∞ and negative. */
  readonly leastCost: Float64Array;
  readonly leastTravel: Int32Array;
}

export class LegTables {
  readonly legs: readonly LegTable[];
  readonly task: ItineraryTask;
  readonly timed: boolean;
  readonly #ground: ItineraryGround;
  readonly #arcs: (Arcs | undefined)[] = [];

  constructor(ground: ItineraryGround, task: ItineraryTask) {
    this.#ground = ground;
    this.task = task;
    this.timed = ground.travel.timed;
    this.legs = task.legs.map((leg): LegTable => {
      const { candidates: places, from, duration } = leg;
      const slots = leg.until - from;
      const price = new Float64Array(places.length * slots);
      for (let j = 0, cell = 0; j < places.length; j++)
        for (let k = 0; k < slots; k++) price[cell++] = ground.offers.price(places[j]!, from + k, duration);
      const value = leg.value ?? Number.POSITIVE_INFINITY;
      return { places, from, slots, duration, value, price, ...startsBy(price, places.length, slots) };
    });
  }

  /** Travel from one leg to another; from the origin when `before` is −1. */
  between(before: number, leg: number): Arcs {
    const key = (before + 1) * this.legs.length + leg;
    const known = this.#arcs[key];
    if (known !== undefined) return known;
    const { origin, depart, travelCost_s } = this.task;
    const from = before < 0 ? [origin] : this.legs[before]!.places;
    const arcs = arcsOf(this.#ground, from, this.legs[leg]!.places, this.#departures(before, depart), travelCost_s);
    this.#arcs[key] = arcs;
    return arcs;
  }

  #departures(before: number, depart: number): readonly number[] {
    if (before < 0) return [depart];
    if (!this.timed) return [0];
    const { from, slots, duration } = this.legs[before]!;
    return Array.from({ length: slots }, (_, k) => from + k + duration);
  }
}

function startsBy(
  price: Float64Array,
  places: number,
  slots: number,
): Pick<LegTable, "least" | "open" | "cheaper" | "last"> {
  const least = new Float64Array(places).fill(Number.POSITIVE_INFINITY);
  const open = new Int32Array(price.length);
  const cheaper = new Int32Array(price.length);
  const last = new Int32Array(places).fill(NEVER);
  for (let j = 0; j < places; j++) {
    let next = NEVER;
    for (let k = slots - 1; k >= 0; k--) {
      const cell = j * slots + k;
      const own = price[cell]!;
      // Dearer starts are stepped over through their own pointers: each is passed at most once.
      let lower = next;
      while (lower !== NEVER && price[j * slots + lower]! >= own) lower = cheaper[j * slots + lower]!;
      cheaper[cell] = lower;
      if (own < Number.POSITIVE_INFINITY) {
        if (next === NEVER) last[j] = k;
        next = k;
        if (own < least[j]!) least[j] = own;
      }
      open[cell] = next;
    }
  }
  return { least, open, cheaper, last };
}

function arcsOf(
  { travel: metric }: ItineraryGround,
  before: readonly number[],
  after: readonly number[],
  departures: readonly number[],
  cost_s: number,
): Arcs {
  const [width, cells] = [after.length, before.length * after.length];
  const cost = new Float64Array(departures.length * cells);
  const travel = new Int32Array(cost.length);
  const leastCost = new Float64Array(cells).fill(Number.POSITIVE_INFINITY);
  const leastTravel = new Int32Array(cells).fill(NEVER);
  let arc = 0;
  for (const depart of departures) {
    for (let i = 0, cell = 0; i < before.length; i++) {
      for (let j = 0; j < width; j++, cell++, arc++) {
        const seconds = metric.seconds(before[i]!, after[j]!, depart * SLOT_S);
        cost[arc] = seconds * cost_s;
        if (seconds === Number.POSITIVE_INFINITY) {
          travel[arc] = NEVER;
          continue;
        }
        const way = Math.ceil(seconds / SLOT_S);
        travel[arc] = way;
        if (cost[arc]! < leastCost[cell]!) leastCost[cell] = cost[arc]!;
        if (leastTravel[cell]! < 0 || way < leastTravel[cell]!) leastTravel[cell] = way;
      }
    }
  }
  return { cost, travel, width, timed: departures.length > 1, leastCost, leastTravel };
}
