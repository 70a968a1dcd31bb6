/** Time as the surface has it: slots of a quarter of an hour, counted in UTC from the Unix epoch. */
import { SLOT_MINUTES } from "./capability.ts";

export const SLOT_MS = SLOT_MINUTES * 60_000;
/** The last slot that fits the format of the log: in the year 2081 and beyond nothing is planned yet. */
export const LAST_SLOT = 0x3f_ffff;

/** Slots [from, until). */
export interface Slots {
  readonly from: number;
  readonly until: number;
}

/** The slots that a window touches, however little of them. */
export const slotsOf = ({ from_ms, until_ms }: { readonly from_ms: number; readonly until_ms: number }): Slots => ({
  from: Math.floor(from_ms / SLOT_MS),
  until: Math.ceil(until_ms / SLOT_MS),
});

export const areSlots = ({ from, until }: Slots): boolean =>
  Number.isInteger(from) && Number.isInteger(until) && from >= 0 && from < until && until <= LAST_SLOT + 1;
