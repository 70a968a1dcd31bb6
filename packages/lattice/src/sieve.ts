/**
 * Sets of positions that are looked at 32 at a time, at three heights. `words(b)` is exact: bit i stands for position 32·b + i.
 * `blocks(i)` and `groups(i)` say where to look at all: a 0 there is certain, a 1 is not (bit j stands for the word below, 32·i + j).
 */
import type { BitRow, NumberColumn, WordRow } from "./attribute.ts";

export interface Sieve {
  words(index: number): number;
  blocks(index: number): number;
  groups(index: number): number;
}

type Height = "words" | "blocks" | "groups";

/** Rows that were spread out from lists, kept between queries. */
export type Spread = Map<WordRow, BitRow>;

const ALL_BITS = -1;

export const NOTHING: Sieve = { words: () => 0, blocks: () => 0, groups: () => 0 };
export const EVERYTHING: Sieve = { words: () => ALL_BITS, blocks: () => ALL_BITS, groups: () => ALL_BITS };

/** Conjunction of bit rows, the commonest sieve by far and therefore one flat loop. */
class Rows implements Sieve {
  readonly rows: readonly BitRow[];
  constructor(rows: readonly BitRow[]) {
    this.rows = rows;
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
}

export const rowSieve = (row: BitRow): Sieve => new Rows([row]);

export function allOf(sieves: readonly Sieve[]): Sieve {
  if (sieves.includes(NOTHING)) return NOTHING;
  const parts = sieves.filter((sieve) => sieve !== EVERYTHING);
  const rows = parts.flatMap((part) => (part instanceof Rows ? part.rows : []));
  const others = parts.filter((part) => !(part instanceof Rows));
  if (rows.length > 0) others.unshift(new Rows(rows));
  if (others.length === 0) return EVERYTHING;
  if (others.length === 1) return others[0]!;
  const meet = (height: Height) => (index: number) => {
    let bits = ALL_BITS;
    for (let i = 0; i < others.length && bits !== 0; i++) bits &= others[i]![height](index);
    return bits;
  };
  return { words: meet("words"), blocks: meet("blocks"), groups: meet("groups") };
}

export function anyOf(sieves: readonly Sieve[]): Sieve {
  if (sieves.includes(EVERYTHING)) return EVERYTHING;
  const parts = sieves.filter((sieve) => sieve !== NOTHING);
  if (parts.length === 0) return NOTHING;
  if (parts.length === 1) return parts[0]!;
  const join = (height: Height) => (index: number) => {
    let bits = 0;
    for (let i = 0; i < parts.length && bits !== ALL_BITS; i++) bits |= parts[i]![height](index);
    return bits;
  };
  return { words: join("words"), blocks: join("blocks"), groups: join("groups") };
}

/** `all` without `those`. From above one cannot see whether a word is wholly covered, so `those` rules nothing out there. */
export const besides = (all: Sieve, those: Sieve): Sieve => ({
  words: (index) => all.words(index) & ~those.words(index),
  blocks: (index) => all.blocks(index),
  groups: (index) => all.groups(index),
});

export const inRange = ({ values, least, greatest }: NumberColumn, low: number, high: number): Sieve => ({
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
