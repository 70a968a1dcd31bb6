import { describe, expect, inject, it } from "vitest";
import { costOfRoutes, type RoutesProblem, solveRoutes } from "../src/index.ts";
import { chance } from "./city.ts";

const seed = inject("seed");

function randomProblem(random: () => number, clusters: number, timed: boolean): RoutesProblem {
  const sizes = Array.from({ length: clusters }, () => (timed ? 1 : 1 + Math.floor(random() * 3)));
  const places = 1 + sizes.reduce((sum, size) => sum + size, 0);
  const at = Array.from({ length: places }, () => [random() * 50, random() * 50] as const);
  const costs = at.flatMap(([x, y]) => at.map(([a, b]) => Math.round(Math.hypot(a - x, b - y))));
  let next = 1;
  const opens = Array.from({ length: places }, (_, i) => (i === 0 ? 0 : Math.floor(random() * 60)));
  const closes = opens.map((open, i) => (i === 0 ? 400 : open + 70));
  return {
    places,
    costs,
    clusters: sizes.map((size) => Array.from({ length: size }, () => next++)),
    demands: Array.from({ length: clusters }, () => 1 + Math.floor(random() * 4)),
    capacity: 8,
    vehicles: clusters,
    windows: timed ? { opens, closes, stays: opens.map(() => 3) } : null,
  };
}

/** The least cost by trying every way to drive. */
function leastCost({ places, costs, clusters, demands, capacity, windows }: RoutesProblem): number {
  const go = (served: number, at: number, load: number, left: number): number => {
    const home = windows === null || left + costs[at * places]! <= windows.closes[0]!;
    let best = Number.POSITIVE_INFINITY;
    if (at !== 0 && home)
      best = costs[at * places]! + (served === (1 << clusters.length) - 1 ? 0 : go(served, 0, 0, 0));
    for (const [c, members] of clusters.entries()) {
      if (served & (1 << c) || load + demands[c]! > capacity) continue;
      for (const place of members) {
        const begin = Math.max(left + costs[at * places + place]!, windows?.opens[place] ?? 0);
        if (windows !== null && begin > windows.closes[place]!) continue;
        const stay = windows?.stays[place] ?? 0;
        best = Math.min(
          best,
          costs[at * places + place]! + go(served | (1 << c), place, load + demands[c]!, begin + stay),
        );
      }
    }
    return best;
  };
  return go(0, 0, 0, 0);
}

/** Progress that ends after so many looks. */
function looks(count: number): () => number {
  let done = 0;
  return () => done++ / count;
}

describe("routes that serve every cluster once", () => {
  it.each([false, true])(`cost hardly more than can be, 40 times, with windows: %s (seed ${seed})`, (timed) => {
    const random = chance(seed);
    let [paid, needed] = [0, 0];
    for (let i = 0; i < 40; i++) {
      const problem = randomProblem(random, 2 + Math.floor(random() * 4), timed);
      const { routes, cost } = solveRoutes(problem, { progress: looks(40), random });
      const least = leastCost(problem);
      if (least === Number.POSITIVE_INFINITY) expect(routes).toBe(null);
      else {
        expect(cost).toBeGreaterThanOrEqual(least);
        expect(costOfRoutes(problem, routes!)).toBe(cost);
        [paid, needed] = [paid + cost, needed + least];
      }
    }
    // A search promises no optimum: with 60 seeds the dearest sum lay 0.25 % above the least.
    expect(paid / needed).toBeLessThan(1.02);
  });

  it("are none when the vehicles do not suffice", () => {
    const problem = { ...randomProblem(chance(seed), 4, false), demands: [5, 5, 5, 5], vehicles: 3 };
    expect(solveRoutes(problem, { progress: looks(5), random: chance(1) }).routes).toBe(null);
  });

  it("are checked: each cluster once, no vehicle overladen, none late", () => {
    const costs = [0, 5, 5, 5, 5, 0, 5, 5, 5, 5, 0, 5, 5, 5, 5, 0];
    const windows = { opens: [0, 0, 0, 0], closes: [99, 99, 5, 99], stays: [0, 0, 0, 0] };
    const problem = { places: 4, costs, clusters: [[1], [2, 3]], demands: [1, 2], capacity: 3, vehicles: 2, windows };
    expect(costOfRoutes(problem, [[2, 1]])).toBe(15);
    for (const routes of [[[1]], [[1, 2]], [[2, 3, 1]], [[1], [2], []], [[1, 4]]])
      expect(typeof costOfRoutes(problem, routes)).toBe("string");
    expect(typeof costOfRoutes({ ...problem, capacity: 2 }, [[2, 1]])).toBe("string");
  });
});
