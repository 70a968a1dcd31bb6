/**
 * Checks an assignment and its claim of near-optimality in linear time, trusting nothing of the solver: units are not oversold, costs add
 * up, and the prices give a lower bound that no assignment can beat (weak duality): Σ over tasks of the least of (cost + price) and penalty,
 * minus Σ over capabilities of price × units.
 */
import { type AssignmentProblem, costOf, UNASSIGNED } from "./assign.ts";
import { type Fault, fault } from "./fault.ts";

export interface AssignmentCertificate {
  readonly chosen: ArrayLike<number>;
  readonly prices: ArrayLike<number>;
  /** Cost of the assignment, as claimed. */
  readonly primal: number;
  /** No assignment costs less, as claimed. */
  readonly bound: number;
}

/** Sums of prices are floating point; claims may differ from ours by this share. */
const ROUNDING = 1e-9;

/** Null when every claim holds. Faults: `certificate-wrong`, naming the first claim that does not. */
export function checkAssignment(problem: AssignmentProblem, certificate: AssignmentCertificate): Fault | null {
  const { chosen, prices, primal, bound } = certificate;
  const wrong = (why: string, at: string): Fault => fault("certificate-wrong", why, at);
  if (chosen.length !== problem.tasks) return wrong("The plan is for another number of tasks.", "chosen");
  if (prices.length !== problem.capacity.length) return wrong("The prices are for other capabilities.", "prices");
  const used = new Uint32Array(problem.capacity.length);
  let cost = 0;
  for (let task = 0; task < problem.tasks; task++) {
    const to = chosen[task]!;
    const price =
      to === UNASSIGNED || (Number.isInteger(to) && to >= 0 && to < used.length)
        ? costOf(problem, task, to)
        : Number.POSITIVE_INFINITY;
    if (price === Number.POSITIVE_INFINITY) return wrong(`Task ${task} takes what it cannot.`, `chosen.${task}`);
    if (to !== UNASSIGNED && ++used[to]! > problem.capacity[to]!)
      return wrong(`Capability ${to} is oversold.`, `chosen.${task}`);
    cost += price;
  }
  if (!close(cost, primal)) return wrong(`The plan costs ${cost}, not ${primal}.`, "primal");
  const proven = dualBound(problem, prices);
  if (Number.isNaN(proven)) return wrong("A price is negative or no number.", "prices");
  return bound <= proven || close(bound, proven) ? null : wrong(`The prices prove ${proven}, not ${bound}.`, "bound");
}

/** The lower bound that prices prove; NaN when some price is negative or no number. */
export function dualBound(
  { tasks, first, capability, cost, penalty, capacity }: AssignmentProblem,
  prices: ArrayLike<number>,
): number {
  let bound = 0;
  for (let i = 0; i < prices.length; i++) {
    if (!(prices[i]! >= 0)) return Number.NaN;
    bound -= prices[i]! * capacity[i]!;
  }
  for (let task = 0; task < tasks; task++) {
    let least = penalty[task]!;
    for (let edge = first[task]!; edge < first[task + 1]!; edge++) {
      const value = cost[edge]! + prices[capability[edge]!]!;
      if (value < least) least = value;
    }
    bound += least;
  }
  return bound;
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(a), Math.abs(b));
