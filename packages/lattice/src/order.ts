/** Orders besides distance: by the time on the way, or by a price. Equal keys are ordered by distance, then by id. */
import { z } from "zod";
import { checkConstraint } from "./constraint.ts";
import type { After } from "./cursor.ts";
import { type Fault, fault } from "./fault.ts";
import type { Searchable } from "./find-index.ts";
import type { Hits } from "./hit-columns.ts";
import type { Travel } from "./travel.ts";

export const WALK_M_PER_S = 1.4;

export type Order = "distance" | "travel" | "price";

export interface OrderQuery {
  readonly order?: Order | undefined;
  /** With `order: "travel"`: the speed where nobody knows the ways, and when one leaves; the window's begin, or now, unless said. */
  readonly travel?:
    | { readonly speed_m_per_s?: number | undefined; readonly depart_ms?: number | undefined }
    | undefined;
  /** With `order: "price"`: the attribute that is the price; `price` unless said. */
  readonly price?: string | undefined;
}

export const OrderShape = {
  order: z.enum(["distance", "travel", "price"]).optional(),
  travel: z
    .strictObject({ speed_m_per_s: z.number().positive().max(1000).optional(), depart_ms: z.int().optional() })
    .optional(),
  price: z.string().min(1).max(128).optional(),
};

/** The way from where a query begins to a capability. */
export interface Ways {
  /** Whole seconds when leaving at `depart_s`; +∞ when there is no way. */
  seconds(handle: number, distance_m: number, depart_s: number): number;
}

/** Ways by a metric whose places are numbered. @param from number of the place where the query begins. */
export const waysBy = (travel: Travel, from: number, placeOf: (handle: number) => number): Ways => ({
  seconds: (handle, _, depart_s) => travel.seconds(from, placeOf(handle), depart_s),
});

const straight = (speed_m_per_s: number): Ways => ({ seconds: (_, metres) => Math.ceil(metres / speed_m_per_s) });

/** What hits are ordered by: +∞ is unknown, and NaN leaves the hit out. */
export type KeyOf = (place: number, distance_m: number) => number;

export function travelKey(index: Searchable, { travel }: OrderQuery, ways: Ways | undefined, depart_s: number): KeyOf {
  const known = ways ?? straight(travel?.speed_m_per_s ?? WALK_M_PER_S);
  return (place, metres) => {
    const seconds = known.seconds(index.handle(place), metres, depart_s);
    return seconds === Number.POSITIVE_INFINITY ? Number.NaN : seconds;
  };
}

/** Faults: `attribute-unknown`, `attribute-mismatch`. @param lenient whether hits without a price come at the end; else they are left out. */
export function priceKey(index: Searchable, { price = "price" }: OrderQuery, lenient: boolean): KeyOf | Fault {
  const sources = index.parts.map((part) => part.index);
  const wrong = checkConstraint(sources, { attribute: price, atLeast: 0 }, "price");
  if (wrong !== null) return wrong;
  const columns = index.parts.map((part) => ({
    first: part.first,
    values: part.index.tables.get(price)?.numbers?.values,
  }));
  return (place) => {
    const column = columns.findLast(({ first }) => first <= place)!;
    const value = column.values?.[place - column.first] ?? Number.NaN;
    return lenient && Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
}

export interface OrderedHit {
  readonly place: number;
  readonly distance_m: number;
  readonly key: number;
}

/** The first `limit` hits by (key, distance, id) that come after `after`. Faults: `price-unknown` when no hit has a finite key. */
export function firstByKey(
  index: Searchable,
  hits: Hits,
  keyOf: KeyOf,
  after: After | null,
  limit: number,
): readonly OrderedHit[] | Fault {
  const all = Array.from(hits.places, (place, i): OrderedHit => {
    const distance_m = hits.distances_m[i]!;
    return { place, distance_m, key: keyOf(place, distance_m) };
  }).filter(({ key }) => !Number.isNaN(key));
  if (hits.places.length > 0 && !all.some(({ key }) => Number.isFinite(key)))
    return fault("price-unknown", "Nothing that was found has a known price, or a way to it.", "order");
  const before = (a: Omit<After, "epoch">, b: Omit<After, "epoch">): boolean =>
    a.key !== b.key ? a.key < b.key : a.distance_m !== b.distance_m ? a.distance_m < b.distance_m : a.id < b.id;
  const named = (hit: OrderedHit) => ({ ...hit, id: index.id(hit.place) });
  return all
    .map(named)
    .filter((hit) => after === null || before(after, hit))
    .sort((a, b) => (before(a, b) ? -1 : 1))
    .slice(0, limit);
}
