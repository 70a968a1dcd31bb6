/** The sets of coord/: competition of one leg and of several, with optima of another solver. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  assign,
  assignmentProblem,
  branchLegs,
  checkAssignment,
  checkLegs,
  coordinateLegs,
  dualBound,
  type LegsFile,
  legsProblem,
} from "../src/index.ts";
import { openIntegerSolver } from "../src/integer-node.ts";
import { readText } from "./data-node.ts";
import type { Instance, InstanceSet, Limit, Outcome } from "./set.ts";

interface AssignmentFile {
  readonly penalty_unassigned: number;
  readonly capacity: readonly number[];
  readonly tasks: readonly (readonly (readonly [number, number])[])[];
  readonly optimum: number;
}

const ROUNDS = 400;
const TRIES = 500_000;
/** Share of the time for the plan's search; the rest is for branching. */
const PLAN_SHARE = 0.1;

const solver = await openIntegerSolver();

function solveAssignment(text: string): Outcome {
  const file = JSON.parse(text) as AssignmentFile;
  const problem = assignmentProblem(file.tasks, file.capacity, file.penalty_unassigned);
  const { chosen, prices, cost } = assign(problem);
  const bound = dualBound(problem, prices);
  const fault = checkAssignment(problem, { chosen, prices, primal: cost, bound });
  if (fault !== null) throw new Error(fault.why);
  return { gap: cost / file.optimum - 1, bound_gap: 1 - bound / cost, proven: bound >= cost - 1e-6 };
}

function solveLegs(text: string, { random, spent, seconds, expired }: Limit): Outcome {
  const file = JSON.parse(text) as LegsFile & { readonly optimum: number };
  const problem = legsProblem(file);
  const progress = (): number => spent() / (PLAN_SHARE * seconds);
  const answer = coordinateLegs(problem, { rounds: ROUNDS, tries: TRIES, random, progress });
  const better = branchLegs(problem, answer.prices, answer.bound, answer, solver, expired);
  const { plan, cost } = better;
  const { prices, bound } = answer;
  const fault = checkLegs(problem, "", { plan, prices, primal: cost, bound, input_hash: "" });
  if (fault !== null) throw new Error(fault.why);
  return { gap: cost / file.optimum - 1, bound_gap: 1 - bound / cost, proven: better.proven };
}

const filesOf = (data: string, prefix: string, solve: (text: string, limit: Limit) => Outcome): Instance[] => {
  const folder = join(data, "coord");
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith(".json"))
    .map((name) => ({ name, solve: (limit) => solve(readText(join(folder, name)), limit) }));
};

export const assignSet: InstanceSet = {
  name: "coord/assign_*",
  seconds: 10,
  instances: (data) => filesOf(data, "assign_", solveAssignment),
};

export const legsSet: InstanceSet = {
  name: "coord/legs_*",
  seconds: 20,
  instances: (data) => filesOf(data, "legs_", solveLegs),
};
