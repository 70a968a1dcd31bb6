/**
 * The lattice over PostgreSQL and PostGIS: many processes share one, and it is as durable as the database is. Docs: docs/formats/lattice-postgres.md,
 * docs/decisions/0092-lattice-store.md and 0093 (partitioning). Cursors page through the newest state, not through the one they began with.
 */
import { createHash, randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type pg from "pg";
import { listCounts } from "./attribute-dictionary.ts";
import { Bell } from "./bell.ts";
import type { Capability } from "./capability.ts";
import { machineClock } from "./clock-node.ts";
import { coordinate } from "./coordination.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { type FindQuery, MAX_LIMIT, readQuery, type Window } from "./find.ts";
import type { Region } from "./hours.ts";
import { HORIZON_DAYS } from "./hours-desk.ts";
import type {
  AttributeCount,
  CoordinateReply,
  Lattice,
  LatticeAnswer,
  LatticeChange,
  LatticeHold,
  LatticeHoldRequest,
  LatticeNews,
  PlanReply,
  SurfaceReply,
  WhyReply,
} from "./lattice.ts";
import { MAX_BATCH } from "./lattice.ts";
import type { LiveClock } from "./live.ts";
import { standing } from "./news.ts";
import { plan } from "./planning.ts";
import { Database, MAX_CONNECTIONS, type Session, unwritable } from "./postgres-database-node.ts";
import { findIn, leastFree } from "./postgres-find-node.ts";
import { changeUnits, dimensionsOf, endHold, grantHold, holdUnknown, readHolds, sweep } from "./postgres-holds-node.ts";
import { HoursBook } from "./postgres-hours-node.ts";
import { putRecords, readCounts, removeRecords } from "./postgres-records-node.ts";
import { POSTGRES_EXTENSIONS, POSTGRES_FORMAT, postgresSchema } from "./postgres-schema.ts";
import { PriceBook } from "./price-book.ts";
import { surface, why } from "./questions.ts";
import {
  capabilityUnknown,
  dimensionOf,
  dimensionUnknown,
  readBatch,
  readLatticeChanges,
  readLatticeHold,
  tooLarge,
} from "./requests.ts";
import { areSlots, type Slots, slotsOf } from "./slot.ts";
import type { Match, Offering, Terrain, TerrainPlace } from "./terrain.ts";
import { nodeInZone } from "./zone-node.ts";

/** Subscribers say so often that they are still there; writers notify while one is. */
const HEARTBEAT_MS = 5000;
const ONE_SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ READ ONLY";

export interface PostgresSettings {
  /** As the driver `pg` takes it: `{ connectionString }`, or `{ host, port, database, user, password }`. */
  readonly connection: pg.PoolConfig;
  /** The schema that the lattice lives in, made when it is absent: "lattice" unless said. */
  readonly schema?: string | undefined;
  readonly connections?: number | undefined;
  /** For what runs out: the database's own unless said, since all engines share that one. */
  readonly clock?: LiveClock | undefined;
  readonly region?: Region | null | undefined;
  readonly horizon_days?: number | undefined;
}

/** Faults: `store-unwritable` (no database, no right, no PostGIS), `store-newer`. */
export async function openPostgresLattice(settings: PostgresSettings): Promise<Lattice | Fault> {
  const { connection, schema = "lattice", connections = MAX_CONNECTIONS } = settings;
  const database = new Database({ connection, schema, connections });
  const wrong = await prepare(database, schema);
  if (wrong === null) return new PostgresLattice(database, settings);
  await database.close();
  return wrong;
}

/** Makes what is missing; several may come at once. */
async function prepare(database: Database, name: string): Promise<Fault | null> {
  const version = await database.transaction(async (session) => {
    await session.rows("SELECT pg_advisory_xact_lock(hashtext($1))", [`axiom lattice ${name}`]);
    for (const extension of POSTGRES_EXTENSIONS)
      await session.rows(`CREATE EXTENSION IF NOT EXISTS ${extension} SCHEMA public`);
    const [there] = await session.rows("SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'format'", [name]);
    if (there === undefined) await session.rows(postgresSchema(database.schema));
    const [row] = await session.rows<{ version: number }>(`SELECT version FROM ${database.schema}.format`);
    return row!.version;
  });
  if (isFault(version)) return version;
  if (version <= POSTGRES_FORMAT) return null;
  return fault("store-newer", `The schema has format ${version}; this version knows ${POSTGRES_FORMAT}.`);
}

class PostgresLattice implements Lattice, Terrain {
  readonly engine = "postgres";
  readonly #database: Database;
  readonly #clock: LiveClock;
  /** Null: the database's clock says what has run out. */
  readonly #own: LiveClock | null;
  readonly #hours: HoursBook;
  readonly #prices = new PriceBook();
  readonly #bell = new Bell();
  #listening: Promise<() => Promise<void>> | null = null;

  constructor(database: Database, { clock, region = null, horizon_days = HORIZON_DAYS }: PostgresSettings) {
    this.#database = database;
    this.#own = clock ?? null;
    this.#clock = clock ?? machineClock;
    this.#hours = new HoursBook({ clock: this.#clock, region, horizon_days, inZone: nodeInZone });
  }

  get horizon(): Window {
    return this.#hours.horizon;
  }

  get #now_ms(): number | null {
    return this.#own?.now_ms() ?? null;
  }

  /** A transaction that changes something: subscribers are told when it commits. Answers with its epoch. */
  #write<T>(work: (session: Session) => Promise<T | Fault>): Promise<{ answer: T; epoch: number } | Fault> {
    return this.#database.transaction(async (session) => {
      const answer = await work(session);
      if (isFault(answer)) return answer;
      const [row] = await session.rows<{ epoch: string }>(
        `SELECT pg_current_xact_id() AS epoch,
           (SELECT pg_notify(current_schema(), '') WHERE EXISTS (SELECT FROM subscriber WHERE until > now()))`,
      );
      return { answer, epoch: Number(row!.epoch) + 1 };
    });
  }

  async #written<T>(work: (session: Session) => Promise<T | Fault>): Promise<T | Fault> {
    const written = await this.#write(work);
    if (isFault(written)) return written;
    this.#bell.ring();
    return written.answer;
  }

  #read<T>(work: (session: Session) => Promise<T | Fault>): Promise<T | Fault> {
    return this.#database.transaction(work, ONE_SNAPSHOT);
  }

  /** Ends what has run out, and tells of it. */
  async #sweep(): Promise<Fault | null> {
    try {
      const swept = await sweep(this.#database, this.#now_ms);
      if (isFault(swept)) return swept;
      if (swept > 0) await this.#written(async () => null);
      return null;
    } catch (error) {
      return unwritable(error);
    }
  }

  async put(records: readonly unknown[]): Promise<{ added: number; replaced: number } | Fault> {
    await this.#hours.roll(() => nextTurn());
    const batch = readBatch(records, this.#hours.index);
    return isFault(batch) ? batch : this.#written((session) => putRecords(session, batch));
  }

  async remove(ids: readonly string[]): Promise<{ removed: number } | Fault> {
    if (ids.length > MAX_BATCH) return tooLarge(ids.length, "ids");
    return this.#written((session) => removeRecords(session, ids));
  }

  async get(id: string): Promise<Capability | null> {
    const [row] = await this.#database.rows<{ record: Omit<Capability, "id"> }>(
      "SELECT record FROM capability WHERE id = $1 AND NOT removed",
      [id],
    );
    return row === undefined ? null : { id, ...row.record };
  }
  async count(): Promise<number> {
    const [row] = await this.#database.rows<{ n: number }>(
      "SELECT count(*)::int AS n FROM capability WHERE NOT removed",
    );
    return row!.n;
  }
  async attributes(): Promise<readonly AttributeCount[]> {
    return listCounts(await readCounts(this.#database, null));
  }
  async dimensions(): Promise<readonly string[]> {
    const rows = await this.#database.rows<{ name: string }>("SELECT name FROM dimension");
    return rows.map(({ name }) => name).sort();
  }
  async records(after: string | null, limit: number): Promise<readonly Capability[]> {
    const rows = await this.#database.rows<{ id: string; record: Omit<Capability, "id"> }>(
      "SELECT id, record FROM capability WHERE id > $1 AND NOT removed ORDER BY id LIMIT $2",
      [after ?? "", Math.max(0, Math.min(limit, MAX_LIMIT))],
    );
    return rows.map(({ id, record }) => ({ id, ...record }));
  }

  async find(query: unknown): Promise<LatticeAnswer | Fault> {
    await this.#hours.roll(() => nextTurn());
    const read = readQuery(query, this.#clock.now_ms());
    if (isFault(read)) return read;
    const wrong = read.query.free === undefined ? null : await this.#sweep();
    return wrong ?? this.#read((session) => findIn(session, this.#hours, read));
  }

  async change(changes: readonly LatticeChange[]): Promise<{ epoch: number } | Fault> {
    const read = readLatticeChanges(changes);
    if (isFault(read)) return read;
    const written = await this.#write((session) => changeUnits(session, read));
    if (isFault(written)) return written;
    this.#bell.ring();
    return { epoch: written.epoch };
  }

  async free(id: string, dimension: string | null, window: Window): Promise<number | Fault> {
    const wrong = await this.#sweep();
    if (wrong !== null) return wrong;
    return this.#read(async (session) => {
      const [row] = await session.rows<{ handle: number }>(
        "SELECT handle FROM capability WHERE id = $1 AND NOT removed",
        [id],
      );
      if (row === undefined) return capabilityUnknown(id, "id");
      const own = await dimensionsOf(session, [row.handle]);
      const meant = dimensionOf(dimension, own.get(row.handle) ?? []);
      const [known] = await session.rows("SELECT FROM dimension WHERE name = $1", [meant]);
      if (known === undefined) return dimensionUnknown(meant, "dimension");
      if (!areSlots(slotsOf(window))) return fault("window-malformed", "The window ends before it begins.", "window");
      return (await leastFree(session, [row.handle], meant, window)).get(row.handle)!;
    });
  }

  async hold(request: LatticeHoldRequest): Promise<LatticeHold | Fault> {
    const read = readLatticeHold(request);
    if (isFault(read)) return read;
    return (await this.#sweep()) ?? this.#written((session) => grantHold(session, read, this.#now_ms));
  }
  async confirm(fence: number): Promise<LatticeHold | Fault> {
    return (await this.#sweep()) ?? this.#written((session) => endHold(session, fence, "confirmed", this.#now_ms));
  }
  async release(fence: number): Promise<LatticeHold | Fault> {
    return (await this.#sweep()) ?? this.#written((session) => endHold(session, fence, "released", this.#now_ms));
  }
  async look(fence: number): Promise<LatticeHold | Fault> {
    if (!Number.isSafeInteger(fence)) return holdUnknown(fence);
    const wrong = await this.#sweep();
    if (wrong !== null) return wrong;
    const [hold] = await readHolds(this.#database, "h.fence = $1", [fence]);
    return hold ?? holdUnknown(fence);
  }
  async holds({ limit }: { limit: number }): Promise<readonly LatticeHold[]> {
    await this.#sweep();
    return readHolds(this.#database, "true ORDER BY h.fence DESC LIMIT $1", [Math.max(0, Math.min(limit, MAX_LIMIT))]);
  }

  async subscribe(query: unknown, signal: AbortSignal): Promise<AsyncIterable<LatticeNews> | Fault> {
    try {
      this.#listening ??= this.#listen();
      await this.#listening;
    } catch (error) {
      this.#listening = null;
      return unwritable(error);
    }
    return standing(query, () => this.find(query), this.#bell, signal);
  }

  /** Others' changes ring the bell too; so does every heartbeat, which finds what a notification missed. Returns what ends it. */
  async #listen(): Promise<() => Promise<void>> {
    const id = randomUUID();
    const beat = async (): Promise<void> => {
      await this.#database.rows(
        `INSERT INTO subscriber VALUES ($1, now() + interval '15 seconds')
         ON CONFLICT (id) DO UPDATE SET until = excluded.until`,
        [id],
      );
      await this.#sweep();
      this.#bell.ring();
    };
    const client = await this.#database.listener();
    client.on("notification", () => this.#bell.ring());
    await client.query(`LISTEN ${this.#database.schema}`);
    await beat();
    const beating = setInterval(() => void beat().catch(() => undefined), HEARTBEAT_MS).unref();
    return async () => {
      clearInterval(beating);
      await this.#database.rows("DELETE FROM subscriber WHERE id = $1 OR until < now()", [id]).catch(() => undefined);
      await client.end();
    };
  }

  plan(task: unknown): Promise<PlanReply | Fault> {
    return plan(this, task);
  }
  coordinate(tasks: unknown): Promise<CoordinateReply | Fault> {
    return coordinate(this, this.#prices, tasks);
  }
  why(question: unknown): Promise<WhyReply | Fault> {
    return why(this, this.#prices, question);
  }
  surface(question: unknown): Promise<SurfaceReply | Fault> {
    return surface(this, this.#prices, question);
  }

  async match(query: FindQuery): Promise<Match | Fault> {
    const answer = await this.find(query);
    if (isFault(answer)) return answer;
    return this.#read(async (session) => {
      const rows = await session.rows<{ id: string; handle: number; record: Capability }>(
        "SELECT id, handle, record FROM capability WHERE id = ANY($1)",
        [answer.found.map(({ id }) => id)],
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      const own = await dimensionsOf(
        session,
        rows.map(({ handle }) => handle),
      );
      const places = answer.found.map(({ id }): TerrainPlace => {
        const { handle, record } = byId.get(id)!;
        return { id, handle, at: record.at, tz: record.tz, dimensions: own.get(handle) ?? [] };
      });
      return { places, epoch: answer.epoch };
    });
  }

  /** Hours and rows of the slots, read once; what is asked of them is then answered at once. */
  async offering(places: readonly TerrainPlace[], slots: Slots): Promise<Offering> {
    await this.#sweep();
    const handles = [...new Set(places.map(({ handle }) => handle))];
    const rules = await this.#database.rows<{ handle: number; rule_number: number | null }>(
      "SELECT handle, rule_number FROM capability WHERE handle = ANY($1)",
      [handles],
    );
    await this.#hours.meet(
      this.#database,
      rules.map(({ rule_number }) => rule_number),
    );
    const ruleOf = new Map(rules.map(({ handle, rule_number }) => [handle, rule_number]));
    const room = await readRoom(this.#database, handles, slots);
    return {
      isOpen: ({ handle }, window) => this.#hours.isOpen(ruleOf.get(handle) ?? null, window),
      free: ({ handle }, dimension, asked) => room(handle, dimension, asked),
    };
  }

  monotonic_ms(): number {
    return this.#clock.monotonic_ms();
  }
  digest(bytes: Uint8Array): string {
    return createHash("sha256").update(bytes).digest("hex");
  }

  async close(): Promise<void> {
    const end = await this.#listening?.catch(() => null);
    await end?.();
    await this.#database.close();
  }
}

type Room = (handle: number, dimension: string, slots: Slots) => number;

async function readRoom(session: Session, handles: readonly number[], { from, until }: Slots): Promise<Room> {
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
