/**
 * Better plans for small multi-leg problems: groups of tasks are settled by a short depth-first search over their cheapest columns while all
 * others stay, until no group gets better. Excesses over each task's least bound what a partial choice can still come to.
 */

import { type LegsProblem, roomAt, roomFor } from "./legs.ts";
import type { BranchColumn } from "./legs-branch-search.ts";

export interface ExcessColumn extends BranchColumn {
  /** How much dearer than the task's best column, at the prices. */
  readonly excess: number;
}

/** Groups settled one after another without gain before the search for a better plan ends, tasks of one group, and nodes spent on it. */
const GROUP_TRIES = 600;
const GROUP_TASKS = 8;
const GROUP_NODES = 400;

export class LegsGroups {
  cost: number;
  best: readonly ExcessColumn[];
  readonly #columns: readonly (readonly ExcessColumn[])[];
  readonly #left: Int32Array;
  readonly #picked: (ExcessColumn | null)[];
  readonly #bound: number;
  readonly #prices: Float64Array;
  /** Entries that have a price, and the node at which some fitting column took each entry. */
  readonly #dear: Int32Array;
  readonly #wanted: Int32Array;
  #nodes = 0;
  #lastNode = 0;

  constructor(
    problem: LegsProblem,
    columns: readonly (readonly ExcessColumn[])[],
    prices: Float64Array,
    bound: number,
    known: readonly ExcessColumn[],
  ) {
    this.best = known;
    this.cost = known.reduce((sum, { cost }) => sum + cost, 0);
    this.#columns = columns;
    this.#left = Int32Array.from({ length: roomFor(problem) }, (_, i) => roomAt(problem, i));
    this.#picked = columns.map(() => null);
    this.#bound = bound;
    this.#prices = prices;
    this.#dear = Int32Array.from(prices.keys()).filter((i) => prices[i]! > 0);
    this.#wanted = new Int32Array(prices.length);
  }

  /** Settles groups of tasks at random. */
  improve(random: () => number): void {
    const tasks = this.#columns.length;
    for (let idle = 0; idle < GROUP_TRIES && this.cost > this.#bound + 1e-6; idle++) {
      const group = new Set<number>();
      while (group.size < Math.min(GROUP_TASKS, tasks)) group.add(Math.floor(random() * tasks));
      const before = this.cost;
      this.#settle(group);
      if (this.cost < before) idle = 0;
    }
  }

  #settle(group: ReadonlySet<number>): void {
    const kept = [...this.best.entries()].filter(([t]) => !group.has(t));
    let [spent, cost] = [0, 0];
    for (const [t, column] of kept) {
      this.#take(t, column, 1);
      spent += column.excess;
      cost += column.cost;
    }
    this.#lastNode = this.#nodes + GROUP_NODES;
    this.#search(spent, cost, kept.length);
    for (const [t, column] of kept) this.#take(t, column, -1);
  }

  #search(spent: number, cost: number, seated: number): void {
    if (++this.#nodes > this.#lastNode) return;
    if (seated === this.#columns.length) {
      if (cost >= this.cost - 1e-9) return;
      this.cost = cost;
      this.best = this.#picked.map((column) => column!);
      return;
    }
    const choice = this.#choose(spent);
    if (choice === null) return;
    for (const column of choice.open) {
      if (this.#bound + spent + choice.others + column.excess > this.cost - 1e-6) return;
      this.#take(choice.task, column, 1);
      this.#search(spent + column.excess, cost + column.cost, seated + 1);
      this.#take(choice.task, column, -1);
    }
  }

  /** The task with fewest columns that still fit, and what the others and lost slots need at least; null when nothing fits. */
  #choose(
    spent: number,
  ): { readonly task: number; readonly open: readonly ExcessColumn[]; readonly others: number } | null {
    let [task, fewest, needed] = [-1, Number.POSITIVE_INFINITY, 0];
    const slack = this.cost - 1e-6 - this.#bound - spent;
    const open: ExcessColumn[][] = [];
    for (const [t, columns] of this.#columns.entries()) {
      if (this.#picked[t] !== null) continue;
      const fitting = columns.filter((column) => column.excess <= slack && this.#fits(column));
      if (fitting.length === 0) return null;
      needed += fitting[0]!.excess;
      if (needed > slack) return null;
      open[t] = fitting;
      for (const { takes } of fitting) for (let i = 0; i < takes.length; i++) this.#wanted[takes[i]!] = this.#nodes;
      if (fitting.length < fewest) [task, fewest] = [t, fitting.length];
    }
    needed += this.#lost();
    if (needed > slack) return null;
    return { task, open: open[task]!, others: needed - open[task]![0]!.excess };
  }

  /** Price of units that nobody left could take: the bound counts them as sold. */
  #lost(): number {
    let lost = 0;
    for (const i of this.#dear) if (this.#wanted[i] !== this.#nodes) lost += this.#prices[i]! * this.#left[i]!;
    return lost;
  }

  #fits({ takes }: ExcessColumn): boolean {
    for (let i = 0; i < takes.length; i++) if (this.#left[takes[i]!]! < 1) return false;
    return true;
  }

  #take(task: number, column: ExcessColumn, units: 1 | -1): void {
    this.#picked[task] = units === 1 ? column : null;
    for (let i = 0; i < column.takes.length; i++) this.#left[column.takes[i]!]! -= units;
  }
}
