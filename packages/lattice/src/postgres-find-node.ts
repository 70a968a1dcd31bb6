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
import type { FindQuery, ReadQuery } from "./find-query.ts";
import { geodesic_m } from "./geodesy.ts";
import type { LatticeAnswer, LatticeMatch } from "./lattice.ts";
import { WALK_M_PER_S } from "./order.ts";
import type { Session } from "./postgres-database-node.ts";
import { explainIn } from "./postgres-explain-node.ts";
import type { HoursBook } from "./postgres-hours-node.ts";
import { type Near, nearby } from "./postgres-nearby-node.ts";
import { readCounts, readTokens } from "./postgres-records-node.ts";
import { leastFree } from "./postgres-room-node.ts";
import { dimensionUnknown } from "./requests.ts";
import type { Window } from "./window.ts";

interface Row extends Near {
  readonly price: number | null;
}

interface Hit {
  readonly id: string;
  readonly distance_m: number;
  /** What the order goes by first. */
  readonly key: number;
}

/** Keeps what a cursor pages through; answers with the version that the cursor is to name. */
export type KeepVersion = (session: Session) => Promise<number>;

/** Must run in one snapshot. Faults: those of a query that makes no sense against what is there. */
export async function findIn(
  session: Session,
  hours: HoursBook,
  read: ReadQuery,
  keep: KeepVersion,
): Promise<LatticeAnswer | Fault> {
  const wrong = (await checkQuery(session, read.query)) ?? hours.covers(read.query.open);
  if (wrong !== null) return wrong;
  const { query, limit } = read;
  const held = await nearest(session, hours, read);
  const hits = held.hits();
  const order = query.order ?? "distance";
  const any = hits.length + held.leftOut > 0 && read.after === null;
  if (order === "price" && any && !hits.some(({ key }) => Number.isFinite(key)))
    return fault("price-unknown", "Nothing that was found has a known price, or a way to it.", "order");
  const kept = hits.slice(0, limit);
  const epoch = await epochOf(session);
  const version = hits.length > limit ? (read.after?.epoch ?? (await keep(session))) : null;
  const cursor = version === null ? null : writeCursor({ ...kept.at(-1)!, epoch: version }, order);
  const answer = { found: kept.map((hit) => toMatch(hit, query)), cursor, epoch };
  if (query.explain !== true) return answer;
  const sqlOf = (parameters: Parameters) => constraintSql(session, query, parameters);
  return { ...answer, explanation: await explainIn(session, hours, read, sqlOf) };
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

async function checkQuery(session: Session, { where, free, order, price = "price" }: FindQuery): Promise<Fault | null> {
  const asked = Object.keys(free ?? {});
  if (asked.length > 0) {
    const rows = await session.rows<{ name: string }>("SELECT name FROM dimension WHERE name = ANY($1)", [asked]);
    const known = new Set(rows.map(({ name }) => name));
    const dimension = asked.find((name) => !known.has(name));
    if (dimension !== undefined) return dimensionUnknown(dimension, `free.${dimension}`);
  }
  const keys = [...(where === undefined ? [] : attributesOf(where)), ...(order === "price" ? [price] : [])];
  if (keys.length === 0) return null;
  const source = [{ tables: kindTables(await readCounts(session, keys)) }];
  const wrong = where === undefined ? null : checkConstraint(source, where, "where");
  return wrong ?? (order === "price" ? checkConstraint(source, { attribute: price, atLeast: 0 }, "price") : null);
}

/** Conditions as SQL, with the numbers of all words that this query asks for. */
async function constraintSql(session: Session, { where }: FindQuery, parameters: Parameters): Promise<ConstraintSql> {
  return new ConstraintSql(await readTokens(session, where === undefined ? [] : tokensOf(where)), parameters);
}

async function conditionOf(session: Session, query: FindQuery, parameters: Parameters): Promise<string> {
  if (query.where === undefined) return "true";
  const sql = await constraintSql(session, query, parameters);
  return query.unknown === "include" ? `NOT ${sql.no(query.where)}` : sql.yes(query.where);
}

async function nearest(session: Session, hours: HoursBook, read: ReadQuery): Promise<Held> {
  const { area, limit, query } = read;
  const parameters = new Parameters();
  const condition = await conditionOf(session, query, parameters);
  const price =
    query.order === "price" ? `(numbers->>${parameters.add(query.price ?? "price")}::text)::float8` : "NULL::float8";
  const held = new Held(limit + 1, area.radius_m, query.order === "price");
  const asked = {
    ...{ columns: [`${price} AS price`], condition, parameters, center: area.center },
    reach_m: () => held.reach_m,
  };
  for await (const rows of nearby<Row>(session, asked)) {
    await take(session, hours, read, rows, held);
    held.trim();
  }
  return held;
}

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
