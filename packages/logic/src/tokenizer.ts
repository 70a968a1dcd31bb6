/** Text as the numbers that a model reads: the tokenizer that stands in a GGUF file's metadata. */
import { bpeCoder } from "./bpe.ts";
import type { Coder } from "./coder.ts";
import type { Gguf } from "./gguf.ts";
import { isLogicRefusal, type LogicRefusal, refuse } from "./refusal.ts";
import { sentencePieceCoder } from "./sentencepiece.ts";
import { readTokenTable, TOKEN_KIND, type TokenTable } from "./token-table.ts";

export interface Tokenizer {
  /** Number of token ids. */
  readonly size: number;
  /** Text only: spellings of control tokens inside it are text. @throws RangeError beyond `TEXT_MAX_CHARACTERS`. */
  encode(text: string): Uint32Array;
  /** Bytes that are no UTF-8 become U+FFFD; control tokens give nothing. */
  decode(tokens: ArrayLike<number>): string;
  /** The token's bytes; empty for control tokens. @throws RangeError on an id outside the vocabulary. */
  bytesOf(token: number): Uint8Array;
  /** The id of a control token by its name as written in the file, such as `<|bos|>`. */
  special(name: string): number | undefined;
  /** The token that the file wants before a text; null: none. */
  readonly begin: number | null;
  /** Tokens that end a text, in ascending order. */
  readonly ends: readonly number[];
}

/** UTF-16 units of one text. */
export const TEXT_MAX_CHARACTERS = 1 << 22;

/** A copy of token ids. @throws RangeError on one outside the vocabulary of `size`. */
export function checkedTokens(tokens: ArrayLike<number>, size: number): Uint32Array {
  const copy = new Uint32Array(tokens.length);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (!(Number.isInteger(token) && token >= 0 && token < size))
      throw new RangeError(`token ${token} is outside the vocabulary of ${size}`);
    copy[i] = token;
  }
  return copy;
}

/** Reads `tokenizer.ggml.*`: byte-level BPE ("gpt2") and SentencePiece with scores ("llama"). */
export function readTokenizer(file: Pick<Gguf, "metadata">): Tokenizer | LogicRefusal {
  const table = readTokenTable(file.metadata);
  if (isLogicRefusal(table)) return table;
  const model = file.metadata.get("tokenizer.ggml.model");
  if (model === "gpt2") return joined(table, bpeCoder(file.metadata, table));
  if (model === "llama") return joined(table, sentencePieceCoder(file.metadata, table));
  return refuse(
    "tokenizer-unsupported",
    `The tokenizer's model is ${JSON.stringify(model)?.slice(0, 80)}; gpt2 and llama are read.`,
  );
}

const joined = (table: TokenTable, coder: Coder | LogicRefusal): Tokenizer | LogicRefusal =>
  isLogicRefusal(coder) ? coder : new TableTokenizer(table, coder);

class TableTokenizer implements Tokenizer {
  readonly size: number;
  readonly begin: number | null;
  readonly ends: readonly number[];
  readonly #coder: Coder;
  readonly #specials = new Map<string, number>();
  readonly #userDefined = new Map<string, number>();
  readonly #userPattern: RegExp | null;

  constructor(table: TokenTable, coder: Coder) {
    this.size = table.texts.length;
    this.begin = table.begin;
    this.ends = table.ends;
    this.#coder = coder;
    for (const [id, kind] of table.kinds.entries()) {
      if (kind === TOKEN_KIND.control || kind === TOKEN_KIND.unknown) this.#specials.set(table.texts[id]!, id);
      if (kind === TOKEN_KIND.userDefined && table.texts[id] !== "") this.#userDefined.set(table.texts[id]!, id);
    }
    this.#userPattern = patternOf([...this.#userDefined.keys()]);
  }

  encode(text: string): Uint32Array {
    if (text.length > TEXT_MAX_CHARACTERS) throw new RangeError(`a text of ${text.length} characters`);
    const out: number[] = [];
    const pieces = this.#userPattern === null ? [text] : text.split(this.#userPattern);
    // A capturing split alternates: text, user-defined token, text, …
    for (const [i, piece] of pieces.entries()) {
      if (i % 2 === 1) out.push(this.#userDefined.get(piece)!);
      else if (piece !== "") this.#coder.encode(piece, out);
    }
    return Uint32Array.from(out);
  }

  decode(tokens: ArrayLike<number>): string {
    const parts = Array.from(tokens, (token) => this.bytesOf(token));
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    const text = decoder.decode(bytes);
    return this.#coder.leadingBlank && text.startsWith(" ") ? text.slice(1) : text;
  }

  bytesOf(token: number): Uint8Array {
    if (!Number.isInteger(token) || token < 0 || token >= this.size)
      throw new RangeError(`token ${token} is outside the vocabulary of ${this.size}`);
    return this.#coder.bytesOf(token);
  }

  special(name: string): number | undefined {
    return this.#specials.get(name);
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Longest first, so that a token which begins another does not hide it. */
function patternOf(texts: readonly string[]): RegExp | null {
  if (texts.length === 0) return null;
  const longestFirst = [...texts].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return new RegExp(`(${longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|")})`);
}
