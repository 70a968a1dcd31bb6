/** SentencePiece's BPE (Kudo & Richardson 2018) as GGUF carries it: characters, merged by the scores of whole tokens, bytes for the rest. */
import type { Coder } from "./coder.ts";
import type { Gguf } from "./gguf.ts";
import { mergeAll } from "./merging.ts";
import { isLogicRefusal, type LogicRefusal } from "./refusal.ts";
import { badTokenizer, TOKEN_KIND, type TokenTable, tokenId } from "./token-table.ts";

const BLANK = "\u2581";

/** @param file metadata with `tokenizer.ggml.scores`. */
export function sentencePieceCoder(file: Gguf["metadata"], table: TokenTable): Coder | LogicRefusal {
  const scores = file.get("tokenizer.ggml.scores");
  if (!(scores instanceof Float32Array) || scores.length !== table.texts.length || scores.some(Number.isNaN))
    return badTokenizer("tokenizer.ggml.scores is no list of one number a token");
  const unknown = tokenId(file, "unknown_token_id", table.texts.length);
  if (isLogicRefusal(unknown)) return unknown;
  const ids = new Map(table.texts.map((text, id) => [text, id]));
  const bytes = Array.from({ length: 256 }, (_, byte) => ids.get(byteName(byte)) ?? unknown ?? -1);
  if (bytes.includes(-1)) return badTokenizer("a byte has no token, and there is no unknown token");
  const leadingBlank = file.get("tokenizer.ggml.add_space_prefix") !== false;
  return new SentencePieceCoder(table, ids, ranksOf(scores), Uint32Array.from(bytes), leadingBlank);
}

const byteName = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;

/** 0 for the best score; equal scores have equal ranks. */
function ranksOf(scores: Float32Array): Uint32Array {
  const distinct = [...new Set(scores)].sort((a, b) => b - a);
  const rank = new Map(distinct.map((score, i) => [score, i]));
  return Uint32Array.from(scores, (score) => rank.get(score)!);
}

class SentencePieceCoder implements Coder {
  readonly leadingBlank: boolean;
  readonly #table: TokenTable;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #ranks: Uint32Array;
  readonly #bytes: Uint32Array;
  readonly #longest: number;

  constructor(
    table: TokenTable,
    ids: ReadonlyMap<string, number>,
    ranks: Uint32Array,
    bytes: Uint32Array,
    leadingBlank: boolean,
  ) {
    this.#table = table;
    this.#ids = ids;
    this.#ranks = ranks;
    this.#bytes = bytes;
    this.leadingBlank = leadingBlank;
    this.#longest = table.texts.reduce((longest, text) => Math.max(longest, text.length), 0);
  }

  encode(given: string, out: number[]): void {
    const text = (this.leadingBlank ? ` ${given}` : given).replaceAll(" ", BLANK);
    const { begins, ends } = charactersOf(text);
    const idOf = (a: number, b: number) =>
      ends[b]! - begins[a]! > this.#longest ? undefined : this.#ids.get(text.slice(begins[a], ends[b]));
    const left = mergeAll({
      count: begins.length,
      rank: (a, b) => {
        const id = idOf(a, b);
        return id === undefined ? -1 : this.#ranks[id]!;
      },
      join: (a, b) => {
        ends[a] = ends[b]!;
      },
    });
    for (const at of left) this.#emit(idOf(at, at), text.slice(begins[at], ends[at]), out);
  }

  #emit(id: number | undefined, text: string, out: number[]): void {
    if (id !== undefined) out.push(id);
    else for (const byte of utf8.encode(text)) out.push(this.#bytes[byte]!);
  }

  bytesOf(token: number): Uint8Array {
    const text = this.#table.texts[token]!;
    const kind = this.#table.kinds[token];
    if (kind === TOKEN_KIND.byte) return Uint8Array.of(Number.parseInt(text.slice(3, 5), 16));
    const shown = kind === TOKEN_KIND.normal || kind === TOKEN_KIND.userDefined;
    return shown ? utf8.encode(text.replaceAll(BLANK, " ")) : NO_BYTES;
  }
}

/** UTF-16 offsets of the code points. */
function charactersOf(text: string): { begins: Uint32Array; ends: Uint32Array } {
  const begins: number[] = [];
  const ends: number[] = [];
  for (const character of text) {
    begins.push(ends.at(-1) ?? 0);
    ends.push(begins.at(-1)! + character.length);
  }
  return { begins: Uint32Array.from(begins), ends: Uint32Array.from(ends) };
}

const utf8 = new TextEncoder();
const NO_BYTES = new Uint8Array();
