/** The vocabulary of a GGUF file as it lies there: spellings, kinds, and the tokens with a part to play. */
import type { Gguf, GgufValue } from "./gguf.ts";
import { isLogicRefusal, type LogicRefusal, refuse } from "./refusal.ts";

/** `tokenizer.ggml.token_type` (ggml-org/llama.cpp, llama.h, enum llama_token_type). */
export const TOKEN_KIND = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface TokenTable {
  readonly texts: readonly string[];
  readonly kinds: ArrayLike<number> & { entries(): IterableIterator<[number, number]> };
  readonly begin: number | null;
  readonly ends: readonly number[];
}

export const VOCABULARY_MAX_TOKENS = 1 << 21;
/** User-defined tokens become one pattern. */
export const VOCABULARY_MAX_USER_DEFINED = 4096;

type Metadata = Gguf["metadata"];

export const badTokenizer = (what: string): LogicRefusal => refuse("tokenizer-malformed", `Tokenizer: ${what}.`);

export function readTokenTable(metadata: Metadata): TokenTable | LogicRefusal {
  const texts = stringsOf(metadata.get("tokenizer.ggml.tokens"));
  if (texts === null || texts.length === 0 || texts.length > VOCABULARY_MAX_TOKENS)
    return badTokenizer(`tokenizer.ggml.tokens is no list of 1 to ${VOCABULARY_MAX_TOKENS} texts`);
  const kinds = kindsOf(metadata.get("tokenizer.ggml.token_type"), texts.length);
  if (kinds === null) return badTokenizer("tokenizer.ggml.token_type is no list of one kind (1 to 6) a token");
  if (kinds.filter((kind) => kind === TOKEN_KIND.userDefined).length > VOCABULARY_MAX_USER_DEFINED)
    return badTokenizer(`more than ${VOCABULARY_MAX_USER_DEFINED} user-defined tokens`);
  const id = (key: string) => tokenId(metadata, key, texts.length);
  const ends = ["eos_token_id", "eot_token_id", "eom_token_id"].map(id);
  const bos = id("bos_token_id");
  const refused = [...ends, bos].find(isLogicRefusal);
  if (refused !== undefined) return refused;
  // The default of llama.cpp: SentencePiece models want it, byte-level ones do not.
  const wanted = metadata.get("tokenizer.ggml.add_bos_token") ?? metadata.get("tokenizer.ggml.model") === "llama";
  const known = ends.filter((end): end is number => typeof end === "number");
  return {
    texts,
    kinds,
    begin: wanted === true ? (bos as number | null) : null,
    ends: [...new Set(known)].sort((a, b) => a - b),
  };
}

/** Null: not there. */
export function tokenId(metadata: Metadata, key: string, size: number): number | null | LogicRefusal {
  const value = metadata.get(`tokenizer.ggml.${key}`);
  if (value === undefined) return null;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < size) return value;
  return badTokenizer(`${key} is ${String(value).slice(0, 40)}, outside the vocabulary of ${size}`);
}

export function stringsOf(value: GgufValue | undefined): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  return value.every((item) => typeof item === "string") ? (value as readonly string[]) : null;
}

function kindsOf(value: GgufValue | undefined, size: number): Uint8Array | null {
  if (value === undefined) return new Uint8Array(size).fill(TOKEN_KIND.normal);
  if (!(value instanceof Int32Array || value instanceof Uint32Array || value instanceof Uint8Array)) return null;
  const fits = value.length === size && value.every((kind: number) => kind >= 1 && kind <= 6);
  return fits ? Uint8Array.from(value) : null;
}
