import { describe, expect, inject, it } from "vitest";
import {
  branchLegs,
  checkLegs,
  coordinateLegs,
  costOfPlan,
  type LegsCertificate,
  type LegsProblem,
  legsBound,
  legsProblem,
  type Plan,
} from "../src/index.ts";
import { chance } from "./city.ts";

const seed = inject("seed");

function randomProblem(random: () => number, tasks: number, places: number, candidates: number): LegsProblem {
  const whole = (most: number): number => Math.floor(random() * most);
  return legsProblem({
    leg_duration_slots: 2,
    metres_per_slot: 3000,
    wait_cost_per_slot: 20,
    penalty_unserved: 12_000,
    capability_xy: Array.from({ length: places }, () => [whole(5000), whole(5000)] as const),
    capacity_per_slot: Array.from({ length: places }, () => 1),
    tasks: Array.from({ length: tasks }, () => ({
      origin: [whole(5000), whole(5000)] as const,
      legs: [0, 3].map((from) => ({
        window_start_slot: from,
        window_slots: 2,
        candidates: [...new Set(Array.from({ length: candidates }, () => whole(places)))],
      })),
    })),
  });
}

/** Least cost by trying every way of every task. */
function byHand(problem: LegsProblem): number {
  const ways = problem.tasks.map(({ legs }) => {
    const [first, second] = legs.map((leg) => leg.places.length * leg.slots);
    return [null, ...Array.from({ length: first! * second! }, (_, i) => [Math.floor(i / second!), i % second!])];
  });
  const plan: (number[] | null)[] = problem.tasks.map(() => null);
  const best = (t: number): number => {
    if (t === plan.length) return Number(costOfPlan(problem, plan));
    let least = Number.POSITIVE_INFINITY;
    for (const way of ways[t]!) {
      plan[t] = way;
      if (typeof costOfPlan(problem, plan) === "number") least = Math.min(least, best(t + 1));
    }
    plan[t] = null;
    return least;
  };
  return best(0);
}

function certify(problem: LegsProblem, random: () => number): LegsCertificate {
  const { plan, prices, cost, bound } = coordinateLegs(problem, { rounds: 80, tries: 400, random });
  return { plan, prices, primal: cost, bound, input_hash: "00" };
}

describe("multi-leg competition", () => {
  it(`is the least of all on 25 small problems, with a bound below (seed ${seed})`, () => {
    const random = chance(seed);
    for (let i = 0; i < 25; i++) {
      const problem = randomProblem(random, 3, 3, 2);
      const answer = coordinateLegs(problem, { rounds: 60, tries: 100, random });
      const least = byHand(problem);
      expect(answer.bound).toBeLessThanOrEqual(least + 1e-6);
      expect(branchLegs(problem, answer.prices, answer.bound, answer, random)).toMatchObject({
        cost: least,
        proven: true,
      });
    }
  });

  it(`has a certificate that is refused after any change that matters: 1,000 of them (seed ${seed})`, () => {
    const random = chance(seed + 1);
    const problem = randomProblem(random, 30, 14, 4);
    const whole = certify(problem, random);
    expect(checkLegs(problem, "00", whole)).toBeNull();
    for (let changed = 0; changed < 1000; ) {
      const mutated = mutate(whole, problem, random);
      const verdict = checkLegs(problem, "00", mutated);
      // Another plan of the same cost, or prices that prove as much, are rightly accepted.
      const rightly =
        costOfPlan(problem, mutated.plan) === mutated.primal &&
        legsBound(problem, mutated.prices) >= mutated.bound - 1e-6;
      if (rightly && mutated.input_hash === "00") continue;
      expect(verdict?.refused).toBe("certificate-wrong");
      changed++;
    }
  });
});

function mutate(whole: LegsCertificate, problem: LegsProblem, random: () => number): LegsCertificate {
  const kind = Math.floor(random() * 5);
  const t = Math.floor(random() * problem.tasks.length);
  if (kind === 0) return { ...whole, primal: whole.primal - 1 - random() * 9 };
  if (kind === 1) return { ...whole, bound: whole.bound + 1 + random() * 50 };
  if (kind === 2) return { ...whole, input_hash: "01" };
  if (kind === 3) {
    const prices = Array.from(whole.prices);
    prices[Math.floor(random() * prices.length)]! += random() < 0.3 ? -1e6 : 500;
    return { ...whole, prices };
  }
  const plan: (ArrayLike<number> | null)[] = [...whole.plan];
  plan[t] = random() < 0.2 ? null : Array.from(plan[t] ?? [0, 0], (cell) => cell + Math.floor(random() * 5) - 2);
  return { ...whole, plan: plan as Plan };
}
