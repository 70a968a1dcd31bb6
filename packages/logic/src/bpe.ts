/** Byte-level byte-pair encoding (GPT-2; Radford et al. 2019, encoder.py): UTF-8 bytes, merged by the ranks of a list. */
import type { Coder } from "./coder.ts";
import type { Gguf } from "./gguf.ts";
import { mergeAll } from "./merging.ts";
import { cutText, type PreTokenizer, preTokenizer, preTokenizerNames } from "./pretokenize.ts";
import { isLogicRefusal, type LogicRefusal, refuse } from "./refusal.ts";
import { badTokenizer, stringsOf, TOKEN_KIND, type TokenTable } from "./token-table.ts";

export const BPE_MAX_MERGES = 1 << 21;

/** The printable character that stands for each byte in GPT-2's vocabulary files. */
const ALPHABET: readonly string[] = byteAlphabet();
const BYTE_OF: ReadonlyMap<string, number> = new Map(ALPHABET.map((character, byte) => [character, byte]));

function byteAlphabet(): string[] {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 255 && byte !== 173);
  let spare = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : spare++));
}

interface Merges {
  /** Token ids. */
  readonly size: number;
  /** Rank by `left · size + right`. */
  readonly ranks: ReadonlyMap<number, number>;
  /** The merged token by rank. */
  readonly results: Uint32Array;
}

/** @param file metadata with `tokenizer.ggml.merges` and `tokenizer.ggml.pre`; `axiom.pre` goes before the latter. */
export function bpeCoder(file: Gguf["metadata"], table: TokenTable): Coder | LogicRefusal {
  const name = file.get("axiom.pre") ?? file.get("tokenizer.ggml.pre") ?? "default";
  const pre = typeof name === "string" ? preTokenizer(name) : undefined;
  if (pre === undefined)
    return refuse(
      "tokenizer-unsupported",
      `The pre-tokenizer is ${JSON.stringify(name)?.slice(0, 80)}; known are ${preTokenizerNames().join(", ")}.`,
    );
  const ids = new Map(table.texts.map((text, id) => [text, id]));
  const singles = Uint32Array.from(ALPHABET, (character) => ids.get(character) ?? table.texts.length);
  if (singles.includes(table.texts.length)) return badTokenizer("not every single byte is a token");
  const bytes = table.texts.map((text, id) => bytesOfToken(text, table.kinds[id]!));
  const bad = bytes.indexOf(null);
  if (bad >= 0) return badTokenizer(`token ${bad} has a character outside the byte alphabet`);
  const merges = readMerges(file, ids, table.texts.length);
  return isLogicRefusal(merges) ? merges : new BpeCoder(pre, ids, singles, bytes as Uint8Array[], merges);
}

function bytesOfToken(text: string, kind: number): Uint8Array | null {
  if (kind === TOKEN_KIND.userDefined) return utf8.encode(text);
  if (kind !== TOKEN_KIND.normal) return NO_BYTES;
  const bytes = Array.from(text, (character) => BYTE_OF.get(character) ?? -1);
  return bytes.includes(-1) ? null : Uint8Array.from(bytes);
}

function readMerges(file: Gguf["metadata"], ids: ReadonlyMap<string, number>, size: number): Merges | LogicRefusal {
  const lines = stringsOf(file.get("tokenizer.ggml.merges"));
  if (lines === null || lines.length > BPE_MAX_MERGES)
    return badTokenizer(`tokenizer.ggml.merges is no list of at most ${BPE_MAX_MERGES} texts`);
  const ranks = new Map<number, number>();
  const results = new Uint32Array(lines.length);
  for (const [rank, line] of lines.entries()) {
    const blank = line.indexOf(" ", 1);
    const left = ids.get(line.slice(0, blank));
    const right = ids.get(line.slice(blank + 1));
    const result = blank < 0 ? undefined : ids.get(line.slice(0, blank) + line.slice(blank + 1));
    if (left === undefined || right === undefined || result === undefined)
      return badTokenizer(`merge ${rank} joins texts that are no tokens`);
    const key = left * size + right;
    if (!ranks.has(key)) ranks.set(key, rank);
    results[rank] = result;
  }
  return { size, ranks, results };
}

class BpeCoder implements Coder {
  readonly leadingBlank = false;
  readonly #pre: PreTokenizer;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #singles: Uint32Array;
  readonly #bytes: readonly Uint8Array[];
  readonly #merges: Merges;

  constructor(
    pre: PreTokenizer,
    ids: ReadonlyMap<string, number>,
    singles: Uint32Array,
    bytes: readonly Uint8Array[],
    merges: Merges,
  ) {
    this.#pre = pre;
    this.#ids = ids;
    this.#singles = singles;
    this.#bytes = bytes;
    this.#merges = merges;
  }

  encode(text: string, out: number[]): void {
    for (const piece of cutText(text, this.#pre.cuts)) this.#encodePiece(utf8.encode(piece), out);
  }

  #encodePiece(bytes: Uint8Array, out: number[]): void {
    const whole = this.#pre.wholeFirst ? this.#ids.get(spelling(bytes)) : undefined;
    if (whole !== undefined) {
      out.push(whole);
      return;
    }
    const tokens = Uint32Array.from(bytes, (byte) => this.#singles[byte]!);
    const { size, ranks, results } = this.#merges;
    const left = mergeAll({
      count: tokens.length,
      rank: (a, b) => ranks.get(tokens[a]! * size + tokens[b]!) ?? -1,
      join: (a, b) => {
        tokens[a] = results[ranks.get(tokens[a]! * size + tokens[b]!)!]!;
      },
    });
    for (const at of left) out.push(tokens[at]!);
  }

  bytesOf(token: number): Uint8Array {
    return this.#bytes[token]!;
  }
}

const spelling = (bytes: Uint8Array): string => Array.from(bytes, (byte) => ALPHABET[byte]!).join("");

const utf8 = new TextEncoder();
const NO_BYTES = new Uint8Array();
