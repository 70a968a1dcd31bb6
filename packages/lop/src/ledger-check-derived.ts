/** The part of the check that looks at what is kept beside the segments: mark, tiles, positions. */
import { equal } from "./bytes.ts";
import { type CheckpointKeys, openCheckpoint } from "./checkpoint.ts";
import type { Crypto } from "./crypto.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { type LedgerMark, parseMark } from "./ledger-mark.ts";
import { putNumber } from "./ledger-record.ts";
import type { Finding } from "./ledger-report.ts";
import { isSealedTile, TILE_BYTES, TILE_WIDTH } from "./ledger-tree.ts";
import { HASH_BYTES } from "./merkle.ts";

const CHECKSUM_AT = TILE_BYTES - 4;
const POSITION_BYTES = 8;

interface Walked {
  readonly size: number;
  readonly end: number;
  readonly segments: number;
  readonly rows: readonly Uint8Array[];
  readonly anchored: boolean;
}

export class DerivedCheck {
  readonly #o: { disk: Disk; folder: string; crypto: Crypto };
  readonly #log: CheckpointKeys;
  readonly #find: (finding: Finding) => void;
  readonly #files = new Map<string, DiskFile | null>();
  #hasMark = false;
  #mark: LedgerMark | null = null;
  #markSize = 0;
  #counted = 0;

  constructor(
    o: { disk: Disk; folder: string; crypto: Crypto },
    log: CheckpointKeys,
    find: (finding: Finding) => void,
  ) {
    this.#o = o;
    this.#log = log;
    this.#find = find;
  }

  /** Below this byte everything was durable. */
  get markPosition(): number {
    return this.#mark?.position ?? 0;
  }

  async open(): Promise<void> {
    const path = `${this.#o.folder}/mark`;
    this.#hasMark = await this.#o.disk.exists(path);
    const mark = this.#hasMark ? parseMark(this.#o.crypto, await this.#o.disk.read(path)) : null;
    const opened = mark === null ? null : openCheckpoint(this.#o.crypto, mark.checkpoint, this.#log);
    if (opened !== null) {
      this.#mark = mark;
      this.#markSize = Number(opened.checkpoint.size);
    }
  }

  /** What the tiles, or the mark for the unfinished one, say that the entry's leaf is. */
  async leaf(index: number): Promise<Uint8Array | null> {
    const tile = Math.floor(index / TILE_WIDTH);
    const at = (index % TILE_WIDTH) * HASH_BYTES;
    if (index < this.#markSize && tile === Math.floor(this.#markSize / TILE_WIDTH))
      return this.#mark!.rows[0]!.slice(at, at + HASH_BYTES);
    const bytes = await (await this.#open("tiles/0.tiles"))?.read(tile * TILE_BYTES, TILE_BYTES);
    if (bytes === undefined || !isSealedTile(bytes)) return null;
    return bytes.slice(at, at + HASH_BYTES);
  }

  async tiles(full: readonly { level: number; index: number; bytes: Uint8Array }[]): Promise<void> {
    for (const { level, index, bytes } of full) {
      const name = `tiles/${level}.tiles`;
      const kept = await (await this.#open(name))?.read(index * TILE_BYTES, TILE_BYTES);
      const mustBe = (index + 1) * TILE_WIDTH ** (level + 1) <= this.#markSize;
      if (kept === undefined || kept.length < TILE_BYTES) {
        if (mustBe || (kept?.length ?? 0) > 0)
          this.#tileFinding(name, index * TILE_BYTES + (kept?.length ?? 0), "the file ends too early");
        continue;
      }
      const wrong = firstDifference(kept, bytes, CHECKSUM_AT);
      if (wrong >= 0)
        this.#tileFinding(name, index * TILE_BYTES + wrong, `tile ${level}/${index} is not what the entries hash to`);
      else if (!isSealedTile(kept))
        this.#tileFinding(name, index * TILE_BYTES + CHECKSUM_AT, `the checksum of tile ${level}/${index} is wrong`);
    }
  }

  /** Of the next entries; null where the entry could not be read. */
  async positions(positions: readonly (number | null)[]): Promise<void> {
    const at = this.#counted * POSITION_BYTES;
    const length = positions.length * POSITION_BYTES;
    const kept = (await (await this.#open("tiles/positions"))?.read(at, length)) ?? new Uint8Array(0);
    const expected = new Uint8Array(length);
    expected.set(kept);
    for (const [i, position] of positions.entries())
      if (position !== null) putNumber(expected, i * POSITION_BYTES, position);
    const whole = kept.length - (kept.length % POSITION_BYTES);
    const wrong = firstDifference(kept, expected.subarray(0, whole), whole);
    if (wrong >= 0)
      this.#tileFinding(
        "tiles/positions",
        at + wrong,
        `the position of entry ${this.#counted + Math.floor(wrong / POSITION_BYTES)} is wrong`,
      );
    this.#counted += positions.length;
    const short = Math.min(this.#markSize, this.#counted) * POSITION_BYTES > at + kept.length;
    if (short) this.#tileFinding("tiles/positions", at + kept.length, "the file ends too early");
  }

  /** When the segments have been read to their end. */
  async finish(walked: Walked): Promise<void> {
    if (this.#hasMark && this.#mark === null)
      this.#find({
        kind: "mark-damaged",
        file: "mark",
        byte: 0,
        entries: null,
        why: "the mark is not one that this ledger has written",
      });
    if (!this.#hasMark && (await this.#open("tiles/positions")) !== null && (await this.#size("tiles/positions")) > 0)
      this.#find({
        kind: "mark-damaged",
        file: "mark",
        byte: null,
        entries: null,
        why: "there are tiles, but the mark is missing",
      });
    if (this.#mark !== null) this.#judgeMark(this.#mark, walked);
    await this.#judgeLengths(walked);
    for (const file of this.#files.values()) await file?.close();
  }

  #judgeMark(mark: LedgerMark, walked: Walked): void {
    if (this.#markSize > walked.size || mark.position > walked.end) {
      const why = `the ledger ends at ${walked.size} entries; the mark says that ${this.#markSize} were durable`;
      const entries = this.#markSize > walked.size ? { first: walked.size, last: this.#markSize - 1 } : null;
      this.#find({ kind: "tail-missing", file: "segments", byte: null, entries, why });
    } else if (this.#markSize === walked.size && walked.anchored && !sameRows(mark.rows, walked.rows))
      this.#find({
        kind: "mark-damaged",
        file: "mark",
        byte: null,
        entries: null,
        why: "the mark's hashes are not those of the entries",
      });
  }

  /** Files of tiles and positions hold what is durable and nothing more. */
  async #judgeLengths(walked: Walked): Promise<void> {
    for (let level = 0, full = walked.size; level < 7; level++) {
      full = Math.floor(full / TILE_WIDTH);
      const size = await this.#size(`tiles/${level}.tiles`);
      if (size > full * TILE_BYTES)
        this.#tileFinding(`tiles/${level}.tiles`, full * TILE_BYTES, "more tiles than the entries fill");
    }
    const size = await this.#size("tiles/positions");
    if (size > walked.size * POSITION_BYTES)
      this.#tileFinding("tiles/positions", walked.size * POSITION_BYTES, "more positions than there are entries");
  }

  #tileFinding(file: string, byte: number, why: string): void {
    this.#find({ kind: "tiles-damaged", file, byte, entries: null, why });
  }

  async #size(name: string): Promise<number> {
    return (await (await this.#open(name))?.size()) ?? 0;
  }

  async #open(name: string): Promise<DiskFile | null> {
    if (!this.#files.has(name)) {
      const path = `${this.#o.folder}/${name}`;
      this.#files.set(name, (await this.#o.disk.exists(path)) ? await this.#o.disk.open(path, "read") : null);
    }
    return this.#files.get(name) ?? null;
  }
}

const sameRows = (a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean =>
  a.length === b.length && a.every((row, i) => equal(row, b[i]!));

function firstDifference(a: Uint8Array, b: Uint8Array, length: number): number {
  for (let i = 0; i < Math.min(a.length, length); i++) if (a[i] !== b[i]) return i;
  return -1;
}
