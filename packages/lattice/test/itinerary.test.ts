import { describe, expect, inject, it } from "vitest";
import { planItinerary, TimedTravel } from "../src/index.ts";
import { chance } from "./city.ts";
import { leastCost, randomTask } from "./tasks.ts";

const seed = inject("seed");

describe("an itinerary", () => {
  it(`in fixed order is the cheapest of all, 300 times (seed ${seed})`, () => {
    const random = chance(seed);
    for (let i = 0; i < 300; i++) {
      const { ground, task } = randomTask(random, 1 + Math.floor(random() * 4));
      const cost = planItinerary(ground, task)?.cost ?? Number.POSITIVE_INFINITY;
      expect(cost).toBeCloseTo(leastCost(ground, task, "fixed"), 6);
    }
  });

  it("refuses travel times that let the later traveller arrive earlier", () => {
    expect(
      () =>
        new TimedTravel(
          [0, 100],
          [
            [0, 900, 900, 0],
            [0, 700, 900, 0],
          ],
          2,
        ),
    ).toThrow(/earlier/);
  });
});
