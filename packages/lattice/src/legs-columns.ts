/**
 * The restricted master of column generation for multi-leg competition: columns found so far, in flat arrays, and prices for them. The master's
 * dual, max Σ over tasks of (least of a task's columns at the prices) − Σ of price × units, is smoothed: each task spreads over its columns by
 * exp(−cost / heat), and prices of oversold slots rise, those of slots with room fall, by the logarithm of use over units (generalised
 * iterative scaling, Darroch and Ratcliff 1972; the smoothing is Nesterov's, Math. Program. 103, 2005). As heat falls, the prices go to the
 * master's own.
 */
import { type LegDag, placeOf, startOf } from "./leg-dag.ts";
import { type LegsProblem, roomAt } from "./legs.ts";

/** Columns kept in all. */
export const MAX_COLUMNS = 4_000_000;
/** Slots with less use than this share of their units are as good as free. */
const LEAST_USE = 1e-3;
/** Weights below exp(−COLD) are none. */
const COLD = 30;

/** Entries of the place × slot table that a path takes. */
export function takesOf({ slots }: LegsProblem, { legs }: LegDag, cells: ArrayLike<number>): number[] {
  const takes: number[] = [];
  for (const [l, leg] of legs.entries()) {
    const first = placeOf(leg, cells[l]!) * slots + startOf(leg, cells[l]!);
    for (let slot = first; slot < first + leg.duration; slot++) takes.push(slot);
  }
  return takes;
}

export class ColumnPool {
  readonly #problem: LegsProblem;
  readonly #prices: Float64Array;
  /** By column: its task, cost, and where its rows begin. Rows are numbered as they come up. */
  #task = new Int32Array(1 << 12);
  #cost = new Float64Array(1 << 12);
  #first = new Int32Array((1 << 12) + 1);
  #rows = new Int32Array(1 << 15);
  #count = 0;
  /** Entry of the price table of each row, and the row of each entry. */
  readonly #entries: number[] = [];
  readonly #rowOf = new Map<number, number>();
  #weight = new Float64Array(1 << 12);
  readonly #least: Float64Array;
  readonly #sum: Float64Array;

  /** `prices` is the table of place × slot that `relax` moves. */
  constructor(problem: LegsProblem, prices: Float64Array) {
    this.#problem = problem;
    this.#prices = prices;
    this.#least = new Float64Array(problem.tasks.length);
    this.#sum = new Float64Array(problem.tasks.length);
  }

  get count(): number {
    return this.#count;
  }

  /** Entries of the price table that some column takes: all others have no price. */
  get entries(): readonly number[] {
    return this.#entries;
  }

  add(task: number, cost: number, takes: readonly number[]): void {
    if (this.#count === MAX_COLUMNS) return;
    const at = this.#first[this.#count]!;
    this.#reserve(at + takes.length);
    for (const [i, entry] of takes.entries()) this.#rows[at + i] = this.#rowFor(entry);
    this.#task[this.#count] = task;
    this.#cost[this.#count++] = cost;
    this.#first[this.#count] = at + takes.length;
  }

  #rowFor(entry: number): number {
    const known = this.#rowOf.get(entry);
    if (known !== undefined) return known;
    this.#rowOf.set(entry, this.#entries.length);
    return this.#entries.push(entry) - 1;
  }

  #reserve(rows: number): void {
    if (this.#count === this.#task.length) {
      this.#task = grown(this.#task, new Int32Array(2 * this.#count));
      this.#cost = grown(this.#cost, new Float64Array(2 * this.#count));
      this.#weight = grown(this.#weight, new Float64Array(2 * this.#count));
      this.#first = grown(this.#first, new Int32Array(2 * this.#count + 1));
    }
    if (rows > this.#rows.length) this.#rows = grown(this.#rows, new Int32Array(2 * rows));
  }

  /** Each task's least at the prices, among its columns and being left out. */
  least(): Float64Array {
    this.#charge(this.#rowPrices());
    return this.#least;
  }

  #rowPrices(): Float64Array {
    return Float64Array.from(this.#entries, (entry) => this.#prices[entry]!);
  }

  /** Costs of columns at these prices into `#weight`, their least by task. */
  #charge(prices: Float64Array): void {
    const [rows, first, weight, least] = [this.#rows, this.#first, this.#weight, this.#least];
    least.fill(this.#problem.penalty);
    for (let c = 0; c < this.#count; c++) {
      let cost = this.#cost[c]!;
      for (let at = first[c]!; at < first[c + 1]!; at++) cost += prices[rows[at]!]!;
      weight[c] = cost;
      const task = this.#task[c]!;
      if (cost < least[task]!) least[task] = cost;
    }
  }

  /** Moves the prices by `steps` steps at this heat, each price within `reach` of where it was. */
  relax(heat: number, steps: number, reach: number): void {
    const prices = this.#rowPrices();
    const [low, high] = [prices.map((price) => Math.max(0, price - reach)), prices.map((price) => price + reach)];
    const units = Float64Array.from(this.#entries, (entry) => roomAt(this.#problem, entry));
    for (let step = 0; step < steps; step++) {
      const use = this.#spread(prices, heat);
      for (let r = 0; r < prices.length; r++) {
        const move = 0.5 * heat * Math.log((use[r]! + LEAST_USE * units[r]!) / (units[r]! * (1 + LEAST_USE)));
        prices[r] = Math.min(high[r]!, Math.max(low[r]!, prices[r]! + move));
      }
    }
    for (const [r, entry] of this.#entries.entries()) this.#prices[entry] = prices[r]!;
  }

  /** Expected use of each row when tasks spread over their columns. */
  #spread(prices: Float64Array, heat: number): Float64Array {
    this.#charge(prices);
    const [weight, least, sum, task] = [this.#weight, this.#least, this.#sum, this.#task];
    for (let t = 0; t < sum.length; t++) sum[t] = Math.exp((least[t]! - this.#problem.penalty) / heat);
    for (let c = 0; c < this.#count; c++) {
      const colder = (weight[c]! - least[task[c]!]!) / heat;
      weight[c] = colder > COLD ? 0 : Math.exp(-colder);
      sum[task[c]!]! += weight[c]!;
    }
    const use = new Float64Array(prices.length);
    for (let c = 0; c < this.#count; c++) {
      if (weight[c] === 0) continue;
      const share = weight[c]! / sum[task[c]!]!;
      for (let at = this.#first[c]!; at < this.#first[c + 1]!; at++) use[this.#rows[at]!]! += share;
    }
    return use;
  }
}

const grown = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
  to.set(from);
  return to;
};
