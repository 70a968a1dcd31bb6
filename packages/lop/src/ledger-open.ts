/** Opening a ledger: from the mark on, or from the beginning when there is no sound mark. */
import { equal, utf8 } from "./bytes.ts";
import { openCheckpoint, signCheckpoint } from "./checkpoint.ts";
import type { Clock } from "./clock.ts";
import type { Crypto, Signer } from "./crypto.ts";
import { type Disk, DiskError, type DiskFile, type DiskLock } from "./disk.ts";
import { type LedgerMark, readMark } from "./ledger-mark.ts";
import { RECORD_HEADER_BYTES } from "./ledger-record.ts";
import { type FoundBatch, readTail, type TornTail } from "./ledger-recover.ts";
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
  /** Public keys that signed earlier checkpoints, before the signer's took over. */
  readonly formerKeys?: readonly Uint8Array[];
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

/** Locks the folder and reads the ledger; lets go of everything when it refuses or fails. */
export async function openParts(o: LedgerOptions): Promise<OpenParts | Refusal> {
  await o.disk.makeFolder(o.folder);
  const lock = await o.disk.lock(`${o.folder}/lock`);
  if (lock === null) return refuse("home-in-use", `Another process writes the ledger in ${o.folder}.`);
  const segments = new LedgerSegments(o.disk, `${o.folder}/segments`, o.segmentSizes ?? SEGMENT_SIZES);
  const tiles = new LedgerTiles(o.disk, `${o.folder}/tiles`);
  let parts: Read | Refusal | null = null;
  try {
    parts = await read(o, segments, tiles);
  } finally {
    if (parts === null || "refused" in parts) {
      await segments.close();
      await tiles.close();
      await lock.release();
    }
  }
  return "refused" in parts ? parts : { ...parts, segments, tiles, lock };
}

type Read = Omit<OpenParts, "segments" | "tiles" | "lock">;

async function read(o: LedgerOptions, segments: LedgerSegments, tiles: LedgerTiles): Promise<Read | Refusal> {
  await segments.open();
  const markPath = `${o.folder}/mark`;
  const mark = await readMark(o.disk, markPath, o.crypto);
  const hasMark = await o.disk.exists(markPath);
  if (segments.last === undefined && !hasMark) await begin(o, segments);
  if (segments.last === undefined || segments.gap() !== null)
    return refuse("ledger-damaged", `A segment is missing at byte ${segments.gap() ?? 0}.`);
  const { tree, from } = await startingPoint(o, segments, tiles, mark);
  const tail = await readOn(o, { segments, tiles, tree }, from);
  if ("refused" in tail) return tail;
  const { durable, torn } = tail;
  if (mark !== null && mark.position > durable.position) {
    const why = `The segments end at byte ${durable.position}, before byte ${mark.position}, which was durable.`;
    return refuse("ledger-damaged", why);
  }
  const rebuilt = hasMark && from.position === 0;
  const current = { segment: segments.last, file: await segments.file(segments.last) };
  return { tree, durable, current, marked: from.size, repaired: torn === null && !rebuilt ? null : { torn, rebuilt } };
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

/** The mark, when it is sound and everything that it speaks of is there; else the first byte. */
async function startingPoint(
  o: LedgerOptions,
  segments: LedgerSegments,
  tiles: LedgerTiles,
  mark: LedgerMark | null,
): Promise<{ tree: LedgerTree; from: From }> {
  const make = () => new LedgerTree(o.crypto, (level, index, bytes) => tiles.addTile(level, index, bytes));
  if (mark !== null && (await standsBefore(segments, mark))) {
    const tree = make();
    const size = takeMark(o, mark, tree);
    if (size !== null && (await tiles.open(size)))
      return { tree, from: { position: mark.position, size, note: mark.checkpoint } };
  }
  await tiles.open(0);
  return { tree: make(), from: { position: 0, size: 0, note: "" } };
}

/** The mark's size when its rows hash to what its checkpoint signs; the tree then holds them. */
function takeMark(o: LedgerOptions, mark: LedgerMark, tree: LedgerTree): number | null {
  const checkpoint = ownCheckpoint(o, mark.checkpoint);
  if (checkpoint === null || !tree.restore(checkpoint.size, mark.rows)) return null;
  return equal(tree.root(), checkpoint.root) ? checkpoint.size : null;
}

/** Null when it is not one that this ledger's key, or one before it, has signed. */
export function ownCheckpoint(o: LedgerOptions, note: string): { size: number; root: Uint8Array } | null {
  const keys = { origin: o.origin, publicKey: o.signer.publicKey, formerKeys: o.formerKeys ?? [] };
  const opened = openCheckpoint(o.crypto, note, keys);
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
  const take = (batch: FoundBatch) => {
    for (const { position, record } of batch.entries) {
      tree.append(o.crypto.sha256(record.subarray(RECORD_HEADER_BYTES - 1)));
      tiles.addPosition(position);
    }
    note = batch.checkpoint;
  };
  const tail = await readTail(segments, from, take, (text) => ownCheckpoint(o, text) !== null);
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
