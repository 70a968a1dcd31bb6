/**
 * Small multi-leg problems, to the proven optimum. Prices bound how much dearer than its best each task's column may be (reduced costs): with
 * a plan known, only columns within its distance from the bound stay, and a depth-first search over tasks, always the one with fewest columns
 * left, settles them: first groups of tasks at a time, for a better plan, then all at once, for the proof.
 */
import { type LegDag, pathCost, placeOf, startOf } from "./leg-dag.ts";
import { type LegsProblem, type Plan, priced, roomAt } from "./legs.ts";

/** Columns kept in all, and nodes searched; beyond, nothing is proven. */
export const MAX_BRANCH_COLUMNS = 200_000;
export const MAX_BRANCH_NODES = 50_000;

interface Column {
  readonly cells: Int32Array | null;
  readonly cost: number;
  /** How much dearer than the task's best column, at the prices. */
  readonly excess: number;
  /** Entries of the place × slot table that it takes. */
  readonly takes: Int32Array;
}

export interface ProvenPlan {
  readonly plan: Plan;
  readonly cost: number;
  /** Whether the search went through all plans that could be cheaper. */
  readonly proven: boolean;
}

/**
 * The cheapest plan found, never dearer than `known` (a plan and its cost); null when there are too many columns to try. `bound` is what
 * `prices` prove. Groups of tasks are settled by branching while all others stay, until nothing gets better; then all tasks at once.
 */
export function branchLegs(
  problem: LegsProblem,
  prices: Float64Array,
  bound: number,
  known: { readonly plan: Plan; readonly cost: number },
  random: () => number,
): ProvenPlan | null {
  const columns = columnsWithin(problem, prices, known.cost - bound + 1e-6);
  if (columns === null) return null;
  const kept = columnsOf(columns, known.plan);
  const narrow = columns.map((own, t) => [...new Set([...own.slice(0, NARROW_COLUMNS), kept[t]!])]);
  const first = new Branch(problem, narrow, prices, bound, kept);
  first.improve(random);
  const margin = first.cost - bound + 1e-6;
  const within = columns.map((own) => own.filter(({ excess }) => excess <= margin));
  const whole = new Branch(problem, within, prices, bound, first.best);
  const proven = whole.prove();
  return { plan: whole.best.map(({ cells }) => cells), cost: whole.cost, proven };
}

/** The plan's own columns: all within the margin, for their excesses add up to less than it. */
const columnsOf = (columns: readonly (readonly Column[])[], plan: Plan): Column[] =>
  plan.map((cells, t) => {
    const key = cells === null ? "" : Array.from(cells).join();
    return columns[t]!.find((column) => (column.cells?.join() ?? "") === key)!;
  });

function columnsWithin(problem: LegsProblem, prices: Float64Array, margin: number): Column[][] | null {
  let count = 0;
  const columns: Column[][] = [];
  for (const task of problem.tasks) {
    const own = enumerate(problem, task, prices, margin);
    count += own.length;
    if (count > MAX_BRANCH_COLUMNS) return null;
    columns.push(own);
  }
  return columns;
}

/** All columns of a task within the margin of its best; partial ways only grow dearer, so they are cut early. */
function enumerate(problem: LegsProblem, task: LegDag, prices: Float64Array, margin: number): Column[] {
  const own = priced(problem, task, prices);
  const found: { cells: Int32Array | null; cost: number; priced: number }[] = [];
  found.push({ cells: null, cost: problem.penalty, priced: problem.penalty });
  let least = problem.penalty;
  const cells = new Int32Array(task.legs.length);
  const extend = (l: number, charged: number): void => {
    if (l === cells.length) {
      const cost = pathCost(task, cells);
      found.push({ cells: cells.slice(), cost, priced: cost + charged });
      least = Math.min(least, cost + charged);
      return;
    }
    for (let cell = 0; cell < own[l]!.length; cell++) {
      cells[l] = cell;
      const sum = charged + own[l]![cell]!;
      const way = pathCost({ depart: task.depart, legs: task.legs.slice(0, l + 1) }, cells);
      if (way + sum <= least + margin) extend(l + 1, sum);
    }
  };
  extend(0, 0);
  return found
    .filter((each) => each.priced - least <= margin)
    .map((each) => ({ ...each, excess: each.priced - least, takes: takesOf(problem, task, each.cells) }))
    .sort((a, b) => a.excess - b.excess);
}

function takesOf({ slots }: LegsProblem, { legs }: LegDag, cells: Int32Array | null): Int32Array {
  const takes: number[] = [];
  if (cells !== null)
    for (const [l, leg] of legs.entries())
      for (let slot = 0; slot < leg.duration; slot++)
        takes.push(placeOf(leg, cells[l]!) * slots + startOf(leg, cells[l]!) + slot);
  return Int32Array.from(takes);
}

/** Columns of each task that are tried first. */
const NARROW_COLUMNS = 80;
/** Groups settled one after another without gain before the search for a better plan ends, tasks of one group, and nodes spent on it. */
const GROUP_TRIES = 600;
const GROUP_TASKS = 8;
const GROUP_NODES = 400;

class Branch {
  cost: number;
  best: readonly Column[];
  readonly #columns: readonly (readonly Column[])[];
  readonly #left: Int32Array;
  readonly #picked: (Column | null)[];
  readonly #bound: number;
  readonly #prices: Float64Array;
  /** Entries that have a price, and the node at which some fitting column took each entry. */
  readonly #dear: Int32Array;
  readonly #wanted: Int32Array;
  #nodes = 0;
  #lastNode = 0;

  constructor(
    problem: LegsProblem,
    columns: readonly (readonly Column[])[],
    prices: Float64Array,
    bound: number,
    known: readonly Column[],
  ) {
    this.best = known;
    this.cost = known.reduce((sum, { cost }) => sum + cost, 0);
    const { capacity, slots } = problem;
    this.#columns = columns;
    this.#left = Int32Array.from({ length: capacity.length * slots }, (_, i) => roomAt(problem, i));
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

  /** Whether all plans were looked at within MAX_BRANCH_NODES. */
  prove(): boolean {
    this.#lastNode = this.#nodes + MAX_BRANCH_NODES;
    this.#search(0, 0, 0);
    return this.#nodes <= this.#lastNode;
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
  #choose(spent: number): { readonly task: number; readonly open: readonly Column[]; readonly others: number } | null {
    let [task, fewest, needed] = [-1, Number.POSITIVE_INFINITY, 0];
    const slack = this.cost - 1e-6 - this.#bound - spent;
    const open: Column[][] = [];
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

  #fits({ takes }: Column): boolean {
    for (let i = 0; i < takes.length; i++) if (this.#left[takes[i]!]! < 1) return false;
    return true;
  }

  #take(task: number, column: Column, units: 1 | -1): void {
    this.#picked[task] = units === 1 ? column : null;
    for (let i = 0; i < column.takes.length; i++) this.#left[column.takes[i]!]! -= units;
  }
}
