/** Memory files of machines. They live in RAM, have no name while a machine runs, and are each used by one machine only. */
import {
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  write,
} from "node:fs";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import type { Owner } from "./vm-jail.ts";

export const PAGE_BYTES = 4096;
/** Of st_blocks, whatever the file system's own are (inode(7)). */
const STAT_BLOCK_BYTES = 512;
const SHARED_MEMORY = "/dev/shm";
const SCAN_BYTES = 512 * 1024;
const BLOCK_BYTES = 32 * 1024;
const ZERO = Buffer.alloc(BLOCK_BYTES);

const writeAsync = promisify(write);

/** A piece of memory. Offset in the machine's memory, in bytes. */
export interface Extent {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Linux: a file that never has a name (open(2)). Node has no word for the bit. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** An empty file of that size in RAM, without a name: whoever is killed leaves nothing of it. The descriptor is the caller's to close. */
export function unnamedFile(size_bytes: number, owner: Owner | null): number {
  const folder = existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir();
  const fd = openSync(folder, O_TMPFILE | constants.O_RDWR, 0o600);
  try {
    if (owner) fchownSync(fd, owner.uid, owner.gid);
    ftruncateSync(fd, size_bytes);
    return fd;
  } catch (fault) {
    closeSync(fd);
    throw fault;
  }
}

/** What of a memory file is there: pages that the machine or its template touched. */
export const heldBytes = (fd: number): number => fstatSync(fd).blocks * STAT_BLOCK_BYTES;

/**
 * Writes a template's content into a fresh memory file: sparse, so that it holds what the template touched and no more. By a
 * descriptor of its own: a monitor that ends meanwhile closes the other, whose number may then be another file's.
 */
export async function fillMemory(memory: number, extents: readonly Extent[]): Promise<void> {
  const fd = openSync(`/proc/self/fd/${memory}`, "r+");
  try {
    for (const { offset, bytes } of extents)
      for (let at = 0; at < bytes.length; )
        at += (await writeAsync(fd, bytes, at, bytes.length - at, offset + at)).bytesWritten;
  } finally {
    closeSync(fd);
  }
}

/** A machine's whole memory, most of it zero. */
export class SparseMemory {
  readonly size_bytes: number;
  /** In order of their offsets. */
  readonly extents: readonly Extent[];
  readonly #bytes: Uint8Array;
  /** Of each block, whether anything in it is not zero. */
  readonly #touched: Uint8Array;

  /** Room for pieces of that offset and length, to be filled by the caller. What lies between them costs nothing. */
  constructor(size_bytes: number, pieces: readonly (readonly [offset: number, length: number])[]) {
    this.size_bytes = size_bytes;
    this.#bytes = Buffer.alloc(size_bytes);
    this.#touched = new Uint8Array(size_bytes / BLOCK_BYTES);
    this.extents = pieces.map(([offset, length]) => ({ offset, bytes: this.#bytes.subarray(offset, offset + length) }));
    for (const [offset, length] of pieces)
      this.#touched.fill(1, Math.floor(offset / BLOCK_BYTES), Math.ceil((offset + length) / BLOCK_BYTES));
  }

  /** Bytes of one block. Those that are all zero are the same few, so that comparing with them needs no memory. */
  at(offset: number, length: number): Uint8Array {
    const touched = this.#touched[Math.floor(offset / BLOCK_BYTES)] === 1;
    return touched ? this.#bytes.subarray(offset, offset + length) : ZERO.subarray(0, length);
  }
}

/**
 * The pieces of a memory file that hold something else than `base`, in order. The bytes of one are good until the next is asked
 * for: a whole machine goes through one small buffer, which stays in the processor's cache.
 */
export function* changesOf(fd: number, base: SparseMemory): Generator<Extent, void, void> {
  const buffer = Buffer.allocUnsafe(SCAN_BYTES);
  for (let offset = 0; offset < base.size_bytes; offset += SCAN_BYTES) {
    const bytes = buffer.subarray(0, Math.min(SCAN_BYTES, base.size_bytes - offset));
    readSync(fd, bytes, 0, bytes.length, offset);
    for (const [start, end] of differences(bytes, base, offset))
      yield { offset: offset + start, bytes: bytes.subarray(start, end) };
  }
}

/** Runs of pages that are not the same. Most of a machine is: it is compared in blocks first, and in pages where those differ. */
function* differences(bytes: Buffer, base: SparseMemory, offset: number): Generator<[number, number], void, void> {
  const same = (at: number, size: number): boolean =>
    bytes.compare(base.at(offset + at, size), 0, size, at, at + size) === 0;
  let start: number | null = null;
  for (let at = 0; at < bytes.length; ) {
    const whole = at % BLOCK_BYTES === 0 && same(at, BLOCK_BYTES);
    if (whole || same(at, PAGE_BYTES)) {
      if (start !== null) yield [start, at];
      start = null;
    } else start ??= at;
    at += whole ? BLOCK_BYTES : PAGE_BYTES;
  }
  if (start !== null) yield [start, bytes.length];
}
