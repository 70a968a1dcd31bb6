/** What comes to the lattice from outside, read into what the engines work with: batches of records, changes, holds. */
import { z } from "zod";
import { type Capability, readCapability, Text } from "./capability.ts";
import { MAX_CHANGES } from "./changes.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { MAX_HOLD_ITEMS, MAX_KEY_CHARACTERS, MAX_TTL_MS } from "./hold.ts";
import type { HoursIndex } from "./hours.ts";
import { DEFAULT_DIMENSION, type LatticeChange, type LatticeHoldRequest, MAX_BATCH } from "./lattice.ts";
import { areSlots, SLOT_MS, type Slots, slotsOf } from "./slot.ts";
import { MOST_UNITS } from "./surface.ts";
import type { Window } from "./window.ts";
import { type Complaint, complaintText, readShape } from "./wording.ts";

/** Slots that one change or hold can span: two bytes in the journal. */
const MOST_SLOTS = 0xffff;

/** Reads a batch for `put`, hours and all. Faults have `at` = `records.N.field`. */
export function readBatch(records: readonly unknown[], hours: HoursIndex): Capability[] | Fault {
  if (!Array.isArray(records)) return fault("capability-malformed", "A list of records is put.", "records");
  if (records.length > MAX_BATCH) return tooLarge(records.length, "records");
  const seen = new Set<string>();
  const batch: Capability[] = [];
  for (const [i, value] of records.entries()) {
    const read = readOne(value, hours);
    if (isFault(read)) return within(read, `records.${i}`);
    if (seen.has(read.id)) return fault("capability-duplicate", `"${read.id}" comes twice.`, `records.${i}.id`);
    seen.add(read.id);
    batch.push(read);
  }
  return batch;
}

/** A fault of one record, as one of the batch: the path stands in front of the reason too, where it did. */
function within(wrong: Fault, record: string): Fault {
  const at = wrong.at === "" ? record : `${record}.${wrong.at}`;
  const told = `${wrong.at}: `;
  return { ...wrong, at, why: wrong.why.startsWith(told) ? `${at}: ${wrong.why.slice(told.length)}` : wrong.why };
}

function readOne(value: unknown, hours: HoursIndex): Capability | Fault {
  const read = readCapability(value);
  if (isFault(read) || read.hours === null) return read;
  return hours.check(read.hours, read.tz, read.at) ?? read;
}

export const tooLarge = (count: number, at: string): Fault =>
  fault("batch-too-large", `${count} at a time are more than ${MAX_BATCH}.`, at);

const units = z.int().min(-MOST_UNITS).max(MOST_UNITS);
const part = {
  id: Text.min(1),
  dimension: Text.min(1).max(128).optional(),
  from_ms: z.int(),
  until_ms: z.int(),
};
const ChangesShape = z.array(z.strictObject({ ...part, units })).max(MAX_CHANGES) satisfies z.ZodType<LatticeChange[]>;
const HoldShape = z.strictObject({
  items: z
    .array(z.strictObject({ ...part, units: units.min(1) }))
    .min(1)
    .max(MAX_HOLD_ITEMS),
  ttl_ms: z.int().min(1).max(MAX_TTL_MS),
  key: Text.min(1).max(MAX_KEY_CHARACTERS).optional(),
}) satisfies z.ZodType<LatticeHoldRequest>;

/** A change or an item of a hold, in slots. */
export interface SlotUnits {
  readonly id: string;
  readonly dimension: string | undefined;
  readonly slots: Slots;
  readonly units: number;
}

function readParts(
  parts: readonly LatticeChange[],
  code: "change-malformed" | "hold-malformed",
  list: string,
): SlotUnits[] | Fault {
  const read = parts.map((one) => ({ id: one.id, dimension: one.dimension, units: one.units, slots: slotsOf(one) }));
  const wrong = read.findIndex(({ slots }) => !areSlots(slots) || slots.until - slots.from > MOST_SLOTS);
  if (wrong < 0) return read;
  return fault(code, "The window ends before it begins, or lies beyond the calendar.", `${list}.${wrong}`);
}

/** Faults: `change-malformed`. */
export function readLatticeChanges(value: unknown): SlotUnits[] | Fault {
  const read = readShape(ChangesShape, value);
  return "data" in read
    ? readParts(read.data, "change-malformed", "changes")
    : malformed("change-malformed", read, "changes");
}

export interface ReadHold {
  readonly items: readonly SlotUnits[];
  readonly ttl_ms: number;
  readonly key: string | undefined;
}

/** Holds are for what is still to come, and for times of which hours are known. Faults: `window-past`, `window-beyond`, at `items.N`. */
export function checkWindows(items: readonly SlotUnits[], horizon: Window, now_ms: number): Fault | null {
  for (const [i, { slots }] of items.entries()) {
    const at = `items.${i}`;
    if (slots.until * SLOT_MS <= now_ms) return windowPast(slots.until * SLOT_MS, at);
    if (slots.until * SLOT_MS > horizon.until_ms) return windowBeyond(horizon, at);
  }
  return null;
}

const minuteOf = (at_ms: number): string => `${new Date(at_ms).toISOString().slice(0, 16)}Z`;

export const windowPast = (until_ms: number, at: string): Fault =>
  fault("window-past", `The window ended at ${minuteOf(until_ms)}.`, at);
export const windowBeyond = ({ from_ms, until_ms }: Window, at: string): Fault =>
  fault("window-beyond", `Hours are known from ${minuteOf(from_ms)} to ${minuteOf(until_ms)}.`, at);

/** Faults: `hold-malformed`. */
export function readLatticeHold(value: unknown): ReadHold | Fault {
  const read = readShape(HoldShape, value);
  if (!("data" in read)) return malformed("hold-malformed", read, "");
  const items = readParts(read.data.items, "hold-malformed", "items");
  return isFault(items) ? items : { items, ttl_ms: read.data.ttl_ms, key: read.data.key };
}

function malformed(code: "change-malformed" | "hold-malformed", { at, why }: Complaint, list: string): Fault {
  const path = [list, at].filter((part) => part !== "").join(".");
  return fault(code, complaintText({ at: path, why }, "the request"), path);
}

/** Which dimension is meant for a capability that has these. */
export const dimensionOf = (named: string | null | undefined, own: readonly string[]): string =>
  named ?? (own.length === 1 ? own[0]! : DEFAULT_DIMENSION);

export const capabilityUnknown = (id: string, at: string): Fault =>
  fault("capability-unknown", `There is no capability "${id}".`, at);
export const dimensionUnknown = (dimension: string, at: string): Fault =>
  fault("dimension-unknown", `There is no dimension "${dimension}".`, at);
