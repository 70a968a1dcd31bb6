/**
 * Segments: files of a fixed size, filled with zeros and synced before use, so that an append changes no metadata and its
 * sync costs one write to the device. A position counts bytes over all segments; a file is named by its first position.
 */

import { utf8 } from "./bytes.ts";
import type { Disk, DiskFile } from "./disk.ts";
import {
  KIND,
  type LedgerRecord,
  putRecord,
  RECORD_HEADER_BYTES,
  readRecord,
  recordBodyBytes,
} from "./ledger-record.ts";

/** A new segment is as large as all before it, within these bounds: small ledgers stay small. */
export interface SegmentSizes {
  readonly min_bytes: number;
  readonly max_bytes: number;
}
export const SEGMENT_SIZES: SegmentSizes = { min_bytes: 1024 * 1024, max_bytes: 64 * 1024 * 1024 };
/** Zeros are written and synced this many at a time: one long sync at the end would hold up appends. */
const ZEROS_BYTES = 1024 * 1024;
const READ_FIRST_BYTES = 4096;
export const OPEN_FILES_MAX = 16;

export interface Segment {
  readonly start: number;
  readonly capacity: number;
}

const NEXT = "next";
const nameOf = (start: number): string => `${String(start).padStart(16, "0")}.seg`;

export class LedgerSegments {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #sizes: SegmentSizes;
  readonly #list: Segment[] = [];
  readonly #files = new Map<number, OpenFile>();
  #preparing: Promise<Prepared> | null = null;

  constructor(disk: Disk, folder: string, sizes: SegmentSizes) {
    this.#disk = disk;
    this.#folder = folder;
    this.#sizes = sizes;
  }

  /** Lists what is there. A half-made next segment is thrown away: nothing in it was ever counted. */
  async open(): Promise<void> {
    await this.#disk.makeFolder(this.#folder);
    for (const name of await this.#disk.list(this.#folder)) {
      const path = `${this.#folder}/${name}`;
      const start = /^(\d{16})\.seg$/.exec(name)?.[1];
      if (name === NEXT) await this.#disk.remove(path);
      if (start !== undefined) this.#list.push({ start: Number(start), capacity: await sizeOf(this.#disk, path) });
    }
  }

  get list(): readonly Segment[] {
    return this.#list;
  }

  /** Where a gap, an overlap or a missing first segment begins; null when each begins where the one before it ends. */
  gap(): number | null {
    let end = 0;
    for (const segment of this.#list) {
      if (segment.start !== end) return Math.min(end, segment.start);
      end = segment.start + segment.capacity;
    }
    return null;
  }

  get last(): Segment | undefined {
    return this.#list.at(-1);
  }

  holding(position: number): Segment | undefined {
    return this.#list.findLast((segment) => segment.start <= position);
  }

  /** The file of the last segment, for writing; it stays open. */
  async file(segment: Segment): Promise<DiskFile> {
    return this.#open(segment).file;
  }

  /** Up to `length` bytes from the position, within its segment. */
  async read(position: number, length: number): Promise<Uint8Array> {
    const segment = this.holding(position);
    if (segment === undefined) return new Uint8Array(0);
    const open = this.#open(segment);
    open.users++;
    try {
      return await (await open.file).read(position - segment.start, length);
    } finally {
      open.users--;
      await this.#closeUnused();
    }
  }

  #open(segment: Segment): OpenFile {
    const kept = this.#files.get(segment.start);
    if (kept !== undefined) return kept;
    const file = this.#disk.open(`${this.#folder}/${nameOf(segment.start)}`, "update");
    const open: OpenFile = { file, users: 0 };
    this.#files.set(segment.start, open);
    file.catch(() => this.#files.delete(segment.start));
    return open;
  }

  /** Null when no sound record stands there. */
  async record(position: number): Promise<LedgerRecord | null> {
    const first = await this.read(position, READ_FIRST_BYTES);
    if (first.length < RECORD_HEADER_BYTES) return null;
    const length = RECORD_HEADER_BYTES + recordBodyBytes(first, 0);
    return readRecord(length <= first.length ? first : await this.read(position, length), 0);
  }

  /** Makes what was read at start durable: a killed process may have left it in the system's memory only. */
  async settle(): Promise<void> {
    if (this.last !== undefined) await (await this.file(this.last)).sync();
    await this.#disk.syncNames(this.#folder);
  }

  /** Begins to make the segment after the last one. A failure shows when the segment is needed. */
  prepareAhead(): void {
    if (this.#preparing !== null) return;
    this.#preparing = this.#makeNext(0);
    this.#preparing.catch(() => undefined);
  }

  /**
   * Takes the prepared segment into use: head written and synced first, then the name. The head carries the checkpoint of
   * everything before it. @throws DiskError; after `full` nothing has changed and it may be tried again.
   */
  async rotate(note: string, need_bytes: number): Promise<Segment> {
    const head_bytes = RECORD_HEADER_BYTES + utf8(note).length;
    const prepared = await this.#prepared(head_bytes + need_bytes);
    const start = this.last === undefined ? 0 : this.last.start + this.last.capacity;
    const head = new Uint8Array(head_bytes);
    putRecord(head, 0, KIND.head, start, utf8(note));
    await prepared.file.write(0, head);
    await prepared.file.sync();
    await this.#disk.rename(`${this.#folder}/${NEXT}`, `${this.#folder}/${nameOf(start)}`);
    this.#preparing = null;
    const segment = { start, capacity: prepared.capacity };
    this.#list.push(segment);
    this.#files.set(start, { file: Promise.resolve(prepared.file), users: 0 });
    return segment;
  }

  async discardNext(): Promise<void> {
    const preparing = this.#preparing;
    if (preparing === null) return;
    this.#preparing = null;
    const prepared = await preparing.catch(() => null);
    await prepared?.file.close();
    if (await this.#disk.exists(`${this.#folder}/${NEXT}`)) await this.#disk.remove(`${this.#folder}/${NEXT}`);
  }

  async close(): Promise<void> {
    await this.discardNext();
    for (const { file } of this.#files.values()) await (await file).close();
    this.#files.clear();
  }

  /** What was prepared ahead, if that went well; else another try. */
  async #prepared(need_bytes: number): Promise<Prepared> {
    const ahead = await this.#preparing?.catch(() => null);
    if (ahead !== null && ahead !== undefined && ahead.capacity >= need_bytes) return ahead;
    await this.discardNext();
    const made = await this.#makeNext(need_bytes);
    this.#preparing = Promise.resolve(made);
    return made;
  }

  async #makeNext(need_bytes: number): Promise<Prepared> {
    const before = this.last === undefined ? 0 : this.last.start + this.last.capacity;
    const capacity = Math.max(need_bytes, Math.min(Math.max(before, this.#sizes.min_bytes), this.#sizes.max_bytes));
    const path = `${this.#folder}/${NEXT}`;
    if (await this.#disk.exists(path)) await this.#disk.remove(path);
    const file = await this.#disk.open(path, "create");
    try {
      const zeros = new Uint8Array(Math.min(ZEROS_BYTES, capacity));
      for (let at = 0; at < capacity; at += zeros.length)
        await file.writeDurably(at, zeros.subarray(0, Math.min(zeros.length, capacity - at)));
    } catch (error) {
      // The space that it took is needed elsewhere.
      await file.close();
      await this.#disk.remove(path);
      throw error;
    }
    return { file, capacity };
  }

  /** The oldest that nobody reads, while more are open than may be. */
  async #closeUnused(): Promise<void> {
    if (this.#files.size <= OPEN_FILES_MAX) return;
    const [start, open] = [...this.#files].find(([at, { users }]) => users === 0 && at !== this.last?.start) ?? [];
    if (start === undefined || open === undefined) return;
    this.#files.delete(start);
    await (await open.file).close();
  }
}

interface OpenFile {
  readonly file: Promise<DiskFile>;
  /** Reads that are under way. */
  users: number;
}

interface Prepared {
  readonly file: DiskFile;
  readonly capacity: number;
}

async function sizeOf(disk: Disk, path: string): Promise<number> {
  const file = await disk.open(path, "read");
  const size = await file.size();
  await file.close();
  return size;
}
