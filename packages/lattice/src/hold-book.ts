/**
 * Who holds what. A pure state machine: it decides, changes the surfaces, and tells the events that make it so; the same events
 * applied after a restart give the same book. The protocol is checked exhaustively in test/hold-model.test.ts.
 */
import { type Fault, fault } from "./fault.ts";
import type { Hold, HoldEvent, HoldItem, HoldRequest, HoldState } from "./hold.ts";
import { MinQueue } from "./queue.ts";
import type { Surface } from "./surface.ts";

/** Holds that stand unconfirmed or confirmed at one time. */
export const MAX_OPEN_HOLDS = 4_000_000;
/** Ended holds are remembered for questions and repeated keys; the oldest go first. */
export const ENDED_HOLDS_KEPT = 100_000;

export interface HoldLimits {
  readonly open_holds: number;
  readonly ended_holds: number;
}

export const HOLD_LIMITS: HoldLimits = { open_holds: MAX_OPEN_HOLDS, ended_holds: ENDED_HOLDS_KEPT };

export const holdsFull = (most: number): Fault =>
  fault("holds-full", `${most} holds are open, and there can be no more.`);

interface Kept {
  readonly fence: number;
  readonly items: readonly HoldItem[];
  readonly key: string | null;
  readonly expires_at_ms: number;
  /** By the monotonic clock of this process. */
  readonly deadline_ms: number;
  state: HoldState;
}

/** Wall clock and monotonic clock, in ms. */
export interface Times {
  readonly now_ms: number;
  readonly monotonic_ms: number;
}

export interface Granted {
  readonly hold: Hold;
  /** To be made durable before the hold is told to anybody; null when it was granted before. */
  readonly event: HoldEvent | null;
}

export class HoldBook {
  readonly #surfaceOf: (dimension: string) => Surface | undefined;
  readonly #limits: HoldLimits;
  readonly #holds = new Map<number, Kept>();
  readonly #byKey = new Map<string, number>();
  readonly #deadlines = new MinQueue();
  readonly #ended: number[] = [];
  #open = 0;
  #fence = 0;

  constructor(surfaceOf: (dimension: string) => Surface | undefined, limits: HoldLimits = HOLD_LIMITS) {
    this.#surfaceOf = surfaceOf;
    this.#limits = limits;
  }

  get open(): number {
    return this.#open;
  }

  hold(fence: number): Hold | Fault {
    const kept = this.#holds.get(fence);
    return kept === undefined ? fault("hold-unknown", `There is no hold ${fence}.`, "fence") : viewOf(kept);
  }

  /** The newest first, of those that are remembered. */
  newest(limit: number): Hold[] {
    const holds: Hold[] = [];
    for (let fence = this.#fence; fence > 0 && holds.length < Math.min(limit, this.#holds.size); fence--) {
      const kept = this.#holds.get(fence);
      if (kept !== undefined) holds.push(viewOf(kept));
    }
    return holds;
  }

  /** Grants all items or none. Faults: `hold-too-much`, `dimension-unknown`, `key-reused`, `holds-full`. */
  grant(request: HoldRequest, { now_ms, monotonic_ms }: Times): Granted | Fault {
    const before = this.#before(request);
    if (before !== null) return before;
    if (this.#open >= this.#limits.open_holds) return holdsFull(this.#limits.open_holds);
    const wrong = this.#take(request.items);
    if (wrong !== null) return wrong;
    const { items, ttl_ms, key = null } = request;
    const fence = ++this.#fence;
    const kept = this.#keep({
      fence,
      items,
      key,
      expires_at_ms: now_ms + ttl_ms,
      deadline_ms: monotonic_ms + ttl_ms,
      state: "held",
    });
    return { hold: viewOf(kept), event: { e: "held", fence, key, at_ms: now_ms, ttl_ms, items: [...items] } };
  }

  #before({ key, items }: HoldRequest): Granted | Fault | null {
    const fence = key === undefined ? undefined : this.#byKey.get(key);
    if (fence === undefined) return null;
    const kept = this.#holds.get(fence)!;
    if (JSON.stringify(kept.items) === JSON.stringify(items)) return { hold: viewOf(kept), event: null };
    return fault("key-reused", `The key "${key}" belongs to another request.`, "key");
  }

  /** Takes the units item by item; when one does not fit, what was taken is given back. */
  #take(items: readonly HoldItem[]): Fault | null {
    for (const [i, { handle, dimension, slots, units }] of items.entries()) {
      const surface = this.#surfaceOf(dimension);
      const free = surface?.least(handle, slots) ?? 0;
      if (surface !== undefined && free >= units) {
        surface.take(handle, slots, units);
        continue;
      }
      this.#give(items.slice(0, i));
      if (surface === undefined)
        return fault("dimension-unknown", `There is no dimension "${dimension}".`, `items.${i}.dimension`);
      return fault(
        "hold-too-much",
        `${units} of ${dimension} asked for, ${Math.max(0, free)} free in the worst slot.`,
        `items.${i}`,
      );
    }
    return null;
  }

  #give(items: readonly HoldItem[]): void {
    for (const { handle, dimension, slots, units } of items) this.#surfaceOf(dimension)?.give(handle, slots, units);
  }

  #keep(kept: Kept): Kept {
    this.#holds.set(kept.fence, kept);
    if (kept.key !== null) this.#byKey.set(kept.key, kept.fence);
    this.#deadlines.push(kept.deadline_ms, kept.fence);
    this.#open++;
    return kept;
  }

  /** held → confirmed. Confirming twice is no fault. Faults: `hold-unknown`, `hold-over`. */
  confirm(fence: number, { monotonic_ms }: Times): Granted | Fault {
    const kept = this.#holds.get(fence);
    if (kept === undefined) return fault("hold-unknown", `There is no hold ${fence}.`, "fence");
    if (kept.state === "confirmed") return { hold: viewOf(kept), event: null };
    if (kept.state !== "held" || kept.deadline_ms <= monotonic_ms) return over(kept);
    kept.state = "confirmed";
    return { hold: viewOf(kept), event: { e: "confirmed", fence } };
  }

  /** held or confirmed → released; the units are free again. Releasing twice is no fault. Faults: `hold-unknown`, `hold-over`. */
  release(fence: number): Granted | Fault {
    const kept = this.#holds.get(fence);
    if (kept === undefined) return fault("hold-unknown", `There is no hold ${fence}.`, "fence");
    if (kept.state === "released") return { hold: viewOf(kept), event: null };
    if (kept.state === "expired") return over(kept);
    this.#end(kept, "released");
    return { hold: viewOf(kept), event: { e: "released", fence } };
  }

  /** Ends every unconfirmed hold whose time is over. */
  expire({ monotonic_ms }: Times): HoldEvent[] {
    const events: HoldEvent[] = [];
    while (this.#deadlines.least <= monotonic_ms) {
      const kept = this.#holds.get(this.#deadlines.pop());
      if (kept?.state !== "held") continue;
      this.#end(kept, "expired");
      events.push({ e: "expired", fence: kept.fence });
    }
    return events;
  }

  #end(kept: Kept, state: "released" | "expired"): void {
    this.#give(kept.items);
    kept.state = state;
    this.#open--;
    this.#ended.push(kept.fence);
    const { ended_holds } = this.#limits;
    if (this.#ended.length > ended_holds) this.#forget(this.#ended.splice(0, Math.ceil(ended_holds / 2)));
  }

  #forget(fences: readonly number[]): void {
    for (const fence of fences) {
      const key = this.#holds.get(fence)?.key;
      if (key !== undefined && key !== null && this.#byKey.get(key) === fence) this.#byKey.delete(key);
      this.#holds.delete(fence);
    }
  }

  /** Applies an event of an earlier life. What it says has happened; the book only follows. */
  apply(event: HoldEvent, { now_ms, monotonic_ms }: Times): void {
    if (event.e === "held") {
      const { fence, key, at_ms, ttl_ms, items } = event;
      for (const { handle, dimension, slots, units } of items) this.#surfaceOf(dimension)?.take(handle, slots, units);
      this.#fence = Math.max(this.#fence, fence);
      const left_ms = Math.min(ttl_ms, Math.max(0, at_ms + ttl_ms - now_ms));
      this.#keep({
        fence,
        items,
        key,
        expires_at_ms: at_ms + ttl_ms,
        deadline_ms: monotonic_ms + left_ms,
        state: "held",
      });
      return;
    }
    const kept = this.#holds.get(event.fence);
    if (kept === undefined) return;
    if (event.e === "confirmed") kept.state = "confirmed";
    else this.#end(kept, event.e);
  }
}

const over = ({ fence, state }: Kept): Fault =>
  fault("hold-over", `Hold ${fence} is ${state === "held" ? "out of time" : state}.`, "fence");

const viewOf = ({ fence, state, items, key, expires_at_ms }: Kept): Hold => ({
  fence,
  state,
  items,
  key,
  expires_at_ms,
});
