/** A model of the shipped shape with random weights and the vocabulary of "marks/1": it writes nonsense, always the same. */
import { makeModel } from "../../logic/test/make-model.ts";
import { SPECIALS } from "./fake-tokenizer.ts";

const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 255 && byte !== 173);
let spare = 256;
const ALPHABET = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : spare++));

const FORMS = {
  small: { width: 32, layers: 2, state: 16, headSize: 32 },
  shipped: { width: 192, layers: 6, state: 64, headSize: 32 },
} as const;

export function randomModel(form: keyof typeof FORMS = "small", seed = 1): Uint8Array<ArrayBuffer> {
  const tokens = [...ALPHABET, "th", ...SPECIALS];
  return makeModel({
    ...FORMS[form],
    vocabulary: tokens.length,
    seed,
    metadata: {
      "general.name": "random marks",
      "axiom.decode": "marks/1",
      "tokenizer.ggml.model": "gpt2",
      "tokenizer.ggml.pre": "axiom-marks",
      "tokenizer.ggml.tokens": tokens,
      "tokenizer.ggml.token_type": tokens.map((_, id) => (id < 257 ? 1 : 3)),
      "tokenizer.ggml.merges": ["t h"],
      "tokenizer.ggml.bos_token_id": 257,
      "tokenizer.ggml.eos_token_id": 260,
    },
  });
}
