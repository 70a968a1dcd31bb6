/** How a vocabulary wants text to be cut before its merges, by the name that GGUF gives it (`tokenizer.ggml.pre`). */

export interface PreTokenizer {
  /** Applied one after the other: each cuts the pieces of the one before into matches and what stands between them. */
  readonly cuts: readonly RegExp[];
  /** A piece that is a token as a whole is not merged. */
  readonly wholeFirst: boolean;
}

/** White space of Unicode, as the original tokenizers have it; JavaScript's `\s` differs in U+0085 and U+FEFF. */
const S = "\\p{White_Space}";
const NOT_S = "\\P{White_Space}";
const GPT2 = `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${S}\\p{L}\\p{N}]+|${S}+(?!${NOT_S})`;
const LLAMA3 =
  "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}" +
  `| ?[^${S}\\p{L}\\p{N}]+[\\r\\n]*|${S}*[\\r\\n]+|${S}+(?!${NOT_S})|${S}+`;

const cut = (...sources: string[]): readonly RegExp[] => sources.map((source) => new RegExp(source, "gu"));
const gpt2: PreTokenizer = { cuts: cut(GPT2), wholeFirst: false };
const llama3: PreTokenizer = { cuts: cut(LLAMA3), wholeFirst: true };

/** From llama.cpp v0.5.0, src/llama-vocab.cpp. `axiom-marks` is ours: each punctuation mark and each white space stands alone. */
const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map([
  ["axiom-marks", { cuts: cut(" ?\\p{L}+| ?\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]|\\s"), wholeFirst: false }],
  ["gpt-2", gpt2],
  ["mpt", gpt2],
  ["olmo", gpt2],
  ["llama-bpe", llama3],
  ["llama3", llama3],
  ["llama-v3", llama3],
  ["dbrx", { ...llama3, wholeFirst: false }],
  ["default", { cuts: cut("[\\p{P}$+<=>^~|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"), wholeFirst: false }],
]);

export const preTokenizer = (name: string): PreTokenizer | undefined => PRE_TOKENIZERS.get(name);

export const preTokenizerNames = (): readonly string[] => [...PRE_TOKENIZERS.keys()];

/** The pieces of a text, in order; joined they are the text. */
export function cutText(text: string, cuts: readonly RegExp[]): string[] {
  return cuts.reduce((pieces, pattern) => pieces.flatMap((piece) => cutPiece(piece, pattern)), [text]);
}

function cutPiece(piece: string, pattern: RegExp): string[] {
  const parts: string[] = [];
  let end = 0;
  for (const match of piece.matchAll(pattern)) {
    if (match.index > end) parts.push(piece.slice(end, match.index));
    parts.push(match[0]);
    end = match.index + match[0].length;
  }
  if (end < piece.length) parts.push(piece.slice(end));
  return parts;
}
