/** Bytes and their spellings. Decoders are strict: one byte string has one spelling, so a changed letter is a changed value. */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** @throws TypeError on bytes that are not UTF-8. */
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Equality without an early exit: time depends on the lengths only. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX_PAIRS[byte]!;
  return text;
}

/** Lower-case hex only. @throws RangeError on anything else. */
export function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new RangeError("not lower-case hex");
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

const LETTERS = utf8("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const PAD = 0x3d;
const NO_LETTER = 64;
/** Value of each ASCII letter in base64; NO_LETTER for the rest. */
const VALUES = new Uint8Array(128).fill(NO_LETTER);
for (let value = 0; value < 64; value++) VALUES[LETTERS[value]!] = value;

/**
 * Standard base64 with padding (RFC 4648 §4).
 * Tables here rather than btoa and atob: several times faster on packet-sized input, and strict in the same pass.
 */
export function toBase64(bytes: Uint8Array): string {
  const out = new Uint8Array(4 * Math.ceil(bytes.length / 3)).fill(PAD);
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out[at++] = LETTERS[group >> 18]!;
    out[at++] = LETTERS[(group >> 12) & 63]!;
    if (i + 1 < bytes.length) out[at] = LETTERS[(group >> 6) & 63]!;
    if (i + 2 < bytes.length) out[at + 1] = LETTERS[group & 63]!;
    at += 2;
  }
  return latin1.decode(out);
}

/** Canonical base64 only: right padding, zero unused bits, no blanks. @throws RangeError on anything else. */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new RangeError("not base64");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const letters = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let at = 0;
  for (let i = 0; i < letters; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? VALUES[code]! : NO_LETTER;
    if (value === NO_LETTER) throw new RangeError("not base64");
    bits = (bits << 6) | value;
    const phase = i & 3;
    if (phase === 1) bytes[at++] = bits >> 4;
    else if (phase === 2) bytes[at++] = bits >> 2;
    else if (phase === 3) bytes[at++] = bits;
  }
  if (padding > 0 && (bits & (padding === 2 ? 15 : 3)) !== 0) throw new RangeError("not canonical base64");
  return bytes;
}
