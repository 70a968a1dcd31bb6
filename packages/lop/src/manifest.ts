/** The key manifest: which keys speak for a hive, in which role. Signed by the root key. Format: docs/formats/keys.md. */
import { z } from "zod";
import { fromBase64, toBase64, toHex, utf8 } from "./bytes.ts";
import type { Crypto, Signer } from "./crypto.ts";
import { openEnvelope, sealEnvelope } from "./dsse.ts";
import { parseStrict } from "./json.ts";
import { Digest, type Envelope, Instant } from "./record.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";
import { isStrictKey } from "./strict.ts";

export const MANIFEST_PAYLOAD_TYPE = "application/vnd.axiom.keys.v1+json";
/** Of the payload; a manifest in a statement must fit into one ledger entry, and base64 twice makes 16/9 of it. */
export const MANIFEST_MAX_BYTES = 32 * 1024;
export const MANIFEST_MAX_KEYS = 64;
export const MANIFEST_MAX_WHY = 256;

export const KEY_ROLES = ["root", "operator", "hive", "guest", "permit-issuer", "witness"] as const;
export type KeyRole = (typeof KEY_ROLES)[number];
export const KEY_STATUSES = ["active", "retired", "revoked"] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

export const ManifestKey = z.strictObject({
  id: Digest,
  role: z.enum(KEY_ROLES),
  /** 32 raw bytes in base64. */
  public_key: z.string(),
  /** `retired`: what it signed before still counts, new packets are refused. `revoked`: trust nothing of it since `since`. */
  status: z.enum(KEY_STATUSES),
  /** When the status began. */
  since: Instant,
  /** Sentence of who revoked it. */
  why: z.string().max(MANIFEST_MAX_WHY).optional(),
});
export type ManifestKey = z.infer<typeof ManifestKey>;

export const ManifestFields = z.strictObject({
  v: z.literal(1),
  /** Name of the hive, and origin line of its ledger's checkpoints. */
  hive: z.string().regex(/^axiom-hive\/[0-9a-f]{8}$/),
  /** Rises by one with each change. */
  serial: z.int().positive(),
  issued_at: Instant,
  root: z.string(),
  keys: z.array(ManifestKey).min(1).max(MANIFEST_MAX_KEYS),
});
export type ManifestFields = z.infer<typeof ManifestFields>;

export interface KeyDirectory {
  find(keyId: string): { role: KeyRole; publicKey: Uint8Array; status: KeyStatus } | undefined;
}

export interface KeyManifest extends ManifestFields {
  /** Lower-case hex SHA-256 of the payload bytes. */
  readonly id: string;
  readonly rootKeyId: string;
  readonly directory: KeyDirectory;
}

/** The name that a root key gives its hive. */
export const hiveName = (rootKeyId: string): string => `axiom-hive/${rootKeyId.slice(0, 8)}`;

export function writeManifest(root: Signer, fields: ManifestFields): Envelope {
  return sealEnvelope(root, MANIFEST_PAYLOAD_TYPE, utf8(JSON.stringify(ManifestFields.parse(fields))));
}

/**
 * Reads a manifest and checks it against itself: signed by the root that it names, ids are digests of keys, keys strict.
 * @param expectedRoot key id of the root that the caller trusts; without it the manifest only proves its own consistency.
 */
export function readManifest(crypto: Crypto, envelope: Envelope, expectedRoot?: string): KeyManifest | Refusal {
  const fields = readFields(envelope);
  if (isRefusal(fields)) return fields;
  const faults = checkKeys(crypto, fields);
  if (faults !== null) return refuse("packet-malformed", faults);
  const root = fields.keys.find((key) => key.public_key === fields.root)!;
  if (expectedRoot !== undefined && root.id !== expectedRoot)
    return refuse("key-unknown", `The manifest is signed by the root ${root.id}, not by ${expectedRoot}.`);
  const rootKey = fromBase64(root.public_key);
  const opened = openEnvelope(crypto, envelope, MANIFEST_PAYLOAD_TYPE, (id) => (id === root.id ? rootKey : undefined));
  if (isRefusal(opened)) return opened;
  return {
    ...fields,
    id: toHex(crypto.sha256(opened.payload)),
    rootKeyId: root.id,
    directory: directoryOf(fields.keys),
  };
}

/** Fields are read before the signature is checked, because they name the key to check it with; nothing acts on them until then. */
function readFields(envelope: Envelope): ManifestFields | Refusal {
  try {
    const value = parseStrict(fromBase64(envelope.payload), { max_bytes: MANIFEST_MAX_BYTES });
    const fields = ManifestFields.safeParse(value);
    if (fields.success) return fields.data;
    const issue = fields.error.issues[0]!;
    return refuse("packet-malformed", `The key manifest is wrong at "${issue.path.join(".")}": ${issue.message}.`);
  } catch (error) {
    return refuse("packet-malformed", `The key manifest cannot be read: ${(error as Error).message}.`);
  }
}

/**
 * Room for new keys: drops the oldest retired ones, then the oldest revoked ones. A dropped key is unknown, which refuses as
 * well; older proofs and ledger entries carry or name the manifest of their own time. The hive's former keys stay, since they
 * vouch for the ledger's earlier checkpoints. Null when nothing is left to drop.
 */
export function fitManifest(fields: ManifestFields): ManifestFields | null {
  let keys = fields.keys;
  while (keys.length > MANIFEST_MAX_KEYS || utf8(JSON.stringify({ ...fields, keys })).length > MANIFEST_MAX_BYTES) {
    const oldest = oldestOf(keys, "retired") ?? oldestOf(keys, "revoked");
    if (oldest === undefined) return null;
    keys = keys.filter((key) => key !== oldest);
  }
  return { ...fields, keys };
}

/** Public keys that had the role before: retired or revoked. What they signed in their time still stands. */
export const formerKeys = ({ keys }: Pick<ManifestFields, "keys">, role: KeyRole): Uint8Array[] =>
  keys.filter((key) => key.role === role && key.status !== "active").map((key) => fromBase64(key.public_key));

const oldestOf = (keys: readonly ManifestKey[], status: KeyStatus): ManifestKey | undefined =>
  keys
    .filter((key) => key.status === status && key.role !== "hive")
    .toSorted((a, b) => (a.since < b.since ? -1 : 1))[0];

/** First fault among the keys, as a sentence; null when there is none. */
function checkKeys(crypto: Crypto, { hive, root, keys }: ManifestFields): string | null {
  const seen = new Set<string>();
  for (const key of keys) {
    const publicKey = rawKey(key.public_key);
    if (publicKey === null) return `The manifest's key ${key.id} is not a strict Ed25519 key.`;
    if (toHex(crypto.sha256(publicKey)) !== key.id) return `The manifest's key ${key.id} has another digest.`;
    if (seen.has(key.id)) return `The manifest lists the key ${key.id} twice; a key has one role.`;
    seen.add(key.id);
  }
  const roots = keys.filter((key) => key.role === "root");
  if (roots.length !== 1 || roots[0]!.public_key !== root || roots[0]!.status !== "active")
    return "The manifest must list exactly one root key, active, and be signed by it.";
  return hive === hiveName(roots[0]!.id) ? null : `The name ${hive} does not belong to the root ${roots[0]!.id}.`;
}

function rawKey(base64: string): Uint8Array | null {
  try {
    const publicKey = fromBase64(base64);
    return isStrictKey(publicKey) ? publicKey : null;
  } catch {
    return null;
  }
}

function directoryOf(keys: readonly ManifestKey[]): KeyDirectory {
  const rows = new Map(
    keys.map(({ id, role, status, public_key }) => [id, { role, status, publicKey: fromBase64(public_key) }]),
  );
  return { find: (keyId) => rows.get(keyId) };
}

export const manifestKey = (signer: Signer, role: KeyRole, since: string): ManifestKey => ({
  id: signer.keyId,
  role,
  public_key: toBase64(signer.publicKey),
  status: "active",
  since,
});
