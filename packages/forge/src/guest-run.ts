/** The part of a guest worker that is the same for every interpreter: order, output, clock, chance, files, end. */
import { createCipheriv, createHash, randomFillSync } from "node:crypto";
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { ChannelWriter, type OutputStream } from "./guest-channel.ts";
import { GuestFiles } from "./guest-files.ts";
import type { GuestEnd, GuestOrder, GuestSetup, GuestWord } from "./guest-protocol.ts";

/** Before the claim nobody may see a real clock, or two runs with one seed could differ. 2000-01-01. */
const BOOT_TIME_MS = 946_684_800_000;
/** Atomics.wait takes a double, but one wait of this length is as good as for ever. */
const MAX_SLEEP_MS = 1_000_000_000;
/** Of a self-test's output, before the claim. */
const MAX_SAYS_BYTES = 64;
/** Taken now: an interpreter's glue that looks at Date.now gets the run's clock instead. */
const realNow = Date.now;

/** Thrown through the interpreter by `proc_exit`. */
export class GuestExit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

export class GuestRun {
  readonly files: GuestFiles;
  readonly #port: MessagePort;
  readonly #channel: ChannelWriter;
  #order: GuestOrder | null = null;
  #claimed_ms = 0;
  #slept_ms = 0;
  #ticks_us = 0;
  #entropy: (bytes: Uint8Array) => void = () => {};
  #told = new Set<string>();
  #says = Buffer.alloc(0);

  constructor(setup: GuestSetup) {
    this.#port = setup.port;
    this.#channel = new ChannelWriter(setup.channel, () => this.say({ kind: "wake" }));
    this.files = new GuestFiles(this.#fileOptions(1024 * 1024, 64));
  }

  say(word: GuestWord): void {
    this.#port.postMessage(word);
  }

  /** Says ready and what the self-test printed, blocks until the claim, takes the order and lays out its files. */
  awaitOrder(): GuestOrder {
    this.say({ kind: "ready", says: this.#says.toString() });
    this.#channel.awaitClaim();
    const order = receiveMessageOnPort(this.#port)?.message as GuestOrder;
    this.#order = order;
    this.#claimed_ms = performance.now();
    this.#channel.allow(order.limits.output_bytes);
    this.#entropy = order.seed === null ? randomFillSync : seeded(order.seed);
    this.files.adopt(this.#fileOptions(order.limits.disk_bytes, order.limits.files));
    this.#layOut(order);
    return order;
  }

  /** Ends the run when the cap on output is reached: the last byte allowed is the last one written. */
  print(stream: OutputStream, bytes: Uint8Array): void {
    if (this.#order === null) this.#note(stream, bytes);
    else if (!this.#channel.write(stream, bytes)) this.#overflow(this.#order.limits.output_bytes);
  }

  notePeak(memory_bytes: number): void {
    this.#channel.notePeak(memory_bytes);
  }

  /** Wall clock, Unix ms. A fixed clock is moved by sleeping only. */
  now_ms(): number {
    if (this.#order === null) return BOOT_TIME_MS;
    return this.#order.time_ms === null ? realNow() : this.#order.time_ms + Math.floor(this.#slept_ms);
  }

  /** Nanoseconds. Under a fixed clock every look takes a microsecond, so that a program that waits by looking ends. */
  monotonic_ns(): bigint {
    if (this.#order !== null && this.#order.time_ms === null) return process.hrtime.bigint();
    return BigInt(Math.round(this.#slept_ms * 1000) + this.#ticks_us++) * 1000n;
  }

  sleep(ms: number): void {
    const whole_ms = Math.min(Math.max(0, ms), MAX_SLEEP_MS);
    this.#channel.sleep(whole_ms);
    this.#slept_ms += whole_ms;
  }

  entropy(bytes: Uint8Array): void {
    this.#entropy(bytes);
  }

  violation(what: string): void {
    this.#once(`violation ${what}`, { kind: "violation", what });
  }

  /** The program came to its own end. */
  finish(status: GuestEnd["status"], why: string | null, exit_code: number | null): never {
    const took_ms = this.#stopClock();
    const { files, left_out } = this.files.collect();
    if (left_out > 0) this.#once("limit path", { kind: "limit", which: "path" });
    this.say({ kind: "end", status, why, exit_code, took_ms, files });
    return this.#channel.park();
  }

  /** The host's rules end the run; its files are not collected. */
  end(status: GuestEnd["status"], why: string, exit_code: number | null): never {
    this.say({ kind: "end", status, why, exit_code, took_ms: this.#stopClock(), files: null });
    return this.#channel.park();
  }

  #overflow(output_bytes: number): never {
    this.end("output-limit", `the program printed more than ${output_bytes} bytes`, null);
  }

  #note(stream: OutputStream, bytes: Uint8Array): void {
    if (stream === "stdout") this.#says = Buffer.concat([this.#says, bytes]).subarray(0, MAX_SAYS_BYTES);
  }

  #stopClock(): number {
    this.#channel.noteEnd();
    return performance.now() - this.#claimed_ms;
  }

  #layOut(order: GuestOrder): void {
    try {
      for (const [path, bytes] of order.files) this.files.give(path, bytes);
    } catch (fault) {
      this.end("error", `the given files do not fit the limits: ${(fault as Error).message}`, null);
    }
  }

  #once(key: string, word: GuestWord): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.say(word);
  }

  #fileOptions(disk_bytes: number, files: number): ConstructorParameters<typeof GuestFiles>[0] {
    return {
      disk_bytes,
      files,
      now_ms: () => this.now_ms(),
      onLimit: (which) => this.#once(`limit ${which}`, { kind: "limit", which }),
    };
  }
}

/** AES-256-CTR keystream under SHA-256 of the seed (NIST SP 800-38A §6.5). */
function seeded(seed: Uint8Array): (bytes: Uint8Array) => void {
  const stream = createCipheriv("aes-256-ctr", createHash("sha256").update(seed).digest(), new Uint8Array(16));
  return (bytes) => bytes.set(stream.update(new Uint8Array(bytes.length)));
}
