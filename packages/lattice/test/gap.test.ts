import { describe, expect, inject, it } from "vitest";
import { checkGap, coordinateGap, type GapProblem, gapBound, gapCost } from "../src/index.ts";
import { chance } from "./city.ts";

const seed = inject("seed");

function randomProblem(random: () => number, agents: number, items: number): GapProblem {
  const whole = (from: number, until: number): number => from + Math.floor(random() * (until - from));
  const cells = agents * items;
  return {
    agents,
    items,
    cost: Float64Array.from({ length: cells }, () => whole(5, 40)),
    weight: Int32Array.from({ length: cells }, () => whole(3, 15)),
    capacity: new Int32Array(agents).fill(Math.ceil((items * 10) / agents)),
  };
}

/** Least cost by trying everything; +∞ when nothing fits. */
function byHand(problem: GapProblem): number {
  const chosen = new Int32Array(problem.items);
  let least = Number.POSITIVE_INFINITY;
  for (let plan = 0; plan < problem.agents ** problem.items; plan++) {
    for (let item = 0, rest = plan; item < problem.items; item++, rest = Math.floor(rest / problem.agents))
      chosen[item] = rest % problem.agents;
    const cost = gapCost(problem, chosen);
    if (typeof cost === "number") least = Math.min(least, cost);
  }
  return least;
}

const solve = (problem: GapProblem, random: () => number) => {
  let asked = 0;
  return coordinateGap(problem, { random, progress: () => asked++ / 300 });
};

describe("generalised assignment", () => {
  it(`finds the least on nearly all of 20 small problems, and its prices never prove more (seed ${seed})`, () => {
    const random = chance(seed);
    let reached = 0;
    for (let i = 0; i < 20; i++) {
      const problem = randomProblem(random, 3, 7);
      const answer = solve(problem, random);
      const least = byHand(problem);
      expect(answer.bound).toBeLessThanOrEqual(least + 1e-6);
      expect(answer.cost).toBeGreaterThanOrEqual(least);
      if (answer.proven) expect(answer.cost).toBe(least);
      if (answer.cost === least) reached++;
      if (answer.chosen === null) continue;
      const certificate = { ...answer, chosen: answer.chosen, primal: answer.cost, input_hash: "00" };
      expect(checkGap(problem, "00", certificate)).toBeNull();
      expect(checkGap(problem, "00", { ...certificate, bound: answer.cost + 1 })?.refused).toBe("certificate-wrong");
    }
    expect(reached).toBeGreaterThanOrEqual(17);
  });

  it("has a bound that any prices prove: none is above the optimum", () => {
    const random = chance(seed + 1);
    for (let i = 0; i < 10; i++) {
      const problem = randomProblem(random, 3, 6);
      const least = byHand(problem);
      for (let k = 0; k < 50; k++) {
        const prices = Float64Array.from({ length: 6 }, () => random() * 60 - 5);
        expect(gapBound(problem, prices)).toBeLessThanOrEqual(least + 1e-9);
      }
    }
  });
});
