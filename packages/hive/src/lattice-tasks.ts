/**
 * lattice.plan with `tasks`: several people or jobs, each with legs of its own, compete for the same places. The plan is the cheapest for all of
 * them together, as far as its certificate says; that carries the whole problem, and `checkTasks` repeats the proof.
 */
import {
  type Capability,
  type CoordinationFile,
  type CoordinationProblem,
  coordinateLegs,
  coordinationGround,
  DEFAULT_PENALTY_S,
  goldenSteps,
  HoursCompiler,
  HoursIndex,
  isFault,
  SLOT_MS,
  shareBetween,
  toCoordinationFile,
} from "lattice";
import { nodeInZone } from "lattice/node";
import { type Crypto, digestOf, isRefusal, type Json, type JsonObject, type Refusal, refuse } from "lop";
import { understand } from "./lattice-find.ts";
import {
  type Leg,
  type LegAsked,
  MAX_PLAN_LEGS,
  readLegs,
  START_TOLERANCE_MS,
  visitRow,
  WAIT_COST,
  WALK_M_PER_S,
} from "./lattice-plan.ts";
import type { OpenLattice } from "./lattice-port.ts";
import { heard, toRefusal } from "./lattice-refusal.ts";

/** Tasks of one card; more go over HTTP, without a proof card. */
export const MAX_PLAN_TASKS = 50;
const DEADLINE_MS = 10_000;
const ROUNDS = 400;
const TRIES = 20_000;
/** A place without capacities takes everybody. */
const EVERYBODY = MAX_PLAN_TASKS;

export interface TaskAsked {
  readonly name?: string | undefined;
  /** Where it begins; without, where the hive is at home, or its first leg. */
  readonly start?: string | undefined;
  readonly legs: readonly LegAsked[];
}

interface Task {
  readonly name: string;
  readonly origin: { readonly lat: number; readonly lng: number };
  readonly legs: readonly Leg[];
}

/** The answer of the tool; see PLAN in tools-lattice.ts. */
export async function planTasks(
  open: OpenLattice,
  crypto: Crypto,
  asked: readonly TaskAsked[],
): Promise<JsonObject | Refusal> {
  if (asked.length > MAX_PLAN_TASKS)
    return refuse("parameters-invalid", `tasks: at most ${MAX_PLAN_TASKS}, not ${asked.length}.`);
  const long = asked.findIndex(({ legs }) => legs.length > MAX_PLAN_LEGS);
  if (long >= 0) return refuse("parameters-invalid", `tasks.${long}.legs: at most ${MAX_PLAN_LEGS}.`);
  // "At 9" is at 9, if that can be for all; only else a little later for some.
  const exact = await planWithin(open, crypto, asked, 0);
  const whole = !isRefusal(exact) && (exact.tasks as readonly JsonObject[]).every(({ planned }) => planned);
  return isRefusal(exact) || whole ? exact : planWithin(open, crypto, asked, START_TOLERANCE_MS);
}

async function planWithin(
  open: OpenLattice,
  crypto: Crypto,
  asked: readonly TaskAsked[],
  tolerance_ms: number,
): Promise<JsonObject | Refusal> {
  const tasks = await readTasks(open, asked, tolerance_ms);
  if (isRefusal(tasks)) return tasks;
  const { problem, records } = await problemOf(open, tasks);
  const ground = coordinationGround(problem);
  if (isFault(ground)) return toRefusal(ground);
  const begun_ms = open.clock.monotonic_ms();
  const progress = (): number => (open.clock.monotonic_ms() - begun_ms) / DEADLINE_MS;
  const answer = coordinateLegs(ground.legs, { rounds: ROUNDS, tries: TRIES, random: goldenSteps(), progress });
  const file = toCoordinationFile(problem, ground, answer);
  const rows = tasks.map((task, t) => taskRow(open, task, file.plan[t]!, records));
  const planned = rows.some((row) => row.planned);
  return {
    planned,
    why: planned ? null : "No task can be met.",
    leg: null,
    legs: [],
    tasks: rows,
    certificate: {
      digest: digestOf(crypto, problem as unknown as Json),
      gap: shareBetween(file.primal, file.bound),
      ...(file as unknown as JsonObject),
    },
  };
}

async function readTasks(
  open: OpenLattice,
  asked: readonly TaskAsked[],
  tolerance_ms: number,
): Promise<Task[] | Refusal> {
  const tasks: Task[] = [];
  for (const [t, { name = `task ${t + 1}`, start, legs }] of asked.entries()) {
    const read = await readLegs(open, legs, tolerance_ms);
    if (isRefusal(read)) return refuse(read.refused, `tasks.${t}: ${read.why}`, read.fix);
    const from = start === undefined ? null : await understand(open, { near: start });
    if (isRefusal(from)) return refuse(from.refused, `tasks.${t}.start: ${from.why}`, from.fix);
    const { lat, lng } = from?.from ?? open.settings.home ?? read[0]!.understood.from;
    tasks.push({ name, origin: { lat, lng }, legs: read });
  }
  return tasks;
}

type Room = CoordinationProblem["places"][number]["room"];

/** A place of any leg, and the slots that are asked of it. */
interface Wanted {
  readonly number: number;
  readonly record: Capability;
  from: number;
  until: number;
}

async function problemOf(
  open: OpenLattice,
  tasks: readonly Task[],
): Promise<{ readonly problem: CoordinationProblem; readonly records: readonly Capability[] }> {
  const wanted = new Map<string, Wanted>();
  for (const { from, until, duration, places } of tasks.flatMap(({ legs }) => legs))
    for (const record of places) {
      const known = wanted.get(record.id) ?? { number: wanted.size, record, from, until: until + duration };
      known.from = Math.min(known.from, from);
      known.until = Math.max(known.until, until + duration);
      wanted.set(record.id, known);
    }
  const places: CoordinationProblem["places"] = [];
  for (const { record, ...span } of wanted.values())
    places.push({
      id: record.id,
      lat: record.at.lat,
      lng: record.at.lng,
      room: await roomOf(open, record, span, tasks.length),
    });
  const problem: CoordinationProblem = {
    v: 1,
    depart: Math.ceil(open.clock.now_ms() / SLOT_MS),
    speed_m_per_s: WALK_M_PER_S,
    travel_cost_s: 1,
    wait_cost_slot: (WAIT_COST * SLOT_MS) / 1000,
    penalty_s: DEFAULT_PENALTY_S,
    places,
    tasks: tasks.map(({ name, origin, legs }) => ({
      ...{ name, origin },
      legs: legs.map(({ asked, from, until, duration, places }) => ({
        ...{ name: asked.what, from, until, duration },
        places: places.map(({ id }) => wanted.get(id)!.number),
      })),
    })),
  };
  return { problem, records: [...wanted.values()].map(({ record }) => record) };
}

/** Units of each slot in which the place is open; more than there are tasks are never needed. */
async function roomOf(
  open: OpenLattice,
  record: Capability,
  { from, until }: { readonly from: number; readonly until: number },
  tasks: number,
): Promise<Room> {
  const horizon = { from_ms: from * SLOT_MS, until_ms: until * SLOT_MS };
  const hours = new HoursIndex(new HoursCompiler(horizon, nodeInZone), open.settings.region);
  if (hours.set(0, record.hours, record.tz, record.at) !== null) return [];
  const free = new Int32Array(until - from);
  await fillFree(open, record, free, from, { from, until }, tasks);
  const room: Room = [];
  for (let slot = from; slot < until; slot++) {
    const units = free[slot - from]!;
    const isOpen = hours.isOpen(0, { from_ms: slot * SLOT_MS, until_ms: (slot + 1) * SLOT_MS }) === "open";
    if (!isOpen || units < 1) continue;
    const last = room.at(-1);
    if (last?.[1] === slot && last[2] === units) last[1]++;
    else room.push([slot, slot + 1, units]);
  }
  return room;
}

/** Asks for whole stretches first: where the worst slot has enough for all, none has to be asked by itself. */
async function fillFree(
  open: OpenLattice,
  record: Capability,
  free: Int32Array,
  first: number,
  { from, until }: { readonly from: number; readonly until: number },
  tasks: number,
): Promise<void> {
  const [dimension] = Object.keys(record.capacity);
  if (dimension === undefined) {
    free.fill(EVERYBODY);
    return;
  }
  const window = { from_ms: from * SLOT_MS, until_ms: until * SLOT_MS };
  const least = heard(await open.lattice.free(record.id, dimension, window));
  if (typeof least !== "number") return;
  if (least >= tasks || until - from === 1) {
    free.fill(Math.max(0, Math.min(least, tasks)), from - first, until - first);
    return;
  }
  const middle = (from + until) >>> 1;
  await fillFree(open, record, free, first, { from, until: middle }, tasks);
  await fillFree(open, record, free, first, { from: middle, until }, tasks);
}

function taskRow(
  open: OpenLattice,
  { name, legs }: Task,
  visits: CoordinationFile["plan"][number],
  records: readonly Capability[],
): JsonObject {
  const { tz } = open.settings;
  if (visits === null) return { task: name, planned: false, why: whyNot(legs), legs: [] };
  const rows = visits.map((visit) => visitRow(legs[visit.leg]!, records[visit.place]!, visit, tz));
  return { task: name, planned: true, why: null, legs: rows };
}

function whyNot(legs: readonly Leg[]): string {
  const nowhere = legs.find(({ places }) => places.length === 0);
  return nowhere === undefined
    ? "What it needs is closed, full, or worth more to the other tasks."
    : `Nothing matches "${nowhere.asked.what}" there.`;
}
