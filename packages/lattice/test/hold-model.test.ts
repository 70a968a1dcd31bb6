import { describe, expect, inject, it } from "vitest";
import type { HoldEvent, HoldRequest } from "../src/hold.ts";
import { type Granted, HoldBook } from "../src/hold-book.ts";
import { isFault } from "../src/index.ts";
import { Surface } from "../src/surface.ts";
import { chance } from "./city.ts";
import { storm } from "./hold-storm.ts";
import { SimFile } from "./journal-sim.ts";
import { openLive, SimClock } from "./live-world.ts";

const SLOTS = { from: 10, until: 12 };
const CAPACITY = [1, 2];
const TTL_MS = 10;
const item = (handle: number, units: number) => ({ handle, dimension: "seats", slots: SLOTS, units });
const ONE: HoldRequest = { items: [item(0, 1)], ttl_ms: TTL_MS, key: "one" };
const BOTH: HoldRequest = { items: [item(0, 1), item(1, 2)], ttl_ms: TTL_MS };
const SECOND: HoldRequest = { items: [item(1, 1)], ttl_ms: TTL_MS };

/**
 * Two clients, two capabilities, a journal that keeps some of what was not acknowledged, a clock that is set back and forth:
 * every sequence of so many of these actions is run, and the invariants are checked after each.
 */
class World {
  surface = new Surface(CAPACITY);
  book = this.#freshBook();
  journal: HoldEvent[] = [];
  /** Events up to here were acknowledged. */
  acknowledged = 0;
  monotonic_ms = 100;
  wall_ms = 1000;
  /** Fences whose confirmation was acknowledged and that nobody released since. */
  confirmed = new Set<number>();
  greatestFence = 0;

  #freshBook(): HoldBook {
    const surface = this.surface;
    return new HoldBook((dimension) => (dimension === "seats" ? surface : undefined));
  }

  act(action: string): void {
    if (action === "one") this.#grant(ONE);
    else if (action === "both") this.#grant(BOTH);
    else if (action === "second") this.#grant(SECOND);
    else if (action === "confirm last") this.#confirm(this.greatestFence);
    else if (action === "release first") this.#release(1);
    else if (action === "time passes") this.#pass(TTL_MS / 2 + 1);
    else if (action === "clock set back") this.wall_ms -= 1_000_000;
    else this.#crash(action === "crash keeps all" ? this.journal.length : this.acknowledged);
    this.#check(action);
  }

  #times() {
    return { now_ms: this.wall_ms, monotonic_ms: this.monotonic_ms };
  }

  #expire(): void {
    this.journal.push(...this.book.expire(this.#times()));
  }

  #grant(request: HoldRequest): void {
    this.#expire();
    const granted = this.book.grant(request, this.#times());
    if (isFault(granted) || granted.event === null) return;
    if (granted.hold.fence <= this.greatestFence) throw new Error(`fence ${granted.hold.fence} was given before`);
    this.greatestFence = granted.hold.fence;
    this.#acknowledge(granted);
  }

  #confirm(fence: number): void {
    this.#expire();
    const granted = this.book.confirm(fence, this.#times());
    if (isFault(granted)) return;
    this.#acknowledge(granted);
    this.confirmed.add(fence);
  }

  #release(fence: number): void {
    this.#expire();
    const granted = this.book.release(fence);
    if (isFault(granted)) return;
    this.#acknowledge(granted);
    this.confirmed.delete(fence);
  }

  #acknowledge({ event }: Granted): void {
    if (event !== null) this.journal.push(event);
    this.acknowledged = this.journal.length;
  }

  #pass(ms: number): void {
    this.monotonic_ms += ms;
    this.wall_ms += ms;
    this.#expire(); // events that nobody waits for: not acknowledged yet
  }

  #crash(kept: number): void {
    this.journal = this.journal.slice(0, kept);
    this.acknowledged = kept;
    this.monotonic_ms = 7; // another boot
    this.surface = new Surface(CAPACITY);
    this.book = this.#freshBook();
    for (const event of this.journal) this.book.apply(event, this.#times());
  }

  #check(action: string): void {
    const held = [0, 0];
    for (let fence = 1; fence <= this.greatestFence; fence++) {
      const hold = this.book.hold(fence);
      if (isFault(hold) || (hold.state !== "held" && hold.state !== "confirmed")) continue;
      for (const { handle, units } of hold.items) held[handle]! += units;
    }
    for (const handle of [0, 1]) {
      const free = this.surface.least(handle, SLOTS);
      if (free < 0 || free + held[handle]! !== CAPACITY[handle])
        throw new Error(`${action}: ${free} free, ${held[handle]} held of ${handle}`);
    }
    for (const fence of this.confirmed) {
      const hold = this.book.hold(fence);
      if (isFault(hold) || hold.state !== "confirmed") throw new Error(`${action}: confirmed hold ${fence} was lost`);
    }
  }
}

const ACTIONS = [
  "one",
  "both",
  "second",
  "confirm last",
  "release first",
  "time passes",
  "clock set back",
  "crash keeps all",
  "crash keeps acknowledged",
];

describe("the protocol of holds", () => {
  it("keeps its invariants in every sequence of 5 actions", () => {
    const depth = 5;
    const total = ACTIONS.length ** depth;
    for (let sequence = 0; sequence < total; sequence++) {
      const world = new World();
      for (let rest = sequence, i = 0; i < depth; i++, rest = Math.floor(rest / ACTIONS.length))
        world.act(ACTIONS[rest % ACTIONS.length]!);
    }
    expect(total).toBe(59_049);
  });

  const seed = inject("seed");
  it(`loses nothing acknowledged and oversells nothing, with power failing at random (seed ${seed})`, async () => {
    const random = chance(seed);
    const handles = 5;
    let file = new SimFile();
    const clock = new SimClock();
    let live = await openLive(file, clock);
    await live.setBase(
      "seats",
      Array.from({ length: handles }, (_, handle) => ({ handle, units: 3 })),
    );
    const sold = new Map<number, number>(); // confirmed fence → handle
    let lives = 1;
    for (let i = 0; i < 3000; i++) {
      const handle = Math.floor(random() * handles);
      const granted = await live.hold({ items: [item(handle, 1)], ttl_ms: 50 });
      clock.pass(Math.floor(random() * 30));
      if (random() < 0.1) clock.jump(Math.floor((random() - 0.5) * 1e7));
      if (!isFault(granted) && random() < 0.7) {
        const confirmed = await live.confirm(granted.fence);
        if (!isFault(confirmed)) sold.set(granted.fence, handle);
      }
      const [some] = sold.keys();
      if (some !== undefined && random() < 0.4 && !isFault(await live.release(some))) sold.delete(some);
      if (random() < 0.05) {
        void live.hold({ items: [item(handle, 1)], ttl_ms: 50 }); // under way when the power fails
        await null;
        await null;
        file = file.crash(i);
        live = await openLive(file, clock);
        lives++;
      }
      const held = Array.from({ length: handles }, (_, h) => [...sold.values()].filter((at) => at === h).length);
      for (let h = 0; h < handles; h++) {
        const free = live.freeIn(h, "seats", SLOTS);
        if (free < 0 || free + held[h]! > 3)
          throw new Error(`${free} free of ${h} with ${held[h]} sold, seed ${seed}, step ${i}`);
      }
      for (const fence of sold.keys()) {
        const hold = live.look(fence);
        if (isFault(hold) || hold.state !== "confirmed")
          throw new Error(`sold hold ${fence} was lost, seed ${seed}, step ${i}`);
      }
    }
    expect(lives).toBeGreaterThan(50);
  });
});

describe("a storm of clients", () => {
  const seed = inject("seed");
  it(`with power failing in the middle oversells, loses and repeats nothing (seed ${seed})`, async () => {
    const { granted, kills, jumps, repeats, lost_bytes } = await storm(seed, 20_000, 25);
    expect(kills).toBe(25);
    expect(Math.min(granted, jumps, repeats, lost_bytes)).toBeGreaterThan(0);
  });
});
