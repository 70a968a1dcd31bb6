/**
 * The cheapest way through an order graph: best-first search over labels (node, candidate, start) with the completion bound as its estimate
 * (A*; Hart, Nilsson and Raphael 1968). A label that is earlier and, waiting included, no dearer makes a later one of the same node and
 * candidate needless. The least estimate still waiting is a lower bound at any time, and greedy dives give plans long before the end.
 */
import { type Completion, completionOf } from "./completion.ts";
import { type LegTable, type LegTables, NEVER } from "./leg-tables.ts";
import type { OrderGraph } from "./order-graph.ts";
import { MinQueue } from "./queue.ts";
import { SLOT_MS } from "./slot.ts";

/** Labels of one search; each takes some 40 bytes. */
export const MAX_LABELS = 4_000_000;
/** Costs nearer than this share are taken as equal. */
const ROUNDING = 1e-9;
/** Labels taken from the queue between two greedy dives, and between two looks at the clock. */
const DIVE_EVERY = 1024;

export interface SearchStop {
  /** Only plans cheaper than this are looked for. */
  readonly cutoff: number;
  /** Share of the plan's cost at which the bound is near enough. */
  readonly max_gap: number;
  readonly labels: number;
  /** Whether time is up. */
  over(): boolean;
}

export interface Step {
  readonly leg: number;
  readonly candidate: number;
  /** Slots after the leg's window begin. */
  readonly start: number;
}

export interface SearchAnswer {
  /** Null when nothing cheaper than the cutoff was found. */
  readonly steps: readonly Step[] | null;
  readonly cost: number;
  /** No plan of this graph costs less; the cutoff at most. */
  readonly bound: number;
}

export class OrderSearch {
  readonly #tables: LegTables;
  readonly #graph: OrderGraph;
  readonly #completion: Completion;
  readonly #heads: Int32Array;
  readonly #queue = new MinQueue();
  /** Cost of a slot by which a label may be later before it is worth keeping. */
  readonly #slope: number;
  #capacity = 1024;
  #node = new Int32Array(1024);
  #spot = new Int32Array(1024);
  #start = new Int32Array(1024);
  #cost = new Float64Array(1024);
  #parent = new Int32Array(1024);
  #next = new Int32Array(1024);
  #size = 0;
  #children = 0;
  #best = Number.POSITIVE_INFINITY;
  #incumbent = NEVER;

  constructor(tables: LegTables, graph: OrderGraph) {
    this.#tables = tables;
    this.#graph = graph;
    this.#completion = completionOf(tables, graph);
    this.#heads = new Int32Array(this.#completion.cost.length).fill(NEVER);
    const { waitCost_slot, travelCost_s } = tables.task;
    if (!tables.timed) this.#slope = waitCost_slot;
    else this.#slope = waitCost_slot === 0 ? (travelCost_s * SLOT_MS) / 1000 : Number.POSITIVE_INFINITY;
  }

  /** What every plan costs at least, before any search. */
  get floor(): number {
    return this.#completion.latest[0]! < 0 ? Number.POSITIVE_INFINITY : this.#completion.cost[0]!;
  }

  run(stop: SearchStop): SearchAnswer {
    this.#best = stop.cutoff;
    if (this.floor < this.#limit) {
      const root = this.#add(0, 0, 0, 0, NEVER);
      this.#queue.push(this.floor, root);
      this.#offer(root);
    }
    for (let taken = 0; this.#queue.size > 0 && this.#queue.least < this.#limit; taken++) {
      if (this.#queue.least >= this.#best * (1 - stop.max_gap) && this.#incumbent !== NEVER) break;
      if (taken % DIVE_EVERY === 0 && (stop.over() || this.#size > stop.labels) && taken > 0) break;
      const label = this.#queue.pop();
      if (this.#cost[label] === Number.POSITIVE_INFINITY) continue;
      if (taken % DIVE_EVERY === 0) this.#dive(label);
      this.#expand(label);
      this.#keep(label);
    }
    const bound = this.#queue.least < this.#limit ? this.#queue.least : this.#best;
    return { steps: this.#incumbent === NEVER ? null : this.#trace(this.#incumbent), cost: this.#best, bound };
  }

  get #limit(): number {
    return this.#best === Number.POSITIVE_INFINITY ? this.#best : this.#best - ROUNDING * Math.max(1, this.#best);
  }

  /** Makes the children of a label: written after the last label, to be kept or dropped. */
  #expand(label: number): void {
    const { leg, first, to } = this.#graph;
    const node = this.#node[label]!;
    this.#children = 0;
    for (let arc = first[node]!; arc < first[node + 1]!; arc++) {
      const own = leg[node]!;
      const next = this.#tables.legs[leg[to[arc]!]!]!;
      this.#follow(label, arc, own < 0 ? null : this.#tables.legs[own]!, next);
    }
  }

  #follow(label: number, arc: number, own: LegTable | null, next: LegTable): void {
    const { leg, to, forgone } = this.#graph;
    const { at, latest } = this.#completion;
    const node = this.#node[label]!;
    const [target, start] = [to[arc]!, this.#start[label]!];
    const { timed, width, travel, cost } = this.#tables.between(leg[node]!, leg[target]!);
    const i = this.#spot[label]! - at[node]!;
    const row = (timed && own !== null ? start * own.places.length + i : i) * width;
    const leave = (own === null ? this.#tables.task.depart : own.from + start + own.duration) - next.from;
    const base = this.#cost[label]! + forgone[arc]!;
    const wait = own === null ? 0 : this.#tables.task.waitCost_slot;
    const every = this.#tables.timed || (own === null && this.#tables.task.waitCost_slot > 0);
    for (let j = 0; j < width; j++) {
      const way = travel[row + j]!;
      const spot = at[target]! + j;
      const late = latest[spot]!;
      const arrival = leave + way;
      if (way < 0 || arrival > late || late < 0) continue;
      const cells = j * next.slots;
      for (let k = next.open[cells + Math.max(0, arrival)]!; k !== NEVER && k <= late; ) {
        const value = base + cost[row + j]! + (wait === 0 ? 0 : wait * (k - arrival)) + next.price[cells + k]!;
        if (value + this.#completion.cost[spot]! < this.#limit) this.#child(target, spot, k, value);
        k = every ? (k + 1 < next.slots ? next.open[cells + k + 1]! : NEVER) : next.cheaper[cells + k]!;
      }
    }
  }

  #child(node: number, spot: number, start: number, cost: number): void {
    const id = this.#size + this.#children++;
    if (id >= this.#capacity) this.#grow();
    this.#node[id] = node;
    this.#spot[id] = spot;
    this.#start[id] = start;
    this.#cost[id] = cost;
  }

  /** Takes those children that nothing makes needless. */
  #keep(parent: number): void {
    const [begin, end] = [this.#size, this.#size + this.#children];
    for (let child = begin; child < end; child++) {
      const [spot, start, cost] = [this.#spot[child]!, this.#start[child]!, this.#cost[child]!];
      if (this.#needless(spot, start, cost)) continue;
      const id = this.#add(this.#node[child]!, spot, start, cost, parent);
      this.#next[id] = this.#heads[spot]!;
      this.#heads[spot] = id;
      this.#queue.push(cost + this.#completion.cost[spot]!, id);
      this.#offer(id);
    }
  }

  /** Whether a known label serves as well; labels that the new one makes needless are struck out. */
  #needless(spot: number, start: number, cost: number): boolean {
    let before = NEVER;
    for (let known = this.#heads[spot]!; known !== NEVER; known = this.#next[known]!) {
      const later = start - this.#start[known]!;
      const dearer = cost - this.#cost[known]!;
      if (later >= 0 && dearer >= (later === 0 ? 0 : this.#slope * later)) return true;
      if (later <= 0 && -dearer >= (later === 0 ? 0 : this.#slope * -later)) {
        this.#cost[known] = Number.POSITIVE_INFINITY;
        if (before === NEVER) this.#heads[spot] = this.#next[known]!;
        else this.#next[before] = this.#next[known]!;
      } else before = known;
    }
    return false;
  }

  /** Goes on greedily from a label to a whole plan. */
  #dive(label: number): void {
    for (let current = label; ; ) {
      this.#expand(current);
      let best = NEVER;
      let least = Number.POSITIVE_INFINITY;
      for (let child = this.#size; child < this.#size + this.#children; child++) {
        const estimate = this.#cost[child]! + this.#completion.cost[this.#spot[child]!]!;
        if (estimate < least) [best, least] = [child, estimate];
      }
      if (best === NEVER) return;
      current = this.#add(this.#node[best]!, this.#spot[best]!, this.#start[best]!, this.#cost[best]!, current);
      this.#offer(current);
    }
  }

  /** A label at which the task may end is a plan. */
  #offer(label: number): void {
    const cost = this.#cost[label]! + this.#graph.finish[this.#node[label]!]!;
    if (cost < this.#limit) [this.#best, this.#incumbent] = [cost, label];
  }

  #add(node: number, spot: number, start: number, cost: number, parent: number): number {
    if (this.#size === this.#capacity) this.#grow();
    const id = this.#size++;
    this.#node[id] = node;
    this.#spot[id] = spot;
    this.#start[id] = start;
    this.#cost[id] = cost;
    this.#parent[id] = parent;
    return id;
  }

  #grow(): void {
    this.#capacity *= 2;
    const widen = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const wide = new Int32Array(this.#capacity);
      wide.set(old);
      return wide;
    };
    this.#node = widen(this.#node);
    this.#spot = widen(this.#spot);
    this.#start = widen(this.#start);
    this.#parent = widen(this.#parent);
    this.#next = widen(this.#next);
    const cost = new Float64Array(this.#capacity);
    cost.set(this.#cost);
    this.#cost = cost;
  }

  #trace(label: number): Step[] {
    const steps: Step[] = [];
    for (let at = label; this.#parent[at] !== NEVER; at = this.#parent[at]!) {
      const node = this.#node[at]!;
      steps.push({
        leg: this.#graph.leg[node]!,
        candidate: this.#spot[at]! - this.#completion.at[node]!,
        start: this.#start[at]!,
      });
    }
    return steps.reverse();
  }
}
