/**
 * The travelling salesman with time windows, for the earliest return (makespan): every node once, each begun inside its window, waiting where
 * one comes early. A beam gives a tour; then an exhaustive sweep over sets of nodes looks for an earlier one under windows that the tour's
 * return has tightened. Where the sets are too many, a relaxation with prices on the nodes (tsptw-bound.ts) tells which lead nowhere.
 */
import { PricedWays } from "./tsptw-bound.ts";
import { sweepSets } from "./tsptw-sweep.ts";
import { shortestWays, type TsptwProblem, tighten } from "./tsptw-windows.ts";

export const MAX_TSPTW_NODES = 512;
/** Returns nearer than this share are taken as equal. */
const ROUNDING = 1e-8;
const BEAMS = [64, 512];
/** Sweeps in turn: the labels of a layer, and the level at which ways are priced anew before. Narrow ones are there for better tours. */
const SWEEPS = [
  { width: 400, level: null },
  { width: 400, level: 0 },
  { width: 1200, level: 1 },
  { width: 20_000, level: null },
  { width: 50_000, level: 2 },
  { width: 500_000, level: 3 },
] as const;

export interface TsptwAnswer {
  /** All nodes but 0, in turn; null when no tour was found. */
  readonly tour: readonly number[] | null;
  /** Time of return to node 0; +∞ without a tour. */
  readonly primal: number;
  /** No tour returns earlier; +∞ when it is proven that there is none. */
  readonly bound: number;
}

export interface TsptwStop {
  over(): boolean;
}

/** @throws RangeError when the problem is malformed. */
export function solveTsptw(problem: TsptwProblem, stop: TsptwStop = { over: () => false }): TsptwAnswer {
  checkProblem(problem);
  const ways = shortestWays(problem);
  const prices = new Float64Array(problem.nodes);
  let best = beamTour(problem, ways, stop);
  let bound = 0;
  let priced: PricedWays | null = null;
  for (const { width, level } of SWEEPS) {
    const windows = tighten(problem, ways, deadlineOf(problem, best.primal));
    if (windows === null) return { tour: best.tour, primal: best.primal, bound: best.primal };
    bound = Math.max(bound, windows.earliestReturn);
    if (stop.over()) break;
    // Ways priced for a later return bound an earlier one too.
    if (level !== null) priced = PricedWays.make(windows, level, prices);
    if (priced !== null) bound = Math.max(bound, priced.bound);
    const found = sweepSets(windows, { width, priced, over: stop.over });
    if (found.tour !== null) best = found;
    if (found.complete) return { tour: best.tour, primal: best.primal, bound: best.primal };
  }
  return { tour: best.tour, primal: best.primal, bound: Math.min(bound, best.primal) };
}

interface Tour {
  readonly tour: readonly number[] | null;
  readonly primal: number;
}

function beamTour(problem: TsptwProblem, ways: Float64Array, { over }: TsptwStop): Tour {
  const windows = tighten(problem, ways, problem.closes[0]!);
  let best: Tour = { tour: null, primal: Number.POSITIVE_INFINITY };
  for (const width of windows === null ? [] : BEAMS) {
    if (best.tour !== null || over()) break;
    best = sweepSets(windows!, { width, priced: null, over });
  }
  return best;
}

/** Only returns before this are looked for. */
const deadlineOf = ({ closes }: TsptwProblem, primal: number): number =>
  primal === Number.POSITIVE_INFINITY ? closes[0]! : primal - ROUNDING * Math.max(1, Math.abs(primal));

/** The time at which a tour returns; +∞ when it cannot be gone. Linear in the nodes. */
export function tsptwReturn({ nodes, times, opens, closes }: TsptwProblem, tour: readonly number[]): number {
  if (tour.length !== nodes - 1 || new Set(tour).size !== tour.length) return Number.POSITIVE_INFINITY;
  let [at, now] = [0, opens[0]!];
  for (const node of [...tour, 0]) {
    if (!(Number.isInteger(node) && node >= 0 && node < nodes) || (node === 0) !== (at === tour.at(-1)))
      return Number.POSITIVE_INFINITY;
    now = Math.max(now + times[at * nodes + node]!, node === 0 ? now : opens[node]!);
    if (!(now <= closes[node]! * (1 + ROUNDING) + ROUNDING)) return Number.POSITIVE_INFINITY;
    at = node;
  }
  return now;
}

function checkProblem({ nodes, times, opens, closes }: TsptwProblem): void {
  if (!(Number.isInteger(nodes) && nodes >= 2 && nodes <= MAX_TSPTW_NODES))
    throw new RangeError(`a tour has 2 to ${MAX_TSPTW_NODES} nodes`);
  if (times.length !== nodes * nodes || opens.length !== nodes || closes.length !== nodes)
    throw new RangeError("there are nodes × nodes times, and a window for each node");
  for (let i = 0; i < times.length; i++)
    if (!(times[i]! >= 0)) throw new RangeError(`time ${i} is below 0 or no number`);
  for (let i = 0; i < nodes; i++)
    if (!(Number.isFinite(opens[i]!) && closes[i]! >= opens[i]!))
      throw new RangeError(`window ${i} ends before it begins`);
}
