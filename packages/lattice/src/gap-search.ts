/**
 * Plans for unequal demands: items move or change places with another item, too heavy loads cost a penalty that rises while plans oversell and
 * falls while they fit (strategic oscillation, Glover; shift and swap after Yagiura, Ibaraki and Glover 2004), annealed in waves.
 */
import type { GapProblem } from "./gap.ts";
import { capacityPrices } from "./gap-prices.ts";

/** Agents of each item that are tried: the cheapest at the prices of capacity. */
const MAX_CHOICES = 4;
/** Moves between two looks at the clock and the penalty. */
const STRIDE = 2000;
/** The penalty of a unit too much stays between these multiples of the dearest capacity. */
const LEAST_PENALTY = 1.02;
const MOST_PENALTY = 1.5;
/** A wave ends at this share of its first heat. */
const FALL = 0.1;
/** Share of the time of each wave, and its first heat as a share of a typical step between an item's choices; each begins from the best plan. */
const WAVES = [
  [0.4, 0.08],
  [0.1, 0.6],
  [0.1, 0.3],
  [0.1, 1],
  [0.1, 0.15],
  [0.1, 0.5],
  [0.1, 0.1],
] as const;

export class GapSearch {
  best: Int32Array | null = null;
  bestCost = Number.POSITIVE_INFINITY;
  readonly #problem: GapProblem;
  readonly #random: () => number;
  readonly #chosen: Int32Array;
  readonly #left: Int32Array;
  /** Items of each agent, packed: `items` places an agent, and where each item is. */
  readonly #held: Int32Array;
  readonly #holds: Int32Array;
  readonly #at: Int32Array;
  readonly #choices: Int32Array;
  readonly #width: number;
  #cost = 0;
  #over = 0;
  #penalty: number;
  readonly #dearest: number;

  constructor(problem: GapProblem, random: () => number) {
    const { agents, items, capacity } = problem;
    this.#problem = problem;
    this.#random = random;
    this.#left = Int32Array.from(capacity);
    this.#held = new Int32Array(agents * items);
    this.#holds = new Int32Array(agents);
    this.#at = new Int32Array(items);
    const dear = capacityPrices(problem);
    this.#dearest = dear.reduce((most, each) => Math.max(most, each), 0.5);
    this.#penalty = MOST_PENALTY * this.#dearest;
    this.#width = Math.min(agents, MAX_CHOICES);
    this.#choices = choicesOf(problem, dear, this.#width);
    this.#chosen = Int32Array.from({ length: items }, (_, item) => this.#choices[item * this.#width]!);
    for (let item = 0; item < items; item++) this.#put(item, this.#chosen[item]!);
  }

  /** Anneals until `progress` is 1 or the cost is `enough`. */
  improve(enough: number, progress: () => number): void {
    const first = this.#firstHeat();
    let begun = 0;
    for (const [share, heat] of WAVES) {
      this.#restore();
      for (let at = 0; at < 1 && this.bestCost > enough; at = (progress() - begun) / share) {
        const now = heat * first * FALL ** Math.min(1, Math.max(0, at));
        let fits = 0;
        for (let i = 0; i < STRIDE; i++) {
          if (this.#random() < 0.4) this.#shift(now);
          else this.#swap(now);
          if (this.#over === 0) fits++;
        }
        this.#oscillate(fits / STRIDE);
      }
      begun += share;
    }
  }

  /** While nothing fits the penalty rises without end. */
  #oscillate(share: number): void {
    const most = share === 0 ? Number.POSITIVE_INFINITY : MOST_PENALTY * this.#dearest;
    const next = this.#penalty * (share < 0.2 ? 1.01 : 0.99);
    this.#penalty = Math.min(most, Math.max(LEAST_PENALTY * this.#dearest, next));
  }

  /** A typical step between an item's cheapest choices. */
  #firstHeat(): number {
    const { items, cost } = this.#problem;
    let [sum, count] = [0, 0];
    for (let item = 0; item < items && this.#width > 1; item++) {
      const step =
        cost[this.#choices[item * this.#width + 1]! * items + item]! -
        cost[this.#choices[item * this.#width]! * items + item]!;
      if (!Number.isFinite(step)) continue;
      sum += Math.abs(step);
      count++;
    }
    return Math.max(1, sum / Math.max(1, count));
  }

  #put(item: number, agent: number): void {
    const { items, cost, weight } = this.#problem;
    this.#chosen[item] = agent;
    this.#cost += cost[agent * items + item]!;
    this.#load(agent, weight[agent * items + item]!);
    const place = this.#holds[agent]!++;
    this.#held[agent * items + place] = item;
    this.#at[item] = place;
  }

  #pull(item: number): void {
    const { items, cost, weight } = this.#problem;
    const agent = this.#chosen[item]!;
    this.#cost -= cost[agent * items + item]!;
    this.#load(agent, -weight[agent * items + item]!);
    const last = this.#held[agent * items + --this.#holds[agent]!]!;
    this.#held[agent * items + this.#at[item]!] = last;
    this.#at[last] = this.#at[item]!;
  }

  #load(agent: number, weight: number): void {
    const left = this.#left[agent]!;
    this.#left[agent] = left - weight;
    this.#over += Math.max(0, weight - left) - Math.max(0, -left);
  }

  #shift(heat: number): void {
    const { items, cost, weight } = this.#problem;
    const item = Math.floor(this.#random() * items);
    const from = this.#chosen[item]!;
    const to = this.#choices[item * this.#width + Math.floor(this.#random() * this.#width)]!;
    if (to === from) return;
    const change =
      cost[to * items + item]! -
      cost[from * items + item]! +
      this.#penalty * (this.#worse(to, weight[to * items + item]!) + this.#worse(from, -weight[from * items + item]!));
    if (!this.#accepts(change, heat)) return;
    this.#pull(item);
    this.#put(item, to);
    this.#keep();
  }

  #swap(heat: number): void {
    const { items, cost, weight } = this.#problem;
    const item = Math.floor(this.#random() * items);
    const from = this.#chosen[item]!;
    const to = this.#choices[item * this.#width + Math.floor(this.#random() * this.#width)]!;
    const held = this.#holds[to]!;
    if (to === from || held === 0) return;
    const other = this.#held[to * items + Math.floor(this.#random() * held)]!;
    const change =
      cost[to * items + item]! -
      cost[from * items + item]! +
      cost[from * items + other]! -
      cost[to * items + other]! +
      this.#penalty *
        (this.#worse(to, weight[to * items + item]! - weight[to * items + other]!) +
          this.#worse(from, weight[from * items + other]! - weight[from * items + item]!));
    if (!this.#accepts(change, heat)) return;
    this.#pull(item);
    this.#pull(other);
    this.#put(item, to);
    this.#put(other, from);
    this.#keep();
  }

  /** By how much an agent is overloaded more when this weight comes to it. */
  #worse(agent: number, weight: number): number {
    const left = this.#left[agent]!;
    return Math.max(0, weight - left) - Math.max(0, -left);
  }

  #accepts(change: number, heat: number): boolean {
    return change <= 0 || (change < 12 * heat && this.#random() < Math.exp(-change / heat));
  }

  #keep(): void {
    if (this.#over > 0 || this.#cost >= this.bestCost - 1e-9) return;
    this.bestCost = this.#cost;
    this.best = this.#chosen.slice();
  }

  #restore(): void {
    if (this.best === null) return;
    for (let item = 0; item < this.best.length; item++) {
      if (this.best[item] === this.#chosen[item]) continue;
      this.#pull(item);
      this.#put(item, this.best[item]!);
    }
  }
}

/** Each item's cheapest agents at those prices, `width` an item, in ascending order. */
function choicesOf({ agents, items, cost, weight }: GapProblem, price: Float64Array, width: number): Int32Array {
  const choices = new Int32Array(items * width);
  for (let item = 0; item < items; item++) {
    const value = (agent: number): number =>
      cost[agent * items + item]! + price[agent]! * weight[agent * items + item]!;
    const order = Array.from({ length: agents }, (_, agent) => agent).sort((a, b) => value(a) - value(b) || a - b);
    choices.set(order.slice(0, width), item * width);
  }
  return choices;
}
