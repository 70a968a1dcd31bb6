/**
 * One-leg competition: every task takes one capability or none, capabilities have units, the sum of costs is least. Solved exactly by
 * shortest augmenting paths with dual prices (Ahuja, Magnanti and Orlin, Network Flows, §12.4; Jonker and Volgenant 1987, for sparse
 * costs and capacities): tasks come one at a time and may push others aside. The prices that remain prove the optimum (certificate.ts).
 */
import { MinQueue } from "./queue.ts";

/** Edges in one problem. */
export const MAX_EDGES = 1 << 26;
export const UNASSIGNED = -1;

/** Costs are whole numbers: sums are exact then, and proofs too. Task t may take `capability[e]` for `cost[e]`, e in [first[t], first[t+1]). */
export interface AssignmentProblem {
  readonly tasks: number;
  readonly capacity: ArrayLike<number>;
  readonly first: Uint32Array;
  readonly capability: Uint32Array;
  readonly cost: Float64Array;
  /** What it costs to leave a task out; by task. */
  readonly penalty: Float64Array;
}

export interface Assignment {
  /** Capability of each task; UNASSIGNED for none. */
  readonly chosen: Int32Array;
  readonly cost: number;
  /** Dual price of one unit of each capability: what another unit of it would save. */
  readonly prices: Float64Array;
  /** What each task can reach at these prices: least of its costs plus prices, and its penalty. */
  readonly values: Float64Array;
}

/** Edge lists as the problem wants them. */
export function assignmentProblem(
  tasks: readonly (readonly (readonly [capability: number, cost: number])[])[],
  capacity: ArrayLike<number>,
  penalty: number,
): AssignmentProblem {
  const edges = tasks.reduce((sum, options) => sum + options.length, 0);
  if (edges > MAX_EDGES) throw new RangeError(`a problem has at most ${MAX_EDGES} edges`);
  const first = new Uint32Array(tasks.length + 1);
  const capability = new Uint32Array(edges);
  const cost = new Float64Array(edges);
  let edge = 0;
  for (const [task, options] of tasks.entries()) {
    for (const [to, price] of options) {
      capability[edge] = to;
      cost[edge++] = price;
    }
    first[task + 1] = edge;
  }
  return {
    tasks: tasks.length,
    capacity,
    first,
    capability,
    cost,
    penalty: new Float64Array(tasks.length).fill(penalty),
  };
}

/** What tasks may take, listed as far as it was asked for. */
export interface Listed {
  /** By task: capabilities, and what each costs. */
  readonly capabilities: ArrayLike<number>[];
  readonly costs: ArrayLike<number>[];
  /** Whether each list is in ascending order of cost: what costs too much ends a look at it then. */
  readonly ascending: boolean;
  /** By task: nothing that is not listed costs less; +∞ when all is listed. */
  readonly horizons: Float64Array;
  /** Lists more of a task. */
  readonly farther: (task: number) => void;
}

export function assign(problem: AssignmentProblem): Assignment {
  const { tasks, first, capability, cost, capacity, penalty } = problem;
  const ends = Array.from({ length: tasks }, (_, task) => [first[task]!, first[task + 1]!] as const);
  return assignListed(capacity, penalty, {
    capabilities: ends.map(([from, until]) => capability.subarray(from, until)),
    costs: ends.map(([from, until]) => cost.subarray(from, until)),
    ascending: false,
    horizons: new Float64Array(tasks).fill(Number.POSITIVE_INFINITY),
    farther: () => {},
  });
}

/** The optimum over all that could be listed; more is asked for only where it could help. */
export const assignListed = (capacity: ArrayLike<number>, penalty: Float64Array, listed: Listed): Assignment =>
  new Assigner(capacity, penalty, listed).run();

/** No edge, task or capability. */
const NONE = -1;

class Assigner {
  readonly #tasks: number;
  readonly #penalty: Float64Array;
  readonly #listed: Listed;
  readonly #chosen: Int32Array;
  readonly #prices: Float64Array;
  readonly #values: Float64Array;
  readonly #left: Int32Array;
  /** Tasks of each capability as linked lists. */
  readonly #head: Int32Array;
  readonly #next: Int32Array;
  readonly #before: Int32Array;
  /** Distance of each capability in this search, the task that reached it, and the search that these are of. */
  readonly #distance: Float64Array;
  readonly #from: Int32Array;
  readonly #seen: Uint32Array;
  readonly #done: Uint32Array;
  /** Distance at which each task was reached in this search. The queue holds tasks whose list may go on behind all capabilities. */
  readonly #reached: Float64Array;
  readonly #queue = new MinQueue();
  readonly #opened: number[] = [];
  #search = 0;
  /** Length of the shortest way known in this search, and where it ends: at a capability with room, or NONE and a task that is left out. */
  #least = 0;
  #end = NONE;
  #leaver = NONE;

  constructor(capacity: ArrayLike<number>, penalty: Float64Array, listed: Listed) {
    const [capabilities, tasks] = [capacity.length, penalty.length];
    this.#tasks = tasks;
    this.#penalty = penalty;
    this.#listed = listed;
    this.#chosen = new Int32Array(tasks).fill(UNASSIGNED);
    this.#reached = new Float64Array(tasks);
    this.#prices = new Float64Array(capabilities);
    this.#values = new Float64Array(tasks);
    this.#left = Int32Array.from(capacity);
    this.#head = new Int32Array(capabilities).fill(NONE);
    this.#next = new Int32Array(tasks).fill(NONE);
    this.#before = new Int32Array(tasks).fill(NONE);
    this.#distance = new Float64Array(capabilities);
    this.#from = new Int32Array(capabilities);
    this.#seen = new Uint32Array(capabilities);
    this.#done = new Uint32Array(capabilities);
  }

  run(): Assignment {
    for (let task = 0; task < this.#tasks; task++) this.#admit(task);
    let cost = 0;
    for (let task = 0; task < this.#tasks; task++) cost += this.#costOf(task);
    return { chosen: this.#chosen, cost, prices: this.#prices, values: this.#values };
  }

  #costOf(task: number): number {
    const chosen = this.#chosen[task]!;
    if (chosen === UNASSIGNED) return this.#penalty[task]!;
    const [capabilities, costs] = [this.#listed.capabilities[task]!, this.#listed.costs[task]!];
    let least = Number.POSITIVE_INFINITY;
    for (let edge = 0; edge < costs.length; edge++)
      if (capabilities[edge] === chosen && costs[edge]! < least) least = costs[edge]!;
    return least;
  }

  /** The shortest way to seat one more task: to a capability with room, or to leaving some task out. */
  #admit(task: number): void {
    this.#search++;
    this.#queue.clear();
    this.#opened.length = 0;
    this.#values[task] = this.#bestValue(task);
    [this.#least, this.#end, this.#leaver] = [this.#penalty[task]! - this.#values[task]!, NONE, task];
    this.#reach(task, 0);
    while (this.#queue.least < this.#least) {
      const distance = this.#queue.least;
      const capability = this.#queue.pop();
      if (capability >= this.#prices.length) {
        this.#reachFarther(capability - this.#prices.length);
        continue;
      }
      if (this.#done[capability] === this.#search || this.#distance[capability] !== distance) continue;
      this.#done[capability] = this.#search;
      this.#opened.push(capability);
      for (let other = this.#head[capability]!; other !== NONE; other = this.#next[other]!) {
        const leaving = distance + this.#penalty[other]! - this.#values[other]!;
        if (leaving < this.#least) [this.#least, this.#end, this.#leaver] = [leaving, NONE, other];
        this.#reach(other, distance);
      }
    }
    this.#reprice(task, this.#least);
    if (this.#end === NONE) this.#leaveOut(task, this.#leaver);
    else this.#shift(task, this.#end);
  }

  #bestValue(task: number): number {
    let best = this.#penalty[task]!;
    for (let edge = 0; ; ) {
      const [capabilities, costs] = [this.#listed.capabilities[task]!, this.#listed.costs[task]!];
      for (; edge < costs.length; edge++) {
        const value = costs[edge]! + this.#prices[capabilities[edge]!]!;
        if (value < best) best = value;
      }
      if (!(this.#listed.horizons[task]! < best) || !this.#lengthen(task)) return best;
    }
  }

  /** Whether the task's list has become longer. */
  #lengthen(task: number): boolean {
    const before = this.#listed.costs[task]!.length;
    this.#listed.farther(task);
    return this.#listed.costs[task]!.length > before;
  }

  #reachFarther(task: number): void {
    const known = this.#listed.costs[task]!.length;
    if (this.#lengthen(task)) this.#reach(task, this.#reached[task]!, known);
  }

  /** What a task could take instead, from this edge of its list on, and when to look farther. */
  #reach(task: number, distance: number, from = 0): void {
    const [capabilities, costs] = [this.#listed.capabilities[task]!, this.#listed.costs[task]!];
    const value = this.#values[task]!;
    this.#reached[task] = distance;
    // No price is below 0, so what costs this much leads nowhere in this search.
    const most = this.#least - distance + value;
    for (let edge = from; edge < costs.length; edge++) {
      const to = capabilities[edge]!;
      if (costs[edge]! >= most) {
        if (this.#listed.ascending) return;
        continue;
      }
      if (this.#done[to] === this.#search) continue;
      const far = distance + costs[edge]! + this.#prices[to]! - value;
      if (far >= this.#least || (this.#seen[to] === this.#search && far >= this.#distance[to]!)) continue;
      this.#seen[to] = this.#search;
      this.#distance[to] = far;
      this.#from[to] = task;
      if (this.#left[to]! > 0) [this.#least, this.#end] = [far, to];
      else this.#queue.push(far, to);
    }
    const horizon = this.#listed.horizons[task]!;
    if (horizon < most) this.#queue.push(distance + horizon - value, this.#prices.length + task);
  }

  /** Raises prices by what the search went past, so that every way taken stays a cheapest one. */
  #reprice(task: number, least: number): void {
    this.#values[task]! += least;
    for (const capability of this.#opened) {
      const raise = least - this.#distance[capability]!;
      this.#prices[capability]! += raise;
      for (let other = this.#head[capability]!; other !== NONE; other = this.#next[other]!)
        this.#values[other]! += raise;
    }
  }

  /** Moves tasks along the way that ends in `capability`, back to the new one. */
  #shift(task: number, end: number): void {
    this.#left[end]!--;
    for (let to = end; ; ) {
      const mover = this.#from[to]!;
      const was = this.#chosen[mover]!;
      if (was !== UNASSIGNED) this.#unseat(mover, was);
      this.#seat(mover, to);
      if (mover === task) return;
      to = was;
    }
  }

  #leaveOut(task: number, leaver: number): void {
    if (leaver === task) return;
    const was = this.#chosen[leaver]!;
    this.#unseat(leaver, was);
    this.#chosen[leaver] = UNASSIGNED;
    this.#left[was]!++;
    this.#shift(task, was);
  }

  #seat(task: number, capability: number): void {
    const head = this.#head[capability]!;
    this.#next[task] = head;
    this.#before[task] = NONE;
    if (head !== NONE) this.#before[head] = task;
    this.#head[capability] = task;
    this.#chosen[task] = capability;
  }

  #unseat(task: number, capability: number): void {
    const before = this.#before[task]!;
    const next = this.#next[task]!;
    if (before === NONE) this.#head[capability] = next;
    else this.#next[before] = next;
    if (next !== NONE) this.#before[next] = before;
  }
}

/** Cost of a task's choice; +∞ when the choice is none of its options. The cheapest edge counts when there are several. */
export function costOf({ first, capability, cost, penalty }: AssignmentProblem, task: number, chosen: number): number {
  if (chosen === UNASSIGNED) return penalty[task]!;
  let least = Number.POSITIVE_INFINITY;
  for (let edge = first[task]!; edge < first[task + 1]!; edge++) {
    if (capability[edge] === chosen && cost[edge]! < least) least = cost[edge]!;
  }
  return least;
}
