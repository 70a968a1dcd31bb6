/** How the secret files of a keyring are shut: by a passphrase, or by a secret of this machine. */
import { identityOf, recipientOf } from "./agefile.ts";
import { fromBase64, toBase64 } from "./bytes.ts";
import type { Chance } from "./chance.ts";
import type { Disk } from "./disk.ts";
import { SEED_BYTES } from "./held-keys.ts";
import { type KeyringIndex, type PassphraseLock, readMachineSecret, writeMachineSecret } from "./keyfile.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { KeyVault } from "./vault.ts";

export const PASSPHRASE_MAX_LENGTH = 1024;
const SALT_BYTES = 16;

export interface LockParts {
  readonly disk: Disk;
  readonly folder: string;
  readonly chance: Chance;
  readonly vault: KeyVault;
  /** Name of the hive; the account in the OS keyring. */
  readonly hive: string;
}
type MachineLock = NonNullable<KeyringIndex["machine"]>;

export function unfitPassphrase(passphrase: string | null): Refusal | null {
  if (passphrase === null || (passphrase.length > 0 && passphrase.length <= PASSPHRASE_MAX_LENGTH)) return null;
  return refuse("passphrase-unfit", `A passphrase has 1 to ${PASSPHRASE_MAX_LENGTH} characters.`);
}

/** The age identity that a passphrase opens, proved right by its recipient. */
export async function passphraseIdentity(
  vault: KeyVault,
  passphrase: string,
  lock: PassphraseLock,
): Promise<string | Refusal> {
  const identity = await derived(vault, passphrase, lock);
  return (await recipientOf(identity)) === lock.recipient
    ? identity
    : refuse("wrong-passphrase", "The passphrase does not open this keyring.");
}

/** NFC, because one keyboard composes letters and another does not. */
async function derived(vault: KeyVault, passphrase: string, lock: PassphraseLock): Promise<string> {
  return identityOf(await vault.derive(passphrase.normalize("NFC"), fromBase64(lock.salt), lock));
}

/** The age identity that this machine keeps. */
export async function machineIdentity(parts: LockParts, machine: MachineLock | null): Promise<string | Refusal> {
  if (machine === null) return refuse("keys-locked", "This keyring opens with its passphrase only.");
  const { disk, folder, vault, hive } = parts;
  const kept = machine.store === "file" ? readMachineSecret(disk, folder, hive) : vault.secrets?.get(hive);
  const secret = (await kept) ?? null;
  if (secret === null || secret.length !== SEED_BYTES)
    return refuse("keys-missing", `The machine's unlock secret is not in its ${machine.store}.`);
  const identity = identityOf(secret);
  return (await recipientOf(identity)) === machine.recipient
    ? identity
    : refuse("keys-damaged", `The machine's unlock secret in its ${machine.store} was changed.`);
}

/** New locks; a machine's secret that is there already is kept. Without a passphrase the machine must open the keyring. */
export async function freshLocks(
  parts: LockParts,
  passphrase: string | null,
  o: { readonly unattended: boolean; readonly machine: MachineLock | null },
): Promise<Pick<KeyringIndex, "operator" | "machine">> {
  const wanted = passphrase === null || o.unattended;
  const machine = o.machine ?? (wanted ? await machineLock(parts) : null);
  return { machine, operator: passphrase === null ? { how: "machine" } : await passphraseLock(parts, passphrase) };
}

async function passphraseLock({ chance, vault }: LockParts, passphrase: string): Promise<PassphraseLock> {
  const { memory_kib, passes, lanes } = vault.cost;
  const salt = toBase64(chance.bytes(SALT_BYTES));
  const open = { how: "passphrase" as const, recipient: "", salt, memory_kib, passes, lanes };
  return { ...open, recipient: await recipientOf(await derived(vault, passphrase, open)) };
}

/** A random secret where the OS keeps such things, else in a file that only this user may read. */
async function machineLock({ disk, folder, chance, vault, hive }: LockParts): Promise<MachineLock> {
  const secret = chance.bytes(SEED_BYTES);
  const recipient = await recipientOf(identityOf(secret));
  if (await vault.secrets?.set(hive, secret)) return { recipient, store: "os-keyring" };
  await writeMachineSecret(disk, folder, hive, secret);
  return { recipient, store: "file" };
}
