/** Reading what stands behind the mark, at start: sound batches are taken, a torn last one is cut, anything else is damage. */
import { KIND, noteOf, RECORD_HEADER_BYTES, readRecord } from "./ledger-record.ts";
import type { LedgerSegments, Segment } from "./ledger-segments.ts";

/** Entries of one batch, ended by its checkpoint. */
export interface FoundBatch {
  readonly entries: readonly { readonly position: number; readonly record: Uint8Array }[];
  readonly checkpoint: string;
  readonly end: number;
}

export interface TornTail {
  readonly position: number;
  readonly bytes: number;
  /** Whole entries in it; none of them was acknowledged. */
  readonly entries: number;
}

export type TailReport =
  /** `head`: the note of the last segment head read, for a ledger without any batch. */
  | { readonly state: "sound"; readonly end: number; readonly head: string; readonly torn: TornTail | null }
  | { readonly state: "damaged"; readonly position: number; readonly why: string };

/**
 * Reads from `position` to the end and hands over each whole batch, in order. A batch is written only after the sync of
 * the one before; so bytes that make no batch are a torn tail if nothing sound stands behind them, and else damage.
 */
export async function readTail(
  segments: LedgerSegments,
  from: { position: number; size: number },
  take: (batch: FoundBatch) => void,
  isOwn: (note: string) => boolean,
): Promise<TailReport> {
  let { position, size } = from;
  let head = "";
  for (const segment of segments.list.filter((s) => s.start + s.capacity > position)) {
    if (position < segment.start) position = segment.start;
    const isLast = segment === segments.last;
    const bytes = await segments.read(position, segment.start + segment.capacity - position);
    const found = readBatches(bytes, { segment, position, size }, take);
    size = found.size;
    head = found.head ?? head;
    const rest = bytes.subarray(found.end - position);
    const used = lastNonZero(rest);
    position = found.end;
    if (used === 0) continue;
    const why = found.why ?? "bytes that belong to no batch";
    if (!isLast || hasLaterBatch(rest, size, isOwn)) return { state: "damaged", position, why };
    return { state: "sound", end: position, head, torn: { position, bytes: used, entries: found.loose } };
  }
  return { state: "sound", end: position, head, torn: null };
}

interface Found {
  readonly end: number;
  readonly size: number;
  readonly loose: number;
  readonly head: string | null;
  readonly why: string | null;
}

function readBatches(
  bytes: Uint8Array,
  at: { segment: Segment; position: number; size: number },
  take: (batch: FoundBatch) => void,
): Found {
  let size = at.size;
  let head: string | null = null;
  let offset = 0;
  let batchStart = 0;
  let entries: { position: number; record: Uint8Array }[] = [];
  const stop = (why: string | null): Found => ({
    end: at.position + batchStart,
    size,
    loose: entries.length,
    head,
    why,
  });
  for (;;) {
    const record = readRecord(bytes, offset);
    if (record === null) return stop(`no sound record at byte ${at.position + offset}`);
    const position = at.position + offset;
    offset += record.size_bytes;
    if (record.kind === KIND.head) {
      if (position !== at.segment.start || record.number !== position) return stop(`a head at byte ${position}`);
      head = noteOf(record);
      batchStart = offset;
      continue;
    }
    if (record.kind === KIND.entry) {
      if (record.number !== size + entries.length)
        return stop(`entry ${record.number} where ${size + entries.length} belongs`);
      entries.push({ position, record: bytes.subarray(offset - record.size_bytes, offset) });
      continue;
    }
    if (record.number !== size + entries.length)
      return stop(`a checkpoint of ${record.number} after entry ${size + entries.length - 1}`);
    size = record.number;
    batchStart = offset;
    take({ entries, checkpoint: noteOf(record), end: at.position + offset });
    entries = [];
  }
}

/**
 * Whether anything sound stands behind the end of a batch that is not among the `size` entries read so far: then that batch
 * was durable once. Its checkpoint must be signed, or an entry could look like one by what somebody put into it.
 */
function hasLaterBatch(rest: Uint8Array, size: number, isOwn: (note: string) => boolean): boolean {
  let ended = Number.POSITIVE_INFINITY;
  for (let at = 0; at + RECORD_HEADER_BYTES <= rest.length; at++) {
    const kind = rest[at + 4];
    if (kind !== KIND.entry && kind !== KIND.checkpoint && kind !== KIND.head) continue;
    const record = readRecord(rest, at);
    if (record === null) continue;
    if (record.number >= ended) return true;
    const ends = record.kind === KIND.checkpoint && record.number > size && isOwn(noteOf(record));
    if (ends) ended = record.number;
    if (ends) at += record.size_bytes - 1;
  }
  return false;
}

/** How many bytes stand before the zeros at the end. Most of a segment is zeros, so they are looked at in words. */
function lastNonZero(bytes: Uint8Array): number {
  const lead = Math.min(bytes.length, (8 - (bytes.byteOffset % 8)) % 8);
  const count = Math.floor((bytes.length - lead) / 8);
  const words = new BigUint64Array(bytes.buffer, bytes.byteOffset + lead, count);
  let end = bytes.length;
  const tail = lead + 8 * count;
  while (end > tail && bytes[end - 1] === 0) end--;
  if (end > tail) return end;
  let word = count;
  while (word > 0 && words[word - 1] === 0n) word--;
  end = lead + 8 * word;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}
