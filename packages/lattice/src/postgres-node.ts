/**
 * The lattice over PostgreSQL and PostGIS: many processes share one, and it is as durable as the database is. Docs: docs/formats/lattice-postgres.md,
 * docs/decisions/0092-lattice-store.md, 0093 (partitioning) and 0122 (what it does when the database is gone).
 */
import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type pg from "pg";
import { listCounts } from "./attribute-dictionary.ts";
import { Bell } from "./bell.ts";
import type { Capability } from "./capability.ts";
import { machineClock } from "./clock-node.ts";
import { coordinate } from "./coordination.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { type FindQuery, MAX_LIMIT, readQuery } from "./find-query.ts";
import { HOLD_LIMITS, type HoldLimits } from "./hold-book.ts";
import { HORIZON_DAYS } from "./hours-desk.ts";
import type { IntegerSolver } from "./integer.ts";
import { integerSolver } from "./integer-node.ts";
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
import { AskedAgain } from "./news.ts";
import { plan } from "./planning.ts";
import { Database, MAX_CONNECTIONS, type Session } from "./postgres-database-node.ts";
import { findIn, type KeepVersion } from "./postgres-find-node.ts";
import { HoldTally } from "./postgres-hold-tally-node.ts";
import { changeUnits, dimensionsOf, endHold, grantHold, holdUnknown, readHolds, sweep } from "./postgres-holds-node.ts";
import { HoursBook } from "./postgres-hours-node.ts";
import { Listening } from "./postgres-news-node.ts";
import { SnapshotPages } from "./postgres-pages-node.ts";
import { putRecords, readCounts, removeRecords } from "./postgres-records-node.ts";
import { leastFree, readRoom } from "./postgres-room-node.ts";
import { POSTGRES_EXTENSIONS, POSTGRES_FORMAT, postgresSchema, upgradesFrom } from "./postgres-schema.ts";
import { PriceBook } from "./price-book.ts";
import { surface, why } from "./questions.ts";
import type { Region } from "./region.ts";
import {
  capabilityUnknown,
  checkWindows,
  dimensionOf,
  dimensionUnknown,
  readBatch,
  readLatticeChanges,
  readLatticeHold,
  tooLarge,
} from "./requests.ts";
import { areSlots, type Slots, slotsOf } from "./slot.ts";
import type { Match, Offering, Terrain, TerrainPlace } from "./terrain.ts";
import type { Window } from "./window.ts";
import { nodeInZone } from "./zone-node.ts";

/** What is not paged through needs no version kept. */
const NO_PAGES: KeepVersion = async () => 0;
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
  /** How many holds are kept; those of the embedded engine unless said. */
  readonly limits?: Partial<HoldLimits> | undefined;
}

/** Faults: `store-unreachable` (no database there), `store-unwritable` (no right, no PostGIS), `store-newer`. */
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
    else await upgrade(session, database.schema);
    const [row] = await session.rows<{ version: number }>(`SELECT version FROM ${database.schema}.format`);
    return row!.version;
  });
  if (isFault(version)) return version;
  if (version <= POSTGRES_FORMAT) return null;
  return fault("store-newer", `The schema has format ${version}; this version knows ${POSTGRES_FORMAT}.`);
}

async function upgrade(session: Session, schema: string): Promise<void> {
  const [row] = await session.rows<{ version: number }>(`SELECT version FROM ${schema}.format`);
  for (const statements of upgradesFrom(row!.version, schema)) await session.rows(statements);
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
  readonly #news = new AskedAgain((query) => this.#found(query, NO_PAGES), this.#bell);
  readonly #listening: Listening;
  readonly #pages: SnapshotPages;
  readonly #tally: HoldTally;

  constructor(database: Database, settings: PostgresSettings) {
    const { clock, region = null, horizon_days = HORIZON_DAYS, limits } = settings;
    this.#database = database;
    this.#own = clock ?? null;
    this.#clock = clock ?? machineClock;
    this.#listening = new Listening(database, this.#bell, () => this.#sweep());
    // No two lives of a process begin in the same microsecond.
    this.#pages = new SnapshotPages(database, () => this.#clock.monotonic_ms(), Date.now() * 1000);
    this.#tally = new HoldTally({ ...HOLD_LIMITS, ...limits }, () => this.#clock.monotonic_ms());
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

  #read<T>(work: (session: Session) => Promise<T | Fault>, snapshot?: string): Promise<T | Fault> {
    return this.#database.transaction(work, { mode: ONE_SNAPSHOT, ...(snapshot === undefined ? {} : { snapshot }) });
  }

  /** Ends what has run out, tells of it, and forgets what ended long ago. */
  async #sweep(): Promise<Fault | null> {
    const swept = await sweep(this.#database, this.#now_ms);
    if (isFault(swept)) return swept;
    if (swept > 0) await this.#written(async () => null);
    this.#tally.ended(swept);
    return this.#tally.forget(this.#database);
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

  async get(id: string): Promise<Capability | null | Fault> {
    return this.#database.ask(async (session) => {
      const [row] = await session.rows<{ record: Omit<Capability, "id"> }>(
        "SELECT record FROM capability WHERE id = $1 AND NOT removed",
        [id],
      );
      return row === undefined ? null : { id, ...row.record };
    });
  }
  async count(): Promise<number | Fault> {
    return this.#database.ask(async (session) => {
      const [row] = await session.rows<{ n: number }>("SELECT count(*)::int AS n FROM capability WHERE NOT removed");
      return row!.n;
    });
  }
  async attributes(): Promise<readonly AttributeCount[] | Fault> {
    return this.#database.ask(async (session) => listCounts(await readCounts(session, null)));
  }
  async dimensions(): Promise<readonly string[] | Fault> {
    return this.#database.ask(async (session) => {
      const rows = await session.rows<{ name: string }>("SELECT name FROM dimension");
      return rows.map(({ name }) => name).sort();
    });
  }
  async records(after: string | null, limit: number): Promise<readonly Capability[] | Fault> {
    return this.#database.ask(async (session) => {
      const rows = await session.rows<{ id: string; record: Omit<Capability, "id"> }>(
        "SELECT id, record FROM capability WHERE id > $1 AND NOT removed ORDER BY id LIMIT $2",
        [after ?? "", Math.max(0, Math.min(limit, MAX_LIMIT))],
      );
      return rows.map(({ id, record }) => ({ id, ...record }));
    });
  }

  find(query: unknown): Promise<LatticeAnswer | Fault> {
    return this.#found(query, (session) => this.#pages.keep(session));
  }

  async #found(query: unknown, keep: KeepVersion): Promise<LatticeAnswer | Fault> {
    await this.#hours.roll(() => nextTurn());
    const read = readQuery(query, this.#clock.now_ms());
    if (isFault(read)) return read;
    const snapshot = read.after === null ? undefined : this.#pages.snapshotOf(read.after.epoch);
    if (isFault(snapshot)) return snapshot;
    const wrong = read.query.free === undefined ? null : await this.#sweep();
    return wrong ?? this.#read((session) => findIn(session, this.#hours, read, keep), snapshot);
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
    const wrong = checkWindows(read.items, this.horizon, this.#clock.now_ms()) ?? (await this.#sweep());
    if (wrong !== null) return wrong;
    const hold = await this.#written((session) => grantHold(session, read, this.#now_ms, this.#tally));
    if (!isFault(hold)) this.#tally.granted();
    return hold;
  }
  confirm(fence: number): Promise<LatticeHold | Fault> {
    return this.#endHold(fence, "confirmed");
  }
  release(fence: number): Promise<LatticeHold | Fault> {
    return this.#endHold(fence, "released");
  }
  async #endHold(fence: number, to: "confirmed" | "released"): Promise<LatticeHold | Fault> {
    const wrong = await this.#sweep();
    if (wrong !== null) return wrong;
    const hold = await this.#written((session) => endHold(session, fence, to, this.#now_ms));
    if (to === "released" && !isFault(hold)) this.#tally.ended(1);
    return hold;
  }
  async look(fence: number): Promise<LatticeHold | Fault> {
    if (!Number.isSafeInteger(fence)) return holdUnknown(fence);
    const wrong = await this.#sweep();
    if (wrong !== null) return wrong;
    return this.#database.ask(
      async (session) => (await readHolds(session, "h.fence = $1", [fence]))[0] ?? holdUnknown(fence),
    );
  }
  async holds({ limit }: { limit: number }): Promise<readonly LatticeHold[] | Fault> {
    const wrong = await this.#sweep();
    if (wrong !== null) return wrong;
    const most = Math.max(0, Math.min(limit, MAX_LIMIT));
    return this.#database.ask((session) => readHolds(session, "true ORDER BY h.fence DESC LIMIT $1", [most]));
  }

  async subscribe(query: unknown, signal: AbortSignal): Promise<AsyncIterable<LatticeNews> | Fault> {
    return (await this.#listening.begin()) ?? this.#news.subscribe(query, signal);
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
    const answer = await this.#found(query, NO_PAGES);
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
  async offering(places: readonly TerrainPlace[], slots: Slots): Promise<Offering | Fault> {
    const wrong = await this.#sweep();
    if (wrong !== null) return wrong;
    const handles = [...new Set(places.map(({ handle }) => handle))];
    return this.#read(async (session) => {
      const rules = await session.rows<{ handle: number; rule_number: number | null }>(
        "SELECT handle, rule_number FROM capability WHERE handle = ANY($1)",
        [handles],
      );
      const ruleOf = new Map(rules.map(({ handle, rule_number }) => [handle, rule_number]));
      await this.#hours.meet(session, ruleOf.values());
      const room = await readRoom(session, handles, slots);
      return {
        isOpen: ({ handle }, window) => this.#hours.isOpen(ruleOf.get(handle) ?? null, window),
        free: ({ handle }, dimension, asked) => room(handle, dimension, asked),
      };
    });
  }

  now_ms(): number {
    return this.#clock.now_ms();
  }
  integers(): Promise<IntegerSolver> {
    return integerSolver();
  }
  monotonic_ms(): number {
    return this.#clock.monotonic_ms();
  }
  digest(bytes: Uint8Array): string {
    return createHash("sha256").update(bytes).digest("hex");
  }

  async close(): Promise<void> {
    this.#news.close();
    await this.#listening.close();
    await this.#pages.close();
    await this.#database.close();
  }
}
