/**
 * Small multi-leg problems, to the proven optimum, by price and branch. Prices bound how much dearer than its task's best a column of a cheaper
 * plan may be (its excess, a reduced cost): beyond the gap between plan and bound there is none. All columns within the gap make an integer
 * program, which a solver settles; narrower margins come first, for a better plan narrows the gap.
 */

import type { IntegerAnswer, IntegerProgram, IntegerSolver } from "./integer.ts";
import { ProgramColumns } from "./integer.ts";
import { type LegDag, pathCost } from "./leg-dag.ts";
import { type LegsProblem, type Plan, priced, roomAt } from "./legs.ts";
import { costOfPlan } from "./legs-certificate.ts";
import { takesOf } from "./legs-columns.ts";

/** Columns kept in all; beyond, nothing is proven. */
export const MAX_BRANCH_COLUMNS = 200_000;
/** Columns of the first program, and how many times as many each next one has. */
const FIRST_COLUMNS = 1500;
const WIDENING = 4;
/** Costs that are whole differ by 1 or not at all. */
const WHOLE_GRAIN = 0.999;
const ROUNDING = 1e-6;

export interface ProvenPlan {
  readonly plan: Plan;
  readonly cost: number;
  /** Whether no plan is cheaper. */
  readonly proven: boolean;
}

/** One way of a task, or none. */
interface Column {
  readonly task: number;
  readonly cells: Int32Array | null;
  readonly cost: number;
  /** How much dearer than the task's best column, at the prices. */
  readonly excess: number;
}

/** The cheapest plan found, never dearer than `known` (a plan and its cost). `bound` is what `prices` prove. */
export function branchLegs(
  problem: LegsProblem,
  prices: Float64Array,
  bound: number,
  known: { readonly plan: Plan; readonly cost: number },
  solver: IntegerSolver,
  expired: () => boolean = () => false,
): ProvenPlan {
  let best: ProvenPlan = { ...known, proven: known.cost <= bound + ROUNDING };
  const columns = best.proven ? null : columnsWithin(problem, prices, known.cost - bound + ROUNDING);
  if (columns === null) return best;
  for (let count = FIRST_COLUMNS; !best.proven && !expired(); count *= WIDENING) {
    const gap = best.cost - bound + ROUNDING;
    const margin = Math.min(gap, columns[count]?.excess ?? Number.POSITIVE_INFINITY);
    const near = columns.filter(({ excess }) => excess <= margin);
    const answer = settle(problem, near, best.plan, solver, expired);
    const plan = answer.chosen === null ? null : planOf(problem, near, answer.chosen);
    if (plan !== null && plan.cost < best.cost) best = { ...plan, proven: false };
    if (!answer.proven) return best;
    best = { ...best, proven: best.cost - bound <= margin };
  }
  return best;
}

/** One row a task, of which one column is taken; one row for each entry of the table of slots that some column takes. */
function settle(
  problem: LegsProblem,
  columns: readonly Column[],
  known: Plan,
  solver: IntegerSolver,
  expired: () => boolean,
): IntegerAnswer {
  const grain = columns.every(({ cost }) => Number.isInteger(cost)) ? WHOLE_GRAIN : ROUNDING;
  const keys = known.map(keyOf);
  const taken = columns.map(({ task, cells }): number => (keyOf(cells) === keys[task] ? 1 : 0));
  const complete = taken.reduce((sum, one) => sum + one, 0) === known.length;
  return solver.minimize(programOf(problem, columns), { ...(complete ? { known: taken } : {}), grain, expired });
}

const keyOf = (cells: ArrayLike<number> | null): string => (cells === null ? "" : Array.from(cells).join());

function programOf(problem: LegsProblem, columns: readonly Column[]): IntegerProgram {
  const tasks = problem.tasks.length;
  const rowOf = new Map<number, number>();
  const program = new ProgramColumns();
  for (const { task, cells, cost } of columns) {
    const takes = cells === null ? [] : takesOf(problem, problem.tasks[task]!, cells);
    for (const entry of takes) if (!rowOf.has(entry)) rowOf.set(entry, tasks + rowOf.size);
    program.add(cost, [task, ...takes.map((entry) => rowOf.get(entry)!)]);
  }
  const least = new Float64Array(tasks + rowOf.size).fill(Number.NEGATIVE_INFINITY).fill(1, 0, tasks);
  const most = new Float64Array(tasks + rowOf.size).fill(1);
  for (const [entry, row] of rowOf) most[row] = roomAt(problem, entry);
  return program.within(least, most);
}

/** The plan of the columns chosen; null when it oversells, which no solver should say. */
function planOf(
  problem: LegsProblem,
  columns: readonly Column[],
  chosen: Uint8Array,
): { plan: Plan; cost: number } | null {
  const plan: (Int32Array | null)[] = problem.tasks.map(() => null);
  for (const [c, { task, cells }] of columns.entries()) if (chosen[c] === 1) plan[task] = cells;
  const cost = costOfPlan(problem, plan);
  return typeof cost === "string" ? null : { plan, cost };
}

/** In ascending excess; null when there are too many. */
function columnsWithin(problem: LegsProblem, prices: Float64Array, margin: number): Column[] | null {
  const columns: Column[] = [];
  for (const [t, task] of problem.tasks.entries()) {
    columns.push(...enumerate(problem, t, task, prices, margin));
    if (columns.length > MAX_BRANCH_COLUMNS) return null;
  }
  return columns.sort((a, b) => a.excess - b.excess);
}

/** All columns of a task within the margin of its best; partial ways only grow dearer, so they are cut early. */
function enumerate(problem: LegsProblem, t: number, task: LegDag, prices: Float64Array, margin: number): Column[] {
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
    const partial = { depart: task.depart, legs: task.legs.slice(0, l + 1) };
    for (let cell = 0; cell < own[l]!.length; cell++) {
      cells[l] = cell;
      const sum = charged + own[l]![cell]!;
      if (pathCost(partial, cells) + sum <= least + margin) extend(l + 1, sum);
    }
  };
  extend(0, 0);
  return found
    .filter((each) => each.priced - least <= margin)
    .map(({ cells: way, cost, priced: at }) => ({ task: t, cells: way, cost, excess: at - least }));
}
