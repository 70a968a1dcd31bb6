/**
 * What a relaxed tour remembers: at each node only those visited ones that are near it (ng-sets; Baldacci, Mingozzi and Roberti, Operations
 * Research 59, 2011). We say it the other way round: a set holds the near nodes that may still be visited, a bit for each, the nearest first.
 * The more may be visited, the better the rest of a way can be; so a table of that needs a look only at what both ends of a step have in common,
 * and one pass over subsets at each place for all the rest.
 */

/** For each node but 0, `count` others with the least `far`: node · count + bit. */
export function nearest(nodes: number, count: number, far: (from: number, to: number) => number): Int16Array {
  const near = new Int16Array(nodes * count);
  for (let i = 1; i < nodes; i++) {
    const others = Array.from({ length: nodes - 1 }, (_, j) => ({ node: j + 1, far: far(i, j + 1) }));
    const sorted = others.filter(({ node }) => node !== i).sort((a, b) => a.far - b.far || a.node - b.node);
    for (let bit = 0; bit < count; bit++) near[i * count + bit] = sorted[bit]!.node;
  }
  return near;
}

/** What a step from i to j does to sets. All arrays by pair i · nodes + j. */
export interface NearSteps {
  /** Nodes at i that decide: those near both, and j itself when it is near i. */
  readonly mask: Int32Array;
  /** Where the pair's entries begin in `from` and `to`. None: the step is to oneself. */
  readonly first: Int32Array;
  /** A set at i that allows the step, within the mask; and the set at j that it leads to, which forgets what is not near i. */
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** `near` as `nearest` gives it. */
export function nearSteps(nodes: number, near: Int16Array, count: number): NearSteps {
  const mask = new Int32Array(nodes * nodes);
  const first = new Int32Array(nodes * nodes + 1);
  const [from, to]: [number[], number[]] = [[], []];
  const bitOf = (i: number, node: number): number => {
    for (let bit = 0; bit < count; bit++) if (near[i * count + bit] === node) return 1 << bit;
    return 0;
  };
  for (let pair = 0; pair < nodes * nodes; pair++) {
    const [i, j] = [Math.floor(pair / nodes), pair % nodes];
    if (i > 0 && j > 0 && i !== j) {
      const taken = bitOf(i, j);
      let forgotten = 0;
      const common: (readonly [at: number, then: number])[] = [];
      for (let bit = 0; bit < count; bit++) {
        const node = near[j * count + bit]!;
        const here = bitOf(i, node);
        if (here > 0) common.push([here, 1 << bit]);
        else if (node !== i) forgotten |= 1 << bit;
      }
      mask[pair] = common.reduce((sum, [at]) => sum | at, taken);
      for (let chosen = 0; chosen < 1 << common.length; chosen++) {
        const kept = common.filter((_, k) => chosen & (1 << k));
        from.push(kept.reduce((sum, [at]) => sum | at, taken));
        to.push(kept.reduce((sum, [, then]) => sum | then, forgotten));
      }
    }
    first[pair + 1] = from.length;
  }
  return { mask, first, from: Int32Array.from(from), to: Int32Array.from(to) };
}

/** The set at j after a step of this pair from a set at i; −1 when j may not be visited. */
export function stepFrom({ mask, first, from, to }: NearSteps, pair: number, set: number): number {
  const deciding = set & mask[pair]!;
  for (let k = first[pair]!; k < first[pair + 1]!; k++) if (from[k] === deciding) return to[k]!;
  return -1;
}
