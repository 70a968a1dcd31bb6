/**
 * Plans of one task: its legs in their order or in any, each at one of its places, optional legs taken when they are worth it. Up to twelve
 * legs in any order are solved exactly (order-search.ts), more by large neighbourhoods (reorder.ts); every answer says how far from the least
 * cost it can be.
 */
import { completionWork } from "./completion.ts";
import { goldenSteps } from "./golden-steps.ts";
import {
  checkTask,
  type Itinerary,
  type ItineraryGround,
  type ItineraryLeg,
  type ItineraryTask,
  type Visit,
} from "./itinerary.ts";
import { dualsBound, type LegDuals, legDuals } from "./leg-duals.ts";
import { LegTables } from "./leg-tables.ts";
import { explainNone, type NoItinerary, type TellTime } from "./no-itinerary.ts";
import { MAX_LOOSE_LEGS, orderGraph } from "./order-graph.ts";
import { MAX_LABELS, OrderSearch, type Step } from "./order-search.ts";
import { reorder } from "./reorder.ts";
import { SLOT_MS } from "./slot.ts";

export const MAX_ALTERNATIVES = 16;
/** Steps of the completion bound beyond which a task in any order is searched by neighbourhoods: about two seconds. */
const EXACT_WORK = 400_000_000;
const DEFAULT_ROUNDS = 200;
const SLOT_S = SLOT_MS / 1000;

export interface PlanOptions {
  /** Whether the legs stay in their order; "fixed" unless said. */
  readonly order?: "fixed" | "free";
  /** Time at which the best plan so far is handed back. */
  readonly deadline?: { readonly clock: { now_ms(): number }; readonly at_ms: number };
  /** Share of the cost by which the answer may be dearer than the least; 0 unless said. */
  readonly max_gap?: number;
  /** Further plans, each with another choice of places than all before it. */
  readonly alternatives?: number;
  /** Neighbourhoods searched when the task is too large for every order. */
  readonly rounds?: number;
  /** Numbers in [0, 1); neighbourhoods are drawn by it. */
  readonly random?: () => number;
  /** How reasons tell slots; UTC unless said. */
  readonly tellTime?: TellTime;
}

export interface PlannedItinerary extends Itinerary {
  /** The cost again, beside what no plan can cost less than, and the share between them. */
  readonly primal: number;
  readonly bound: number;
  readonly gap: number;
  /** Prices that prove the bound by themselves; null when it rests on a search. */
  readonly duals: LegDuals | null;
  /** Cheapest first; each is the least of those with another choice of places, when `gap` is 0. */
  readonly alternatives: readonly Itinerary[];
}

export type PlanAnswer = PlannedItinerary | NoItinerary;

export const isPlanned = (answer: PlanAnswer): answer is PlannedItinerary => "visits" in answer;

/** @throws RangeError when the task is larger than the limits of itineraries. */
export function planTask(ground: ItineraryGround, task: ItineraryTask, options: PlanOptions = {}): PlanAnswer {
  checkTask(task);
  const planner = new Planner(ground, task, options);
  const best = planner.best(task);
  if (best === null) return explainNone(ground, new LegTables(ground, task), planner.order, options.tellTime);
  const { itinerary, bound, duals } = best;
  const primal = itinerary.cost;
  const alternatives = planner.alternatives(itinerary, Math.min(options.alternatives ?? 0, MAX_ALTERNATIVES));
  return { ...itinerary, primal, bound, gap: shareBetween(primal, bound), duals, alternatives };
}

export const shareBetween = (primal: number, bound: number): number =>
  primal - bound <= 0 ? 0 : (primal - bound) / primal;

interface Solution {
  readonly itinerary: Itinerary;
  readonly bound: number;
  readonly duals: LegDuals | null;
}

class Planner {
  readonly order: "fixed" | "free";
  readonly #ground: ItineraryGround;
  readonly #task: ItineraryTask;
  readonly #options: PlanOptions;

  constructor(ground: ItineraryGround, task: ItineraryTask, options: PlanOptions) {
    this.#ground = ground;
    this.#task = task;
    this.#options = options;
    this.order = options.order ?? "fixed";
  }

  /** Null when there is no plan, or none was found. */
  best(task: ItineraryTask): Solution | null {
    const tables = new LegTables(this.#ground, task);
    const legs = [...task.legs.keys()];
    if (this.order === "free" && legs.length > MAX_LOOSE_LEGS) return this.#search(tables);
    const value = tables.legs.map((leg) => leg.value);
    const graph = this.order === "fixed" ? orderGraph(legs, [], value) : orderGraph([], legs, value);
    if (completionWork(tables, graph) > EXACT_WORK) return this.#search(tables);
    const stop = { cutoff: Number.POSITIVE_INFINITY, max_gap: this.#options.max_gap ?? 0, labels: MAX_LABELS };
    const { steps, bound } = new OrderSearch(tables, graph).run({ ...stop, over: this.#over });
    return steps && { itinerary: itineraryOf(this.#ground, task, tables, steps), bound, duals: null };
  }

  #search(tables: LegTables): Solution | null {
    const duals = legDuals(tables);
    if (duals === null) return null;
    const bound = dualsBound(duals);
    const { rounds = DEFAULT_ROUNDS, max_gap = 0, random = goldenSteps() } = this.#options;
    const tour = reorder(tables, { rounds, random, enough: bound / (1 - Math.min(max_gap, 0.99)), over: this.#over });
    return tour && { itinerary: itineraryOf(this.#ground, tables.task, tables, tour.steps), bound, duals };
  }

  #over = (): boolean => {
    const { deadline } = this.#options;
    return deadline !== undefined && deadline.clock.now_ms() >= deadline.at_ms;
  };

  /** Further choices of places, cheapest first: all but the best split into parts without it (Lawler, Management Science 18, 1972). */
  alternatives(best: Itinerary, count: number): Itinerary[] {
    const found: Itinerary[] = [];
    const parts: { readonly task: ItineraryTask; readonly best: Itinerary }[] = [];
    let last = { task: this.#task, best };
    while (found.length < count && !this.#over()) {
      for (const task of partsWithout(last.task, last.best)) {
        const itinerary = this.best(task)?.itinerary;
        if (itinerary) parts.push({ task, best: itinerary });
      }
      parts.sort((a, b) => b.best.cost - a.best.cost);
      const next = parts.pop();
      if (next === undefined) break;
      found.push(next.best);
      last = next;
    }
    return found;
  }
}

/**
 * Tasks that together leave only one choice of places out: part l holds the legs before l where the plan has them and forbids its place for l.
 * A leg that was left out has no place to forbid: the part then makes it a leg that must be taken.
 */
function partsWithout(task: ItineraryTask, { visits }: Itinerary): ItineraryTask[] {
  const placeOf = new Map(visits.map(({ leg, place }) => [leg, place]));
  const parts: ItineraryTask[] = [];
  const held = [...task.legs];
  for (const [l, leg] of task.legs.entries()) {
    const place = placeOf.get(l);
    const { name, candidates, from, until, duration } = leg;
    const must: ItineraryLeg = { name, candidates, from, until, duration };
    const other = place === undefined ? must : { ...leg, candidates: leg.candidates.filter((p) => p !== place) };
    if (other.candidates.length > 0 || other.value !== undefined) parts.push({ ...task, legs: held.with(l, other) });
    held[l] = place === undefined ? { ...leg, candidates: [] } : { ...must, candidates: [place] };
  }
  return parts;
}

function itineraryOf(
  { travel }: ItineraryGround,
  task: ItineraryTask,
  { legs }: LegTables,
  steps: readonly Step[],
): Itinerary {
  let [at, free, cost] = [task.origin, task.depart, 0];
  const visits = steps.map(({ leg, candidate, start: k }, i): Visit => {
    const { places, from, slots, duration, price } = legs[leg]!;
    const [place, start] = [places[candidate]!, from + k];
    const travel_s = travel.seconds(at, place, free * SLOT_S);
    const wait = i === 0 ? 0 : start - free - Math.ceil(travel_s / SLOT_S);
    cost += travel_s * task.travelCost_s + wait * task.waitCost_slot + price[candidate * slots + k]!;
    [at, free] = [place, start + duration];
    return { leg, place, start, until: free, travel_s };
  });
  const taken = new Set(visits.map(({ leg }) => leg));
  const left = [...legs.keys()].filter((l) => !taken.has(l));
  return { visits, left, cost: left.reduce((sum, l) => sum + legs[l]!.value, cost) };
}
