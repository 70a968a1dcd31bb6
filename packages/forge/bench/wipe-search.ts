/** Looks for a wiped machine's words wherever this machine may have put its memory; what cannot be read is said. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const BLOCK_BYTES = 1 << 20;
/** Shared memory, where machines live; else their files are in the temporary folder. */
export const SHARED_MEMORY = "/dev/shm";
/** Where the programs put their finds that a system hands its core dumps to. */
const DUMP_FOLDERS = ["/var/lib/systemd/coredump", "/var/crash", "/var/spool/abrt", "/cores"];

export interface Search {
  read: number;
  read_bytes: number;
  /** Files that hold one of the words. */
  found: string[];
  /** What could not be read, with the reason. */
  unread: string[];
}

export const nothingYet = (): Search => ({ read: 0, read_bytes: 0, found: [], unread: [] });

/** Every file below the folder. */
export function searchFolder(folder: string, words: readonly string[], search: Search): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    searchFile(join(folder, name), words, search);
}

/** Files that a system writes when a process crashes: `core*` where it stood, and what its handler keeps. */
export function searchDumps(words: readonly string[], search: Search): void {
  const pattern = readFileSync("/proc/sys/kernel/core_pattern", "utf8").trim();
  if (pattern.startsWith("|"))
    search.unread.push(`what ${pattern.slice(1).split(" ")[0]} may keep of core dumps elsewhere`);
  for (const folder of [process.cwd(), "/", ...(pattern.startsWith("/") ? [dirname(pattern)] : [])])
    for (const name of readdirSync(folder).filter((one) => one.startsWith("core")))
      searchFile(join(folder, name), words, search);
  for (const folder of DUMP_FOLDERS) searchFolder(folder, words, search);
}

/** Pages that the kernel put to a disk. A file is read; a device is too big, and what is used of it nobody outside of the kernel can tell. */
export function searchSwap(words: readonly string[], search: Search): void {
  const [, ...lines] = readFileSync("/proc/swaps", "utf8").trim().split("\n");
  for (const line of lines) {
    const [path = "", kind, , used_kib] = line.split(/\s+/);
    if (kind === "file") searchFile(path, words, search);
    else search.unread.push(`swap on ${path} (${used_kib} KiB in use)`);
  }
}

function searchFile(path: string, words: readonly string[], search: Search): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return;
  try {
    const { bytes, has } = holds(path, words);
    search.read++;
    search.read_bytes += bytes;
    if (has) search.found.push(path);
  } catch (fault) {
    // Others' files come and go in shared places.
    if ((fault as NodeJS.ErrnoException).code !== "ENOENT") search.unread.push(`${path}: ${(fault as Error).message}`);
  }
}

function holds(path: string, words: readonly string[]): { bytes: number; has: boolean } {
  const overlap = Math.max(...words.map(({ length }) => length)) - 1;
  const block = Buffer.alloc(BLOCK_BYTES + overlap);
  const fd = openSync(path, "r");
  try {
    for (let bytes = 0, kept = 0; ; ) {
      const count = readSync(fd, block, kept, BLOCK_BYTES, null);
      if (count === 0) return { bytes, has: false };
      bytes += count;
      const filled = block.subarray(0, kept + count);
      if (words.some((word) => filled.includes(word))) return { bytes, has: true };
      kept = Math.min(overlap, filled.length);
      block.copyWithin(0, filled.length - kept, filled.length);
    }
  } finally {
    closeSync(fd);
  }
}
