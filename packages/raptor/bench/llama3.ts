/** The Llama-3 vocabulary of 128,256 ids, from a development dependency; never shipped. */
import llama3 from "llama3-tokenizer-js";
import { byteLevelTokens, isRefusal, Vocabulary } from "../src/index.ts";

export const LLAMA3_ENDS = [128_001, 128_008, 128_009];
const FIRST_SPECIAL = 128_000;

export function llama3Vocabulary(): Vocabulary {
  const pieces = llama3.vocabById;
  const special = new Set(pieces.flatMap((_, id) => (id >= FIRST_SPECIAL ? [id] : [])));
  const made = Vocabulary.from({ tokens: byteLevelTokens(pieces, special), ends: LLAMA3_ENDS });
  if (isRefusal(made)) throw new Error(made.why);
  return made;
}

/** Token ids of a text, without begin and end tokens. */
export const llama3Encode = (text: string): number[] => llama3.encode(text, { bos: false, eos: false });
