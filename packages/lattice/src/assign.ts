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

export const assign = (problem: AssignmentProblem): Assignment => new Assigner(problem).run();

/** No edge, task or capability. */
const NONE = -1;

class Assigner {
  readonly #problem: AssignmentProblem;
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
  readonly #queue = new MinQueue();
  readonly #opened: number[] = [];
  #search = 0;

  constructor(problem: AssignmentProblem) {
    const capabilities = problem.capacity.length;
    this.#problem = problem;
    this.#chosen = new Int32Array(problem.tasks).fill(UNASSIGNED);
    this.#prices = new Float64Array(capabilities);
    this.#values = new Float64Array(problem.tasks);
    this.#left = Int32Array.from(problem.capacity);
    this.#head = new Int32Array(capabilities).fill(NONE);
    this.#next = new Int32Array(problem.tasks).fill(NONE);
    this.#before = new Int32Array(problem.tasks).fill(NONE);
    this.#distance = new Float64Array(capabilities);
    this.#from = new Int32Array(capabilities);
    this.#seen = new Uint32Array(capabilities);
    this.#done = new Uint32Array(capabilities);
  }

  run(): Assignment {
    for (let task = 0; task < this.#problem.tasks; task++) this.#admit(task);
    return { chosen: this.#chosen, cost: this.#cost(), prices: this.#prices, values: this.#values };
  }

  #cost(): number {
    let cost = 0;
    for (let task = 0; task < this.#problem.tasks; task++) cost += costOf(this.#problem, task, this.#chosen[task]!);
    return cost;
  }

  /** The shortest way to seat one more task: to a capability with room, or to leaving some task out. */
  #admit(task: number): void {
    this.#search++;
    this.#queue.clear();
    this.#opened.length = 0;
    this.#values[task] = this.#bestValue(task);
    let least = this.#problem.penalty[task]! - this.#values[task]!;
    let leaver = task;
    this.#reach(task, 0);
    let end = NONE;
    while (this.#queue.least < least) {
      const distance = this.#queue.least;
      const capability = this.#queue.pop();
      if (this.#done[capability] === this.#search || this.#distance[capability] !== distance) continue;
      this.#done[capability] = this.#search;
      if (this.#left[capability]! > 0) {
        least = distance;
        end = capability;
        break;
      }
      this.#opened.push(capability);
      for (let other = this.#head[capability]!; other !== NONE; other = this.#next[other]!) {
        const leaving = distance + this.#problem.penalty[other]! - this.#values[other]!;
        if (leaving < least) {
          least = leaving;
          leaver = other;
        }
        this.#reach(other, distance);
      }
    }
    this.#reprice(task, least);
    if (end === NONE) this.#leaveOut(task, leaver);
    else this.#shift(task, end);
  }

  #bestValue(task: number): number {
    const { first, capability, cost, penalty } = this.#problem;
    let best = penalty[task]!;
    for (let edge = first[task]!; edge < first[task + 1]!; edge++) {
      const value = cost[edge]! + this.#prices[capability[edge]!]!;
      if (value < best) best = value;
    }
    return best;
  }

  #reach(task: number, distance: number): void {
    const { first, capability, cost } = this.#problem;
    const value = this.#values[task]!;
    for (let edge = first[task]!; edge < first[task + 1]!; edge++) {
      const to = capability[edge]!;
      if (this.#done[to] === this.#search) continue;
      const far = distance + cost[edge]! + this.#prices[to]! - value;
      if (this.#seen[to] === this.#search && far >= this.#distance[to]!) continue;
      this.#seen[to] = this.#search;
      this.#distance[to] = far;
      this.#from[to] = task;
      this.#queue.push(far, to);
    }
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
