/** The sets of gap/: generalised assignment, with best known values in data.csv. One line a kind, the hard ones (D, E) apart. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkGap, coordinateGap, type GapProblem } from "../src/index.ts";
import { readText } from "./data-node.ts";
import type { Instance, InstanceSet, Limit, Outcome } from "./set.ts";

/** Agents, items, costs, weights, capacities, in the order of the OR-Library. */
export function readGap(text: string): GapProblem {
  const numbers = text.trim().split(/\s+/).map(Number);
  const [agents, items] = [numbers[0]!, numbers[1]!];
  const cells = agents * items;
  return {
    agents,
    items,
    cost: Float64Array.from(numbers.slice(2, 2 + cells)),
    weight: Int32Array.from(numbers.slice(2 + cells, 2 + 2 * cells)),
    capacity: Int32Array.from(numbers.slice(2 + 2 * cells, 2 + 2 * cells + agents)),
  };
}

function solve(text: string, best: number, { random, spent, seconds }: Limit): Outcome {
  const problem = readGap(text);
  const { chosen, cost, bound, prices, proven } = coordinateGap(problem, { random, progress: () => spent() / seconds });
  if (chosen === null) return { gap: Number.POSITIVE_INFINITY, bound_gap: 1, proven: false };
  const fault = checkGap(problem, "", { chosen, prices, primal: cost, bound, input_hash: "" });
  if (fault !== null) throw new Error(fault.why);
  return { gap: cost / best - 1, bound_gap: 1 - bound / cost, proven };
}

const instancesOf = (data: string, wanted: RegExp): Instance[] => {
  const table = join(data, "gap", "data.csv");
  if (!existsSync(table)) return [];
  const rows = readText(table).trim().split(/\r?\n/).slice(1);
  return rows.flatMap((row) => {
    const cells = row.split(",");
    const [path, best] = [cells[0]!, Number(cells.at(-1))];
    if (!wanted.test(path) || !existsSync(join(data, "gap", path))) return [];
    return [{ name: path, solve: (limit) => solve(readText(join(data, "gap", path)), best, limit) }];
  });
};

const setOf = (name: string, seconds: number, wanted: RegExp): InstanceSet => ({
  name,
  seconds,
  instances: (data) => instancesOf(data, wanted),
});

export const gapSets: readonly InstanceSet[] = [
  setOf("gap/cattrysse", 5, /\/gap\d/),
  setOf("gap/a-c", 5, /\/[abc]\d/),
  setOf("gap/d", 10, /\/d\d/),
  setOf("gap/e", 10, /\/e\d/),
];
