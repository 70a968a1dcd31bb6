/** One record of a segment (docs/formats/ledger.md, "Record"): what is written, and reading it back without trust. */
import { crc32c } from "./crc32c.ts";

export const RECORD_HEADER_BYTES = 17;
/** An entry bundle's length field has 16 bits (C2SP tlog-tiles). */
export const ENTRY_MAX_BYTES = 65_535;
/** Heads and checkpoints carry a signed note. */
export const RECORD_MAX_BODY_BYTES = 65_535;

export const KIND = { entry: 1, checkpoint: 2, head: 3 } as const;
export type RecordKind = (typeof KIND)[keyof typeof KIND];

export interface LedgerRecord {
  readonly kind: RecordKind;
  /** Entry: its index. Checkpoint: the tree's size. Head: where the segment starts. */
  readonly number: number;
  readonly body: Uint8Array;
  /** Header and body. */
  readonly size_bytes: number;
}

/** Writes the record at `at`; the body may already stand there. Returns where the next one goes. */
export function putRecord(into: Uint8Array, at: number, kind: RecordKind, number: number, body: Uint8Array): number {
  const end = at + RECORD_HEADER_BYTES + body.length;
  into[at + 4] = kind;
  into[at + 5] = body.length >>> 16;
  into[at + 6] = body.length >>> 8;
  into[at + 7] = body.length;
  putNumber(into, at + 8, number);
  // A zero before the body: byte 16 and the body together are what RFC 6962 hashes into a leaf, without a copy.
  into[at + 16] = 0;
  into.set(body, at + RECORD_HEADER_BYTES);
  putWord(into, at, crc32c(into, at + 4, end));
  return end;
}

/** The record at `at`; null when no sound record stands there whole. */
export function readRecord(from: Uint8Array, at: number): LedgerRecord | null {
  const kind = from[at + 4];
  if (at + RECORD_HEADER_BYTES > from.length || (kind !== 1 && kind !== 2 && kind !== 3) || from[at + 16] !== 0)
    return null;
  const length = recordBodyBytes(from, at);
  const end = at + RECORD_HEADER_BYTES + length;
  if (length > RECORD_MAX_BODY_BYTES || end > from.length) return null;
  if (crc32c(from, at + 4, end) !== getWord(from, at)) return null;
  const number = getNumber(from, at + 8);
  if (number === null) return null;
  return { kind, number, body: from.subarray(at + RECORD_HEADER_BYTES, end), size_bytes: end - at };
}

/** The note in a checkpoint or a head. Bytes that are no text give a note that nobody has signed. */
export const noteOf = ({ body }: LedgerRecord): string => new TextDecoder().decode(body);

/** What the length field says, believed or not; `from` must hold the header. */
export const recordBodyBytes = (from: Uint8Array, at: number): number =>
  (from[at + 5]! << 16) | (from[at + 6]! << 8) | from[at + 7]!;

export function putWord(into: Uint8Array, at: number, word: number): void {
  into[at] = word >>> 24;
  into[at + 1] = word >>> 16;
  into[at + 2] = word >>> 8;
  into[at + 3] = word;
}

export const getWord = (from: Uint8Array, at: number): number =>
  ((from[at]! << 24) | (from[at + 1]! << 16) | (from[at + 2]! << 8) | from[at + 3]!) >>> 0;

/** Big-endian unsigned 64 bits, of which 53 are used. */
export function putNumber(into: Uint8Array, at: number, number: number): void {
  putWord(into, at, Math.floor(number / 0x1_0000_0000));
  putWord(into, at + 4, number >>> 0);
}

/** Null beyond 2^53 − 1. */
export function getNumber(from: Uint8Array, at: number): number | null {
  const high = getWord(from, at);
  return high >= 0x20_0000 ? null : high * 0x1_0000_0000 + getWord(from, at + 4);
}
