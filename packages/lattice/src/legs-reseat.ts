/**
 * Plans for small multi-leg problems, by large neighbourhoods (Shaw 1998): tasks that want the same slots are taken out and seated again one after
 * another in another order, each on the cheapest way through the slots that are left, at prices. Were these 0, whoever comes first would take
 * what others need more; so each time they are a share of the master's prices, shaken. Annealed in waves: every other begins from an empty plan,
 * the others from the best so far.
 */
import { type CellCosts, DagSolver, type LegDag, pathCost } from "./leg-dag.ts";
import { type LegsProblem, type Plan, priced, roomAt, roomFor } from "./legs.ts";
import { takesOf } from "./legs-columns.ts";

/** Rivals that a task is taken out with, at most, and those it is drawn from. */
const MOST_RIVALS = 8;
const MAX_RIVALS = 24;
/** Annealing begins with this share of the mean cost of a task. */
const FIRST_HEAT = 0.3;
/** Waves of annealing. */
const WAVES = 16;
/** Prices are taken at a share below this, each up or down by half of it at most. */
const MOST_SHARE = 1.5;
/** Factors that shake prices; a power of two. */
const SHAKES = 4096;

interface Seat {
  readonly cells: ArrayLike<number>;
  readonly takes: readonly number[];
  readonly cost: number;
}

export class LegsReseat {
  bestCost: number;
  #bestSeats: (Seat | null)[];
  readonly #problem: LegsProblem;
  readonly #ahead: readonly (readonly Float64Array[])[];
  readonly #prices: Float64Array;
  readonly #random: () => number;
  readonly #solver = new DagSolver();
  readonly #scratch: CellCosts[];
  readonly #wishes: readonly Int32Array[];
  readonly #rivals: readonly Int32Array[];
  readonly #shakes: Float64Array;
  readonly #left: Int32Array;
  /** What slots cost who is to be seated. */
  readonly #charges: Float64Array;
  readonly #seats: (Seat | null)[];
  #cost: number;

  constructor(
    problem: LegsProblem,
    ahead: readonly (readonly Float64Array[])[],
    prices: Float64Array,
    random: () => number,
  ) {
    const { tasks, penalty } = problem;
    this.#problem = problem;
    this.#ahead = ahead;
    this.#prices = prices;
    this.#random = random;
    this.#scratch = tasks.map(({ legs }) => legs.map((leg) => new Float64Array(leg.places.length * leg.slots)));
    this.#wishes = tasks.map((task) => wishesOf(problem, task));
    this.#rivals = rivalsOf(this.#wishes);
    this.#shakes = Float64Array.from({ length: SHAKES }, () => 0.5 + random());
    this.#left = Int32Array.from({ length: roomFor(problem) }, (_, i) => roomAt(problem, i));
    this.#charges = new Float64Array(this.#left.length);
    this.#seats = tasks.map(() => null);
    this.#bestSeats = [...this.#seats];
    this.#cost = penalty * tasks.length;
    this.bestCost = this.#cost;
  }

  get best(): Plan {
    return this.#bestSeats.map((seat) => seat?.cells ?? null);
  }

  /** Takes tasks out and seats them again until the cost is `enough`, `tries` are over or `progress` says 1. */
  improve(tries: number, enough: number, progress: () => number): void {
    this.#begin(0);
    let [done, wave] = [0, 0];
    for (let i = 0; i < tries && done < 1 && this.bestCost > enough; i++) {
      if ((i & 31) === 0) {
        done = Math.min(1, Math.max(i / tries, progress()));
        const now = Math.min(WAVES - 1, Math.floor(done * WAVES));
        if (now > wave) this.#begin(now);
        wave = now;
      }
      const cool = (1 - (done * WAVES - wave)) ** 2;
      const heat = (FIRST_HEAT * cool * this.bestCost) / this.#seats.length;
      this.#reseat(this.#group(), -heat * Math.log(1 - this.#random()));
    }
  }

  #begin(wave: number): void {
    for (let t = 0; t < this.#seats.length; t++) this.#place(t, wave % 2 === 0 ? null : this.#bestSeats[t]!);
    if (wave % 2 === 0) this.#reseat(shuffled([...this.#seats.keys()], this.#random), 0);
  }

  /** Takes these tasks out and seats them again in the order given; undoes it when all together costs more than `slack` above before. */
  #reseat(group: readonly number[], slack: number): void {
    const before = this.#cost;
    const was = group.map((t) => this.#seats[t]!);
    for (const t of group) this.#place(t, null);
    const share = MOST_SHARE * this.#random();
    const shake = Math.floor(SHAKES * this.#random());
    for (const t of group) this.#seat(t, share, shake);
    if (this.#cost - before <= slack) this.#keep();
    else for (const [i, t] of group.entries()) this.#place(t, was[i]!);
  }

  /** On the cheapest way at the prices, if that is cheaper than being left out. */
  #seat(t: number, share: number, shake: number): void {
    const task = this.#problem.tasks[t]!;
    for (const entry of this.#wishes[t]!)
      this.#charges[entry] =
        this.#left[entry]! > 0
          ? share * this.#prices[entry]! * this.#shakes[(entry + shake) & (SHAKES - 1)]!
          : Number.POSITIVE_INFINITY;
    const costs = priced(this.#problem, task, this.#charges, this.#scratch[t]!);
    const path = this.#solver.solve(task, costs, { below: this.#problem.penalty, ahead: this.#ahead[t]! });
    if (path === null) return;
    const takes = takesOf(this.#problem, task, path.cells);
    this.#place(t, { cells: path.cells, takes, cost: pathCost(task, path.cells) });
  }

  #place(t: number, seat: Seat | null): void {
    const { penalty } = this.#problem;
    const before = this.#seats[t]!;
    if (before !== null) for (const entry of before.takes) this.#left[entry]!++;
    if (seat !== null) for (const entry of seat.takes) this.#left[entry]!--;
    this.#cost += (seat?.cost ?? penalty) - (before?.cost ?? penalty);
    this.#seats[t] = seat;
  }

  /** A task and some of its rivals, in any order. */
  #group(): number[] {
    const pick = (count: number): number => Math.floor(this.#random() * count);
    const first = pick(this.#rivals.length);
    const near = this.#rivals[first]!;
    const group = new Set([first]);
    for (let more = 1 + pick(MOST_RIVALS); more > 0 && near.length > 0; more--) group.add(near[pick(near.length)]!);
    return shuffled([...group], this.#random);
  }

  #keep(): void {
    if (this.#cost >= this.bestCost - 1e-9) return;
    this.bestCost = this.#cost;
    this.#bestSeats = [...this.#seats];
  }
}

function shuffled(tasks: number[], random: () => number): number[] {
  for (let i = tasks.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [tasks[i], tasks[j]] = [tasks[j]!, tasks[i]!];
  }
  return tasks;
}

/** Entries of the place × slot table that some way of the task may take. */
function wishesOf({ slots }: LegsProblem, { legs }: LegDag): Int32Array {
  const wishes = new Set<number>();
  for (const { places, from, slots: starts, duration } of legs)
    for (let j = 0; j < places.length; j++)
      for (let slot = from; slot < from + starts - 1 + duration; slot++) wishes.add(places[j]! * slots + slot);
  return Int32Array.from(wishes);
}

/** Of each task those that want most of the same slots. */
function rivalsOf(wishes: readonly Int32Array[]): Int32Array[] {
  const users = new Map<number, number[]>();
  for (const [t, own] of wishes.entries())
    for (const entry of own) {
      const known = users.get(entry);
      if (known === undefined) users.set(entry, [t]);
      else known.push(t);
    }
  return wishes.map((own, t) => {
    const shared = new Map<number, number>();
    for (const entry of own) for (const other of users.get(entry)!) shared.set(other, (shared.get(other) ?? 0) + 1);
    shared.delete(t);
    const nearest = [...shared].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MAX_RIVALS);
    return Int32Array.from(nearest, ([other]) => other);
  });
}
