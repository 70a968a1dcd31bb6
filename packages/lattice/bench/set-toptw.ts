/**
 * The sets of toptw/: Solomon's and Cordeau's instances for team orienteering, each with 1 to 4 tours. The last two numbers of a line are its
 * window; ways are rounded down to one decimal, to two for Cordeau's, whose points are no whole numbers.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type OrienteeringProblem, orienteeringScore, solveOrienteering } from "../src/index.ts";
import { readText } from "./data-node.ts";
import type { Instance, InstanceSet, Limit, Outcome } from "./set.ts";

const REFERENCE = "REFERENCE_VALUES.csv";
const TOURS = [1, 2, 3, 4];

/** Lines of numbers; empty ones left out. */
export const numberLines = (text: string): number[][] =>
  text
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((numbers) => numbers.length > 1);

/** Straight ways between points, rounded down to 1/unit. */
export function flooredWays(points: readonly (readonly number[])[], unit: number): Float64Array {
  const ways = new Float64Array(points.length ** 2);
  for (const [i, [x, y]] of points.entries())
    for (const [j, [a, b]] of points.entries())
      ways[i * points.length + j] = Math.floor(Math.hypot(a! - x!, b! - y!) * unit + 1e-9) / unit;
  return ways;
}

/** @throws Error when the text is no such file. */
export function readToptw(text: string, tours: number): OrienteeringProblem {
  const [, , ...rows] = numberLines(text);
  if (rows.length < 2 || rows.some((row) => row.length < 7 || row.some(Number.isNaN))) throw new Error("no TOPTW file");
  const unit = rows.every(([, x, y]) => Number.isInteger(x) && Number.isInteger(y)) ? 10 : 100;
  const perTour = (at: number): number[] => Array.from({ length: tours }, () => rows.map((row) => row.at(at)!)).flat();
  return {
    nodes: rows.length,
    tours,
    times: flooredWays(
      rows.map(([, x, y]) => [x!, y!]),
      unit,
    ),
    stays: rows.map((row) => row[3]!),
    scores: rows.map((row) => row[4]!),
    opens: perTour(-2),
    closes: perTour(-1),
  };
}

function readReference(folder: string): ReadonlyMap<string, readonly number[]> {
  const file = join(folder, REFERENCE);
  const lines = existsSync(file) ? readText(file).trim().split("\n").slice(1) : [];
  return new Map(
    lines.map((line) => {
      const [name = "", ...values] = line.trim().split(",");
      return [name, values.map(Number)];
    }),
  );
}

function solve(problem: OrienteeringProblem, reference: number | undefined, { random, expired }: Limit): Outcome {
  const { tours, score } = solveOrienteering(problem, {
    rounds: Number.POSITIVE_INFINITY,
    random,
    over: () => expired(),
  });
  if (orienteeringScore(problem, tours) !== score) throw new Error("the tours do not make their score");
  const all = problem.scores as readonly number[];
  const proven = score >= all.reduce((sum, one) => sum + one, 0);
  return { gap: reference === undefined ? null : 1 - score / reference, bound_gap: null, proven };
}

export const toptwSet: InstanceSet = {
  name: "toptw",
  seconds: 5,
  instances: (data) => {
    const folder = join(data, "toptw");
    if (!existsSync(folder)) return [];
    const reference = readReference(folder);
    const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
    return names.sort().flatMap((name) =>
      TOURS.map(
        (tours): Instance => ({
          name: `${name} m=${tours}`,
          solve: (limit) => {
            const problem = readToptw(readText(join(folder, name)), tours);
            return solve(problem, reference.get(name)?.[tours - 1], limit);
          },
        }),
      ),
    );
  },
};
