/** A vocabulary of single bytes and an end: how a text is checked that another machine has tokenised. */
import type { Tokenizer } from "./tokenizer.ts";

const END = 256;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Ids 0 to 255 are the bytes, 256 is the end. */
export const byteTokenizer: Tokenizer = Object.freeze({
  size: 257,
  begin: null,
  ends: Object.freeze([END]),
  encode: (text: string) => Uint32Array.from(encoder.encode(text)),
  decode: (tokens: ArrayLike<number>) => decoder.decode(Uint8Array.from(Array.from(tokens).filter((id) => id !== END))),
  bytesOf: (token: number) => {
    if (!Number.isInteger(token) || token < 0 || token > END) throw new RangeError(`token ${token} is no byte`);
    return token === END ? new Uint8Array() : Uint8Array.of(token);
  },
  special: () => undefined,
});
