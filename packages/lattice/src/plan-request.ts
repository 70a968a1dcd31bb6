/** Tasks as they come from outside, checked, with their defaults filled in and their times in slots. */
import { z } from "zod";
import { SLOT_MINUTES } from "./capability.ts";
import { ConstraintShape } from "./constraint.ts";
import { type Fault, fault } from "./fault.ts";
import type { FindQuery } from "./find-query.ts";
import { MAX_LEG_CANDIDATES, MAX_LEGS, MAX_WINDOW_SLOTS } from "./itinerary.ts";
import { PlaceShape } from "./place.ts";
import { MAX_ALTERNATIVES } from "./plan.ts";
import { SLOT_MS } from "./slot.ts";
import { MOST_UNITS } from "./surface.ts";
import { complaintText, readShape } from "./wording.ts";

/** Tasks of one coordination at the door; the library's own functions take more. */
export const MAX_TASKS = 10_000;
export const DEFAULT_CANDIDATES = 50;
/** A walk, m/s. */
export const DEFAULT_SPEED = 1.4;
/** What a second of waiting costs beside a second on the way. */
export const DEFAULT_WAIT_COST = 0.2;
/** Four hours: what it costs to leave a task out. */
export const DEFAULT_PENALTY_S = 14_400;
export const MAX_DEADLINE_MS = 120_000;
const MAX_LEG_MINUTES = 7 * 1440;

const degrees = z.strictObject({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) });
const Leg = z
  .strictObject({
    name: z.string().min(1).max(256),
    find: z.strictObject({
      place: PlaceShape,
      where: ConstraintShape.optional(),
      unknown: z.enum(["exclude", "include"]).optional(),
    }),
    from_ms: z.int(),
    until_ms: z.int(),
    minutes: z.int().min(1).max(MAX_LEG_MINUTES),
    units: z.int().min(0).max(MOST_UNITS).default(0),
    dimension: z.string().min(1).max(128).optional(),
    value_s: z.number().min(0).optional(),
  })
  .refine(({ from_ms, until_ms }) => from_ms < until_ms, { message: "ends before it begins", path: ["until_ms"] })
  .refine(({ from_ms, until_ms }) => until_ms - from_ms <= (MAX_WINDOW_SLOTS - 2) * SLOT_MS, {
    message: "begins within two weeks",
    path: ["until_ms"],
  });
const Task = z.strictObject({
  from: degrees,
  depart_ms: z.int(),
  legs: z.array(Leg).min(1).max(MAX_LEGS),
  order: z.enum(["fixed", "free"]).default("fixed"),
  speed_m_per_s: z.number().min(0.1).max(400).default(DEFAULT_SPEED),
  wait_cost: z.number().min(0).max(10).default(DEFAULT_WAIT_COST),
  candidates: z.int().min(1).max(MAX_LEG_CANDIDATES).default(DEFAULT_CANDIDATES),
  alternatives: z.int().min(0).max(MAX_ALTERNATIVES).default(0),
  deadline_ms: z.int().min(1).max(MAX_DEADLINE_MS).default(2000),
  max_gap: z.number().min(0).max(0.99).default(0),
});
const Coordination = z.strictObject({
  tasks: z.array(Task).min(1).max(MAX_TASKS),
  penalty_s: z.number().min(1).default(DEFAULT_PENALTY_S),
  deadline_ms: z.int().min(1).max(MAX_DEADLINE_MS).default(10_000),
  max_gap: z.number().min(0).max(0.99).default(0),
  commit: z.strictObject({ ttl_ms: z.int().min(1), key: z.string().min(1).max(100).optional() }).optional(),
});
const Why = z.strictObject({
  task: Task,
  leg: z
    .int()
    .min(0)
    .max(MAX_LEGS - 1),
  id: z.string().min(1),
  from_ms: z.int().nullable(),
});
const Surface = z.strictObject({
  place: PlaceShape,
  where: ConstraintShape.optional(),
  window: z.strictObject({ from_ms: z.int(), until_ms: z.int() }),
  dimension: z.string().min(1).max(128),
  limit: z.int().min(1).max(10_000).default(1000),
});

export type ReadLeg = z.infer<typeof Leg>;
export type ReadTask = z.infer<typeof Task>;
export type ReadCoordination = z.infer<typeof Coordination>;
export type ReadWhy = z.infer<typeof Why>;

const reader =
  <T>(shape: z.ZodType<T>) =>
  (value: unknown): T | Fault => {
    const read = readShape(shape, value);
    return "data" in read ? read.data : fault("task-malformed", complaintText(read, "the task"), read.at);
  };

/** All of these fault with `task-malformed`. */
export const readTask = reader(Task);
export const readCoordination = reader(Coordination);
export const readWhy = reader(Why);
export const readSurface = reader(Surface);

/** The query that a leg's candidates are found by: hours and room are looked at later, slot by slot. */
export const queryOf = ({ find }: ReadLeg, limit: number): FindQuery => ({ ...find, limit });

/** Starts [from, until) of a leg, in slots, and how many slots it takes. */
export const slotsOfLeg = ({
  from_ms,
  until_ms,
  minutes,
}: ReadLeg): { from: number; until: number; duration: number } => {
  const from = Math.ceil(from_ms / SLOT_MS);
  return {
    from,
    until: Math.max(from + 1, Math.ceil(until_ms / SLOT_MS)),
    duration: Math.ceil(minutes / SLOT_MINUTES),
  };
};
