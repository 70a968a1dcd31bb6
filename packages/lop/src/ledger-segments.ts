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
  readonly #files = new Map<number, DiskFile>();
  #preparing: Promise<Prepared> | null = null;

  private constructor(disk: Disk, folder: string, sizes: SegmentSizes) {
    this.#disk = disk;
    this.#folder = folder;
    this.#sizes = sizes;
  }

  /** Lists what is there. A half-made next segment is thrown away: nothing in it was ever counted. */
  static async open(disk: Disk, folder: string, sizes: SegmentSizes): Promise<LedgerSegments> {
    const segments = new LedgerSegments(disk, folder, sizes);
    await disk.makeFolder(folder);
    for (const name of await disk.list(folder)) {
      const start = /^(\d{16})\.seg$/.exec(name)?.[1];
      if (name === NEXT) await disk.remove(`${folder}/${name}`);
      if (start !== undefined)
        segments.#list.push({ start: Number(start), capacity: await sizeOf(disk, `${folder}/${name}`) });
    }
    return segments;
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

  async file(segment: Segment): Promise<DiskFile> {
    const kept = this.#files.get(segment.start);
    if (kept !== undefined) return kept;
    const file = await this.#disk.open(`${this.#folder}/${nameOf(segment.start)}`, "update");
    const raced = this.#files.get(segment.start);
    if (raced !== undefined) {
      await file.close();
      return raced;
    }
    this.#files.set(segment.start, file);
    if (this.#files.size > OPEN_FILES_MAX) await this.#closeOldest();
    return file;
  }

  /** Up to `length` bytes from the position, within its segment. */
  async read(position: number, length: number): Promise<Uint8Array> {
    const segment = this.holding(position);
    if (segment === undefined) return new Uint8Array(0);
    return (await this.file(segment)).read(position - segment.start, length);
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
    this.#files.set(start, prepared.file);
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
    for (const file of this.#files.values()) await file.close();
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

  async #closeOldest(): Promise<void> {
    const oldest = [...this.#files.keys()].find((start) => start !== this.last?.start);
    if (oldest === undefined) return;
    const file = this.#files.get(oldest)!;
    this.#files.delete(oldest);
    await file.close();
  }
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
