/**
 * How early a tour that has come so far can return: the cheapest way on under a relaxation that counts time in buckets (rounded down) and
 * forgets all but the visited nodes near the last one, so that others may be visited again; prices on the nodes make that not worth while.
 * (State-space relaxation, Christofides, Mingozzi and Toth 1981; ng-sets, Baldacci, Mingozzi and Roberti, Operations Research 59, 2011.)
 */
import { type NearSteps, nearest, nearSteps, stepFrom } from "./near-sets.ts";
import type { Windows } from "./tsptw-windows.ts";

/** For each level: nodes remembered near each node, rounds of price steps, and buckets aimed at. */
const LEVELS = [
  { near: 4, rounds: 40, buckets: 100 },
  { near: 7, rounds: 14, buckets: 300 },
  { near: 8, rounds: 8, buckets: 400 },
  { near: 9, rounds: 15, buckets: 500 },
] as const;
/** Entries of the table beyond which there is no bound. */
const MOST_ENTRIES = 40_000_000;
const ROUNDING = 1e-7;

export class PricedWays {
  readonly #windows: Windows;
  /** Nodes near node i: #near[i · count + bit]. */
  readonly #near: Int16Array;
  readonly #count: number;
  readonly #bucket: number;
  /** Bucket of each node's opening, and where its entries begin: one for each bucket and set of near nodes that may be visited later. */
  readonly #first: Int32Array;
  readonly #at: Int32Array;
  readonly #table: Float64Array;
  readonly #steps: NearSteps;
  readonly prices: Float64Array;
  /** No tour returns before this. */
  bound = 0;

  private constructor(windows: Windows, near: number, bucket: number, prices: Float64Array) {
    const { nodes, opens, closes } = windows;
    this.#windows = windows;
    this.#count = Math.min(near, nodes - 2);
    this.#bucket = bucket;
    this.prices = prices;
    this.#near = nearNodes(windows, this.#count);
    this.#steps = nearSteps(nodes, this.#near, this.#count);
    this.#first = Int32Array.from(opens, (open) => Math.floor(open / bucket));
    this.#at = new Int32Array(nodes + 1);
    for (let i = 0; i < nodes; i++) {
      const buckets = i === 0 ? 0 : Math.floor(closes[i]! / bucket) - this.#first[i]! + 1;
      this.#at[i + 1] = this.#at[i]! + (buckets << this.#count);
    }
    this.#table = new Float64Array(this.#at[nodes]!);
  }

  /**
   * Null when times between nodes are too short, or nodes too many, for a table of sensible size. `prices` are where the price steps begin
   * and hold their end; `level` is 0 to 3.
   */
  static make(windows: Windows, level: number, prices: Float64Array): PricedWays | null {
    const { near, rounds, buckets } = LEVELS[level]!;
    const span = windows.deadline - windows.opens[0]!;
    let least = Number.POSITIVE_INFINITY;
    for (const time of windows.times) if (time < least) least = time;
    const bucket = Math.min(least * (1 - ROUNDING), span / buckets);
    const entries = ((windows.nodes * span) / bucket) * 2 ** near;
    if (!(bucket > 0 && entries <= MOST_ENTRIES)) return null;
    const ways = new PricedWays(windows, near, bucket, prices);
    ways.#raise(rounds);
    return ways;
  }

  /** Sets prices by steps against the nodes that the cheapest way visits too often or not at all (Held and Karp 1971). */
  #raise(rounds: number): void {
    const { deadline } = this.#windows;
    let best = this.prices.slice();
    let [bound, scale, stuck] = [Number.NEGATIVE_INFINITY, 1.5, 0];
    for (let round = 0; ; round++) {
      this.#sweep();
      const { value, visits } = this.#cheapest();
      if (value > bound) [bound, best, stuck] = [value, this.prices.slice(), 0];
      else if (++stuck % 3 === 0) scale /= 2;
      if (round === rounds || value > deadline) break;
      let off = 0;
      for (let i = 1; i < visits.length; i++) off += (1 - visits[i]!) ** 2;
      if (off === 0) break;
      const step = (scale * Math.max(deadline - value, deadline * 0.002)) / off;
      for (let i = 1; i < visits.length; i++) this.prices[i]! += step * (1 - visits[i]!);
    }
    this.prices.set(best);
    this.#sweep();
    this.bound = bound;
  }

  /** Fills the table from late to early: what the way on from each node, time and set costs, less the prices of the nodes on it. */
  #sweep(): void {
    const { nodes, deadline, opens } = this.#windows;
    const [from, until] = [Math.floor(opens[0]! / this.#bucket), Math.floor(deadline / this.#bucket)];
    this.#table.fill(Number.POSITIVE_INFINITY);
    for (let b = until; b >= from; b--)
      for (let i = 1; i < nodes; i++) {
        const place = this.#place(i, b);
        if (place >= 0) this.#leave(i, Math.max(b * this.#bucket, opens[i]!), (b + 1) * this.#bucket, place);
      }
  }

  #place(i: number, b: number): number {
    const place = this.#at[i]! + ((b - this.#first[i]!) << this.#count);
    return b >= this.#first[i]! && place < this.#at[i + 1]! ? place : -1;
  }

  /** All ways on from node i when it is begun in [early, late). */
  #leave(i: number, early: number, late: number, place: number): void {
    const { nodes, times, opens, closes, deadline } = this.#windows;
    if (early + times[i * nodes]! <= deadline) this.#table[place] = times[i * nodes]!;
    for (let j = 1; j < nodes; j++) {
      const way = times[i * nodes + j]!;
      const arrival = Math.max(early + way, opens[j]!);
      if (!(arrival <= closes[j]!)) continue;
      const cost = way + Math.max(0, opens[j]! - late - way) - this.prices[j]!;
      const first = Math.floor(arrival / this.#bucket);
      const last = Math.floor(Math.max(late + way, opens[j]!) / this.#bucket);
      for (let b = first; b <= last; b++) this.#join(place, i * nodes + j, this.#place(j, b), cost);
    }
    this.#spread(place);
  }

  #join(place: number, pair: number, there: number, cost: number): void {
    if (there < 0) return;
    const [table, { first, from, to }] = [this.#table, this.#steps];
    for (let k = first[pair]!, end = first[pair + 1]!; k < end; k++) {
      const value = cost + table[there + to[k]!]!;
      if (value < table[place + from[k]!]!) table[place + from[k]!] = value;
    }
  }

  /** Whoever may visit more can do what one who may visit less can: an entry holds the least over all subsets of its set. */
  #spread(place: number): void {
    const [table, end] = [this.#table, place + (1 << this.#count)];
    for (let bit = 1; bit < 1 << this.#count; bit <<= 1)
      for (let block = place; block < end; block += 2 * bit)
        for (let at = block; at < block + bit; at++) if (table[at]! < table[at + bit]!) table[at + bit] = table[at]!;
  }

  /** The cheapest way from the origin, prices of all nodes added, and how often it visits each. */
  #cheapest(): { readonly value: number; readonly visits: Int32Array } {
    const { nodes, times, opens, closes } = this.#windows;
    let [least, node, place] = [Number.POSITIVE_INFINITY, 0, -1];
    for (let j = 1; j < nodes; j++) {
      const arrival = Math.max(opens[0]! + times[j]!, opens[j]!);
      const there = arrival <= closes[j]! ? this.#place(j, Math.floor(arrival / this.#bucket)) : -1;
      if (there < 0) continue;
      const all = there + (1 << this.#count) - 1;
      const value = arrival - this.prices[j]! + this.#table[all]!;
      if (value < least) [least, node, place] = [value, j, all];
    }
    const visits = new Int32Array(nodes);
    while (node > 0) {
      visits[node]!++;
      [node, place] = this.#next(node, place);
    }
    return { value: least + this.prices.reduce((sum, price) => sum + price, 0), visits };
  }

  /** The step that an entry of the table came from; node 0 at the end. */
  #next(i: number, place: number): [node: number, place: number] {
    const { nodes, times, opens, closes } = this.#windows;
    const set = (place - this.#at[i]!) & ((1 << this.#count) - 1);
    const bucket = this.#first[i]! + ((place - this.#at[i]!) >> this.#count);
    const [early, late] = [Math.max(bucket * this.#bucket, opens[i]!), (bucket + 1) * this.#bucket];
    for (let j = 1; j < nodes; j++) {
      const way = times[i * nodes + j]!;
      const arrival = Math.max(early + way, opens[j]!);
      if (!(arrival <= closes[j]!)) continue;
      const cost = way + Math.max(0, opens[j]! - late - way) - this.prices[j]!;
      const later = stepFrom(this.#steps, i * nodes + j, set);
      if (later < 0) continue;
      const last = Math.floor(Math.max(late + way, opens[j]!) / this.#bucket);
      for (let b = Math.floor(arrival / this.#bucket); b <= last; b++) {
        const there = this.#place(j, b);
        if (there >= 0 && cost + this.#table[there + later]! === this.#table[place]!) return [j, there + later];
      }
    }
    return [0, -1];
  }

  /** The earliest return of a tour that has visited `set`, is at node `i` (one of them) at this time, and has nodes of these prices to come. */
  returnAtLeast(set: Int32Array, i: number, time: number, open: number): number {
    const [near, count] = [this.#near, this.#count];
    let free = 0;
    for (let bit = 0, at = i * count; bit < count; bit++, at++) {
      const node = near[at]!;
      if (!(set[node >> 5]! & (1 << (node & 31)))) free |= 1 << bit;
    }
    const place = this.#place(i, Math.floor(time / this.#bucket));
    return place < 0 ? Number.POSITIVE_INFINITY : (time + this.#table[place + free]! + open) * (1 - ROUNDING);
  }
}

/** Near: quick to go to or come from, among those that could come either side of it. */
function nearNodes({ nodes, times, ways, before }: Windows, count: number): Int16Array {
  return nearest(nodes, count, (i, j) => {
    const [there, back] = [i * nodes + j, j * nodes + i];
    const apart = before[there]! + before[back]! > 0 ? 1e9 : 0;
    const closed = times[there]! + times[back]! === Number.POSITIVE_INFINITY ? 1e6 : 0;
    return Math.min(ways[there]!, ways[back]!) + apart + closed;
  });
}
