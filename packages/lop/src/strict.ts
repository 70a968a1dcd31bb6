/**
 * The byte checks that turn a plain cofactorless Ed25519 verifier into the BARK-strict profile: what libsodium refuses before
 * it computes. Without them a verifier accepts keys and R of small order, and two verifiers may disagree on one signature.
 */
import { fromHex } from "./bytes.ts";

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** y of all points whose order divides 8, sign bit cleared; the last two are non-canonical spellings (p, p + 1). */
const SMALL_ORDER_Y = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(fromHex);

/** First byte → the only small-order y that begins with it: one look for nearly every point. */
const BY_FIRST_BYTE: readonly (Uint8Array | undefined)[] = Array.from({ length: 256 }, (_, first) =>
  SMALL_ORDER_Y.find((y) => y[0] === first),
);

/** True when the 32 bytes at `at` encode a point of order 1, 2, 4 or 8, in any spelling. */
export function isSmallOrder(bytes: Uint8Array, at = 0): boolean {
  const y = BY_FIRST_BYTE[bytes[at]!];
  if (y === undefined) return false;
  for (let i = 1; i < 31; i++) if (bytes[at + i] !== y[i]) return false;
  return (bytes[at + 31]! & 0x7f) === y[31];
}

/** True when the y coordinate is below p = 2^255 − 19 (RFC 8032 §5.1.3 step 1). */
export function isCanonicalPoint(bytes: Uint8Array): boolean {
  if (bytes[0]! < 0xed || (bytes[31]! & 0x7f) !== 0x7f) return true;
  for (let i = 1; i < 31; i++) if (bytes[i] !== 0xff) return true;
  return false;
}

/** What must hold before any curve arithmetic. S < L is left to the verifier: RFC 8032 demands it and both twins check it. */
export const passesStrictChecks = (publicKey: Uint8Array, signature: Uint8Array): boolean =>
  signature.length === SIGNATURE_BYTES && isStrictKey(publicKey) && !isSmallOrder(signature);

/** Whether a public key may be registered. That it decodes to a point is the verifier's to say. */
export const isStrictKey = (publicKey: Uint8Array): boolean =>
  publicKey.length === PUBLIC_KEY_BYTES && isCanonicalPoint(publicKey) && !isSmallOrder(publicKey);
