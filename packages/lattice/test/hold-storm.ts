/**
 * Random clients on a live surface whose power fails: what they were told is held against what the surface says, all the way. The account here is
 * kept apart from the surface's own: it knows only answers.
 */
import { type Fault, type Hold, type HoldItem, isFault, type LiveSurface } from "../src/index.ts";
import { chance } from "./city.ts";
import { SimFile } from "./journal-sim.ts";
import { openLive, SimClock } from "./live-world.ts";

const HANDLES = 12;
const DIMENSIONS = ["seats", "power"];
const SLOTS = 24;
const UNITS = 4;
const MOST_AT_ONCE = 12;
/** Fences that clients may still come back to. */
const REMEMBERED = 400;

export interface StormReport {
  readonly operations: number;
  readonly granted: number;
  readonly refused: number;
  readonly kills: number;
  readonly jumps: number;
  readonly repeats: number;
  readonly lost_bytes: number;
}

type Told = {
  state: "held" | "confirmed" | "over";
  readonly items: readonly HoldItem[];
  readonly key: string | null;
  doubt: boolean;
};

class Storm {
  readonly #random: () => number;
  readonly #clock = new SimClock();
  readonly #told = new Map<number, Told>();
  readonly #byKey = new Map<string, number>();
  #file = new SimFile();
  #live!: LiveSurface;
  #greatest = 0;
  #keys = 0;
  readonly counts = { operations: 0, granted: 0, refused: 0, kills: 0, jumps: 0, repeats: 0, lost_bytes: 0 };

  constructor(seed: number) {
    this.#random = chance(seed);
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  async begin(): Promise<void> {
    this.#live = await openLive(this.#file, this.#clock);
    const base = Array.from({ length: HANDLES }, (_, handle) => ({ handle, units: UNITS }));
    for (const dimension of DIMENSIONS) await this.#live.setBase(dimension, base);
  }

  /** Some clients at once; each is answered before the next round. */
  async round(): Promise<void> {
    const count = 1 + this.#below(MOST_AT_ONCE);
    await Promise.all(Array.from({ length: count }, () => this.#operate()));
    if (this.#random() < 0.3) this.#clock.pass(this.#below(40));
    if (this.#random() < 0.01) {
      this.#clock.jump(Math.floor((this.#random() - 0.5) * 1e9));
      this.counts.jumps++;
    }
  }

  /** Power fails while clients wait: what they asked for may have happened or not. */
  async kill(): Promise<void> {
    const count = this.#below(MOST_AT_ONCE + 1);
    for (let i = 0; i < count; i++) void this.#operate(true).catch(() => undefined);
    for (let turns = this.#below(9); turns > 0; turns--) await null;
    this.#file = this.#file.crash(this.counts.kills * 7919 + this.counts.operations);
    this.counts.kills++;
    this.#live = await openLive(this.#file, this.#clock);
    this.counts.lost_bytes += this.#live.lost_bytes;
    this.check();
    this.#settle();
  }

  #operate(unanswered = false): Promise<void> {
    this.counts.operations++;
    const choice = this.#random();
    if (choice < 0.5) return this.#hold(unanswered);
    const fence = this.#someFence();
    if (choice < 0.75) return this.#end(fence, "confirmed", unanswered);
    if (choice < 0.97) return this.#end(fence, "over", unanswered);
    this.#live.look(fence);
    return Promise.resolve();
  }

  #someFence(): number {
    return Math.max(1, this.#greatest - this.#below(this.#random() < 0.7 ? 20 : REMEMBERED));
  }

  #items(): HoldItem[] {
    return Array.from({ length: 1 + this.#below(3) }, () => {
      const from = 1000 + this.#below(SLOTS - 4);
      return {
        handle: this.#below(HANDLES),
        dimension: DIMENSIONS[this.#below(DIMENSIONS.length)]!,
        slots: { from, until: from + 1 + this.#below(4) },
        units: 1 + this.#below(2),
      };
    });
  }

  async #hold(unanswered: boolean): Promise<void> {
    const repeated = this.#random() < 0.1 ? this.#told.get(this.#someFence()) : undefined;
    const key = repeated === undefined ? (this.#random() < 0.3 ? `key-${this.#keys++}` : null) : repeated.key;
    const items = repeated === undefined || key === null ? this.#items() : repeated.items;
    const ttl_ms = this.#random() < 0.5 ? 20 : 100_000;
    const hold = await this.#live.hold({ items, ttl_ms, ...(key === null ? {} : { key }) });
    if (unanswered) return;
    if (isFault(hold)) return this.#refuse(hold);
    this.#grant(hold, key);
  }

  #refuse(fault: Fault): void {
    if (fault.refused === "journal-unwritable") throw new Error(`a journal that works was unwritable: ${fault.why}`);
    this.counts.refused++;
  }

  #grant(hold: Hold, key: string | null): void {
    const before = key === null ? undefined : this.#byKey.get(key);
    if (before !== undefined && this.#told.has(before)) {
      if (before !== hold.fence) throw new Error(`key ${key} was granted twice: ${before} and ${hold.fence}`);
      this.counts.repeats++;
      return;
    }
    if (this.#told.has(hold.fence)) throw new Error(`fence ${hold.fence} was given twice`);
    this.#greatest = Math.max(this.#greatest, hold.fence);
    this.#told.set(hold.fence, { state: "held", items: hold.items, key: hold.key, doubt: false });
    if (key !== null) this.#byKey.set(key, hold.fence);
    this.counts.granted++;
  }

  async #end(fence: number, state: "confirmed" | "over", unanswered: boolean): Promise<void> {
    const told = this.#told.get(fence);
    if (told !== undefined && state === "over") told.doubt = true;
    const answer = await (state === "confirmed" ? this.#live.confirm(fence) : this.#live.release(fence));
    if (unanswered) return;
    if (told !== undefined && state === "over") told.doubt = false;
    if (isFault(answer) || told === undefined) return;
    // Of a confirmation and a release at once, the release came last or the confirmation was refused.
    if (told.state !== "over") told.state = state;
  }

  /** After a kill, what was under way is over or not, and clients can only ask. */
  #settle(): void {
    for (const [fence, told] of this.#told) {
      const hold = this.#live.look(fence);
      const open = !isFault(hold) && (hold.state === "held" || hold.state === "confirmed");
      if (!open) told.state = "over";
      told.doubt = false;
    }
  }

  /** @throws Error that names what was broken. */
  check(): void {
    const taken = new Map<string, number>();
    for (let fence = 1; fence <= this.#greatest + MOST_AT_ONCE; fence++) {
      const hold = this.#live.look(fence);
      this.#checkTold(fence, hold);
      if (isFault(hold) || (hold.state !== "held" && hold.state !== "confirmed")) continue;
      this.#greatest = Math.max(this.#greatest, fence);
      for (const { handle, dimension, slots, units } of hold.items) {
        for (let slot = slots.from; slot < slots.until; slot++) {
          const at = `${handle} ${dimension} ${slot}`;
          taken.set(at, (taken.get(at) ?? 0) + units);
        }
      }
    }
    for (let handle = 0; handle < HANDLES; handle++)
      for (const dimension of DIMENSIONS) this.#checkFree(handle, dimension, taken);
  }

  #checkTold(fence: number, hold: Hold | Fault): void {
    const told = this.#told.get(fence);
    if (told === undefined) return;
    const state = isFault(hold) ? "unknown" : hold.state;
    if (told.state === "confirmed" && !told.doubt && state !== "confirmed")
      throw new Error(`confirmed hold ${fence} is ${state}`);
    if (told.state === "over" && (state === "held" || state === "confirmed"))
      throw new Error(`released hold ${fence} is ${state}`);
  }

  #checkFree(handle: number, dimension: string, taken: ReadonlyMap<string, number>): void {
    for (let slot = 1000; slot < 1000 + SLOTS; slot++) {
      const free = this.#live.freeIn(handle, dimension, { from: slot, until: slot + 1 });
      const held = taken.get(`${handle} ${dimension} ${slot}`) ?? 0;
      if (free < 0 || free + held !== UNITS)
        throw new Error(`${dimension} of ${handle} in slot ${slot}: ${free} free, ${held} held of ${UNITS}`);
    }
  }
}

/** Runs a storm of so many operations with so many kills. @throws Error when units were oversold, or a hold lost or granted twice. */
export async function storm(seed: number, operations: number, kills: number): Promise<StormReport> {
  const world = new Storm(seed);
  await world.begin();
  for (let killed = 0; killed < kills; killed++) {
    while (world.counts.operations < ((killed + 1) * operations) / kills) await world.round();
    await world.kill();
  }
  world.check();
  return world.counts;
}
