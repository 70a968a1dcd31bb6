/** What one place offers in a stretch of slots: whether it is open, and how many units are free. Read once, then asked at once. */
import { type Capability, HoursCompiler, HoursIndex, SLOT_MS } from "lattice";
import { nodeInZone } from "lattice/node";
import { isRefusal, type Refusal } from "lop";
import type { OpenLattice } from "./lattice-port.ts";
import { heard } from "./lattice-refusal.ts";

/** Slots of a quarter of an hour, counted from the Unix epoch. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export class Room {
  readonly #span: Span;
  /** Null: hours that cannot be read any more are not known. */
  readonly #hours: HoursIndex | null;
  readonly #free: Int32Array;

  constructor(span: Span, hours: HoursIndex | null, free: Int32Array) {
    this.#span = span;
    this.#hours = hours;
    this.#free = free;
  }

  /** Units in the worst of these slots; none outside of the stretch. */
  free({ from, until }: Span): number {
    let least = Number.POSITIVE_INFINITY;
    for (let slot = from; slot < until; slot++) least = Math.min(least, this.#free[slot - this.#span.from] ?? 0);
    return least;
  }

  state({ from, until }: Span): "open" | "closed" | "unknown" {
    return this.#hours?.isOpen(0, { from_ms: from * SLOT_MS, until_ms: until * SLOT_MS }) ?? "unknown";
  }

  /** Why a stay cannot be; null when it can. */
  refusal(stay: Span): "closed" | "full" | "unknown" | null {
    const state = this.state(stay);
    if (state !== "open") return state;
    return this.free(stay) < 1 ? "full" : null;
  }

  /** Starts in [from, until) of stays that can be, as stretches. */
  starts({ from, until }: Span, duration: number): [number, number][] {
    const starts: [number, number][] = [];
    for (let start = from; start < until; start++) {
      if (this.refusal({ from: start, until: start + duration }) !== null) continue;
      const last = starts.at(-1);
      if (last?.[1] === start) last[1]++;
      else starts.push([start, start + 1]);
    }
    return starts;
  }

  /** `[from, until, units]` of the slots that are open and have any. */
  runs(): [number, number, number][] {
    const runs: [number, number, number][] = [];
    for (let slot = this.#span.from; slot < this.#span.until; slot++) {
      const one = { from: slot, until: slot + 1 };
      if (this.refusal(one) !== null) continue;
      const [last, units] = [runs.at(-1), this.free(one)];
      if (last?.[1] === slot && last[2] === units) last[1]++;
      else runs.push([slot, slot + 1, units]);
    }
    return runs;
  }
}

/** @param most units that can be of use: more are not told apart. */
export async function roomOf(open: OpenLattice, record: Capability, span: Span, most: number): Promise<Room | Refusal> {
  const horizon = { from_ms: span.from * SLOT_MS, until_ms: span.until * SLOT_MS };
  const hours = new HoursIndex(new HoursCompiler(horizon, nodeInZone), open.settings.region);
  const read = hours.set(0, record.hours, record.tz, record.at) === null;
  const free = new Int32Array(span.until - span.from);
  const [dimension] = Object.keys(record.capacity);
  if (dimension === undefined) free.fill(most);
  else {
    const wrong = await fill(open, { id: record.id, dimension, most }, free, span.from, span);
    if (wrong !== null) return wrong;
  }
  return new Room(span, read ? hours : null, free);
}

/** Asks for whole stretches first: where the worst slot has enough, none has to be asked by itself. */
async function fill(
  open: OpenLattice,
  asked: { readonly id: string; readonly dimension: string; readonly most: number },
  free: Int32Array,
  first: number,
  { from, until }: Span,
): Promise<Refusal | null> {
  const { id, dimension, most } = asked;
  const window = { from_ms: from * SLOT_MS, until_ms: until * SLOT_MS };
  const least = heard(await open.lattice.free(id, dimension, window));
  if (isRefusal(least)) return least;
  if (least >= most || until - from === 1) {
    free.fill(Math.max(0, Math.min(least, most)), from - first, until - first);
    return null;
  }
  const middle = (from + until) >>> 1;
  return (
    (await fill(open, asked, free, first, { from, until: middle })) ??
    (await fill(open, asked, free, first, { from: middle, until }))
  );
}
