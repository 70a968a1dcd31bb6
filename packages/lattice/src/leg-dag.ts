/**
 * The layered, time-expanded graph of one task: leg after leg, candidate × start slot. Its cheapest path is the best way through the legs in
 * their order. Waiting happens at the place that is waited for, so one sweep along the slots replaces all arcs between them; and whoever could
 * have left earlier and waited no dearer need not be followed (travel is FIFO).
 */

/** One leg. Starts lie in [from, from + slots); start k of candidate j is cell j · slots + k. */
export interface DagLeg {
  readonly from: number;
  readonly slots: number;
  /** Slots that the leg takes of its place. */
  readonly duration: number;
  /** Numbers of the candidate places. */
  readonly places: ArrayLike<number>;
  /** From candidate i of the leg before (the origin for the first) to candidate j: at i · places.length + j. */
  readonly cost: ArrayLike<number>;
  /** The same for slots on the way; a negative number says that there is no way. */
  readonly travel: ArrayLike<number>;
  /** Cost of each slot waited before the leg. */
  readonly wait: number;
  /** Whether `cost` and `travel` depend on the start of the leg before: its start k, i, j are then at (k · before + i) · places.length + j. */
  readonly timed: boolean;
}

export interface LegDag {
  /** Slot at which the task leaves its origin. */
  readonly depart: number;
  readonly legs: readonly DagLeg[];
}

/** The cell chosen of each leg, and what the path costs with the cells' own costs. */
export interface DagPath {
  readonly cells: Int32Array;
  readonly cost: number;
}

/** Own cost of each cell of each leg; +∞ closes it. */
export type CellCosts = readonly Float64Array[];

export const cellsOf = ({ places, slots }: DagLeg): number => places.length * slots;
export const placeOf = (leg: DagLeg, cell: number): number => leg.places[Math.floor(cell / leg.slots)]!;
export const startOf = (leg: DagLeg, cell: number): number => leg.from + (cell % leg.slots);

/** What helps to leave out early what cannot be worth going. */
export interface DagHope {
  /** Only paths that cost less are looked for. */
  readonly below: number;
  /** Of each leg and candidate: least that the legs after it cost (see `leastAhead`). */
  readonly ahead: readonly Float64Array[];
}

/** For each leg and candidate the least cost of the way through the legs after it, cells' own costs aside. */
export function leastAhead({ legs }: LegDag): Float64Array[] {
  const ahead = legs.map(({ places }) => new Float64Array(places.length));
  for (let l = legs.length - 2; l >= 0; l--) {
    const { cost, travel, places, timed } = legs[l + 1]!;
    if (timed) continue;
    for (let i = 0, at = 0; i < ahead[l]!.length; i++) {
      let least = Number.POSITIVE_INFINITY;
      for (let j = 0; j < places.length; j++, at++)
        if (travel[at]! >= 0) least = Math.min(least, cost[at]! + ahead[l + 1]![j]!);
      ahead[l]![i] = least;
    }
  }
  return ahead;
}

/** Solves one graph after another in memory that it keeps. */
export class DagSolver {
  /** Least cost to each cell of each leg, its own cost included. */
  readonly #best: Float64Array[] = [];
  #waited = new Float64Array(64);

  /** The cheapest path; null when none is open, or none below what is hoped for. */
  solve({ depart, legs }: LegDag, costs: CellCosts, hope?: DagHope): DagPath | null {
    const below = hope?.below ?? Number.POSITIVE_INFINITY;
    for (let l = 0; l < legs.length; l++) {
      const leg = legs[l]!;
      this.#prepare(l, cellsOf(leg));
      if (l === 0) this.#leaveOrigin(depart, leg);
      else if (leg.timed) this.#travelTimed(l, legs[l - 1]!, leg);
      else this.#travel(l, legs[l - 1]!, leg, below, hope?.ahead[l]);
      this.#settle(l, leg, costs[l]!);
    }
    return this.#readBack(legs, below);
  }

  #prepare(l: number, cells: number): void {
    if ((this.#best[l]?.length ?? -1) < cells) this.#best[l] = new Float64Array(cells);
    this.#best[l]!.fill(Number.POSITIVE_INFINITY, 0, cells);
  }

  #leaveOrigin(depart: number, leg: DagLeg): void {
    const best = this.#best[0]!;
    for (let j = 0; j < leg.places.length; j++) {
      if (leg.travel[j]! < 0) continue;
      const early = leg.from - depart - leg.travel[j]!;
      if (-early >= leg.slots) continue;
      const cell = j * leg.slots + Math.max(0, -early);
      best[cell] = leg.cost[j]! + (early > 0 && leg.wait > 0 ? leg.wait * early : 0);
    }
  }

  /** Pairs of candidates; the slots of a pair all shift by the same. */
  #travel(l: number, last: DagLeg, leg: DagLeg, below: number, ahead: Float64Array | undefined): void {
    const { slots, cost, travel, wait } = leg;
    const width = leg.places.length;
    const best = this.#best[l]!;
    const base = last.from + last.duration - leg.from;
    for (let i = 0, at = 0; i < last.places.length; i++) {
      const least = this.#wait(l - 1, i * last.slots, last.slots, wait);
      const waited = this.#waited;
      for (let j = 0; j < width; j++, at++) {
        const way = travel[at]!;
        const price = cost[at]!;
        if (way < 0 || least + price + (ahead === undefined ? 0 : ahead[j]!) >= below) continue;
        const shift = base + way;
        const to = j * slots;
        if (-shift >= last.slots) {
          const value = waited[last.slots - 1]! + price + wait * (1 - shift - last.slots);
          if (value < best[to]!) best[to] = value;
          continue;
        }
        const until = Math.min(last.slots, slots - shift);
        for (let k = Math.max(0, -shift); k < until; k++) {
          const value = waited[k]! + price;
          if (value < best[to + shift + k]!) best[to + shift + k] = value;
        }
      }
    }
  }

  /** Writes what it costs to leave a candidate at each slot, having waited or not; returns the least of them. */
  #wait(l: number, first: number, slots: number, wait: number): number {
    if (this.#waited.length < slots) this.#waited = new Float64Array(slots);
    const best = this.#best[l]!;
    let [waiting, least] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let k = 0; k < slots; k++) {
      const cost = best[first + k]!;
      waiting = Math.min(waiting + wait, cost);
      this.#waited[k] = waiting;
      if (cost < least) least = cost;
    }
    return least;
  }

  #travelTimed(l: number, last: DagLeg, leg: DagLeg): void {
    const from = this.#best[l - 1]!;
    const best = this.#best[l]!;
    const width = leg.places.length;
    for (let i = 0; i < last.places.length; i++) {
      for (let k = 0; k < last.slots; k++) {
        const row = (k * last.places.length + i) * width;
        const base = from[i * last.slots + k]!;
        const leave = last.from + k + last.duration - leg.from;
        if (base === Number.POSITIVE_INFINITY) continue;
        for (let j = 0; j < width; j++) {
          const way = leg.travel[row + j]!;
          const start = Math.max(0, leave + way);
          if (way < 0 || start >= leg.slots) continue;
          const value = base + leg.cost[row + j]! + leg.wait * (start - leave - way);
          const at = j * leg.slots + start;
          if (value < best[at]!) best[at] = value;
        }
      }
    }
  }

  /** Lets arrivals wait, and adds the cells' own costs. */
  #settle(l: number, { places, slots, wait }: DagLeg, own: Float64Array): void {
    const best = this.#best[l]!;
    for (let first = 0; first < places.length * slots; first += slots) {
      let waiting = Number.POSITIVE_INFINITY;
      for (let cell = first; cell < first + slots; cell++) {
        waiting = Math.min(waiting + wait, best[cell]!);
        best[cell] = waiting + own[cell]!;
      }
    }
  }

  /** From the cheapest last cell back, each time by the cell before that explains its cost. */
  #readBack(legs: readonly DagLeg[], below: number): DagPath | null {
    const last = legs.length - 1;
    const best = this.#best[last]!;
    let end = 0;
    for (let cell = 1; cell < cellsOf(legs[last]!); cell++) if (best[cell]! < best[end]!) end = cell;
    const cost = best[end]!;
    if (!(cost < below)) return null;
    const cells = new Int32Array(legs.length);
    cells[last] = end;
    for (let l = last; l > 0; l--) cells[l - 1] = this.#before(l, legs[l - 1]!, legs[l]!, cells[l]!);
    return { cells, cost };
  }

  #before(l: number, last: DagLeg, leg: DagLeg, cell: number): number {
    const from = this.#best[l - 1]!;
    const width = leg.places.length;
    const j = Math.floor(cell / leg.slots);
    const start = startOf(leg, cell);
    let [least, before] = [Number.POSITIVE_INFINITY, 0];
    for (let i = 0, at = 0; i < last.places.length; i++) {
      for (let k = 0; k < last.slots; k++, at++) {
        const row = (leg.timed ? k * last.places.length + i : i) * width + j;
        const way = leg.travel[row]!;
        const early = start - last.from - k - last.duration - way;
        if (way < 0 || early < 0) continue;
        const value = from[at]! + leg.cost[row]! + leg.wait * early;
        if (value < least) [least, before] = [value, at];
      }
    }
    return before;
  }
}

/** What a path costs without the cells' own costs; +∞ when it cannot be gone. */
export function pathCost({ depart, legs }: LegDag, cells: ArrayLike<number>): number {
  let cost = 0;
  let free = depart;
  let before = 0;
  for (const [l, leg] of legs.entries()) {
    const cell = cells[l]!;
    if (!(Number.isInteger(cell) && cell >= 0 && cell < cellsOf(leg))) return Number.POSITIVE_INFINITY;
    const row = before * leg.places.length + Math.floor(cell / leg.slots);
    const start = startOf(leg, cell);
    const way = leg.travel[row]!;
    if (way < 0 || start < free + way) return Number.POSITIVE_INFINITY;
    cost += leg.cost[row]! + (leg.wait === 0 ? 0 : leg.wait * (start - free - way));
    free = start + leg.duration;
    const i = Math.floor(cell / leg.slots);
    const next = legs[l + 1];
    before = next?.timed ? (cell % leg.slots) * leg.places.length + i : i;
  }
  return cost;
}
