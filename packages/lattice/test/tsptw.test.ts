import { describe, expect, inject, it } from "vitest";
import { solveTsptw, type TsptwProblem, tsptwReturn } from "../src/index.ts";
import { chance } from "./city.ts";

const seed = inject("seed");

/** The earliest return by trying every order. */
function earliest({ nodes, times, opens, closes }: TsptwProblem): number {
  const go = (open: readonly number[], at: number, now: number): number => {
    if (open.length === 0) {
      const back = now + times[at * nodes]!;
      return back <= closes[0]! ? back : Number.POSITIVE_INFINITY;
    }
    return Math.min(
      ...open.map((node) => {
        const begun = Math.max(opens[node]!, now + times[at * nodes + node]!);
        const rest = open.filter((other) => other !== node);
        return begun <= closes[node]! ? go(rest, node, begun) : Number.POSITIVE_INFINITY;
      }),
    );
  };
  return go(
    Array.from({ length: nodes - 1 }, (_, i) => i + 1),
    0,
    opens[0]!,
  );
}

/** Windows around the times of some tour, so that most problems have one; ways need not be the shortest. */
function randomProblem(random: () => number, nodes: number, spread: number): TsptwProblem {
  const at = Array.from({ length: nodes }, () => [random() * 50, random() * 50] as const);
  const times = at.flatMap(([x, y]) =>
    at.map(([a, b]) => Math.round(10 * (Math.hypot(a - x, b - y) + 3 + random() * 8)) / 10),
  );
  const opens = new Float64Array(nodes);
  const closes = new Float64Array(nodes).fill(nodes * 60);
  for (let node = 1, now = 0; node < nodes; node++) {
    now += times[(node - 1) * nodes + node]!;
    opens[node] = Math.max(0, Math.round(now - spread * random()));
    closes[node] = Math.round(now + spread * random());
  }
  return { nodes, times, opens, closes };
}

describe("a tour with time windows", () => {
  it(`returns as early as brute force, 400 times (seed ${seed})`, () => {
    const random = chance(seed);
    for (let i = 0; i < 400; i++) {
      const problem = randomProblem(random, 2 + Math.floor(random() * 6), [20, 100, 300][i % 3]!);
      const { tour, primal, bound } = solveTsptw(problem);
      expect(primal).toBeCloseTo(earliest(problem), 6);
      expect(bound).toBe(primal);
      if (tour !== null) expect(tsptwReturn(problem, tour)).toBeCloseTo(primal, 6);
    }
  });

  it(`is proven where the sets of nodes are too many without prices (seed ${seed})`, () => {
    const problem = randomProblem(chance(seed + 1), 22, 700);
    const { primal, bound, tour } = solveTsptw(problem);
    expect(bound).toBe(primal);
    expect(tsptwReturn(problem, tour!)).toBeCloseTo(primal, 6);
  });

  it("says what it has when its time is over", () => {
    let looks = 0;
    const problem = randomProblem(chance(seed + 2), 22, 700);
    const { primal, bound } = solveTsptw(problem, { over: () => ++looks > 30 });
    expect(bound).toBeLessThanOrEqual(primal);
  });

  it("is checked: no other permutation, no late node", () => {
    const problem = { nodes: 3, times: [0, 5, 5, 5, 0, 5, 5, 5, 0], opens: [0, 0, 0], closes: [20, 9, 20] };
    expect(tsptwReturn(problem, [1, 2])).toBe(15);
    for (const tour of [[2, 1], [1], [1, 1], [1, 2, 0], [0, 1], [1, 3]])
      expect(tsptwReturn(problem, tour)).toBe(Number.POSITIVE_INFINITY);
    expect(() => solveTsptw({ ...problem, closes: [20, -1, 20] })).toThrow(/window 1/);
  });
});
