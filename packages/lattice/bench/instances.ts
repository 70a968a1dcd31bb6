/** Published sets and our own, solved: one line a set with instances, solved, mean gap, worst gap and CPU seconds. */
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
import { chance } from "../test/city.ts";
import { readText } from "./data-node.ts";

interface Outcome {
  /** Share above the expected value; 0 when it is reached. */
  readonly gap: number;
  readonly proven: boolean;
}

interface AssignmentFile {
  readonly penalty_unassigned: number;
  readonly capacity: readonly number[];
  readonly tasks: readonly (readonly (readonly [number, number])[])[];
  readonly optimum: number;
}

const ROUNDS = 400;
const TRIES = 20_000;

function solveAssignment(text: string): Outcome {
  const file = JSON.parse(text) as AssignmentFile;
  const problem = assignmentProblem(file.tasks, file.capacity, file.penalty_unassigned);
  const { chosen, prices, cost } = assign(problem);
  const fault = checkAssignment(problem, { chosen, prices, primal: cost, bound: dualBound(problem, prices) });
  if (fault !== null) throw new Error(fault.why);
  return { gap: cost / file.optimum - 1, proven: dualBound(problem, prices) >= cost - 1e-6 };
}

function solveLegs(text: string, seed: number): Outcome {
  const file = JSON.parse(text) as LegsFile & { readonly optimum: number };
  const problem = legsProblem(file);
  const random = chance(seed);
  const answer = coordinateLegs(problem, { rounds: ROUNDS, tries: TRIES, random });
  const better = branchLegs(problem, answer.prices, answer.bound, answer, random);
  const { plan, cost } = better ?? answer;
  const { prices, bound } = answer;
  const fault = checkLegs(problem, "", { plan, prices, primal: cost, bound, input_hash: "" });
  if (fault !== null) throw new Error(fault.why);
  return { gap: cost / file.optimum - 1, proven: better?.proven ?? false };
}

const SETS: Readonly<Record<string, (text: string, seed: number) => Outcome>> = {
  assign_: solveAssignment,
  legs_: solveLegs,
};

export function runInstances(folder: string, seed: number): void {
  const coord = join(folder, "coord");
  const names = existsSync(coord) ? readdirSync(coord).sort() : [];
  for (const [prefix, solve] of Object.entries(SETS)) {
    const files = names.filter((name) => name.startsWith(prefix) && name.endsWith(".json"));
    if (files.length === 0) console.log(`coord/${prefix}*: skipped: data absent`);
    else
      runSet(
        `coord/${prefix}*`,
        files.map((name) => join(coord, name)),
        (text) => solve(text, seed),
      );
  }
}

function runSet(name: string, files: readonly string[], solve: (text: string) => Outcome): void {
  const before = process.cpuUsage();
  const outcomes = files.map((file) => solve(readText(file)));
  const { user, system } = process.cpuUsage(before);
  const gaps = outcomes.map(({ gap }) => gap);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const percent = (share: number): string => `${(100 * share).toFixed(3)} %`;
  const solved = gaps.filter((gap) => gap <= 1e-9).length;
  const proven = outcomes.filter((outcome) => outcome.proven).length;
  console.log(
    `${name}: ${files.length} instances, ${solved} solved (${proven} proven), mean gap ${percent(mean)}, ` +
      `worst gap ${percent(Math.max(...gaps))}, ${((user + system) / 1e6).toFixed(1)} CPU s`,
  );
}
