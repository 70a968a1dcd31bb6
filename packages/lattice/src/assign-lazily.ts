/**
 * Competition over all capabilities without listing all pairs. Each task begins with its few nearest; the dual values of the solution say
 * whose horizon was too near: a capability that is not listed costs at least as much as the last one that is, and its price is not negative,
 * so it can only help a task whose value is above that cost. Those tasks see farther in the next round; when there are none, the optimum over
 * the listed pairs is the optimum over all.
 */
import { type Assignment, type AssignmentProblem, assign, assignmentProblem } from "./assign.ts";

export const FIRST_CANDIDATES = 16;
/** Candidates of one task; a bound is then still given, by the values themselves. */
export const MAX_CANDIDATES = 4096;
export const MAX_ROUNDS = 12;

export type Candidate = readonly [capability: number, cost: number];

export interface Competition {
  readonly tasks: number;
  readonly capacity: ArrayLike<number>;
  readonly penalty: number;
  /** The `count` cheapest capabilities of a task in ascending order of cost (whole numbers); fewer when there are no more. */
  cheapest(task: number, count: number): readonly Candidate[];
}

export interface Coordination {
  readonly assignment: Assignment;
  /** The pairs that were looked at; the certificate is checked against these. */
  readonly problem: AssignmentProblem;
  /** No assignment over all pairs costs less. */
  readonly bound: number;
  readonly rounds: number;
}

interface Seen {
  readonly candidates: readonly Candidate[];
  /** Nothing cheaper than this is unlisted. */
  readonly horizon: number;
}

export function assignLazily(competition: Competition): Coordination {
  const seen = Array.from({ length: competition.tasks }, (_, task) => look(competition, task, FIRST_CANDIDATES));
  for (let rounds = 1; ; rounds++) {
    const problem = assignmentProblem(
      seen.map(({ candidates }) => candidates),
      competition.capacity,
      competition.penalty,
    );
    const assignment = assign(problem);
    const short = seen.flatMap(({ horizon, candidates }, task) =>
      horizon < assignment.values[task]! && candidates.length < MAX_CANDIDATES ? [task] : [],
    );
    if (short.length === 0 || rounds === MAX_ROUNDS)
      return { assignment, problem, bound: boundOverAll(assignment, seen), rounds };
    for (const task of short)
      seen[task] = look(competition, task, Math.min(MAX_CANDIDATES, 2 * seen[task]!.candidates.length));
  }
}

function look(competition: Competition, task: number, count: number): Seen {
  const candidates = competition.cheapest(task, count);
  return { candidates, horizon: candidates.length < count ? Number.POSITIVE_INFINITY : candidates.at(-1)![1] };
}

/** The dual bound, with each task's value lowered to its horizon where it could not see so far. */
function boundOverAll({ cost, values }: Assignment, seen: readonly Seen[]): number {
  return seen.reduce((bound, { horizon }, task) => bound - Math.max(0, values[task]! - horizon), cost);
}
