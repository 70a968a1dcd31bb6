/** The keyring's files, in and out: `keyring.json` (public, the commit point) and two age files of secrets. Format: docs/formats/keys.md. */
import { z } from "zod";
import { decryptWith, encryptTo } from "./agefile.ts";
import { fromBase64, fromUtf8, toBase64, utf8 } from "./bytes.ts";
import { type Disk, DiskError } from "./disk.ts";
import { prettyText } from "./json.ts";
import { KEY_ROLES, type KeyRole } from "./manifest.ts";
import { Envelope } from "./record.ts";
import { type Refusal, refuse } from "./refusal.ts";

export const KEYRING_FILE = "keyring.json";
/** Named after its hive, so that a new keyring does not take the old one's lock before it is whole. */
const machineFile = (hive: string): string => `machine-${hive.split("/")[1]}.key`;
export const KEYRING_MAX_BYTES = 128 * 1024;
/** Bounds on what a header may ask of us; a changed one must not make the machine swap for an hour. */
export const ARGON2_MAX_MEMORY_KIB = 1024 * 1024;
export const ARGON2_MAX_PASSES = 16;
export const ARGON2_MAX_LANES = 16;
const SECRET_MODE = 0o600;

export const OPERATOR_ROLES: readonly KeyRole[] = ["root", "operator"];

const AgeRecipient = z.string().regex(/^age1[0-9a-z]{58}$/);
const PassphraseLock = z.strictObject({
  how: z.literal("passphrase"),
  recipient: AgeRecipient,
  /** 16 bytes in base64. */
  salt: z.string(),
  memory_kib: z.int().min(8).max(ARGON2_MAX_MEMORY_KIB),
  passes: z.int().min(1).max(ARGON2_MAX_PASSES),
  lanes: z.int().min(1).max(ARGON2_MAX_LANES),
});
export type PassphraseLock = z.infer<typeof PassphraseLock>;

const MACHINE_NAME = /^machine-[0-9a-f]{8}\.key$/;
const AgeName = z.string().regex(/^(operator|hive)-\d{1,9}\.age$/);
export const KeyringIndex = z.strictObject({
  v: z.literal(1),
  /** Rises with each change; part of the secret files' names. */
  generation: z.int().positive(),
  manifest: Envelope,
  operator: z.union([PassphraseLock, z.strictObject({ how: z.literal("machine") })]),
  /** The machine's own lock on the hive's keys; null when only the passphrase opens them. */
  machine: z.strictObject({ recipient: AgeRecipient, store: z.enum(["os-keyring", "file"]) }).nullable(),
  files: z.strictObject({ operator: AgeName, hive: AgeName }),
});
export type KeyringIndex = z.infer<typeof KeyringIndex>;

const SecretFile = z.strictObject({
  v: z.literal(1),
  keys: z.array(z.strictObject({ role: z.enum(KEY_ROLES), seed: z.string() })).max(KEY_ROLES.length),
});

/** Ed25519 seeds by role. */
export type Seeds = Map<KeyRole, Uint8Array>;

export async function readIndex(disk: Disk, folder: string): Promise<KeyringIndex | Refusal> {
  const bytes = await readOrNull(disk, `${folder}/${KEYRING_FILE}`);
  if (bytes === null) return refuse("keys-missing", `There is no ${KEYRING_FILE} in ${folder}.`);
  try {
    if (bytes.length > KEYRING_MAX_BYTES) throw new RangeError(`more than ${KEYRING_MAX_BYTES} bytes`);
    const index = KeyringIndex.parse(JSON.parse(fromUtf8(bytes)));
    if (prettyText(index) !== fromUtf8(bytes)) throw new SyntaxError("not the spelling that the keyring writes");
    return index;
  } catch (error) {
    return refuse("keys-damaged", `${KEYRING_FILE} cannot be read: ${(error as Error).message.split("\n")[0]}.`);
  }
}

export const writeIndex = (disk: Disk, folder: string, index: KeyringIndex): Promise<void> =>
  disk.writeAtomic(`${folder}/${KEYRING_FILE}`, utf8(prettyText(index)), SECRET_MODE);

export async function writeSeeds(disk: Disk, path: string, recipients: readonly string[], seeds: Seeds): Promise<void> {
  const keys = [...seeds].map(([role, seed]) => ({ role, seed: toBase64(seed) }));
  const plain = utf8(JSON.stringify({ v: 1, keys }));
  await disk.writeAtomic(path, await encryptTo(recipients, plain), SECRET_MODE);
  plain.fill(0);
}

export async function readSeeds(disk: Disk, path: string, identity: string): Promise<Seeds | Refusal> {
  const file = await readOrNull(disk, path);
  if (file === null) return refuse("keys-missing", `The key file ${path} is gone.`);
  const plain = file.length <= KEYRING_MAX_BYTES ? await decryptWith(identity, file) : null;
  if (plain === null) return refuse("keys-damaged", `The key file ${path} was changed: it does not decrypt.`);
  try {
    const { keys } = SecretFile.parse(JSON.parse(fromUtf8(plain)));
    return new Map(keys.map(({ role, seed }) => [role, fromBase64(seed)]));
  } catch {
    return refuse("keys-damaged", `The key file ${path} does not hold what the keyring wrote.`);
  } finally {
    plain.fill(0);
  }
}

/** Removes secret files that no index points at: what a crash between two generations leaves. */
export async function removeStale(
  disk: Disk,
  folder: string,
  files: KeyringIndex["files"],
  hive: string,
): Promise<void> {
  const kept = [files.operator, files.hive, machineFile(hive)];
  for (const name of await disk.list(folder))
    if ((AgeName.safeParse(name).success || MACHINE_NAME.test(name)) && !kept.includes(name))
      await disk.remove(`${folder}/${name}`);
}

/** What the disk threw, as a refusal. @throws everything else. */
export function diskRefusal(error: unknown): Refusal {
  if (!(error instanceof DiskError)) throw error;
  return refuse(
    error.code === "full" ? "disk-full" : "keys-unwritable",
    `The disk refused the keys: ${error.message}.`,
  );
}

export async function readOrNull(disk: Disk, path: string): Promise<Uint8Array | null> {
  try {
    return await disk.read(path);
  } catch (error) {
    if (error instanceof DiskError && error.code === "not-found") return null;
    throw error;
  }
}

export const writeMachineSecret = (disk: Disk, folder: string, hive: string, secret: Uint8Array): Promise<void> =>
  disk.writeAtomic(`${folder}/${machineFile(hive)}`, utf8(`${toBase64(secret)}\n`), SECRET_MODE);

export async function readMachineSecret(disk: Disk, folder: string, hive: string): Promise<Uint8Array | null> {
  const bytes = await readOrNull(disk, `${folder}/${machineFile(hive)}`);
  try {
    return bytes === null ? null : fromBase64(fromUtf8(bytes).trimEnd());
  } catch {
    return null;
  }
}
