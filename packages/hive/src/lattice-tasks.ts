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
  isFault,
  SLOT_MS,
  shareBetween,
  toCoordinationFile,
} from "lattice";
import { type Crypto, digestOf, isRefusal, type Json, type JsonObject, type Refusal, refuse } from "lop";
import { understand } from "./lattice-find.ts";
import {
  type Leg,
  type LegAsked,
  MAX_PLAN_LEGS,
  planFor,
  readLegs,
  START_TOLERANCE_MS,
  visitRow,
  WAIT_COST,
  WALK_M_PER_S,
} from "./lattice-plan.ts";
import type { OpenLattice } from "./lattice-port.ts";
import { toRefusal } from "./lattice-refusal.ts";
import { roomOf } from "./lattice-room.ts";

/** Tasks of one card; more go over HTTP, without a proof card. */
export const MAX_PLAN_TASKS = 50;
const DEADLINE_MS = 10_000;
const ROUNDS = 400;
const TRIES = 20_000;

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
  const made = await problemOf(open, tasks);
  if (isRefusal(made)) return made;
  const { problem, records } = made;
  const ground = coordinationGround(problem);
  if (isFault(ground)) return toRefusal(ground);
  const begun_ms = open.clock.monotonic_ms();
  const progress = (): number => (open.clock.monotonic_ms() - begun_ms) / DEADLINE_MS;
  const answer = coordinateLegs(ground.legs, { rounds: ROUNDS, tries: TRIES, random: goldenSteps(), progress });
  const file = toCoordinationFile(problem, ground, answer);
  const rows: JsonObject[] = [];
  for (const [t, task] of tasks.entries())
    rows.push(await taskRow(open, crypto, task, asked[t]!, file.plan[t]!, records));
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
): Promise<{ readonly problem: CoordinationProblem; readonly records: readonly Capability[] } | Refusal> {
  const wanted = new Map<string, Wanted>();
  for (const { from, until, duration, places } of tasks.flatMap(({ legs }) => legs))
    for (const record of places) {
      const known = wanted.get(record.id) ?? { number: wanted.size, record, from, until: until + duration };
      known.from = Math.min(known.from, from);
      known.until = Math.max(known.until, until + duration);
      wanted.set(record.id, known);
    }
  const places: CoordinationProblem["places"] = [];
  for (const { record, from, until } of wanted.values()) {
    // More units than there are tasks are never needed.
    const room = await roomOf(open, record, { from, until }, tasks.length);
    if (isRefusal(room)) return room;
    places.push({ id: record.id, lat: record.at.lat, lng: record.at.lng, room: room.runs() });
  }
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

async function taskRow(
  open: OpenLattice,
  crypto: Crypto,
  { name, legs }: Task,
  asked: TaskAsked,
  visits: CoordinationFile["plan"][number],
  records: readonly Capability[],
): Promise<JsonObject> {
  if (visits === null) return { task: name, planned: false, why: await whyLeftOut(open, crypto, asked), legs: [] };
  const rows = visits.map((visit) => visitRow(legs[visit.leg]!, records[visit.place]!, visit, open.settings.tz));
  return { task: name, planned: true, why: null, legs: rows };
}

/** Nothing fits even alone, or others pay more for what it needs. */
async function whyLeftOut(open: OpenLattice, crypto: Crypto, { legs }: TaskAsked): Promise<string> {
  const alone = await planFor(open, crypto, legs);
  if (isRefusal(alone)) return alone.why;
  return alone.planned === true ? "What it needs is worth more to the other tasks." : String(alone.why);
}
