/**
 * Competition over all capabilities without listing all pairs. Each task begins with its few nearest; a capability that is not listed costs at
 * least as much as the last one that is, and its price is not negative, so it can only matter to a search for the cheapest way that has come that
 * far. Then the task's list is doubled, within the search (assign.ts). The optimum over the listed pairs is the optimum over all.
 */
import { type Assignment, type AssignmentProblem, assignListed, assignmentProblem, type Listed } from "./assign.ts";

export const FIRST_CANDIDATES = 16;
/** Candidates of one task; a bound is then still given, by the values themselves. */
export const MAX_CANDIDATES = 4096;

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
}

export function assignLazily(competition: Competition): Coordination {
  const { tasks, capacity, penalty } = competition;
  const lists = Array.from({ length: tasks }, (): readonly Candidate[] => []);
  const listed: Listed = {
    capabilities: lists.map(() => []),
    costs: lists.map(() => []),
    ascending: true,
    horizons: new Float64Array(tasks),
    farther: (task) => {
      const count = Math.min(MAX_CANDIDATES, Math.max(FIRST_CANDIDATES, 2 * lists[task]!.length));
      if (count === lists[task]!.length) return;
      const longer = competition.cheapest(task, count);
      lists[task] = longer;
      listed.capabilities[task] = Uint32Array.from(longer, ([capability]) => capability);
      listed.costs[task] = Float64Array.from(longer, ([, cost]) => cost);
      listed.horizons[task] = longer.length < count ? Number.POSITIVE_INFINITY : longer.at(-1)![1];
    },
  };
  const assignment = assignListed(capacity, new Float64Array(tasks).fill(penalty), listed);
  return {
    assignment,
    problem: assignmentProblem(lists, capacity, penalty),
    bound: boundOverAll(assignment, listed.horizons),
  };
}

/** The dual bound, with each task's value lowered to its horizon where it could not see so far. */
function boundOverAll({ cost, values }: Assignment, horizons: Float64Array): number {
  return values.reduce((bound, value, task) => bound - Math.max(0, value - horizons[task]!), cost);
}
