/**
 * Tours built up node by node: a label is the set of nodes visited, the last of them and the earliest time there, which makes every later
 * label of the same set and node needless (Dumas, Desrosiers, Gelinas and Solomon, Operations Research 43, 1995). Layer by layer over the
 * number of nodes; a layer wider than allowed keeps its most hopeful labels, and the answer is then no proof.
 */
import type { PricedWays } from "./tsptw-bound.ts";
import type { Windows } from "./tsptw-windows.ts";

export interface SweepLimits {
  /** Labels kept of a layer. */
  readonly width: number;
  readonly priced: PricedWays | null;
  over(): boolean;
}

export interface SweepAnswer {
  /** The earliest to return by the deadline. */
  readonly tour: readonly number[] | null;
  readonly primal: number;
  /** Whether every tour in time was looked at. */
  readonly complete: boolean;
}

/** Labels between two looks at the clock. */
const LOOK_EVERY = 4096;

export function sweepSets(windows: Windows, { width, priced, over }: SweepLimits): SweepAnswer {
  const layers: Layer[] = [Layer.root(windows, priced)];
  const tables = new SetTables(windows);
  let complete = true;
  for (let visited = 1; visited < windows.nodes; visited++) {
    const last = layers.at(-1)!;
    const next = new Layer(tables.words);
    for (let label = 0; label < last.size; label++) {
      if (label % LOOK_EVERY === 0 && over()) return { tour: null, primal: Number.POSITIVE_INFINITY, complete: false };
      tables.extend(windows, last, label, next, priced);
    }
    if (next.size > width) {
      next.keepBest(width);
      complete = false;
    }
    layers.push(next);
  }
  return { ...tables.close(windows, layers), complete };
}

/** Labels of one number of nodes visited. */
class Layer {
  readonly words: number;
  size = 0;
  sets: Int32Array<ArrayBuffer>;
  last: Int16Array<ArrayBuffer>;
  parent: Int32Array<ArrayBuffer>;
  time: Float64Array<ArrayBuffer>;
  /** Estimate of the return: what a narrowed layer is chosen by. */
  estimate: Float64Array<ArrayBuffer>;
  /** Sum of the prices of the nodes to come. */
  open: Float64Array<ArrayBuffer>;
  #slots: Int32Array<ArrayBuffer>;

  constructor(words: number, room = 64) {
    this.words = words;
    this.sets = new Int32Array(room * words);
    this.last = new Int16Array(room);
    this.parent = new Int32Array(room);
    this.time = new Float64Array(room);
    this.estimate = new Float64Array(room);
    this.open = new Float64Array(room);
    this.#slots = new Int32Array(room * 4).fill(-1);
  }

  static root({ nodes, opens }: Windows, priced: PricedWays | null): Layer {
    const layer = new Layer((nodes + 31) >> 5, 1);
    layer.size = 1;
    layer.time[0] = opens[0]!;
    layer.parent[0] = -1;
    layer.sets[0] = 1;
    layer.open[0] = priced === null ? 0 : priced.prices.reduce((sum, price) => sum + price, 0);
    return layer;
  }

  /** Keeps the earlier of labels with the same set and node. */
  offer(set: Int32Array, node: number, time: number, estimate: number, open: number, parent: number): void {
    if (this.size === this.last.length) this.#grow();
    const mask = this.#slots.length - 1;
    let slot = this.#hash(set, 0, node) & mask;
    for (let label = this.#slots[slot]!; label >= 0; label = this.#slots[slot]!) {
      if (this.last[label] === node && this.#same(label, set)) {
        if (time < this.time[label]!) this.#write(label, node, time, estimate, open, parent);
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.size;
    this.sets.set(set, this.size * this.words);
    this.#write(this.size++, node, time, estimate, open, parent);
  }

  #write(label: number, node: number, time: number, estimate: number, open: number, parent: number): void {
    this.last[label] = node;
    this.time[label] = time;
    this.estimate[label] = estimate;
    this.open[label] = open;
    this.parent[label] = parent;
  }

  #same(label: number, set: Int32Array): boolean {
    for (let w = 0; w < this.words; w++) if (this.sets[label * this.words + w] !== set[w]) return false;
    return true;
  }

  #hash(set: Int32Array, from: number, node: number): number {
    let hash = Math.imul(node + 1, 0x9e3779b1);
    for (let w = 0; w < this.words; w++) {
      hash = Math.imul(hash ^ set[from + w]!, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    return Math.imul(hash, 0xc2b2ae35) >>> 7;
  }

  #grow(): void {
    const wide = new Layer(this.words, this.last.length * 2);
    wide.sets.set(this.sets);
    wide.last.set(this.last);
    wide.parent.set(this.parent);
    wide.time.set(this.time);
    wide.estimate.set(this.estimate);
    wide.open.set(this.open);
    const mask = wide.#slots.length - 1;
    for (let label = 0; label < this.size; label++) {
      let slot = this.#hash(this.sets, label * this.words, this.last[label]!) & mask;
      while (wide.#slots[slot]! >= 0) slot = (slot + 1) & mask;
      wide.#slots[slot] = label;
    }
    this.sets = wide.sets;
    this.last = wide.last;
    this.parent = wide.parent;
    this.time = wide.time;
    this.estimate = wide.estimate;
    this.open = wide.open;
    this.#slots = wide.#slots;
  }

  /** Narrows the layer to the labels with the least estimates. No label may be offered after that. */
  keepBest(width: number): void {
    const worst = this.estimate.slice(0, this.size).sort()[width]!;
    let kept = 0;
    for (let label = 0; label < this.size && kept < width; label++) {
      if (this.estimate[label]! > worst) continue;
      this.sets.copyWithin(kept * this.words, label * this.words, (label + 1) * this.words);
      const [node, time, estimate] = [this.last[label]!, this.time[label]!, this.estimate[label]!];
      this.#write(kept++, node, time, estimate, this.open[label]!, this.parent[label]!);
    }
    this.size = kept;
  }
}

/** What extending labels needs at hand: who must come before whom as sets, and the nodes by their closing times. */
class SetTables {
  readonly words: number;
  readonly #before: Int32Array;
  readonly #byClose: Int16Array;
  readonly #set: Int32Array;

  constructor({ nodes, before, closes }: Windows) {
    this.words = (nodes + 31) >> 5;
    this.#before = new Int32Array(nodes * this.words);
    for (let i = 0; i < nodes; i++)
      for (let j = 0; j < nodes; j++)
        if (before[i * nodes + j] === 1) this.#before[i * this.words + (j >> 5)]! |= 1 << (j & 31);
    this.#byClose = Int16Array.from({ length: nodes - 1 }, (_, i) => i + 1).sort((a, b) => closes[a]! - closes[b]!);
    this.#set = new Int32Array(this.words);
  }

  extend(windows: Windows, layer: Layer, label: number, into: Layer, priced: PricedWays | null): void {
    const { nodes, times, opens, closes } = windows;
    const at = label * this.words;
    const [from, time] = [layer.last[label]!, layer.time[label]!];
    const set = this.#set;
    for (let j = 1; j < nodes; j++) {
      if (layer.sets[at + (j >> 5)]! & (1 << (j & 31)) || !this.#mayBeNext(layer.sets, at, j)) continue;
      const arrival = Math.max(opens[j]!, time + times[from * nodes + j]!);
      if (!(arrival <= closes[j]!)) continue;
      for (let w = 0; w < this.words; w++) set[w] = layer.sets[at + w]!;
      set[j >> 5]! |= 1 << (j & 31);
      const open = priced === null ? 0 : layer.open[label]! - priced.prices[j]!;
      const estimate =
        priced === null ? this.#farthest(windows, set, j, arrival) : priced.returnAtLeast(set, j, arrival, open);
      if (!(estimate <= windows.deadline)) continue;
      if (priced !== null && !(this.#farthest(windows, set, j, arrival) <= windows.deadline)) continue;
      into.offer(set, j, arrival, estimate, open, label);
    }
  }

  #mayBeNext(sets: Int32Array, at: number, j: number): boolean {
    for (let w = 0; w < this.words; w++) if (this.#before[j * this.words + w]! & ~sets[at + w]!) return false;
    return true;
  }

  /** +∞ when some node left cannot be reached in time; else the return after going to the one farthest off. */
  #farthest({ nodes, ways, opens, closes }: Windows, set: Int32Array, from: number, time: number): number {
    let back = time + ways[from * nodes]!;
    for (let i = 0; i < this.#byClose.length; i++) {
      const m = this.#byClose[i]!;
      if (set[m >> 5]! & (1 << (m & 31))) continue;
      const there = time + ways[from * nodes + m]!;
      if (there > closes[m]!) return Number.POSITIVE_INFINITY;
      back = Math.max(back, Math.max(there, opens[m]!) + ways[m * nodes]!);
    }
    return back;
  }

  /** The earliest return of the last layer's labels, and the tour that makes it. */
  close({ nodes, times, deadline }: Windows, layers: readonly Layer[]): Pick<SweepAnswer, "tour" | "primal"> {
    const last = layers.at(-1)!;
    let [primal, best] = [Number.POSITIVE_INFINITY, -1];
    for (let label = 0; label < last.size; label++) {
      const back = last.time[label]! + times[last.last[label]! * nodes]!;
      if (back <= deadline && back < primal) [primal, best] = [back, label];
    }
    if (best < 0) return { tour: null, primal };
    const tour: number[] = [];
    for (let l = layers.length - 1; l > 0; l--) {
      tour.push(layers[l]!.last[best]!);
      best = layers[l]!.parent[best]!;
    }
    return { tour: tour.reverse(), primal };
  }
}
