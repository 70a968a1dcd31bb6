/** Crypto on node:crypto. Key objects are kept by their bytes, since parsing a key costs as much as half a verification. */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";
import { toHex } from "./bytes.ts";
import type { Crypto, Signer } from "./crypto.ts";
import { passesStrictChecks } from "./strict.ts";

/** Parsed public keys kept; the oldest is dropped first. */
export const KEY_CACHE_MAX = 1024;

const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex"); // RFC 8410 §4
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex"); // RFC 8410 §7
const parsed = new Map<string, KeyObject>();

export const nodeCrypto: Crypto = {
  sha256: (bytes) => new Uint8Array(hash("sha256", bytes, "buffer")),
  verify: (publicKey, message, signature) =>
    passesStrictChecks(publicKey, signature) && verify(null, message, keyObject(publicKey), signature),
};

function keyObject(publicKey: Uint8Array): KeyObject {
  const raw = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length);
  const name = raw.toString("latin1");
  const kept = parsed.get(name);
  if (kept !== undefined) return kept;
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: "der", type: "spki" });
  if (parsed.size >= KEY_CACHE_MAX) parsed.delete(parsed.keys().next().value!);
  parsed.set(name, key);
  return key;
}

/** Signer over a 32-byte Ed25519 seed (RFC 8032 §5.1.5). The seed is copied; wipe yours. @throws RangeError on another length. */
export function nodeSigner(seed: Uint8Array): Signer {
  if (seed.length !== 32) throw new RangeError(`an Ed25519 seed has 32 bytes, not ${seed.length}`);
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  der.fill(0);
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  const publicKey = new Uint8Array(spki.subarray(SPKI_PREFIX.length));
  return {
    keyId: toHex(nodeCrypto.sha256(publicKey)),
    publicKey,
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}
