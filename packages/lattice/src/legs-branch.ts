/**
 * Small multi-leg problems, to the proven optimum. Prices bound how much dearer than its best each task's column may be (reduced costs): with
 * a margin given, only columns within it stay, and a depth-first search over tasks, always the one with fewest columns left, settles whether
 * some plan is within the margin.
 */
import { type LegDag, pathCost, placeOf, startOf } from "./leg-dag.ts";
import { type LegsProblem, type Plan, priced } from "./legs.ts";
import { LegsBranch } from "./legs-branch-search.ts";
import { type ExcessColumn, LegsGroups } from "./legs-groups.ts";

/** Columns kept in all; beyond, nothing is proven. */
export const MAX_BRANCH_COLUMNS = 200_000;

export interface ProvenPlan {
  readonly plan: Plan;
  readonly cost: number;
  /** Whether the search went through all plans that could be cheaper. */
  readonly proven: boolean;
}

/** Margins tried above the bound, as shares of it: each the search for a plan that costs at most so much more; the last is for all. */
const MARGINS = [0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, Number.POSITIVE_INFINITY];

/**
 * The cheapest plan found, never dearer than `known` (a plan and its cost). `bound` is what `prices` prove. Plans near the bound are looked
 * for first, in wider and wider margins: the narrower, the fewer columns there are.
 */
export function branchLegs(
  problem: LegsProblem,
  prices: Float64Array,
  bound: number,
  known: { readonly plan: Plan; readonly cost: number },
  random: () => number,
  expired: () => boolean = () => false,
): ProvenPlan {
  let best = settled(problem, prices, bound, known, random);
  for (const share of MARGINS) {
    if (best.proven) return best;
    const whole = best.cost - bound;
    const margin = Math.min(share * Math.max(1, Math.abs(bound)), whole);
    const columns = columnsWithin(problem, prices, margin);
    if (columns === null) return best;
    const branch = new LegsBranch(problem, columns, prices, bound + margin, expired);
    const complete = branch.search();
    if (branch.best !== null)
      best = { plan: branch.best.map(({ cells }) => cells), cost: branch.cost, proven: complete };
    else if (margin === whole) best = { ...best, proven: complete };
    if (!complete) return best;
  }
  return best;
}

/** Columns of each task that groups choose from. */
const NARROW_COLUMNS = 80;

/** The known plan, made better by groups. */
function settled(
  problem: LegsProblem,
  prices: Float64Array,
  bound: number,
  known: { readonly plan: Plan; readonly cost: number },
  random: () => number,
): ProvenPlan {
  const proven = known.cost <= bound + 1e-6;
  const columns = proven ? null : columnsWithin(problem, prices, known.cost - bound + 1e-6);
  if (columns === null) return { ...known, proven };
  const kept = columnsOf(columns, known.plan);
  const narrow = columns.map((own, t) => [...new Set([...own.slice(0, NARROW_COLUMNS), kept[t]!])]);
  const groups = new LegsGroups(problem, narrow, prices, bound, kept);
  groups.improve(random);
  return { plan: groups.best.map(({ cells }) => cells), cost: groups.cost, proven: groups.cost <= bound + 1e-6 };
}

/** The plan's own columns: all within the margin, for their excesses add up to less than it. */
const columnsOf = (columns: readonly (readonly ExcessColumn[])[], plan: Plan): ExcessColumn[] =>
  plan.map((cells, t) => {
    const key = cells === null ? "" : Array.from(cells).join();
    return columns[t]!.find((column) => (column.cells?.join() ?? "") === key)!;
  });

function columnsWithin(problem: LegsProblem, prices: Float64Array, margin: number): ExcessColumn[][] | null {
  let count = 0;
  const columns: ExcessColumn[][] = [];
  for (const task of problem.tasks) {
    const own = enumerate(problem, task, prices, margin);
    count += own.length;
    if (count > MAX_BRANCH_COLUMNS) return null;
    columns.push(own);
  }
  return columns;
}

/** All columns of a task within the margin of its best; partial ways only grow dearer, so they are cut early. */
function enumerate(problem: LegsProblem, task: LegDag, prices: Float64Array, margin: number): ExcessColumn[] {
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
