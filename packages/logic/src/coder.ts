/** One way of encoding: a text without user-defined tokens to ids, and an id to its bytes. */
export interface Coder {
  encode(text: string, out: number[]): void;
  bytesOf(token: number): Uint8Array;
  /** Whether a decoded text begins with a blank that encoding put there. */
  readonly leadingBlank: boolean;
}
