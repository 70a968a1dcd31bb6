/** How a token is chosen from logits. The same logits, mask, seed and place give the same choice on every machine. */
import { uniform } from "./chance.ts";
import { exp, log } from "./exp.ts";
import { MAX_ALTERNATIVES, type Picked, type PickOptions, type Sampling, type Scored } from "./pick.ts";

export type Logits = Float32Array | Float64Array;

/**
 * @param place tokens fed before this choice: the counter of the seeded generator.
 * @throws RangeError on sampling out of range and on a mask that allows nothing.
 */
export function choose(logits: Logits, how: PickOptions, place: number): Picked {
  const allowed = allowedTokens(logits.length, how.mask);
  if (allowed.length === 0) throw new RangeError("the mask allows no token");
  const best = bestOf(logits, allowed);
  const top = valueAt(logits, best);
  let sum = 0;
  for (const token of allowed) sum += exp(valueAt(logits, token) - top);
  const scored = (token: number): Scored => ({ token, logprob: valueAt(logits, token) - top - log(sum) });
  const token = how.sampling ? (sample(logits, allowed, top, how.sampling, place) ?? best) : best;
  return { ...scored(token), alternatives: othersOf(logits, allowed, token, how.alternatives ?? 0).map(scored) };
}

/** Not a number counts as impossible, and so does +infinity: neither can be compared. */
function valueAt(logits: Logits, token: number): number {
  const value = logits[token]!;
  return value < Number.POSITIVE_INFINITY ? Math.max(value, -1e300) : -1e300;
}

/** Ascending. */
function allowedTokens(size: number, mask: Uint32Array | undefined): Uint32Array {
  const tokens = new Uint32Array(size);
  let count = 0;
  if (mask === undefined) for (let token = 0; token < size; token++) tokens[count++] = token;
  else
    for (let word = 0; word < mask.length; word++)
      for (let rest = mask[word]!; rest !== 0; rest &= rest - 1) {
        const token = 32 * word + 31 - Math.clz32(rest & -rest);
        if (token < size) tokens[count++] = token;
      }
  return tokens.subarray(0, count);
}

function bestOf(logits: Logits, allowed: Uint32Array): number {
  let best = allowed[0]!;
  for (const token of allowed) if (valueAt(logits, token) > valueAt(logits, best)) best = token;
  return best;
}

/** The cuts of llama.cpp's default chain, in its order: top k, top p, min p, then temperature. Null: greedy. */
function sample(
  logits: Logits,
  allowed: Uint32Array,
  top: number,
  { temperature, seed, top_k = 0, top_p = 1, min_p = 0 }: Sampling,
  place: number,
): number | null {
  if (temperature === 0) return null;
  const value = (token: number) => valueAt(logits, token) - top;
  let kept = allowed;
  if (top_k > 0 || top_p < 1) kept = kept.slice().sort((a, b) => value(b) - value(a) || a - b);
  if (top_k > 0) kept = kept.subarray(0, top_k);
  if (top_p < 1) kept = kept.subarray(0, countToShare(kept, value, top_p));
  if (min_p > 0) kept = kept.filter((token) => exp(value(token)) >= min_p);
  return drawOne(kept, (token) => exp(value(token) / temperature), uniform(seed, place));
}

/** How many of the sorted tokens reach the share together; at least one. */
function countToShare(sorted: Uint32Array, value: (token: number) => number, share: number): number {
  let total = 0;
  for (const token of sorted) total += exp(value(token));
  let sum = 0;
  for (const [i, token] of sorted.entries()) {
    sum += exp(value(token));
    if (sum >= share * total) return i + 1;
  }
  return sorted.length;
}

function drawOne(tokens: Uint32Array, weight: (token: number) => number, at: number): number | null {
  const weights = Float64Array.from(tokens, weight);
  const target = at * weights.reduce((sum, each) => sum + each, 0);
  let sum = 0;
  for (const [i, each] of weights.entries()) {
    sum += each;
    if (target < sum) return tokens[i]!;
  }
  return null; // rounding at the very end of the range
}

/** The best `count` tokens without `picked`, best first, ties by id. */
function othersOf(logits: Logits, allowed: Uint32Array, picked: number, count: number): number[] {
  const best: number[] = [];
  const wanted = Math.min(count, MAX_ALTERNATIVES);
  if (wanted === 0) return best;
  for (const token of allowed) {
    const value = valueAt(logits, token);
    if (token === picked || (best.length === wanted && value <= valueAt(logits, best.at(-1)!))) continue;
    let at = best.length === wanted ? wanted - 1 : best.length;
    for (; at > 0 && valueAt(logits, best[at - 1]!) < value; at--) best[at] = best[at - 1]!;
    best[at] = token;
  }
  return best;
}
