/**
 * Plans that never oversell, made of prices: tasks are seated on slots that are left, then chains of ejections (Glover 1996) make the plan
 * cheaper. A task takes the way it would choose if full slots cost their price; whoever held them moves on the same way, up to a depth; the
 * chain is kept when all costs together fall, or rise by less than the annealing allows.
 */
import { type CellCosts, type DagHope, type DagPath, DagSolver, pathCost } from "./leg-dag.ts";
import { type LegsProblem, type Plan, roomAt, roomFor } from "./legs.ts";
import { takesOf } from "./legs-columns.ts";

/** Tasks put out in one chain, at most. */
export const MAX_EJECTIONS = 24;
/** Cost of a slot that cannot be had, yet sums stay finite. */
const FULL = 1e12;
/** Of so many tasks, picked by chance, the one that loses most begins a chain. */
const TOURNAMENT = 4;
/** Annealing begins with this share of the mean cost of a task. */
const FIRST_HEAT = 0.02;

interface Seat {
  readonly cells: ArrayLike<number>;
  readonly takes: readonly number[];
  readonly cost: number;
}

export class LegsSearch {
  bestCost: number;
  #bestSeats: (Seat | null)[];
  readonly #problem: LegsProblem;
  readonly #random: () => number;
  readonly #solver = new DagSolver();
  readonly #ahead: readonly (readonly Float64Array[])[];
  readonly #scratch: CellCosts[];
  readonly #seats: (Seat | null)[];
  /** What each task's seat costs above the least it could have at the prices. */
  readonly #loss: Float64Array;
  readonly #least: ArrayLike<number>;
  readonly #prices: Float64Array;
  readonly #left: Int32Array;
  readonly #users = new Map<number, number[]>();
  /** The chain that took each slot last: not to be put out again by it. */
  readonly #locked: Uint32Array;
  #chain = 0;
  #cost: number;
  #undo: { task: number; seat: Seat | null }[] = [];

  /** `least` is each task's least at the prices. */
  constructor(
    problem: LegsProblem,
    ahead: readonly (readonly Float64Array[])[],
    prices: Float64Array,
    least: ArrayLike<number>,
    random: () => number,
  ) {
    const { tasks, penalty } = problem;
    this.#problem = problem;
    this.#random = random;
    this.#ahead = ahead;
    this.#scratch = tasks.map(({ legs }) => legs.map((leg) => new Float64Array(leg.places.length * leg.slots)));
    this.#seats = tasks.map(() => null);
    this.#loss = Float64Array.from(tasks, (_, t) => penalty - least[t]!);
    this.#least = least;
    this.#prices = prices;
    this.#left = Int32Array.from({ length: roomFor(problem) }, (_, i) => roomAt(problem, i));
    this.#locked = new Uint32Array(roomFor(problem));
    this.#bestSeats = [...this.#seats];
    this.#cost = penalty * tasks.length;
    this.bestCost = this.#cost;
  }

  get best(): Plan {
    return this.#bestSeats.map((seat) => seat?.cells ?? null);
  }

  /** Seats all tasks: who has least to lose by the prices is late. */
  #seatAll(): void {
    const order = [...this.#seats.keys()].sort((a, b) => this.#least[a]! - this.#least[b]! || a - b);
    for (const t of order) this.#sit(t, this.#ask(t, 1, true));
    this.#keep();
  }

  /** Seats all, then chains until the cost is `enough`, `tries` are over or `progress` says 1; annealed on the way. */
  improve(tries: number, enough: number, progress: () => number): void {
    this.#seatAll();
    let done = 0;
    for (let i = 0; i < tries && done < 1 && this.bestCost > enough; i++) {
      if ((i & 31) === 0) done = Math.min(1, Math.max(i / tries, progress()));
      const heat = (FIRST_HEAT * (1 - done) ** 2 * this.bestCost) / this.#seats.length;
      this.#tryChain(this.#pick(), -heat * Math.log(1 - this.#random()));
      this.#keep();
    }
  }

  #pick(): number {
    let picked = Math.floor(this.#random() * this.#seats.length);
    const rounds = 1 + Math.floor(this.#random() * TOURNAMENT);
    for (let i = 1; i < rounds; i++) {
      const other = Math.floor(this.#random() * this.#seats.length);
      if (this.#loss[other]! > this.#loss[picked]!) picked = other;
    }
    return picked;
  }

  #tryChain(task: number, slack: number): void {
    this.#chain++;
    this.#undo = [];
    const before = this.#cost;
    const waiting = [task];
    const boldness = 0.4 + 1.2 * this.#random();
    let ejected = 0;
    this.#evict(task);
    while (waiting.length > 0) {
      const t = waiting.pop()!;
      const path = this.#ask(t, boldness, ejected >= MAX_EJECTIONS);
      ejected += this.#clear(t, path, waiting);
      this.#sit(t, path);
      if (this.#cost - before - this.#stillToSave(waiting) > slack) break;
    }
    if (waiting.length > 0 || this.#cost - before > slack) this.#takeBack();
  }

  /** What those who wait would save at the best, against being left out. */
  #stillToSave(waiting: readonly number[]): number {
    let saved = 0;
    for (const t of waiting) saved += this.#problem.penalty - this.#least[t]! * 0.5;
    return saved;
  }

  #evict(t: number): void {
    this.#undo.push({ task: t, seat: this.#seats[t]! });
    this.#lift(t);
  }

  /** Puts out whoever holds the slots of the way that have no room; returns how many. */
  #clear(t: number, path: DagPath | null, waiting: number[]): number {
    if (path === null) return 0;
    let count = 0;
    for (const entry of takesOf(this.#problem, this.#problem.tasks[t]!, path.cells)) {
      this.#locked[entry] = this.#chain;
      if (this.#left[entry]! > 0) continue;
      const users = this.#users.get(entry)!;
      const out = users[Math.floor(this.#random() * users.length)]!;
      this.#evict(out);
      waiting.push(out);
      count++;
    }
    return count;
  }

  /** The way of least cost, full slots at their prices times `boldness`; slots of this chain, or all full ones if `timid`, cannot be had. */
  #ask(t: number, boldness: number, timid: boolean): DagPath | null {
    const { tasks, penalty } = this.#problem;
    const task = tasks[t]!;
    const costs = this.#scratch[t]!;
    for (const [l, leg] of task.legs.entries()) {
      const into = costs[l]!;
      for (let j = 0, cell = 0; j < leg.places.length; j++) {
        const first = leg.places[j]! * this.#problem.slots + leg.from;
        for (let k = 0; k < leg.slots; k++, cell++) {
          let sum = 0;
          for (let entry = first + k; entry < first + k + leg.duration; entry++) {
            if (this.#left[entry]! > 0) continue;
            const barred = timid || this.#locked[entry] === this.#chain || roomAt(this.#problem, entry) === 0;
            sum += barred ? FULL : this.#prices[entry]! * boldness;
          }
          into[cell] = sum;
        }
      }
    }
    const hope: DagHope = { below: penalty, ahead: this.#ahead[t]! };
    return this.#solver.solve(task, costs, hope);
  }

  #sit(t: number, path: DagPath | null): void {
    if (path === null) return;
    const task = this.#problem.tasks[t]!;
    const cost = pathCost(task, path.cells);
    if (cost < this.#problem.penalty)
      this.#place(t, { cells: path.cells, takes: takesOf(this.#problem, task, path.cells), cost });
  }

  #place(t: number, seat: Seat): void {
    this.#seats[t] = seat;
    this.#cost += seat.cost - this.#problem.penalty;
    for (const entry of seat.takes) {
      this.#left[entry]!--;
      const users = this.#users.get(entry);
      if (users === undefined) this.#users.set(entry, [t]);
      else users.push(t);
    }
    this.#weigh(t);
  }

  #lift(t: number): void {
    const seat = this.#seats[t]!;
    if (seat === null) return;
    for (const entry of seat.takes) {
      this.#left[entry]!++;
      const users = this.#users.get(entry)!;
      users[users.indexOf(t)] = users.at(-1)!;
      users.pop();
    }
    this.#seats[t] = null;
    this.#cost += this.#problem.penalty - seat.cost;
    this.#weigh(t);
  }

  #weigh(t: number): void {
    const seat = this.#seats[t]!;
    let cost = seat?.cost ?? this.#problem.penalty;
    if (seat !== null) for (const entry of seat.takes) cost += this.#prices[entry]!;
    this.#loss[t] = cost - this.#least[t]!;
  }

  #takeBack(): void {
    for (const { task } of this.#undo) this.#lift(task);
    for (const { task, seat } of this.#undo) if (seat !== null) this.#place(task, seat);
  }

  #keep(): void {
    if (this.#cost >= this.bestCost - 1e-9) return;
    this.bestCost = this.#cost;
    this.#bestSeats = [...this.#seats];
  }
}
