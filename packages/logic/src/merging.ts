/** Merging neighbours by rank until none is left: the heart of byte-pair and SentencePiece encoding, in O(n log n). */

/** More symbols than this in one piece would not fit beside the rank in one number. */
export const MERGING_MAX_SYMBOLS = 1 << 24;

export interface Symbols {
  readonly count: number;
  /** Smaller merges earlier, below 2²⁸; -1: the two do not merge. `right` is the symbol that now follows `left`. */
  rank(left: number, right: number): number;
  /** `left` takes `right` in. */
  join(left: number, right: number): void;
}

/** The symbols that are left, in order. Among equal ranks the leftmost pair merges first. */
export function mergeAll(symbols: Symbols): number[] {
  const { count } = symbols;
  if (count > MERGING_MAX_SYMBOLS) throw new RangeError(`${count} symbols in one piece`);
  const next = Int32Array.from({ length: count }, (_, i) => (i + 1 < count ? i + 1 : -1));
  const before = Int32Array.from({ length: count }, (_, i) => i - 1);
  const gone = new Uint8Array(count);
  const heap: number[] = [];
  const offer = (left: number) => {
    const rank = left < 0 || next[left]! < 0 ? -1 : symbols.rank(left, next[left]!);
    if (rank >= 0) push(heap, rank * MERGING_MAX_SYMBOLS + left);
  };
  for (let i = 0; i + 1 < count; i++) offer(i);
  while (heap.length > 0) {
    const best = pop(heap);
    const left = best % MERGING_MAX_SYMBOLS;
    const right = next[left]!;
    // An offer is stale when either symbol has changed since: then the pair that stands there now has another rank.
    if (gone[left] === 1 || right < 0 || symbols.rank(left, right) !== Math.floor(best / MERGING_MAX_SYMBOLS)) continue;
    symbols.join(left, right);
    gone[right] = 1;
    next[left] = next[right]!;
    if (next[left]! >= 0) before[next[left]!] = left;
    offer(left);
    offer(before[left]!);
  }
  return Array.from({ length: count }, (_, i) => i).filter((i) => gone[i] === 0);
}

/** A binary heap of numbers, smallest first. */
function push(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= value) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = value;
}

function pop(heap: number[]): number {
  const top = heap[0]!;
  const last = heap.pop()!;
  const size = heap.length;
  if (size === 0) return top;
  let at = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return top;
}
