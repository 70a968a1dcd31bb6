/** Find: which capabilities satisfy the constraints, here, then, with room, in which order; and why not the others. */
import { checkConstraint, compileConstraint } from "./constraint.ts";
import { type After, writeCursor } from "./cursor.ts";
import { explain, type FindExplanation } from "./explain.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import type { Part, Searchable } from "./find-index.ts";
import type { FindQuery, ReadQuery } from "./find-query.ts";
import { geodesic_m } from "./geodesy.ts";
import type { Ground } from "./ground.ts";
import { HitColumns } from "./hit-columns.ts";
import { HoursSieve, patternsByPosition } from "./hours-sieve.ts";
import { Nearest } from "./nearest.ts";
import { firstByKey, type Order, type OrderedHit, priceKey, travelKey } from "./order.ts";
import type { Area } from "./place.ts";
import { type Need, RoomSieve } from "./room-sieve.ts";
import { type Accept, Search } from "./search.ts";
import { besides, EVERYTHING, NOTHING, type Sieve } from "./sieve.ts";
import type { Window } from "./window.ts";

export interface Found {
  readonly id: string;
  readonly handle: number;
  /** Geodesic on WGS84, in metres. */
  readonly distance_m: number;
  /** Seconds on the way there, when the order is by travel. */
  readonly travel_s?: number;
  /** When the order is by price; null is unknown. */
  readonly price?: number | null;
}

export interface FindAnswer {
  readonly found: readonly Found[];
  /** Hand it back with the same query for what follows; null at the end. */
  readonly cursor: string | null;
  readonly explanation?: FindExplanation;
}

/**
 * Runs a query that `readQuery` accepted. Faults: `attribute-unknown`, `attribute-mismatch`, `cursor-outlived`, and `price-unknown` when the
 * order is by a price that nothing found has.
 */
export function find(ground: Ground, read: ReadQuery): FindAnswer | Fault {
  const { index } = ground;
  const { query, area, limit, after } = read;
  const wrong = checkWhere(index, query) ?? checkVersion(index, after);
  if (wrong !== null) return wrong;
  const hits = query.order === undefined || query.order === "distance" ? nearest(ground, read) : byKey(ground, read);
  if (isFault(hits)) return hits;
  const found = hits.slice(0, limit).map((hit) => toFound(index, hit, query.order));
  const last = hits[limit - 1];
  const cursor =
    hits.length > limit
      ? writeCursor({ ...last!, id: found.at(-1)!.id, epoch: index.epoch }, query.order ?? "distance")
      : null;
  return { found, cursor, ...(query.explain === true ? { explanation: explain(ground, query, area) } : {}) };
}

/** One more than the limit, so that it is known whether something follows. */
function nearest(ground: Ground, { query, area, limit, after }: ReadQuery): OrderedHit[] {
  const held = new Nearest(ground.index, limit + 1, area.radius_m);
  for (const search of searches(ground, query, area, after)) search.nearest(held);
  return held.hits();
}

function byKey(ground: Ground, { query, area, limit, after, now_ms }: ReadQuery): readonly OrderedHit[] | Fault {
  const { index, ways } = ground;
  const depart_s = (query.travel?.depart_ms ?? query.open?.from_ms ?? now_ms) / 1000;
  const keyOf =
    query.order === "travel"
      ? travelKey(index, query, ways, depart_s)
      : priceKey(index, query, query.unknown === "include");
  if (isFault(keyOf)) return keyOf;
  const hits = new HitColumns(area.radius_m);
  for (const search of searches(ground, query, area, null)) search.each(hits);
  return firstByKey(index, hits.unsorted(), keyOf, after, limit + 1);
}

/** Everything that satisfies a query, in columns: for maps, counts and candidates. Sorted by (distance, id); limit and cursor do not count. */
export interface FoundAll {
  readonly count: number;
  readonly handles: Uint32Array;
  /** Geodesics on WGS84, in metres. */
  readonly distances_m: Float64Array;
  id(row: number): string;
}

export function findAll(ground: Ground, { query, area }: ReadQuery): FoundAll | Fault {
  const { index } = ground;
  const wrong = checkWhere(index, query);
  if (wrong !== null) return wrong;
  const hits = new HitColumns(area.radius_m);
  for (const search of searches(ground, query, area, null)) search.each(hits);
  const { places, handles, distances_m } = hits.sorted((place) => index.id(place));
  return { count: places.length, handles, distances_m, id: (row) => index.id(places[row]!) };
}

function toFound(index: Searchable, { place, distance_m, key }: OrderedHit, order: Order | undefined): Found {
  const found = { id: index.id(place), handle: index.handle(place), distance_m };
  if (order === "travel") return { ...found, travel_s: key };
  return order === "price" ? { ...found, price: Number.isFinite(key) ? key : null } : found;
}

function checkWhere({ parts }: Searchable, { where }: FindQuery): Fault | null {
  if (where === undefined) return null;
  return checkConstraint(
    parts.map(({ index }) => index),
    where,
    "where",
  );
}

function sieveOf({ index }: Part, { where, unknown }: FindQuery): Sieve {
  if (where === undefined) return EVERYTHING;
  if (unknown === "include") return besides(EVERYTHING, compileConstraint(index, where, "no"));
  return compileConstraint(index, where, "yes");
}

/** One search for each part of the version, to be run one after another. */
function searches(ground: Ground, query: FindQuery, area: Area, after: After | null): Search[] {
  const accept = acceptance(ground, query, true);
  const hours = query.open === undefined ? undefined : ground.openness?.byPattern;
  const sieve = hours === undefined ? null : hoursSieve.begin(hours, query.open!, query.unknown === "include");
  if (sieve?.isEmpty === true) return [];
  const needs = steadyNeeds(ground, query);
  const made: Search[] = [];
  for (const part of ground.index.parts) {
    // Small parts come and go: most of what they cost is the making of a search that finds nothing.
    const where = sieveOf(part, query);
    if (where === NOTHING) continue;
    const patterns = hours === undefined ? null : patternsByPosition(hours, part.index);
    const room = needs.length === 0 ? null : new RoomSieve(needs, part.index);
    made.push(new Search(part, where, { area, accept, after, hours: sieve, patterns, room }));
  }
  return made;
}

/** Searches do not nest, so one serves all of them. */
const hoursSieve = new HoursSieve();

/** The needs that can be looked at 32 positions at a time. */
function steadyNeeds({ room }: Ground, { open, free }: FindQuery): Need[] {
  if (open === undefined || free === undefined) return [];
  return Object.entries(free).flatMap(([dimension, units]) => {
    const steady = room?.steady?.(dimension);
    if (steady === undefined) return [];
    return { steady, units, enough: (handle: number) => room!.free(handle, dimension, open) >= units };
  });
}

/** What attributes and place do not tell; null when that is nothing. @param together whether hours and room are looked at elsewhere where they can be. */
function acceptance({ counts, openness, room }: Ground, query: FindQuery, together: boolean): Accept | null {
  const { open, free, unknown } = query;
  const needs = Object.entries(free ?? {}).filter(
    ([dimension]) => !together || room?.steady?.(dimension) === undefined,
  );
  const asksHours = open !== undefined && !(together && openness?.byPattern !== undefined);
  const isOpen = (handle: number, window: Window): boolean => {
    const state = openness?.isOpen(handle, window) ?? "unknown";
    return state === "open" || (unknown === "include" && state === "unknown");
  };
  if (counts === null && needs.length === 0 && !asksHours) return null;
  return (handle) => {
    if (counts !== null && !counts(handle)) return false;
    if (open === undefined) return true;
    if (asksHours && !isOpen(handle, open)) return false;
    for (const [dimension, units] of needs) if ((room?.free(handle, dimension, open) ?? 0) < units) return false;
    return true;
  };
}

/** Tests single capabilities against a query; null for one that does not satisfy it, or is not there. The order is not looked at. */
export function matcher(ground: Ground, { query, area }: ReadQuery): (handle: number) => Found | null {
  const { index } = ground;
  const accept = acceptance(ground, query, false);
  // Made when something of a part comes near enough to be asked.
  const sieves = new Map<Part, Sieve>();
  const sieve = (part: Part): Sieve => {
    const known = sieves.get(part) ?? sieveOf(part, query);
    sieves.set(part, known);
    return known;
  };
  const [cx, cy, cz] = area.center;
  return (handle) => {
    const located = index.locate(handle);
    if (located === null) return null;
    const { part, position } = located;
    const [x, y, z] = part.index.at.subarray(3 * position, 3 * position + 3) as unknown as [number, number, number];
    // A chord is never longer than the geodesic.
    if (Math.hypot(x - cx, y - cy, z - cz) > area.radius_m) return null;
    if (((sieve(part).words(position >>> 5) >>> (position & 31)) & 1) === 0) return null;
    const distance_m = geodesic_m(cx, cy, cz, x, y, z);
    if (distance_m > area.radius_m) return null;
    if (area.holds !== null && !area.holds(x, y, z)) return null;
    if (accept !== null && !accept(handle)) return null;
    return { id: part.index.id(position), handle, distance_m };
  };
}

function checkVersion(index: Searchable, after: After | null): Fault | null {
  if (after === null || after.epoch === index.epoch) return null;
  return fault("cursor-outlived", "The cursor belongs to another version.", "cursor");
}
