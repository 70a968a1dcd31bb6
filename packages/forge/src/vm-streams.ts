/**
 * Connections of a program in a guest, carried over the machine's one stream to the proxy of its session, or to a plain answer
 * when no permit stands. Each direction has a window, so that neither side can fill the other. Format: docs/formats/crucible.md.
 */
import { Duplex } from "node:stream";
import { CHUNK_BYTES, type CrucibleWire, GUEST, type GuestFrame, HOST } from "./crucible-wire.ts";
import type { EgressSession } from "./egress.ts";
import { NO_PERMIT } from "./egress-shim.ts";

/** Connections of one program at once; the same in the guest. */
export const GUEST_MAX_STREAMS = 16;
/** Of one connection and direction that the other side has not taken yet; the same in the guest. */
const WINDOW_BYTES = 64 * 1024;
const HEAD_MAX_BYTES = 32 * 1024;
const ID_BYTES = 4;

const numbered = (...numbers: readonly number[]): Uint8Array => {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [at, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * at);
  return bytes;
};

/** The host's end of one connection. What is written to it goes to the program. */
class GuestStream extends Duplex {
  readonly #wire: CrucibleWire;
  readonly #id: number;
  readonly #forget: () => void;
  /** What the program may still be sent, and what it may still send. */
  #room_bytes = WINDOW_BYTES;
  #credit_bytes = WINDOW_BYTES;
  /** Taken from the guest and not yet by the reader. */
  #owed_bytes = 0;
  #held: { bytes: Buffer; done: () => void } | null = null;
  #gone = false;

  constructor(wire: CrucibleWire, id: number, forget: () => void) {
    super({ allowHalfOpen: true });
    this.#wire = wire;
    this.#id = id;
    this.#forget = forget;
    this.on("error", () => {});
  }

  override _read(): void {
    if (this.#owed_bytes > 0 && !this.#gone) this.#wire.send(HOST.took, numbered(this.#id, this.#owed_bytes));
    this.#credit_bytes += this.#owed_bytes;
    this.#owed_bytes = 0;
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#held = { bytes, done };
    this.#send();
  }

  override _final(done: () => void): void {
    this.#tell(0);
    done();
  }

  override _destroy(fault: Error | null, done: (fault: Error | null) => void): void {
    this.#tell(1);
    this.#gone = true;
    this.#forget();
    done(fault);
  }

  /** @returns false when the guest sends more than it may. */
  up(bytes: Uint8Array): boolean {
    if (bytes.length > this.#credit_bytes) return false;
    this.#credit_bytes -= bytes.length;
    this.#owed_bytes += bytes.length;
    if (!this.readableEnded && !this.destroyed && this.push(Uint8Array.from(bytes))) this._read();
    return true;
  }

  /** @returns false when the guest took what it was not sent. */
  took(bytes: number): boolean {
    this.#room_bytes += bytes;
    this.#send();
    return this.#room_bytes <= WINDOW_BYTES;
  }

  /** The program sends no more, or is gone altogether. */
  shut(gone: boolean): void {
    if (!gone) return void this.push(null);
    this.#gone = true;
    this.destroy();
  }

  #send(): void {
    if (this.#held === null || this.#gone) return;
    const { bytes, done } = this.#held;
    const part = bytes.subarray(0, Math.min(this.#room_bytes, CHUNK_BYTES));
    if (part.length > 0) this.#wire.send(HOST.down, numbered(this.#id), part);
    this.#room_bytes -= part.length;
    this.#held = part.length === bytes.length ? null : { bytes: bytes.subarray(part.length), done };
    if (this.#held === null) done();
  }

  #tell(gone: 0 | 1): void {
    if (!this.#gone) this.#wire.send(HOST.shut, numbered(this.#id, gone));
  }
}

/** All connections of one run. */
export class GuestStreams {
  readonly #wire: CrucibleWire;
  readonly #egress: EgressSession | null;
  readonly #streams = new Map<number, GuestStream>();
  #ended = false;

  /** Without a session of the egress every connection hears why there is no way out. */
  constructor(wire: CrucibleWire, egress: EgressSession | null) {
    this.#wire = wire;
    this.#egress = egress;
  }

  /** @returns what is wrong with the frame; null also for kinds that are no business of streams. */
  hear({ kind, payload }: GuestFrame): string | null {
    if (kind < GUEST.open || kind > GUEST.took) return null;
    if (payload.length < ID_BYTES) return "a word on no stream";
    const words = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    const id = words.readUInt32BE();
    if (kind === GUEST.open) return this.#open(id);
    // What was on its way when this side let go finds nobody.
    const stream = this.#streams.get(id);
    if (stream === undefined) return null;
    if (kind === GUEST.up) return stream.up(words.subarray(ID_BYTES)) ? null : "more than a stream's window";
    if (words.length !== 2 * ID_BYTES) return "a word of another size on a stream";
    if (kind === GUEST.took) return stream.took(words.readUInt32BE(ID_BYTES)) ? null : "more taken than was sent";
    stream.shut(words.readUInt32BE(ID_BYTES) !== 0);
    return null;
  }

  /** Lets go of everything; the program hears that its connections are gone. */
  end(): void {
    this.#ended = true;
    for (const stream of [...this.#streams.values()]) stream.destroy();
  }

  #open(id: number): string | null {
    if (this.#streams.size >= GUEST_MAX_STREAMS || this.#streams.has(id)) return "more streams than a guest has";
    const stream = new GuestStream(this.#wire, id, () => this.#streams.delete(id));
    this.#streams.set(id, stream);
    if (this.#ended) stream.destroy();
    else if (this.#egress === null) refuseAll(stream);
    else this.#egress.take(stream);
    return null;
  }
}

/** Waits for the end of a request's head, then says why it goes nowhere. */
function refuseAll(stream: Duplex): void {
  let head = "";
  stream.on("end", () => stream.destroy());
  stream.on("data", (bytes: Buffer) => {
    head += bytes.toString("latin1");
    if (head.length > HEAD_MAX_BYTES) stream.destroy();
    else if (head.includes("\r\n\r\n"))
      stream.end(`HTTP/1.1 403 ${NO_PERMIT}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  });
}
