/**
 * A frozen machine as bytes that only the key opens (AES-256-GCM, NIST SP 800-38D). Destroying the key destroys the snapshot,
 * wherever copies of it lie. Format: docs/formats/crucible.md.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type Refusal, refuse, utf8 } from "lop";
import { changesOf, type Extent, type SparseMemory } from "./vm-memory.ts";

const MAGIC = utf8("axiom-vm/2\n");
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

export interface FrozenMachine {
  readonly state: Uint8Array;
  /** Where the memory is no longer the template's. */
  readonly changes: readonly Extent[];
  readonly ram_bytes: number;
  /** Digest of the template that the machine is a clone of. */
  readonly template: string;
}

/**
 * Head: magic, nonce, then ciphertext of `u32 length, JSON, state, pieces`, then the tag. Most of a clone's memory stays as its
 * template's, which is kept anyway and is nobody's secret: only what differs is sealed.
 */
export function sealMachine(
  key: Uint8Array,
  memory: number,
  template: { readonly digest: string; readonly memory: SparseMemory },
  state: Uint8Array,
): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(MAGIC);
  const parts: Uint8Array[] = [MAGIC, nonce];
  const put = (bytes: Uint8Array): void => void parts.push(cipher.update(bytes));
  put(counted(utf8(JSON.stringify({ template: template.digest, ram_bytes: template.memory.size_bytes }))));
  put(counted(state));
  for (const { offset, bytes } of changesOf(memory, template.memory)) {
    put(pieceHead(offset, bytes.length));
    put(bytes);
  }
  put(pieceHead(0, 0));
  parts.push(cipher.final(), cipher.getAuthTag());
  return Buffer.concat(parts);
}

/** @returns a refusal for another key and for any changed byte. */
export function openMachine(key: Uint8Array, sealed: Uint8Array): FrozenMachine | Refusal {
  const start = MAGIC.length + NONCE_BYTES;
  const bad = refuse("snapshot-invalid", "the snapshot is damaged, or its key is not this one");
  if (sealed.length < start + TAG_BYTES || !Buffer.from(sealed.subarray(0, MAGIC.length)).equals(MAGIC)) return bad;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(MAGIC.length, start));
  decipher.setAAD(MAGIC);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const plain = Buffer.concat([decipher.update(sealed.subarray(start, -TAG_BYTES)), decipher.final()]);
    return readMachine(plain);
  } catch {
    return bad;
  }
}

const counted = (bytes: Uint8Array): Uint8Array => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

function pieceHead(offset: number, length: number): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeBigUInt64BE(BigInt(offset));
  head.writeUInt32BE(length, 8);
  return head;
}

function readMachine(plain: Buffer): FrozenMachine {
  let at = 0;
  const take = (length: number): Buffer => {
    at += length;
    return plain.subarray(at - length, at);
  };
  const head = JSON.parse(take(take(4).readUInt32BE()).toString()) as { template: string; ram_bytes: number };
  const state = take(take(4).readUInt32BE());
  const changes: Extent[] = [];
  for (;;) {
    const piece = take(12);
    const length = piece.readUInt32BE(8);
    if (length === 0) return { ...head, state, changes };
    changes.push({ offset: Number(piece.readBigUInt64BE()), bytes: take(length) });
  }
}
