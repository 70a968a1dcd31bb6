/** Windows of a tour, tightened until nothing more follows: from the ways between nodes, the order that they force, and a time of return. */

export interface TsptwProblem {
  readonly nodes: number;
  /** Time from node i to node j, service at i included: i · nodes + j. Node 0 is where the tour begins and ends. */
  readonly times: ArrayLike<number>;
  readonly opens: ArrayLike<number>;
  readonly closes: ArrayLike<number>;
}

/** Rounds of tightening; each sees what the one before has found. */
const MOST_ROUNDS = 10;
/** Times this near are equal: sums of the same numbers in another order differ by so little. */
const NEAR = 1e-9;

export interface Windows {
  readonly nodes: number;
  /** From i to j at once: i · nodes + j; +∞ where no tour in time can go. */
  readonly times: Float64Array;
  /** From i to j over whatever nodes is shortest. */
  readonly ways: Float64Array;
  readonly opens: Float64Array;
  readonly closes: Float64Array;
  /** Whether j must come before i: i · nodes + j. */
  readonly before: Uint8Array;
  readonly deadline: number;
  /** No tour returns before this. */
  readonly earliestReturn: number;
}

/** Shortest ways over any nodes (Floyd and Warshall). */
export function shortestWays({ nodes, times }: TsptwProblem): Float64Array {
  const ways = Float64Array.from(times);
  for (let k = 0; k < nodes; k++)
    for (let i = 0; i < nodes; i++) {
      const first = ways[i * nodes + k]!;
      for (let j = 0; j < nodes; j++) {
        const through = first + ways[k * nodes + j]!;
        if (through < ways[i * nodes + j]!) ways[i * nodes + j] = through;
      }
    }
  return ways;
}

/** Null when some window closes: then no tour returns by the deadline. */
export function tighten(problem: TsptwProblem, ways: Float64Array, deadline: number): Windows | null {
  const { nodes } = problem;
  const slack = NEAR * Math.max(1, Math.abs(deadline));
  const opens = Float64Array.from(problem.opens);
  const closes = Float64Array.from(problem.closes, (close) => close + slack);
  closes[0] = Math.min(closes[0]!, deadline);
  const before = new Uint8Array(nodes * nodes);
  for (let j = 1; j < nodes; j++) {
    opens[j] = Math.max(opens[j]!, opens[0]! + ways[j]!);
    closes[j] = Math.min(closes[j]!, closes[0]! - ways[j * nodes]!);
  }
  for (let round = 0, changed = true; changed && round < MOST_ROUNDS; round++) {
    changed = false;
    for (let i = 1; i < nodes; i++)
      for (let j = 1; j < nodes; j++) {
        if (i === j || !(opens[i]! + ways[i * nodes + j]! > closes[j]!)) continue;
        // From i there is no way to j in time: j comes before i.
        before[i * nodes + j] = 1;
        const [open, close] = [opens[j]! + ways[j * nodes + i]!, closes[i]! - ways[j * nodes + i]!];
        if (open > opens[i]!) [opens[i], changed] = [open, true];
        if (close < closes[j]!) [closes[j], changed] = [close, true];
      }
  }
  for (let j = 1; j < nodes; j++) if (!(opens[j]! <= closes[j]!)) return null;
  let earliestReturn = opens[0]!;
  for (let j = 1; j < nodes; j++) earliestReturn = Math.max(earliestReturn, opens[j]! + ways[j * nodes]!);
  return {
    nodes,
    times: usable(problem, opens, closes, before),
    ways,
    opens,
    closes,
    before,
    deadline,
    earliestReturn,
  };
}

/** Arcs that cannot be part of a tour are closed: too late, against the order, or past a node that must lie between. */
function usable(
  { nodes, times }: TsptwProblem,
  opens: Float64Array,
  closes: Float64Array,
  before: Uint8Array,
): Float64Array {
  const open = Float64Array.from(times);
  for (let i = 0; i < nodes; i++)
    for (let j = 0; j < nodes; j++) {
      const arc = i * nodes + j;
      let closed = i === j || before[arc] === 1 || opens[i]! + times[arc]! > closes[j]!;
      for (let k = 1; k < nodes && !closed; k++) {
        if (k === i || k === j) continue;
        const afterI = i === 0 || before[k * nodes + i] === 1;
        const beforeJ = j === 0 || before[j * nodes + k] === 1;
        closed =
          (i === 0 && beforeJ && j !== 0) || (j === 0 && afterI && i !== 0) || (i > 0 && j > 0 && afterI && beforeJ);
      }
      if (closed) open[arc] = Number.POSITIVE_INFINITY;
    }
  return open;
}
