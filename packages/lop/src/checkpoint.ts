/** C2SP tlog-checkpoint: origin, size and root as the text of a signed note. */
import { fromBase64, toBase64 } from "./bytes.ts";
import type { Crypto, Signer } from "./crypto.ts";
import { HASH_BYTES } from "./merkle.ts";
import { isKeyName, NOTE_ED25519, type Note, type NoteKey, signNote, splitNote, verifyNote } from "./note.ts";

export interface Checkpoint {
  readonly origin: string;
  /** Up to 2^64 − 1. */
  readonly size: bigint;
  readonly root: Uint8Array;
  /** Lines after the root, without newlines; we write none and keep those of others. */
  readonly extensions: readonly string[];
}

export const checkpointText = (origin: string, size: number | bigint, root: Uint8Array): string =>
  `${origin}\n${size}\n${toBase64(root)}\n`;

/** Signed under the origin as the key's name, as C2SP asks of logs. */
export const signCheckpoint = (
  crypto: Pick<Crypto, "sha256">,
  signer: Signer,
  o: { origin: string; size: number; root: Uint8Array },
): string => signNote(crypto, signer, o.origin, checkpointText(o.origin, o.size, o.root));

export const isOrigin = isKeyName;

/** Null when the text is not one. */
export function readCheckpointText(text: string): Checkpoint | null {
  const lines = text.split("\n");
  if (lines.pop() !== "" || lines.length < 3 || lines.some((line) => line === "")) return null;
  const [origin, sizeText, rootText, ...extensions] = lines as [string, string, string, ...string[]];
  const size = readDecimal(sizeText);
  const root = readHash(rootText);
  return size === null || root === null ? null : { origin, size, root, extensions };
}

/** Who signs a log's checkpoints. Keys that were rotated away still vouch for what they signed. */
export interface CheckpointKeys {
  readonly origin: string;
  readonly publicKey: Uint8Array;
  readonly formerKeys?: readonly Uint8Array[];
}

/** The checkpoint and its note, when a key of the log has signed it; null otherwise. */
export function openCheckpoint(
  crypto: Crypto,
  note: string | Uint8Array,
  log: CheckpointKeys,
): { checkpoint: Checkpoint; note: Note } | null {
  const parts = splitNote(note);
  const checkpoint = parts === null ? null : readCheckpointText(parts.text);
  if (parts === null || checkpoint === null || checkpoint.origin !== log.origin) return null;
  const signed = [log.publicKey, ...(log.formerKeys ?? [])].some((publicKey) => {
    const key: NoteKey = { name: log.origin, type: NOTE_ED25519, publicKey };
    return verifyNote(crypto, parts, key);
  });
  return signed ? { checkpoint, note: parts } : null;
}

/** An unsigned 64-bit decimal without leading zeros. */
export function readDecimal(text: string): bigint | null {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text)) return null;
  const value = BigInt(text);
  return value < 1n << 64n ? value : null;
}

/** One SHA-256 hash in canonical base64. */
export function readHash(text: string): Uint8Array | null {
  if (text.length !== 44) return null;
  try {
    const bytes = fromBase64(text);
    return bytes.length === HASH_BYTES ? bytes : null;
  } catch {
    return null;
  }
}
