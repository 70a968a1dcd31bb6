/**
 * A score that no plan of tours exceeds. Each point is given a price; then the sum of prices, and for each tour the most score less prices
 * that any way through its day makes, is such a bound (Lagrangian relaxation), whatever the prices. The ways are relaxed (day-ways.ts): coarse
 * first, then finer and finer. Prices go by subgradient steps.
 */
import type { OrienteeringProblem } from "./day-tours.ts";
import { DayGround, type Fineness } from "./day-ways.ts";

/** Steps of the prices at each fineness, and the share of the time by which it is left for the next. */
const LEVELS: readonly (Fineness & { readonly steps: number; readonly until: number })[] = [
  { buckets: 100, near: 3, steps: 30, until: 0.15 },
  { buckets: 300, near: 3, steps: 30, until: 0.45 },
  { buckets: 1000, near: 3, steps: 20, until: 1 },
];

/** The first step goes this share of the way that would take the bound down to the score, were it straight. */
const FIRST_SCALE = 0.4;
/** Nearest points that tell how long the way to a point is. */
const NEAREST = 3;

/**
 * @param score of the best plan known: steps aim at it.
 * @param progress the share of the time allowed that is over; at 1 no more steps are made.
 */
export function orienteeringBound(problem: OrienteeringProblem, score: number, progress: () => number): number {
  const { scores, nodes } = problem;
  let bound = 0;
  for (let node = 1; node < nodes; node++) bound += scores[node]!;
  const prices = firstPrices(problem, score);
  for (const { until, steps, ...fineness } of LEVELS) {
    if (progress() >= until || bound <= score) continue;
    const ground = new DayGround(problem, fineness);
    bound = Math.min(
      bound,
      lowered(ground, steps, prices, score, () => progress() >= until),
    );
  }
  const whole = Array.from(scores).every((one) => Number.isInteger(one));
  return Math.max(score, whole ? Math.floor(bound + 1e-6) : bound * (1 + 1e-9));
}

/** What a point makes above what its time would make elsewhere: time is worth the score over the length of all days. */
function firstPrices(
  { nodes, tours, times, stays, scores, opens, closes }: OrienteeringProblem,
  score: number,
): Float64Array {
  let length = 0;
  for (let t = 0; t < tours; t++) length += closes[t * nodes]! - opens[t * nodes]!;
  return Float64Array.from({ length: nodes }, (_, j) => {
    if (j === 0) return 0;
    const ways = Array.from({ length: nodes }, (_, i) => times[j * nodes + i]!).sort((a, b) => a - b);
    const near = ways.slice(1, 1 + NEAREST);
    const way = near.reduce((sum, one) => sum + one, 0) / Math.max(1, near.length);
    return Math.max(0, scores[j]! - (score / Math.max(1, length)) * (stays[j]! + way));
  });
}

/** The least bound of some steps; leaves the prices that prove it. */
function lowered(ground: DayGround, steps: number, prices: Float64Array, score: number, over: () => boolean): number {
  const days = ground.days();
  let [least, best, scale, stuck] = [Number.POSITIVE_INFINITY, prices.slice(), FIRST_SCALE, 0];
  for (let step = 0; step < steps && !over(); step++) {
    const visits = new Int32Array(prices.length);
    let bound = 0;
    for (let node = 1; node < prices.length; node++) bound += prices[node]!;
    for (const { day, tours } of days) bound += tours * day.most(prices, visits, tours);
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
