/**
 * Changes and holds in PostgreSQL. Rows are locked in one order everywhere: holds by fence, capabilities by handle, slots by (handle,
 * dimension, slot); advisory locks (a key, a full book) between capabilities and slots; so nobody waits in a circle. The tables refuse overselling by themselves (`never_oversold`); here it is decided first, so
 * that the answer says which item was too much.
 */
import { type Fault, fault, isFault } from "./fault.ts";
import type { HoldState } from "./hold.ts";
import type { LatticeHold } from "./lattice.ts";
import type { Database, Session } from "./postgres-database-node.ts";
import type { HoldTally } from "./postgres-hold-tally-node.ts";
import { capabilityUnknown, dimensionOf, dimensionUnknown, type ReadHold, type SlotUnits } from "./requests.ts";
import { SLOT_MS } from "./slot.ts";
import { MOST_UNITS } from "./surface.ts";

/** Holds that are ended in one transaction when their time is over. */
const SWEPT_AT_ONCE = 1000;
/** The clock that was handed in, else the database's. */
export const NOW_MS = "coalesce($1::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)";

interface Part {
  readonly handle: number;
  readonly dimension: string;
  readonly from: number;
  readonly until: number;
  readonly units: number;
}

/** Which capabilities and dimensions are meant. Faults: `capability-unknown`, `dimension-unknown`, at `LIST.N…`. */
async function resolve(session: Session, parts: readonly SlotUnits[], list: string): Promise<Part[] | Fault> {
  // FOR SHARE keeps their base capacities as they are until we are done.
  const rows = await session.rows<{ handle: number; id: string }>(
    "SELECT handle, id FROM capability WHERE id = ANY($1) AND NOT removed ORDER BY handle FOR SHARE",
    [[...new Set(parts.map(({ id }) => id))]],
  );
  const handles = new Map(rows.map(({ handle, id }) => [id, handle]));
  const own = await dimensionsOf(session, [...handles.values()]);
  const names = new Set((await session.rows<{ name: string }>("SELECT name FROM dimension")).map(({ name }) => name));
  const resolved: Part[] = [];
  for (const [i, { id, dimension, slots, units }] of parts.entries()) {
    const handle = handles.get(id);
    if (handle === undefined) return capabilityUnknown(id, `${list}.${i}.id`);
    const meant = dimensionOf(dimension, own.get(handle) ?? []);
    if (!names.has(meant)) return dimensionUnknown(meant, `${list}.${i}.dimension`);
    resolved.push({ handle, dimension: meant, ...slots, units });
  }
  return resolved;
}

export async function dimensionsOf(session: Session, handles: readonly number[]): Promise<Map<number, string[]>> {
  const rows = await session.rows<{ handle: number; dimensions: string[] }>(
    "SELECT handle, array_agg(dimension ORDER BY dimension) AS dimensions FROM capacity WHERE handle = ANY($1) GROUP BY handle",
    [handles],
  );
  return new Map(rows.map(({ handle, dimensions }) => [handle, dimensions]));
}

/** Slots of parts, one row each, and what is free in them. */
class Slots {
  readonly #free: Map<string, number>;
  readonly #base: Map<string, number>;

  constructor(rows: readonly SlotRow[]) {
    this.#free = new Map(rows.map((row) => [keyOf(row.handle, row.dimension, row.slot), row.free]));
    this.#base = new Map(rows.map((row) => [keyOf(row.handle, row.dimension, 0), row.base]));
  }

  base({ handle, dimension }: Part): number {
    return this.#base.get(keyOf(handle, dimension, 0)) ?? 0;
  }

  #each(part: Part, see: (free: number) => void): void {
    for (let slot = part.from; slot < part.until; slot++)
      see(this.#free.get(keyOf(part.handle, part.dimension, slot))!);
  }
  least(part: Part): number {
    let least = Number.POSITIVE_INFINITY;
    this.#each(part, (free) => {
      least = Math.min(least, free);
    });
    return least;
  }
  most(part: Part): number {
    let most = Number.NEGATIVE_INFINITY;
    this.#each(part, (free) => {
      most = Math.max(most, free);
    });
    return most;
  }
  add(part: Part, units: number): void {
    for (let slot = part.from; slot < part.until; slot++) {
      const key = keyOf(part.handle, part.dimension, slot);
      this.#free.set(key, this.#free.get(key)! + units);
    }
  }
}

interface SlotRow {
  readonly handle: number;
  readonly dimension: string;
  readonly slot: number;
  readonly free: number;
  readonly base: number;
}

const keyOf = (handle: number, dimension: string, slot: number): string => `${handle} ${slot} ${dimension}`;

const PARTS = `json_to_recordset($1::json) AS p (handle int, dimension text, "from" int, until int, units int)`;
const WANTED = `
SELECT p.handle, p.dimension, slot, sum(p.units)::int AS units
FROM ${PARTS}, generate_series(p."from", p.until - 1) AS slot GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

/** Makes the rows of these slots where there are none, and locks all of them. */
async function lockSlots(session: Session, parts: readonly Part[]): Promise<Slots> {
  const values = [JSON.stringify(parts)];
  await session.rows(
    `INSERT INTO slot_usage (handle, dimension, slot, total)
     SELECT w.handle, w.dimension, w.slot, coalesce(c.units, 0) FROM (${WANTED}) w LEFT JOIN capacity c USING (handle, dimension)
     ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`,
    values,
  );
  const rows = await session.rows<SlotRow>(
    `SELECT u.handle, u.dimension, u.slot, u.total - u.held - u.confirmed AS free, coalesce(c.units, 0) AS base
     FROM (${WANTED}) w JOIN slot_usage u USING (handle, dimension, slot) LEFT JOIN capacity c USING (handle, dimension)
     ORDER BY 1, 2, 3 FOR UPDATE OF u`,
    values,
  );
  return new Slots(rows);
}

export async function changeUnits(session: Session, changes: readonly SlotUnits[]): Promise<null | Fault> {
  const parts = await resolve(session, changes, "changes");
  if (isFault(parts)) return parts;
  const slots = await lockSlots(session, parts);
  for (const [i, part] of parts.entries()) {
    const { units } = part;
    const fits =
      units >= 0 ? slots.most(part) + units <= MOST_UNITS : slots.least(part) + units - slots.base(part) >= -MOST_UNITS;
    if (!fits) return fault("units-beyond", "The change leaves the calendar, or what a slot can hold.", `changes.${i}`);
    slots.add(part, units);
  }
  const values = [JSON.stringify(parts)];
  await session.rows(
    `UPDATE slot_usage u SET total = u.total + w.units, withdrawn = greatest(0, u.held + u.confirmed - u.total - w.units)
     FROM (${WANTED}) w WHERE (u.handle, u.dimension, u.slot) = (w.handle, w.dimension, w.slot)`,
    values,
  );
  await session.rows(
    `INSERT INTO delta_log (handle, dimension, slot_from, slot_until, units) SELECT handle, dimension, "from", until, units FROM ${PARTS}`,
    values,
  );
  return null;
}

/** All items or none. */
export async function grantHold(
  session: Session,
  request: ReadHold,
  now_ms: number | null,
  tally: HoldTally,
): Promise<LatticeHold | Fault> {
  const parts = await resolve(session, request.items, "items");
  if (isFault(parts)) return parts;
  const before = (await sameKey(session, request.key, parts)) ?? (await tally.checkFull(session));
  if (before !== null) return before;
  const slots = await lockSlots(session, parts);
  for (const [i, part] of parts.entries()) {
    const free = slots.least(part);
    if (free < part.units) return tooMuch(part, free, i);
    slots.add(part, -part.units);
  }
  const values = [JSON.stringify(parts)];
  await session.rows(
    `UPDATE slot_usage u SET held = u.held + w.units
     FROM (${WANTED}) w WHERE (u.handle, u.dimension, u.slot) = (w.handle, w.dimension, w.slot)`,
    values,
  );
  const [hold] = await session.rows<{ fence: string }>(
    `INSERT INTO hold (key, state, expires_at_ms) VALUES ($2, 'held', ${NOW_MS} + $3) RETURNING fence`,
    [now_ms, request.key ?? null, request.ttl_ms],
  );
  await session.rows(
    `INSERT INTO hold_item SELECT $2, ordinality, handle, dimension, "from", until, units
     FROM ROWS FROM (json_to_recordset($1::json) AS (handle int, dimension text, "from" int, until int, units int)) WITH ORDINALITY`,
    [...values, hold!.fence],
  );
  return (await readHolds(session, "h.fence = $1", [hold!.fence]))[0]!;
}

const tooMuch = ({ units, dimension }: Part, free: number, item: number): Fault =>
  fault(
    "hold-too-much",
    `${units} of ${dimension} asked for, ${Math.max(0, free)} free in the worst slot.`,
    `items.${item}`,
  );

/** The hold that a key already has. Requests of one key wait for each other. Faults: `key-reused`. */
async function sameKey(
  session: Session,
  key: string | undefined,
  parts: readonly Part[],
): Promise<LatticeHold | Fault | null> {
  if (key === undefined) return null;
  await session.rows("SELECT pg_advisory_xact_lock(hashtext(current_schema()), hashtext($1))", [key]);
  const [row] = await session.rows<{ fence: string; items: unknown }>(
    `SELECT h.fence, json_agg(json_build_array(handle, dimension, slot_from, slot_until, units) ORDER BY item) AS items
     FROM hold h JOIN hold_item USING (fence) WHERE key = $1 GROUP BY h.fence`,
    [key],
  );
  if (row === undefined) return null;
  const asked = parts.map(({ handle, dimension, from, until, units }) => [handle, dimension, from, until, units]);
  if (JSON.stringify(row.items) !== JSON.stringify(asked))
    return fault("key-reused", `The key "${key}" belongs to another request.`, "key");
  return (await readHolds(session, "h.fence = $1", [row.fence]))[0]!;
}

interface HoldRow {
  readonly fence: string;
  readonly state: HoldState;
  readonly key: string | null;
  readonly expires_at_ms: string;
  readonly items: readonly (readonly [id: string, dimension: string, from: number, until: number, units: number])[];
}

/** @param which a condition over `h`, and what follows it. */
export async function readHolds(session: Session, which: string, values: readonly unknown[]): Promise<LatticeHold[]> {
  const rows = await session.rows<HoldRow>(
    `SELECT h.fence, h.state, h.key, h.expires_at_ms,
       (SELECT json_agg(json_build_array(c.id, i.dimension, i.slot_from, i.slot_until, i.units) ORDER BY i.item)
        FROM hold_item i JOIN capability c USING (handle) WHERE i.fence = h.fence) AS items
     FROM hold h WHERE ${which}`,
    values,
  );
  return rows.map(({ fence, state, key, expires_at_ms, items }) => ({
    fence: Number(fence),
    state,
    items: items.map(([id, dimension, from, until, units]) => ({
      ...{ id, dimension, units },
      from_ms: from * SLOT_MS,
      until_ms: until * SLOT_MS,
    })),
    key,
    expires_at_ms: Number(expires_at_ms),
  }));
}

export const holdUnknown = (fence: number): Fault => fault("hold-unknown", `There is no hold ${fence}.`, "fence");

/** held → confirmed, or held/confirmed → released. Ending twice in the same way is no fault. */
export async function endHold(
  session: Session,
  fence: number,
  to: "confirmed" | "released",
  now_ms: number | null,
): Promise<LatticeHold | Fault> {
  if (!Number.isSafeInteger(fence)) return holdUnknown(fence);
  const [row] = await session.rows<{ state: HoldState; late: boolean }>(
    `SELECT state, state = 'held' AND expires_at_ms <= ${NOW_MS} AS late FROM hold WHERE fence = $2 FOR UPDATE`,
    [now_ms, fence],
  );
  if (row === undefined) return holdUnknown(fence);
  const may =
    to === "confirmed" ? row.state === "held" && !row.late : row.state === "held" || row.state === "confirmed";
  if (!may && row.state !== to)
    return fault("hold-over", `Hold ${fence} is ${row.late ? "out of time" : row.state}.`, "fence");
  if (may) await move(session, [fence], row.state === "confirmed" ? "confirmed" : "held", to, now_ms);
  return (await readHolds(session, "h.fence = $1", [fence]))[0]!;
}

/** Moves the units of holds that are locked already. */
async function move(
  session: Session,
  fences: readonly number[],
  from: "held" | "confirmed",
  to: "confirmed" | "released" | "expired",
  now_ms: number | null,
): Promise<void> {
  const units = `
    SELECT handle, dimension, slot, sum(units)::int AS units
    FROM hold_item, generate_series(slot_from, slot_until - 1) AS slot WHERE fence = ANY($1) GROUP BY 1, 2, 3`;
  await session.rows(
    `SELECT FROM (${units}) w JOIN slot_usage u USING (handle, dimension, slot) ORDER BY u.handle, u.dimension, u.slot FOR UPDATE OF u`,
    [fences],
  );
  const change =
    to === "confirmed"
      ? "held = u.held - w.units, confirmed = u.confirmed + w.units"
      : `${from} = u.${from} - w.units, withdrawn = greatest(0, u.held + u.confirmed - w.units - u.total)`;
  await session.rows(
    `UPDATE slot_usage u SET ${change} FROM (${units}) w WHERE (u.handle, u.dimension, u.slot) = (w.handle, w.dimension, w.slot)`,
    [fences],
  );
  await session.rows(
    `UPDATE hold SET state = $3, ended_at_ms = CASE WHEN $3 <> 'confirmed' THEN ${NOW_MS} END WHERE fence = ANY($2)`,
    [now_ms, fences, to],
  );
}

/** Ends all holds whose time is over. Returns how many. Faults: `store-unreachable`, `store-unwritable`. */
export async function sweep(database: Database, now_ms: number | null): Promise<number | Fault> {
  const due = `SELECT fence FROM hold WHERE state = 'held' AND expires_at_ms <= ${NOW_MS}`;
  for (let swept = 0; ; ) {
    const any = await database.ask((session) => session.rows(`${due} LIMIT 1`, [now_ms]));
    if (isFault(any)) return any;
    if (any.length === 0) return swept;
    const ended = await database.transaction(async (session) => {
      const rows = await session.rows<{ fence: string }>(`${due} ORDER BY fence LIMIT ${SWEPT_AT_ONCE} FOR UPDATE`, [
        now_ms,
      ]);
      const fences = rows.map(({ fence }) => Number(fence));
      if (fences.length > 0) await move(session, fences, "held", "expired", now_ms);
      return fences.length;
    });
    if (isFault(ended)) return ended;
    swept += ended;
  }
}
