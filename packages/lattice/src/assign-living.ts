/**
 * An assignment that stays optimal while tasks come and go. An arrival is one shortest augmenting path; a cancellation frees a unit whose price
 * then has to fall, which is one shortest path the other way: tasks move up into what became free until a unit is left that nobody pays for, or
 * a task that was left out is seated. Prices prove the optimum after every event, as in assign.ts.
 */
import { type AssignmentProblem, assignmentProblem, UNASSIGNED } from "./assign.ts";
import { MinQueue } from "./queue.ts";

interface Task {
  readonly capabilities: Int32Array;
  readonly costs: Float64Array;
  readonly penalty: number;
  chosen: number;
  /** What it can reach at the prices. */
  value: number;
}

/** End of a search that found nothing better than leaving a task, or a unit, where it is. */
const NOBODY = -1;

export class LivingAssignment {
  readonly #capacity: ArrayLike<number>;
  readonly #left: Int32Array;
  readonly #tasks = new Map<number, Task>();
  /** Tasks that hold a unit of each capability, and tasks that could. */
  readonly #holders: number[][];
  readonly #wishers: number[][];
  readonly prices: Float64Array;
  readonly #distance: Float64Array;
  /** The task through which the search came to each capability, and the one that it would move to. */
  readonly #via: Int32Array;
  readonly #into: Int32Array;
  readonly #seen: Uint32Array;
  readonly #done: Uint32Array;
  readonly #queue = new MinQueue();
  readonly #opened: number[] = [];
  #search = 0;
  #cost = 0;

  constructor(capacity: ArrayLike<number>) {
    const size = capacity.length;
    this.#capacity = capacity;
    this.#left = Int32Array.from(capacity);
    this.#holders = Array.from({ length: size }, () => []);
    this.#wishers = Array.from({ length: size }, () => []);
    this.prices = new Float64Array(size);
    this.#distance = new Float64Array(size);
    this.#via = new Int32Array(size);
    this.#into = new Int32Array(size);
    this.#seen = new Uint32Array(size);
    this.#done = new Uint32Array(size);
  }

  get cost(): number {
    return this.#cost;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Capability of a task; UNASSIGNED when it is left out, undefined when there is no such task. */
  chosen(task: number): number | undefined {
    return this.#tasks.get(task)?.chosen;
  }

  /** All tasks as a problem, in the order of their numbers, and the choices: what a certificate is made of. */
  snapshot(): { readonly problem: AssignmentProblem; readonly chosen: Int32Array; readonly tasks: readonly number[] } {
    const tasks = [...this.#tasks].sort(([a], [b]) => a - b);
    const options = tasks.map(([, { capabilities, costs }]) =>
      Array.from(capabilities, (capability, i) => [capability, costs[i]!] as const),
    );
    const problem = assignmentProblem(options, this.#capacity, 0);
    for (const [i, [, { penalty }]] of tasks.entries()) problem.penalty[i] = penalty;
    return {
      problem,
      chosen: Int32Array.from(tasks, ([, { chosen }]) => chosen),
      tasks: tasks.map(([number]) => number),
    };
  }

  /** @throws RangeError when the task is there already. */
  arrive(number: number, options: readonly (readonly [capability: number, cost: number])[], penalty: number): void {
    if (this.#tasks.has(number)) throw new RangeError(`task ${number} is there already`);
    const task: Task = {
      capabilities: Int32Array.from(options, ([capability]) => capability),
      costs: Float64Array.from(options, ([, cost]) => cost),
      penalty,
      chosen: UNASSIGNED,
      value: penalty,
    };
    this.#tasks.set(number, task);
    this.#cost += penalty;
    for (const capability of task.capabilities) this.#wishers[capability]!.push(number);
    for (const [i, capability] of task.capabilities.entries())
      task.value = Math.min(task.value, task.costs[i]! + this.prices[capability]!);
    this.#seatNew(number, task);
  }

  /** Whether there was such a task. */
  cancel(number: number): boolean {
    const task = this.#tasks.get(number);
    if (task === undefined) return false;
    const freed = task.chosen;
    if (freed !== UNASSIGNED) this.#unseat(number, task);
    this.#cost -= task.penalty;
    for (const capability of task.capabilities) drop(this.#wishers[capability]!, number);
    this.#tasks.delete(number);
    if (freed !== UNASSIGNED && this.prices[freed]! > 0) this.#fill(freed);
    return true;
  }

  #begin(): void {
    this.#search++;
    this.#queue.clear();
    this.#opened.length = 0;
  }

  /** The next capability of the search that is nearer than `least`; NOBODY when there is none. */
  #nearest(least: number): number {
    while (this.#queue.least < least) {
      const distance = this.#queue.least;
      const capability = this.#queue.pop();
      if (this.#done[capability] === this.#search || this.#distance[capability] !== distance) continue;
      this.#done[capability] = this.#search;
      return capability;
    }
    return NOBODY;
  }

  #reach(capability: number, far: number, via: number, into = NOBODY): void {
    if (this.#done[capability] === this.#search) return;
    if (this.#seen[capability] === this.#search && far >= this.#distance[capability]!) return;
    this.#seen[capability] = this.#search;
    this.#distance[capability] = far;
    this.#via[capability] = via;
    this.#into[capability] = into;
    this.#queue.push(far, capability);
  }

  #reachAll(number: number, { capabilities, costs, value }: Task, base: number): void {
    for (const [i, capability] of capabilities.entries())
      this.#reach(capability, base + costs[i]! + this.prices[capability]! - value, number);
  }

  #seatNew(number: number, task: Task): void {
    this.#begin();
    let [least, leaver, end] = [task.penalty - task.value, number, NOBODY];
    this.#reachAll(number, task, 0);
    for (let at = this.#nearest(least); at !== NOBODY; at = this.#nearest(least)) {
      const distance = this.#distance[at]!;
      if (this.#left[at]! > 0) {
        [least, end] = [distance, at];
        break;
      }
      this.#opened.push(at);
      for (const holder of this.#holders[at]!) {
        const other = this.#tasks.get(holder)!;
        const leaving = distance + other.penalty - other.value;
        if (leaving < least) [least, leaver] = [leaving, holder];
        this.#reachAll(holder, other, distance);
      }
    }
    task.value += least;
    this.#reprice(least, 1);
    if (end === NOBODY && leaver !== number) {
      end = this.#tasks.get(leaver)!.chosen;
      this.#unseat(leaver, this.#tasks.get(leaver)!);
    }
    while (end !== NOBODY) {
      const mover = this.#via[end]!;
      const was = this.#move(mover, end);
      end = mover === number ? NOBODY : was;
    }
  }

  /** Prices along the search move by what was left to go: up when a task came, down when a unit did. */
  #reprice(least: number, sign: 1 | -1): void {
    for (const capability of this.#opened) {
      const change = sign * (least - this.#distance[capability]!);
      this.prices[capability] = Math.max(0, this.prices[capability]! + change);
      for (const holder of this.#holders[capability]!) this.#tasks.get(holder)!.value += change;
    }
  }

  /** A unit of `freed` has a price and no taker: the cheapest chain of moves into it. */
  #fill(freed: number): void {
    this.#begin();
    this.#reach(freed, 0, NOBODY);
    let [least, end, entrant] = [Number.POSITIVE_INFINITY, freed, NOBODY];
    for (let at = this.#nearest(least); at !== NOBODY; at = this.#nearest(least)) {
      const distance = this.#distance[at]!;
      this.#opened.push(at);
      if (distance + this.prices[at]! < least) [least, end, entrant] = [distance + this.prices[at]!, at, NOBODY];
      for (const wisher of this.#wishers[at]!) {
        const task = this.#tasks.get(wisher)!;
        if (task.chosen === at) continue;
        const far = distance + costAt(task, at) + this.prices[at]! - task.value;
        if (task.chosen !== UNASSIGNED) this.#reach(task.chosen, far, wisher, at);
        else if (far < least) [least, end, entrant] = [far, at, wisher];
      }
    }
    this.#reprice(least, -1);
    this.#follow(end, entrant);
  }

  /** Moves along the chain, from the unit that was freed: each task moves up, and what it had is free for the next. */
  #follow(end: number, entrant: number): void {
    const moves: [task: number, to: number][] = entrant === NOBODY ? [] : [[entrant, end]];
    for (let at = end; this.#via[at] !== NOBODY; at = this.#into[at]!) moves.push([this.#via[at]!, this.#into[at]!]);
    for (const [task, to] of moves.reverse()) this.#move(task, to);
  }

  /** Gives the task a unit of `to`; returns what it had. */
  #move(number: number, to: number): number {
    const task = this.#tasks.get(number)!;
    const was = task.chosen;
    if (was !== UNASSIGNED) this.#unseat(number, task);
    task.chosen = to;
    this.#cost += costAt(task, to) - task.penalty;
    this.#left[to]!--;
    this.#holders[to]!.push(number);
    return was;
  }

  #unseat(number: number, task: Task): void {
    this.#cost += task.penalty - costAt(task, task.chosen);
    this.#left[task.chosen]!++;
    drop(this.#holders[task.chosen]!, number);
    task.chosen = UNASSIGNED;
  }
}

function drop(list: number[], item: number): void {
  list[list.indexOf(item)] = list.at(-1)!;
  list.pop();
}

/** Its cheapest way to the capability. */
function costAt({ capabilities, costs }: Task, capability: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < costs.length; i++) if (capabilities[i] === capability) least = Math.min(least, costs[i]!);
  return least;
}
