import fc from "fast-check";
import { expect, test } from "vitest";
import { TextStream } from "../src/text-stream.ts";

/** The text cut into byte pieces of the given lengths, through a stream. */
function through(text: string, stops: readonly string[], lengths: readonly number[]): string {
  const stream = new TextStream(stops);
  const bytes = new TextEncoder().encode(text);
  let out = "";
  for (let at = 0, i = 0; at < bytes.length && !stream.stopped; at += lengths[i++ % lengths.length]!)
    out += stream.push(bytes.subarray(at, at + lengths[i % lengths.length]!));
  return out + stream.finish();
}

test("a stop across the borders of tokens", () => {
  const stream = new TextStream(["END"]);
  const said = ["abE", "N", "xE", "ND", "y"].map((piece) => stream.push(new TextEncoder().encode(piece)));
  expect(said).toEqual(["ab", "", "ENx", "", ""]);
  expect([stream.stopped, stream.finish()]).toEqual([true, ""]);
});

test("what was held back comes at the end", () => expect(through("abEN", ["END"], [1])).toBe("abEN"));
test("an incomplete character", () => {
  const stream = new TextStream();
  expect([stream.push(Uint8Array.of(0xc3)), stream.push(Uint8Array.of(0xa9, 0xf0)), stream.finish()]).toEqual([
    "",
    "é",
    "\ufffd",
  ]);
});

test("however it is cut, the text is the same, up to the first stop", () =>
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", "é", "🦙"), maxLength: 40 }),
      fc.array(fc.string({ unit: fc.constantFrom("a", "b", "é"), minLength: 1, maxLength: 3 }), { maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      (text, stops, lengths) => {
        const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
        // One piece at a time, the stop that ends first wins; where several end in one piece, the earliest.
        const got = through(text, stops, lengths);
        if (found.length === 0) expect(got).toBe(text);
        else {
          expect(text.startsWith(got)).toBe(true);
          expect(stops.some((stop) => text.startsWith(stop, got.length))).toBe(true);
        }
      },
    ),
    { numRuns: 2000 },
  ));
