/** L16: made-up multi-leg competition at the size of a city (rivals.ts). Nothing is known but what our own bound proves. */
import { checkLegs, coordinateLegs, legsProblem } from "../src/index.ts";
import { makeRivals } from "./rivals.ts";
import type { InstanceSet, Limit, Outcome } from "./set.ts";

const TASKS = 5000;
const CAPABILITIES = 100_000;
const SEEDS = [1, 2];

function solveRivals(seed: number): (limit: Limit) => Outcome {
  return ({ random, spent, seconds }) => {
    const problem = legsProblem(makeRivals(TASKS, CAPABILITIES, seed));
    // Making the city is not part of the answer.
    const begun = spent();
    const progress = (): number => (spent() - begun) / seconds;
    const { plan, prices, cost, bound } = coordinateLegs(problem, { rounds: 200, tries: 1e9, random, progress });
    const fault = checkLegs(problem, "", { plan, prices, primal: cost, bound, input_hash: "" });
    if (fault !== null) throw new Error(fault.why);
    return { gap: null, bound_gap: 1 - bound / cost, proven: false };
  };
}

export const rivalsSet: InstanceSet = {
  name: "made/legs-5000x3",
  seconds: 10,
  instances: () => SEEDS.map((seed) => ({ name: `seed ${seed}`, solve: solveRivals(seed) })),
};
