/** The sets of gap/: generalised assignment, with best known values in data.csv. One line a kind, the hard ones (D, E) apart. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { checkGap, coordinateGap, type GapProblem } from "../src/index.ts";
import { readText } from "./data-node.ts";
import type { Instance, InstanceSet, Limit, Outcome } from "./set.ts";

/** Agents, items, costs, weights, capacities, in the order of the OR-Library. @throws Error when the text is no such file. */
export function readGap(text: string): GapProblem {
  const numbers = text.trim().split(/\s+/).map(Number);
  const [agents = 0, items = 0] = numbers;
  const cells = agents * items;
  if (!(cells > 0) || numbers.length < 2 + 2 * cells + agents || numbers.some(Number.isNaN))
    throw new Error("no GAP file");
  return {
    agents,
    items,
    cost: Float64Array.from(numbers.slice(2, 2 + cells)),
    weight: Int32Array.from(numbers.slice(2 + cells, 2 + 2 * cells)),
    capacity: Int32Array.from(numbers.slice(2 + 2 * cells, 2 + 2 * cells + agents)),
  };
}

function solve(text: string, best: number | undefined, { random, spent, seconds }: Limit): Outcome {
  const problem = readGap(text);
  const { chosen, cost, bound, prices, proven } = coordinateGap(problem, { random, progress: () => spent() / seconds });
  if (chosen === null) return { gap: best === undefined ? null : 1, bound_gap: 1, proven: false };
  const fault = checkGap(problem, "", { chosen, prices, primal: cost, bound, input_hash: "" });
  if (fault !== null) throw new Error(fault.why);
  return { gap: best === undefined ? null : cost / best - 1, bound_gap: 1 - bound / cost, proven };
}

/** The last column of data.csv by path; nothing is known of what does not stand in it. */
function readBestKnown(folder: string): ReadonlyMap<string, number> {
  const table = join(folder, "data.csv");
  const rows = existsSync(table) ? readText(table).trim().split(/\r?\n/).slice(1) : [];
  return new Map(
    rows.flatMap((row) => {
      const cells = row.split(",");
      const best = Number(cells.at(-1) || Number.NaN);
      return Number.isNaN(best) ? [] : [[cells[0]!, best]];
    }),
  );
}

const instancesOf = (data: string, wanted: (path: string) => boolean): Instance[] => {
  const folder = join(data, "gap");
  if (!existsSync(folder)) return [];
  const best = readBestKnown(folder);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .filter((path) => !/\.(csv|md)$/.test(path) && wanted(path))
    .sort()
    .map((path) => ({ name: path, solve: (limit) => solve(readText(join(folder, path)), best.get(path), limit) }));
};

const setOf = (name: string, seconds: number, wanted: (path: string) => boolean): InstanceSet => ({
  name,
  seconds,
  instances: (data) => instancesOf(data, wanted),
});

/** Kinds by the names of files: a letter and numbers; anything else goes with the small ones. */
const kindOf = (path: string): string => /(?:^|\/)([a-e])\d+[^/]*$/.exec(path)?.[1] ?? "other";
const ofKind =
  (...kinds: readonly string[]) =>
  (path: string): boolean =>
    kinds.includes(kindOf(path));

export const gapSets: readonly InstanceSet[] = [
  setOf("gap/cattrysse", 5, ofKind("other")),
  setOf("gap/a-c", 5, ofKind("a", "b", "c")),
  setOf("gap/d", 10, ofKind("d")),
  setOf("gap/e", 10, ofKind("e")),
];
