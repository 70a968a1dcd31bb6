/** Unequal demands, from both sides: a bound by item prices (gap.ts), a plan by annealing (gap-search.ts), made better by exchange (gap-exchange.ts). */
import { ascendGap, firstPrices, type GapProblem } from "./gap.ts";
import { GapExchange } from "./gap-exchange.ts";
import { capacityPrices } from "./gap-prices.ts";
import { GapSearch } from "./gap-search.ts";

export interface GapOptions {
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** The share of the time allowed that is over; at 1 the search ends with what it has. */
  readonly progress: () => number;
  /** A gap that is small enough. */
  readonly max_gap?: number;
}

export interface GapAnswer {
  /** Agent of each item; null when no plan that fits was found. */
  readonly chosen: Int32Array | null;
  readonly cost: number;
  /** No plan costs less, as `prices` prove. */
  readonly bound: number;
  readonly prices: Float64Array;
  /** Whether no plan costs less than this one: whole costs have nothing between the bound and the next whole number. */
  readonly proven: boolean;
}

/** Shares of the time: a first plan that the bound aims at, and the bound. */
const FIRST_SHARE = 0.05;
const BOUND_SHARE = 0.2;
const MAX_ROUNDS = 2000;

export function coordinateGap(problem: GapProblem, { random, progress, max_gap = 0 }: GapOptions): GapAnswer {
  const whole = problem.cost.every((cost) => Number.isInteger(cost) || cost === Number.POSITIVE_INFINITY);
  const search = new GapSearch(problem, random);
  search.improve(Number.NEGATIVE_INFINITY, () => progress() / FIRST_SHARE);
  const known = search.best === null ? sumOfDearest(problem) : search.bestCost;
  const { bound, prices } = ascendGap(
    problem,
    firstPrices(problem),
    known,
    MAX_ROUNDS,
    () => progress() >= BOUND_SHARE,
  );
  const least = whole ? Math.ceil(bound - 1e-6) : bound;
  const enough = Math.max(least, bound / (1 - max_gap)) + 1e-6;
  const begun = Math.min(progress(), 1 - 1e-9);
  const rest = (): number => (progress() - begun) / (1 - begun);
  const better = search.best === null ? search : new GapExchange(problem, capacityPrices(problem), search.best, random);
  better.improve(enough, rest);
  return { chosen: better.best, cost: better.bestCost, bound, prices, proven: better.bestCost <= least + 1e-6 };
}

/** No plan costs more. */
function sumOfDearest({ agents, items, cost }: GapProblem): number {
  let sum = 0;
  for (let item = 0; item < items; item++) {
    let dearest = 0;
    for (let agent = 0; agent < agents; agent++) {
      const each = cost[agent * items + item]!;
      if (Number.isFinite(each)) dearest = Math.max(dearest, each);
    }
    sum += dearest;
  }
  return sum;
}
