/** One program on one machine: what goes in, what comes out, and how it ended. */
import { hash } from "node:crypto";
import { isRefusal, type Status } from "lop";
import type { ChamberEvent, ChamberRun, ExitEvent, Language, Limits } from "./chamber.ts";
import { CHUNK_BYTES, GUEST, type GuestFrame, HOST } from "./crucible-wire.ts";
import type { EgressSession } from "./egress.ts";
import { checkPath } from "./path-check.ts";
import type { Monitor } from "./vm-monitor.ts";
import { GuestStreams } from "./vm-streams.ts";

/** Of output that the reader has not taken yet; then the guest waits. */
export const WAITING_MAX_BYTES = 256 * 1024;
/** The same between a thaw and the guest's new key, which stands behind everything that was printed before it. */
export const THAWING_MAX_BYTES = 8 * 1024 * 1024;
const MAX_CLOCK_MS = 8_640_000_000_000_000;

export interface RunEnd {
  readonly status: Status;
  readonly why: string | null;
  readonly exit_code: number | null;
  readonly took_ms: number;
  readonly peak_bytes: number;
}

export interface VmOrder extends ChamberRun {
  readonly language: Language;
  readonly limits: Limits;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The way out of this run; null without one. */
  readonly egress: EgressSession | null;
}

/** Status, signal, exit code, time, peak; frames of the host's chain that were seen, and its head after them. */
const EXIT_BYTES = 62;
const SEEN_AT = 22;
const GUEST_STATUS = ["ok", "error", "timeout", "oom", "crashed"] as const;

export class VmRun {
  readonly #monitor: Monitor;
  readonly #order: VmOrder;
  readonly #start_ms = performance.now();
  readonly #files = new Map<string, Uint8Array[]>();
  readonly #events: ChamberEvent[] = [];
  readonly #streams: GuestStreams;
  #waiting_bytes = 0;
  #left_bytes: number;
  #file_bytes = 0;
  #end: RunEnd | null = null;
  #frozen = false;
  #thawing = false;
  /** Time that was spent frozen; less the moment of the freeze while one lasts. */
  #frozen_ms = 0;
  #wake = Promise.withResolvers<void>();

  constructor(monitor: Monitor, order: VmOrder) {
    this.#monitor = monitor;
    this.#order = order;
    this.#left_bytes = order.limits.output_bytes;
    this.#streams = new GuestStreams(monitor.wire, order.egress);
    monitor.wire.listen({ frame: (frame) => this.#hear(frame), broken: (why) => this.#broke(why) });
  }

  get end(): RunEnd | null {
    return this.#end;
  }
  /** What the program left; null while it runs, and when it was stopped. */
  get files(): ReadonlyMap<string, Uint8Array> | null {
    if (this.#end?.status !== "ok" && this.#end?.status !== "error") return null;
    return new Map([...this.#files].map(([path, parts]) => [path, Buffer.concat(parts)]));
  }
  /** Whether the machine may run another program: it said itself that this one has ended. */
  get clean(): boolean {
    return this.#end !== null && this.#monitor.wire.broken === null && this.#monitor.alive && !this.#frozen;
  }

  /** Of the wall time, by this side's clock; time in a freeze does not count. */
  get left_ms(): number {
    return Math.max(1, this.#order.limits.wall_ms - this.#elapsed_ms());
  }

  /** Hands everything over; the program begins with the last frame. */
  async begin(): Promise<void> {
    const { wire } = this.#monitor;
    const { limits, files, code, stdin } = this.#order;
    const room = Buffer.alloc(12);
    room.writeBigUInt64BE(BigInt(limits.disk_bytes));
    room.writeUInt32BE(limits.files, 8);
    wire.gather();
    wire.send(HOST.setup, room);
    for (const [path, bytes] of files) await this.#give(path, bytes);
    await wire.sendAll(HOST.code, new Uint8Array(0), Buffer.from(code));
    await wire.sendAll(HOST.input, new Uint8Array(0), stdin ?? new Uint8Array(0));
    wire.sendSigned(HOST.exec, orderBytes(this.#order));
    wire.release();
  }

  async #give(path: string, bytes: Uint8Array): Promise<void> {
    const name = Buffer.from(path);
    const head = (first: boolean): Uint8Array =>
      Buffer.concat([Buffer.from([first ? 1 : 0, name.length >> 8, name.length & 255]), name]);
    this.#monitor.wire.send(HOST.file, head(true), bytes.subarray(0, CHUNK_BYTES));
    await this.#monitor.wire.sendAll(HOST.file, head(false), bytes.subarray(CHUNK_BYTES));
  }

  /**
   * Everything until the end, which is not among them. A reader that pauses pauses the guest. While frozen not one event is
   * given out, those that wait included; they come after the thaw.
   */
  async *events(): AsyncGenerator<ChamberEvent, void, void> {
    for (;;) {
      const event = this.#frozen ? undefined : this.#events.shift();
      if (event) {
        if (event.type === "stdout" || event.type === "stderr") this.#taken(event.bytes.length);
        yield event;
      } else if (this.#end !== null && !this.#frozen) return;
      else {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers();
      }
    }
  }

  /** From outside. The first word counts. */
  finish(status: Status, why: string): void {
    this.#finish({ status, why, exit_code: null, took_ms: this.#elapsed_ms(), peak_bytes: 0 });
  }

  /** Shuts the gate: what comes after this call is kept, and given out by nobody until `thaw`. */
  freeze(): void {
    this.#frozen = true;
    this.#frozen_ms -= performance.now();
    this.#order.egress?.endStreams("the chamber is frozen");
    this.#monitor.wire.pause();
  }

  /** Ends a frozen run; what was kept since the freeze is destroyed, an end that waited there included. */
  wipe(status: Status, why: string): void {
    this.#events.length = 0;
    this.#end = null;
    this.finish(status, why);
    this.#frozen = false;
    this.#wake.resolve();
  }

  /** Opens the gate. Until `thawed` the stream is read whether or not anybody takes what it brings. */
  thaw(): void {
    this.#frozen = false;
    this.#thawing = true;
    this.#frozen_ms += performance.now();
    this.#monitor.wire.resume();
    this.#wake.resolve();
  }

  thawed(): void {
    this.#thawing = false;
    this.#hold();
  }

  #hold(): void {
    const most = this.#thawing ? THAWING_MAX_BYTES : WAITING_MAX_BYTES;
    if (this.#waiting_bytes < most) return;
    if (this.#thawing) this.finish("crashed", "the guest printed on and gave no new key");
    else this.#monitor.wire.pause();
  }

  #taken(bytes: number): void {
    this.#waiting_bytes -= bytes;
    if (this.#waiting_bytes < WAITING_MAX_BYTES && !this.#frozen) this.#monitor.wire.resume();
  }

  #hear({ kind, payload }: GuestFrame): void {
    if (this.#end !== null) return;
    if (kind === GUEST.stdout) this.#print("stdout", payload);
    else if (kind === GUEST.stderr) this.#print("stderr", payload);
    else if (kind === GUEST.file) this.#collect(payload);
    else if (kind === GUEST.limit) this.#events.push({ type: "limit", which: Buffer.from(payload).toString("latin1") });
    else if (kind === GUEST.exit) this.#exit(payload);
    else this.#carry({ kind, payload });
    if (!this.#frozen) this.#wake.resolve();
  }

  #carry(frame: GuestFrame): void {
    const fault = this.#streams.hear(frame);
    if (fault !== null) this.finish("crashed", `the guest sent ${fault}`);
  }

  #print(type: "stdout" | "stderr", payload: Uint8Array): void {
    const bytes = payload.slice(0, this.#left_bytes);
    this.#left_bytes -= bytes.length;
    if (bytes.length > 0) this.#events.push({ type, bytes });
    this.#waiting_bytes += bytes.length;
    this.#hold();
    if (bytes.length < payload.length)
      this.finish("output-limit", `the program printed more than ${this.#order.limits.output_bytes} bytes`);
  }

  /** The guest's word on its files is held against the limits: its kernel may not be its own any more. */
  #collect(payload: Uint8Array): void {
    const length = payload.length < 3 ? 0 : (payload[1]! << 8) | payload[2]!;
    const path = Buffer.from(payload.subarray(3, 3 + length)).toString();
    const bytes = payload.slice(3 + length);
    this.#file_bytes += bytes.length;
    const { disk_bytes, files } = this.#order.limits;
    const parts = this.#files.get(path);
    if (isRefusal(checkPath(path))) this.#tell("path");
    else if (this.#file_bytes > disk_bytes || this.#files.size > files)
      this.finish("crashed", "the guest gave more files than it may hold");
    else if (payload[0]! & 1 || parts === undefined) this.#files.set(path, [bytes]);
    else parts.push(bytes);
  }

  #tell(which: string): void {
    if (!this.#events.some((event) => event.type === "limit" && event.which === which))
      this.#events.push({ type: "limit", which });
  }

  #exit(payload: Uint8Array): void {
    const exit = Buffer.from(payload);
    const { wire } = this.#monitor;
    const isWhole = exit.length === EXIT_BYTES;
    if (!isWhole || !wire.witnessed(exit.readBigUInt64BE(SEEN_AT), exit.subarray(SEEN_AT + 8))) {
      this.finish("crashed", "the guest did not see what was sent to it");
      return;
    }
    const status = GUEST_STATUS[exit[0]!] ?? "crashed";
    const code = exit.readInt32BE(2);
    const exit_code = code < 0 || status === "timeout" || status === "oom" ? null : code;
    const took_ms = Number(exit.readBigUInt64BE(6)) / 1000;
    const peak_bytes = Math.min(Number(exit.readBigUInt64BE(14)), this.#order.limits.memory_bytes);
    this.#finish({
      status,
      why: whyOf(status, exit_code, exit[1]!, this.#order.limits),
      exit_code,
      took_ms,
      peak_bytes,
    });
  }

  #broke(why: string): void {
    const late = this.#elapsed_ms() >= this.#order.limits.wall_ms;
    const { words } = this.#monitor;
    if (late) this.finish("timeout", `the program ran longer than ${this.#order.limits.wall_ms} ms`);
    else this.finish("crashed", `the machine ended: ${why}${words === "" ? "" : ` (${words})`}`);
  }

  #finish(end: RunEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#streams.end();
    this.#wake.resolve();
  }

  #elapsed_ms(): number {
    return (this.#frozen ? 0 : performance.now()) - this.#start_ms - this.#frozen_ms;
  }
}

export const exitEvent = (end: RunEnd): ExitEvent => ({ type: "exit", ...end });

function whyOf(status: Status, exit_code: number | null, signal: number, limits: Limits): string | null {
  if (status === "ok") return null;
  if (status === "timeout") return `the program ran longer than ${limits.wall_ms} ms`;
  if (status === "oom") return `the program needed more than ${limits.memory_bytes} bytes of memory`;
  return exit_code === null ? `signal ${signal} ended the program` : `the program exited with ${exit_code}`;
}

/** Payload of an exec frame; layout in docs/formats/crucible.md. */
function orderBytes({ language, limits, seed, time_ms, egress }: VmOrder): Uint8Array {
  const bytes = Buffer.alloc(62);
  bytes.write(language[0]!, 0, "latin1");
  bytes.writeUInt32BE(limits.wall_ms, 1);
  bytes.writeBigUInt64BE(BigInt(limits.memory_bytes), 5);
  bytes.writeBigUInt64BE(BigInt(Date.now()), 13);
  bytes[21] = (time_ms === undefined ? 0 : 1) | (seed === undefined ? 0 : 2) | (egress === null ? 0 : 4);
  bytes.writeBigUInt64BE(BigInt(Math.min(time_ms ?? 0, MAX_CLOCK_MS)), 22);
  if (seed !== undefined) bytes.set(seedKey(seed), 30);
  return bytes;
}

/** A seed of any length as a key of the guest's generator. */
const seedKey = (seed: Uint8Array): Uint8Array => hash("sha256", seed, "buffer");
