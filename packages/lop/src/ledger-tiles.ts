/**
 * What can be made again from the segments, kept so that it need not be: full tiles (one file a level) and the position of
 * every entry. Nothing here is durable until `flush`, and nothing here is believed beyond the mark (`ledger-mark.ts`).
 */
import type { Disk, DiskFile } from "./disk.ts";
import { getNumber, putNumber } from "./ledger-record.ts";
import { isSealedTile, sealTile, TILE_BYTES } from "./ledger-tree.ts";

/** Full tiles kept in memory beside those not yet written: 16 MiB. */
export const TILE_CACHE_MAX = 1024;
const POSITION_BYTES = 8;

export class LedgerTiles {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #levels: DiskFile[] = [];
  #positionsFile: DiskFile | null = null;
  /** Tiles not yet in their file, by level and index. */
  readonly #pending = new Map<number, PendingTile>();
  readonly #cache = new Map<number, Uint8Array>();
  #positions: number[] = [];
  /** Entries whose positions are in the file. */
  #written = 0;

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /** Takes up what is on disk for a ledger of `size` entries; false when it is not all there. */
  async open(size: number): Promise<boolean> {
    await this.#disk.makeFolder(this.#folder);
    this.#written = size;
    if ((await (await this.#positionFile()).size()) < size * POSITION_BYTES) return false;
    for (let level = 0, full = Math.floor(size / 256); full > 0; level++, full = Math.floor(full / 256)) {
      if ((await (await this.#levelFile(level)).size()) < full * TILE_BYTES) return false;
    }
    return true;
  }

  addTile(level: number, index: number, bytes: Uint8Array): void {
    sealTile(bytes);
    this.#pending.set(keyOf(level, index), { level, index, bytes });
  }

  addPosition(position: number): void {
    this.#positions.push(position);
  }

  /** A full tile, if it is in memory. */
  near(level: number, index: number): Uint8Array | null {
    const key = keyOf(level, index);
    return this.#pending.get(key)?.bytes ?? this.#cache.get(key) ?? null;
  }

  /** A full tile. Null when its file does not hold it soundly. */
  async tile(level: number, index: number): Promise<Uint8Array | null> {
    const near = this.near(level, index);
    if (near !== null) return near;
    const key = keyOf(level, index);
    const bytes = await (await this.#levelFile(level)).read(index * TILE_BYTES, TILE_BYTES);
    if (!isSealedTile(bytes)) return null;
    this.#keep(key, bytes);
    return bytes;
  }

  /** Where the entry stands; null when the file does not say. */
  async position(index: number): Promise<number | null> {
    if (index >= this.#written) return this.#positions[index - this.#written] ?? null;
    const bytes = await (await this.#positionFile()).read(index * POSITION_BYTES, POSITION_BYTES);
    return bytes.length < POSITION_BYTES ? null : getNumber(bytes, 0);
  }

  /** Writes and syncs the tiles that are full at `size`, and the positions below it. */
  async flush(size: number): Promise<void> {
    const tiles = [...this.#pending.values()].filter(({ level, index }) => (index + 1) * 256 ** (level + 1) <= size);
    const levels = Map.groupBy(tiles, (tile) => tile.level);
    for (const [level, row] of levels) await this.#writeRow(level, row);
    const count = size - this.#written;
    const rows = new Uint8Array(count * POSITION_BYTES);
    for (let i = 0; i < count; i++) putNumber(rows, i * POSITION_BYTES, this.#positions[i]!);
    await (await this.#positionFile()).write(this.#written * POSITION_BYTES, rows);
    for (const level of levels.keys()) await (await this.#levelFile(level)).sync();
    await (await this.#positionFile()).sync();
    this.#positions = this.#positions.slice(count);
    this.#written = size;
    for (const { level, index, bytes } of tiles) {
      this.#pending.delete(keyOf(level, index));
      this.#keep(keyOf(level, index), bytes);
    }
  }

  async close(): Promise<void> {
    for (const file of this.#levels) await file.close();
    await this.#positionsFile?.close();
  }

  /** Tiles of one level come in order and without a gap: one write for all. */
  async #writeRow(level: number, row: readonly PendingTile[]): Promise<void> {
    const first = row[0]!.index;
    const bytes = new Uint8Array(row.length * TILE_BYTES);
    for (const tile of row) bytes.set(tile.bytes, (tile.index - first) * TILE_BYTES);
    await (await this.#levelFile(level)).write(first * TILE_BYTES, bytes);
  }

  #keep(key: number, bytes: Uint8Array): void {
    this.#cache.set(key, bytes);
    if (this.#cache.size > TILE_CACHE_MAX) this.#cache.delete(this.#cache.keys().next().value!);
  }

  async #levelFile(level: number): Promise<DiskFile> {
    for (let l = this.#levels.length; l <= level; l++)
      this.#levels[l] = await this.#disk.open(`${this.#folder}/${l}.tiles`, "update");
    return this.#levels[level]!;
  }

  async #positionFile(): Promise<DiskFile> {
    this.#positionsFile ??= await this.#disk.open(`${this.#folder}/positions`, "update");
    return this.#positionsFile;
  }
}

interface PendingTile {
  readonly level: number;
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** One number for level and index: levels are at most 6, indexes below 2^40. */
const keyOf = (level: number, index: number): number => level * 2 ** 40 + index;
