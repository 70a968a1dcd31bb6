/**
 * Crypto in plain JavaScript, for browsers and for a second opinion. The library's own `verify` is cofactored; the profile is
 * cofactorless, so the equation is written out here over the library's points: [S]B − [k]A must be R, byte for byte.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { concat, equal } from "./bytes.ts";
import type { Crypto } from "./crypto.ts";
import { passesStrictChecks } from "./strict.ts";

const { Point } = ed25519;
/** Order of the base point's group, RFC 8032 §5.1. */
const L = Point.Fn.ORDER;

export const webCrypto: Crypto = {
  sha256: (bytes) => sha256(bytes),
  verify: (publicKey, message, signature) =>
    passesStrictChecks(publicKey, signature) && equationHolds(publicKey, message, signature),
};

function equationHolds(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const R = signature.subarray(0, 32);
  const S = littleEndian(signature.subarray(32));
  if (S >= L) return false;
  const A = decodePoint(publicKey);
  if (A === null) return false;
  const k = littleEndian(sha512(concat(R, publicKey, message))) % L;
  const expected = Point.BASE.multiplyUnsafe(S).add(A.negate().multiplyUnsafe(k));
  return equal(expected.toBytes(), R);
}

/** Null when the bytes encode no point (RFC 8032 §5.1.3). */
function decodePoint(bytes: Uint8Array): InstanceType<typeof Point> | null {
  try {
    return Point.fromBytes(bytes, false);
  } catch {
    return null;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}
