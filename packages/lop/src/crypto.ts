import { toHex } from "./bytes.ts";

/** The two operations that checking needs. Twins: `crypto-node.ts` (node:crypto) and `crypto-web.ts` (pure, for browsers). */
export interface Crypto {
  /** 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /**
   * Ed25519 under the BARK-strict profile (docs/formats/packet.md): cofactorless, canonical S, and neither the key nor R
   * small-order or non-canonical. Same verdict as libsodium on every published vector.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

export interface Signer {
  /** Lower-case hex SHA-256 of the raw public key. */
  readonly keyId: string;
  /** 32 bytes, raw. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** A key's name: lower-case hex SHA-256 of its 32 raw bytes. */
export const keyIdOf = (crypto: Pick<Crypto, "sha256">, publicKey: Uint8Array): string =>
  toHex(crypto.sha256(publicKey));
