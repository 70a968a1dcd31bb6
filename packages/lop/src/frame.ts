/**
 * Frames on a byte stream (Unix socket, vsock, pipe): 4 bytes big-endian length, 1 byte version, then the body. The length counts
 * version and body. A stream that breaks the rules is refused once and then done with: behind a bad length nothing has a place.
 * Format: docs/formats/packet.md.
 */
import type { Clock } from "./clock.ts";
import { PACKET_MAX_BYTES } from "./packet.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";

export const FRAME_VERSION = 1;
export const FRAME_HEAD_BYTES = 5;
/** Of a frame's body. */
export const FRAME_MAX_BODY_BYTES = PACKET_MAX_BYTES;
/** From a frame's first byte to its last, however slowly they drip. */
export const FRAME_TIMEOUT_MS = 10_000;
const FIRST_BODY_BYTES = 4096;

export function frameBytes(body: Uint8Array): Uint8Array {
  if (body.length === 0 || body.length > FRAME_MAX_BODY_BYTES)
    throw new RangeError(`a frame's body has 1 to ${FRAME_MAX_BODY_BYTES} bytes, not ${body.length}`);
  const frame = new Uint8Array(FRAME_HEAD_BYTES + body.length);
  new DataView(frame.buffer).setUint32(0, body.length + 1);
  frame[4] = FRAME_VERSION;
  frame.set(body, FRAME_HEAD_BYTES);
  return frame;
}

/**
 * Takes chunks as they come and gives bodies as they complete. Every byte is copied once, into the body it belongs to; a body's
 * memory grows with what has arrived, not with what a head promises, and never beyond one frame.
 */
export class FrameParser {
  readonly #head = new Uint8Array(FRAME_HEAD_BYTES);
  #headLength = 0;
  #body = new Uint8Array(0);
  #bodyLength = 0;
  #wanted = 0;
  #refused: Refusal | null = null;

  /** Whether a frame has begun and not ended. */
  get partial(): boolean {
    return this.#headLength > 0;
  }

  /** Bytes of memory that wait for the rest of a frame. */
  get held_bytes(): number {
    return FRAME_HEAD_BYTES + this.#body.length;
  }

  /** Bodies that this chunk completes, one at a time; a refusal ends the stream for good. */
  *push(chunk: Uint8Array): Generator<Uint8Array | Refusal, void, void> {
    let at = 0;
    while (this.#refused === null && at < chunk.length) {
      at = this.#headLength < FRAME_HEAD_BYTES ? this.#takeHead(chunk, at) : this.#takeBody(chunk, at);
      if (this.#headLength === FRAME_HEAD_BYTES && this.#bodyLength === this.#wanted && this.#refused === null)
        yield this.#release();
    }
    if (this.#refused !== null) yield this.#refused;
  }

  /** Null when the stream may end here. */
  end(): Refusal | null {
    if (this.#refused !== null) return this.#refused;
    return this.partial ? refuse("frame-malformed", "The stream ended inside a frame.") : null;
  }

  #takeHead(chunk: Uint8Array, at: number): number {
    while (this.#headLength < FRAME_HEAD_BYTES && at < chunk.length) this.#head[this.#headLength++] = chunk[at++]!;
    // The length is judged as soon as it is known: a lie must not hold the line until its version byte.
    if (this.#headLength >= 4) this.#judgeHead();
    return at;
  }

  #judgeHead(): void {
    const length = new DataView(this.#head.buffer).getUint32(0);
    if (length > FRAME_MAX_BODY_BYTES + 1)
      this.#refused = refuse(
        "packet-too-large",
        `A frame says ${length} bytes; the limit is ${FRAME_MAX_BODY_BYTES + 1}.`,
      );
    else if (length < 2)
      this.#refused = refuse("frame-malformed", `A frame says ${length} bytes; it needs two at least.`);
    else if (this.#headLength === FRAME_HEAD_BYTES && this.#head[4] !== FRAME_VERSION)
      this.#refused = refuse("frame-malformed", `A frame of version ${this.#head[4]}; only ${FRAME_VERSION} is read.`);
    this.#wanted = length - 1;
  }

  #takeBody(chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + this.#wanted - this.#bodyLength);
    this.#makeRoom(this.#bodyLength + part.length);
    this.#body.set(part, this.#bodyLength);
    this.#bodyLength += part.length;
    return at + part.length;
  }

  /** Doubling keeps the copies linear; the frame's own length is the ceiling. */
  #makeRoom(needed: number): void {
    if (needed <= this.#body.length) return;
    const size = Math.min(this.#wanted, Math.max(needed, 2 * this.#body.length, FIRST_BODY_BYTES));
    const grown = new Uint8Array(size);
    grown.set(this.#body.subarray(0, this.#bodyLength));
    this.#body = grown;
  }

  #release(): Uint8Array {
    const body = this.#body.subarray(0, this.#bodyLength);
    this.#headLength = 0;
    this.#bodyLength = 0;
    this.#wanted = 0;
    this.#body = new Uint8Array(0);
    return body;
  }
}

/**
 * Bodies of a stream. The next chunk is asked for only when the consumer has taken all bodies of the last one, so a slow reader
 * slows the sender down. Ends after the first refusal.
 */
export async function* readFrames(
  source: AsyncIterable<Uint8Array>,
  o: { readonly clock: Clock; readonly timeout_ms?: number },
): AsyncGenerator<Uint8Array | Refusal, void, void> {
  const parser = new FrameParser();
  const timeout_ms = o.timeout_ms ?? FRAME_TIMEOUT_MS;
  const chunks = source[Symbol.asyncIterator]();
  let since_ms: number | null = null;
  try {
    for (;;) {
      const chunk = await nextChunk(chunks, o.clock, since_ms === null ? null : since_ms + timeout_ms);
      if (chunk === "late") return yield refuse("frame-timeout", `A frame was not whole after ${timeout_ms} ms.`);
      if (chunk === null) break;
      for (const body of parser.push(chunk)) {
        yield body;
        if (isRefusal(body)) return;
        since_ms = null;
      }
      since_ms = parser.partial ? (since_ms ?? o.clock.monotonic_ms()) : null;
    }
    const refused = parser.end();
    if (refused !== null) yield refused;
  } finally {
    // Not awaited: a source that hangs in its read must not hang its consumer's goodbye.
    chunks.return?.()?.catch(() => undefined);
  }
}

/** The next chunk, null at the end, or "late" when the deadline of a frame that has begun passes first. */
async function nextChunk(
  chunks: AsyncIterator<Uint8Array>,
  clock: Clock,
  deadline_ms: number | null,
): Promise<Uint8Array | null | "late"> {
  const next = chunks.next().then(({ done, value }) => (done === true ? null : value));
  if (deadline_ms === null) return next;
  const arrived = new AbortController();
  const left_ms = Math.max(0, deadline_ms - clock.monotonic_ms());
  const late = clock.sleep(left_ms, arrived.signal).then(() => "late" as const);
  try {
    return await Promise.race([next, late]);
  } finally {
    arrived.abort();
    next.catch(() => undefined);
  }
}

/** Where frames go. `write` resolves when the receiver has room for more. */
export interface FrameSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** Of frames that wait; urgent ones may wait up to twice as much. */
export const FRAME_MAX_QUEUED_BYTES = 4 * 1024 * 1024;
/** What a frame counts at least, so that the limit also bounds the number of frames. */
const FRAME_MIN_COST_BYTES = 1024;

/**
 * Sends frames one after another, never faster than the sink takes them. Urgent bodies (heartbeats, a freeze) overtake those that
 * wait, but never cut into a frame that is being written.
 */
export class FrameWriter {
  readonly #sink: FrameSink;
  readonly #urgent: Waiting[] = [];
  readonly #plain: Waiting[] = [];
  #queued_bytes = 0;
  #running = false;
  #failure: unknown = null;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  get queued_bytes(): number {
    return this.#queued_bytes;
  }

  /** Resolves when the sink took the frame; refuses when too much waits already. @throws what the sink threw. */
  async send(body: Uint8Array, o: { readonly urgent?: boolean } = {}): Promise<Refusal | null> {
    if (this.#failure !== null) throw this.#failure;
    const frame = frameBytes(body);
    const limit = o.urgent === true ? 2 * FRAME_MAX_QUEUED_BYTES : FRAME_MAX_QUEUED_BYTES;
    if (this.#queued_bytes + costOf(frame) > limit)
      return refuse("stream-congested", `${this.#queued_bytes} bytes wait; the limit is ${limit}.`);
    this.#queued_bytes += costOf(frame);
    const sent = new Promise<void>((resolve, reject) => {
      (o.urgent === true ? this.#urgent : this.#plain).push({ frame, resolve, reject });
    });
    if (!this.#running) void this.#run();
    await sent;
    return null;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) await this.#write(next);
    this.#running = false;
  }

  #next(): Waiting | undefined {
    return this.#urgent.shift() ?? this.#plain.shift();
  }

  async #write({ frame, resolve, reject }: Waiting): Promise<void> {
    try {
      if (this.#failure !== null) throw this.#failure;
      await this.#sink.write(frame);
      resolve();
    } catch (error) {
      this.#failure = error;
      reject(error);
    } finally {
      this.#queued_bytes -= costOf(frame);
    }
  }
}

const costOf = (frame: Uint8Array): number => Math.max(frame.length, FRAME_MIN_COST_BYTES);

interface Waiting {
  readonly frame: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
