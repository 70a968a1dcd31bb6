/**
 * Plans for unequal demands made better: a few agents give up all their items and share them anew. With a price on each unit of capacity, an item
 * has a regret at each agent (how much dearer than at its best), and room that is left empty costs its price; all regrets and all empty room
 * together are what a plan costs above the linear bound. A depth-first search through the items, those that hardly have a choice first, leaves
 * every branch whose regrets are more than the agents' plan of now: with the plan near the bound, few are left. Tight packings, which single
 * moves hardly ever find, come out of it exactly.
 */
import type { GapProblem } from "./gap.ts";

/** Agents that share their items, at most, and branches looked at in one go. */
const MOST_AGENTS = 9;
const MOST_BRANCHES = 1500;
/** Goes in a row with the most agents that end by themselves, or fail to, after which there is one more, or one less. */
const LONG_RUN = 40;
/** A go that is cut short weighs so many that are not. */
const CUT_WEIGHT = 4;
/** Temperatures, from first to last, in typical steps between an item's best agents. */
const HOT = 2;
const COLD = 0.2;
/** How far chance moves an item in the order, in the same. */
const SHAKE = 2;
const LOOK_EVERY = 32;
const NEAR = 1e-6;

export class GapExchange {
  best: Int32Array;
  bestCost = 0;
  readonly #problem: GapProblem;
  readonly #random: () => number;
  readonly #prices: Float64Array;
  /** Cost and price of the weight of an item at an agent, above its least: agent · items + item. */
  readonly #regrets: Float64Array;
  readonly #unit: number;
  readonly #chosen: Int32Array;
  readonly #left: Int32Array;
  /** Items of each agent. */
  readonly #held: number[][];
  #cost = 0;
  #most = 3;
  #run = 0;
  /** Agents of this go, in any order: the first `#count` of all. */
  readonly #agents: Int32Array;
  #count = 0;
  /** Items of this go in their turn; for each, places in `#agents` and regrets, the least first. */
  readonly #items: Int32Array;
  #size = 0;
  readonly #key: Float64Array;
  readonly #options: Int8Array;
  readonly #extra: Float64Array;
  /** Value of the room that the items from each turn on take, at the least and at the most. */
  readonly #takesLeast: Float64Array;
  readonly #takesMost: Float64Array;
  readonly #room: Int32Array;
  readonly #pick: Int8Array;
  readonly #found: Int8Array;
  #budget = 0;
  #branches = 0;
  #better = false;

  /** `prices` is what a unit of each agent's capacity is worth; `known` a plan that fits. */
  constructor(problem: GapProblem, prices: Float64Array, known: Int32Array, random: () => number) {
    const { agents, items, capacity } = problem;
    this.#problem = problem;
    this.#random = random;
    this.#prices = prices;
    this.#regrets = regretsOf(problem, prices);
    this.#unit = typicalStep(problem, this.#regrets);
    this.#chosen = known.slice();
    this.#left = Int32Array.from(capacity);
    this.#held = Array.from({ length: agents }, () => []);
    for (let item = 0; item < items; item++) this.#put(item, known[item]!);
    this.best = known.slice();
    this.bestCost = this.#cost;
    this.#agents = Int32Array.from({ length: agents }, (_, agent) => agent);
    this.#items = new Int32Array(items);
    this.#key = new Float64Array(items);
    this.#options = new Int8Array(items * MOST_AGENTS);
    this.#extra = new Float64Array(items * MOST_AGENTS);
    this.#takesLeast = new Float64Array(items + 1);
    this.#takesMost = new Float64Array(items + 1);
    this.#room = new Int32Array(MOST_AGENTS);
    this.#pick = new Int8Array(items);
    this.#found = new Int8Array(items);
  }

  /** Until `progress` is 1 or the cost is `enough`. */
  improve(enough: number, progress: () => number): void {
    if (this.#problem.agents < 2) return;
    let heat = HOT * this.#unit;
    for (let go = 1; this.bestCost > enough; go++) {
      if (go % LOOK_EVERY === 0) {
        const done = progress();
        if (done >= 1) return;
        heat = HOT * this.#unit * (COLD / HOT) ** done;
      }
      this.#draw();
      const now = this.#lay();
      this.#search(now - heat * Math.log(1 - this.#random()));
      if (this.#better) this.#apply();
      this.#adapt();
    }
  }

  #put(item: number, agent: number): void {
    const { items, cost, weight } = this.#problem;
    this.#chosen[item] = agent;
    this.#cost += cost[agent * items + item]!;
    this.#left[agent]! -= weight[agent * items + item]!;
    this.#held[agent]!.push(item);
  }

  /** Two agents or more, up to as many as are settled in one go as a rule. */
  #draw(): void {
    const agents = this.#agents;
    this.#count = Math.min(agents.length, 2 + Math.floor(this.#random() * (this.#most - 1)));
    for (let i = 0; i < this.#count; i++) {
      const j = i + Math.floor(this.#random() * (agents.length - i));
      const other = agents[j]!;
      agents[j] = agents[i]!;
      agents[i] = other;
    }
  }

  /** Lays out the agents' items and their options; returns what they cost now above the least regrets: regrets and room left empty. */
  #lay(): number {
    const { items } = this.#problem;
    let now = 0;
    this.#size = 0;
    for (let a = 0; a < this.#count; a++) {
      const agent = this.#agents[a]!;
      now += this.#prices[agent]! * this.#left[agent]!;
      for (const item of this.#held[agent]!) {
        this.#items[this.#size++] = item;
        let [least, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
        for (let o = 0; o < this.#count; o++) {
          const regret = this.#regrets[this.#agents[o]! * items + item]!;
          if (regret < least) [least, second] = [regret, least];
          else if (regret < second) second = regret;
        }
        now += this.#regrets[agent * items + item]! - least;
        this.#key[item] = second - least + SHAKE * this.#unit * this.#random();
      }
    }
    this.#items.subarray(0, this.#size).sort((a, b) => this.#key[b]! - this.#key[a]!);
    for (let at = 0; at < this.#size; at++) this.#layOptions(at, this.#items[at]!);
    return now;
  }

  #layOptions(at: number, item: number): void {
    const { items } = this.#problem;
    const [first, count] = [at * MOST_AGENTS, this.#count];
    for (let a = 0; a < count; a++) {
      const regret = this.#regrets[this.#agents[a]! * items + item]!;
      let place = first + a;
      for (; place > first && this.#extra[place - 1]! > regret; place--) {
        this.#extra[place] = this.#extra[place - 1]!;
        this.#options[place] = this.#options[place - 1]!;
      }
      this.#extra[place] = regret;
      this.#options[place] = a;
    }
    const least = this.#extra[first]!;
    for (let place = first; place < first + count; place++) this.#extra[place]! -= least;
  }

  #search(budget: number): void {
    const { capacity } = this.#problem;
    this.#budget = budget + NEAR * this.#unit;
    this.#branches = 0;
    this.#better = false;
    let worth = 0;
    for (let a = 0; a < this.#count; a++) {
      const agent = this.#agents[a]!;
      this.#room[a] = capacity[agent]!;
      worth += this.#prices[agent]! * capacity[agent]!;
    }
    this.#weighRest();
    this.#visit(0, 0, worth);
  }

  /** From the last item to the first; only options within the budget count. */
  #weighRest(): void {
    const { items, weight } = this.#problem;
    [this.#takesLeast[this.#size], this.#takesMost[this.#size]] = [0, 0];
    for (let at = this.#size - 1; at >= 0; at--) {
      const item = this.#items[at]!;
      let [least, most] = [Number.POSITIVE_INFINITY, 0];
      for (let place = at * MOST_AGENTS, end = place + this.#count; place < end; place++) {
        if (this.#extra[place]! > this.#budget) break;
        const agent = this.#agents[this.#options[place]!]!;
        const takes = this.#prices[agent]! * weight[agent * items + item]!;
        least = Math.min(least, takes);
        most = Math.max(most, takes);
      }
      this.#takesLeast[at] = this.#takesLeast[at + 1]! + least;
      this.#takesMost[at] = this.#takesMost[at + 1]! + most;
    }
  }

  /** `worth` is the value of the room left: what will be empty of it costs, and the items to come have to find place in it. */
  #visit(at: number, spent: number, worth: number): void {
    if (++this.#branches > MOST_BRANCHES) return;
    if (worth < this.#takesLeast[at]! - NEAR || spent + worth - this.#takesMost[at]! > this.#budget) return;
    if (at === this.#size) {
      this.#close(spent + worth);
      return;
    }
    const { items, weight } = this.#problem;
    const item = this.#items[at]!;
    for (let place = at * MOST_AGENTS, end = place + this.#count; place < end; place++) {
      const cost = spent + this.#extra[place]!;
      if (cost > this.#budget) return;
      const a = this.#options[place]!;
      const agent = this.#agents[a]!;
      const heavy = weight[agent * items + item]!;
      if (heavy > this.#room[a]!) continue;
      this.#room[a]! -= heavy;
      this.#pick[at] = a;
      this.#visit(at + 1, cost, worth - this.#prices[agent]! * heavy);
      this.#room[a]! += heavy;
    }
  }

  /** All items have an agent: kept when it is within the budget and not what there is. */
  #close(cost: number): void {
    if (cost > this.#budget) return;
    let same = true;
    for (let at = 0; same && at < this.#size; at++)
      same = this.#agents[this.#pick[at]!] === this.#chosen[this.#items[at]!];
    if (same) return;
    this.#budget = cost - NEAR * this.#unit;
    this.#better = true;
    for (let at = 0; at < this.#size; at++) this.#found[at] = this.#pick[at]!;
  }

  #apply(): void {
    const { items, cost, capacity } = this.#problem;
    for (let a = 0; a < this.#count; a++) {
      const agent = this.#agents[a]!;
      this.#held[agent]!.length = 0;
      this.#left[agent] = capacity[agent]!;
    }
    for (let at = 0; at < this.#size; at++) {
      const item = this.#items[at]!;
      this.#cost -= cost[this.#chosen[item]! * items + item]!;
      this.#put(item, this.#agents[this.#found[at]!]!);
    }
    if (this.#cost >= this.bestCost - NEAR) return;
    this.bestCost = this.#cost;
    this.best = this.#chosen.slice();
  }

  /** As many agents share as can be settled within the branches allowed. */
  #adapt(): void {
    if (this.#count < this.#most) return;
    this.#run += this.#branches <= MOST_BRANCHES ? 1 : -CUT_WEIGHT;
    if (Math.abs(this.#run) < LONG_RUN) return;
    this.#most = Math.max(2, Math.min(this.#most + Math.sign(this.#run), MOST_AGENTS, this.#problem.agents));
    this.#run = 0;
  }
}

function regretsOf({ agents, items, cost, weight }: GapProblem, prices: Float64Array): Float64Array {
  const regrets = Float64Array.from(cost, (each, cell) => each + prices[Math.floor(cell / items)]! * weight[cell]!);
  for (let item = 0; item < items; item++) {
    let least = Number.POSITIVE_INFINITY;
    for (let agent = 0; agent < agents; agent++) least = Math.min(least, regrets[agent * items + item]!);
    for (let agent = 0; agent < agents; agent++) regrets[agent * items + item]! -= least;
  }
  return regrets;
}

/** Mean regret of the second best agent. */
function typicalStep({ agents, items }: GapProblem, regrets: Float64Array): number {
  let [sum, count] = [0, 0];
  for (let item = 0; item < items; item++) {
    const own = Array.from({ length: agents }, (_, agent) => regrets[agent * items + item]!).sort((a, b) => a - b);
    if (!Number.isFinite(own[1] ?? Number.NaN)) continue;
    sum += own[1]!;
    count++;
  }
  return Math.max(NEAR, sum / Math.max(1, count));
}
