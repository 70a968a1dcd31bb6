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
import { ProgramColumns } from "../src/integer.ts";
import { integerSolver } from "../src/integer-node.ts";
import { chance } from "./city.ts";

const seed = inject("seed");
const solver = await integerSolver();

/** Legs begin at these slots. */
function randomProblem(
  random: () => number,
  tasks: number,
  places: number,
  candidates: number,
  starts: readonly number[] = [0, 3],
): LegsProblem {
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
      legs: starts.map((from) => ({
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

/** Least cost by a program of another kind: no columns and no prices, a flow along the arcs between the cells of a leg and those of the next. */
function byArcs(problem: LegsProblem): number {
  const rows = new Map<string, number>();
  const row = (name: string): number => rows.get(name) ?? rows.set(name, rows.size).size - 1;
  const program = new ProgramColumns();
  const costs: number[] = [];
  const add = (cost: number, out: string, into: string, slots: readonly number[]): void => {
    costs.push(cost);
    program.add(
      cost,
      [row(out), row(into), ...slots.map((entry) => row(`slot ${entry}`))],
      [-1, 1, ...slots.map(() => 1)],
    );
  };
  for (const [t, { legs }] of problem.tasks.entries()) {
    add(problem.penalty, `origin ${t}`, `end ${t}`, []);
    for (const [l, leg] of legs.entries()) {
      const before = legs[l - 1];
      for (let i = 0; i < (before === undefined ? 1 : before.places.length * before.slots); i++)
        for (let j = 0; j < leg.places.length * leg.slots; j++) {
          const at = Math.floor(i / (before?.slots ?? 1)) * leg.places.length + Math.floor(j / leg.slots);
          const free = before === undefined ? leg.from : before.from + (i % before.slots) + before.duration;
          const waited = leg.from + (j % leg.slots) - free - leg.travel[at]!;
          const first = leg.places[Math.floor(j / leg.slots)]! * problem.slots + leg.from + (j % leg.slots);
          const slots = Array.from({ length: leg.duration }, (_, k) => first + k);
          const [out, into] = [l === 0 ? `origin ${t}` : `${t} ${l - 1} ${i}`, l === 2 ? `end ${t}` : `${t} ${l} ${j}`];
          if (waited >= 0) add(leg.cost[at]! + leg.wait * waited, out, into, slots);
        }
    }
  }
  const ends = (other: number): Float64Array =>
    Float64Array.from(rows.keys(), (name) =>
      name.startsWith("slot") ? Math.max(0, other) : name.startsWith("origin") ? -1 : name.startsWith("end") ? 1 : 0,
    );
  const [least, most] = [ends(0), ends(1)];
  const { chosen } = solver.minimize(program.within(least, most), { grain: 0.5, expired: () => false });
  return costs.reduce((sum, cost, c) => sum + cost * chosen![c]!, 0);
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
      expect(branchLegs(problem, answer.prices, answer.bound, answer, solver)).toMatchObject({
        cost: least,
        proven: true,
      });
    }
  });

  it(`is the least of all on 6 problems of 10 tasks with three legs, as a flow along arcs tells (seed ${seed})`, () => {
    const random = chance(seed + 2);
    for (let i = 0; i < 6; i++) {
      const problem = randomProblem(random, 10, 6, 3, [0, 3, 6]);
      const answer = coordinateLegs(problem, { rounds: 60, tries: 20, random });
      const { plan, cost, proven } = branchLegs(problem, answer.prices, answer.bound, answer, solver);
      expect(costOfPlan(problem, plan)).toBe(cost);
      expect({ cost, proven }).toEqual({ cost: byArcs(problem), proven: true });
    }
  });

  it(`keeps the plan it knows when there is no time, and does not call it proven (seed ${seed})`, () => {
    const random = chance(seed + 3);
    const problem = randomProblem(random, 12, 6, 3, [0, 3, 6]);
    const answer = coordinateLegs(problem, { rounds: 5, tries: 1, random });
    const { cost, proven } = branchLegs(problem, answer.prices, answer.bound, answer, solver, () => true);
    expect(cost).toBe(answer.cost);
    expect(proven).toBe(false);
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
