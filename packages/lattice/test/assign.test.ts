import { describe, expect, inject, it } from "vitest";
import {
  type AssignmentProblem,
  assign,
  assignLazily,
  assignmentProblem,
  checkAssignment,
  dualBound,
  UNASSIGNED,
} from "../src/index.ts";
import { chance } from "./city.ts";

const seed = inject("seed");

function randomProblem(random: () => number, tasks: number, capabilities: number): AssignmentProblem {
  const options = Array.from({ length: tasks }, () =>
    Array.from({ length: capabilities }, (_, j) => j)
      .filter(() => random() < 0.6)
      .map((j) => [j, Math.floor(random() * 20)] as const),
  );
  const capacity = Array.from({ length: capabilities }, () => Math.floor(random() * 3));
  return assignmentProblem(options, capacity, 15);
}

/** Least cost by trying everything. */
function byHand(problem: AssignmentProblem): number {
  const left = Array.from(problem.capacity);
  const best = (task: number): number => {
    if (task === problem.tasks) return 0;
    let least = problem.penalty[task]! + best(task + 1);
    for (let edge = problem.first[task]!; edge < problem.first[task + 1]!; edge++) {
      const to = problem.capability[edge]!;
      if (left[to] === 0) continue;
      left[to]!--;
      least = Math.min(least, problem.cost[edge]! + best(task + 1));
      left[to]!++;
    }
    return least;
  };
  return best(0);
}

const certificateOf = (problem: AssignmentProblem) => {
  const { chosen, prices, cost } = assign(problem);
  return { chosen, prices, primal: cost, bound: dualBound(problem, prices) };
};

describe("assignment", () => {
  it(`is the least of all, proven by its own prices, on 400 small problems (seed ${seed})`, () => {
    const random = chance(seed);
    for (let i = 0; i < 400; i++) {
      const problem = randomProblem(random, 1 + Math.floor(random() * 6), 1 + Math.floor(random() * 5));
      const certificate = certificateOf(problem);
      expect([certificate.primal, certificate.bound]).toEqual([byHand(problem), byHand(problem)]);
      expect(checkAssignment(problem, certificate)).toBeNull();
    }
  });

  it("leaves tasks out when nothing has room", () => {
    const problem = assignmentProblem([[[0, 3]], [[0, 1]], []], [1], 10);
    expect([...assign(problem).chosen]).toEqual([UNASSIGNED, 0, UNASSIGNED]);
  });
});

describe("the certificate", () => {
  it(`is refused after any change that matters: 2,000 of them (seed ${seed})`, () => {
    const random = chance(seed + 1);
    const problem = randomProblem(random, 40, 25);
    const whole = certificateOf(problem);
    let changed = 0;
    while (changed < 2000) {
      const chosen = Array.from(whole.chosen);
      const prices = Array.from(whole.prices);
      const mutated = { ...whole, chosen, prices };
      const kind = Math.floor(random() * 4);
      if (kind === 0) mutated.primal -= 1 + Math.floor(random() * 5);
      else if (kind === 1) mutated.bound += 1 + random() * 50;
      else if (kind === 2) chosen[Math.floor(random() * chosen.length)] = Math.floor(random() * 30) - 1;
      else prices[Math.floor(random() * prices.length)] = random() < 0.3 ? -1 : whole.prices[0]! + 1000;
      if (kind === 2 && chosen.every((to, task) => to === whole.chosen[task])) continue;
      const verdict = checkAssignment(problem, mutated);
      // Another plan of the same cost, or other prices that prove as much, are rightly accepted.
      if (verdict === null && (kind === 2 || dualBound(problem, prices) >= mutated.bound)) continue;
      expect(verdict?.refused).toBe("certificate-wrong");
      changed++;
    }
  });
});

describe("lazy assignment", () => {
  it(`equals the assignment over all pairs (seed ${seed})`, () => {
    const random = chance(seed + 2);
    for (let i = 0; i < 12; i++) {
      const tasks = 60 + Math.floor(random() * 80);
      const places = Array.from({ length: 150 }, () => [random() * 1000, random() * 1000] as const);
      const origins = Array.from({ length: tasks }, () => [300 + random() * 200, 300 + random() * 200] as const);
      const capacity = places.map(() => Math.floor(random() * 2));
      const all = origins.map(([x, y]) =>
        places
          .map(([a, b], j) => [j, Math.round(Math.hypot(a - x, b - y))] as const)
          .sort((a, b) => a[1] - b[1] || a[0] - b[0]),
      );
      const lazy = assignLazily({
        tasks,
        capacity,
        penalty: 700,
        cheapest: (task, count) => all[task]!.slice(0, count),
      });
      const full = assign(assignmentProblem(all, capacity, 700));
      expect([lazy.assignment.cost, lazy.bound]).toEqual([full.cost, full.cost]);
      expect(lazy.problem.cost.length).toBeLessThanOrEqual(tasks * 150);
    }
  });
});
