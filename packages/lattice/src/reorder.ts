/**
 * Tasks of too many legs for every order: large neighbourhood search. A few legs are loosened and put back anywhere between the others, places
 * and times of all legs chosen anew, by the same exact search that solves small tasks whole; so each step is the best of its neighbourhood.
 */
import { completionWork } from "./completion.ts";
import type { LegTables } from "./leg-tables.ts";
import { orderGraph } from "./order-graph.ts";
import { OrderSearch, type Step } from "./order-search.ts";

/** Legs loosened at a time, at most. */
const MOST_LOOSE = 5;
/** Steps of a neighbourhood's bound beyond which fewer legs are loosened. */
const NEIGHBOURHOOD_WORK = 20_000_000;
const NEIGHBOURHOOD_LABELS = 50_000;
/** A leg that must be taken costs this many times all that is known to cost anything, while the search has not placed it. */
const MUST_FACTOR = 4;

export interface ReorderStop {
  readonly rounds: number;
  /** A plan this cheap is good enough. */
  readonly enough: number;
  random(): number;
  over(): boolean;
}

interface Tour {
  readonly steps: readonly Step[];
  readonly cost: number;
}

/** The best plan found; null when legs that must be taken were never all placed. */
export function reorder(tables: LegTables, stop: ReorderStop): Tour | null {
  const must = MUST_FACTOR * dearest(tables);
  const value = Float64Array.from(tables.legs, (leg) => Math.min(leg.value, must));
  let tour = construct(tables, value, stop);
  for (let round = 0; round < stop.rounds && tour.cost > stop.enough && !stop.over(); round++)
    tour = putBack(tables, value, loosen(tables, tour, stop), tour, stop);
  const taken = new Set(tour.steps.map(({ leg }) => leg));
  return tables.legs.every(({ value: own }, l) => own < Number.POSITIVE_INFINITY || taken.has(l)) ? tour : null;
}

/** A cost that no plan exceeds. */
function dearest({ legs, task }: LegTables): number {
  const finite = (values: Float64Array): number =>
    values.reduce((a, b) => (b < Number.POSITIVE_INFINITY ? Math.max(a, b) : a), 0);
  const span = Math.max(...legs.map(({ from, slots }) => from + slots)) - task.depart;
  let sum = 1 + span * (task.waitCost_slot + 900 * task.travelCost_s);
  for (const { price, value } of legs) sum += finite(price) + (value < Number.POSITIVE_INFINITY ? value : 0);
  return sum;
}

/** Legs in the order of their windows' ends, a few at a time. */
function construct(tables: LegTables, value: Float64Array, stop: ReorderStop): Tour {
  const { legs } = tables.task;
  const order = [...legs.keys()].sort((a, b) => legs[a]!.until - legs[b]!.until || a - b);
  const nothing = value.reduce((sum, own) => sum + own, 0);
  let tour: Tour = { steps: [], cost: nothing };
  for (let first = 0; first < order.length; first += 3)
    tour = putBack(tables, value, new Set(order.slice(first, first + 3)), tour, stop);
  return tour;
}

/** The legs left out, and a run of legs or legs picked at random. */
function loosen({ legs }: LegTables, { steps }: Tour, { random }: ReorderStop): Set<number> {
  const taken = new Set(steps.map(({ leg }) => leg));
  const out = [...legs.keys()].filter((l) => !taken.has(l));
  const pick = (from: readonly number[]): number => from[Math.floor(random() * from.length)]!;
  const loose = new Set<number>();
  for (let i = 0; i < 2 && out.length > 0; i++) loose.add(pick(out));
  const row = steps.map(({ leg }) => leg);
  const at = Math.floor(random() * row.length);
  const inRow = random() < 0.5;
  for (let i = 0; i < row.length && loose.size < MOST_LOOSE; i++)
    loose.add(inRow ? row[(at + i) % row.length]! : pick(row));
  return loose;
}

/** The best plan that keeps the order of all legs but the loose ones; the plan itself when none is better. */
function putBack(tables: LegTables, value: Float64Array, loose: Set<number>, tour: Tour, stop: ReorderStop): Tour {
  const kept = tour.steps.map(({ leg }) => leg).filter((leg) => !loose.has(leg));
  const open = value.reduce((sum, own, l) => (loose.has(l) || kept.includes(l) ? sum : sum + own), 0);
  const graph = orderGraph(kept, [...loose], value);
  if (loose.size > 1 && completionWork(tables, graph) > NEIGHBOURHOOD_WORK) {
    loose.delete([...loose].at(-1)!);
    return putBack(tables, value, loose, tour, stop);
  }
  const search = new OrderSearch(tables, graph);
  const { steps, cost } = search.run({
    cutoff: tour.cost - open,
    max_gap: 0,
    labels: NEIGHBOURHOOD_LABELS,
    over: stop.over,
  });
  return steps === null ? tour : { steps, cost: cost + open };
}
