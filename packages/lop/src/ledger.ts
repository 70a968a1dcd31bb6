/**
 * The ledger: an append-only, tamper-evident record. Entries are leaves of an RFC 6962 tree; each batch of appends is one
 * write, one signed checkpoint and one sync, and is acknowledged after it. Bytes and recovery: docs/formats/ledger.md.
 */
import { equal, utf8 } from "./bytes.ts";
import { checkpointText, isOrigin } from "./checkpoint.ts";
import { DiskError, type DiskLock } from "./disk.ts";
import { type Answer, Batch } from "./ledger-batch.ts";
import { type LedgerMark, writeMark } from "./ledger-mark.ts";
import {
  type Current,
  type Durable,
  failureRefusal,
  headBytes,
  type LedgerOptions,
  type LedgerRepair,
  type OpenParts,
  openParts,
  ownCheckpoint,
} from "./ledger-open.ts";
import { ENTRY_MAX_BYTES, KIND, RECORD_HEADER_BYTES, readRecord } from "./ledger-record.ts";
import type { LedgerSegments } from "./ledger-segments.ts";
import type { LedgerTiles } from "./ledger-tiles.ts";
import { type LedgerTree, nodePlace, TILE_WIDTH } from "./ledger-tree.ts";
import { consistencyRanges, foldPeaks, HASH_BYTES, inclusionRanges, peaksOf, type Range } from "./merkle.ts";
import { noteSigner } from "./note.ts";
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
/** Such an origin's checkpoint fits into that room. */
export const ORIGIN_MAX_CHARS = 128;
const SPARE_MAX = 4;

export class Ledger {
  readonly repaired: LedgerRepair | null;
  readonly #o: LedgerOptions;
  readonly #lock: DiskLock;
  readonly #segments: LedgerSegments;
  readonly #tiles: LedgerTiles;
  readonly #tree: LedgerTree;
  readonly #sign: (text: string) => string;
  readonly #queue: Batch[] = [];
  #queued_bytes = 0;
  /** Buffers of batches that are done, for the next ones. */
  readonly #spare: Uint8Array[] = [];
  /** Index that the next append gets. */
  #next: number;
  #durable: Durable;
  #current: Current;
  #marked: number;
  #running: Promise<void> | null = null;
  #marking: Promise<void> | null = null;
  #poison: Refusal | null = null;
  #cosigned: { size: number; note: string } | null = null;
  #edgeRoots: { size: number; roots: Map<number, Uint8Array> } = { size: 0, roots: new Map() };
  #closing: Promise<void> | null = null;

  private constructor(o: LedgerOptions, parts: OpenParts) {
    this.#o = o;
    this.#lock = parts.lock;
    this.#segments = parts.segments;
    this.#tiles = parts.tiles;
    this.#tree = parts.tree;
    this.#sign = noteSigner(o.crypto, o.signer, o.origin);
    this.#durable = parts.durable;
    this.#current = parts.current;
    this.#next = parts.durable.size;
    this.#marked = parts.marked;
    this.repaired = parts.repaired;
  }

  /**
   * Refusals: `home-in-use` (another holder), `ledger-damaged`, `ledger-unwritable`, `disk-full`.
   * @throws TypeError on an origin that no checkpoint can carry.
   */
  static async open(o: LedgerOptions): Promise<Ledger | Refusal> {
    if (!isOrigin(o.origin) || o.origin.length > ORIGIN_MAX_CHARS) throw new TypeError("not an origin of a ledger");
    try {
      const parts = await openParts(o);
      if ("refused" in parts) return parts;
      const ledger = new Ledger(o, parts);
      const no = await ledger.#recallCosigned();
      if (no !== null) await ledger.close();
      return no ?? ledger;
    } catch (error) {
      if (error instanceof DiskError) return failureRefusal(error);
      throw error;
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
    const batch = this.#openBatch(record_bytes);
    batch.add(this.#o.crypto, entry);
    this.#queued_bytes += record_bytes;
    this.#next++;
    return new Promise((resolve) => {
      batch.waiters.push(resolve);
      // Not at once: whatever else is appended in this turn belongs to the same batch.
      this.#running ??= Promise.resolve().then(() => this.#run());
    });
  }

  #openBatch(record_bytes: number): Batch {
    const last = this.#queue.at(-1);
    if (last !== undefined && last.used + record_bytes <= BATCH_MAX_BYTES) return last;
    const batch = new Batch(this.#next, this.#spare.pop() ?? null);
    this.#queue.push(batch);
    return batch;
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

  /**
   * C2SP tlog-proof text of the entry, against the latest cosigned checkpoint that covers it, else against the latest.
   * @throws RangeError when there is no such entry.
   */
  async prove(index: number): Promise<string> {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size)
      throw new RangeError(`the ledger has ${this.size} entries; there is none at ${index}`);
    const { size, note } = this.#cosigned !== null && index < this.#cosigned.size ? this.#cosigned : this.#durable;
    const path = await this.#hashes(inclusionRanges(index, size), size);
    return tlogProofText(index, path, note);
  }

  /**
   * Proof that the tree of `older` entries is the beginning of the latest one (RFC 6962 §2.1.2), or of the one of
   * `newer`. @throws RangeError when they are not 1 ≤ older ≤ newer ≤ size.
   */
  async proveConsistency(older: number, newer: number = this.size): Promise<Uint8Array[]> {
    if (!Number.isSafeInteger(older) || older < 1 || older > newer || newer > this.size)
      throw new RangeError(`no consistency proof from ${older} to ${newer} in a ledger of ${this.size} entries`);
    return this.#hashes(consistencyRanges(older, newer), newer);
  }

  /**
   * Keeps signature lines of witnesses under a checkpoint of this ledger, on disk too: the next start holds the ledger
   * against it. Whoever calls has verified them (`cosignLedger`).
   */
  async keepCosigned(note: string, lines: readonly string[]): Promise<void> {
    const checkpoint = ownCheckpoint(this.#o, note);
    if (checkpoint === null || checkpoint.size > this.size || checkpoint.size < (this.#cosigned?.size ?? 0)) return;
    const before = checkpoint.size === this.#cosigned?.size ? this.#cosigned.note : note;
    const fresh = lines.filter((line) => !before.includes(line));
    this.#cosigned = { size: checkpoint.size, note: before + fresh.join("") };
    await this.#o.disk.writeAtomic(`${this.#o.folder}/cosigned`, utf8(this.#cosigned.note));
  }

  /** The first `width` hashes of a tile, as tlog-tiles names it; they must be below `size`. @throws RangeError otherwise. */
  async tile(level: number, index: number, width: number): Promise<Uint8Array> {
    if ((index * TILE_WIDTH + width) * TILE_WIDTH ** level > this.size)
      throw new RangeError(`the ledger of ${this.size} entries has no such tile`);
    const tile = this.#tree.edge(level, index) ?? (await this.#fullTile(level, index));
    return tile.slice(0, width * HASH_BYTES);
  }

  /** Waits for what was appended, writes the mark, lets go of the folder. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#running;
    await this.#marking;
    if (this.#poison === null && this.#marked < this.size) await this.#mark().catch(() => undefined);
    await this.#segments.close();
    await this.#tiles.close();
    await this.#lock.release();
  }

  /** What witnesses have signed must still be the beginning of this ledger. */
  async #recallCosigned(): Promise<Refusal | null> {
    const path = `${this.#o.folder}/cosigned`;
    if (!(await this.#o.disk.exists(path))) return null;
    const note = new TextDecoder().decode(await this.#o.disk.read(path));
    const checkpoint = ownCheckpoint(this.#o, note);
    if (checkpoint === null) return refuse("ledger-damaged", "The cosigned checkpoint is not one of this ledger.");
    const { size, root } = checkpoint;
    if (size > this.size)
      return refuse("ledger-damaged", `Witnesses have signed ${size} entries, and there are ${this.size}.`);
    const found = await this.#rangeRoot({ start: 0, end: size });
    if (!equal(found, root))
      return refuse("ledger-damaged", `Witnesses have signed another beginning of ${size} entries.`);
    this.#cosigned = { size, note };
    return null;
  }

  #refusal(entry: Uint8Array): Refusal | null {
    if (this.#poison !== null) return this.#poison;
    if (this.#closing !== null) return refuse("ledger-unwritable", "The ledger is closed.", "Open it again.");
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
    for (let batch = this.#queue.shift(); batch !== undefined; batch = this.#queue.shift()) {
      const commit = this.#commit(batch);
      settle?.();
      settle = await commit;
    }
    this.#running = null;
    settle?.();
  }

  /** Resolves to the waking of the batch's writers. */
  async #commit(batch: Batch): Promise<() => void> {
    try {
      if (this.#roomLeft() < batch.used + NOTE_ROOM_BYTES) await this.#rotate(batch);
    } catch (error) {
      const refusal = failureRefusal(error);
      return this.#refuseAll(batch, refusal, refusal.refused !== "disk-full");
    }
    try {
      const note = this.#seal(batch);
      const { segment, file } = this.#current;
      const { position } = this.#durable;
      await file.writeDurably(position - segment.start, batch.bytes.subarray(0, batch.used));
      this.#durable = { size: this.#tree.size, note, position: position + batch.used };
    } catch (error) {
      // Bytes may have reached the disk or not; a second try would build on what nobody knows.
      return this.#refuseAll(batch, failureRefusal(error), true);
    }
    this.#queued_bytes -= batch.entry_bytes;
    if (this.#spare.length < SPARE_MAX) this.#spare.push(batch.bytes);
    this.#keepUp();
    return () => batch.settle((index) => ({ index }));
  }

  /** Refuses the batch and all that waits behind it, now or (`forGood`) for as long as this ledger is open. */
  #refuseAll(batch: Batch, refusal: Refusal, forGood: boolean): () => void {
    const refused = [batch, ...this.#queue];
    this.#queue.length = 0;
    this.#queued_bytes = 0;
    this.#next = this.#durable.size;
    if (forGood) this.#poison = stopped(refusal);
    return () => {
      for (const one of refused) one.settle(() => refusal);
    };
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
    const note = this.#sign(checkpointText(this.#o.origin, this.#tree.size, this.#tree.root()));
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
    if (this.#roomLeft() * 2 < this.#current.segment.capacity) this.#segments.prepareAhead();
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
    const refusal = failureRefusal(error);
    if (refusal.refused !== "disk-full") this.#poison ??= stopped(refusal);
  }

  /** Roots of the ranges of a proof in the tree of `size`. */
  async #hashes(ranges: readonly Range[], size: number): Promise<Uint8Array[]> {
    const roots: Uint8Array[] = [];
    for (const range of ranges) roots.push(this.#edgeRoot(range, size) ?? (await this.#rangeRoot(range)));
    if (this.#edgeRoots.size !== size) this.#edgeRoots = { size, roots: new Map() };
    for (const [i, range] of ranges.entries())
      if (range.end === size) this.#edgeRoots.roots.set(range.start, roots[i]!);
    return roots;
  }

  /** Ranges that end where the tree ends are few, are the same for every entry, and are the only ones to be hashed. */
  #edgeRoot(range: Range, size: number): Uint8Array | undefined {
    return range.end === size && this.#edgeRoots.size === size ? this.#edgeRoots.roots.get(range.start) : undefined;
  }

  async #rangeRoot(range: Range): Promise<Uint8Array> {
    const peaks: Uint8Array[] = [];
    for (const peak of peaksOf(range)) {
      const { level, tile, offset } = nodePlace(peak);
      const bytes =
        this.#tree.edge(level, tile) ?? this.#tiles.near(level, tile) ?? (await this.#fullTile(level, tile));
      peaks.push(bytes.subarray(offset, offset + HASH_BYTES));
    }
    return foldPeaks(this.#o.crypto, peaks);
  }

  async #fullTile(level: number, index: number): Promise<Uint8Array> {
    const tile = await this.#tiles.tile(level, index);
    if (tile === null) throw new DiskError("io", `hash tile ${level}/${index} is damaged`);
    return tile;
  }
}

const stopped = ({ why }: Refusal): Refusal => refuse("ledger-unwritable", `The ledger has stopped. ${why}`);
