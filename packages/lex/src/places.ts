/** A directive cut into tokens: where each begins in the text, and whether a span may begin or end there. */

/**
 * The vocabulary's way of cutting text before its merges: a word, up to three digits, or one punctuation mark, each with at most
 * one leading blank; other white space is one piece a character. Spans begin and end only between such pieces.
 */
export const PIECE = / ?\p{L}+| ?\p{N}{1,3}| ?[^\s\p{L}\p{N}]|\s/gu;

export interface Places {
  readonly text: string;
  /** Text tokens, in order. */
  readonly tokens: Uint32Array;
  /** UTF-16 offset at which token i begins; the last is the length of the text. A token inside a character has that of the character's end. */
  readonly offsets: Uint32Array;
  /** Whether a span may begin or end before token i: between two pieces, and not between two digits. */
  readonly edges: readonly boolean[];
}

interface Cutter {
  encode(text: string): ArrayLike<number>;
  bytesOf(token: number): Uint8Array;
}

export function placesOf(text: string, tokenizer: Cutter): Places {
  const tokens = Uint32Array.from(tokenizer.encode(text));
  const starts = pieceStarts(text);
  const characterAt = charactersByByte(text);
  const offsets = new Uint32Array(tokens.length + 1);
  const edges: boolean[] = [];
  let byte = 0;
  for (const [i, token] of tokens.entries()) {
    const at = characterAt[byte]!;
    const whole = at >= 0;
    offsets[i] = whole ? at : -at;
    edges.push(whole && starts.has(at));
    byte += tokenizer.bytesOf(token).length;
  }
  offsets[tokens.length] = text.length;
  edges.push(true);
  return { text, tokens, offsets, edges };
}

function pieceStarts(text: string): ReadonlySet<number> {
  const starts = new Set<number>();
  for (const { index } of text.matchAll(PIECE)) {
    const digits = /\d/.test(text[index] ?? "") && /\d/.test(text[index - 1] ?? "");
    if (!digits) starts.add(index);
  }
  return starts;
}

/** For each byte of the UTF-8 text the offset of the character that begins there; inside a character, minus that of its end. */
function charactersByByte(text: string): Int32Array {
  const at: number[] = [];
  let offset = 0;
  for (const character of text) {
    const bytes = utf8Length(character.codePointAt(0)!);
    at.push(offset);
    offset += character.length;
    for (let i = 1; i < bytes; i++) at.push(-offset);
  }
  at.push(offset);
  return Int32Array.from(at);
}

const utf8Length = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
