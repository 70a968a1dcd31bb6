/**
 * Checks a ledger's folder from the first byte to the last, and says where it is not what was written. Reads only, and
 * knows nothing of the writer: record, tree, note and the folder's layout are all that it believes in.
 */
import { equal, toHex } from "./bytes.ts";
import { type Checkpoint, type CheckpointKeys, openCheckpoint } from "./checkpoint.ts";
import type { Crypto } from "./crypto.ts";
import type { Disk } from "./disk.ts";
import { DerivedCheck } from "./ledger-check-derived.ts";
import { firstNonZero, nextSound, type SegmentFile, segmentFiles } from "./ledger-check-files.ts";
import { KIND, type LedgerRecord, noteOf, RECORD_HEADER_BYTES, readRecord } from "./ledger-record.ts";
import { FINDINGS_MAX, type Finding, type FindingKind, type LedgerReport } from "./ledger-report.ts";
import { LedgerTree } from "./ledger-tree.ts";
import { readVerifierKey } from "./note.ts";

export interface CheckOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly crypto: Crypto;
  /** The ledger's verifier key (signed-note): its origin and public key. */
  readonly verifierKey: string;
  /** Public keys that signed before that one. */
  readonly formerKeys?: readonly Uint8Array[];
  /** Checkpoints that a witness or the owner has kept: they show a rollback and a fork. */
  readonly remembered?: readonly string[];
  readonly progress?: (bytes: number, of: number) => void;
}

/** @throws TypeError on a verifier key that is none; DiskError when the disk cannot be read. */
export async function checkLedger(o: CheckOptions): Promise<LedgerReport> {
  const key = readVerifierKey(o.crypto, o.verifierKey);
  if (key === null) throw new TypeError("not a verifier key");
  const check = new LedgerCheck(o, {
    origin: key.name,
    publicKey: key.publicKey,
    formerKeys: o.formerKeys ?? [],
  });
  return check.run();
}

interface BatchEntry {
  readonly index: number;
  readonly byte: number;
  /** Null: nobody can say. */
  readonly position: number | null;
  /** Null: the entry itself could not be read. */
  readonly leaf: Uint8Array | null;
}

class LedgerCheck {
  readonly #o: CheckOptions;
  readonly #log: CheckpointKeys;
  readonly #findings: Finding[] = [];
  #cut = false;
  readonly #derived: DerivedCheck;
  readonly #tree: LedgerTree;
  #fullTiles: { level: number; index: number; bytes: Uint8Array }[] = [];
  /** False after an entry whose hash nobody knows: later roots cannot be judged. */
  #anchored = true;
  #size = 0;
  #checkpoint: string | null = null;
  /** Byte after the last whole batch, over all segments. */
  #end = 0;
  readonly #remembered: Checkpoint[] = [];
  /** Our own roots at the sizes that are remembered. */
  readonly #rememberedRoots = new Map<number, Uint8Array | null>();
  /** Below the ledger's folder: what is being read. */
  #file = "cosigned";

  constructor(o: CheckOptions, log: CheckpointKeys) {
    this.#o = o;
    this.#log = log;
    this.#tree = new LedgerTree(o.crypto, (level, index, bytes) => this.#fullTiles.push({ level, index, bytes }));
    this.#derived = new DerivedCheck(o, log, (finding) => this.#list(finding));
  }

  async run(): Promise<LedgerReport> {
    await this.#derived.open();
    await this.#recall();
    const files = await segmentFiles(this.#o.disk, `${this.#o.folder}/segments`);
    const total = files.reduce((sum, file) => sum + file.length, 0);
    let end = 0;
    for (const file of files) {
      this.#file = file.name;
      if (file.start !== end) this.#find("segment-missing", 0, null, `begins at byte ${file.start}, not ${end}`);
      await this.#segment(file, file === files.at(-1));
      end = file.start + file.length;
      this.#o.progress?.(end, total);
    }
    await this.#derived.finish({
      size: this.#size,
      end: this.#end,
      segments: files.length,
      rows: this.#tree.rows(),
      anchored: this.#anchored,
    });
    this.#judgeRemembered();
    const { length } = this.#findings;
    return {
      sound: length === 0,
      size: this.#size,
      checkpoint: this.#checkpoint,
      segments: files.length,
      bytes: total,
      findings: this.#findings,
      cut: this.#cut,
    };
  }

  #find(kind: FindingKind, byte: number | null, entries: Finding["entries"], why: string): void {
    this.#list({ kind, file: this.#file, byte, entries, why });
  }

  #list(finding: Finding): void {
    this.#cut ||= this.#findings.length >= FINDINGS_MAX;
    if (!this.#cut) this.#findings.push(finding);
  }

  async #segment(file: SegmentFile, isLast: boolean): Promise<void> {
    const bytes = await this.#o.disk.read(`${this.#o.folder}/${file.name}`);
    let batch: BatchEntry[] = [];
    let batchStart = 0;
    let at = 0;
    for (;;) {
      const record = readRecord(bytes, at);
      if (record === null) {
        if (firstNonZero(bytes, at) < 0 && batch.length === 0) return;
        const next = nextSound(bytes, at);
        if (next < 0) return this.#noMore(file, isLast, { at, batchStart, batch, bytes });
        await this.#gap(bytes, at, next, batch);
        at = next;
        continue;
      }
      if (record.kind === KIND.head) this.#head(file, at, record);
      else if (record.kind === KIND.entry) await this.#entry(file, bytes, at, record, batch);
      else {
        await this.#endBatch(at, record, batch);
        batch = [];
        batchStart = at + record.size_bytes;
        this.#end = file.start + batchStart;
      }
      at += record.size_bytes;
      if (record.kind === KIND.head) {
        batchStart = at;
        this.#end = Math.max(this.#end, file.start + at);
      }
    }
  }

  #head(file: SegmentFile, at: number, record: LedgerRecord): void {
    if (at !== 0 || record.number !== file.start) {
      this.#find("record-damaged", at, null, "a segment's head where none belongs");
      return;
    }
    const note = noteOf(record);
    const opened = openCheckpoint(this.#o.crypto, note, this.#log);
    if (opened === null || Number(opened.checkpoint.size) !== this.#size)
      this.#find("checkpoint-invalid", at, null, `the head's checkpoint is not the ledger's of ${this.#size} entries`);
    else if (this.#anchored && !equal(opened.checkpoint.root, this.#tree.root()))
      this.#find("root-mismatch", at, null, "the head signs another root");
    this.#checkpoint ??= note;
  }

  async #entry(
    file: SegmentFile,
    bytes: Uint8Array,
    at: number,
    record: LedgerRecord,
    batch: BatchEntry[],
  ): Promise<void> {
    const expected = this.#size + batch.length;
    const leaf = this.#o.crypto.sha256(bytes.subarray(at + RECORD_HEADER_BYTES - 1, at + record.size_bytes));
    const here = { byte: at, position: file.start + at };
    if (record.number === expected) {
      batch.push({ index: expected, ...here, leaf });
      return;
    }
    const next = readRecord(bytes, at + record.size_bytes);
    const goesOn = next !== null && next.number === record.number + 1 && record.number > expected;
    if (!goesOn) {
      this.#find(
        "entry-misplaced",
        at,
        { first: expected, last: expected },
        `entry ${record.number} stands where ${expected} belongs`,
      );
      batch.push({ index: expected, byte: at, position: null, leaf: await this.#derived.leaf(expected) });
      return;
    }
    this.#find(
      "entries-missing",
      at,
      { first: expected, last: record.number - 1 },
      `entry ${record.number} follows ${expected - 1}`,
    );
    await this.#fillUp(batch, record.number, { byte: at, position: null });
    batch.push({ index: record.number, ...here, leaf });
  }

  /** Unreadable bytes with something sound behind them. */
  async #gap(bytes: Uint8Array, at: number, next: number, batch: BatchEntry[]): Promise<void> {
    const expected = this.#size + batch.length;
    const behind = readRecord(bytes, next)!;
    const upTo = behind.kind === KIND.head ? expected : behind.number;
    const lost = upTo > expected && upTo - expected <= next - at ? { first: expected, last: upTo - 1 } : null;
    const what = lost === null ? "a record that is no entry" : `entries ${lost.first} to ${lost.last}`;
    this.#find("record-damaged", at, lost, `bytes ${at} to ${next - 1}, where ${what} stood, are damaged`);
    if (lost !== null) await this.#fillUp(batch, upTo, { byte: at, position: null });
  }

  /** Leaves of entries that cannot be read, from the tiles, so that what follows can be judged. */
  async #fillUp(batch: BatchEntry[], upTo: number, where: { byte: number; position: null }): Promise<void> {
    for (let index = this.#size + batch.length; index < upTo; index++)
      batch.push({ index, ...where, leaf: await this.#derived.leaf(index) });
  }

  /** Nothing sound stands behind this place of the segment. */
  #noMore(
    file: SegmentFile,
    isLast: boolean,
    o: { at: number; batchStart: number; batch: readonly BatchEntry[]; bytes: Uint8Array },
  ): void {
    const byte = firstNonZero(o.bytes, o.at) < 0 ? o.batchStart : o.at;
    const entries = o.batch.length === 0 ? null : { first: o.batch[0]!.index, last: o.batch.at(-1)!.index };
    const wasDurable = !isLast || file.start + o.batchStart < this.#derived.markPosition;
    if (wasDurable)
      this.#find("record-damaged", byte, entries, "nothing sound stands from here to the end of the segment");
    else this.#find("torn-tail", o.batchStart, entries, "the last batch is not whole");
  }

  async #endBatch(at: number, record: LedgerRecord, batch: BatchEntry[]): Promise<void> {
    const note = noteOf(record);
    const opened = openCheckpoint(this.#o.crypto, note, this.#log);
    const expected = this.#size + batch.length;
    if (opened === null || Number(opened.checkpoint.size) !== record.number || record.number !== expected) {
      const lost = record.number > expected ? { first: expected, last: record.number - 1 } : null;
      this.#find(
        "checkpoint-invalid",
        at,
        lost,
        `not a checkpoint of ${expected} entries, signed by ${this.#log.origin}`,
      );
    }
    await this.#takeLeaves(at, batch, opened?.checkpoint.root ?? null);
    this.#size = expected;
    this.#checkpoint = note;
  }

  /** The batch's leaves into the tree; when they do not give the signed root, the tiles say which of them is wrong. */
  async #takeLeaves(at: number, batch: readonly BatchEntry[], root: Uint8Array | null): Promise<void> {
    const before = { size: this.#tree.size, rows: this.#tree.rows() };
    this.#fullTiles = [];
    const leaves = batch.map((entry) => entry.leaf);
    const known = this.#append(leaves);
    if (this.#anchored && known && root !== null && !equal(this.#tree.root(), root)) {
      const kept = await Promise.all(batch.map((entry) => this.#derived.leaf(entry.index)));
      this.#tree.restore(before.size, before.rows);
      this.#fullTiles = [];
      const mended = this.#append(kept) && equal(this.#tree.root(), root);
      this.#wrongLeaves(batch, mended ? kept : null, at);
      if (!mended) this.#anchored = false;
    }
    if (!known) this.#anchored = false;
    if (this.#anchored) await this.#derived.tiles(this.#fullTiles);
    await this.#derived.positions(batch.map((entry) => entry.position));
  }

  #append(leaves: readonly (Uint8Array | null)[]): boolean {
    for (const leaf of leaves) {
      this.#tree.append(leaf ?? new Uint8Array(32));
      if (this.#rememberedRoots.has(this.#tree.size)) this.#rememberedRoots.set(this.#tree.size, this.#tree.root());
    }
    return leaves.every((leaf) => leaf !== null);
  }

  #wrongLeaves(batch: readonly BatchEntry[], kept: readonly (Uint8Array | null)[] | null, at: number): void {
    if (kept === null) {
      const entries = batch.length === 0 ? null : { first: batch[0]!.index, last: batch.at(-1)!.index };
      this.#find(
        "root-mismatch",
        batch[0]?.byte ?? at,
        entries,
        "these entries, or the checkpoint behind them, are not what was signed",
      );
      return;
    }
    for (const [i, entry] of batch.entries())
      if (entry.leaf === null || !equal(entry.leaf, kept[i]!))
        this.#find(
          "entry-changed",
          entry.byte,
          { first: entry.index, last: entry.index },
          `entry ${entry.index} is not the one that was signed`,
        );
  }

  /** Checkpoints that the caller brings, and the one that witnesses have cosigned and the ledger keeps. */
  async #recall(): Promise<void> {
    const path = `${this.#o.folder}/cosigned`;
    const kept = (await this.#o.disk.exists(path)) ? [new TextDecoder().decode(await this.#o.disk.read(path))] : [];
    for (const note of [...(this.#o.remembered ?? []), ...kept]) {
      const opened = openCheckpoint(this.#o.crypto, note, this.#log);
      if (opened === null) this.#find("remembered-invalid", null, null, `not signed by ${this.#log.origin}`);
      else this.#remembered.push(opened.checkpoint);
    }
    for (const { size } of this.#remembered) this.#rememberedRoots.set(Number(size), null);
  }

  #judgeRemembered(): void {
    this.#file = "segments";
    for (const checkpoint of this.#remembered) {
      if (checkpoint.size === 0n) continue;
      const size = Number(checkpoint.size);
      const root = this.#rememberedRoots.get(size) ?? null;
      if (size > this.#size)
        this.#find(
          "rolled-back",
          null,
          { first: this.#size, last: size - 1 },
          `the ledger ends at ${this.#size} entries; a remembered checkpoint has ${size}`,
        );
      else if (this.#anchored && root !== null && !equal(root, checkpoint.root))
        this.#find(
          "forked",
          null,
          { first: 0, last: size - 1 },
          `the first ${size} entries hash to ${toHex(root).slice(0, 16)}…, not to what was signed and remembered`,
        );
    }
  }
}
