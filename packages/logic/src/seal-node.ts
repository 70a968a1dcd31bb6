/** Sealed files (docs/formats/memory.md) and SHA-256 by node:crypto. */
import { createCipheriv, createDecipheriv, hash, randomBytes } from "node:crypto";
import type { Sha256 } from "./memory.ts";
import { type LogicRefusal, refuse } from "./refusal.ts";
import { SEALED_HEADER_BYTES, SEALED_TAG_BYTES, type Sealer, sealedHeader, sealedNonce } from "./seal.ts";

export const nodeSha256: Sha256 = (bytes) => hash("sha256", bytes, "buffer");

/** @param key 32 bytes, kept by the caller. @throws RangeError on a key of another length. */
export function nodeSealer(key: Uint8Array): Sealer {
  if (key.length !== 32) throw new RangeError(`a key of ${key.length} bytes; 32 are needed`);
  return { seal: (plain, place) => seal(key, plain, place), open: (sealed, place) => open(key, sealed, place) };
}

function seal(key: Uint8Array, plain: Uint8Array, place: string): Uint8Array {
  const nonce = randomBytes(12);
  const header = sealedHeader(nonce);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.concat([header, Buffer.from(place, "utf8")]));
  return Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Uint8Array, sealed: Uint8Array, place: string): Uint8Array | LogicRefusal {
  const altered = refuse("memory-altered", "The sealed file was changed, cut, moved, or sealed under another key.");
  const nonce = sealedNonce(sealed);
  if (nonce === null) return altered;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: SEALED_TAG_BYTES });
  decipher.setAAD(Buffer.concat([sealed.subarray(0, SEALED_HEADER_BYTES), Buffer.from(place, "utf8")]));
  decipher.setAuthTag(sealed.subarray(sealed.length - SEALED_TAG_BYTES));
  const plain = decipher.update(sealed.subarray(SEALED_HEADER_BYTES, sealed.length - SEALED_TAG_BYTES));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    return altered;
  }
}
