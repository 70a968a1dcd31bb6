import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { philox, uniform } from "../src/chance.ts";
import { exp, log } from "../src/exp.ts";
import { checkSampling } from "../src/pick.ts";
import { choose } from "../src/sampler.ts";

const ulps = (a: number, b: number) => Math.abs(a - b) / Math.max(Number.MIN_VALUE, Math.abs(b) * 2 ** -52);

describe("exp and log", () => {
  test("within two units in the last place of the engine's own", () => {
    fc.assert(
      fc.property(fc.double({ min: -707, max: 709, noNaN: true }), (x) => ulps(exp(x), Math.exp(x)) <= 2),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => ulps(log(x), Math.log(x)) <= 2),
      { numRuns: 5000 },
    );
  });
  test("the edges", () => {
    expect([exp(0), exp(-1000), exp(1000), log(1), log(0), log(-1)]).toEqual([1, 0, Infinity, 0, -Infinity, NaN]);
  });
  test("the same bits everywhere: a digest of 4,096 values", () => {
    let digest = 0;
    const word = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < 4096; i++)
      for (const value of [exp((i - 2048) / 97.3), log(i * i * 0.377 + 1e-9)]) {
        word.setFloat64(0, value);
        digest = (Math.imul(digest, 31) + word.getUint32(0) + Math.imul(word.getUint32(4), 17)) | 0;
      }
    expect(digest >>> 0).toMatchInlineSnapshot(`937515881`);
  });
});

// Random123 1.14, tests/kat_vectors.
test.each([
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
])("Philox4x32-10 of %s under %s", (counter, key, wanted) => {
  const words = (text: string) => text.split(" ").map((word) => Number.parseInt(word, 16));
  expect(philox(words(counter), words(key))).toEqual(words(wanted));
});

const mask = (...tokens: number[]) => {
  const words = new Uint32Array(2);
  for (const token of tokens) words[token >>> 5]! |= 1 << (token & 31);
  return words;
};

describe("choose", () => {
  const logits = Float32Array.of(1, 3, 3, 2, -1, 0);

  test("greedy: ties to the smallest id", () => expect(choose(logits, {}, 0).token).toBe(1));
  test("only what the mask allows", () => {
    expect(choose(logits, { mask: mask(0, 4, 5) }, 0).token).toBe(0);
    expect(choose(new Float32Array(64), { mask: mask(31, 32, 63) }, 0).token).toBe(31);
    expect(choose(new Float32Array(33), { mask: mask(40, 32) }, 0).token).toBe(32);
    expect(() => choose(logits, { mask: mask() }, 0)).toThrow(RangeError);
    expect(() => choose(logits, { mask: mask(40) }, 0)).toThrow(RangeError);
  });
  test("log-probabilities are over the masked set", () => {
    const { logprob, alternatives } = choose(logits, { mask: mask(0, 3, 5), alternatives: 9 }, 0);
    const sum = Math.E ** 2 + Math.E + 1;
    expect(logprob).toBeCloseTo(2 - Math.log(sum), 12);
    expect(alternatives.map(({ token }) => token)).toEqual([0, 5]);
    expect([logprob, ...alternatives.map((each) => each.logprob)].reduce((s, l) => s + Math.exp(l), 0)).toBeCloseTo(1);
    expect(choose(logits, { mask: mask(4) }, 0).logprob).toBe(0);
  });
  test("alternatives: best first, ties by id, the picked one left out", () =>
    expect(choose(logits, { alternatives: 3 }, 0).alternatives.map(({ token }) => token)).toEqual([2, 3, 0]));
  test("what is no number is never chosen", () =>
    expect(choose(Float32Array.of(Number.NaN, Infinity, -Infinity, -5), {}, 0).token).toBe(3));

  test("sampling follows the probabilities, and the seed and place alone decide", () => {
    const how = { sampling: { temperature: 1, seed: 7 } };
    const counts = new Array(6).fill(0);
    for (let place = 0; place < 20_000; place++) counts[choose(logits, how, place).token]++;
    const total = logits.reduce((sum, value) => sum + Math.exp(value), 0);
    for (const [token, value] of logits.entries())
      expect(counts[token] / 20_000).toBeCloseTo(Math.exp(value) / total, 1.7);
    expect(choose(logits, how, 123)).toEqual(choose(logits, how, 123));
  });
  test.each([
    [{ top_k: 2 }, [1, 2]],
    [{ top_p: 0.5 }, [1, 2]],
    [{ min_p: 0.3 }, [1, 2, 3]],
    [{ top_k: 1, temperature: 50 }, [1]],
    [{ top_p: 0 }, [1]],
  ])("cuts: %j", (cut, wanted) => {
    const seen = new Set<number>();
    for (let place = 0; place < 2000; place++)
      seen.add(choose(logits, { sampling: { temperature: 2, seed: 1, ...cut } }, place).token);
    expect([...seen].sort()).toEqual(wanted);
  });
  test("uniform is even", () => {
    const buckets = new Array(10).fill(0);
    for (let i = 0; i < 50_000; i++) buckets[Math.floor(uniform(42, i) * 10)]++;
    for (const count of buckets) expect(Math.abs(count - 5000)).toBeLessThan(350);
  });
  test("sampling out of range", () => {
    const good = { temperature: 1, seed: 1 };
    expect(checkSampling(good)).toBeNull();
    for (const bad of [{ temperature: -1 }, { temperature: NaN }, { seed: 0.5 }, { seed: 2 ** 32 }, { top_p: 2 }])
      expect(checkSampling({ ...good, ...bad })).toMatchObject({ refused: "sampling-malformed" });
  });
});
