/** Secret keys in memory, from unlock to lock. */
import type { Chance } from "./chance.ts";
import type { Signer } from "./crypto.ts";
import type { Seeds } from "./keyfile.ts";
import type { KeyRole } from "./manifest.ts";
import type { KeyVault } from "./vault.ts";

export const SEED_BYTES = 32;

/** The lease is one from unlock to lock, also when a key is replaced in between. */
export interface Held {
  readonly seeds: Seeds;
  readonly signers: ReadonlyMap<KeyRole, Signer>;
  readonly lease: Lease;
}
interface Lease {
  ended: boolean;
}

export const freshSeeds = (chance: Chance, roles: readonly KeyRole[]): Seeds =>
  new Map(roles.map((role) => [role, chance.bytes(SEED_BYTES)]));

/** Copies, because the originals are wiped when their holder is dropped, perhaps while these are being written. */
export const copySeeds = (seeds: Seeds): Seeds => new Map([...seeds].map(([role, seed]) => [role, seed.slice()]));

/** Signers that stop when their holder is dropped: a signer kept by somebody must not outlive `lock()`. */
export function hold(vault: KeyVault, seeds: Seeds, lease: Lease = { ended: false }): Held {
  const signers = new Map<KeyRole, Signer>();
  for (const [role, seed] of seeds) {
    const inner = vault.signer(seed);
    const sign = (message: Uint8Array) => {
      if (lease.ended) throw new Error(`the ${role} key was locked; ask the keyring for it again`);
      return inner.sign(message);
    };
    signers.set(role, { keyId: inner.keyId, publicKey: inner.publicKey, sign });
  }
  return { seeds, signers, lease };
}

export function drop(held: Held): void {
  held.lease.ended = true;
  for (const seed of held.seeds.values()) seed.fill(0);
}
