/**
 * Competition with unequal demands (generalised assignment): every item goes to exactly one agent, takes a weight there that depends on both,
 * agents have capacities, the sum of costs is least. The bound: items have prices, and each agent takes the set that is worth most to it within
 * its capacity (a knapsack, by dynamic programming); subgradient steps move the prices (Fisher, Jaikumar and Van Wassenhove 1986). It is the
 * bound of column generation too.
 */
import { type Fault, fault } from "./fault.ts";

/** Cells of one knapsack table: capacity times items. */
export const MAX_KNAPSACK_CELLS = 1 << 26;

/** Costs and weights by agent · items + item; weights and capacities are whole. A cost of +∞ says that the pair cannot be. */
export interface GapProblem {
  readonly agents: number;
  readonly items: number;
  readonly cost: Float64Array;
  readonly weight: Int32Array;
  readonly capacity: Int32Array;
}

export interface GapCertificate {
  /** Agent of each item. */
  readonly chosen: ArrayLike<number>;
  /** Price of each item: what having it placed is worth. */
  readonly prices: ArrayLike<number>;
  readonly primal: number;
  readonly bound: number;
  /** Hex digest of the problem that this is about. */
  readonly input_hash: string;
}

/** The best sets of all agents at given prices. */
export class Knapsacks {
  readonly #problem: GapProblem;
  readonly #value: Float64Array;
  readonly #taken: Uint8Array;

  constructor(problem: GapProblem) {
    const room = problem.capacity.reduce((most, each) => Math.max(most, each), 0) + 1;
    if (room * problem.items > MAX_KNAPSACK_CELLS)
      throw new RangeError(`a knapsack table has at most ${MAX_KNAPSACK_CELLS} cells`);
    this.#problem = problem;
    this.#value = new Float64Array(room);
    this.#taken = new Uint8Array(room * problem.items);
  }

  /** Least of Σ (cost − price) over sets that fit, for this agent (at most 0); adds 1 to `count` of every item of the set. */
  fill(agent: number, prices: ArrayLike<number>, count: Int32Array): number {
    const { items, cost, weight, capacity } = this.#problem;
    const room = capacity[agent]!;
    const value = this.#value.fill(0, 0, room + 1);
    const base = agent * items;
    for (let item = 0; item < items; item++) {
      const gain = prices[item]! - cost[base + item]!;
      const heavy = weight[base + item]!;
      if (gain > 0 && heavy <= room) this.#offer(item, gain, heavy, room);
    }
    for (let item = items - 1, left = room; item >= 0; item--) {
      const heavy = weight[base + item]!;
      if (!(prices[item]! > cost[base + item]!) || heavy > room) continue;
      if (this.#taken[item * (room + 1) + left] === 0) continue;
      count[item]!++;
      left -= heavy;
    }
    return -value[room]!;
  }

  #offer(item: number, gain: number, heavy: number, room: number): void {
    const [value, taken] = [this.#value, this.#taken];
    const row = item * (room + 1);
    taken.fill(0, row, row + Math.min(heavy, room + 1));
    for (let left = room; left >= heavy; left--) {
      const better = value[left - heavy]! + gain;
      const yes = better > value[left]!;
      taken[row + left] = yes ? 1 : 0;
      if (yes) value[left] = better;
    }
  }
}

/** The lower bound that prices prove: Σ prices + Σ over agents of their best set's Σ (cost − price). Writes how often each item is taken. */
export function gapBound(
  problem: GapProblem,
  prices: ArrayLike<number>,
  knapsacks = new Knapsacks(problem),
  count = new Int32Array(problem.items),
): number {
  let bound = 0;
  count.fill(0);
  for (let item = 0; item < problem.items; item++) bound += prices[item]!;
  for (let agent = 0; agent < problem.agents; agent++) bound += knapsacks.fill(agent, prices, count);
  return bound;
}

export interface GapBound {
  readonly bound: number;
  readonly prices: Float64Array;
}

/** Rounds without a better bound after which steps are shortened; below the last step nothing moves any more. */
const PATIENCE = 10;
const SHORTER = 0.7;
const LAST_STEP = 0.003;
/** Share of the old direction in the new one. */
const DEFLECTION = 0.6;

/** Raises the bound by subgradient steps towards `known`, the cost of some plan or a guess above the optimum. */
export function ascendGap(
  problem: GapProblem,
  from: ArrayLike<number>,
  known: number,
  rounds: number,
  expired: () => boolean,
): GapBound {
  const knapsacks = new Knapsacks(problem);
  const count = new Int32Array(problem.items);
  const direction = new Float64Array(problem.items);
  const prices = Float64Array.from(from);
  let best: GapBound = { bound: Number.NEGATIVE_INFINITY, prices: prices.slice() };
  let [step, idle] = [1, 0];
  for (let round = 0; round < rounds && step > LAST_STEP && !expired(); round++) {
    const bound = gapBound(problem, prices, knapsacks, count);
    if (bound > best.bound + 1e-9 * Math.abs(bound)) {
      best = { bound, prices: prices.slice() };
      idle = 0;
    } else if (++idle >= PATIENCE) {
      [step, idle] = [step * SHORTER, 0];
      prices.set(best.prices);
      direction.fill(0);
      continue;
    }
    if (best.bound >= known) break;
    let norm = 0;
    for (let item = 0; item < count.length; item++) {
      direction[item] = DEFLECTION * direction[item]! + (1 - DEFLECTION) * (1 - count[item]!);
      norm += direction[item]! ** 2;
    }
    if (norm < 1e-12) break;
    const reach = (step * Math.max(known - bound, 1e-4 * Math.abs(known))) / norm;
    for (let item = 0; item < prices.length; item++) prices[item]! += reach * direction[item]!;
  }
  return best;
}

/** Prices to begin with: the second least cost of each item. */
export function firstPrices({ agents, items, cost }: GapProblem): Float64Array {
  return Float64Array.from({ length: items }, (_, item) => {
    const own = Array.from({ length: agents }, (_, agent) => cost[agent * items + item]!).sort((a, b) => a - b);
    const second = own[1] ?? own[0]!;
    return Number.isFinite(second) ? second : own[0]!;
  });
}

/** What a plan costs; a sentence when it cannot be. */
export function gapCost(
  { agents, items, cost, weight, capacity }: GapProblem,
  chosen: ArrayLike<number>,
): number | string {
  if (chosen.length !== items) return "The plan is for another number of items.";
  const left = Int32Array.from(capacity);
  let sum = 0;
  for (let item = 0; item < items; item++) {
    const agent = chosen[item]!;
    if (!(Number.isInteger(agent) && agent >= 0 && agent < agents)) return `Item ${item} goes to an agent that is not.`;
    sum += cost[agent * items + item]!;
    left[agent]! -= weight[agent * items + item]!;
    if (left[agent]! < 0) return `Agent ${agent} takes more than it can.`;
  }
  return sum < Number.POSITIVE_INFINITY ? sum : "An item goes to an agent that cannot take it.";
}

const ROUNDING = 1e-9;
const close = (a: number, b: number): boolean => Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(a), Math.abs(b));

/**
 * Null when every claim holds, in time linear in items × capacities. Faults: `certificate-wrong`, naming the first claim that does not.
 * It shares the knapsack with the solver, nothing else.
 */
export function checkGap(problem: GapProblem, input_hash: string, certificate: GapCertificate): Fault | null {
  const { chosen, prices, primal, bound } = certificate;
  const wrong = (why: string, at: string): Fault => fault("certificate-wrong", why, at);
  if (certificate.input_hash !== input_hash) return wrong("The certificate is about another problem.", "input_hash");
  if (prices.length !== problem.items) return wrong("The prices are for other items.", "prices");
  const cost = gapCost(problem, chosen);
  if (typeof cost === "string") return wrong(cost, "chosen");
  if (!close(cost, primal)) return wrong(`The plan costs ${cost}, not ${primal}.`, "primal");
  const proven = gapBound(problem, prices);
  if (!Number.isFinite(proven)) return wrong("A price is no number.", "prices");
  return bound <= proven || close(bound, proven) ? null : wrong(`The prices prove ${proven}, not ${bound}.`, "bound");
}
