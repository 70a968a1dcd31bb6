/**
 * The mask audit: a mask is compared, bit by bit, with what the byte machine says of each token's bytes when they are
 * fed to it one after the other, without trie walks over places, memo, coarser counters or open-string shapes.
 */
import type { Matcher } from "../src/index.ts";

/** Tokens by the slow way: a plain descent of the trie, each byte committed and rolled back on a fork. */
export function oracleMask(matcher: Matcher): Uint32Array {
  const v = matcher.vocabulary;
  const out = new Uint32Array(v.words);
  const probe = matcher.fork();
  const one = new Uint8Array(1);
  const walk = (from: number, to: number): void => {
    for (let p = from; p < to; p = v.skip[p]!) {
      one[0] = v.bytes[p]!;
      if (probe.commitBytes(one) !== true) continue;
      for (let i = v.first[p]!; i < v.first[p + 1]!; i++) set(out, v.order[i]!);
      walk(p + 1, v.skip[p]!);
      probe.rollback(1);
    }
  };
  walk(0, v.nodes);
  if (matcher.accepting()) for (const end of v.ends) set(out, end);
  return out;
}

function set(bits: Uint32Array, token: number): void {
  bits[token >>> 5]! |= 1 << (token & 31);
}

/** Tokens whose bits differ: +id allowed by the mask alone, −id by the oracle alone. */
export function differingTokens(mask: Uint32Array, oracle: Uint32Array, limit = 10): string[] {
  const out: string[] = [];
  for (let word = 0; word < mask.length && out.length < limit; word++) {
    let diff = (mask[word]! ^ oracle[word]!) >>> 0;
    while (diff !== 0) {
      const bit = 31 - Math.clz32(diff);
      diff = (diff & ~(1 << bit)) >>> 0;
      out.push(`${(mask[word]! >>> bit) & 1 ? "+" : "-"}${word * 32 + bit}`);
    }
  }
  return out;
}

/** mulberry32: chance from a printed seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
