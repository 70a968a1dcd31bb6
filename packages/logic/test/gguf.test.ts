import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GgufError, readGguf } from "../src/gguf.ts";
import { readMamba } from "../src/weights.ts";

const bytes = new Uint8Array(readFileSync(new URL("vectors/a_d64l2n16p32_q8_0.gguf", import.meta.url)));
const HEADER_BYTES = 8403;

/** What a reader may do with a hostile file: read it, or say GgufError. */
function outcome(file: Uint8Array): "read" | "refused" {
  try {
    readMamba(readGguf(file));
    return "read";
  } catch (error) {
    if (error instanceof GgufError) return "refused";
    throw error;
  }
}

describe("a real file", () => {
  const file = readGguf(bytes);
  test("metadata", () => {
    expect(file.metadata.get("general.architecture")).toBe("mamba2");
    expect(file.metadata.get("tokenizer.ggml.tokens")).toHaveLength(288);
    expect(file.metadata.get("tokenizer.ggml.scores")).toBeInstanceOf(Float32Array);
  });
  test("tensors are views, not copies", () => {
    const tensor = file.tensors.get("blk.0.ssm_in.weight")!;
    expect(tensor).toMatchObject({ shape: [64, 292], type: "Q8_0" });
    expect(tensor.data.buffer).toBe(bytes.buffer);
  });
  test("the shape", () =>
    expect(readMamba(file).shape).toMatchObject({
      width: 64,
      layers: 2,
      inner: 128,
      heads: 4,
      state: 16,
      vocabulary: 288,
    }));
});

describe("a hostile file is refused, in bounded time and memory", () => {
  const changed = (at: number, ...values: number[]) => {
    const copy = bytes.slice();
    copy.set(values, at);
    return copy;
  };
  const huge = [255, 255, 255, 255, 255, 255, 255, 127];
  test.each<[string, Uint8Array, RegExp]>([
    ["empty", new Uint8Array(), /ends inside the magic/],
    ["another magic", changed(0, 0), /does not begin/],
    ["version 9", changed(4, 9), /version 9/],
    ["endless tensors", changed(8, ...huge), /beyond any file/],
    ["a billion entries", changed(16, 0, 0, 0, 64), /metadata entries; the limit/],
    ["an endless key", changed(24, ...huge), /beyond any file/],
    ["cut in the data", bytes.subarray(0, bytes.length - 1), /ends inside tensor/],
  ])("%s", (_, file, said) => expect(() => readGguf(file)).toThrow(said));

  test("cut anywhere in the header", () => {
    for (let end = 0; end < HEADER_BYTES; end += 7) expect(outcome(bytes.subarray(0, end))).toBe("refused");
  });

  test("any bytes changed in the header: read or refused, never anything else", () => {
    const change = fc.array(fc.tuple(fc.nat(HEADER_BYTES), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(change, (edits) => {
        const copy = bytes.slice();
        for (const [at, value] of edits) copy[at] = value;
        expect(["read", "refused"]).toContain(outcome(copy));
      }),
      { numRuns: 3000 },
    );
  });
});
