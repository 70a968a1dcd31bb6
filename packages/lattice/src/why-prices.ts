/**
 * Why a task got what it got, told by dual prices: what a choice costs at the prices of the moment, against the best the task can reach. A price
 * is what one more unit would save all together. Pure functions over a problem and its certificate; the sentences are for people.
 */
import { type AssignmentProblem, costOf, UNASSIGNED } from "./assign.ts";
import { type CellCosts, DagSolver, placeOf, startOf } from "./leg-dag.ts";
import { type LegsProblem, type Plan, priced, roomAt } from "./legs.ts";

export type WhyReason = "chosen" | "as-good" | "dearer" | "wanted-more-by-others" | "better-left-out" | "not-offered";

export interface Why {
  readonly reason: WhyReason;
  /** Cost of the best way with this choice in it; +∞ when there is none. */
  readonly cost: number;
  /** Price of what that way takes of others. */
  readonly price: number;
  /** Least of cost and price together that the task can reach, being left out included. */
  readonly best: number;
  readonly sentence: string;
}

/** Differences below this are none. */
const NEAR = 1e-6;

const whole = (value: number): string => String(Math.round(value));

/** Why a task of one leg has this capability, or has it not. */
export function whyAssigned(
  problem: AssignmentProblem,
  { chosen, prices }: { readonly chosen: ArrayLike<number>; readonly prices: ArrayLike<number> },
  task: number,
  capability: number,
): Why {
  const { first, capability: to, cost: costs, penalty } = problem;
  let best = penalty[task]!;
  for (let edge = first[task]!; edge < first[task + 1]!; edge++)
    best = Math.min(best, costs[edge]! + prices[to[edge]!]!);
  const cost = capability === UNASSIGNED ? Number.POSITIVE_INFINITY : costOf(problem, task, capability);
  const had = chosen[task]!;
  const now = had === UNASSIGNED ? null : costOf(problem, task, had);
  return tell({ cost, price: prices[capability] ?? 0, best, now, penalty: penalty[task]!, is: had === capability });
}

/** Why a leg of a task has this place at this start, or has it not. */
export function whySeated(
  problem: LegsProblem,
  { plan, prices }: { readonly plan: Plan; readonly prices: ArrayLike<number> },
  asked: { readonly task: number; readonly leg: number; readonly place: number; readonly start: number },
): Why {
  const task = problem.tasks[asked.task]!;
  const leg = task.legs[asked.leg]!;
  const costs = priced(problem, task, prices);
  const solver = new DagSolver();
  const best = Math.min(problem.penalty, solver.solve(task, costs)?.cost ?? problem.penalty);
  const fixed: CellCosts = costs.map((own, l) =>
    l === asked.leg ? own.map((cost, cell) => (isAt(cell) ? cost : Number.POSITIVE_INFINITY)) : own,
  );
  function isAt(cell: number): boolean {
    return (
      placeOf(leg, cell) === asked.place && startOf(leg, cell) === asked.start && hasRoom(problem, asked, leg.duration)
    );
  }
  const way = solver.solve(task, fixed);
  const price = way === null ? 0 : way.cells.reduce((sum, cell, l) => sum + costs[l]![cell]!, 0);
  const cells = plan[asked.task] ?? null;
  return tell({
    cost: way === null ? Number.POSITIVE_INFINITY : way.cost - price,
    price,
    best,
    now: cells === null ? null : costOfWay(problem, asked.task, cells),
    penalty: problem.penalty,
    is: cells !== null && isAt(cells[asked.leg]!),
  });
}

function hasRoom(problem: LegsProblem, { place, start }: { place: number; start: number }, duration: number): boolean {
  for (let slot = start; slot < start + duration; slot++)
    if (roomAt(problem, place * problem.slots + slot) === 0) return false;
  return true;
}

function costOfWay(problem: LegsProblem, t: number, cells: ArrayLike<number>): number {
  const task = problem.tasks[t]!;
  const only: CellCosts = task.legs.map((leg, l) =>
    new Float64Array(leg.places.length * leg.slots).map((_, cell) =>
      cell === cells[l] ? 0 : Number.POSITIVE_INFINITY,
    ),
  );
  return new DagSolver().solve(task, only)?.cost ?? Number.POSITIVE_INFINITY;
}

interface Facts {
  readonly cost: number;
  readonly price: number;
  readonly best: number;
  /** What the task's own way costs; null when it is left out. */
  readonly now: number | null;
  readonly penalty: number;
  readonly is: boolean;
}

function tell({ cost, price, best, now, penalty, is }: Facts): Why {
  const told = (reason: WhyReason, sentence: string): Why => ({ reason, cost, price, best, sentence });
  const more = cost + price - best;
  if (is)
    return told(
      "chosen",
      `The task has it: it costs ${whole(cost)} and takes what is worth ${whole(price)} to others.`,
    );
  if (cost === Number.POSITIVE_INFINITY)
    return told(
      "not-offered",
      "The task cannot have it: it is no candidate, has no room, or cannot be reached in time.",
    );
  if (more <= NEAR) return told("as-good", "It is as good as the best the task can reach; the choice fell on another.");
  if (now !== null && cost > now + NEAR)
    return told("dearer", `It costs the task ${whole(cost)}, ${whole(cost - now)} more than what it has.`);
  if (cost > penalty - NEAR)
    return told("better-left-out", `It costs ${whole(cost)}; to leave the task out costs only ${whole(penalty)}.`);
  return told(
    "wanted-more-by-others",
    `It would cost the task ${whole(cost)}, but others would lose ${whole(price)} by it: together ${whole(more)} more than the best.`,
  );
}

/** A slot that is wanted by more than it can take, and what one more unit of it would save. */
export interface SlotWorth {
  readonly place: number;
  readonly slot: number;
  readonly price: number;
}

/** The live optimisation surface: every slot that has a price, by place and slot. */
export function slotWorths({ slots }: LegsProblem, prices: ArrayLike<number>): SlotWorth[] {
  const worths: SlotWorth[] = [];
  for (let entry = 0; entry < prices.length; entry++)
    if (prices[entry]! > 0)
      worths.push({ place: Math.floor(entry / slots), slot: entry % slots, price: prices[entry]! });
  return worths;
}
