/**
 * What became of permits, on disk: an append-only file of checked lines. Grants, revocations and spending are durable before
 * they count. A torn last line was never acknowledged and is cut off; damage before it is refused. Format: docs/formats/permit.md.
 */
import { z } from "zod";
import { fromUtf8, toHex, utf8 } from "./bytes.ts";
import type { Crypto } from "./crypto.ts";
import { type Disk, DiskError, type DiskFile } from "./disk.ts";
import { Digest, Envelope } from "./record.ts";
import { type Refusal, refuse } from "./refusal.ts";

export const PERMIT_JOURNAL_FILE = "permits.journal";
/** From this size on, and then at each doubling, the journal is written anew with only what still matters. */
export const PERMIT_JOURNAL_COMPACT_BYTES = 1024 * 1024;
export const PERMIT_JOURNAL_MAX_BYTES = 256 * 1024 * 1024;
const CHECK_LETTERS = 16;
const LINE_FEED = 0x0a;

const Count = z.int().nonnegative();
const Entry = z.strictObject({
  t: z.number().nonnegative(),
  wall: z.number(),
  boot: z.string().nullable(),
  up: z.number(),
  do: z.union([
    z.strictObject({ grant: Envelope }),
    z.strictObject({ revoke: z.string() }),
    z.strictObject({ use: z.string(), uses: Count, bytes: Count }),
    z.strictObject({ ended: z.array(Digest) }),
    z.strictObject({ mark: z.literal(true) }),
  ]),
});
export type PermitEntry = z.infer<typeof Entry>;
/** A line holds what was written and synced together: a torn write then spoils one line, the last, and never one before a good one. */
const Line = z.array(Entry);

export class PermitJournal {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #crypto: Crypto;
  #file: DiskFile;
  #size: number;
  #compact_at: number;
  /** Entries that stand for everything so far, those that still wait to be written included. */
  #snapshot: () => PermitEntry[] = () => [];
  #waiting: PermitEntry[] = [];
  #flush: Promise<void> | null = null;
  #failure: unknown = null;

  private constructor(disk: Disk, path: string, crypto: Crypto, file: DiskFile, size: number) {
    this.#disk = disk;
    this.#path = path;
    this.#crypto = crypto;
    this.#file = file;
    this.#size = size;
    this.#compact_at = PERMIT_JOURNAL_COMPACT_BYTES;
  }

  static async open(
    disk: Disk,
    folder: string,
    crypto: Crypto,
  ): Promise<{ journal: PermitJournal; entries: PermitEntry[] } | Refusal> {
    const path = `${folder}/${PERMIT_JOURNAL_FILE}`;
    await disk.makeFolder(folder);
    const file = await disk.open(path, "update");
    const size = await file.size();
    const read = size > PERMIT_JOURNAL_MAX_BYTES ? null : readLines(crypto, await file.read(0, size));
    if (read === null || read.damaged) {
      await file.close();
      return refuse("permits-damaged", `${path} is damaged${read === null ? "" : ` at byte ${read.end}`}.`);
    }
    if (read.end < size) {
      await file.truncate(read.end);
      await file.sync();
    }
    return { journal: new PermitJournal(disk, path, crypto, file, read.end), entries: read.entries };
  }

  compactWith(snapshot: () => PermitEntry[]): void {
    this.#snapshot = snapshot;
  }

  /** Resolves when durable; those who wait together share one sync. @throws what the disk threw, then and for ever. */
  async append(entry: PermitEntry): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    this.#waiting.push(entry);
    while (this.#waiting.includes(entry)) {
      this.#flush ??= this.#write();
      await this.#flush;
    }
    if (this.#failure !== null) throw this.#failure;
  }

  async close(): Promise<void> {
    await this.#file.close();
    this.#failure ??= new DiskError("io", "the permit journal is closed");
  }

  /** One write and one sync for all that wait. A failed sync leaves the file in doubt: the journal takes nothing more. */
  async #write(): Promise<void> {
    const batch = this.#waiting.slice();
    try {
      if (this.#size > this.#compact_at) await this.#rewrite(this.#line(this.#snapshot()));
      else await this.#extend(this.#line(batch));
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#waiting = this.#waiting.slice(batch.length);
      this.#flush = null;
    }
  }

  async #extend(bytes: Uint8Array): Promise<void> {
    await this.#file.write(this.#size, bytes);
    await this.#file.sync();
    this.#size += bytes.length;
  }

  async #rewrite(bytes: Uint8Array): Promise<void> {
    await this.#disk.writeAtomic(this.#path, bytes);
    await this.#file.close();
    this.#file = await this.#disk.open(this.#path, "update");
    this.#size = bytes.length;
    this.#compact_at = Math.max(PERMIT_JOURNAL_COMPACT_BYTES, 2 * bytes.length);
  }

  #line(entries: readonly PermitEntry[]): Uint8Array {
    const text = JSON.stringify(entries);
    return utf8(`${checkOf(this.#crypto, utf8(text))} ${text}\n`);
  }
}

const checkOf = (crypto: Crypto, bytes: Uint8Array): string => toHex(crypto.sha256(bytes)).slice(0, CHECK_LETTERS);

/** Entries up to the first bad line. It is damage, not a torn tail, when a good line follows it. */
function readLines(crypto: Crypto, bytes: Uint8Array): { entries: PermitEntry[]; end: number; damaged: boolean } {
  const entries: PermitEntry[] = [];
  let end = 0;
  let bad = false;
  for (let at = 0; at < bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, at);
    const line = feed < 0 ? null : readLine(crypto, bytes.subarray(at, feed));
    if (line !== null && bad) return { entries, end, damaged: true };
    if (line === null) bad = true;
    else {
      entries.push(...line);
      end = feed + 1;
    }
    at = feed < 0 ? bytes.length : feed + 1;
  }
  return { entries, end, damaged: false };
}

function readLine(crypto: Crypto, line: Uint8Array): PermitEntry[] | null {
  const text = line.subarray(CHECK_LETTERS + 1);
  try {
    if (fromUtf8(line.subarray(0, CHECK_LETTERS + 1)) !== `${checkOf(crypto, text)} `) return null;
    return Line.parse(JSON.parse(fromUtf8(text)));
  } catch {
    return null;
  }
}
