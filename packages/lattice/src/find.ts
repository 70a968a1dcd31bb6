/** Find: which capabilities satisfy the constraints, here, then, with room, in which order; and why not the others. */
import { z } from "zod";
import { type Constraint, ConstraintShape, checkConstraint, compileConstraint } from "./constraint.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import type { Part, Searchable } from "./find-index.ts";
import { HitColumns } from "./hit-columns.ts";
import { type Area, type Place, PlaceShape, readPlace } from "./place.ts";
import { type Accept, type After, type Hit, Nearest, Search } from "./search.ts";
import { besides, EVERYTHING, type Sieve } from "./sieve.ts";

export const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 10_000;

export interface Window {
  readonly from_ms: number;
  readonly until_ms: number;
}

export interface FindQuery {
  readonly place: Place;
  readonly where?: Constraint | undefined;
  /** Capabilities of which a condition is not known: left out (default) or let in. */
  readonly unknown?: "exclude" | "include" | undefined;
  /** Open for the whole of this window. */
  readonly open?: Window | undefined;
  /** Free units of each dimension, in every slot of the window. */
  readonly free?: Readonly<Record<string, number>> | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

const WindowShape = z.strictObject({ from_ms: z.int(), until_ms: z.int() });
const QueryShape = z.strictObject({
  place: PlaceShape,
  where: ConstraintShape.optional(),
  unknown: z.enum(["exclude", "include"]).optional(),
  open: WindowShape.optional(),
  free: z.record(z.string().min(1).max(128), z.int().min(1).max(65_535)).optional(),
  limit: z.int().optional(),
  cursor: z.string().max(1024).optional(),
}) satisfies z.ZodType<FindQuery>;

/** Hours, as the search asks for them. `unknown` follows the query's `unknown`. */
export interface Openness {
  isOpen(handle: number, window: Window): "open" | "closed" | "unknown";
}

/** Free units in the worst slot of the window. */
export interface Room {
  free(handle: number, dimension: string, window: Window): number;
}

export interface Found {
  readonly id: string;
  readonly handle: number;
  /** Geodesic on WGS84, in metres. */
  readonly distance_m: number;
}

export interface FindAnswer {
  readonly found: readonly Found[];
  /** Hand it back with the same query for what follows; null at the end. */
  readonly cursor: string | null;
}

/** What a search runs over: an index or a version of a living one, which of its handles still count, and who knows hours and room (null: nobody). */
export interface Ground {
  readonly index: Searchable;
  readonly counts: Accept | null;
  readonly openness: Openness | null;
  readonly room: Room | null;
}

/** A query that was found to make sense, still without an index. */
export interface ReadQuery {
  readonly query: FindQuery;
  readonly area: Area;
  readonly limit: number;
  readonly after: After | null;
}

export function readQuery(value: unknown, now_ms: number): ReadQuery | Fault {
  const shape = QueryShape.safeParse(value);
  if (!shape.success) return shapeFault(shape.error);
  const query = shape.data;
  const area = readPlace(query.place);
  if (isFault(area)) return area;
  const wrong = checkWindow(query.open, now_ms) ?? checkFree(query);
  if (wrong !== null) return wrong;
  const limit = query.limit ?? DEFAULT_LIMIT;
  if (limit < 1 || limit > MAX_LIMIT) return fault("limit-malformed", `A limit of ${limit} is not one.`, "limit");
  const after = query.cursor === undefined ? null : readCursor(query.cursor);
  return isFault(after) ? after : { query, area, limit, after };
}

function shapeFault(error: z.ZodError): Fault {
  const issue = error.issues[0]!;
  const path = issue.path.join(".");
  const code = path.startsWith("where")
    ? "attribute-mismatch"
    : path.startsWith("limit")
      ? "limit-malformed"
      : "place-malformed";
  return fault(path.startsWith("open") ? "window-malformed" : code, `${path || "the query"}: ${issue.message}.`, path);
}

function checkWindow(window: Window | undefined, now_ms: number): Fault | null {
  if (window === undefined) return null;
  if (window.from_ms >= window.until_ms) return fault("window-malformed", "The window ends before it begins.", "open");
  return window.until_ms <= now_ms ? fault("window-past", "The window has ended already.", "open") : null;
}

function checkFree({ free, open }: FindQuery): Fault | null {
  const asked = free !== undefined && Object.keys(free).length > 0;
  return asked && open === undefined
    ? fault("window-malformed", "Free units are asked for without a window.", "free")
    : null;
}

/** Runs a query that `readQuery` accepted. */
export function find(ground: Ground, { query, area, limit, after }: ReadQuery): FindAnswer | Fault {
  const { index } = ground;
  const wrong = checkWhere(index, query) ?? checkVersion(index, after);
  if (wrong !== null) return wrong;
  const held = new Nearest(index, limit + 1, area.radius_m);
  const wanted = { area, accept: acceptance(ground, query), after };
  for (const part of index.parts) new Search(part, sieveOf(part, query), wanted).nearest(held);
  const hits = held.hits();
  const more = hits.length > limit;
  const found = hits.slice(0, limit).map((hit) => toFound(index, hit));
  return { found, cursor: more ? writeCursor(found.at(-1)!, index.epoch) : null };
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
  const wanted = { area, accept: acceptance(ground, query), after: null };
  for (const part of index.parts) new Search(part, sieveOf(part, query), wanted).each(hits);
  const { places, distances_m } = hits.sorted((place) => index.id(place));
  return {
    count: places.length,
    handles: places.map((place) => index.handle(place)),
    distances_m,
    id: (row) => index.id(places[row]!),
  };
}

function toFound(index: Searchable, { place, distance_m }: Hit): Found {
  return { id: index.id(place), handle: index.handle(place), distance_m };
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
  const verdicts = compileConstraint(index, where);
  return unknown === "include" ? besides(EVERYTHING, verdicts.no) : verdicts.yes;
}

function acceptance({ counts, openness, room }: Ground, { open, free, unknown }: FindQuery): Accept {
  const needs = Object.entries(free ?? {});
  const lenient = unknown === "include";
  return (handle) => {
    if (counts !== null && !counts(handle)) return false;
    if (open === undefined) return true;
    const state = openness?.isOpen(handle, open) ?? "unknown";
    if (state !== "open" && !(lenient && state === "unknown")) return false;
    return needs.every(([dimension, units]) => (room?.free(handle, dimension, open) ?? 0) >= units);
  };
}

function checkVersion(index: Searchable, after: After | null): Fault | null {
  if (after === null || after.epoch === index.epoch) return null;
  return fault("cursor-outlived", "The cursor belongs to another version.", "cursor");
}

/** A cursor is the last hit's distance and id, and the version: the order is total, so that is all it takes. */
export function writeCursor({ distance_m, id }: Pick<Found, "distance_m" | "id">, epoch: number): string {
  return `${distance_m.toString(36)}~${distance_m}~${epoch}~${encodeURIComponent(id)}`;
}

function readCursor(text: string): After | Fault {
  const [check, metres, version, id] = text.split("~");
  const distance_m = Number(metres);
  const epoch = Number(version);
  const whole = id !== undefined && metres !== "" && distance_m >= 0 && Number.isSafeInteger(epoch);
  if (!whole || distance_m.toString(36) !== check) {
    return fault("cursor-malformed", "This is no cursor of ours.", "cursor");
  }
  try {
    return { distance_m, id: decodeURIComponent(id), epoch };
  } catch {
    return fault("cursor-malformed", "This is no cursor of ours.", "cursor");
  }
}
