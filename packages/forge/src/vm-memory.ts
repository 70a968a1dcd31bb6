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
const BLOCK_BYTES = 512;
const SHARED_MEMORY = "/dev/shm";
const SCAN_BYTES = 512 * 1024;
const ZERO = Buffer.alloc(SCAN_BYTES);

const writeAsync = promisify(write);

/** A piece of memory that is not all zero. Offset in the machine's memory, in bytes. */
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
export const heldBytes = (fd: number): number => fstatSync(fd).blocks * BLOCK_BYTES;

/** A memory file with a template's content: sparse, so that it holds what the template touched and no more. */
export async function memoryOf(extents: readonly Extent[], size_bytes: number, owner: Owner | null): Promise<number> {
  const fd = unnamedFile(size_bytes, owner);
  try {
    for (const { offset, bytes } of extents)
      for (let at = 0; at < bytes.length; )
        at += (await writeAsync(fd, bytes, at, bytes.length - at, offset + at)).bytesWritten;
    return fd;
  } catch (fault) {
    closeSync(fd);
    throw fault;
  }
}

/**
 * The pieces of a memory file that hold something, in order. The bytes of one are good until the next is asked for: a whole
 * machine goes through one small buffer, which stays in the processor's cache.
 */
export function* extentsOf(fd: number, size_bytes: number): Generator<Extent, void, void> {
  const buffer = Buffer.allocUnsafe(SCAN_BYTES);
  for (let offset = 0; offset < size_bytes; offset += SCAN_BYTES) {
    const bytes = buffer.subarray(0, Math.min(SCAN_BYTES, size_bytes - offset));
    readSync(fd, bytes, 0, bytes.length, offset);
    if (bytes.equals(ZERO.subarray(0, bytes.length))) continue;
    for (let at = 0; at < bytes.length; ) {
      const [start, end] = nextPiece(bytes, at);
      if (end > start) yield { offset: offset + start, bytes: bytes.subarray(start, end) };
      at = end;
    }
  }
}

/** From the first page at or after `at` that is not zero to the next that is. */
function nextPiece(bytes: Buffer, at: number): [start: number, end: number] {
  let start = at;
  while (start < bytes.length && isZero(bytes, start)) start += PAGE_BYTES;
  let end = start;
  while (end < bytes.length && !isZero(bytes, end)) end += PAGE_BYTES;
  return [start, end];
}

/** A full page most often shows itself at its begin or its middle; only the rest is compared byte by byte. */
const isZero = (bytes: Buffer, page: number): boolean =>
  bytes[page] === 0 &&
  bytes[page + PAGE_BYTES / 2] === 0 &&
  bytes.compare(ZERO, 0, PAGE_BYTES, page, page + PAGE_BYTES) === 0;
