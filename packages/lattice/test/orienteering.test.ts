import { describe, expect, inject, it } from "vitest";
import { type OrienteeringProblem, orienteeringBound, orienteeringScore, solveOrienteering } from "../src/index.ts";
import { chance } from "./city.ts";

const seed = inject("seed");

function randomProblem(random: () => number, nodes: number, tours: number): OrienteeringProblem {
  const at = Array.from({ length: nodes }, () => [random() * 30, random() * 30] as const);
  const times = at.flatMap(([x, y]) => at.map(([a, b]) => Math.hypot(a - x, b - y)));
  const opens = new Float64Array(nodes * tours);
  const closes = new Float64Array(nodes * tours);
  for (let t = 0; t < tours; t++) {
    for (let node = 1; node < nodes; node++) {
      opens[t * nodes + node] = Math.floor(random() * 80);
      // Every fifth point is closed on a tour's day.
      closes[t * nodes + node] = random() < 0.2 ? -1 : opens[t * nodes + node]! + Math.floor(random() * 60);
    }
    closes[t * nodes] = 120;
  }
  const scores = Array.from({ length: nodes }, (_, i) => (i === 0 ? 0 : 1 + Math.floor(random() * 20)));
  const stays = Array.from({ length: nodes }, (_, i) => (i === 0 ? 0 : Math.floor(random() * 15)));
  return { nodes, tours, times, stays, scores, opens, closes };
}

/** The highest score by trying every way through every day. */
function highest({ nodes, tours, times, stays, scores, opens, closes }: OrienteeringProblem): number {
  const go = (t: number, at: number, left: number, seen: number): number => {
    if (t === tours) return 0;
    const home = left + times[at * nodes]! <= closes[t * nodes]! + 1e-9;
    let best = home ? go(t + 1, 0, opens[(t + 1) * nodes] ?? 0, seen) : Number.NEGATIVE_INFINITY;
    for (let node = 1; node < nodes; node++) {
      const begin = Math.max(left + times[at * nodes + node]!, opens[t * nodes + node]!);
      if (seen & (1 << node) || begin > closes[t * nodes + node]! + 1e-9) continue;
      best = Math.max(best, scores[node]! + go(t, node, begin + stays[node]!, seen | (1 << node)));
    }
    return best;
  };
  return go(0, 0, opens[0]!, 0);
}

describe("tours for the highest score", () => {
  it(`reach it on most small problems, and the bound never lies below it, 30 times (seed ${seed})`, () => {
    const random = chance(seed);
    let reached = 0;
    for (let i = 0; i < 30; i++) {
      const problem = randomProblem(random, 4 + Math.floor(random() * 4), 1 + (i % 2));
      const { tours, score } = solveOrienteering(problem, { rounds: 600, random, over: () => false });
      const best = highest(problem);
      expect(score).toBeLessThanOrEqual(best);
      if (score === best) reached++;
      expect(orienteeringScore(problem, tours)).toBe(score);
      expect(orienteeringBound(problem, Math.max(0, score - 3), () => 0)).toBeGreaterThanOrEqual(best);
    }
    // A search of 600 rounds promises no optimum: with 60 seeds it missed one of thirty three times, and never more.
    expect(reached).toBeGreaterThanOrEqual(27);
  });

  it(`lie near their bound on a larger problem (seed ${seed})`, () => {
    const random = chance(seed + 1);
    const problem = randomProblem(random, 30, 2);
    const { score } = solveOrienteering(problem, { rounds: 1500, random, over: () => false });
    // With 40 seeds: half of them above 0.97, the least 0.86.
    expect(score / orienteeringBound(problem, score, () => 0)).toBeGreaterThan(0.75);
  });

  it("are checked: no point twice, none closed, none late", () => {
    const problem = {
      nodes: 3,
      tours: 1,
      times: [0, 5, 5, 5, 0, 5, 5, 5, 0],
      stays: [0, 1, 1],
      scores: [0, 3, 4],
      opens: [0, 0, 0],
      closes: [20, 5, -1],
    };
    expect(orienteeringScore(problem, [[1]])).toBe(3);
    for (const tours of [[[1, 1]], [[2]], [[0]], [[3]], [[1], []]])
      expect(orienteeringScore(problem, tours)).toBe(Number.NaN);
    expect(orienteeringScore({ ...problem, closes: [10, 5, -1] }, [[1]])).toBe(Number.NaN);
    expect(() =>
      solveOrienteering({ ...problem, stays: [0] }, { rounds: 1, random: () => 0, over: () => true }),
    ).toThrow(/a stay/);
  });
});
