/**
 * The host's end of the stream to a guest: frames, counters, hash chains, signatures. Format: docs/formats/crucible.md.
 * Whatever a guest sends that breaks a rule ends the session; nothing behind it is believed.
 */
import { createHash, randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { equal, FrameParser, frameBytes, isRefusal, nodeCrypto, nodeSigner, type Signer, utf8 } from "lop";

export const HOST = {
  wake: 0x01,
  setup: 0x02,
  file: 0x03,
  code: 0x04,
  input: 0x05,
  exec: 0x06,
  echo: 0x07,
  down: 0x08,
  shut: 0x09,
  took: 0x0a,
} as const;
export const GUEST = {
  ready: 0x81,
  hello: 0x82,
  stdout: 0x83,
  stderr: 0x84,
  file: 0x85,
  limit: 0x86,
  exit: 0x87,
  echo: 0x88,
  open: 0x89,
  up: 0x8a,
  shut: 0x8b,
  took: 0x8c,
} as const;

export const SESSION_BYTES = 16;
export const ENTROPY_BYTES = 64;
/** Payload of one data frame. */
export const CHUNK_BYTES = 64 * 1024;
const HEAD_BYTES = 9;
const SIGNATURE_BYTES = 64;
const SIGNED: ReadonlySet<number> = new Set([GUEST.hello, GUEST.exit]);

type Direction = "host>guest" | "guest>host";
const words = (direction: Direction): Uint8Array => utf8(`axiom-crucible/2 ${direction}\0`);
const HASH_BYTES = 32;
/** The first 32 bytes of BLAKE2b-512 (RFC 7693): of the strong hashes the one that an emulated processor computes fastest. */
const digest = (before: Uint8Array, bytes: Uint8Array): Uint8Array =>
  createHash("blake2b512").update(before).update(bytes).digest().subarray(0, HASH_BYTES);

/** While a program ends, frames may be on their way to it that it will not see; so many at most. */
const HEADS_KEPT = 4096;

/** One direction of one session: counts frames and chains them. */
class Chain {
  readonly direction: Direction;
  head: Uint8Array;
  next = 0;
  readonly #heads: Uint8Array[] = [];
  constructor(direction: Direction, session: Uint8Array) {
    this.direction = direction;
    this.head = digest(words(direction), session);
    this.#heads[0] = this.head;
  }
  extend(body: Uint8Array): void {
    this.head = digest(this.head, body);
    this.next++;
    this.#heads[this.next % HEADS_KEPT] = this.head;
  }
  /** The head after so many frames; undefined when that is not yet, or too long ago. */
  headAt(frames: bigint): Uint8Array | undefined {
    const isKept = frames <= BigInt(this.next) && frames > BigInt(this.next - HEADS_KEPT);
    return isKept ? this.#heads[Number(frames) % HEADS_KEPT] : undefined;
  }
  get signedBytes(): Uint8Array {
    return Buffer.concat([words(this.direction), this.head]);
  }
}

interface KeySession {
  readonly id: Uint8Array;
  readonly signer: Signer;
  readonly sent: Chain;
  readonly heard: Chain;
  guestKey: Uint8Array | null;
}

const newSession = (): KeySession => {
  const id = randomBytes(SESSION_BYTES);
  const [sent, heard] = [new Chain("host>guest", id), new Chain("guest>host", id)];
  return { id, signer: nodeSigner(randomBytes(32)), sent, heard, guestKey: null };
};

export interface GuestFrame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

export interface WireListener {
  frame(frame: GuestFrame): void;
  /** Once; nothing comes afterwards. */
  broken(why: string): void;
}

export class CrucibleWire {
  readonly #stream: Duplex;
  readonly #parser = new FrameParser();
  #listener: WireListener | null = null;
  #session: KeySession | null = null;
  /** Named in a wake frame that the guest has not answered yet. */
  #coming: KeySession | null = null;
  #hello: { resolve(): void; reject(fault: Error): void } | null = null;
  #ready = Promise.withResolvers<string>();
  #broken: string | null = null;

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.#ready.promise.catch(() => {});
    stream.on("data", (chunk: Uint8Array) => this.#take(chunk));
    stream.on("error", (fault: Error) => this.#break(fault.message));
    stream.on("close", () => this.#break("the guest's stream was closed"));
  }

  /** The language of the waiting interpreter, said by a template that has booted. */
  get ready(): Promise<string> {
    return this.#ready.promise;
  }

  get broken(): string | null {
    return this.#broken;
  }

  /** Hex, 16 bytes; null before the first wake. */
  get session(): string | null {
    return this.#session && Buffer.from(this.#session.id).toString("hex");
  }

  /** Whether the guest's word on what it has seen of this side's chain is true: so many frames, and the head after them. */
  witnessed(frames: bigint, head: Uint8Array): boolean {
    const known = this.#session?.sent.headAt(frames);
    return known !== undefined && equal(known, head);
  }

  /** Heads of both chains, in hex: what a record of the run names. */
  get heads(): { sent: string; heard: string } | null {
    const hex = (chain: Chain): string => Buffer.from(chain.head).toString("hex");
    return this.#session && { sent: hex(this.#session.sent), heard: hex(this.#session.heard) };
  }

  listen(listener: WireListener | null): void {
    this.#listener = listener;
    if (listener && this.#broken !== null) listener.broken(this.#broken);
  }

  /** Backpressure: a paused wire fills up, and then the guest waits. */
  pause(): void {
    this.#stream.pause();
  }
  resume(): void {
    this.#stream.resume();
  }

  /** Frames that follow go out together, at `release` or when there is no more room: one interrupt for the guest, not many. */
  gather(): void {
    this.#stream.cork();
  }
  release(): void {
    this.#stream.uncork();
  }

  /** New session, new keys on both sides. Resolves when the guest has proved its key. @throws Error when it does not. */
  wake(clock_ms: number): Promise<void> {
    const before = this.#session;
    const coming = newSession();
    const head = Buffer.alloc(HEAD_BYTES);
    head[0] = HOST.wake;
    const clock = Buffer.alloc(8);
    clock.writeBigUInt64BE(BigInt(clock_ms));
    const body = Buffer.concat([head, coming.id, clock, randomBytes(ENTROPY_BYTES), coming.signer.publicKey]);
    this.#coming = coming;
    const answered = new Promise<void>((resolve, reject) => {
      this.#hello = { resolve, reject };
    });
    if (this.#broken !== null) this.#hello!.reject(new Error(this.#broken));
    this.#write(Buffer.concat([body, before ? before.signer.sign(body) : new Uint8Array(SIGNATURE_BYTES)]));
    return answered;
  }

  send(kind: number, ...parts: readonly Uint8Array[]): boolean {
    return this.#write(this.#compose(kind, parts));
  }

  sendSigned(kind: number, ...parts: readonly Uint8Array[]): void {
    const body = this.#compose(kind, parts);
    const { signer, sent } = this.#session!;
    this.#write(Buffer.concat([body, signer.sign(sent.signedBytes)]));
  }

  /** In frames of at most CHUNK_BYTES, no faster than the guest takes them. */
  async sendAll(kind: number, head: Uint8Array, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      if (this.#broken !== null) return;
      if (!this.send(kind, head, bytes.subarray(at, at + CHUNK_BYTES))) await this.#room();
    }
  }

  #compose(kind: number, parts: readonly Uint8Array[]): Uint8Array {
    const { sent } = this.#session!;
    const head = Buffer.alloc(HEAD_BYTES);
    head[0] = kind;
    head.writeBigUInt64BE(BigInt(sent.next), 1);
    const body = Buffer.concat([head, ...parts]);
    sent.extend(body);
    return body;
  }

  #write(body: Uint8Array): boolean {
    return this.#broken === null && this.#stream.write(frameBytes(body));
  }

  #room(): Promise<void> {
    this.release();
    return new Promise((done) => {
      const go = (): void => {
        this.#stream.off("drain", go);
        this.#stream.off("close", go);
        done();
      };
      this.#stream.on("drain", go);
      this.#stream.on("close", go);
    });
  }

  #take(chunk: Uint8Array): void {
    for (const body of this.#parser.push(chunk)) {
      if (this.#broken !== null) return;
      const fault = isRefusal(body) ? body.why : this.#hear(body);
      if (fault !== null) this.#break(fault);
    }
  }

  /** @returns what was wrong with the frame. */
  #hear(body: Uint8Array): string | null {
    const kind = body[0]!;
    if (kind === GUEST.ready && this.#session === null) {
      this.#ready.resolve(Buffer.from(body.subarray(HEAD_BYTES)).toString("latin1"));
      return null;
    }
    const turn = kind === GUEST.hello && this.#coming !== null ? this.#coming : this.#session;
    if (turn === null) return "a frame before the session began";
    return this.#check(turn, kind, body) ?? this.#dispatch(turn, kind, body);
  }

  #check({ heard, guestKey }: KeySession, kind: number, body: Uint8Array): string | null {
    const isSigned = SIGNED.has(kind);
    if (body.length < HEAD_BYTES + (isSigned ? SIGNATURE_BYTES : 0)) return "a frame that is too short";
    if (Buffer.from(body.buffer, body.byteOffset).readBigUInt64BE(1) !== BigInt(heard.next))
      return "a counter that is not the next";
    heard.extend(isSigned ? body.subarray(0, -SIGNATURE_BYTES) : body);
    if (!isSigned) return null;
    const key = kind === GUEST.hello ? body.subarray(HEAD_BYTES, HEAD_BYTES + 32) : guestKey;
    const holds = key !== null && nodeCrypto.verify(key, heard.signedBytes, body.subarray(-SIGNATURE_BYTES));
    return holds ? null : "a signature that does not hold";
  }

  #dispatch(turn: KeySession, kind: number, body: Uint8Array): string | null {
    if (kind === GUEST.hello) return this.#greet(turn, body);
    const payload = body.subarray(HEAD_BYTES, SIGNED.has(kind) ? -SIGNATURE_BYTES : undefined);
    this.#listener?.frame({ kind, payload });
    return null;
  }

  #greet(turn: KeySession, body: Uint8Array): string | null {
    const payload = body.subarray(HEAD_BYTES, -SIGNATURE_BYTES);
    if (turn !== this.#coming || payload.length !== 32 + SESSION_BYTES) return "a greeting that nobody asked for";
    if (!equal(payload.subarray(32), turn.id)) return "a greeting for another session";
    turn.guestKey = payload.slice(0, 32);
    this.#session = turn;
    this.#coming = null;
    this.#hello?.resolve();
    return null;
  }

  #break(why: string): void {
    if (this.#broken !== null) return;
    this.#broken = why;
    this.#ready.reject(new Error(why));
    this.#hello?.reject(new Error(why));
    this.#stream.destroy();
    this.#listener?.broken(why);
  }
}
