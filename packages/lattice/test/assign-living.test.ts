import { describe, expect, inject, it } from "vitest";
import { assign, checkAssignment, dualBound, LivingAssignment } from "../src/index.ts";
import { chance } from "./city.ts";

const seed = inject("seed");

describe("an assignment in which tasks come and go", () => {
  it(`is the optimum, proven by its prices, after each of 1,500 events (seed ${seed})`, () => {
    const random = chance(seed);
    const whole = (most: number): number => Math.floor(random() * most);
    for (let run = 0; run < 5; run++) {
      const living = new LivingAssignment(Array.from({ length: 12 }, () => whole(3)));
      const there: number[] = [];
      for (let event = 0; event < 300; event++) {
        if (there.length > 0 && random() < 0.2 + there.length / 60)
          living.cancel(there.splice(whole(there.length), 1)[0]!);
        else {
          const options = Array.from({ length: whole(6) }, () => [whole(12), whole(30)] as const);
          living.arrive(event, options, 20 + whole(10));
          there.push(event);
        }
        const { problem, chosen } = living.snapshot();
        const bound = dualBound(problem, living.prices);
        const { prices, cost } = living;
        expect(bound).toBeCloseTo(assign(problem).cost, 6);
        expect(checkAssignment(problem, { chosen, prices, primal: cost, bound })).toBeNull();
        expect(cost).toBeCloseTo(bound, 6);
      }
    }
  });
});
