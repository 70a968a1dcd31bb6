/**
 * The set of ttdp/ (trip design over days): tours on the days from the start day on, points with hours for each weekday. Ways are rounded down
 * to two decimals. Nothing is published to compare with: the gap is to our own bound.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type OrienteeringProblem, orienteeringBound, orienteeringScore, solveOrienteering } from "../src/index.ts";
import { readText } from "./data-node.ts";
import type { Instance, InstanceSet, Limit, Outcome } from "./set.ts";
import { flooredWays, numberLines } from "./set-toptw.ts";

const WEEK = 7;
/** Share of the time in which tours are looked for; the rest is the bound's. */
const SEARCH_SHARE = 0.25;

/** @throws Error when the text is no such file. */
export function readTtdp(text: string): OrienteeringProblem {
  const [head, depot, ...points] = numberLines(text);
  if (
    head === undefined ||
    depot === undefined ||
    points.some((row) => row.length < 6 + 2 * WEEK || row.some(Number.isNaN))
  )
    throw new Error("no TTDP file");
  const [, tours = 0, startDay = 0] = head;
  const hours = (at: 0 | 1): number[] =>
    Array.from({ length: tours }, (_, t) => [
      depot.at(at - 2)!,
      ...points.map((row) => {
        const [open, close] = row.slice(6 + 2 * ((startDay + t) % WEEK));
        // 0 0 says that the point is closed all day.
        return open === 0 && close === 0 ? -at : [open!, close!][at]!;
      }),
    ]).flat();
  const rows = [depot, ...points];
  return {
    nodes: rows.length,
    tours,
    times: flooredWays(
      rows.map(([, x, y]) => [x!, y!]),
      100,
    ),
    stays: rows.map((row) => row[3]!),
    scores: rows.map((row) => row[4]!),
    opens: hours(0),
    closes: hours(1),
  };
}

function solve(text: string, { random, expired, spent, seconds }: Limit): Outcome {
  const problem = readTtdp(text);
  const rounds = Number.POSITIVE_INFINITY;
  const { tours, score } = solveOrienteering(problem, { rounds, random, over: () => expired(SEARCH_SHARE) });
  if (orienteeringScore(problem, tours) !== score) throw new Error("the tours do not make their score");
  const bound = orienteeringBound(problem, score, () => (spent() / seconds - SEARCH_SHARE) / (1 - SEARCH_SHARE));
  return { gap: null, bound_gap: 1 - score / bound, proven: bound <= score };
}

export const ttdpSet: InstanceSet = {
  name: "ttdp",
  seconds: 40,
  instances: (data) => {
    const folder = join(data, "ttdp");
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names
      .filter((name) => name.endsWith(".txt") && !name.startsWith("format"))
      .sort()
      .map((name): Instance => ({ name, solve: (limit) => solve(readText(join(folder, name)), limit) }));
  },
};
