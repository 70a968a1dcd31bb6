/**
 * Checks a plan of many multi-leg tasks and its claim of near-optimality, in time linear in the problem (each task's graph is swept once),
 * trusting nothing of the solver: every path can be gone, no slot is oversold, costs add up, and the prices prove the bound (weak duality):
 * Σ over tasks of the least of (cheapest path at these prices) and penalty, minus Σ over slots of price × units.
 */
import { type Fault, fault } from "./fault.ts";
import { DagSolver, pathCost, placeOf, startOf } from "./leg-dag.ts";
import { type LegsProblem, type Plan, priced, roomAt, roomFor } from "./legs.ts";

export interface LegsCertificate {
  readonly plan: Plan;
  /** Price of each place and slot: place · slots + slot. */
  readonly prices: ArrayLike<number>;
  readonly primal: number;
  readonly bound: number;
  /** Hex digest of the problem that this is about. */
  readonly input_hash: string;
}

const ROUNDING = 1e-9;
const close = (a: number, b: number): boolean => Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(a), Math.abs(b));

/** Null when every claim holds. Faults: `certificate-wrong`, naming the first claim that does not. */
export function checkLegs(problem: LegsProblem, input_hash: string, certificate: LegsCertificate): Fault | null {
  const { plan, prices, primal, bound } = certificate;
  const wrong = (why: string, at: string): Fault => fault("certificate-wrong", why, at);
  if (certificate.input_hash !== input_hash) return wrong("The certificate is about another problem.", "input_hash");
  if (plan.length !== problem.tasks.length) return wrong("The plan is for another number of tasks.", "plan");
  if (prices.length !== roomFor(problem)) return wrong("The prices are for other slots.", "prices");
  const cost = costOfPlan(problem, plan);
  if (typeof cost === "string") return wrong(cost, "plan");
  if (!close(cost, primal)) return wrong(`The plan costs ${cost}, not ${primal}.`, "primal");
  const proven = legsBound(problem, prices);
  if (Number.isNaN(proven)) return wrong("A price is negative or no number.", "prices");
  return bound <= proven || close(bound, proven) ? null : wrong(`The prices prove ${proven}, not ${bound}.`, "bound");
}

/** What a plan costs; a sentence when it cannot be. */
export function costOfPlan(problem: LegsProblem, plan: Plan): number | string {
  const { tasks, slots, capacity, penalty } = problem;
  const used = new Uint32Array(capacity.length * slots);
  let cost = 0;
  for (const [t, task] of tasks.entries()) {
    const cells = plan[t]!;
    if (cells === null) {
      cost += penalty;
      continue;
    }
    const way = cells.length === task.legs.length ? pathCost(task, cells) : Number.POSITIVE_INFINITY;
    if (way === Number.POSITIVE_INFINITY) return `Task ${t} goes a way that there is not.`;
    cost += way;
    for (const [l, leg] of task.legs.entries()) {
      const [place, start] = [placeOf(leg, cells[l]!), startOf(leg, cells[l]!)];
      for (let slot = start; slot < start + leg.duration; slot++)
        if (++used[place * slots + slot]! > roomAt(problem, place * slots + slot))
          return `Place ${place} is oversold in slot ${slot}.`;
    }
  }
  return cost;
}

/** The lower bound that prices prove; NaN when some price is negative or no number. */
export function legsBound(problem: LegsProblem, prices: ArrayLike<number>): number {
  let bound = 0;
  for (let i = 0; i < prices.length; i++) {
    if (!(prices[i]! >= 0)) return Number.NaN;
    if (prices[i]! > 0) bound -= prices[i]! * roomAt(problem, i);
  }
  const solver = new DagSolver();
  for (const task of problem.tasks) {
    const path = solver.solve(task, priced(problem, task, prices));
    bound += Math.min(problem.penalty, path?.cost ?? problem.penalty);
  }
  return bound;
}
