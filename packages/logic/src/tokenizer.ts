/** Text as the numbers that a model reads. */
export interface Tokenizer {
  /** Number of token ids. */
  readonly size: number;
  /** Text only: spellings of special tokens inside it are text. */
  encode(text: string): Uint32Array;
  /** Bytes that are no UTF-8 become U+FFFD; special tokens give nothing. */
  decode(tokens: ArrayLike<number>): string;
  /** The token's bytes; empty for special tokens. @throws RangeError on an id outside the vocabulary. */
  bytesOf(token: number): Uint8Array;
  /** The id of a control token by its name as written in the file, such as `<|bos|>`. */
  special(name: string): number | undefined;
  /** Tokens that end a text, in ascending order. */
  readonly ends: readonly number[];
}
