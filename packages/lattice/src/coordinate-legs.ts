/**
 * Multi-leg competition, solved from both sides. Below: column generation. Each round every task is asked for its cheapest path at the prices;
 * paths that are new become columns, and the smoothed master (legs-columns.ts) moves the prices within a reach that shrinks, so that they settle.
 * What the tasks answer proves a bound at every round (Lagrange); the best of them stays. Above: plans made of those prices (legs-search.ts).
 * Prices and plan make the certificate (legs-certificate.ts). Why so: docs/decisions/0096.
 */
import { type CellCosts, DagSolver, leastAhead, pathCost } from "./leg-dag.ts";
import { type LegsProblem, type Plan, priced, roomAt, roomFor } from "./legs.ts";
import { ColumnPool, takesOf } from "./legs-columns.ts";
import { LegsReseat } from "./legs-reseat.ts";
import { LegsSearch } from "./legs-search.ts";

export interface LegsOptions {
  /** Rounds of pricing, at most. */
  readonly rounds: number;
  /** Chains of the plan's search, at most. */
  readonly tries: number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** The share of the time allowed that is over; at 1 the search ends with what it has. */
  readonly progress?: () => number;
  /** A gap that is small enough: the search ends when bound and cost are within this share. */
  readonly max_gap?: number;
}

export interface LegsAnswer {
  readonly plan: Plan;
  readonly cost: number;
  /** No plan costs less, as `prices` prove. */
  readonly bound: number;
  readonly prices: Float64Array;
}

/** Share of the time for the bound; it ends earlier when it settles. */
const BOUND_SHARE = 0.4;
/** Up to so many tasks, chains of ejections find less than seating groups again. */
const SMALL = 250;

export function coordinateLegs(problem: LegsProblem, options: LegsOptions): LegsAnswer {
  const ahead = problem.tasks.map(leastAhead);
  const progress = options.progress ?? (() => 0);
  const { bound, prices, least } = generate(problem, ahead, options.rounds, () => progress() >= BOUND_SHARE);
  const search =
    problem.tasks.length > SMALL
      ? new LegsSearch(problem, ahead, prices, least, options.random)
      : new LegsReseat(problem, ahead, prices, options.random);
  const begun = Math.min(progress(), 1 - 1e-9);
  const enough = bound / (1 - (options.max_gap ?? 0)) + 1e-6;
  search.improve(options.tries, enough, () => (progress() - begun) / (1 - begun));
  return { plan: search.best, cost: search.bestCost, bound, prices };
}

/** Heat of the first round and its fall from round to round, as shares of the mean cost of a task; it stops falling at the last. */
const FIRST_HEAT = 0.05;
const LAST_HEAT = 0.0005;
const COOLING = 0.8;
/** How far prices may move in one round, as shares of the same. */
const FIRST_REACH = 0.15;
const LAST_REACH = 0.015;
const SHRINKING = 0.9;
/** When the mean cost at the prices is so many times what the shares are of, they are taken anew: many who stay away cost far more than any way. */
const RESCALED = 1.5;
/** Steps of the master in each round. */
const STEPS = 20;
/** Rounds at the last heat whose bound is better by less than this share together: the prices have settled. */
const SETTLED_ROUNDS = 5;
const SETTLED = 2e-5;

interface Bound {
  readonly bound: number;
  readonly prices: Float64Array;
  /** Each task's least at the prices. */
  readonly least: Float64Array;
}

function generate(
  problem: LegsProblem,
  ahead: readonly (readonly Float64Array[])[],
  rounds: number,
  expired: () => boolean,
): Bound {
  // What is closed costs as much as staying away: that is known beforehand, and takes nothing from the bound.
  const prices = Float64Array.from({ length: roomFor(problem) }, (_, i) =>
    roomAt(problem, i) === 0 ? problem.penalty : 0,
  );
  const pricing = new Pricing(problem, ahead, prices);
  let best: Bound = { bound: Number.NEGATIVE_INFINITY, prices: prices.slice(), least: new Float64Array(0) };
  const bounds: number[] = [];
  let [scale, heat, reach, last] = [0, 0, 0, 0];
  for (let round = 0; round < Math.max(1, rounds); round++) {
    const { value, least } = pricing.ask();
    if (value > best.bound) best = { bound: value, prices: prices.slice(), least: least.slice() };
    bounds.push(best.bound);
    const mean = Math.max(1, best.bound / Math.max(1, problem.tasks.length));
    if (mean > RESCALED * scale) {
      scale = mean;
      [heat, reach, last] = [FIRST_HEAT * mean, FIRST_REACH * mean, LAST_HEAT * mean];
    }
    const settled = heat === last && best.bound - bounds[Math.max(0, round - SETTLED_ROUNDS)]! < SETTLED * best.bound;
    if (settled || expired()) break;
    pricing.pool.relax(heat, STEPS, reach);
    heat = Math.max(last, heat * COOLING);
    reach = Math.max((LAST_REACH / FIRST_HEAT) * heat, reach * SHRINKING);
  }
  return best;
}

/** Asks every task for a column that is better than all it has. */
class Pricing {
  readonly pool: ColumnPool;
  readonly #problem: LegsProblem;
  readonly #ahead: readonly (readonly Float64Array[])[];
  readonly #prices: Float64Array;
  readonly #scratch: readonly CellCosts[];
  readonly #solver = new DagSolver();

  constructor(problem: LegsProblem, ahead: readonly (readonly Float64Array[])[], prices: Float64Array) {
    this.pool = new ColumnPool(problem, prices);
    this.#problem = problem;
    this.#ahead = ahead;
    this.#prices = prices;
    this.#scratch = problem.tasks.map(({ legs }) => legs.map((leg) => new Float64Array(leg.places.length * leg.slots)));
  }

  /** The dual value at the prices, and each task's part of it; new columns go to the pool. */
  ask(): { value: number; least: Float64Array } {
    const { tasks } = this.#problem;
    const least = this.pool.least();
    let value = 0;
    for (const entry of this.pool.entries) value -= this.#prices[entry]! * roomAt(this.#problem, entry);
    for (const [t, task] of tasks.entries()) {
      const costs = priced(this.#problem, task, this.#prices, this.#scratch[t]!);
      const below = least[t]! - ROUNDING * (1 + least[t]!);
      const path = this.#solver.solve(task, costs, { below, ahead: this.#ahead[t]! });
      if (path !== null) {
        least[t] = path.cost;
        this.pool.add(t, pathCost(task, path.cells), takesOf(this.#problem, task, path.cells));
      }
      value += least[t]!;
    }
    return { value, least };
  }
}

/** A column must be better by this share, or it may be one that there is. */
const ROUNDING = 1e-10;
