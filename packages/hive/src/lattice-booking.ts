/** lattice.reserve and lattice.cancel: units put aside, confirmed and given back. A reservation is a confirmed hold; its number is the hold's. */
import { type Capability, DEFAULT_DIMENSION, HoursGlance, type LatticeHold, SLOT_MS } from "lattice";
import { nodeInZone } from "lattice/node";
import { isRefusal, type JsonObject, type Refusal, refuse } from "lop";
import { timeOf } from "./lattice-find.ts";
import type { OpenLattice } from "./lattice-port.ts";
import { heard, isFault } from "./lattice-refusal.ts";
import { type SpokenTime, sayTime } from "./spoken-time.ts";

export const BOOK_MINUTES = 60;
/** Between hold and confirmation lies one write; what a crash leaves unconfirmed is free again after this. */
export const UNCONFIRMED_MS = 60_000;
const DAY_MINUTES = 24 * 60;
export const MAX_BOOK_MINUTES = 14 * DAY_MINUTES;

export interface BookAsked {
  readonly capability: string;
  readonly at: string;
  readonly minutes?: number | undefined;
  readonly units?: number | undefined;
}

/** The answer of the tool; see RESERVATION in tools-lattice.ts. `key`: the directive's id, so that it books once. */
export async function reserveFor(open: OpenLattice, asked: BookAsked, key: string): Promise<JsonObject | Refusal> {
  const record = await capabilityOf(open, asked.capability);
  if (isRefusal(record)) return record;
  const time = timeOf(open, asked.at);
  if (isRefusal(time)) return time;
  const window = windowOf(time, asked.minutes);
  if (isRefusal(window)) return window;
  const closed = checkOpen(open, record, window, time);
  if (closed !== null) return closed;
  const item = { id: record.id, dimension: dimensionOf(record), units: asked.units ?? 1, ...window };
  const hold = heard(await open.lattice.hold({ items: [item], ttl_ms: UNCONFIRMED_MS, key }));
  if (isRefusal(hold)) return hold;
  const confirmed = heard(await open.lattice.confirm(hold.fence));
  return isRefusal(confirmed)
    ? confirmed
    : reservationRow(confirmed, new Map([[record.id, record.name]]), time.read_as);
}

/** By id, else by name. */
async function capabilityOf({ lattice, words }: OpenLattice, phrase: string): Promise<Capability | Refusal> {
  const direct = heard(await lattice.get(phrase));
  if (direct !== null) return direct;
  const known = await words();
  const id = isRefusal(known) ? known : heard(known.lexicon.idOf(phrase));
  if (isRefusal(id)) return id;
  return heard(await lattice.get(id)) ?? refuse("capability-unknown", `"${phrase}" is no longer in the lattice.`);
}

function windowOf(
  { from_ms, until_ms }: SpokenTime,
  minutes: number | undefined,
): { from_ms: number; until_ms: number } | Refusal {
  const from = Math.floor(from_ms / SLOT_MS) * SLOT_MS;
  const end_ms = minutes === undefined ? (until_ms ?? from_ms + BOOK_MINUTES * 60_000) : from_ms + minutes * 60_000;
  if (end_ms - from_ms > MAX_BOOK_MINUTES * 60_000)
    return refuse("parameters-invalid", `minutes: at most ${MAX_BOOK_MINUTES}, that is two weeks.`);
  return { from_ms: from, until_ms: Math.ceil(end_ms / SLOT_MS) * SLOT_MS };
}

const dimensionOf = ({ capacity }: Capability): string => {
  const own = Object.keys(capacity);
  return own.length === 1 ? own[0]! : DEFAULT_DIMENSION;
};

/** Hours that are known and say no refuse; hours that nobody knows do not. */
function checkOpen(
  { settings }: OpenLattice,
  record: Capability,
  { from_ms, until_ms }: { from_ms: number; until_ms: number },
  { read_as }: SpokenTime,
): Refusal | null {
  const { state, changes_ms } = new HoursGlance(from_ms, nodeInZone, settings.region).of(record);
  const name = record.name || record.id;
  if (state === "closed") {
    const opens = changes_ms === null ? "" : `; it opens at ${sayTime(changes_ms, settings.tz)}`;
    return refuse("capability-closed", `${name} is closed at ${read_as}${opens}.`);
  }
  if (state === "open" && changes_ms !== null && changes_ms < until_ms)
    return refuse(
      "capability-closed",
      `${name} closes at ${new Date(changes_ms).toISOString()}, before the time is over.`,
    );
  return null;
}

const NUMBER = /^\s*(?:r(?:eservation)?[\s#-]*)?(\d{1,15})\s*$/i;

/** The answer of the tool; see RESERVATION in tools-lattice.ts. */
export async function cancelFor(open: OpenLattice, reservation: string): Promise<JsonObject | Refusal> {
  const number = NUMBER.exec(reservation)?.[1];
  if (number === undefined)
    return refuse(
      "hold-unknown",
      `There is no reservation "${reservation}".`,
      "Reservations look like R-12; `axiom lattice hold list` shows them.",
    );
  const released = heard(await open.lattice.release(Number(number)));
  if (isRefusal(released)) return released;
  const names = new Map<string, string>();
  for (const { id } of released.items) {
    const record = await open.lattice.get(id);
    names.set(id, record === null || isFault(record) ? "" : record.name);
  }
  return reservationRow(released, names, null);
}

function reservationRow(
  { fence, state, items }: LatticeHold,
  names: ReadonlyMap<string, string>,
  read_as: string | null,
): JsonObject {
  return {
    reservation: `R-${fence}`,
    state,
    read_as,
    items: items.map(({ id, dimension, units, from_ms, until_ms }) => ({
      capability: id,
      name: names.get(id) ?? "",
      dimension,
      units,
      from: new Date(from_ms).toISOString(),
      until: new Date(until_ms).toISOString(),
    })),
  };
}
