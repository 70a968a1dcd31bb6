/** Capability records in SQLite (docs/formats/lattice-store.md): WAL, synced at every commit, one process at a time. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { AttributeKind } from "./attribute.ts";
import type { KindCounts } from "./attribute-dictionary.ts";
import type { Capability } from "./capability.ts";
import { type Fault, fault } from "./fault.ts";
import type { RecordBatch, RecordStore, StoredRecord } from "./record-store.ts";

const APPLICATION_ID = 0x41584c53;
const FORMAT = 1;
const SCHEMA = `
CREATE TABLE capability (
  handle  INTEGER PRIMARY KEY,
  id      TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  record  TEXT
);
CREATE INDEX capability_version ON capability (version);
CREATE TABLE attribute (
  key          TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('boolean', 'word', 'number', 'set')),
  capabilities INTEGER NOT NULL CHECK (capabilities > 0),
  PRIMARY KEY (key, kind)
) WITHOUT ROWID;
CREATE TABLE batch (version INTEGER NOT NULL, capabilities INTEGER NOT NULL);
INSERT INTO batch VALUES (0, 0);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT};`;
/** SQLite's result code for a lock that somebody else has. */
const SQLITE_BUSY = 5;

/** Faults: `store-busy`, `store-newer`, `store-unwritable`. */
export function openRecordStore(path: string): RecordStore | Fault {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path);
    const wrong = prepare(database);
    if (wrong === null) return new SqliteRecords(database);
    database.close();
    return wrong;
  } catch (error) {
    database?.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY)
      return fault("store-busy", "The records are open in another process.", path);
    return fault("store-unwritable", `The records cannot be opened: ${(error as Error).message}.`, path);
  }
}

function prepare(database: DatabaseSync): Fault | null {
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  // The exclusive lock is taken by the first transaction, and kept.
  database.exec("BEGIN IMMEDIATE");
  const { user_version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (user_version === 0) database.exec(SCHEMA);
  database.exec("COMMIT");
  if (user_version <= FORMAT) return null;
  return fault("store-newer", `The records have format ${user_version}; this version knows ${FORMAT}.`);
}

interface Row {
  readonly handle: number;
  readonly id: string;
  readonly record: string | null;
}

class SqliteRecords implements RecordStore {
  readonly #database: DatabaseSync;
  readonly #byId: StatementSync;
  readonly #byHandle: StatementSync;
  readonly #upsert: StatementSync;
  version: number;
  nextHandle: number;
  count: number;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#byId = database.prepare("SELECT handle, id, record FROM capability WHERE id = ?");
    this.#byHandle = database.prepare("SELECT id FROM capability WHERE handle = ?");
    this.#upsert = database.prepare(
      `INSERT INTO capability (handle, id, version, record) VALUES (?, ?, ?, ?)
       ON CONFLICT (handle) DO UPDATE SET version = excluded.version, record = excluded.record`,
    );
    this.version = this.#number("SELECT version FROM batch");
    this.nextHandle = this.#number("SELECT coalesce(max(handle), -1) + 1 FROM capability");
    this.count = this.#number("SELECT capabilities FROM batch");
  }

  #number(sql: string): number {
    const row = this.#database.prepare(sql).get()!;
    return Number(Object.values(row)[0]);
  }

  handleOf(id: string): number | undefined {
    return (this.#byId.get(id) as Row | undefined)?.handle;
  }

  idOf(handle: number): string | undefined {
    return (this.#byHandle.get(handle) as { id: string } | undefined)?.id;
  }

  get(id: string): Capability | null {
    const row = this.#byId.get(id) as Row | undefined;
    return row?.record ? toCapability(row.id, row.record) : null;
  }

  page(after: string | null, limit: number): Capability[] {
    const rows = this.#database
      .prepare("SELECT handle, id, record FROM capability WHERE id > ? AND record IS NOT NULL ORDER BY id LIMIT ?")
      .all(after ?? "", limit) as unknown as Row[];
    return rows.map(({ id, record }) => toCapability(id, record!));
  }

  counts(): Map<string, KindCounts> {
    const counts = new Map<string, Record<AttributeKind, number>>();
    const rows = this.#database.prepare("SELECT key, kind, capabilities FROM attribute").iterate();
    for (const row of rows) {
      const { key, kind, capabilities } = row as { key: string; kind: AttributeKind; capabilities: number };
      const kinds = counts.get(key) ?? { boolean: 0, word: 0, number: 0, set: 0 };
      kinds[kind] = capabilities;
      counts.set(key, kinds);
    }
    return counts;
  }

  slice(handle: number, limit: number): StoredRecord[] {
    const rows = this.#database
      .prepare(
        "SELECT handle, id, record FROM capability WHERE handle >= ? AND record IS NOT NULL ORDER BY handle LIMIT ?",
      )
      .all(handle, limit) as unknown as Row[];
    return rows.map(({ handle, id, record }) => ({ handle, capability: toCapability(id, record!) }));
  }

  *since(version: number): Generator<{ handle: number; capability: Capability | null }> {
    const rows = this.#database.prepare("SELECT handle, id, record FROM capability WHERE version > ?");
    for (const row of rows.iterate(version)) {
      const { handle, id, record } = row as unknown as Row;
      yield { handle, capability: record === null ? null : toCapability(id, record) };
    }
  }

  write(batch: RecordBatch): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#write(batch);
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
    this.version++;
    for (const { handle } of batch.put) this.nextHandle = Math.max(this.nextHandle, handle + 1);
    this.count += batch.more;
  }

  #write({ put, remove, more, counts }: RecordBatch): void {
    const version = this.version + 1;
    for (const { handle, capability } of put) {
      const { id, ...record } = capability;
      this.#upsert.run(handle, id, version, JSON.stringify(record));
    }
    const bury = this.#database.prepare("UPDATE capability SET version = ?, record = NULL WHERE handle = ?");
    for (const handle of remove) bury.run(version, handle);
    const clear = this.#database.prepare("DELETE FROM attribute WHERE key = ?");
    const add = this.#database.prepare("INSERT INTO attribute (key, kind, capabilities) VALUES (?, ?, ?)");
    for (const [key, kinds] of counts) {
      clear.run(key);
      for (const [kind, capabilities] of Object.entries(kinds)) if (capabilities > 0) add.run(key, kind, capabilities);
    }
    this.#database.prepare("UPDATE batch SET version = ?, capabilities = capabilities + ?").run(version, more);
  }

  close(): void {
    this.#database.close();
  }
}

const toCapability = (id: string, record: string): Capability => ({ id, ...JSON.parse(record) }) as Capability;
