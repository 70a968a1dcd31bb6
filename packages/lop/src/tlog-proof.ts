/** C2SP tlog-proof@v1: one text that proves, offline, that an entry is in a log. */
import { equal, fromUtf8, utf8 } from "./bytes.ts";
import { openCheckpoint, readDecimal, readHash } from "./checkpoint.ts";
import type { Crypto } from "./crypto.ts";
import { HASH_BYTES, inclusionRoot, leafHash, PROOF_MAX_HASHES } from "./merkle.ts";
import { type Refusal, refuse } from "./refusal.ts";

const HEADER = "c2sp.org/tlog-proof@v1";
/** Longer texts are refused unread. */
export const TLOG_PROOF_MAX_CHARS = 128 * 1024;

export interface TlogProof {
  readonly index: bigint;
  /** Leaf's sibling first. */
  readonly path: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
  /** Opaque, covered by no signature: never trust it. We write none. */
  readonly extra: string | null;
}

export function tlogProofText(index: number, path: readonly Uint8Array[], checkpoint: string): string {
  return `${HEADER}\nindex ${index}\n${hashLines(path)}\n${checkpoint}`;
}

const LETTERS = utf8("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

/** Each hash as a line of base64. Written out here: making a proof is mostly this, and btoa takes four times as long. */
function hashLines(hashes: readonly Uint8Array[]): string {
  const text = new Uint8Array(hashes.length * HASH_LINE_BYTES);
  let at = 0;
  for (const hash of hashes) {
    for (let i = 0; i < HASH_BYTES; i += 3) {
      const word = (hash[i]! << 16) | ((hash[i + 1] ?? 0) << 8) | (hash[i + 2] ?? 0);
      text[at++] = LETTERS[word >> 18]!;
      text[at++] = LETTERS[(word >> 12) & 63]!;
      text[at++] = LETTERS[(word >> 6) & 63]!;
      text[at++] = LETTERS[word & 63]!;
    }
    text[at - 1] = 0x3d; // 32 bytes leave one "=".
    text[at++] = 0x0a;
  }
  return fromUtf8(text);
}
const HASH_LINE_BYTES = 45;

/** Null when the text has not exactly the form. */
export function readTlogProof(text: string): TlogProof | null {
  const blank = text.indexOf("\n\n");
  if (text.length > TLOG_PROOF_MAX_CHARS || blank < 0) return null;
  const lines = text.slice(0, blank).split("\n");
  if (lines.shift() !== HEADER) return null;
  const extra = lines[0]?.startsWith("extra ") ? lines.shift()!.slice("extra ".length) : null;
  const indexLine = lines.shift() ?? "";
  const index = indexLine.startsWith("index ") ? readDecimal(indexLine.slice("index ".length)) : null;
  const path = lines.map(readHash);
  if (index === null || path.length > PROOF_MAX_HASHES || path.some((hash) => hash === null)) return null;
  return { index, path: path as Uint8Array[], checkpoint: text.slice(blank + 2), extra };
}

/**
 * That `leaf` (the entry's bytes) is in the log with this origin and key. Pure.
 * Refusals are `proof-invalid`, and the sentence names the part.
 */
export function verifyTlogProof(
  crypto: Crypto,
  proofText: string,
  leaf: Uint8Array,
  log: { origin: string; publicKey: Uint8Array },
): { index: number; size: number } | Refusal {
  const proof = readTlogProof(proofText);
  if (proof === null) return refuse("proof-invalid", "The ledger part is not a c2sp.org/tlog-proof@v1 text.");
  const opened = openCheckpoint(crypto, proof.checkpoint, log);
  if (opened === null)
    return refuse("proof-invalid", `The checkpoint is not signed by the ledger ${JSON.stringify(log.origin)}.`);
  const { size, root } = opened.checkpoint;
  const found = inclusionRoot(crypto, { index: proof.index, size, leaf: leafHash(crypto, leaf), proof: proof.path });
  if (found === null || !equal(found, root))
    return refuse("proof-invalid", `The entry is not at index ${proof.index} of the signed ledger of ${size} entries.`);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) return refuse("proof-invalid", "The ledger is larger than 2^53 entries.");
  return { index: Number(proof.index), size: Number(size) };
}
