/**
 * Idempotency-Key: the same key with the same request gives the same directive, also when the hive died in between.
 *
 * Order: the packet is signed, so its id is known; key, id and packet become durable in `http/idempotency.jsonl`; only then is
 * it submitted. A retry after a crash finds the line. Was the packet admitted, its directive is the answer; was it not, the very
 * same packet is submitted now, and the replay guard makes sure that this cannot happen twice.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Envelope, fromBase64, isRefusal, type Refusal, refuse, toHex } from "lop";
import type { HiveFace } from "./hive-types.ts";
import { refuseDisk, writeWhole } from "./home.ts";

export const FILE_LINES_PER_KEY = 4;

export interface Slot {
  /** Id of the API key that sent it: two owners never meet. */
  owner: string;
  key: string;
  /** Digest of the request's canonical body. */
  request: string;
}

interface Kept extends Slot {
  id: string;
  at_ms: number;
  /** Until the hive has admitted it. */
  packet?: Envelope;
}

type Submitted = { id: string; again: boolean } | Refusal;

const packetId = (packet: Envelope): string => toHex(createHash("sha256").update(fromBase64(packet.payload)).digest());

export class Idempotency {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #limits: { keys: number; hours: number };
  readonly #kept: Map<string, Kept>;
  readonly #underWay = new Map<string, Promise<Submitted>>();
  #file: FileHandle;
  #lines: number;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    path: string,
    file: FileHandle,
    kept: Map<string, Kept>,
    clock: Clock,
    limits: { keys: number; hours: number },
  ) {
    this.#path = path;
    this.#file = file;
    this.#kept = kept;
    this.#lines = kept.size;
    this.#clock = clock;
    this.#limits = limits;
  }

  static async open(
    home: string,
    clock: Clock,
    limits: { keys: number; hours: number },
  ): Promise<Idempotency | Refusal> {
    const path = join(home, "http", "idempotency.jsonl");
    try {
      const kept = readKept(path);
      forgetOld(kept, clock.now_ms(), limits);
      writeWhole(path, [...kept.values()].map((each) => `${JSON.stringify(each)}\n`).join(""));
      return new Idempotency(path, await open(path, "a", 0o600), kept, clock, limits);
    } catch (error) {
      return refuseDisk(error, path);
    }
  }

  /** Requests with one key come one after the other; all get the first one's directive. */
  async once(
    slot: Slot,
    sign: () => Promise<Envelope | Refusal>,
    hive: Pick<HiveFace, "submit" | "directive">,
  ): Promise<Submitted> {
    const name = nameOf(slot);
    const before = this.#underWay.get(name);
    const mine = (before ?? Promise.resolve()).then(() => this.#take(name, slot, sign, hive));
    this.#underWay.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.#underWay.get(name) === mine) this.#underWay.delete(name);
    }
  }

  async #take(
    name: string,
    slot: Slot,
    sign: () => Promise<Envelope | Refusal>,
    hive: Pick<HiveFace, "submit" | "directive">,
  ): Promise<Submitted> {
    forgetOld(this.#kept, this.#clock.now_ms(), this.#limits);
    const kept = this.#kept.get(name);
    if (kept === undefined) return this.#first(name, slot, sign, hive);
    if (kept.request !== slot.request)
      return refuse("idempotency-conflict", `Idempotency-Key ${slot.key} was used with a different body.`);
    if (kept.packet === undefined || (await hive.directive(kept.id)) !== undefined) return { id: kept.id, again: true };
    const submitted = await hive.submit(kept.packet);
    if (!isRefusal(submitted) || submitted.refused === "packet-replayed") return this.#admitted(name, kept, true);
    // Nothing was done under the old packet and nothing can be any more: it is too old to be admitted.
    return submitted.refused === "packet-expired" ? this.#first(name, slot, sign, hive) : submitted;
  }

  async #first(
    name: string,
    slot: Slot,
    sign: () => Promise<Envelope | Refusal>,
    hive: Pick<HiveFace, "submit">,
  ): Promise<Submitted> {
    const packet = await sign();
    if (isRefusal(packet)) return packet;
    const kept: Kept = { ...slot, id: idOf(packet), at_ms: this.#clock.now_ms(), packet };
    const unwritten = await this.#write({ ...kept }, true);
    if (unwritten !== null) return unwritten;
    this.#kept.set(name, kept);
    const submitted = await hive.submit(packet);
    if (!isRefusal(submitted)) return this.#admitted(name, { ...kept, id: submitted.id }, false);
    this.#kept.delete(name);
    await this.#write({ ...slot, forget: true }, false);
    return submitted;
  }

  /** From here on the directive can be looked up; the packet need not be kept. */
  async #admitted(name: string, { packet: _, ...kept }: Kept, again: boolean): Promise<Submitted> {
    this.#kept.set(name, kept);
    await this.#write(kept, false);
    return { id: kept.id, again };
  }

  #write(line: object, durable: boolean): Promise<Refusal | null> {
    const mine = this.#writing.then(async () => {
      if (++this.#lines > this.#limits.keys * FILE_LINES_PER_KEY) await this.#rewrite();
      await this.#file.appendFile(`${JSON.stringify(line)}\n`);
      if (durable) await this.#file.datasync();
    });
    this.#writing = mine.catch(() => undefined);
    return mine.then(
      () => null,
      (error: unknown) => refuseDisk(error, this.#path),
    );
  }

  async #rewrite(): Promise<void> {
    await this.#file.close();
    writeWhole(this.#path, [...this.#kept.values()].map((each) => `${JSON.stringify(each)}\n`).join(""));
    this.#file = await open(this.#path, "a", 0o600);
    this.#lines = this.#kept.size;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }
}

const nameOf = ({ owner, key }: Slot): string => `${owner} ${key}`;

/** A malformed packet has no id; the hive will refuse it, and this name is never shown. */
function idOf(packet: Envelope): string {
  try {
    return packetId(packet);
  } catch {
    return "";
  }
}

function readKept(path: string): Map<string, Kept> {
  const kept = new Map<string, Kept>();
  for (const line of readLines(path)) {
    const entry = parseLine(line);
    if (entry === null) continue;
    kept.delete(nameOf(entry));
    if (!("forget" in entry)) kept.set(nameOf(entry), entry);
  }
  return kept;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Null for a line that a crash cut off: its request was never answered. */
function parseLine(line: string): Kept | null {
  try {
    const entry = JSON.parse(line) as Kept;
    return typeof entry.owner === "string" && typeof entry.key === "string" ? entry : null;
  } catch {
    return null;
  }
}

/** Oldest first: a Map keeps the order of insertion. */
function forgetOld(kept: Map<string, Kept>, now_ms: number, { keys, hours }: { keys: number; hours: number }): void {
  for (const [name, { at_ms }] of kept) {
    if (kept.size <= keys && at_ms > now_ms - hours * 3_600_000) return;
    kept.delete(name);
  }
}
