/** Where capability records are kept. One file of them, handed in; `record-store-node.ts` is it on SQLite (docs/formats/lattice-store.md). */
import type { KindCounts } from "./attribute-dictionary.ts";
import type { Capability } from "./capability.ts";

export interface StoredRecord {
  readonly handle: number;
  readonly capability: Capability;
}

/** One change of the records: all of it is durable, or none. */
export interface RecordBatch {
  readonly put: readonly StoredRecord[];
  /** Handles. */
  readonly remove: readonly number[];
  /** By how many capabilities there are more now. */
  readonly more: number;
  /** New counts of the attributes that it touches. */
  readonly counts: ReadonlyMap<string, KindCounts>;
}

export interface RecordStore {
  /** Batches that were ever written. */
  readonly version: number;
  /** The handle that the next new id gets. */
  readonly nextHandle: number;
  readonly count: number;
  /** Of removed capabilities too: an id keeps its handle for ever. */
  handleOf(id: string): number | undefined;
  idOf(handle: number): string | undefined;
  get(id: string): Capability | null;
  /** By id, byte by byte. */
  page(after: string | null, limit: number): Capability[];
  counts(): Iterable<readonly [key: string, counts: KindCounts]>;
  /** By handle, from this one on. */
  slice(handle: number, limit: number): StoredRecord[];
  /** What was touched after a version; null for what is removed. */
  since(version: number): Iterable<{ readonly handle: number; readonly capability: Capability | null }>;
  /** @throws Error when it cannot be made durable; nothing has happened then. */
  write(batch: RecordBatch): void;
  close(): void;
}
