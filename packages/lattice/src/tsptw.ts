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
const BEAMS = [64, 1024, 16_384];
const FIRST_SWEEP = 4000;
const BOUNDED_SWEEPS = [20_000, 400_000];

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
  let best = beamTour(problem, ways, stop);
  let bound = 0;
  for (let level = 0; level <= BOUNDED_SWEEPS.length; level++) {
    const windows = tighten(problem, ways, deadlineOf(problem, best.primal));
    if (windows === null) return { ...best, bound: best.primal };
    bound = Math.max(bound, windows.earliestReturn);
    if (stop.over()) break;
    const priced = level === 0 ? null : PricedWays.make(windows, level);
    if (priced !== null) bound = Math.max(bound, Math.min(best.primal, priced.bound));
    const width = level === 0 ? FIRST_SWEEP : BOUNDED_SWEEPS[level - 1]!;
    const found = sweepSets(windows, { width, priced, over: stop.over });
    if (found.complete)
      return found.tour === null ? { ...best, bound: best.primal } : { ...found, bound: found.primal };
    if (found.tour !== null) best = found;
  }
  return { ...best, bound: Math.min(bound, best.primal) };
}

function beamTour(
  problem: TsptwProblem,
  ways: Float64Array,
  stop: TsptwStop,
): { tour: readonly number[] | null; primal: number } {
  const windows = tighten(problem, ways, problem.closes[0]!);
  if (windows === null) return { tour: null, primal: Number.POSITIVE_INFINITY };
  for (const width of BEAMS) {
    const found = sweepSets(windows, { width, priced: null, over: stop.over });
    if (found.tour !== null || found.complete || stop.over()) return found;
  }
  return { tour: null, primal: Number.POSITIVE_INFINITY };
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
