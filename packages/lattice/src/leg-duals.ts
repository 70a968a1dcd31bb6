/**
 * A bound of a task in any order that checks in one sweep: every leg taken is come to once and gone from once, so an assignment of legs to
 * the legs that follow them costs no more than any plan. Its prices (dual variables) prove that: reach(a) + enter(b) never exceeds the least
 * cost from a to b. Solved by shortest augmenting paths (Jonker and Volgenant, Computing 38, 1987).
 */
import type { LegTables } from "./leg-tables.ts";

/** One price of leaving the origin (entry 0) and each leg, and one of entering each leg and the end (last entry). */
export interface LegDuals {
  readonly leave: readonly number[];
  readonly enter: readonly number[];
}

/** Least cost from leg a − 1 (row 0: the origin) to leg b (last column: the end): row · (legs + 1) + column. Staying at a leg leaves it out. */
export function legMatrix(tables: LegTables): Float64Array {
  const width = tables.legs.length + 1;
  const costs = new Float64Array(width * width).fill(Number.POSITIVE_INFINITY);
  const allMayBeLeft = tables.legs.every(({ value }) => value < Number.POSITIVE_INFINITY);
  for (let row = 0; row < width; row++) {
    for (let leg = 0; leg < width - 1; leg++)
      costs[row * width + leg] = row === leg + 1 ? tables.legs[leg]!.value : leastWay(tables, row - 1, leg);
    costs[row * width + width - 1] = row > 0 || allMayBeLeft ? 0 : Number.POSITIVE_INFINITY;
  }
  return costs;
}

function leastWay(tables: LegTables, before: number, leg: number): number {
  const { leastCost, width } = tables.between(before, leg);
  const { least } = tables.legs[leg]!;
  let best = Number.POSITIVE_INFINITY;
  for (let arc = 0; arc < leastCost.length; arc++) best = Math.min(best, leastCost[arc]! + least[arc % width]!);
  return best;
}

export const dualsBound = ({ leave, enter }: LegDuals): number =>
  leave.reduce((sum, price) => sum + price, 0) + enter.reduce((sum, price) => sum + price, 0);

/** Null when no assignment is: then there is no plan either. */
export function legDuals(tables: LegTables): LegDuals | null {
  const width = tables.legs.length + 1;
  const costs = legMatrix(tables);
  const leave = new Array<number>(width).fill(0);
  const enter = new Array<number>(width).fill(0);
  const rowOf = new Int32Array(width).fill(-1);
  for (let row = 0; row < width; row++) if (!augment(costs, row, leave, enter, rowOf)) return null;
  return { leave, enter };
}

/** Gives one more row a column, moving others along the shortest path of reduced costs. */
function augment(costs: Float64Array, row: number, leave: number[], enter: number[], rowOf: Int32Array): boolean {
  const width = leave.length;
  const way = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array(width).fill(-1);
  const done = new Uint8Array(width);
  let [column, far] = [-1, 0];
  for (let current = row; ; current = rowOf[column]!) {
    let [nearest, next] = [Number.POSITIVE_INFINITY, -1];
    for (let c = 0; c < width; c++) {
      if (done[c]) continue;
      const step = far + costs[current * width + c]! - leave[current]! - enter[c]!;
      if (step < way[c]!) [way[c], before[c]] = [step, column];
      if (way[c]! < nearest) [nearest, next] = [way[c]!, c];
    }
    if (next < 0) return false;
    [column, far] = [next, nearest];
    done[column] = 1;
    if (rowOf[column]! < 0) break;
  }
  leave[row]! += far;
  for (let c = 0; c < width; c++) {
    if (!done[c] || c === column) continue;
    leave[rowOf[c]!]! += far - way[c]!;
    enter[c]! -= far - way[c]!;
  }
  for (let c = column; c >= 0; c = before[c]!) rowOf[c] = before[c]! < 0 ? row : rowOf[before[c]!]!;
  return true;
}
