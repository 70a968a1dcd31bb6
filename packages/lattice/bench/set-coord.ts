/** The sets of coord/: competition of one leg and of several, with optima of another solver. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  assign,
  assignmentProblem,
  branchLegs,
  checkAssignment,
  checkLegs,
  coordinateLegs,
  dualBound,
  legsProblem,
} from "../src/index.ts";
import { integerSolver } from "../src/integer-node.ts";
import { readJson } from "./data-node.ts";
import type { Instance, InstanceSet, Limit, Outcome } from "./set.ts";

const count = z.int().min(0);
const optimum = z.number().optional();
const pair = z.tuple([z.number(), z.number()]);
const AssignmentShape = z.object({
  kind: z.literal("assignment"),
  penalty_unassigned: z.number(),
  capacity: z.array(count),
  tasks: z.array(z.array(z.tuple([count, z.number()]))),
  optimum,
});
const LegShape = z.object({ window_start_slot: count, window_slots: count, candidates: z.array(count) });
const LegsShape = z.object({
  leg_duration_slots: count,
  metres_per_slot: z.number().positive(),
  wait_cost_per_slot: z.number(),
  penalty_unserved: z.number(),
  capability_xy: z.array(pair),
  capacity_per_slot: z.array(count),
  tasks: z.array(z.object({ origin: pair, legs: z.array(LegShape) })),
  optimum,
});

const ROUNDS = 400;
const TRIES = 500_000;
/** Share of the time for the plan's search; the rest is for branching. */
const PLAN_SHARE = 0.1;

const solver = await integerSolver();

function solveAssignment(file: z.infer<typeof AssignmentShape>): Outcome {
  const problem = assignmentProblem(file.tasks, file.capacity, file.penalty_unassigned);
  const { chosen, prices, cost } = assign(problem);
  const bound = dualBound(problem, prices);
  const fault = checkAssignment(problem, { chosen, prices, primal: cost, bound });
  if (fault !== null) throw new Error(fault.why);
  return { gap: gapTo(file.optimum, cost), bound_gap: 1 - bound / cost, proven: bound >= cost - 1e-6 };
}

const gapTo = (optimum: number | undefined, cost: number): number | null =>
  optimum === undefined ? null : cost / optimum - 1;

function solveLegs(file: z.infer<typeof LegsShape>, { random, spent, seconds, expired }: Limit): Outcome {
  const problem = legsProblem(file);
  const progress = (): number => spent() / (PLAN_SHARE * seconds);
  const answer = coordinateLegs(problem, { rounds: ROUNDS, tries: TRIES, random, progress });
  const { plan, cost, proven } = branchLegs(problem, answer.prices, answer.bound, answer, solver, expired);
  const { prices, bound } = answer;
  const fault = checkLegs(problem, "", { plan, prices, primal: cost, bound, input_hash: "" });
  if (fault !== null) throw new Error(fault.why);
  return { gap: gapTo(file.optimum, cost), bound_gap: 1 - bound / cost, proven };
}

const ASSIGNMENT = "assignment";

/** What a file is about, as it says itself; of one that cannot be read, as its name begins. */
function isAssignment(path: string, name: string): boolean {
  try {
    return readJson<{ kind?: string }>(path).kind === ASSIGNMENT;
  } catch {
    return name.startsWith("assign");
  }
}

/** @throws Error with the first place in the file that is not as it should be. */
function readAs<F>(shape: z.ZodType<F>, path: string): F {
  const read = shape.safeParse(readJson(path));
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  throw new Error(`${issue.path.join(".")}: ${issue.message}`);
}

function setOf<F>(
  name: string,
  seconds: number,
  ofAssignments: boolean,
  shape: z.ZodType<F>,
  solve: (file: F, limit: Limit) => Outcome,
): InstanceSet {
  const instances = (data: string): Instance[] => {
    const folder = join(data, "coord");
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    return names
      .filter((file) => file.endsWith(".json") && isAssignment(join(folder, file), file) === ofAssignments)
      .map((file) => ({ name: file, solve: (limit) => solve(readAs(shape, join(folder, file)), limit) }));
  };
  return { name, seconds, instances };
}

export const assignSet = setOf("coord/assign_*", 10, true, AssignmentShape, solveAssignment);
export const legsSet = setOf("coord/legs_*", 20, false, LegsShape, solveLegs);
