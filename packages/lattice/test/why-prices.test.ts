import { describe, expect, it } from "vitest";
import {
  assign,
  assignmentProblem,
  coordinateLegs,
  legsProblem,
  slotWorths,
  UNASSIGNED,
  whyAssigned,
  whySeated,
} from "../src/index.ts";
import { chance } from "./city.ts";

describe("why", () => {
  const problem = assignmentProblem(
    [
      [
        [0, 1],
        [1, 9],
      ],
      [
        [0, 2],
        [1, 4],
      ],
      [[2, 90]],
    ],
    [1, 1, 1],
    50,
  );
  const answer = assign(problem);

  it("says of one leg what was chosen, what others want more, what is dearer and what is no candidate", () => {
    expect([...answer.chosen]).toEqual([0, 1, UNASSIGNED]);
    const reason = (task: number, capability: number): string => whyAssigned(problem, answer, task, capability).reason;
    expect([reason(0, 0), reason(0, 1), reason(0, 2)]).toEqual(["chosen", "dearer", "not-offered"]);
    expect(["wanted-more-by-others", "as-good"]).toContain(reason(1, 0));
    expect(reason(2, 2)).toBe("better-left-out");
    expect(whyAssigned(problem, answer, 0, 1).sentence).toBe("It costs the task 9, 8 more than what it has.");
  });

  it("says of several legs whose slot it is, and what the slot is worth", () => {
    const task = (x: number) => ({
      origin: [x, 0] as const,
      legs: [{ window_start_slot: 0, window_slots: 1, candidates: [0, 1] }],
    });
    const legs = legsProblem({
      leg_duration_slots: 1,
      metres_per_slot: 1000,
      wait_cost_per_slot: 1,
      penalty_unserved: 500,
      capability_xy: [
        [0, 0],
        [100, 0],
      ],
      capacity_per_slot: [1, 1],
      tasks: [task(0), task(10)],
    });
    const { plan, prices, cost } = coordinateLegs(legs, { rounds: 200, tries: 200, random: chance(1) });
    expect(cost).toBe(100 - 10);
    const ask = (task: number, place: number) => whySeated(legs, { plan, prices }, { task, leg: 0, place, start: 0 });
    const first = plan[0]![0] === 0 ? 0 : 1;
    expect(ask(0, first).reason).toBe("chosen");
    expect(ask(1, first).cost).toBe(first === 0 ? 10 : 90);
    expect(ask(0, 7).reason).toBe("not-offered");
    const worths = slotWorths(legs, prices);
    expect(worths.map(({ place, slot }) => [place, slot])).toContainEqual([0, 0]);
  });
});
