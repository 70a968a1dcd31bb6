/**
 * The file of many tasks that compete (coordination-file.ts) to be changed, in its claim as in its problem. Whether a changed one is still true is
 * found out by trying all plans of all tasks.
 */

import { coordinationGround, toFile } from "../src/coordination-file.ts";
import { type CoordinationFile, checkCoordinationFile, coordinateLegs, GeodesicTravel, isFault } from "../src/index.ts";
import { chance } from "../test/city.ts";
import { changedNumber, type Family, whole } from "./mutate.ts";

const TASKS = 3;
const PLACES = 4;
const ROUNDING = 1e-6;

type Problem = CoordinationFile["problem"];
type Visits = CoordinationFile["plan"][number];
/** A place's number among a leg's places, and a start, for each leg; null for a task that is left out. */
type Way = readonly (readonly [choice: number, start: number])[] | null;

/** It follows from the seed. */
export function coordinationFamily(seed: number): Family {
  const file = coordinationFile(chance(seed + 2));
  return {
    name: "coordination file",
    isSound: () => !isFault(checkCoordinationFile(file)) && isTrue(file),
    draw: (random) => {
      const { name, changed } = changedNumber(file, random);
      return { name, refused: isFault(checkCoordinationFile(changed)), stillTrue: () => isTrue(changed) };
    },
  };
}

function coordinationFile(random: () => number): CoordinationFile {
  const near = (middle: number): number => middle + 0.02 * random();
  const problem: Problem = {
    v: 1,
    depart: 40,
    speed_m_per_s: 1.4,
    travel_cost_s: 1,
    wait_cost_slot: 60,
    penalty_s: 9000,
    places: Array.from({ length: PLACES }, (_, p) => ({
      id: `${p}`,
      lat: near(48),
      lng: near(11),
      room: [[40, 60, 1] as [number, number, number]],
    })),
    tasks: Array.from({ length: TASKS }, (_, t) => ({
      name: `task ${t}`,
      origin: { lat: near(48), lng: near(11) },
      legs: [44, 49].map((from, l) => ({
        name: `leg ${l}`,
        from: from + whole(random, 2),
        until: from + 3,
        duration: 2,
        places: [whole(random, 2), 2 + whole(random, 2)],
      })),
    })),
  };
  const ground = coordinationGround(problem);
  if (isFault(ground)) throw new Error(ground.why);
  return toFile(problem, ground, coordinateLegs(ground.legs, { rounds: 60, tries: 300, random }));
}

/** The visits can be made and cost what is said, no slot is oversold, and no plan costs less than the bound. */
function isTrue({ problem, plan, primal, bound }: CoordinationFile): boolean {
  const ways = problem.tasks.map(({ legs }, t) => wayOf(legs, plan[t] ?? null));
  const told = plan.every((visits, t) => visits === null || isTold(problem, t, visits, ways[t]!));
  const cost = costByHand(problem, ways);
  return (
    told && plan.length === ways.length && Math.abs(cost - primal) <= ROUNDING && bound <= least(problem) + ROUNDING
  );
}

const wayOf = (legs: Problem["tasks"][number]["legs"], visits: Visits): Way =>
  visits === null
    ? null
    : legs.map(({ places }, l) => [places.indexOf(visits[l]?.place ?? -1), visits[l]?.start ?? -1]);

/** Each visit with its leg, its end, and the seconds of the way to it. */
function isTold(problem: Problem, t: number, visits: NonNullable<Visits>, way: Way): boolean {
  const { legs, origin } = problem.tasks[t]!;
  const points = [origin, ...visits.map(({ place }) => problem.places[place] ?? origin)];
  const travel = new GeodesicTravel(points, problem.speed_m_per_s);
  return (
    way !== null &&
    visits.length === legs.length &&
    visits.every(
      ({ leg, start, until, travel_s }, l) =>
        leg === l && until === start + legs[l]!.duration && travel_s === travel.seconds(l, l + 1),
    )
  );
}

/** What ways of all tasks cost together; +∞ when one cannot be gone or a slot is oversold. */
function costByHand(problem: Problem, ways: readonly Way[]): number {
  const used = new Map<string, number>();
  let cost = 0;
  for (const [t, way] of ways.entries()) cost += way === null ? problem.penalty_s : costOfWay(problem, t, way, used);
  for (const [entry, units] of used) {
    const [place, slot] = entry.split(" ").map(Number) as [number, number];
    const room = problem.places[place]!.room.findLast(([from, until]) => slot >= from && slot < until)?.[2] ?? 0;
    if (units > room) return Number.POSITIVE_INFINITY;
  }
  return cost;
}

function costOfWay(problem: Problem, t: number, way: NonNullable<Way>, used: Map<string, number>): number {
  const { legs, origin } = problem.tasks[t]!;
  const chosen = way.map(([choice], l) => legs[l]!.places[choice] ?? -1);
  if (chosen.includes(-1)) return Number.POSITIVE_INFINITY;
  const travel = new GeodesicTravel([origin, ...chosen.map((place) => problem.places[place]!)], problem.speed_m_per_s);
  let [cost, free] = [0, problem.depart];
  for (const [l, [, start]] of way.entries()) {
    const { from, until, duration } = legs[l]!;
    const seconds = travel.seconds(l, l + 1);
    const waited = start - free - Math.ceil(seconds / 900);
    if (!(start >= from && start < until && waited >= 0 && Number.isInteger(start))) return Number.POSITIVE_INFINITY;
    cost += seconds * problem.travel_cost_s + (l === 0 ? 0 : waited * problem.wait_cost_slot);
    for (let slot = start; slot < start + duration; slot++)
      used.set(`${chosen[l]} ${slot}`, (used.get(`${chosen[l]} ${slot}`) ?? 0) + 1);
    free = start + duration;
  }
  return cost;
}

/** Over all plans of all tasks. */
function least(problem: Problem): number {
  const options = problem.tasks.map(({ legs }, t) => {
    const cells = legs.map(({ places, from, until }) =>
      places.flatMap((_, choice) =>
        Array.from({ length: Math.max(0, until - from) }, (_, k) => [choice, from + k] as const),
      ),
    );
    const ways = cells.reduce<(readonly (readonly [number, number])[])[]>(
      (all, more) => all.flatMap((way) => more.map((cell) => [...way, cell])),
      [[]],
    );
    const priced = ways.map((way) => ({ way: way as Way, cost: costOfWay(problem, t, way, new Map()) }));
    return [{ way: null as Way, cost: problem.penalty_s }, ...priced]
      .filter(({ cost }) => cost <= problem.penalty_s)
      .sort((a, b) => a.cost - b.cost);
  });
  let best = Number.POSITIVE_INFINITY;
  const go = (t: number, spent: number, ways: readonly Way[]): void => {
    if (t === options.length) best = Math.min(best, costByHand(problem, ways));
    else
      for (const { way, cost } of options[t]!) {
        if (spent + cost >= best) break;
        go(t + 1, spent + cost, [...ways, way]);
      }
  };
  go(0, 0, []);
  return best;
}
