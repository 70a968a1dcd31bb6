/**
 * Multi-leg competition, solved from both sides. Below: prices of slots by deflected subgradient ascent with Polyak steps on the Lagrangian
 * dual (Brännlund 1993; Barahona and Anbil, Math. Program. 87, 2000), each task answering with its cheapest column at the prices; that dual
 * equals the bound of column generation. Above: tasks are seated on the slots that are left, at prices, and a large-neighbourhood search takes
 * out tasks that meet and seats them again in another order. Prices and plan make the certificate (legs-certificate.ts).
 */
import { type CellCosts, type DagPath, DagSolver, pathCost, placeOf, startOf } from "./leg-dag.ts";
import { type LegsProblem, type Plan, priced, roomAt, roomFor } from "./legs.ts";

export interface LegsOptions {
  /** Rounds of price ascent. */
  readonly rounds: number;
  /** Tries of the neighbourhood search. */
  readonly tries: number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Ends the search early when it says so: a deadline. */
  readonly expired?: () => boolean;
}

export interface LegsAnswer {
  readonly plan: Plan;
  readonly cost: number;
  /** No plan costs less, as `prices` prove. */
  readonly bound: number;
  readonly prices: Float64Array;
}

export function coordinateLegs(problem: LegsProblem, options: LegsOptions): LegsAnswer {
  const search = new LegsSearch(problem, options.random);
  search.seatAll(new Float64Array(roomFor(problem)));
  const { bound, prices } = ascend(problem, search, options);
  search.improve(options);
  return { plan: search.best, cost: search.bestCost, bound, prices };
}

/** Rounds without a better bound after which steps are halved. */
const PATIENCE = 12;
/** Share of the old direction in the new one. */
const DEFLECTION = 0.7;
/** A plan is made of the prices this often. */
const SEAT_EVERY = 25;

function ascend(
  problem: LegsProblem,
  search: LegsSearch,
  { rounds, expired }: LegsOptions,
): { bound: number; prices: Float64Array } {
  const size = roomFor(problem);
  const [prices, best, direction, excess] = Array.from({ length: 4 }, () => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  // What is closed costs as much as staying away: that is known beforehand, and takes nothing from the bound.
  for (let i = 0; i < size; i++) if (roomAt(problem, i) === 0) prices[i] = best[i] = problem.penalty;
  const scratch = scratchOf(problem);
  const solver = new DagSolver();
  let [bound, step, idle] = [Number.NEGATIVE_INFINITY, 1.2, 0];
  for (let round = 0; round < rounds && !expired?.(); round++) {
    const value = evaluate(problem, prices, scratch, solver, excess);
    if (value > bound) {
      [bound, idle] = [value, 0];
      best.set(prices);
    } else if (++idle === PATIENCE) {
      [step, idle] = [step * 0.6, 0];
      prices.set(best);
      direction.fill(0);
    }
    if (bound >= search.bestCost - 1e-6) break;
    if (round % SEAT_EVERY === SEAT_EVERY - 1) search.seatAll(prices);
    advance(prices, direction, excess, step * (search.bestCost * 1.001 - value));
  }
  return { bound, prices: best };
}

/** Moves prices along the deflected excess; a price that would fall below 0 stays at 0 and does not count into the step. */
function advance(prices: Float64Array, direction: Float64Array, excess: Float64Array, reach: number): void {
  let norm = 0;
  for (let i = 0; i < prices.length; i++) {
    const d = DEFLECTION * direction[i]! + (1 - DEFLECTION) * excess[i]!;
    direction[i] = d;
    if (prices[i]! > 0 || d > 0) norm += d * d;
  }
  if (norm === 0) return;
  const step = reach / norm;
  for (let i = 0; i < prices.length; i++) {
    const d = direction[i]!;
    if (d !== 0) prices[i] = Math.max(0, prices[i]! + step * d);
  }
}

const scratchOf = ({ tasks }: LegsProblem): CellCosts[] =>
  tasks.map(({ legs }) => legs.map((leg) => new Float64Array(leg.places.length * leg.slots)));

/** The dual value at these prices; writes how far each slot is oversold (below 0: left) by the tasks' answers. */
function evaluate(
  problem: LegsProblem,
  prices: Float64Array,
  scratch: readonly CellCosts[],
  solver: DagSolver,
  excess: Float64Array,
): number {
  const { penalty } = problem;
  let value = 0;
  for (let i = 0; i < prices.length; i++) {
    const units = roomAt(problem, i);
    excess[i] = -units;
    value -= prices[i]! * units;
  }
  for (const [t, task] of problem.tasks.entries()) {
    const path = solver.solve(task, priced(problem, task, prices, scratch[t]!));
    if (path === null || path.cost >= penalty) {
      value += penalty;
      continue;
    }
    value += path.cost;
    use(problem, t, path.cells, 1, excess);
  }
  return value;
}

/** Adds `units` to every slot that the column takes. */
function use(
  { tasks, slots }: LegsProblem,
  t: number,
  cells: ArrayLike<number>,
  units: number,
  table: Float64Array,
): void {
  for (const [l, leg] of tasks[t]!.legs.entries()) {
    const first = placeOf(leg, cells[l]!) * slots + startOf(leg, cells[l]!);
    for (let slot = first; slot < first + leg.duration; slot++) table[slot]! += units;
  }
}

/** Cost that makes a full slot no choice, yet keeps sums finite. */
const FULL = 1e12;

/** Plans that never oversell. `full` is 0 where a slot has room and FULL where it has none: prices of what is left. */
class LegsSearch {
  best: (ArrayLike<number> | null)[];
  bestCost = Number.POSITIVE_INFINITY;
  readonly #problem: LegsProblem;
  readonly #random: () => number;
  readonly #solver = new DagSolver();
  readonly #scratch: CellCosts[];
  readonly #left: Float64Array;
  readonly #full: Float64Array;
  #plan: (ArrayLike<number> | null)[];
  #costs: Float64Array;

  constructor(problem: LegsProblem, random: () => number) {
    this.#problem = problem;
    this.#random = random;
    this.#scratch = scratchOf(problem);
    this.#left = new Float64Array(roomFor(problem));
    this.#full = new Float64Array(roomFor(problem));
    this.#plan = problem.tasks.map(() => null);
    this.#costs = new Float64Array(problem.tasks.length);
    this.best = this.#plan;
  }

  /** A plan of the prices: who loses most by them chooses first. */
  seatAll(prices: Float64Array): void {
    const { tasks, penalty } = this.#problem;
    for (let i = 0; i < this.#left.length; i++) {
      this.#left[i] = roomAt(this.#problem, i);
      this.#full[i] = this.#left[i] === 0 ? FULL : prices[i]!;
    }
    this.#plan.fill(null);
    this.#costs.fill(penalty);
    const wish = Float64Array.from(tasks, (_, t) => this.#ask(t)?.cost ?? penalty);
    const order = [...tasks.keys()].sort((a, b) => wish[a]! - wish[b]! || a - b);
    for (const t of order) this.#seat(t, prices);
    for (let i = 0; i < this.#full.length; i++) this.#full[i] = this.#left[i]! > 0 ? 0 : FULL;
    for (const t of order) this.#reseat([t], Number.POSITIVE_INFINITY);
    this.#keep();
  }

  #ask(t: number): DagPath | null {
    return this.#solver.solve(
      this.#problem.tasks[t]!,
      priced(this.#problem, this.#problem.tasks[t]!, this.#full, this.#scratch[t]!),
    );
  }

  #seat(t: number, prices: Float64Array | null): void {
    const path = this.#ask(t);
    if (path === null || path.cost >= FULL) return;
    const cost = prices === null ? path.cost : pathCost(this.#problem.tasks[t]!, path.cells);
    if (cost >= this.#problem.penalty) return;
    this.#place(t, path.cells, cost, prices);
  }

  #place(t: number, cells: ArrayLike<number>, cost: number, prices: Float64Array | null): void {
    this.#plan[t] = cells;
    this.#costs[t] = cost;
    this.#shift(t, cells, -1, prices);
  }

  #lift(t: number): void {
    if (this.#plan[t] !== null) this.#shift(t, this.#plan[t]!, 1, null);
    this.#plan[t] = null;
    this.#costs[t] = this.#problem.penalty;
  }

  #shift(t: number, cells: ArrayLike<number>, units: number, prices: Float64Array | null): void {
    const { tasks, slots } = this.#problem;
    for (const [l, leg] of tasks[t]!.legs.entries()) {
      const first = placeOf(leg, cells[l]!) * slots + startOf(leg, cells[l]!);
      for (let slot = first; slot < first + leg.duration; slot++) {
        this.#left[slot]! += units;
        this.#full[slot] = this.#left[slot]! > 0 ? (prices?.[slot] ?? 0) : FULL;
      }
    }
  }

  /** Takes these tasks out and seats them again in the order given; undoes it when that costs more than `slack` above before. */
  #reseat(group: readonly number[], slack: number): void {
    const was = group.map((t) => ({ t, cells: this.#plan[t]!, cost: this.#costs[t]! }));
    for (const t of group) this.#lift(t);
    for (const t of group) this.#seat(t, null);
    let gain = 0;
    for (const { t, cost } of was) gain += cost - this.#costs[t]!;
    if (gain >= -slack) return;
    for (const t of group) this.#lift(t);
    for (const { t, cells, cost } of was) if (cells !== null) this.#place(t, cells, cost, null);
  }

  #keep(): void {
    let cost = 0;
    for (const each of this.#costs) cost += each;
    if (cost >= this.bestCost - 1e-9) return;
    this.bestCost = cost;
    this.best = [...this.#plan];
  }

  /** Neighbourhood search: groups of tasks that want the same places, by annealing down to strict improvement. */
  improve({ tries, expired }: LegsOptions): void {
    this.#restore();
    const rivals = rivalsOf(this.#problem);
    const heat = (0.3 * this.bestCost) / Math.max(1, this.#problem.tasks.length);
    for (let i = 0; i < tries; i++) {
      if ((i & 63) === 0 && expired?.()) break;
      const slack = -heat * (1 - i / tries) * Math.log(1 - this.#random());
      this.#reseat(this.#group(rivals), slack);
      this.#keep();
    }
  }

  #restore(): void {
    for (let t = 0; t < this.#plan.length; t++) this.#lift(t);
    for (const [t, cells] of this.best.entries())
      if (cells !== null) this.#place(t, cells, pathCost(this.#problem.tasks[t]!, cells), null);
  }

  /** A task and up to five of its rivals, in any order. */
  #group(rivals: readonly Int32Array[]): number[] {
    const pick = (count: number): number => Math.floor(this.#random() * count);
    const first = pick(rivals.length);
    const near = rivals[first]!;
    const group = [first];
    for (let size = 1 + pick(5); size > 0 && near.length > 0; size--) {
      const other = near[pick(near.length)]!;
      if (!group.includes(other)) group.splice(pick(group.length + 1), 0, other);
    }
    return group;
  }
}

/** Rivals kept of each task. */
const MAX_RIVALS = 24;

/** Tasks that share candidates with each task. */
function rivalsOf({ tasks, capacity }: LegsProblem): Int32Array[] {
  const users: number[][] = Array.from({ length: capacity.length }, () => []);
  for (const [t, { legs }] of tasks.entries())
    for (const { places } of legs) for (let j = 0; j < places.length; j++) users[places[j]!]!.push(t);
  return tasks.map(({ legs }, t) => {
    const shared = new Map<number, number>();
    for (const { places } of legs)
      for (let j = 0; j < places.length; j++)
        for (const other of users[places[j]!]!) if (other !== t) shared.set(other, (shared.get(other) ?? 0) + 1);
    const nearest = [...shared].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MAX_RIVALS);
    return Int32Array.from(nearest, ([other]) => other);
  });
}
