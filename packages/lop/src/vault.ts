/** What a keyring needs of its machine, handed in: a slow hash, signers, and a place for one secret. Twin: `keyring-node.ts`. */
import type { Signer } from "./crypto.ts";

/** Cost of Argon2id (RFC 9106), stored beside the salt so that it can be raised later. */
export interface Argon2Cost {
  readonly memory_kib: number;
  readonly passes: number;
  readonly lanes: number;
}

export interface KeyVault {
  /** Cost for new passphrases. */
  readonly cost: Argon2Cost;
  /** 32 bytes, Argon2id over the UTF-8 of the passphrase. */
  derive(passphrase: string, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array>;
  /** Ed25519 signer over a 32-byte seed. */
  signer(seed: Uint8Array): Signer;
  /** The operating system's keyring; null when it has none that answers. */
  readonly secrets: SecretStore | null;
}

/** Secrets by name, kept by the operating system for this user. Each call answers null or false when the store does not. */
export interface SecretStore {
  get(name: string): Promise<Uint8Array | null>;
  set(name: string, secret: Uint8Array): Promise<boolean>;
  remove(name: string): Promise<boolean>;
}
