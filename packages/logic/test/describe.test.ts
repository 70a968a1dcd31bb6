import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DESCRIBED_TEXT, describeGguf, type GgufDescription } from "../src/describe.ts";
import { tinyModel } from "./models.ts";

const described = (file: Uint8Array) => describeGguf(file) as GgufDescription;

test("a model of ours", () => {
  const about = described(tinyModel(1, { "axiom.decode": "marks/1", "general.description": "x".repeat(500) }));
  expect(about).toMatchObject({
    version: 3,
    name: "random",
    architecture: "mamba2",
    decode: "marks/1",
    tokenizer: { model: "gpt2", pre: "axiom-marks", size: 268, ends: [265], problem: null },
    mamba: { shape: { width: 64, layers: 2 }, memory_bytes: 4 * 2 * (128 * 16 + 3 * 160) },
    problem: null,
  });
  expect(about.parameters).toBeGreaterThan(70_000);
  expect(about.tensors.map(({ type }) => type)).toEqual(["F32", "Q8_0"]);
  const value = (key: string) => about.metadata.find((entry) => entry.key === key)?.value;
  expect(value("tokenizer.ggml.tokens")).toBe("268 items");
  expect(value("general.description")).toHaveLength(DESCRIBED_TEXT + 1);
  expect(value("mamba2.block_count")).toBe("2");
});

test("a golden vector", () => {
  const file = new Uint8Array(readFileSync(new URL("vectors/a_d64l2n16p32_q8_0.gguf", import.meta.url)));
  expect(described(file)).toMatchObject({ decode: null, tokenizer: { model: "llama", size: 288, problem: null } });
});

test("what the kernel cannot run says why, and is described all the same", () => {
  const other = described(tinyModel(1, { "general.architecture": "llama", "tokenizer.ggml.pre": "qwen2" }));
  expect(other.mamba).toBeNull();
  expect(other.problem).toMatchObject({ refused: "model-malformed", why: expect.stringContaining("not mamba2") });
  expect(other.tokenizer.problem).toMatchObject({ refused: "tokenizer-unsupported" });
});

test("no GGUF file", () =>
  expect(describeGguf(new Uint8Array(10))).toMatchObject({
    refused: "model-malformed",
    why: expect.stringMatching(/byte 0/),
  }));
