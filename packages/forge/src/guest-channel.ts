/**
 * The wire between the host and one guest worker: shared memory with a few control words and a ring for what the guest
 * prints. Whatever is in the ring survives the end of the worker, and a full ring makes the guest wait: that is the
 * back-pressure. The guest's program never sees any of this; only our code around the interpreter does.
 */

/** Bytes of output that may wait for the reader. A power of two. */
export const RING_BYTES = 128 * 1024;
/** Most payload of one frame in the ring. */
const FRAME_BYTES = 16 * 1024;
const FRAME_HEAD_BYTES = 5;

const WORDS = 16;
const CLAIMED = 0;
const READER_ASLEEP = 1;
const READ_AT = 2;
const WRITTEN_TO = 3;
const PEAK_PAGES = 4;
const NEVER = 5;
const ENDED = 6;

export type OutputStream = "stdout" | "stderr";

export const newChannel = (): SharedArrayBuffer => new SharedArrayBuffer(WORDS * 4 + RING_BYTES);

const wordsOf = (shared: SharedArrayBuffer): Int32Array => new Int32Array(shared, 0, WORDS);
const ringOf = (shared: SharedArrayBuffer): Uint8Array => new Uint8Array(shared, WORDS * 4, RING_BYTES);

/** The guest's end. `wake` posts a message to the reader; it is called only when the reader sleeps. */
export class ChannelWriter {
  #words: Int32Array;
  #ring: Uint8Array;
  #wake: () => void;
  #left_bytes = 0;

  constructor(shared: SharedArrayBuffer, wake: () => void) {
    this.#words = wordsOf(shared);
    this.#ring = ringOf(shared);
    this.#wake = wake;
  }

  /** Blocks until the host claims this worker. Burns no CPU. */
  awaitClaim(): void {
    Atomics.wait(this.#words, CLAIMED, 0);
  }

  allow(output_bytes: number): void {
    this.#left_bytes = output_bytes;
  }

  /** Writes as much as the cap on output allows. @returns false when that was not all of it. */
  write(stream: OutputStream, bytes: Uint8Array): boolean {
    const allowed = bytes.subarray(0, this.#left_bytes);
    this.#left_bytes -= allowed.length;
    for (let at = 0; at < allowed.length; at += FRAME_BYTES)
      this.#frame(stream, allowed.subarray(at, at + FRAME_BYTES));
    return allowed.length === bytes.length;
  }

  notePeak(memory_bytes: number): void {
    const pages = memory_bytes / 65536;
    if (pages > Atomics.load(this.#words, PEAK_PAGES)) Atomics.store(this.#words, PEAK_PAGES, pages);
  }

  sleep(ms: number): void {
    Atomics.wait(this.#words, NEVER, 0, ms);
  }

  /** The program is at its end: no deadline counts any more. */
  noteEnd(): void {
    Atomics.store(this.#words, ENDED, 1);
  }

  /** Waits for the host to end this worker. */
  park(): never {
    for (;;) Atomics.wait(this.#words, NEVER, 0);
  }

  #frame(stream: OutputStream, payload: Uint8Array): void {
    const need = FRAME_HEAD_BYTES + payload.length;
    const end = Atomics.load(this.#words, WRITTEN_TO);
    this.#awaitRoom(end, need);
    const head = [stream === "stdout" ? 1 : 2, ...new Uint8Array(new Uint32Array([payload.length]).buffer)];
    this.#copyIn(end, Uint8Array.from(head));
    this.#copyIn(end + FRAME_HEAD_BYTES, payload);
    Atomics.store(this.#words, WRITTEN_TO, (end + need) | 0);
    if (Atomics.exchange(this.#words, READER_ASLEEP, 0) === 1) this.#wake();
  }

  #awaitRoom(end: number, need: number): void {
    for (;;) {
      const start = Atomics.load(this.#words, READ_AT);
      if (RING_BYTES - ((end - start) >>> 0) >= need) return;
      Atomics.wait(this.#words, READ_AT, start);
    }
  }

  #copyIn(position: number, bytes: Uint8Array): void {
    const at = position & (RING_BYTES - 1);
    const first = Math.min(bytes.length, RING_BYTES - at);
    this.#ring.set(bytes.subarray(0, first), at);
    this.#ring.set(bytes.subarray(first), 0);
  }
}

/** The host's end. */
export class ChannelReader {
  #words: Int32Array;
  #ring: Uint8Array;

  constructor(shared: SharedArrayBuffer) {
    this.#words = wordsOf(shared);
    this.#ring = ringOf(shared);
  }

  claim(): void {
    Atomics.store(this.#words, CLAIMED, 1);
    Atomics.notify(this.#words, CLAIMED);
  }

  get ended(): boolean {
    return Atomics.load(this.#words, ENDED) === 1;
  }

  get peak_bytes(): number {
    return Atomics.load(this.#words, PEAK_PAGES) * 65536;
  }

  /** Asks for one wake message when something is written. @returns false when there is something to read already. */
  sleep(): boolean {
    Atomics.store(this.#words, READER_ASLEEP, 1);
    if (this.#waiting_bytes() === 0) return true;
    Atomics.store(this.#words, READER_ASLEEP, 0);
    return false;
  }

  /** Takes all that waits; neighbouring frames of one stream become one chunk. Frees the room for the guest. */
  drain(): { stream: OutputStream; bytes: Uint8Array }[] {
    const chunks: { stream: OutputStream; parts: Uint8Array[] }[] = [];
    let start = Atomics.load(this.#words, READ_AT);
    // A fixed share, so that a guest that goes on writing cannot hold the reader here.
    for (let waiting = this.#waiting_bytes(); waiting > 0; ) {
      const head = this.#copyOut(start, FRAME_HEAD_BYTES);
      const stream = head[0] === 1 ? "stdout" : "stderr";
      const length = new DataView(head.buffer).getUint32(1, true);
      const payload = this.#copyOut(start + FRAME_HEAD_BYTES, Math.min(length, FRAME_BYTES));
      start = (start + FRAME_HEAD_BYTES + payload.length) | 0;
      waiting -= FRAME_HEAD_BYTES + payload.length;
      Atomics.store(this.#words, READ_AT, start);
      if (chunks.at(-1)?.stream === stream) chunks.at(-1)!.parts.push(payload);
      else chunks.push({ stream, parts: [payload] });
    }
    Atomics.notify(this.#words, READ_AT);
    return chunks.map(({ stream, parts }) => ({
      stream,
      bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts),
    }));
  }

  #waiting_bytes(): number {
    return (Atomics.load(this.#words, WRITTEN_TO) - Atomics.load(this.#words, READ_AT)) >>> 0;
  }

  #copyOut(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const at = position & (RING_BYTES - 1);
    const first = Math.min(length, RING_BYTES - at);
    bytes.set(this.#ring.subarray(at, at + first));
    bytes.set(this.#ring.subarray(0, length - first), first);
    return bytes;
  }
}
