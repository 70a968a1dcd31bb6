/** Vocabularies and models made by the tests. */
import type { GgufValue } from "../src/gguf.ts";
import type { GgufInput } from "../src/gguf-write.ts";
import { MODEL_FORMS, makeModel } from "./make-model.ts";

const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 255 && byte !== 173);
let spare = 256;
const ALPHABET = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : spare++));
const spell = (text: string) => Array.from(Buffer.from(text), (byte) => ALPHABET[byte]!).join("");

const MERGES = [
  ["t", "h"],
  [" ", "th"],
  [" th", "e"],
  ["i", "n"],
  ["in", "g"],
  ["4", "2"],
  ["a", "a"],
  ["aa", "aa"],
] as const;
export const SPECIALS = ["<|bos|>", "<|eos|>", "<|card|>", "<|tool:none|>"] as const;

const metadataOf = (values: Record<string, GgufValue>): Map<string, GgufValue> =>
  new Map(Object.entries(values).map(([key, value]) => [`tokenizer.ggml.${key}`, value]));

/** 256 bytes, eight merges, four control tokens: 268 ids. */
export function byteLevelMetadata(pre = "axiom-marks"): Map<string, GgufValue> {
  const merged = MERGES.map(([left, right]) => spell(left + right));
  const tokens = [...ALPHABET, ...merged, ...SPECIALS];
  return metadataOf({
    model: "gpt2",
    pre,
    tokens,
    token_type: Int32Array.from(tokens, (_, id) => (id < 256 + merged.length ? 1 : 3)),
    merges: MERGES.map(([left, right]) => `${spell(left)} ${spell(right)}`),
    bos_token_id: 264,
    eos_token_id: 265,
  });
}

export function sentencePieceMetadata(): Map<string, GgufValue> {
  const bytes = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);
  const words = ["\u2581", "h", "e", "l", "o", "he", "ll", "hell", "\u2581hell", "\u2581hello"];
  const tokens = ["<unk>", "<s>", "</s>", ...bytes, ...words];
  return metadataOf({
    model: "llama",
    tokens,
    scores: Float32Array.from(tokens, (_, id) => -id),
    token_type: Int32Array.from(tokens, (_, id) => (id === 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1)),
    bos_token_id: 1,
    eos_token_id: 2,
    unknown_token_id: 0,
  });
}

/** The same as `writeGguf` and `makeModel` take it. */
export const byteLevelInput = (): Record<string, GgufInput> =>
  Object.fromEntries(
    [...byteLevelMetadata()].map(([key, value]) => [
      key,
      value instanceof Int32Array ? [...value] : (value as GgufInput),
    ]),
  );

/** A random Mamba-2 model over the byte-level vocabulary. */
export function tinyModel(seed: number, metadata: Record<string, GgufInput> = {}): Uint8Array<ArrayBuffer> {
  return makeModel({ ...MODEL_FORMS.small, vocabulary: 268, seed, metadata: { ...byteLevelInput(), ...metadata } });
}
