/**
 * Pages of one version over PostgreSQL: a first page that has a next one leaves its snapshot to a transaction that does nothing but keep it;
 * the pages after see that snapshot. Few are kept, and not for long, because the database cannot clean up behind them.
 */
import { setTimeout as later } from "node:timers";
import type pg from "pg";
import { cursorOutlived } from "./cursor.ts";
import type { Fault } from "./fault.ts";
import { VERSION_KEPT_MS } from "./living-index.ts";
import type { Database, Session } from "./postgres-database-node.ts";

export const MAX_KEPT_SNAPSHOTS = 16;

interface Kept {
  /** What the cursor says. */
  readonly version: number;
  /** What the database calls what is visible: equal texts, equal answers. */
  readonly visible: string;
  readonly snapshot: string;
  readonly client: pg.PoolClient;
  until_ms: number;
}

export class SnapshotPages {
  readonly #monotonic_ms: () => number;
  readonly #pool: pg.Pool;
  /** The one asked for least lately first. */
  #kept: Kept[] = [];
  #last: number;
  #timer: NodeJS.Timeout | null = null;

  /** @param first a number that no earlier life has given a version. */
  constructor(database: Database, monotonic_ms: () => number, first: number) {
    this.#monotonic_ms = monotonic_ms;
    this.#pool = database.pool(MAX_KEPT_SNAPSHOTS);
    this.#last = first;
  }

  /** The version that a cursor of this transaction's answer belongs to, from now on kept. @throws DatabaseError */
  async keep(session: Session): Promise<number> {
    this.#drop(({ until_ms }) => until_ms <= this.#monotonic_ms());
    const [row] = await session.rows<{ visible: string; snapshot: string }>(
      "SELECT pg_current_snapshot()::text AS visible, pg_export_snapshot() AS snapshot",
    );
    const { visible, snapshot } = row!;
    const same = this.#kept.find((kept) => kept.visible === visible);
    if (same !== undefined) return this.#use(same).version;
    while (this.#kept.length >= MAX_KEPT_SNAPSHOTS) this.#end(this.#kept.shift()!);
    const kept = { version: ++this.#last, visible, until_ms: 0, ...(await this.#adopt(snapshot)) };
    this.#kept.push(kept);
    return this.#use(kept).version;
  }

  /** A transaction that sees what the exporting one sees, and stays open. */
  async #adopt(snapshot: string): Promise<Pick<Kept, "client" | "snapshot">> {
    const client = await this.#pool.connect();
    try {
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      await client.query(`SET TRANSACTION SNAPSHOT '${snapshot}'`);
      // Should this process stop without a word, the database ends it by itself.
      await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${2 * VERSION_KEPT_MS}`);
      const { rows } = await client.query("SELECT pg_export_snapshot() AS snapshot");
      return { client, snapshot: (rows as { snapshot: string }[])[0]!.snapshot };
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  }

  /** Name of the snapshot that a cursor's version has. Faults: `cursor-outlived`. */
  snapshotOf(version: number): string | Fault {
    this.#drop(({ until_ms }) => until_ms <= this.#monotonic_ms());
    const kept = this.#kept.find((kept) => kept.version === version);
    return kept === undefined ? cursorOutlived() : this.#use(kept).snapshot;
  }

  #use(kept: Kept): Kept {
    kept.until_ms = this.#monotonic_ms() + VERSION_KEPT_MS;
    this.#kept = [...this.#kept.filter((other) => other !== kept), kept];
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = later(() => this.#drop(() => true), VERSION_KEPT_MS).unref();
    // The session's idle time begins anew; if it is gone, the page itself will say so.
    void kept.client.query("SELECT").catch(() => this.#drop((other) => other === kept));
    return kept;
  }

  #drop(which: (kept: Kept) => boolean): void {
    const gone = this.#kept.filter(which);
    this.#kept = this.#kept.filter((kept) => !which(kept));
    for (const kept of gone) this.#end(kept);
  }

  #end({ client }: Kept): void {
    client.query("COMMIT").then(
      () => client.release(),
      (error: Error) => client.release(error),
    );
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#drop(() => true);
    await this.#pool.end();
  }
}
