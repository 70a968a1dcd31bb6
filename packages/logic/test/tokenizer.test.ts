// Vectors of llama.cpp's own tokenizer tests, when ../shared/data is beside the repository; small vocabularies made here otherwise.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type GgufValue, readGguf } from "../src/gguf.ts";
import { isLogicRefusal } from "../src/refusal.ts";
import { readTokenizer, TEXT_MAX_CHARACTERS, type Tokenizer } from "../src/tokenizer.ts";
import { byteLevelMetadata, sentencePieceMetadata } from "./models.ts";

const data = join(process.env.AXIOM_DATA ?? join(import.meta.dirname, "../../../../shared/data"), "ecosystem/vocab");

const tokenizerOf = (metadata: ReadonlyMap<string, GgufValue>): Tokenizer => {
  const tokenizer = readTokenizer({ metadata });
  if (isLogicRefusal(tokenizer)) throw new Error(tokenizer.why);
  return tokenizer;
};
const refusalOf = (metadata: ReadonlyMap<string, GgufValue>, change: Record<string, GgufValue | undefined>) => {
  const changed = new Map(metadata);
  for (const [key, value] of Object.entries(change))
    value === undefined ? changed.delete(`tokenizer.ggml.${key}`) : changed.set(`tokenizer.ggml.${key}`, value);
  const read = readTokenizer({ metadata: changed });
  return isLogicRefusal(read) ? [read.refused, read.why] : read;
};

describe.each(["gpt-2", "llama-spm", "phi-3"])("llama.cpp's vectors for %s", (name) => {
  const path = join(data, `ggml-vocab-${name}.gguf`);
  test("each text", (context) => {
    if (!existsSync(path)) context.skip("needs the data set beside the repository (../shared/data, or AXIOM_DATA)");
    const tokenizer = tokenizerOf(readGguf(new Uint8Array(readFileSync(path))).metadata);
    const texts = readFileSync(`${path}.inp`, "utf8").split("\n__ggml_vocab_test__\n");
    const wanted = readFileSync(`${path}.out`, "utf8").split("\n");
    for (const [i, text] of texts.entries()) {
      const ids = wanted[i]!.trim().split(/\s+/).filter(Boolean).map(Number);
      expect([text, [...tokenizer.encode(text)]]).toEqual([text, ids]);
      expect(tokenizer.decode(ids)).toBe(text);
    }
  });
});

describe("byte-level, made here", () => {
  const tokenizer = tokenizerOf(byteLevelMetadata());
  const pieces = (text: string) => Array.from(tokenizer.encode(text), (id) => tokenizer.decode([id]));

  test.each<[string, string[]]>([
    ["the thing", ["th", "e", " th", "ing"]],
    ["4242", ["42", "4", "2"]], // digits come in threes: 424|2
    ["a!!", ["a", "!", "!"]],
    ["in  the", ["in", " ", " the"]],
    ["x\n\n y", ["x", "\n", "\n", " ", "y"]],
    ["", []],
  ])("%j", (text, wanted) => expect(pieces(text)).toEqual(wanted));

  test("`axiom.pre` goes before the name that llama.cpp reads", () => {
    const both = byteLevelMetadata("gpt-2");
    both.set("axiom.pre", "axiom-marks");
    expect(tokenizerOf(both).encode("  4242")).toEqual(tokenizer.encode("  4242"));
    expect(tokenizerOf(byteLevelMetadata("gpt-2")).encode("  4242")).not.toEqual(tokenizer.encode("  4242"));
  });
  test("text that spells a control token stays text", () => {
    expect(tokenizer.special("<|card|>")).toBe(266);
    expect([...tokenizer.encode("<|card|>")]).not.toContain(266);
    expect(tokenizer.bytesOf(266)).toHaveLength(0);
    expect(tokenizer.special("the")).toBeUndefined();
  });
  test("ends and begin", () => expect([tokenizer.ends, tokenizer.begin]).toEqual([[265], null]));

  test("decode undoes encode", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 500 },
    ));
  test("half a character", () => expect(tokenizer.decode(tokenizer.encode("é").subarray(0, 1))).toBe("\ufffd"));
  test("ids outside, and text beyond the bound, are faults of the caller", () => {
    expect(() => tokenizer.bytesOf(268)).toThrow(RangeError);
    expect(() => tokenizer.bytesOf(0.5)).toThrow(RangeError);
    expect(() => tokenizer.encode("x".repeat(TEXT_MAX_CHARACTERS + 1))).toThrow(RangeError);
  });
  test("a long word takes no quadratic time", () => {
    const long = "a".repeat(100_000);
    expect(tokenizer.encode(long)).toHaveLength(25_000);
  }, 20_000);
});

describe("SentencePiece, made here", () => {
  const tokenizer = tokenizerOf(sentencePieceMetadata());
  test("merges by score, bytes for the rest", () => {
    expect([...tokenizer.encode("hello")]).toEqual([268]);
    expect(tokenizer.decode(tokenizer.encode("hello é"))).toBe("hello é");
    expect(tokenizer.begin).toBe(1);
  });
});

describe("user-defined tokens", () => {
  const metadata = byteLevelMetadata();
  const tokens = [...(metadata.get("tokenizer.ggml.tokens") as string[]), "[a]", "[a][b]"];
  metadata.set("tokenizer.ggml.tokens", tokens);
  metadata.set(
    "tokenizer.ggml.token_type",
    Int32Array.from(tokens, (_, id) => (id < 264 ? 1 : id < 268 ? 3 : 4)),
  );
  test("are found in text, longest first", () => {
    const tokenizer = tokenizerOf(metadata);
    expect([...tokenizer.encode("[a][b][a]x")]).toEqual([269, 268, tokenizer.encode("x")[0]]);
    expect(tokenizer.decode([269])).toBe("[a][b]");
  });
});

describe("what is not a tokenizer is refused", () => {
  const good = byteLevelMetadata();
  test.each<[Record<string, GgufValue | undefined>, string, RegExp]>([
    [{ model: "t5" }, "tokenizer-unsupported", /"t5"; gpt2 and llama/],
    [{ pre: "qwen99" }, "tokenizer-unsupported", /"qwen99"; known are axiom-marks/],
    [{ tokens: undefined }, "tokenizer-malformed", /tokens/],
    [{ tokens: Int32Array.of(1) }, "tokenizer-malformed", /tokens/],
    [{ tokens: ["a"] }, "tokenizer-malformed", /token_type/],
    [{ token_type: new Int32Array(268).fill(9) }, "tokenizer-malformed", /token_type/],
    [{ tokens: Array.from({ length: 268 }, () => "a") }, "tokenizer-malformed", /single byte/],
    [{ tokens: [...(good.get("tokenizer.ggml.tokens") as string[]).with(260, "a b")] }, "tokenizer-malformed", /260/],
    [{ merges: ["a"] }, "tokenizer-malformed", /merge 0/],
    [{ merges: ["a zz"] }, "tokenizer-malformed", /merge 0/],
    [{ merges: undefined }, "tokenizer-malformed", /merges/],
    [{ eos_token_id: 268 }, "tokenizer-malformed", /eos_token_id/],
    [{ bos_token_id: -1 }, "tokenizer-malformed", /bos_token_id/],
    [{ model: "llama" }, "tokenizer-malformed", /scores/],
  ])("%#", (change, code, why) => {
    expect(refusalOf(good, change)).toEqual([code, expect.stringMatching(why)]);
  });
});
