/**
 * Plans of many tasks that compete, with everything it takes to check them, as plain JSON: places with the units that they have in each slot,
 * the tasks, who goes where, and the prices that prove the bound. Like plan-file.ts, for whoever has neither the lattice nor the planner.
 */
import { z } from "zod";
import { type Fault, fault } from "./fault.ts";
import {
  type ItineraryTask,
  itineraryDag,
  MAX_LEG_CANDIDATES,
  MAX_LEGS,
  MAX_WINDOW_SLOTS,
  type Visit,
} from "./itinerary.ts";
import { type LegDag, placeOf, startOf } from "./leg-dag.ts";
import type { LegsProblem, Plan } from "./legs.ts";
import { checkLegs, legsBound } from "./legs-certificate.ts";
import { GeodesicTravel } from "./travel.ts";
import { complaintText, readShape } from "./wording.ts";

export const MAX_FILE_TASKS = 1000;
const MAX_FILE_PLACES = 20_000;
/** Places × slots: what the check keeps in memory. */
const MAX_ENTRIES = 1 << 24;

const slot = z.int().min(0);
const seconds = z.number().min(0);
const Point = z.strictObject({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) });
const FilePlace = z.strictObject({
  id: z.string().min(1),
  ...Point.shape,
  /** `[from, until, units]`: what can be taken in each slot of [from, until); elsewhere nothing. In order. */
  room: z.array(z.tuple([slot, slot, z.int().min(1)])).max(MAX_WINDOW_SLOTS),
});
const FileLeg = z.strictObject({
  name: z.string(),
  /** Begins in [from, until), in slots of a quarter of an hour from the Unix epoch. */
  from: slot,
  until: slot,
  duration: z.int().min(1).max(MAX_WINDOW_SLOTS),
  /** Numbers into the problem's places; a unit of the one chosen is taken. */
  places: z.array(z.int().min(0)).max(MAX_LEG_CANDIDATES),
});
const TaskShape = z.strictObject({ name: z.string(), origin: Point, legs: z.array(FileLeg).min(1).max(MAX_LEGS) });
export const CoordinationProblemShape = z.strictObject({
  v: z.literal(1),
  depart: slot,
  speed_m_per_s: z.number().positive(),
  /** Cost of a second on the way, of a slot of waiting, and of leaving a task out. */
  travel_cost_s: seconds,
  wait_cost_slot: seconds,
  penalty_s: seconds,
  places: z.array(FilePlace).max(MAX_FILE_PLACES),
  tasks: z.array(TaskShape).min(1).max(MAX_FILE_TASKS),
});
const FileVisit = z.strictObject({ leg: slot, place: slot, start: slot, until: slot, travel_s: seconds });
export const CoordinationFileShape = z.strictObject({
  problem: CoordinationProblemShape,
  /** By task; null for one that is left out. */
  plan: z.array(z.array(FileVisit).max(MAX_LEGS).nullable()).max(MAX_FILE_TASKS),
  /** `[place, slot, price]`, above 0; a unit of every other place and slot costs nothing. */
  prices: z.array(z.tuple([slot, slot, z.number().positive()])),
  primal: z.number(),
  bound: z.number(),
});

export type CoordinationProblem = z.infer<typeof CoordinationProblemShape>;
type FileTask = z.infer<typeof TaskShape>;
export type CoordinationFile = z.infer<typeof CoordinationFileShape>;

/** The problem as solver and checker take it. */
export interface CoordinationGround {
  readonly legs: LegsProblem;
  /** The slot that it counts from. */
  readonly first: number;
  readonly travel: readonly GeodesicTravel[];
}

/** Faults: `certificate-wrong`, at what makes no sense. */
export function coordinationGround(problem: CoordinationProblem): CoordinationGround | Fault {
  const spans = problem.tasks.flatMap(({ legs }) => legs);
  const first = spans.reduce((least, { from }) => Math.min(least, from), problem.depart);
  const slots = spans.reduce((most, { until, duration }) => Math.max(most, until + duration), first) - first;
  const wrong = checkShape(problem, slots);
  if (wrong !== null) return wrong;
  const travel = problem.tasks.map((task) => travelOf(problem, task));
  const tasks = problem.tasks.map((task, t) => dagOf(problem, task, travel[t]!, first));
  const capacity = new Uint32Array(problem.places.length);
  const room = roomOf(problem, first, slots);
  return { legs: { tasks, capacity, room, slots, penalty: problem.penalty_s }, first, travel };
}

const wrongAt = (why: string, at: string): Fault => fault("certificate-wrong", why, at);

function checkShape({ places, tasks }: CoordinationProblem, slots: number): Fault | null {
  if (places.length * slots > MAX_ENTRIES)
    return wrongAt(`${places.length} places in ${slots} slots are too many.`, "problem.places");
  for (const [t, { legs }] of tasks.entries())
    for (const [l, leg] of legs.entries()) {
      const at = `problem.tasks.${t}.legs.${l}`;
      if (!(leg.until > leg.from && leg.until - leg.from <= MAX_WINDOW_SLOTS))
        return wrongAt(`The window of "${leg.name}" is none.`, at);
      if (leg.places.some((place) => place >= places.length)) return wrongAt("There is no such place.", `${at}.places`);
    }
  return null;
}

/** Point 0 is the task's origin, point c + 1 the c-th place of its legs, one after another. */
const travelOf = ({ places, speed_m_per_s }: CoordinationProblem, { origin, legs }: FileTask) =>
  new GeodesicTravel([origin, ...legs.flatMap((leg) => leg.places.map((place) => places[place]!))], speed_m_per_s);

function dagOf(
  { depart, travel_cost_s, wait_cost_slot }: CoordinationProblem,
  { legs }: FileTask,
  travel: GeodesicTravel,
  first: number,
): LegDag {
  let next = 1;
  const task: ItineraryTask = {
    ...{ origin: 0, depart, travelCost_s: travel_cost_s, waitCost_slot: wait_cost_slot },
    legs: legs.map(({ places, ...leg }) => ({ ...leg, candidates: places.map(() => next++) })),
  };
  const dag = itineraryDag(travel, task);
  return {
    depart: dag.depart - first,
    legs: dag.legs.map((leg, l) => ({ ...leg, from: leg.from - first, places: Int32Array.from(legs[l]!.places) })),
  };
}

function roomOf({ places }: CoordinationProblem, first: number, slots: number): Int32Array {
  const room = new Int32Array(places.length * slots);
  for (const [p, place] of places.entries())
    for (const [from, until, units] of place.room)
      room.fill(units, p * slots + Math.max(0, from - first), p * slots + Math.min(slots, Math.max(0, until - first)));
  return room;
}

/** What the solver answers, as the file tells it. */
export function toFile(
  problem: CoordinationProblem,
  ground: CoordinationGround,
  answer: { readonly plan: Plan; readonly prices: ArrayLike<number>; readonly cost: number; readonly bound: number },
): CoordinationFile {
  const { legs, first } = ground;
  const prices: CoordinationFile["prices"] = [];
  for (let entry = 0; entry < answer.prices.length; entry++)
    if (answer.prices[entry]! > 0)
      prices.push([Math.floor(entry / legs.slots), first + (entry % legs.slots), answer.prices[entry]!]);
  const plan = answer.plan.map((cells, t) => (cells === null ? null : visitsOf(problem, ground, t, cells)));
  return { problem, plan, prices, primal: answer.cost, bound: answer.bound };
}

function visitsOf(
  problem: CoordinationProblem,
  { legs, first, travel }: CoordinationGround,
  t: number,
  cells: ArrayLike<number>,
): Visit[] {
  let [at, offset, free] = [0, 1, problem.depart];
  return legs.tasks[t]!.legs.map((leg, l) => {
    const to = offset + Math.floor(cells[l]! / leg.slots);
    const travel_s = travel[t]!.seconds(at, to);
    const start = startOf(leg, cells[l]!) + first;
    [at, offset, free] = [to, offset + leg.places.length, start + leg.duration];
    return { leg: l, place: placeOf(leg, cells[l]!), start, until: free, travel_s };
  });
}

export interface CheckedCoordination {
  readonly cost: number;
  /** No plan costs less: the prices prove it. */
  readonly proven: number;
}

/** From untrusted JSON. Faults: `certificate-wrong`, naming the first claim that does not hold. */
export function checkCoordinationFile(value: unknown): CheckedCoordination | Fault {
  const read = readShape(CoordinationFileShape, value);
  if (!("data" in read)) return wrongAt(complaintText(read), read.at);
  const { problem, primal, bound } = read.data;
  const ground = coordinationGround(problem);
  if ("refused" in ground) return ground;
  const plan = cellsOf(read.data, ground);
  if ("refused" in plan) return plan;
  const prices = pricesOf(read.data, ground);
  if (!(prices instanceof Float64Array)) return prices;
  const wrong = checkLegs(ground.legs, "", { plan, prices, primal, bound, input_hash: "" });
  return wrong ?? { cost: primal, proven: legsBound(ground.legs, prices) };
}

/** The visits as cells of the legs, each exactly as the way there makes it. */
function cellsOf({ problem, plan }: CoordinationFile, ground: CoordinationGround): (Int32Array | null)[] | Fault {
  if (plan.length !== problem.tasks.length) return wrongAt("The plan is for another number of tasks.", "plan");
  const all: (Int32Array | null)[] = [];
  for (const [t, visits] of plan.entries()) {
    if (visits === null) {
      all.push(null);
      continue;
    }
    const { legs } = ground.legs.tasks[t]!;
    if (visits.length !== legs.length) return wrongAt("Not every leg is visited.", `plan.${t}`);
    const cells = Int32Array.from(visits, ({ place, start }, l) => {
      const leg = legs[l]!;
      const candidate = Array.prototype.indexOf.call(leg.places, place);
      const k = start - ground.first - leg.from;
      return candidate < 0 || k < 0 || k >= leg.slots ? -1 : candidate * leg.slots + k;
    });
    const stray = cells.indexOf(-1);
    if (stray >= 0) return wrongAt("It is not at a place of its leg, or outside of its window.", `plan.${t}.${stray}`);
    const told = visitsOf(problem, ground, t, cells);
    const other = told.findIndex((visit, l) => JSON.stringify(visit) !== JSON.stringify(inOrder(visits[l]!)));
    if (other >= 0) return wrongAt("The visit is not told as it is.", `plan.${t}.${other}`);
    all.push(cells);
  }
  return all;
}

const inOrder = ({ leg, place, start, until, travel_s }: Visit): Visit => ({ leg, place, start, until, travel_s });

function pricesOf({ problem, prices }: CoordinationFile, { legs, first }: CoordinationGround): Float64Array | Fault {
  const table = new Float64Array(problem.places.length * legs.slots);
  for (const [i, [place, slot, price]] of prices.entries()) {
    const known = place < problem.places.length && slot >= first && slot < first + legs.slots;
    if (!known) return wrongAt("There is no such place and slot.", `prices.${i}`);
    table[place * legs.slots + slot - first] = price;
  }
  return table;
}
