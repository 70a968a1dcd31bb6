/** A made-up morning in the made-up city: people from its quarters want the same courts, desks and rooms at nine, so that these have prices. */
import { DEMO_CENTER, offset } from "./demo-city.ts";
import { QUARTERS } from "./demo-words.ts";
import type { CoordinateTask, PlanTask } from "./lattice.ts";

export const DEMO_ERRANDS = 240;
const WANTED = ["court", "desk", "meeting_room"];
const HOUR_MS = 3_600_000;
const RADIUS_M = 1500;
const CANDIDATES = 12;
const DEADLINE_MS = 5000;

/** @param nine_ms when everybody wants to begin. */
export function demoMorning(nine_ms: number): CoordinateTask {
  const tasks = Array.from({ length: DEMO_ERRANDS }, (_, i): PlanTask => {
    const quarter = QUARTERS[i % QUARTERS.length]!;
    // Some way from the quarter's middle, each somewhere else.
    const [east_m, north_m] = [(i % 11) - 5, (i % 7) - 3].map((steps) => steps * 90) as [number, number];
    const from = offset(DEMO_CENTER, quarter.east_m + east_m, quarter.north_m + north_m);
    const is = WANTED[i % WANTED.length]!;
    const find = { place: { from, radius_m: RADIUS_M }, where: { attribute: "category", is } };
    const span = { from_ms: nine_ms, until_ms: nine_ms + HOUR_MS };
    const leg = { name: is, find, ...span, minutes: 60, units: 1, dimension: "units" };
    return { from, depart_ms: nine_ms - HOUR_MS, legs: [leg], candidates: CANDIDATES };
  });
  return { tasks, deadline_ms: DEADLINE_MS };
}
