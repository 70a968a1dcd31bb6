/**
 * The most that a way through one day can make when points have prices, under a relaxation: time is counted in buckets, rounded down, and visited
 * points are forgotten but for those near the last one (near-sets.ts). A table from late to early holds what can still be made from each point,
 * bucket and set of near points that may be visited later.
 */
import type { OrienteeringProblem } from "./day-tours.ts";
import { type NearSteps, nearest, nearSteps, stepFrom } from "./near-sets.ts";

/** How finely the days of a problem are looked at. */
export interface Fineness {
  /** Buckets of the longest day. */
  readonly buckets: number;
  /** Points remembered near each point. */
  readonly near: number;
}

const ROUNDING = 1e-9;

/** What all days of a problem share at one fineness. */
export class DayGround {
  readonly problem: OrienteeringProblem;
  readonly bucket: number;
  readonly buckets: number;
  readonly count: number;
  readonly steps: NearSteps;
  /** bucket · nodes + point, each with 2^count sets; −∞ when the depot is not reached from there. Each day fills it anew. */
  readonly table: Float64Array;
  /** From the begin of a stay to the arrival at the next point: i · nodes + j. */
  readonly takes: Float64Array;
  /** All points in the order in which they are reached from point i: from i · nodes on. */
  readonly order: Int32Array;

  constructor(problem: OrienteeringProblem, { buckets, near }: Fineness) {
    const { nodes, tours, times, stays, opens, closes } = problem;
    let longest = 0;
    for (let t = 0; t < tours; t++) longest = Math.max(longest, closes[t * nodes]! - opens[t * nodes]!);
    this.problem = problem;
    this.bucket = (longest / buckets) * (1 + ROUNDING) || 1;
    this.buckets = buckets;
    this.count = Math.min(near, Math.max(0, nodes - 2));
    const far = (i: number, j: number): number => times[i * nodes + j]! + (stays[i]! + stays[j]!) / 2;
    this.steps = nearSteps(nodes, nearest(nodes, this.count, far), this.count);
    this.table = new Float64Array((buckets * nodes) << this.count);
    this.takes = Float64Array.from(times, (time, pair) => stays[Math.floor(pair / nodes)]! + time);
    this.order = new Int32Array(nodes * nodes);
    const all = Array.from({ length: nodes }, (_, j) => j);
    for (let i = 0; i < nodes; i++)
      this.order.set(
        all.toSorted((a, b) => times[i * nodes + a]! - times[i * nodes + b]!),
        i * nodes,
      );
  }

  /** The days of the problem, each once, and how many tours it has. */
  days(): { readonly day: DayWays; readonly tours: number }[] {
    const { tours, nodes, opens, closes } = this.problem;
    const found = new Map<string, { day: DayWays; tours: number }>();
    for (let t = 0; t < tours; t++) {
      const hours = Array.from({ length: nodes }, (_, i) => `${opens[t * nodes + i]} ${closes[t * nodes + i]}`).join();
      const known = found.get(hours);
      if (known === undefined) found.set(hours, { day: new DayWays(this, t), tours: 1 });
      else known.tours++;
    }
    return [...found.values()];
  }
}

export class DayWays {
  readonly #ground: DayGround;
  readonly #opens: Float64Array;
  readonly #closes: Float64Array;
  /** Points worth a visit at the prices, what each makes, and the most of that. */
  #worth = new Int32Array(0);
  readonly #gains: Float64Array;
  #dearest = 0;
  /** The points worth a visit in the order in which they are reached from point i: from #first[i] on. */
  readonly #next: Int32Array;
  readonly #first: Int32Array;
  /** The most that can be made from any point in this bucket or later. */
  readonly #ahead: Float64Array;

  constructor(ground: DayGround, tour: number) {
    const { nodes, opens, closes } = ground.problem;
    this.#ground = ground;
    this.#opens = Float64Array.from({ length: nodes }, (_, i) => opens[tour * nodes + i]!);
    this.#closes = Float64Array.from({ length: nodes }, (_, i) => closes[tour * nodes + i]! + ROUNDING);
    this.#gains = new Float64Array(nodes);
    this.#next = new Int32Array(nodes * nodes);
    this.#first = new Int32Array(nodes + 1);
    this.#ahead = new Float64Array(ground.buckets + 1);
  }

  /** The most that a way makes, 0 for none; adds `times` for each visit to `visits`. */
  most(prices: Float64Array, visits: Int32Array, times: number): number {
    const { nodes } = this.#ground.problem;
    const { table, takes, count } = this.#ground;
    this.#weigh(prices);
    this.#sweep();
    let [most, node, place] = [0, 0, -1];
    for (const j of this.#worth) {
      const there = this.#place(j, this.#opens[0]! + takes[j]!);
      const all = there + (1 << count) - 1;
      const value = there < 0 ? 0 : this.#gains[j]! + table[all]!;
      if (value > most) [most, node, place] = [value, j, all];
    }
    for (let steps = 0; node > 0 && steps < this.#ground.buckets + nodes; steps++) {
      visits[node]! += times;
      [node, place] = this.#step(node, place);
    }
    return most;
  }

  #weigh(prices: Float64Array): void {
    const { problem, order } = this.#ground;
    const { nodes, scores } = problem;
    for (let i = 1; i < nodes; i++) this.#gains[i] = scores[i]! - prices[i]!;
    this.#worth = Int32Array.from(this.#gains.keys()).filter((i) => i > 0 && this.#gains[i]! > 0);
    this.#dearest = this.#worth.reduce((most, i) => Math.max(most, this.#gains[i]!), 0);
    let size = 0;
    for (let i = 0; i < nodes; i++) {
      this.#first[i] = size;
      for (let at = i * nodes; at < (i + 1) * nodes; at++) {
        const j = order[at]!;
        if (j > 0 && j !== i && this.#gains[j]! > 0) this.#next[size++] = j;
      }
    }
    this.#first[nodes] = size;
  }

  /** Bucket of a point reached at this time; −1 when that is too late. A little early, so that rounding never loses a way. */
  #bucketOf(node: number, arrival: number): number {
    if (!(arrival <= this.#closes[node]!)) return -1;
    const begin = arrival > this.#opens[node]! ? arrival : this.#opens[node]!;
    const bucket = Math.floor((begin - this.#opens[0]!) / this.#ground.bucket - ROUNDING);
    return bucket < this.#ground.buckets ? Math.max(0, bucket) : -1;
  }

  #place(node: number, arrival: number): number {
    const bucket = this.#bucketOf(node, arrival);
    return bucket < 0 ? -1 : (bucket * this.#ground.problem.nodes + node) << this.#ground.count;
  }

  /** The earliest begin of a stay in a bucket; NaN when there is none, or the depot is not reached after it. */
  #begin(i: number, b: number): number {
    const time = this.#opens[0]! + b * this.#ground.bucket;
    if (time + this.#ground.bucket < this.#opens[i]! || time > this.#closes[i]!) return Number.NaN;
    const begin = Math.max(time, this.#opens[i]!);
    return begin + this.#ground.takes[i * this.#opens.length]! <= this.#closes[0]! ? begin : Number.NaN;
  }

  #sweep(): void {
    const { table, buckets, count, problem } = this.#ground;
    table.fill(Number.NEGATIVE_INFINITY);
    this.#ahead[buckets] = 0;
    const short: (readonly [i: number, j: number])[] = [];
    for (let b = buckets - 1; b >= 0; b--) {
      short.length = 0;
      for (const i of this.#worth) {
        const begin = this.#begin(i, b);
        if (Number.isNaN(begin)) continue;
        const place = (b * problem.nodes + i) << count;
        table[place] = 0;
        this.#goOn(i, b, begin, place, short);
        this.#spread(place);
      }
      this.#goShort(b, short);
      let ahead = this.#ahead[b + 1]!;
      for (const i of this.#worth) ahead = Math.max(ahead, table[((b * problem.nodes + i + 1) << count) - 1]!);
      this.#ahead[b] = ahead;
    }
  }

  /**
   * All ways on from a point, the nearest first, until even the most that can be made later is no more than what is known for every set. Those
   * that end in the same bucket are only noted.
   */
  #goOn(i: number, b: number, begin: number, place: number, short: (readonly [number, number])[]): void {
    const { takes, bucket, buckets, count, problem, table } = this.#ground;
    const { nodes } = problem;
    const [next, opens, closes, ahead, dearest] = [this.#next, this.#opens, this.#closes, this.#ahead, this.#dearest];
    const origin = opens[0]!;
    for (let k = this.#first[i]!, end = this.#first[i + 1]!; k < end; k++) {
      const j = next[k]!;
      const arrival = begin + takes[i * nodes + j]!;
      const reached = Math.floor((arrival - origin) / bucket - ROUNDING);
      if (reached >= buckets || (reached > b && dearest + ahead[reached]! <= table[place]!)) break;
      if (!(arrival <= closes[j]!)) continue;
      const at = arrival >= opens[j]! ? reached : Math.floor((opens[j]! - origin) / bucket - ROUNDING);
      if (at >= buckets) continue;
      if (at <= b) short.push([i, j]);
      else this.#join(place, i * nodes + j, (at * nodes + j) << count, this.#gains[j]!);
    }
  }

  /** Ways within one bucket: their order is not known, so they are gone again until nothing changes. */
  #goShort(b: number, short: readonly (readonly [number, number])[]): void {
    const { count, problem } = this.#ground;
    const at = (node: number): number => (b * problem.nodes + node) << count;
    // No way visits a point twice that takes no time: as many rounds as points are enough.
    for (let round = 0, changed = true; changed && round < problem.nodes && short.length > 0; round++) {
      changed = false;
      for (const [i, j] of short) {
        if (!this.#join(at(i), i * problem.nodes + j, at(j), this.#gains[j]!)) continue;
        this.#spread(at(i));
        changed = true;
      }
    }
  }

  #join(place: number, pair: number, there: number, gain: number): boolean {
    const table = this.#ground.table;
    const { first, from, to } = this.#ground.steps;
    let changed = false;
    for (let k = first[pair]!, end = first[pair + 1]!; k < end; k++) {
      const value = gain + table[there + to[k]!]!;
      if (value > table[place + from[k]!]!) {
        table[place + from[k]!] = value;
        changed = true;
      }
    }
    return changed;
  }

  /** Whoever may visit more can do what one who may visit less can: an entry holds the most over all subsets of its set. */
  #spread(place: number): void {
    const { table, count } = this.#ground;
    const end = place + (1 << count);
    for (let bit = 1; bit < 1 << count; bit <<= 1)
      for (let block = place; block < end; block += 2 * bit)
        for (let at = block; at < block + bit; at++) if (table[at]! > table[at + bit]!) table[at + bit] = table[at]!;
  }

  /** The step that an entry came from; point 0 at the end. */
  #step(i: number, place: number): [node: number, place: number] {
    const { table, takes, steps, count, problem } = this.#ground;
    const { nodes } = problem;
    const [set, b] = [place & ((1 << count) - 1), Math.floor((place >> count) / nodes)];
    const begin = this.#begin(i, b);
    for (const j of this.#worth) {
      const pair = i * nodes + j;
      const there = j === i ? -1 : this.#place(j, begin + takes[pair]!);
      const later = there < 0 ? -1 : stepFrom(steps, pair, set);
      if (later >= 0 && this.#gains[j]! + table[there + later]! === table[place]!) return [j, there + later];
    }
    return [0, -1];
  }
}
