/** Opening a ledger: from the mark on, or from the beginning when there is no sound mark. */
import { equal, utf8 } from "./bytes.ts";
import { openCheckpoint, signCheckpoint } from "./checkpoint.ts";
import type { Clock } from "./clock.ts";
import type { Crypto, Signer } from "./crypto.ts";
import { type Disk, DiskError, type DiskFile, type DiskLock } from "./disk.ts";
import { type LedgerMark, readMark } from "./ledger-mark.ts";
import { RECORD_HEADER_BYTES } from "./ledger-record.ts";
import { readTail, type TornTail } from "./ledger-recover.ts";
import { LedgerSegments, SEGMENT_SIZES, type Segment, type SegmentSizes } from "./ledger-segments.ts";
import { LedgerTiles } from "./ledger-tiles.ts";
import { LedgerTree } from "./ledger-tree.ts";
import { emptyRoot } from "./merkle.ts";
import { type Refusal, refuse } from "./refusal.ts";

export interface LedgerOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly crypto: Crypto;
  /** The key of the checkpoints. */
  readonly signer: Signer;
  /** The ledger's name in its checkpoints. */
  readonly origin: string;
  readonly clock: Clock;
  readonly segmentSizes?: SegmentSizes;
  readonly mark_every_entries?: number;
}

/** What a start had to mend; null when nothing. */
export interface LedgerRepair {
  /** The last batch, neither acknowledged nor whole, that was cut off. Its bytes are kept in `torn-POSITION`. */
  readonly torn: TornTail | null;
  /** Tiles and positions were made again from all segments, because the mark or they were not sound. */
  readonly rebuilt: boolean;
}

/** The state of the ledger as its latest checkpoint signs it. */
export interface Durable {
  readonly size: number;
  readonly note: string;
  /** Where the next batch goes. */
  readonly position: number;
}

export interface Current {
  readonly segment: Segment;
  readonly file: DiskFile;
}

interface Stores {
  readonly segments: LedgerSegments;
  readonly tiles: LedgerTiles;
  readonly tree: LedgerTree;
}

export interface OpenParts extends Stores {
  readonly lock: DiskLock;
  readonly durable: Durable;
  readonly current: Current;
  /** Entries below the mark. */
  readonly marked: number;
  readonly repaired: LedgerRepair | null;
}

/** Bytes of the record that begins a segment. */
export const headBytes = (note: string): number => RECORD_HEADER_BYTES + utf8(note).length;

export async function openParts(o: LedgerOptions, lock: DiskLock): Promise<OpenParts | Refusal> {
  const segments = await LedgerSegments.open(o.disk, `${o.folder}/segments`, o.segmentSizes ?? SEGMENT_SIZES);
  const markPath = `${o.folder}/mark`;
  const mark = await readMark(o.disk, markPath, o.crypto);
  const hasMark = await o.disk.exists(markPath);
  const isNew = segments.last === undefined && !hasMark;
  if (isNew) await begin(o, segments);
  if (segments.last === undefined || segments.gap() !== null)
    return refuse("ledger-damaged", `A segment is missing at byte ${segments.gap() ?? 0}.`);
  const { stores, from, rebuilt } = await startingPoint(o, segments, mark, hasMark);
  const read = await readOn(o, stores, from);
  if ("refused" in read) return read;
  if (mark !== null && mark.position > read.durable.position)
    return refuse(
      "ledger-damaged",
      `The segments end at byte ${read.durable.position}, before byte ${mark.position}, which was durable.`,
    );
  const repaired = read.torn === null && !rebuilt ? null : { torn: read.torn, rebuilt };
  const current = { segment: segments.last, file: await segments.file(segments.last) };
  return { ...stores, lock, durable: read.durable, current, marked: from.size, repaired };
}

/** A new ledger: one segment whose head signs the empty tree. */
async function begin(o: LedgerOptions, segments: LedgerSegments): Promise<void> {
  const root = emptyRoot(o.crypto);
  await segments.rotate(signCheckpoint(o.crypto, o.signer, { origin: o.origin, size: 0, root }), 0);
}

interface From {
  readonly position: number;
  readonly size: number;
  readonly note: string;
}

async function startingPoint(
  o: LedgerOptions,
  segments: LedgerSegments,
  mark: LedgerMark | null,
  hasMark: boolean,
): Promise<{ stores: Stores; from: From; rebuilt: boolean }> {
  const tiles = new LedgerTiles(o.disk, `${o.folder}/tiles`);
  const make = () => new LedgerTree(o.crypto, (level, index, bytes) => tiles.addTile(level, index, bytes));
  if (mark !== null && (await standsBefore(segments, mark))) {
    const tree = make();
    const size = takeMark(o, mark, tree);
    if (size !== null && (await tiles.open(size)))
      return { stores: { segments, tiles, tree }, from: { ...mark, size, note: mark.checkpoint }, rebuilt: false };
  }
  await tiles.open(0);
  return { stores: { segments, tiles, tree: make() }, from: { position: 0, size: 0, note: "" }, rebuilt: hasMark };
}

/** The mark's size when its rows hash to what its checkpoint signs; the tree then holds them. */
function takeMark(o: LedgerOptions, mark: LedgerMark, tree: LedgerTree): number | null {
  const checkpoint = ownCheckpoint(o, mark.checkpoint);
  if (checkpoint === null || !tree.restore(checkpoint.size, mark.rows)) return null;
  return equal(tree.root(), checkpoint.root) ? checkpoint.size : null;
}

function ownCheckpoint(o: LedgerOptions, note: string): { size: number; root: Uint8Array } | null {
  const opened = openCheckpoint(o.crypto, note, { origin: o.origin, publicKey: o.signer.publicKey });
  return opened === null ? null : { size: Number(opened.checkpoint.size), root: opened.checkpoint.root };
}

/** Whether the record before the mark's position is the one that carries its checkpoint. */
async function standsBefore(segments: LedgerSegments, mark: LedgerMark): Promise<boolean> {
  const note = utf8(mark.checkpoint);
  const segment = segments.holding(mark.position - 1);
  if (segment === undefined || mark.position > segment.start + segment.capacity) return false;
  const record = await segments.record(mark.position - note.length - RECORD_HEADER_BYTES);
  return record !== null && equal(record.body, note);
}

/** Takes in what stands behind `from`; cuts a torn tail; makes sure that what was read is durable before more is built on it. */
async function readOn(
  o: LedgerOptions,
  { segments, tiles, tree }: Stores,
  from: From,
): Promise<{ durable: Durable; torn: TornTail | null } | Refusal> {
  let note = from.note;
  const tail = await readTail(segments, from, (batch) => {
    for (const { position, record } of batch.entries) {
      tree.append(o.crypto.sha256(record.subarray(RECORD_HEADER_BYTES - 1)));
      tiles.addPosition(position);
    }
    note = batch.checkpoint;
  });
  if (tail.state === "damaged")
    return refuse("ledger-damaged", `Damage at byte ${tail.position}, and sound entries behind it: ${tail.why}.`);
  note = note === "" ? tail.head : note;
  const checkpoint = ownCheckpoint(o, note);
  if (checkpoint === null)
    return refuse("ledger-damaged", `The checkpoint before byte ${tail.end} is not signed by this ledger's key.`);
  if (checkpoint.size !== tree.size || !equal(checkpoint.root, tree.root()))
    return refuse(
      "ledger-damaged",
      `The entries before byte ${tail.end} do not hash to the root that is signed over them.`,
    );
  if (tail.torn !== null) await cut(o, segments, tail.torn);
  await segments.settle();
  const last = segments.last!;
  return { durable: { size: tree.size, note, position: Math.max(tail.end, last.start) }, torn: tail.torn };
}

/** Keeps the bytes for whoever wants to look, then puts zeros in their place. */
async function cut(o: LedgerOptions, segments: LedgerSegments, torn: TornTail): Promise<void> {
  const segment = segments.holding(torn.position)!;
  const bytes = await segments.read(torn.position, torn.bytes);
  await o.disk.writeAtomic(`${o.folder}/torn-${torn.position}`, bytes);
  await (await segments.file(segment)).writeDurably(torn.position - segment.start, new Uint8Array(torn.bytes));
}

/** What a failure means to a caller. One that is not the disk's is our own fault: it stops the ledger too, and says so. */
export function failureRefusal(error: unknown): Refusal {
  if (!(error instanceof DiskError)) return refuse("ledger-unwritable", `The ledger failed: ${String(error)}.`);
  if (error.code === "full") return refuse("disk-full", `The disk of the ledger is full: ${error.message}.`);
  return refuse("ledger-unwritable", `The disk of the ledger failed: ${error.message}.`);
}
