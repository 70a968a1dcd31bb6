/**
 * Certificates of one task's plan to be changed: in fixed order (proven by the graph), in any order (proven by prices), and as a file with its
 * whole problem. Whether a changed one is still true is found out by trying every place and start (test/tasks.ts).
 */
import {
  checkItinerary,
  checkPlanFile,
  type ItineraryClaim,
  type ItineraryGround,
  type ItineraryTask,
  isFault,
  planItinerary,
  planTask,
  type Visit,
} from "../src/index.ts";
import { legDuals } from "../src/leg-duals.ts";
import { LegTables } from "../src/leg-tables.ts";
import type { PlanFile, PlanProblem } from "../src/plan-file.ts";
import { planGround } from "../src/plan-file.ts";
import { chance } from "../test/city.ts";
import { costByHand, leastCost, randomTask } from "../test/tasks.ts";
import { changedAt, changedNumber, type Family, numberNear, whole } from "./mutate.ts";

const LEGS = 4;
const ROUNDING = 1e-6;

interface PlanClaim {
  readonly ground: ItineraryGround;
  readonly task: ItineraryTask;
  readonly order: "fixed" | "free";
  readonly claim: ItineraryClaim;
  /** Least cost of all plans, by trying them. */
  readonly least: number;
}

/** All follow from the seed. */
export function planFamilies(seed: number): readonly Family[] {
  const random = chance(seed + 1);
  return [itineraryFamily(fixedClaim(random)), itineraryFamily(freeClaim(random)), fileFamily(random)];
}

/** Tasks are drawn until one has a plan. */
function fixedClaim(random: () => number): PlanClaim {
  for (;;) {
    const { ground, task } = randomTask(random, LEGS);
    const found = planItinerary(ground, task);
    if (found === null) continue;
    const claim = { visits: found.visits, primal: found.cost, bound: found.cost, duals: null };
    return { ground, task, order: "fixed", claim, least: leastCost(ground, task, "fixed") };
  }
}

function freeClaim(random: () => number): PlanClaim {
  for (;;) {
    const { ground, task } = randomTask(random, LEGS, 0.5);
    const found = planTask(ground, task, { order: "free" });
    const duals = legDuals(new LegTables(ground, task));
    if (!("visits" in found) || duals === null || found.visits.length < LEGS - 1) continue;
    const bound = [...duals.leave, ...duals.enter].reduce((sum, price) => sum + price, 0);
    const claim = { visits: found.visits, primal: found.primal, bound, duals };
    return { ground, task, order: "free", claim, least: leastCost(ground, task, "free") };
  }
}

type Change = (claim: ItineraryClaim, random: () => number) => ItineraryClaim;

const VISIT_FIELDS = ["leg", "place", "start", "until", "travel_s"] as const;

function changedVisit(visits: readonly Visit[], random: () => number): Visit[] {
  const at = whole(random, visits.length);
  const field = VISIT_FIELDS[whole(random, VISIT_FIELDS.length)]!;
  const step = (1 + whole(random, 4)) * (random() < 0.5 ? -1 : 1);
  const value = random() < 0.1 ? Number.NaN : visits[at]![field] + step;
  return visits.map((visit, i) => (i === at ? { ...visit, [field]: value } : visit));
}

/** The visit begins later or earlier as a whole. */
function movedVisit(visits: readonly Visit[], random: () => number): Visit[] {
  const at = whole(random, visits.length);
  const step = (1 + whole(random, 3)) * (random() < 0.5 ? -1 : 1);
  return visits.map((visit, i) =>
    i === at ? { ...visit, start: visit.start + step, until: visit.until + step } : visit,
  );
}

function swappedVisits(visits: readonly Visit[], random: () => number): Visit[] {
  const a = whole(random, visits.length);
  const b = (a + 1 + whole(random, visits.length - 1)) % visits.length;
  return visits.with(a, visits[b]!).with(b, visits[a]!);
}

const CHANGES: readonly (readonly [name: string, change: Change])[] = Object.entries<Change>({
  primal: (of, random) => ({ ...of, primal: numberNear(of.primal, random) }),
  bound: (of, random) => ({ ...of, bound: numberNear(of.bound, random) }),
  "primal and bound": (of, random) => {
    const primal = numberNear(of.primal, random);
    return { ...of, primal, bound: primal };
  },
  visit: (of, random) => ({ ...of, visits: changedVisit(of.visits, random) }),
  "visit moved": (of, random) => ({ ...of, visits: movedVisit(of.visits, random) }),
  "visits swapped": (of, random) => ({ ...of, visits: swappedVisits(of.visits, random) }),
  "visit left out": (of, random) => ({ ...of, visits: of.visits.toSpliced(whole(random, of.visits.length), 1) }),
  "visit twice": (of, random) => ({ ...of, visits: [...of.visits, of.visits[whole(random, of.visits.length)]!] }),
  prices: (of, random) =>
    of.duals === null
      ? { ...of, bound: of.bound + 1 + random() }
      : { ...of, duals: { ...of.duals, leave: changedAt(of.duals.leave, random, (was) => numberNear(was, random)) } },
  "price and bound": (of, random) => {
    const more = 1 + whole(random, 200);
    if (of.duals === null) return { ...of, bound: of.bound + more };
    return {
      ...of,
      bound: of.bound + more,
      duals: { ...of.duals, enter: changedAt(of.duals.enter, random, (was) => was + more) },
    };
  },
});

const itineraryFamily = (of: PlanClaim): Family => ({
  name: `itinerary, ${of.order}`,
  isSound: () => !isFault(checkItinerary(of.ground, of.task, of.order, of.claim)),
  draw: (random) => {
    const [name, change] = CHANGES[whole(random, CHANGES.length)]!;
    const claim = change(of.claim, random);
    const checked = checkItinerary(of.ground, of.task, of.order, claim);
    const stillTrue = (): boolean => isTrue(of.ground, of.task, of.order, claim, of.least);
    return { name, refused: isFault(checked), stillTrue };
  },
});

/** The visits can be made and cost what is said, and nothing costs less than the bound. */
function isTrue(
  ground: ItineraryGround,
  task: ItineraryTask,
  order: "fixed" | "free",
  { visits, primal, bound }: ItineraryClaim,
  least: number,
): boolean {
  const cost = costByHand(ground, task, order, visits);
  return Math.abs(cost - primal) <= ROUNDING && bound <= least + ROUNDING;
}

function fileFamily(random: () => number): Family {
  const file = planFile(random);
  return {
    name: "plan file",
    isSound: () => !isFault(checkPlanFile(file)),
    draw: (by) => {
      const { name, changed } = changedNumber(file, by);
      return { name, refused: isFault(checkPlanFile(changed)), stillTrue: () => isTrueFile(changed) };
    },
  };
}

/** A walk through a small town, each place open for a while. */
function planFile(random: () => number): PlanFile {
  const near = (middle: number): number => middle + 0.02 * random();
  const problem: PlanProblem = {
    v: 1,
    origin: { lat: near(48), lng: near(11) },
    depart: 10,
    speed_m_per_s: 1.4,
    travel_cost_s: 1,
    wait_cost_slot: 90,
    legs: Array.from({ length: 3 }, (_, l) => ({
      name: `leg ${l}`,
      from: 12 + 4 * l,
      until: 18 + 4 * l,
      duration: 1 + (l % 2),
      places: Array.from({ length: 3 }, (_, p) => {
        const from = 12 + 4 * l + whole(random, 3);
        return { id: `${l}.${p}`, lat: near(48), lng: near(11), starts: [[from, from + 4] as [number, number]] };
      }),
    })),
  };
  const { ground, task, first } = planGround(problem);
  const found = planItinerary(ground, task);
  if (found === null) throw new Error("the small town has a plan, but none was found");
  const visits = found.visits.map((visit) => ({ ...visit, place: visit.place - first[visit.leg]! }));
  return { problem, visits, primal: found.cost, bound: found.cost };
}

function isTrueFile({ problem, visits, primal, bound }: PlanFile): boolean {
  const { ground, task, first } = planGround(problem);
  const made = visits.map((visit) => ({ ...visit, place: first[visit.leg]! + visit.place }));
  return isTrue(ground, task, "fixed", { visits: made, primal, bound, duals: null }, leastCost(ground, task, "fixed"));
}
