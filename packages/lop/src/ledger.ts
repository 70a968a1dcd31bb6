/**
 * The ledger: an append-only, tamper-evident record. Entries are leaves of an RFC 6962 tree; each batch of appends is one
 * write, one signed checkpoint and one sync, and is acknowledged after it. Bytes and recovery: docs/formats/ledger.md.
 */
import { signCheckpoint } from "./checkpoint.ts";
import { DiskError, type DiskLock } from "./disk.ts";
import { type Answer, Batch } from "./ledger-batch.ts";
import { type LedgerMark, writeMark } from "./ledger-mark.ts";
import {
  type Current,
  type Durable,
  diskRefusal,
  headBytes,
  type LedgerOptions,
  type LedgerRepair,
  type OpenParts,
  openParts,
} from "./ledger-open.ts";
import { ENTRY_MAX_BYTES, KIND, RECORD_HEADER_BYTES, readRecord } from "./ledger-record.ts";
import type { LedgerSegments } from "./ledger-segments.ts";
import type { LedgerTiles } from "./ledger-tiles.ts";
import { type LedgerTree, type NodePlace, nodePlace } from "./ledger-tree.ts";
import { foldPeaks, HASH_BYTES, inclusionRanges, peaksOf, type Range } from "./merkle.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { tlogProofText } from "./tlog-proof.ts";

export type { LedgerOptions, LedgerRepair } from "./ledger-open.ts";

/** Entries of one batch together; the next batch begins beyond. */
export const BATCH_MAX_BYTES = 512 * 1024;
/** Entries that wait for their sync together; beyond it appends are refused until some are durable. */
export const QUEUE_MAX_BYTES = 32 * 1024 * 1024;
/** A mark is written after so many entries, so that no start has to read more than about that many. */
export const MARK_EVERY_ENTRIES = 16_384;
export const LEDGER_MAX_ENTRIES = 2 ** 48;
const SCAN_BYTES = 1024 * 1024;

/** Room kept for a checkpoint's record behind a batch. */
const NOTE_ROOM_BYTES = 1024;

export class Ledger {
  readonly repaired: LedgerRepair | null;
  readonly #o: LedgerOptions;
  readonly #lock: DiskLock;
  readonly #segments: LedgerSegments;
  readonly #tiles: LedgerTiles;
  readonly #tree: LedgerTree;
  readonly #queue: Batch[] = [];
  #queued_bytes = 0;
  /** Index that the next append gets. */
  #next: number;
  #durable: Durable;
  #current: Current;
  #marked: number;
  #running: Promise<void> | null = null;
  #marking: Promise<void> | null = null;
  #poison: Refusal | null = null;
  #closed = false;

  private constructor(o: LedgerOptions, parts: OpenParts) {
    this.#o = o;
    this.#lock = parts.lock;
    this.#segments = parts.segments;
    this.#tiles = parts.tiles;
    this.#tree = parts.tree;
    this.#durable = parts.durable;
    this.#current = parts.current;
    this.#next = parts.durable.size;
    this.#marked = parts.marked;
    this.repaired = parts.repaired;
  }

  /** Refusals: `home-in-use` (another holder), `ledger-damaged`, `ledger-unwritable`, `disk-full`. */
  static async open(o: LedgerOptions): Promise<Ledger | Refusal> {
    try {
      await o.disk.makeFolder(o.folder);
      const lock = await o.disk.lock(`${o.folder}/lock`);
      if (lock === null) return refuse("home-in-use", `Another process writes the ledger in ${o.folder}.`);
      const parts = await openParts(o, lock).catch(async (error: unknown) => {
        await lock.release();
        throw error;
      });
      if ("refused" in parts) {
        await lock.release();
        return parts;
      }
      return new Ledger(o, parts);
    } catch (error) {
      return diskRefusal(error);
    }
  }

  /** Entries that are durable and under a signed checkpoint. */
  get size(): number {
    return this.#durable.size;
  }

  /** The latest signed checkpoint. */
  checkpoint(): string {
    return this.#durable.note;
  }

  /**
   * Resolves when the entry is durable and under a signed checkpoint. The bytes are copied at once.
   * Refusals: `entry-too-large`, `ledger-busy`, `disk-full` (nothing of the batch is kept; try again), `ledger-unwritable` (for good).
   */
  append(entry: Uint8Array): Promise<Answer> {
    const no = this.#refusal(entry);
    if (no !== null) return Promise.resolve(no);
    const record_bytes = RECORD_HEADER_BYTES + entry.length;
    let batch = this.#queue.at(-1);
    if (batch === undefined || batch.used + record_bytes > BATCH_MAX_BYTES) {
      batch = new Batch(this.#next);
      this.#queue.push(batch);
    }
    this.#queued_bytes += record_bytes;
    const index = this.#next++;
    batch.add(this.#o.crypto, index, entry);
    const waiting = batch;
    return new Promise((resolve) => {
      waiting.waiters.push(resolve);
      this.#running ??= Promise.resolve().then(() => this.#run());
    });
  }

  /** Refusals: `entry-unknown`, `ledger-damaged`. */
  async read(index: number): Promise<Uint8Array | Refusal> {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size)
      return refuse("entry-unknown", `The ledger has ${this.size} entries; there is none at ${index}.`);
    const position = await this.#tiles.position(index);
    const record = position === null ? null : await this.#segments.record(position);
    if (record === null || record.kind !== KIND.entry || record.number !== index)
      return refuse("ledger-damaged", `Entry ${index} does not stand where it was written.`);
    return record.body.slice();
  }

  /** Entries `from` up to, not including, `to`. @throws DiskError `io` where the ledger is damaged. */
  async *entries(from: number, to: number = this.size): AsyncIterable<{ index: number; entry: Uint8Array }> {
    if (from >= Math.min(to, this.size)) return;
    let position = await this.#tiles.position(from);
    for (let index = from; index < Math.min(to, this.size); ) {
      if (position === null) throw new DiskError("io", `entry ${index} does not stand where it was written`);
      const chunk = await this.#segments.read(position, SCAN_BYTES);
      let at = 0;
      for (let record = readRecord(chunk, at); record !== null; record = readRecord(chunk, at)) {
        at += record.size_bytes;
        if (record.kind !== KIND.entry) continue;
        if (record.number !== index) throw new DiskError("io", `entry ${record.number} where ${index} belongs`);
        yield { index: index++, entry: record.body.slice() };
        if (index >= to) return;
      }
      position = at > 0 ? position + at : null;
      if (position !== null && index < this.size) position = (await this.#tiles.position(index)) ?? position;
    }
  }

  /** C2SP tlog-proof text of the entry against the latest checkpoint. @throws RangeError when there is no such entry. */
  async prove(index: number): Promise<string> {
    const { size, note } = this.#durable;
    if (!Number.isSafeInteger(index) || index < 0 || index >= size)
      throw new RangeError(`the ledger has ${size} entries; there is none at ${index}`);
    const path = await this.#hashes(inclusionRanges(index, size));
    return tlogProofText(index, path, note);
  }

  /** Waits for what was appended, writes the mark, lets go of the folder. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running;
    await this.#marking;
    if (this.#poison === null && this.#marked < this.size) await this.#mark().catch(() => undefined);
    await this.#segments.close();
    await this.#tiles.close();
    await this.#lock.release();
  }

  #refusal(entry: Uint8Array): Refusal | null {
    if (this.#poison !== null) return this.#poison;
    if (this.#closed) return refuse("ledger-unwritable", "The ledger is closed.", "Open it again.");
    if (entry.length > ENTRY_MAX_BYTES)
      return refuse("entry-too-large", `The entry has ${entry.length} bytes; the limit is ${ENTRY_MAX_BYTES}.`);
    if (this.#next >= LEDGER_MAX_ENTRIES) return refuse("ledger-unwritable", "The ledger has 2^48 entries.");
    if (this.#queued_bytes + entry.length > QUEUE_MAX_BYTES)
      return refuse("ledger-busy", `More than ${QUEUE_MAX_BYTES} bytes wait to be written.`);
    return null;
  }

  /** Commits batch after batch; the writers of one are woken while the next is being written. */
  async #run(): Promise<void> {
    let settle: (() => void) | null = null;
    while (this.#queue.length > 0) {
      const commit = this.#commit(this.#queue[0]!);
      settle?.();
      settle = await commit;
    }
    this.#running = null;
    settle?.();
  }

  /** Resolves to the waking of the batch's writers. */
  async #commit(batch: Batch): Promise<() => void> {
    let sealed = false;
    try {
      if (this.#roomLeft() < batch.used + NOTE_ROOM_BYTES) await this.#rotate(batch);
      sealed = true;
      this.#queue.shift();
      const note = this.#seal(batch);
      const { segment, file } = this.#current;
      const position = this.#durable.position + batch.used;
      await file.writeDurably(this.#durable.position - segment.start, batch.bytes.subarray(0, batch.used));
      this.#durable = { size: this.#tree.size, note, position };
      this.#queued_bytes -= batch.entry_bytes;
      this.#keepUp();
      return () => batch.settle((index) => ({ index }));
    } catch (error) {
      return this.#fail(diskRefusal(error), sealed ? [batch, ...this.#queue] : this.#queue, sealed);
    }
  }

  #roomLeft(): number {
    return this.#current.segment.start + this.#current.segment.capacity - this.#durable.position;
  }

  async #rotate(batch: Batch): Promise<void> {
    const segment = await this.#segments.rotate(this.#durable.note, batch.used + NOTE_ROOM_BYTES);
    this.#current = { segment, file: await this.#segments.file(segment) };
    this.#durable = { ...this.#durable, position: segment.start + headBytes(this.#durable.note) };
  }

  /** Puts the batch's leaves into the tree and the signed checkpoint behind its entries. */
  #seal(batch: Batch): string {
    for (const leaf of batch.leaves) this.#tree.append(leaf);
    for (const offset of batch.offsets) this.#tiles.addPosition(this.#durable.position + offset);
    const { crypto, signer, origin } = this.#o;
    const note = signCheckpoint(crypto, signer, { origin, size: this.#tree.size, root: this.#tree.root() });
    batch.addCheckpoint(this.#tree.size, note);
    return note;
  }

  /** Background work behind a durable batch: the mark, and the segment after this one. */
  #keepUp(): void {
    const { mark_every_entries = MARK_EVERY_ENTRIES } = this.#o;
    if (this.#marking === null && this.size - this.#marked >= mark_every_entries)
      this.#marking = this.#mark()
        .catch((error: unknown) => this.#markFailed(error))
        .finally(() => {
          this.#marking = null;
        });
    // A failure to prepare shows when the segment is needed; until then there is nothing to say.
    if (this.#roomLeft() * 2 < this.#current.segment.capacity) this.#segments.prepare().catch(() => undefined);
  }

  /** Everything up to here is on disk: tiles and positions first, the mark after them. */
  async #mark(): Promise<void> {
    const { note, position, size } = this.#durable;
    const mark: LedgerMark = { checkpoint: note, position, rows: this.#tree.rows() };
    await this.#tiles.flush(size);
    await writeMark(this.#o.disk, `${this.#o.folder}/mark`, this.#o.crypto, mark);
    this.#marked = size;
  }

  /** A full disk only makes the next start longer; any other failure means that the disk cannot be trusted. */
  #markFailed(error: unknown): void {
    const refusal = diskRefusal(error);
    if (refusal.refused !== "disk-full") this.#poison ??= refusal;
  }

  /** Refuses all that waits. Once bytes may have reached the disk, or its state is unknown, the ledger stays stopped. */
  #fail(refusal: Refusal, batches: readonly Batch[], sealed: boolean): () => void {
    const failed = [...batches];
    this.#queue.length = 0;
    this.#queued_bytes = 0;
    this.#next = this.#durable.size;
    if (sealed || refusal.refused !== "disk-full") this.#poison = refusal;
    return () => {
      for (const batch of failed) batch.settle(() => refusal);
    };
  }

  /** Roots of ranges that end within the durable tree. */
  async #hashes(ranges: readonly Range[]): Promise<Uint8Array[]> {
    const peaks = ranges.map((range) => peaksOf(range).map(nodePlace));
    const tiles = new Map<string, Uint8Array>();
    for (const { level, tile } of peaks.flat()) {
      const key = `${level}/${tile}`;
      if (!tiles.has(key)) tiles.set(key, this.#tree.edge(level, tile) ?? (await this.#fullTile(level, tile)));
    }
    const hash = (place: NodePlace) =>
      tiles.get(`${place.level}/${place.tile}`)!.subarray(place.offset, place.offset + HASH_BYTES);
    return peaks.map((places) => foldPeaks(this.#o.crypto, places.map(hash)));
  }

  async #fullTile(level: number, index: number): Promise<Uint8Array> {
    const tile = await this.#tiles.tile(level, index);
    if (tile === null) throw new DiskError("io", `hash tile ${level}/${index} is damaged`);
    return tile;
  }
}
