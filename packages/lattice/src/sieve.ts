/**
 * Sets of positions that are looked at 32 at a time, at three heights. `words(b)` is exact: bit i stands for position 32·b + i.
 * `blocks(i)` and `groups(i)` say where to look at all: a 0 there is certain, a 1 is not (bit j stands for the word below, 32·i + j).
 */
import type { BitRow, NumberColumn, WordRow } from "./attribute.ts";

export interface Sieve {
  words(index: number): number;
  blocks(index: number): number;
  groups(index: number): number;
  /** Writes `words` of the 32 blocks of a group, of those in `alive`, into `into`; says which of them are not empty. */
  fill(group: number, alive: number, into: Int32Array): number;
  /** Which share of the positions is about in it: nothing but speed depends on that. */
  readonly share: number;
}

/** Rows that were spread out from lists, kept between queries. */
export type Spread = Map<WordRow, BitRow>;

const ALL_BITS = -1;

type Look = (index: number) => number;

/** Any set, by its three heights. */
class Looked implements Sieve {
  readonly words: Look;
  readonly blocks: Look;
  readonly groups: Look;
  readonly share: number;

  constructor({ words, blocks, groups }: { words: Look; blocks: Look; groups: Look }, share = 1) {
    this.words = words;
    this.blocks = blocks;
    this.groups = groups;
    this.share = share;
  }

  fill(group: number, alive: number, into: Int32Array): number {
    let full = 0;
    for (let bits = alive; bits !== 0; bits &= bits - 1) {
      const lowest = bits & -bits;
      const i = 31 - Math.clz32(lowest);
      into[i] = this.words((group << 5) + i);
      if (into[i] !== 0) full |= lowest;
    }
    return full;
  }
}

export const NOTHING: Sieve = new Looked({ words: () => 0, blocks: () => 0, groups: () => 0 }, 0);
export const EVERYTHING: Sieve = new Looked({ words: () => ALL_BITS, blocks: () => ALL_BITS, groups: () => ALL_BITS });

/** Conjunction of bit rows, the commonest sieve by far and therefore flat loops. */
class Rows implements Sieve {
  readonly rows: readonly BitRow[];
  readonly share: number;

  constructor(rows: readonly BitRow[], share: number) {
    this.rows = rows;
    this.share = share;
  }

  words(index: number): number {
    let bits = ALL_BITS;
    for (let i = 0; i < this.rows.length && bits !== 0; i++) bits &= this.rows[i]!.words[index]!;
    return bits;
  }
  blocks(index: number): number {
    let bits = ALL_BITS;
    for (let i = 0; i < this.rows.length; i++) bits &= this.rows[i]!.blocks[index]!;
    return bits;
  }
  groups(index: number): number {
    let bits = ALL_BITS;
    for (let i = 0; i < this.rows.length; i++) bits &= this.rows[i]!.groups[index]!;
    return bits;
  }

  /** Row by row: the words of a group lie side by side in each, on two lines of cache. The first of both are looked at first, so that the waits for them overlap. */
  fill(group: number, alive: number, into: Int32Array): number {
    const first = group << 5;
    const { rows } = this;
    const until = Math.min(32, rows[0]!.words.length - first);
    const middle = until >>> 1;
    let [start, half] = [ALL_BITS, ALL_BITS];
    for (let r = 0; r < rows.length; r++) {
      const { words } = rows[r]!;
      start &= words[first]!;
      half &= words[first + middle]!;
    }
    into.fill(ALL_BITS, 0, until);
    into[0] = start;
    into[middle] = half;
    for (let r = 0; r < rows.length; r++) {
      const { words } = rows[r]!;
      for (let i = 0; i < until; i++) into[i]! &= words[first + i]!;
    }
    let full = 0;
    for (let i = 0; i < until; i++) full |= ((into[i]! | -into[i]!) >>> 31) << i;
    return full & alive;
  }
}

export const rowSieve = (row: BitRow, share: number): Sieve => new Rows([row], share);

export function allOf(sieves: readonly Sieve[]): Sieve {
  const rows: BitRow[] = [];
  const others: Sieve[] = [];
  let share = 1;
  for (const sieve of sieves) {
    if (sieve === NOTHING) return NOTHING;
    if (sieve === EVERYTHING) continue;
    share *= sieve.share;
    if (sieve instanceof Rows) for (const row of sieve.rows) rows.push(row);
    else others.push(sieve);
  }
  if (rows.length > 0) others.unshift(new Rows(rows, share));
  if (others.length === 0) return EVERYTHING;
  if (others.length === 1) return others[0]!;
  const meet = (height: "words" | "blocks" | "groups") => (index: number) => {
    let bits = ALL_BITS;
    for (let i = 0; i < others.length && bits !== 0; i++) bits &= others[i]![height](index);
    return bits;
  };
  return new Looked({ words: meet("words"), blocks: meet("blocks"), groups: meet("groups") }, share);
}

export function anyOf(sieves: readonly Sieve[]): Sieve {
  if (sieves.includes(EVERYTHING)) return EVERYTHING;
  const parts = sieves.filter((sieve) => sieve !== NOTHING);
  if (parts.length === 0) return NOTHING;
  if (parts.length === 1) return parts[0]!;
  const join = (height: "words" | "blocks" | "groups") => (index: number) => {
    let bits = 0;
    for (let i = 0; i < parts.length && bits !== ALL_BITS; i++) bits |= parts[i]![height](index);
    return bits;
  };
  const share = Math.min(
    1,
    parts.reduce((sum, part) => sum + part.share, 0),
  );
  return new Looked({ words: join("words"), blocks: join("blocks"), groups: join("groups") }, share);
}

/** `all` without `those`. From above one cannot see whether a word is wholly covered, so `those` rules nothing out there. */
export const besides = (all: Sieve, those: Sieve): Sieve =>
  new Looked(
    {
      words: (index) => all.words(index) & ~those.words(index),
      blocks: (index) => all.blocks(index),
      groups: (index) => all.groups(index),
    },
    all.share,
  );

export const inRange = ({ values, least, greatest }: NumberColumn, low: number, high: number): Sieve =>
  new Looked({
    words(index) {
      let bits = 0;
      const first = index << 5;
      const end = Math.min(first + 32, values.length);
      for (let i = first; i < end; i++) if (values[i]! >= low && values[i]! <= high) bits |= 1 << (i & 31);
      return bits;
    },
    blocks(index) {
      let bits = 0;
      const first = index << 5;
      const end = Math.min(first + 32, least.length);
      for (let i = first; i < end; i++) if (greatest[i]! >= low && least[i]! <= high) bits |= 1 << (i & 31);
      return bits;
    },
    groups: () => ALL_BITS,
  });
