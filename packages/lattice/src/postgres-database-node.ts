/** Connections, transactions and retries; what goes wrong with the database becomes a fault here, and the next call tries again. */
import pg from "pg";
import { cursorOutlived } from "./cursor.ts";
import { type Fault, fault, isFault } from "./fault.ts";

export const MAX_CONNECTIONS = 16;
/** A transaction that lost against another one is tried again so often. */
export const MAX_TRIES = 8;
/** Connections that turn out to be dead before anything was asked are replaced so often in one call. */
const MAX_DEAD = MAX_CONNECTIONS + 1;
export const CONNECT_MS = 10_000;
/** A statement without an answer for so long counts as lost. */
export const STATEMENT_MS = 60_000;
/** serialization_failure, deadlock_detected, unique_violation (two that insert the same new row). */
const AGAIN = new Set(["40001", "40P01", "23505"]);
/** The operating system's words for a server that is not there. */
const AWAY = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EAI_AGAIN",
]);
/** invalid_parameter_value, undefined_object: what `SET TRANSACTION SNAPSHOT` says when nobody keeps it any more. */
const NO_SNAPSHOT = new Set(["22023", "42704"]);
/** connection_exception; admin_shutdown, crash_shutdown, cannot_connect_now. */
const AWAY_STATE = /^(?:08|57P0[123])/;
/** The driver's own, which have no code. */
const AWAY_WORDS = /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable/;

/** One transaction's, or one statement's at a time. */
export interface Session {
  rows<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface DatabaseSettings {
  /** As libpq takes it: `postgresql://…`, or `host=/folder dbname=…` in parts. */
  readonly connection: pg.PoolConfig;
  /** Name of the schema: one lattice in each. */
  readonly schema: string;
  readonly connections: number;
}

export interface Manner {
  /** What follows BEGIN. */
  readonly mode?: string;
  /** Name of a snapshot to see. */
  readonly snapshot?: string;
}

export class Database {
  readonly schema: string;
  readonly #settings: DatabaseSettings;
  readonly #pool: pg.Pool;
  /** Told in faults: never with a password. */
  readonly #address: string;

  constructor(settings: DatabaseSettings) {
    this.#settings = settings;
    this.schema = pg.escapeIdentifier(settings.schema);
    this.#pool = this.pool(settings.connections);
    const { host, port, database } = this.#client();
    this.#address = `${database ?? "its owner's"} at ${host}:${port}`;
  }

  #config(): pg.PoolConfig {
    return {
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: STATEMENT_MS,
      keepAlive: true,
      ...this.#settings.connection,
      options: `-c search_path=${this.schema.replaceAll(" ", "\\ ")},public -c jit=off -c synchronous_commit=on`,
    };
  }

  #client = (): pg.Client => new pg.Client(this.#config() as pg.ClientConfig);

  /** Connections that are kept apart from those of transactions. */
  pool(connections: number): pg.Pool {
    const pool = new pg.Pool({ ...this.#config(), max: connections });
    // An idle connection that the server ends is replaced at the next use; one in use tells of it by the statement that fails.
    pool.on("error", () => undefined);
    pool.on("connect", (client) => client.on("error", () => undefined));
    return pool;
  }

  /** Statements by themselves, each its own transaction. Faults besides its own: `store-unreachable`, `store-unwritable`. */
  async ask<T>(work: (session: Session) => Promise<T | Fault>): Promise<T | Fault> {
    try {
      return await work({ rows: async (sql, values = []) => (await this.#pool.query(sql, values.map(sendable))).rows });
    } catch (error) {
      return this.fault(error);
    }
  }

  /** Runs `work` in a transaction; a fault rolls it back. Faults besides its own: `store-unreachable`, `store-unsure`, `store-unwritable`, `cursor-outlived`. */
  async transaction<T>(work: (session: Session) => Promise<T | Fault>, manner: Manner = {}): Promise<T | Fault> {
    for (let tries = 1, dead = 0; ; ) {
      let begun = false;
      try {
        return await this.#once(work, manner, () => {
          begun = true;
        });
      } catch (error) {
        if (isAway(error) && !begun && ++dead < MAX_DEAD) continue;
        if (!AGAIN.has(codeOf(error)) || tries++ === MAX_TRIES) return this.fault(error);
      }
    }
  }

  async #once<T>(
    work: (session: Session) => Promise<T | Fault>,
    { mode = "", snapshot }: Manner,
    begun: () => void,
  ): Promise<T | Fault> {
    const client = await this.#connect(begun);
    let broken: Error | undefined;
    let [asked, ending] = [snapshot === undefined, false];
    try {
      await client.query(`BEGIN ${mode}`);
      begun();
      if (snapshot !== undefined) await client.query(`SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(snapshot)}`);
      asked = true;
      const answer = await work({
        rows: async (sql, values = []) => (await client.query(sql, values.map(sendable))).rows,
      });
      ending = !isFault(answer) && !mode.includes("READ ONLY");
      await client.query(isFault(answer) ? "ROLLBACK" : "COMMIT");
      return answer;
    } catch (error) {
      broken = isAway(error) ? (error as Error) : await rollBack(client);
      if (ending && broken !== undefined)
        return fault("store-unsure", `The database ${this.#address} was lost while it wrote: ${wordsOf(error)}.`);
      if (!asked && NO_SNAPSHOT.has(codeOf(error))) return cursorOutlived();
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** A server that lets nobody in is not asked again at once; only a connection that was made before may be a dead one. */
  async #connect(begun: () => void): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      begun();
      throw error;
    }
  }

  /** A connection of its own, for notifications; `gone` is called once, when it is lost. @throws DatabaseError */
  async listener(gone: () => void): Promise<pg.Client> {
    const client = this.#client();
    client.on("error", () => undefined);
    client.once("end", gone);
    await client.connect();
    return client;
  }

  fault(error: unknown): Fault {
    if (isAway(error))
      return fault("store-unreachable", `The database ${this.#address} cannot be reached: ${wordsOf(error)}.`);
    return fault("store-unwritable", `The database ${this.#address} refuses: ${wordsOf(error)}.`);
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

async function rollBack(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query("ROLLBACK");
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? "";

function isAway(error: unknown): boolean {
  // Where a name has several addresses, there is an error for each.
  if (error instanceof AggregateError) return error.errors.some(isAway);
  const code = codeOf(error);
  return AWAY.has(code) || AWAY_STATE.test(code) || (error instanceof Error && AWAY_WORDS.test(error.message));
}

function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}

/** Texts of queries may have characters that no stored text has; PostgreSQL refuses to look for them, so they become another such one. */
const sendable = (value: unknown): unknown =>
  typeof value === "string" ? value.replaceAll("\0", "\ufffd") : Array.isArray(value) ? value.map(sendable) : value;
