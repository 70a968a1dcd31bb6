/** Connections, transactions and retries. */
import pg from "pg";
import { type Fault, fault, isFault } from "./fault.ts";

export const MAX_CONNECTIONS = 16;
/** A transaction that lost against another one is tried again so often. */
export const MAX_TRIES = 8;
/** serialization_failure, deadlock_detected, unique_violation (two that insert the same new row). */
const AGAIN = new Set(["40001", "40P01", "23505"]);

/** Inside of one transaction. */
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

export class Database {
  readonly schema: string;
  readonly #settings: DatabaseSettings;
  readonly #pool: pg.Pool;

  constructor(settings: DatabaseSettings) {
    this.#settings = settings;
    this.schema = pg.escapeIdentifier(settings.schema);
    this.#pool = new pg.Pool({ ...settings.connection, ...this.#session(), max: settings.connections });
    // An idle connection that the server ends is replaced at the next use.
    this.#pool.on("error", () => undefined);
  }

  #session(): pg.PoolConfig {
    return {
      options: `-c search_path=${this.schema.replaceAll(" ", "\\ ")},public -c jit=off -c synchronous_commit=on`,
    };
  }

  /** One statement by itself. @throws DatabaseError */
  async rows<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query(sql, values.map(sendable))).rows as Row[];
  }

  /** Runs `work` in a transaction; a fault rolls it back. Faults besides its own: `store-unwritable`. */
  async transaction<T>(work: (session: Session) => Promise<T | Fault>, how = ""): Promise<T | Fault> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once(work, how);
      } catch (error) {
        const code = (error as { code?: string }).code ?? "";
        if (!AGAIN.has(code) || tries === MAX_TRIES) return unwritable(error);
      }
    }
  }

  async #once<T>(work: (session: Session) => Promise<T | Fault>, how: string): Promise<T | Fault> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(`BEGIN ${how}`);
      const answer = await work({
        rows: async (sql, values = []) => (await client.query(sql, values.map(sendable))).rows,
      });
      await client.query(isFault(answer) ? "ROLLBACK" : "COMMIT");
      return answer;
    } catch (error) {
      await client.query("ROLLBACK").catch((failed: Error) => {
        broken = failed;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** A connection of its own, for notifications. */
  async listener(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.#settings.connection, ...this.#session() } as pg.ClientConfig);
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

/** Texts of queries may have characters that no stored text has; PostgreSQL refuses to look for them, so they become another such one. */
const sendable = (value: unknown): unknown =>
  typeof value === "string" ? value.replaceAll("\0", "\ufffd") : Array.isArray(value) ? value.map(sendable) : value;

export const unwritable = (error: unknown): Fault =>
  fault("store-unwritable", `The database refuses: ${error instanceof Error ? error.message : String(error)}.`);
