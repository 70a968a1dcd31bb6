/**
 * What a relaxed tour remembers: at each node only those visited ones that are near it (ng-sets; Baldacci, Mingozzi and Roberti, Operations
 * Research 59, 2011). A set is a bit for each near node, the nearest first.
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

/** The set at i after j, when the set at j was `set`: (i · nodes + j) · 2^count + set; −1 when that holds i, which may then not be visited. */
export function carryTable(nodes: number, near: Int16Array, count: number): Int16Array {
  const sets = 1 << count;
  const carry = new Int16Array(nodes * nodes * sets).fill(-1);
  const bitOf = (i: number, node: number): number => {
    for (let bit = 0; bit < count; bit++) if (near[i * count + bit] === node) return 1 << bit;
    return 0;
  };
  for (let i = 1; i < nodes; i++)
    for (let j = 1; j < nodes; j++) {
      if (i === j) continue;
      const [own, last] = [bitOf(j, i), bitOf(i, j)];
      const kept = Array.from({ length: count }, (_, bit) => bitOf(i, near[j * count + bit]!));
      for (let set = 0; set < sets; set++) {
        if (set & own) continue;
        let to = last;
        for (let bit = 0; bit < count; bit++) if (set & (1 << bit)) to |= kept[bit]!;
        carry[(i * nodes + j) * sets + set] = to;
      }
    }
  return carry;
}
