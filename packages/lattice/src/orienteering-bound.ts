/**
 * A score that no plan of tours exceeds. Each point is given a price; then the sum of prices, and for each tour the most score less prices
 * that any way through its day makes, is such a bound (Lagrangian relaxation), whatever the prices. The ways are relaxed: time is counted in
 * buckets, rounded down, and visited points are forgotten but for those near the last (near-sets.ts). Prices go by subgradient steps.
 */
import type { OrienteeringProblem } from "./day-tours.ts";
import { type NearSteps, nearest, nearSteps, stepFrom } from "./near-sets.ts";

/** Buckets of the longest tour, points remembered and steps of the prices: coarse at first, and last once as finely as told. */
const LEVELS = [
  { buckets: 120, near: 3, steps: 60 },
  { buckets: 350, near: 4, steps: 12 },
  { buckets: 1000, near: 5, steps: 1 },
] as const;
const ROUNDING = 1e-9;

/** @param score of the best plan known: steps aim at it. */
export function orienteeringBound(problem: OrienteeringProblem, score: number, over: () => boolean): number {
  const { scores, nodes } = problem;
  let bound = 0;
  for (let node = 1; node < nodes; node++) bound += scores[node]!;
  const prices = new Float64Array(nodes);
  for (const level of LEVELS) {
    if (over() || bound <= score) break;
    bound = Math.min(bound, lowered(problem, level, prices, score, over));
  }
  const whole = Array.from(scores).every((one) => Number.isInteger(one));
  return Math.max(score, whole ? Math.floor(bound + 1e-6) : bound * (1 + ROUNDING));
}

/** The least bound of some steps; leaves the prices that prove it. */
function lowered(
  problem: OrienteeringProblem,
  { buckets, near, steps }: { buckets: number; near: number; steps: number },
  prices: Float64Array,
  score: number,
  over: () => boolean,
): number {
  const days = Days.of(problem, near, buckets);
  let [least, best, scale, stuck] = [Number.POSITIVE_INFINITY, prices.slice(), 1.2, 0];
  for (let step = 0; step < steps && !over(); step++) {
    const visits = new Int32Array(problem.nodes);
    let bound = 0;
    for (let node = 1; node < prices.length; node++) bound += prices[node]!;
    for (let t = 0; t < problem.tours; t++) bound += days.most(t, prices, visits);
    if (bound < least) [least, best, stuck] = [bound, prices.slice(), 0];
    else if (++stuck % 4 === 0) scale *= 0.6;
    let off = 0;
    for (let node = 1; node < prices.length; node++)
      if (visits[node]! > 1 || prices[node]! > 0) off += (visits[node]! - 1) ** 2;
    if (off === 0 || bound <= score) break;
    const length = (scale * Math.max(bound - score, 0.005 * bound)) / off;
    for (let node = 1; node < prices.length; node++)
      prices[node] = Math.max(0, prices[node]! + length * (visits[node]! - 1));
  }
  prices.set(best);
  return least;
}

/** The relaxed ways through one day. */
class Days {
  readonly #problem: OrienteeringProblem;
  readonly #bucket: number;
  readonly #count: number;
  readonly #steps: NearSteps;
  /** bucket · nodes + point, each with 2^count sets of near points that may be visited later; −∞ when the depot is not reached from there. */
  readonly #table: Float64Array;
  readonly #buckets: number;
  /** Ways that may end in the bucket in which they begin: pairs of points. */
  readonly #short: readonly (readonly [number, number])[];
  readonly #shortSteps: number;

  private constructor(problem: OrienteeringProblem, count: number, bucket: number, buckets: number) {
    const { nodes, times, stays } = problem;
    this.#problem = problem;
    this.#bucket = bucket;
    this.#buckets = buckets;
    this.#count = Math.min(count, Math.max(0, nodes - 2));
    const far = (i: number, j: number): number => times[i * nodes + j]! + (stays[i]! + stays[j]!) / 2;
    this.#steps = nearSteps(nodes, nearest(nodes, this.#count, far), this.#count);
    this.#table = new Float64Array((buckets * nodes) << this.#count);
    const short: [number, number][] = [];
    let least = Number.POSITIVE_INFINITY;
    for (let i = 1; i < nodes; i++)
      for (let j = 1; j < nodes; j++) {
        const takes = stays[i]! + times[i * nodes + j]!;
        if (i === j || takes >= bucket) continue;
        short.push([i, j]);
        least = Math.min(least, takes);
      }
    this.#short = short;
    // No way visits more points than that within one bucket.
    this.#shortSteps = Math.min(nodes, Math.floor(bucket / least) + 1);
  }

  static of(problem: OrienteeringProblem, near: number, buckets: number): Days {
    let longest = 0;
    for (let t = 0; t < problem.tours; t++)
      longest = Math.max(longest, problem.closes[t * problem.nodes]! - problem.opens[t * problem.nodes]!);
    return new Days(problem, near, (longest / buckets) * (1 + ROUNDING) || 1, buckets);
  }

  /** The most that a way of tour t makes, 0 for none; adds what it visits. */
  most(t: number, prices: Float64Array, visits: Int32Array): number {
    const { nodes, times, scores, opens } = this.#problem;
    this.#sweep(t, prices);
    const start = opens[t * nodes]!;
    let [most, node, place] = [0, 0, -1];
    for (let j = 1; j < nodes; j++) {
      const there = this.#place(t, j, start + times[j]!);
      const all = there + (1 << this.#count) - 1;
      const value = there < 0 ? 0 : scores[j]! - prices[j]! + this.#table[all]!;
      if (value > most) [most, node, place] = [value, j, all];
    }
    for (let steps = 0; node > 0 && steps < this.#buckets + nodes; steps++) {
      visits[node]!++;
      [node, place] = this.#next(t, prices, node, place);
    }
    return most;
  }

  /** Where a point's entries begin when it is reached at this time; −1 when that is too late. */
  #place(t: number, node: number, arrival: number): number {
    const { nodes, opens, closes } = this.#problem;
    const begin = Math.max(arrival, opens[t * nodes + node]!);
    if (!(begin <= closes[t * nodes + node]! + ROUNDING)) return -1;
    const bucket = Math.floor((begin - opens[t * nodes]!) / this.#bucket);
    return bucket < this.#buckets ? (Math.max(0, bucket) * nodes + node) << this.#count : -1;
  }

  #sweep(t: number, prices: Float64Array): void {
    const { nodes, opens, closes, scores, times, stays } = this.#problem;
    const [table, day] = [this.#table, t * nodes];
    table.fill(Number.NEGATIVE_INFINITY);
    for (let b = this.#buckets - 1; b >= 0; b--) {
      const time = opens[day]! + b * this.#bucket;
      for (let i = 1; i < nodes; i++) {
        if (time + this.#bucket < opens[day + i]! || time > closes[day + i]! + ROUNDING) continue;
        const place = (b * nodes + i) << this.#count;
        const leave = Math.max(time, opens[day + i]!) + stays[i]!;
        if (leave + times[i * nodes]! > closes[day]! + ROUNDING) continue;
        table[place] = 0;
        for (let j = 1; j < nodes; j++) {
          const gain = scores[j]! - prices[j]!;
          if (j === i || gain <= 0) continue;
          const there = this.#place(t, j, leave + times[i * nodes + j]!);
          if (there >= 0 && there >> this.#count >= (b + 1) * nodes) this.#join(place, i * nodes + j, there, gain);
        }
        this.#spread(place);
      }
      this.#settle(t, b, prices);
    }
  }

  /** Ways within one bucket: their order is not known, so they are gone again until nothing changes. */
  #settle(t: number, b: number, prices: Float64Array): void {
    const { nodes, opens, scores, times, stays } = this.#problem;
    const time = opens[t * nodes]! + b * this.#bucket;
    for (let step = 0, changed = true; changed && step < this.#shortSteps; step++) {
      changed = false;
      for (const [i, j] of this.#short) {
        const place = (b * nodes + i) << this.#count;
        const gain = scores[j]! - prices[j]!;
        if (gain <= 0 || this.#table[place] === Number.NEGATIVE_INFINITY) continue;
        const leave = Math.max(time, opens[t * nodes + i]!) + stays[i]!;
        const there = this.#place(t, j, leave + times[i * nodes + j]!);
        const within = there >= 0 && there >> this.#count < (b + 1) * nodes;
        if (!within || !this.#join(place, i * nodes + j, there, gain)) continue;
        this.#spread(place);
        changed = true;
      }
    }
  }

  #join(place: number, pair: number, there: number, gain: number): boolean {
    const [table, { first, from, to }] = [this.#table, this.#steps];
    let changed = false;
    for (let k = first[pair]!, end = first[pair + 1]!; k < end; k++) {
      const value = gain + table[there + to[k]!]!;
      if (value > table[place + from[k]!]!) [table[place + from[k]!], changed] = [value, true];
    }
    return changed;
  }

  /** Whoever may visit more can do what one who may visit less can: an entry holds the most over all subsets of its set. */
  #spread(place: number): void {
    const [table, end] = [this.#table, place + (1 << this.#count)];
    for (let bit = 1; bit < 1 << this.#count; bit <<= 1)
      for (let block = place; block < end; block += 2 * bit)
        for (let at = block; at < block + bit; at++) if (table[at]! > table[at + bit]!) table[at + bit] = table[at]!;
  }

  /** The step that an entry came from; point 0 at the end. */
  #next(t: number, prices: Float64Array, i: number, place: number): [node: number, place: number] {
    const { nodes, opens, scores, times, stays } = this.#problem;
    const [table, sets] = [this.#table, 1 << this.#count];
    const [set, b] = [place & (sets - 1), Math.floor((place >> this.#count) / nodes)];
    const leave = Math.max(opens[t * nodes]! + b * this.#bucket, opens[t * nodes + i]!) + stays[i]!;
    for (let j = 1; j < nodes; j++) {
      const gain = scores[j]! - prices[j]!;
      const there = j === i || gain <= 0 ? -1 : this.#place(t, j, leave + times[i * nodes + j]!);
      const later = there < 0 ? -1 : stepFrom(this.#steps, i * nodes + j, set);
      if (later >= 0 && gain + table[there + later]! === table[place]!) return [j, there + later];
    }
    return [0, -1];
  }
}
