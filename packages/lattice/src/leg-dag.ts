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

const NONE = -1;

export const cellsOf = ({ places, slots }: DagLeg): number => places.length * slots;
export const placeOf = (leg: DagLeg, cell: number): number => leg.places[Math.floor(cell / leg.slots)]!;
export const startOf = (leg: DagLeg, cell: number): number => leg.from + (cell % leg.slots);

/** Solves one graph after another in memory that it keeps. */
export class DagSolver {
  #best: Float64Array[] = [];
  #before: Int32Array[] = [];

  /** The cheapest path; null when none is open. */
  solve({ depart, legs }: LegDag, costs: CellCosts): DagPath | null {
    for (let l = 0; l < legs.length; l++) {
      this.#prepare(l, cellsOf(legs[l]!));
      if (l === 0) this.#leaveOrigin(depart, legs[0]!);
      else this.#travel(l, legs[l - 1]!, legs[l]!);
      this.#settle(l, legs[l]!, costs[l]!);
    }
    return this.#readBack(legs);
  }

  #prepare(l: number, cells: number): void {
    if ((this.#best[l]?.length ?? -1) < cells) {
      this.#best[l] = new Float64Array(cells);
      this.#before[l] = new Int32Array(cells);
    }
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
      this.#before[0]![cell] = NONE;
    }
  }

  #travel(l: number, last: DagLeg, leg: DagLeg): void {
    const from = this.#best[l - 1]!;
    const width = leg.places.length;
    for (let i = 0; i < last.places.length; i++) {
      let waited = Number.POSITIVE_INFINITY;
      for (let k = 0; k < last.slots; k++) {
        const cost = from[i * last.slots + k]!;
        const row = (leg.timed ? k * last.places.length + i : i) * width;
        if (cost < waited || (leg.timed && cost < Number.POSITIVE_INFINITY))
          this.#spread(l, leg, row, last.from + k + last.duration - leg.from, cost, i * last.slots + k);
        waited = Math.min(waited, cost) + leg.wait;
      }
    }
  }

  /** Arrivals at all candidates from one cell that is left at `leave` slots after the window's begin. */
  #spread(l: number, leg: DagLeg, row: number, leave: number, base: number, cell: number): void {
    const { slots, wait, travel, cost } = leg;
    const best = this.#best[l]!;
    const before = this.#before[l]!;
    for (let j = 0, to = 0; j < leg.places.length; j++, to += slots) {
      const way = travel[row + j]!;
      const k = leave + way;
      if (way < 0 || k >= slots) continue;
      const early = k < 0 ? -k : 0;
      const value = base + cost[row + j]! + early * wait;
      const at = to + k + early;
      if (value < best[at]!) {
        best[at] = value;
        before[at] = cell;
      }
    }
  }

  /** Lets arrivals wait, and adds the cells' own costs. */
  #settle(l: number, { places, slots, wait }: DagLeg, own: Float64Array): void {
    const best = this.#best[l]!;
    const before = this.#before[l]!;
    for (let first = 0; first < places.length * slots; first += slots) {
      let waiting = Number.POSITIVE_INFINITY;
      let source = NONE;
      for (let cell = first; cell < first + slots; cell++) {
        waiting += wait;
        if (best[cell]! <= waiting) {
          waiting = best[cell]!;
          source = before[cell]!;
        }
        best[cell] = waiting + own[cell]!;
        before[cell] = source;
      }
    }
  }

  #readBack(legs: readonly DagLeg[]): DagPath | null {
    const last = legs.length - 1;
    const best = this.#best[last]!;
    let end = 0;
    for (let cell = 1; cell < cellsOf(legs[last]!); cell++) if (best[cell]! < best[end]!) end = cell;
    const cost = best[end]!;
    if (!(cost < Number.POSITIVE_INFINITY)) return null;
    const cells = new Int32Array(legs.length);
    for (let l = last; l >= 0; l--) {
      cells[l] = end;
      end = this.#before[l]![end]!;
    }
    return { cells, cost };
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
