/**
 * Depth-first branch and bound over columns. Every node moves the prices of the slots that are left for itself (the smoothed dual of
 * legs-columns.ts, over its own columns), so that its bound is nearly that of the linear program; columns that cannot be in a cheaper plan leave
 * (reduced-cost fixing). It branches on the task with fewest columns.
 */
import { type LegsProblem, roomAt } from "./legs.ts";

/** Nodes searched; beyond, nothing is proven. */
export const MAX_BRANCH_NODES = 200_000;

/** One way of a task, or none; and what it takes. */
export interface BranchColumn {
  readonly cells: Int32Array | null;
  readonly cost: number;
  /** Entries of the place × slot table that it takes. */
  readonly takes: Int32Array;
}

/** Columns of each task that is not settled yet. */
type Open = readonly { readonly task: number; readonly columns: readonly BranchColumn[] }[];

/** Heats of the steps at a node, from first to last. */
const FIRST_HEAT = 16;
const LAST_HEAT = 0.5;
const ROOT_STEPS = 400;
const NODE_STEPS = 24;
/** A step's bound is looked at this often. */
const LOOK_EVERY = 4;

export class LegsBranch {
  /** Only plans that cost less are looked for. */
  cost: number;
  best: BranchColumn[] | null = null;
  readonly #open: Open;
  readonly #left: Int32Array;
  readonly #picked: BranchColumn[] = [];
  readonly #expired: () => boolean;
  /** What a cheaper plan is cheaper by at the least: 1 when all costs are whole. */
  readonly #grain: number;
  readonly #use: Float64Array;
  readonly #root: Float64Array;
  #nodes = 0;
  #complete = true;

  constructor(
    problem: LegsProblem,
    columns: readonly (readonly BranchColumn[])[],
    prices: Float64Array,
    below: number,
    expired: () => boolean,
  ) {
    this.cost = below;
    this.#open = columns.map((own, task) => ({ task, columns: own }));
    this.#left = Int32Array.from(prices, (_, i) => roomAt(problem, i));
    this.#use = new Float64Array(prices.length);
    this.#root = prices;
    this.#expired = expired;
    this.#grain = columns.every((own) => own.every(({ cost }) => Number.isInteger(cost))) ? 1 : 1e-6;
  }

  /** Whether all plans that cost less were looked at. */
  search(): boolean {
    this.#visit(this.#open, this.#root, 0, ROOT_STEPS);
    return this.#complete;
  }

  #visit(open: Open, from: Float64Array, spent: number, steps: number): void {
    if (++this.#nodes > MAX_BRANCH_NODES || this.#expired()) this.#complete = false;
    if (!this.#complete) return;
    if (open.length === 0) {
      if (spent > this.cost - this.#grain + 1e-6) return;
      this.cost = spent;
      this.best = [];
      for (const [t, column] of this.#picked.entries()) this.best[t] = column;
      return;
    }
    const fitting = open.map(({ task, columns }) => ({ task, columns: columns.filter((each) => this.#fits(each)) }));
    const { bound, prices } = this.#ascend(fitting, from, spent, steps);
    const slack = this.cost - this.#grain + 1e-6 - bound;
    if (slack < 0) return;
    const kept = fitting.map(({ task, columns }) => ({ task, columns: within(columns, prices, slack) }));
    const next = kept.reduce((a, b) => (b.columns.length < a.columns.length ? b : a));
    const others = kept.filter((each) => each !== next);
    for (const column of next.columns) {
      this.#take(column, 1);
      this.#picked[next.task] = column;
      this.#visit(others, prices, spent + column.cost, NODE_STEPS);
      this.#take(column, -1);
    }
  }

  /** The best bound of some steps of the smoothed dual, and its prices. */
  #ascend(open: Open, from: Float64Array, spent: number, steps: number): { bound: number; prices: Float64Array } {
    const rows = this.#rowsOf(open);
    const prices = from.slice();
    let best = { bound: this.#bound(open, rows, prices, spent), prices: from };
    const target = this.cost - this.#grain + 1e-6;
    for (let step = 1; step <= steps && best.bound <= target; step++) {
      const heat = FIRST_HEAT * (LAST_HEAT / FIRST_HEAT) ** (step / steps);
      this.#step(open, rows, prices, heat);
      if (step % LOOK_EVERY !== 0) continue;
      const bound = this.#bound(open, rows, prices, spent);
      if (bound > best.bound) best = { bound, prices: prices.slice() };
    }
    return best;
  }

  #rowsOf(open: Open): readonly number[] {
    const rows = new Set<number>();
    for (const { columns } of open) for (const { takes } of columns) for (const entry of takes) rows.add(entry);
    return [...rows];
  }

  #bound(open: Open, rows: readonly number[], prices: Float64Array, spent: number): number {
    let bound = spent;
    for (const entry of rows) bound -= prices[entry]! * this.#left[entry]!;
    for (const { columns } of open) {
      let least = Number.POSITIVE_INFINITY;
      for (const column of columns) least = Math.min(least, charge(column, prices));
      bound += least;
    }
    return bound;
  }

  #step(open: Open, rows: readonly number[], prices: Float64Array, heat: number): void {
    for (const entry of rows) this.#use[entry] = 0;
    for (const { columns } of open) this.#spread(columns, prices, heat);
    for (const entry of rows) {
      const left = this.#left[entry]!;
      const move = 0.5 * heat * Math.log((this.#use[entry]! + 1e-3) / (left + 1e-3));
      prices[entry] = Math.max(0, prices[entry]! + move);
    }
  }

  #spread(columns: readonly BranchColumn[], prices: Float64Array, heat: number): void {
    const charges = columns.map((column) => charge(column, prices));
    const least = Math.min(...charges);
    let sum = 0;
    for (let c = 0; c < charges.length; c++) sum += charges[c] = Math.exp((least - charges[c]!) / heat);
    for (const [c, { takes }] of columns.entries()) {
      const share = charges[c]! / sum;
      if (share > 1e-9) for (let i = 0; i < takes.length; i++) this.#use[takes[i]!]! += share;
    }
  }

  #fits({ takes }: BranchColumn): boolean {
    for (let i = 0; i < takes.length; i++) if (this.#left[takes[i]!]! < 1) return false;
    return true;
  }

  #take({ takes }: BranchColumn, units: 1 | -1): void {
    for (let i = 0; i < takes.length; i++) this.#left[takes[i]!]! -= units;
  }
}

function charge({ cost, takes }: BranchColumn, prices: Float64Array): number {
  let sum = cost;
  for (let i = 0; i < takes.length; i++) sum += prices[takes[i]!]!;
  return sum;
}

/** Columns at most `slack` dearer than the best at the prices, cheapest first. */
function within(columns: readonly BranchColumn[], prices: Float64Array, slack: number): BranchColumn[] {
  const charged = columns.map((column) => ({ column, at: charge(column, prices) }));
  const least = charged.reduce((a, { at }) => Math.min(a, at), Number.POSITIVE_INFINITY);
  return charged
    .filter(({ at }) => at - least <= slack)
    .sort((a, b) => a.at - b.at)
    .map(({ column }) => column);
}
