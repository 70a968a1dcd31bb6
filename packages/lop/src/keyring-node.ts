/** The keyring's machine: Argon2id from @node-rs/argon2, signers from node:crypto, and the OS keyring when it answers. */
import { nodeSigner } from "./crypto-node.ts";
import type { Argon2Cost, KeyVault, SecretStore } from "./vault.ts";

/** 64 MiB, three passes: about 0.1 s of one core, and 64 MiB for each guess of a thief. */
export const ARGON2_COST: Argon2Cost = { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
/** The OS keyring may ask the user, or hang without a session bus; after this it counts as absent. */
export const SECRET_STORE_TIMEOUT_MS = 3000;
const SERVICE = "axiom-hive";
const ARGON2ID = 2;

export function nodeVault(options: { cost?: Argon2Cost; secrets?: SecretStore | null } = {}): KeyVault {
  return {
    cost: options.cost ?? ARGON2_COST,
    derive: deriveKey,
    signer: nodeSigner,
    secrets: options.secrets === undefined ? osSecrets : options.secrets,
  };
}

/** The library is native code: loaded at the first key, so that verifying and replaying need none. */
async function deriveKey(passphrase: string, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  const { hashRaw } = await import("@node-rs/argon2");
  const options = { memoryCost: cost.memory_kib, timeCost: cost.passes, parallelism: cost.lanes };
  return new Uint8Array(await hashRaw(passphrase, { algorithm: ARGON2ID, salt, ...options, outputLen: 32 }));
}

/** The package is optional and the store may refuse (no session bus, no unlocked collection): both read as "not there". */
const osSecrets: SecretStore = {
  get: async (name) => {
    const secret = await ask(name, (entry, signal) => entry.getSecret(signal));
    return secret === null ? null : Uint8Array.from(secret);
  },
  set: async (name, secret) => (await ask(name, (entry, signal) => entry.setSecret(secret, signal).then(yes))) ?? false,
  remove: async (name) => (await ask(name, (entry, signal) => entry.deleteCredential(signal).then(yes))) ?? false,
};
const yes = () => true;

type Entry = InstanceType<typeof import("@napi-rs/keyring").AsyncEntry>;

async function ask<T>(name: string, question: (entry: Entry, signal: AbortSignal) => Promise<T>): Promise<T | null> {
  try {
    const { AsyncEntry } = await import("@napi-rs/keyring");
    const signal = AbortSignal.timeout(SECRET_STORE_TIMEOUT_MS);
    const late = new Promise<null>((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
    return await Promise.race([question(new AsyncEntry(SERVICE, name), signal), late]);
  } catch {
    return null;
  }
}
