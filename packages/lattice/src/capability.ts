/** A capability: something that can be had at a place and a time. One record, as it is imported, stored and handed back. */
import { z } from "zod";
import { type Fault, fault } from "./fault.ts";
import type { Point } from "./geodesy.ts";
import { complaintText, readShape } from "./wording.ts";

/** Length of a capacity slot. Slots are counted in UTC from the Unix epoch. */
export const SLOT_MINUTES = 15;
export const MAX_ID_BYTES = 128;
export const MAX_ATTRIBUTES = 256;
export const MAX_TEXT_CHARACTERS = 4096;
/** Units of one dimension in one slot. */
export const MAX_UNITS = 32_767;

/** Absent means unknown, which is neither true nor false. A list is a set of words. */
export type AttributeValue = boolean | string | number | readonly string[];

export type HoursRule =
  | { readonly kind: "osm"; readonly text: string }
  | { readonly kind: "rrule"; readonly text: string; readonly minutes: number }
  | { readonly kind: "intervals"; readonly intervals: readonly (readonly [from_ms: number, until_ms: number])[] };

export interface Capability {
  readonly id: string;
  readonly name: string;
  /** The kind of thing it is ("pharmacy"); null when unknown. Searched as the attribute `category`. */
  readonly category: string | null;
  readonly at: Point;
  /** IANA time zone in which its hours are meant. */
  readonly tz: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Null: hours unknown. */
  readonly hours: HoursRule | null;
  /** Units of each dimension that every slot has to begin with: `{ seats: 4 }`. */
  readonly capacity: Readonly<Record<string, number>>;
}

/** What every store can keep: Unicode without unpaired surrogates and without U+0000. */
export const isText = (value: string): boolean => value.isWellFormed() && !value.includes("\0");
export const Text = z.string().refine(isText, "is no text: it has a zero character or half of one");

const text = (most: number) => Text.min(1).max(most);
const Word = text(MAX_TEXT_CHARACTERS);
const Instant_ms = z.int();
const Hours = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("osm"), text: Word }),
  z.strictObject({ kind: z.literal("rrule"), text: Word, minutes: z.int().min(1).max(44_640) }),
  z.strictObject({
    kind: z.literal("intervals"),
    intervals: z
      .array(z.tuple([Instant_ms, Instant_ms]).refine(([from, until]) => from < until, "must begin before it ends"))
      .max(10_000),
  }),
]);

const Record_ = z.strictObject({
  id: text(MAX_ID_BYTES).refine(
    (id) => new TextEncoder().encode(id).length <= MAX_ID_BYTES,
    `at most ${MAX_ID_BYTES} bytes`,
  ),
  name: Text.max(MAX_TEXT_CHARACTERS),
  category: text(256).nullable(),
  at: z.strictObject({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) }),
  tz: text(64).refine(isTimeZone, "is no IANA time zone"),
  attributes: z
    .record(text(128), z.union([z.boolean(), Word, z.number(), z.array(Word).max(256)]))
    .refine((all) => Object.keys(all).length <= MAX_ATTRIBUTES, `at most ${MAX_ATTRIBUTES} attributes`)
    .refine((all) => !("category" in all), "the category has a field of its own"),
  hours: Hours.nullable(),
  capacity: z.record(text(128), z.int().min(0).max(MAX_UNITS)),
});

const zones = new Map<string, boolean>();
function isTimeZone(name: string): boolean {
  let known = zones.get(name);
  if (known === undefined) {
    try {
      new Intl.DateTimeFormat("en", { timeZone: name });
      known = true;
    } catch {
      known = false;
    }
    zones.set(name, known);
  }
  return known;
}

/** Reads one record from untrusted JSON. `at` of the fault names the field: `attributes.wifi`. */
export function readCapability(value: unknown): Capability | Fault {
  const read = readShape(Record_, value);
  return "data" in read ? read.data : fault("capability-malformed", complaintText(read, "the record"), read.at);
}
