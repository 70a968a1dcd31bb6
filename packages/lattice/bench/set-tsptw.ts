/**
 * The sets of tsptw/: one folder a family (Langevin, Solomon-Potvin-Bengio, and others of the same form), each file the number of nodes, their
 * times of travel and their windows; BEST_KNOWN.txt gives name, makespan, violations and tour.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { solveTsptw, type TsptwProblem, tsptwReturn } from "../src/index.ts";
import { readText } from "./data-node.ts";
import type { Instance, InstanceSet, Limit, Outcome } from "./set.ts";

const BEST_KNOWN = "BEST_KNOWN.txt";
/** Makespans are published with two decimals. */
const PUBLISHED = 0.006;

/** @throws Error when the text is no such file. */
export function readTsptw(text: string): TsptwProblem {
  // Some families comment with # and give windows as "earliest latest" on a line each; only the numbers matter.
  const numbers = text.replace(/#.*/g, "").trim().split(/\s+/).map(Number);
  const nodes = numbers[0]!;
  const windows = numbers.slice(1 + nodes * nodes, 1 + nodes * nodes + 2 * nodes);
  if (numbers.some(Number.isNaN) || windows.length !== 2 * nodes) throw new Error("no file of times and windows");
  const opens = windows.filter((_, i) => i % 2 === 0);
  const closes = windows.filter((_, i) => i % 2 === 1);
  return { nodes, times: numbers.slice(1, 1 + nodes * nodes), opens, closes };
}

function readBestKnown(folder: string): ReadonlyMap<string, number> {
  const file = join(folder, BEST_KNOWN);
  const lines = existsSync(file) ? readText(file).trim().split("\n") : [];
  return new Map(
    lines.map((line) => {
      const [name = "", makespan] = line.trim().split(/\s+/);
      return [name, Number(makespan)];
    }),
  );
}

function solve(text: string, best: number | undefined, { expired }: Limit): Outcome {
  const problem = readTsptw(text);
  const { tour, primal, bound } = solveTsptw(problem, { over: () => expired() });
  if (tour === null) return { gap: null, bound_gap: null, proven: bound === Number.POSITIVE_INFINITY };
  if (Math.abs(tsptwReturn(problem, tour) - primal) > 1e-6) throw new Error("the tour does not return when it says");
  const gap = best === undefined ? null : Math.abs(primal - best) <= PUBLISHED ? 0 : primal / best - 1;
  return { gap, bound_gap: 1 - bound / primal, proven: bound >= primal };
}

export const tsptwSet: InstanceSet = {
  name: "tsptw",
  seconds: 10,
  instances: (data) => {
    const root = join(data, "tsptw");
    if (!existsSync(root)) return [];
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== BEST_KNOWN && !entry.name.endsWith(".md"))
      .map(
        ({ parentPath, name }): Instance => ({
          name: join(parentPath, name).slice(root.length + 1),
          solve: (limit) => solve(readText(join(parentPath, name)), readBestKnown(parentPath).get(name), limit),
        }),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  },
};
