/** The lattice journal (docs/formats/lattice-journal.md): what was acknowledged is in it, in the order in which it happened. */
import { type Fault, fault } from "./fault.ts";

export const MAX_BODY_BYTES = 1 << 24;
/** Bodies that wait for one write. More callers than this wait for the next. */
export const MAX_GROUP = 65_536;
const MAGIC = new TextEncoder().encode("AXLATJ1\n");
/** Size of the body, and the same with all bits turned. */
const HEAD_BYTES = 8;
const CHAIN_BYTES = 16;

/** One file, handed in. `append` resolves when the bytes are durable; `-node` and `-sim` twins exist. */
export interface JournalFile {
  read(): Promise<Uint8Array>;
  append(bytes: Uint8Array): Promise<void>;
  truncate(size_bytes: number): Promise<void>;
  close(): Promise<void>;
}
/** SHA-256. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

interface Waiting {
  readonly body: Uint8Array;
  readonly done: (result: Fault | null) => void;
}

export class Journal {
  readonly #file: JournalFile;
  readonly #sha256: Sha256;
  #chain: Uint8Array;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #broken: Fault | null = null;

  private constructor(file: JournalFile, sha256: Sha256, chain: Uint8Array) {
    this.#file = file;
    this.#sha256 = sha256;
    this.#chain = chain;
  }

  /** Reads all bodies in order through `apply`, cuts off a torn tail, and is then ready to append. Faults: `journal-damaged`. */
  static async open(
    file: JournalFile,
    sha256: Sha256,
    apply: (body: Uint8Array) => void,
  ): Promise<{ journal: Journal; lost_bytes: number } | Fault> {
    const bytes = await file.read();
    if (bytes.length < MAGIC.length) {
      await file.truncate(0);
      await file.append(MAGIC);
      return { journal: new Journal(file, sha256, new Uint8Array(CHAIN_BYTES)), lost_bytes: 0 };
    }
    if (!same(bytes.subarray(0, MAGIC.length), MAGIC))
      return fault("journal-damaged", "The file does not begin as a journal does.", "byte 0");
    const read = readBodies(bytes, sha256, apply);
    if ("refused" in read) return read;
    if (read.end < bytes.length) await file.truncate(read.end);
    return { journal: new Journal(file, sha256, read.chain), lost_bytes: bytes.length - read.end };
  }

  /** Resolves to null when the body is durable. After a failed write nothing is taken any more: `journal-unwritable`. */
  append(body: Uint8Array): Promise<Fault | null> {
    if (this.#broken !== null) return Promise.resolve(this.#broken);
    if (body.length === 0 || body.length > MAX_BODY_BYTES) {
      return Promise.resolve(fault("journal-unwritable", `A body of ${body.length} bytes is not written.`));
    }
    return new Promise((done) => {
      this.#waiting.push({ body, done });
      this.#writing ??= this.#write();
    });
  }

  /** Writes group after group until nobody waits. All callers of one turn share one write. */
  async #write(): Promise<void> {
    await null;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_GROUP);
      const result = this.#broken ?? (await this.#writeGroup(group));
      for (const { done } of group) done(result);
    }
    this.#writing = null;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<Fault | null> {
    const bytes = new Uint8Array(group.reduce((sum, { body }) => sum + HEAD_BYTES + body.length + CHAIN_BYTES, 0));
    let at = 0;
    for (const { body } of group) {
      this.#chain = nextChain(this.#sha256, this.#chain, body);
      const head = new DataView(bytes.buffer, at, HEAD_BYTES);
      head.setUint32(0, body.length, true);
      head.setUint32(4, ~body.length, true);
      bytes.set(body, at + HEAD_BYTES);
      bytes.set(this.#chain, at + HEAD_BYTES + body.length);
      at += HEAD_BYTES + body.length + CHAIN_BYTES;
    }
    try {
      await this.#file.append(bytes);
      return null;
    } catch (error) {
      this.#broken = fault("journal-unwritable", `The journal cannot be written: ${(error as Error).message}`);
      return this.#broken;
    }
  }

  async close(): Promise<void> {
    await this.#writing;
    this.#broken ??= fault("journal-unwritable", "The journal is closed.");
    await this.#file.close();
  }
}

function nextChain(sha256: Sha256, chain: Uint8Array, body: Uint8Array): Uint8Array {
  const joined = new Uint8Array(CHAIN_BYTES + body.length);
  joined.set(chain);
  joined.set(body, CHAIN_BYTES);
  return sha256(joined).subarray(0, CHAIN_BYTES);
}

function readBodies(
  bytes: Uint8Array,
  sha256: Sha256,
  apply: (body: Uint8Array) => void,
): { end: number; chain: Uint8Array } | Fault {
  let chain: Uint8Array = new Uint8Array(CHAIN_BYTES);
  let at = MAGIC.length;
  while (at < bytes.length) {
    const record = readRecord(bytes, at, sha256, chain);
    if (record === "torn") break;
    if (record === "damaged")
      return fault("journal-damaged", "A record does not follow from the one before.", `byte ${at}`);
    apply(record.body);
    chain = record.chain;
    at = record.end;
  }
  return { end: at, chain };
}

type ReadRecord = { readonly body: Uint8Array; readonly chain: Uint8Array; readonly end: number } | "torn" | "damaged";

/** A crash leaves the beginning of what was being written, perhaps with zeros behind it; anything else is damage. */
function readRecord(bytes: Uint8Array, at: number, sha256: Sha256, chain: Uint8Array): ReadRecord {
  if (at + HEAD_BYTES > bytes.length) return "torn";
  const head = new DataView(bytes.buffer, bytes.byteOffset + at, HEAD_BYTES);
  const size = head.getUint32(0, true);
  if (head.getUint32(4, true) !== ~size >>> 0 || size === 0 || size > MAX_BODY_BYTES)
    return zerosFrom(bytes, at + 4 + writtenOf(~size, bytes.subarray(at + 4, at + HEAD_BYTES)));
  const end = at + HEAD_BYTES + size + CHAIN_BYTES;
  if (end > bytes.length) return "torn";
  const body = bytes.subarray(at + HEAD_BYTES, end - CHAIN_BYTES);
  const next = nextChain(sha256, chain, body);
  if (same(next, bytes.subarray(end - CHAIN_BYTES, end))) return { body, chain: next, end };
  return end === bytes.length ? "torn" : zerosFrom(bytes, end);
}

/** How many bytes of a number, least first, stand as they would have been written: the crash may have come in the middle of it. */
function writtenOf(number: number, bytes: Uint8Array): number {
  let count = 0;
  while (count < bytes.length && bytes[count] === ((number >>> (8 * count)) & 0xff)) count++;
  return count;
}

const zerosFrom = (bytes: Uint8Array, at: number): "torn" | "damaged" =>
  bytes.subarray(at).every((byte) => byte === 0) ? "torn" : "damaged";

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
