/** Free units as the tables have them: the base capacity, but in slots that have a row of their own. */

import type { Session } from "./postgres-database-node.ts";
import { type Slots, slotsOf } from "./slot.ts";
import type { Window } from "./window.ts";

/** Free units in the worst slot; slots without a row have the base capacity. */
export async function leastFree(
  session: Session,
  handles: readonly number[],
  dimension: string,
  window: Window,
): Promise<Map<number, number>> {
  const { from, until } = slotsOf(window);
  const rows = await session.rows<{ handle: number; free: number }>(
    `SELECT h.handle, least(CASE WHEN count(u.slot) < $4::int - $3::int THEN coalesce(min(c.units), 0) END,
       min(u.total - u.held - u.confirmed)) AS free
     FROM unnest($1::int[]) AS h (handle)
     LEFT JOIN capacity c ON c.handle = h.handle AND c.dimension = $2
     LEFT JOIN slot_usage u ON u.handle = h.handle AND u.dimension = $2 AND u.slot >= $3::int AND u.slot < $4::int
     GROUP BY h.handle`,
    [handles, dimension, from, until],
  );
  return new Map(rows.map(({ handle, free }) => [handle, free]));
}

/** Free units in the worst slot. */
export type Room = (handle: number, dimension: string, slots: Slots) => number;

/** Of all these places in these slots, read at once. */
export async function readRoom(session: Session, handles: readonly number[], { from, until }: Slots): Promise<Room> {
  const key = (handle: number, dimension: string): string => `${handle} ${dimension}`;
  const bases = await session.rows<{ handle: number; dimension: string; units: number }>(
    "SELECT handle, dimension, units FROM capacity WHERE handle = ANY($1)",
    [handles],
  );
  const base = new Map(bases.map(({ handle, dimension, units }) => [key(handle, dimension), units]));
  const rows = await session.rows<{ handle: number; dimension: string; slot: number; free: number }>(
    `SELECT handle, dimension, slot, total - held - confirmed AS free FROM slot_usage
     WHERE handle = ANY($1) AND slot >= $2 AND slot < $3`,
    [handles, from, until],
  );
  const used = Map.groupBy(rows, ({ handle, dimension }) => key(handle, dimension));
  const bySlot = new Map(
    [...used].map(([name, slots]) => [name, new Map(slots.map(({ slot, free }) => [slot, free]))]),
  );
  return (handle, dimension, asked) => {
    const name = key(handle, dimension);
    const all = base.get(name) ?? 0;
    let least = Number.POSITIVE_INFINITY;
    for (let slot = asked.from; slot < asked.until; slot++) least = Math.min(least, bySlot.get(name)?.get(slot) ?? all);
    return least;
  };
}
