/**
 * Positions of an index that no longer count. A value: adding to it makes another one and shares what did not change, so that every version
 * keeps seeing its own. Bits are kept in chunks of 4 KiB, for 32,768 positions each.
 */
const CHUNK_WORDS = 1024;
const NO_CHUNK = new Uint32Array(0);

export class Tombstones {
  static readonly none = new Tombstones([], 0);
  readonly count: number;
  readonly #chunks: readonly Uint32Array[];

  private constructor(chunks: readonly Uint32Array[], count: number) {
    this.#chunks = chunks;
    this.count = count;
  }

  /** Bit i stands for position 32·`block` + i. */
  word(block: number): number {
    const chunk = this.#chunks[block >>> 10] ?? NO_CHUNK;
    return chunk[block & (CHUNK_WORDS - 1)] ?? 0;
  }

  has(position: number): boolean {
    return ((this.word(position >>> 5) >>> (position & 31)) & 1) === 1;
  }

  /** With these positions too, none of which is in yet. */
  with(positions: readonly number[]): Tombstones {
    if (positions.length === 0) return this;
    const chunks = [...this.#chunks];
    const own = new Set<number>();
    for (const position of positions) {
      const number = position >>> 15;
      while (chunks.length <= number) chunks.push(NO_CHUNK);
      if (!own.has(number)) chunks[number] = ownChunk(chunks[number]!);
      own.add(number);
      chunks[number]![(position >>> 5) & (CHUNK_WORDS - 1)]! |= 1 << (position & 31);
    }
    return new Tombstones(chunks, this.count + positions.length);
  }

  /** Positions that are in here and were not in `earlier`, of which this is a successor. */
  since(earlier: Tombstones): number[] {
    const positions: number[] = [];
    for (const [number, chunk] of this.#chunks.entries()) {
      if (chunk === earlier.#chunks[number]) continue;
      for (let i = 0; i < chunk.length; i++) {
        const block = number * CHUNK_WORDS + i;
        for (let bits = chunk[i]! & ~earlier.word(block); bits !== 0; bits &= bits - 1)
          positions.push((block << 5) + 31 - Math.clz32(bits & -bits));
      }
    }
    return positions;
  }
}

function ownChunk(shared: Uint32Array): Uint32Array {
  const chunk = new Uint32Array(CHUNK_WORDS);
  chunk.set(shared);
  return chunk;
}
