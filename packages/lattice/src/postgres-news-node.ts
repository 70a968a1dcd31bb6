/** Hears of what other processes change: by notification, and by a heartbeat that finds what a notification missed, or a lost connection. */
import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Bell } from "./bell.ts";
import type { Fault } from "./fault.ts";
import type { Database } from "./postgres-database-node.ts";

/** Subscribers say so often that they are still there; writers notify while one is. */
const HEARTBEAT_MS = 5000;

export class Listening {
  readonly #database: Database;
  readonly #bell: Bell;
  readonly #sweep: () => Promise<Fault | null>;
  readonly #id = randomUUID();
  #client: pg.Client | null = null;
  #beating: NodeJS.Timeout | null = null;
  #beat: Promise<Fault | null> | null = null;

  /** @param sweep ends what has run out, so that it is heard of. */
  constructor(database: Database, bell: Bell, sweep: () => Promise<Fault | null>) {
    this.#database = database;
    this.#bell = bell;
    this.#sweep = sweep;
  }

  /** Once; later calls find it begun. Faults: `store-unreachable`, `store-unwritable`. */
  async begin(): Promise<Fault | null> {
    if (this.#beating !== null) return null;
    const wrong = await this.#beatOnce();
    if (wrong === null) this.#beating ??= setInterval(() => void this.#beatOnce(), HEARTBEAT_MS).unref();
    return wrong;
  }

  /** One at a time: a database that is slow to answer is not asked again meanwhile. */
  #beatOnce(): Promise<Fault | null> {
    this.#beat ??= this.#tellAndLook().finally(() => {
      this.#beat = null;
    });
    return this.#beat;
  }

  async #tellAndLook(): Promise<Fault | null> {
    const wrong = await this.#listen();
    if (wrong !== null) return wrong;
    const told = await this.#database.ask(async (session) => {
      await session.rows(
        `INSERT INTO subscriber VALUES ($1, now() + interval '15 seconds')
         ON CONFLICT (id) DO UPDATE SET until = excluded.until`,
        [this.#id],
      );
      return this.#sweep();
    });
    this.#bell.ring();
    return told;
  }

  async #listen(): Promise<Fault | null> {
    if (this.#client !== null) return null;
    try {
      const client = await this.#database.listener(() => {
        this.#client = null;
      });
      client.on("notification", () => this.#bell.ring());
      this.#client = client;
      await client.query(`LISTEN ${this.#database.schema}`);
      return null;
    } catch (error) {
      await this.#client?.end().catch(() => undefined);
      this.#client = null;
      return this.#database.fault(error);
    }
  }

  async close(): Promise<void> {
    if (this.#beating !== null) clearInterval(this.#beating);
    const client = this.#client;
    this.#client = null;
    if (client === null) return;
    await this.#database.ask((session) =>
      session.rows("DELETE FROM subscriber WHERE id = $1 OR until < now()", [this.#id]),
    );
    await client.end().catch(() => undefined);
  }
}
