/** Holds: units that are put aside for somebody, all or nothing, until he confirms, releases or lets the time run out. */
import { z } from "zod";
import { type Fault, fault } from "./fault.ts";
import { areSlots, type Slots } from "./slot.ts";
import { MOST_UNITS } from "./surface.ts";
import { complaintText, readShape } from "./wording.ts";

export const MAX_HOLD_ITEMS = 256;
export const MAX_TTL_MS = 7 * 86_400_000;
export const MAX_KEY_CHARACTERS = 128;

export interface HoldItem {
  readonly handle: number;
  readonly dimension: string;
  readonly slots: Slots;
  readonly units: number;
}

export interface HoldRequest {
  readonly items: readonly HoldItem[];
  /** How long the hold stands unconfirmed. */
  readonly ttl_ms: number;
  /** Idempotency key: the same request under the same key gives the same hold. */
  readonly key?: string | undefined;
}

export type HoldState = "held" | "confirmed" | "released" | "expired";

export interface Hold {
  /** Counts up over all holds ever granted; it is the fencing number too: whoever comes with an older one is late. */
  readonly fence: number;
  readonly state: HoldState;
  readonly items: readonly HoldItem[];
  readonly key: string | null;
  /** Wall clock, Unix ms. */
  readonly expires_at_ms: number;
}

const SlotsShape = z.strictObject({ from: z.int(), until: z.int() });
const ItemShape = z.strictObject({
  handle: z.int().min(0).max(0xffff_ffff),
  dimension: z.string().min(1).max(128),
  slots: SlotsShape,
  units: z.int().min(1).max(MOST_UNITS),
});
const RequestShape = z.strictObject({
  items: z.array(ItemShape).min(1).max(MAX_HOLD_ITEMS),
  ttl_ms: z.int().min(1).max(MAX_TTL_MS),
  key: z.string().min(1).max(MAX_KEY_CHARACTERS).optional(),
});

/** Reads a request from untrusted JSON. Faults: `hold-malformed`. */
export function readHoldRequest(value: unknown): HoldRequest | Fault {
  const read = readShape(RequestShape, value);
  if (!("data" in read)) return fault("hold-malformed", complaintText(read, "the request"), read.at);
  const wrong = read.data.items.findIndex(({ slots }) => !areSlots(slots) || slots.until - slots.from > 0xffff);
  return wrong < 0
    ? read.data
    : fault("hold-malformed", "The slots end before they begin, or lie beyond the calendar.", `items.${wrong}.slots`);
}

/** What the journal keeps of holds. Times are wall clock; `ttl_ms` bounds what a jump of the clock can do to a hold after a restart. */
const EventShape = z.discriminatedUnion("e", [
  z.strictObject({
    e: z.literal("held"),
    fence: z.int().min(1),
    key: z.string().nullable(),
    at_ms: z.int(),
    ttl_ms: z.int(),
    items: z.array(ItemShape),
  }),
  z.strictObject({ e: z.enum(["confirmed", "released", "expired"]), fence: z.int().min(1) }),
]);
const EventsShape = z.array(EventShape);
export type HoldEvent = z.infer<typeof EventShape>;

export const writeHoldEvents = (events: readonly HoldEvent[]): string => JSON.stringify(events);
/** @throws ZodError when the text is none of ours. */
export const readHoldEvents = (text: string): HoldEvent[] => EventsShape.parse(JSON.parse(text));
