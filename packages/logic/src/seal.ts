/** Sealed files: bytes that only the holder of a key can read or change unnoticed (docs/formats/memory.md). */
import { type Memory, readMemory, type Sha256, writeMemory } from "./memory.ts";
import { isLogicRefusal, type LogicRefusal } from "./refusal.ts";

export interface Sealer {
  /** @param place where the file belongs: it opens nowhere else. */
  seal(plain: Uint8Array, place: string): Uint8Array;
  /** Refuses as `memory-altered`. */
  open(sealed: Uint8Array, place: string): Uint8Array | LogicRefusal;
}

export const SEALED_HEADER_BYTES = 32;
export const SEALED_TAG_BYTES = 16;
const MAGIC = new TextEncoder().encode("AXSEALED");
const VERSION = 1;

/** @param nonce 12 bytes. */
export function sealedHeader(nonce: Uint8Array): Uint8Array {
  const header = new Uint8Array(SEALED_HEADER_BYTES);
  header.set(MAGIC);
  header[8] = VERSION;
  header.set(nonce, 12);
  return header;
}

/** Null: not a sealed file of this version. */
export function sealedNonce(sealed: Uint8Array): Uint8Array | null {
  const whole = sealed.length >= SEALED_HEADER_BYTES + SEALED_TAG_BYTES;
  const nonce = sealed.subarray(12, 24);
  return whole && sealedHeader(nonce).every((byte, i) => sealed[i] === byte) ? nonce : null;
}

/** A needle's memory as a sealed file. @param owner the needle, or whoever it belongs to. */
export const sealMemory = (memory: Memory, owner: string, sealer: Sealer, sha256: Sha256): Uint8Array =>
  sealer.seal(writeMemory(memory, sha256), `memory ${owner}`);

export function openMemory(sealed: Uint8Array, owner: string, sealer: Sealer, sha256: Sha256): Memory | LogicRefusal {
  const plain = sealer.open(sealed, `memory ${owner}`);
  return isLogicRefusal(plain) ? plain : readMemory(plain, sha256);
}
