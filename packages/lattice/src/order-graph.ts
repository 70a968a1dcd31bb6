/**
 * The orders in which a task's legs may be taken, as a graph: a node says which legs are done and which was the last, an arc takes one more
 * leg. Legs that are kept stay in their order; loose legs go anywhere between them. All kept is the fixed order, all loose is every order
 * (the lattice of subsets), and a few loose ones are a neighbourhood of a given order that can be searched exactly.
 */

/** Loose legs of one graph: the nodes grow with 2 to this power. */
export const MAX_LOOSE_LEGS = 12;

export interface OrderGraph {
  /** The leg that a node has just taken; −1 at node 0 (nothing done yet) and where no way leads. Arcs lead to higher numbers. */
  readonly leg: Int32Array;
  /** What legs left out cost when the task ends at a node; +∞ while a leg that must be is open. */
  readonly finish: Float64Array;
  /** Arcs of node v: first[v] … first[v + 1] − 1. */
  readonly first: Int32Array;
  readonly to: Int32Array;
  /** What the kept legs that an arc passes over cost. */
  readonly forgone: Float64Array;
}

/**
 * @param kept legs that stay in this order
 * @param loose legs that go anywhere
 * @param value what it costs to leave a leg out; +∞ when it must be
 * @throws RangeError beyond MAX_LOOSE_LEGS
 */
export function orderGraph(kept: readonly number[], loose: readonly number[], value: ArrayLike<number>): OrderGraph {
  if (loose.length > MAX_LOOSE_LEGS) throw new RangeError(`at most ${MAX_LOOSE_LEGS} legs are loose`);
  const width = loose.length + 1;
  const sets = 1 << loose.length;
  const nodes = (kept.length + 1) * sets * width;
  const leg = new Int32Array(nodes).fill(-1);
  const finish = new Float64Array(nodes).fill(Number.POSITIVE_INFINITY);
  const first = new Int32Array(nodes + 1);
  const to: number[] = [];
  const forgone: number[] = [];
  const undone = valuesOfRest(kept, loose, value);
  for (let node = 0; node < nodes; node++) {
    first[node] = to.length;
    const [p, mask, last] = [Math.floor(node / width / sets), Math.floor(node / width) % sets, node % width];
    if (last === 0 ? p === 0 && mask > 0 : !(mask & (1 << (last - 1)))) continue;
    leg[node] = last > 0 ? loose[last - 1]! : p > 0 ? kept[p - 1]! : -1;
    finish[node] = undone.kept[p]! + undone.loose[mask]!;
    let passed = 0;
    for (let q = p; q < kept.length && passed < Number.POSITIVE_INFINITY; q++) {
      to.push(((q + 1) * sets + mask) * width);
      forgone.push(passed);
      passed += value[kept[q]!]!;
    }
    for (let b = 0; b < loose.length; b++) {
      if (mask & (1 << b)) continue;
      to.push((p * sets + (mask | (1 << b))) * width + 1 + b);
      forgone.push(0);
    }
  }
  first[nodes] = to.length;
  return { leg, finish, first, to: Int32Array.from(to), forgone: Float64Array.from(forgone) };
}

/** Values of the kept legs from each position on, and of the loose legs outside each set. */
function valuesOfRest(
  kept: readonly number[],
  loose: readonly number[],
  value: ArrayLike<number>,
): { readonly kept: Float64Array; readonly loose: Float64Array } {
  const rest = new Float64Array(kept.length + 1);
  for (let p = kept.length - 1; p >= 0; p--) rest[p] = rest[p + 1]! + value[kept[p]!]!;
  const outside = new Float64Array(1 << loose.length);
  for (let mask = 0; mask < outside.length; mask++)
    for (let b = 0; b < loose.length; b++) if (!(mask & (1 << b))) outside[mask]! += value[loose[b]!]!;
  return { kept: rest, loose: outside };
}
