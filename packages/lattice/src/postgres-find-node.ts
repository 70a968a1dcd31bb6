/**
 * Find in PostgreSQL: the index gives rows by the straight chord between earth-centred points, which is never longer than the geodesic. Rows
 * are fetched in growing handfuls until the next chord is longer than the worst geodesic still wanted; distances are our own, so both engines
 * give the same to the last bit. Hours are looked up in the compiled patterns of the engine, free units in one statement a handful.
 */
import { kindTables } from "./attribute-dictionary.ts";
import { checkConstraint } from "./constraint.ts";
import { attributesOf, ConstraintSql, Parameters, tokensOf } from "./constraint-sql.ts";
import { writeCursor } from "./cursor.ts";
import { type Fault, fault } from "./fault.ts";
import type { FindQuery, ReadQuery, Window } from "./find.ts";
import { geodesic_m } from "./geodesy.ts";
import type { LatticeAnswer, LatticeMatch } from "./lattice.ts";
import { WALK_M_PER_S } from "./order.ts";
import type { Session } from "./postgres-database-node.ts";
import type { HoursBook } from "./postgres-hours-node.ts";
import { readCounts, readTokens } from "./postgres-records-node.ts";
import { dimensionUnknown } from "./requests.ts";
import { slotsOf } from "./slot.ts";

const FIRST_ROWS = 64;
const MOST_ROWS = 8192;
/** A chord is computed in other ways here and there; it may be this much off, in metres. */
const ROUNDING_M = 1e-6;

interface Row {
  readonly handle: number;
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly rule_number: number | null;
  readonly price: number | null;
}

interface Hit {
  readonly id: string;
  readonly distance_m: number;
  /** What the order goes by first. */
  readonly key: number;
}

/** Must run in one snapshot. Faults: those of a query that makes no sense against what is there. */
export async function findIn(session: Session, hours: HoursBook, read: ReadQuery): Promise<LatticeAnswer | Fault> {
  const wrong = (await checkQuery(session, read.query)) ?? hours.covers(read.query.open);
  if (wrong !== null) return wrong;
  const where = await whereSql(session, read.query);
  const held = await nearest(session, hours, read, where);
  const hits = held.hits();
  const order = read.query.order ?? "distance";
  const any = hits.length + held.leftOut > 0 && read.after === null;
  if (order === "price" && any && !hits.some(({ key }) => Number.isFinite(key)))
    return fault("price-unknown", "Nothing that was found has a known price, or a way to it.", "order");
  const kept = hits.slice(0, read.limit);
  const cursor = hits.length > read.limit ? writeCursor({ ...kept.at(-1)!, epoch: 0 }, order) : null;
  return { found: kept.map((hit) => toMatch(hit, read.query)), cursor, epoch: await epochOf(session) };
}

function toMatch({ id, distance_m, key }: Hit, { order }: FindQuery): LatticeMatch {
  if (order === "travel") return { id, distance_m, travel_s: key };
  return order === "price" ? { id, distance_m, price: Number.isFinite(key) ? key : null } : { id, distance_m };
}

/** NaN leaves the hit out. Ways are straight, so travel comes in the order of distance. */
function keyOf({ order, travel, unknown }: FindQuery, distance_m: number, price: number | null): number {
  if (order === "travel") return Math.ceil(distance_m / (travel?.speed_m_per_s ?? WALK_M_PER_S));
  if (order !== "price") return distance_m;
  return price ?? (unknown === "include" ? Number.POSITIVE_INFINITY : Number.NaN);
}

/** Grows with every transaction that began; what was acknowledged before has a smaller one. */
export async function epochOf(session: Session): Promise<number> {
  const [row] = await session.rows<{ epoch: string }>("SELECT pg_snapshot_xmax(pg_current_snapshot()) AS epoch");
  return Number(row!.epoch);
}

async function checkQuery(
  session: Session,
  { where, free, order, price = "price", explain }: FindQuery,
): Promise<Fault | null> {
  const asked = Object.keys(free ?? {});
  if (asked.length > 0) {
    const rows = await session.rows<{ name: string }>("SELECT name FROM dimension WHERE name = ANY($1)", [asked]);
    const known = new Set(rows.map(({ name }) => name));
    const dimension = asked.find((name) => !known.has(name));
    if (dimension !== undefined) return dimensionUnknown(dimension, `free.${dimension}`);
  }
  if (explain === true) return fault("order-unsupported", "Over PostgreSQL answers are not explained yet.", "explain");
  const keys = [...(where === undefined ? [] : attributesOf(where)), ...(order === "price" ? [price] : [])];
  if (keys.length === 0) return null;
  const source = [{ tables: kindTables(await readCounts(session, keys)) }];
  const wrong = where === undefined ? null : checkConstraint(source, where, "where");
  return wrong ?? (order === "price" ? checkConstraint(source, { attribute: price, atLeast: 0 }, "price") : null);
}

interface Where {
  readonly sql: string;
  readonly values: readonly unknown[];
}

async function whereSql(session: Session, { where, unknown }: FindQuery): Promise<Where> {
  if (where === undefined) return { sql: "true", values: [] };
  const parameters = new Parameters();
  const sql = new ConstraintSql(await readTokens(session, tokensOf(where)), parameters);
  const condition = unknown === "include" ? `NOT ${sql.no(where)}` : sql.yes(where);
  return { sql: condition, values: parameters.values };
}

async function nearest(session: Session, hours: HoursBook, read: ReadQuery, where: Where): Promise<Held> {
  const { area, limit } = read;
  const parameters = new Parameters(where.values);
  const center = `ST_MakePoint(${area.center.map((metres) => `${parameters.add(metres)}::float8`).join(", ")})`;
  const price =
    read.query.order === "price"
      ? `(numbers->>${parameters.add(read.query.price ?? "price")}::text)::float8`
      : "NULL::float8";
  await session.rows(
    `DECLARE nearest NO SCROLL CURSOR FOR
     SELECT handle, id, ST_X(ecef) AS x, ST_Y(ecef) AS y, ST_Z(ecef) AS z, rule_number, ${price} AS price FROM capability
     WHERE NOT removed AND ${where.sql} ORDER BY ecef OPERATOR(public.<<->>) ${center}`,
    parameters.values,
  );
  const held = new Held(limit + 1, area.radius_m, read.query.order === "price");
  for (let count = FIRST_ROWS; ; count = Math.min(MOST_ROWS, count * 4)) {
    const rows = await session.rows<Row>(`FETCH ${count} FROM nearest`);
    await take(session, hours, read, rows, held);
    held.trim();
    const last = rows.at(-1);
    if (rows.length < count || last === undefined || chord_m(area.center, last) - ROUNDING_M > held.reach_m) break;
  }
  await session.rows("CLOSE nearest");
  return held;
}

const chord_m = ([x, y, z]: readonly [number, number, number], row: Row): number =>
  Math.hypot(row.x - x, row.y - y, row.z - z);

async function take(
  session: Session,
  hours: HoursBook,
  read: ReadQuery,
  rows: readonly Row[],
  held: Held,
): Promise<void> {
  const { area, query, after } = read;
  const [cx, cy, cz] = area.center;
  const near = rows.flatMap((row): (Row & Hit)[] => {
    const distance_m = geodesic_m(cx, cy, cz, row.x, row.y, row.z);
    if (distance_m > held.reach_m || (area.holds !== null && !area.holds(row.x, row.y, row.z))) return [];
    const hit = { ...row, distance_m, key: keyOf(query, distance_m, row.price) };
    return after !== null && compare(hit, after) <= 0 ? [] : [hit];
  });
  const open =
    query.open === undefined ? near : await hours.openAmong(session, near, query.open, query.unknown === "include");
  const roomy =
    query.free === undefined || query.open === undefined
      ? open
      : await roomAmong(session, open, query.free, query.open);
  for (const { id, distance_m, key } of roomy) held.take({ id, distance_m, key });
}

/** Those that have the units in every slot of the window. */
async function roomAmong<R extends Row>(
  session: Session,
  rows: readonly R[],
  free: Readonly<Record<string, number>>,
  window: Window,
): Promise<readonly R[]> {
  let left = rows;
  for (const [dimension, units] of Object.entries(free)) {
    if (left.length === 0) return left;
    const least = await leastFree(
      session,
      left.map(({ handle }) => handle),
      dimension,
      window,
    );
    left = left.filter(({ handle }) => (least.get(handle) ?? 0) >= units);
  }
  return left;
}

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

const compare = (a: Hit, b: Hit): number =>
  a.key !== b.key ? (a.key < b.key ? -1 : 1) : a.distance_m - b.distance_m || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** The best so far; reaches only as far as the worst of them once it is full, unless the order is another than that of distance. */
class Held {
  reach_m: number;
  /** Hits without a key. */
  leftOut = 0;
  readonly #limit: number;
  readonly #anywhere: boolean;
  #hits: Hit[] = [];

  constructor(limit: number, radius_m: number, anywhere: boolean) {
    this.#limit = limit;
    this.reach_m = radius_m;
    this.#anywhere = anywhere;
  }

  take(hit: Hit): void {
    if (Number.isNaN(hit.key)) this.leftOut++;
    else this.#hits.push(hit);
  }

  trim(): void {
    this.#hits.sort(compare);
    this.#hits.length = Math.min(this.#hits.length, this.#limit);
    if (this.#hits.length === this.#limit && !this.#anywhere) this.reach_m = this.#hits.at(-1)!.distance_m;
  }

  hits(): Hit[] {
    this.trim();
    return this.#hits;
  }
}
