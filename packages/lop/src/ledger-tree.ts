/**
 * The growing edge of the Merkle tree. Hashes are kept in tiles of 256, C2SP tlog-tiles' unit; beside the 256 hashes a tile
 * here holds the seven rows between them and its root, so that a proof needs no hashing.
 */
import type { Crypto } from "./crypto.ts";
import { foldPeaks, HASH_BYTES, type Range } from "./merkle.ts";

export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
/** Rows 0 to 8 are 511 hashes; the last place is free (the store keeps a checksum there). */
export const TILE_BYTES = 2 * TILE_WIDTH * HASH_BYTES;

/** Byte offset of a hash in a tile: rows stand one after the other, widest first. */
const ROWS_START = Array.from({ length: 9 }, (_, row) => (2 * TILE_WIDTH - (2 * TILE_WIDTH) / 2 ** row) * HASH_BYTES);
const placeOf = (row: number, index: number): number => ROWS_START[row]! + index * HASH_BYTES;

const CHECKSUM_AT = TILE_BYTES - 4;

/**
 * Puts a checksum into a full tile's free place. It finds accidents of the disk in a quarter of the time that CRC-32C
 * takes, and that time is a third of a proof's: each step is a bijection, so a change within one word is always found.
 */
export function sealTile(tile: Uint8Array): void {
  new DataView(tile.buffer, tile.byteOffset).setUint32(CHECKSUM_AT, checksum(tile), true);
}

export const isSealedTile = (tile: Uint8Array): boolean =>
  tile.length === TILE_BYTES &&
  new DataView(tile.buffer, tile.byteOffset).getUint32(CHECKSUM_AT, true) === checksum(tile);

/** Over the words, little-endian, before the checksum's place. */
function checksum(tile: Uint8Array): number {
  const words = new DataView(tile.buffer, tile.byteOffset, CHECKSUM_AT);
  let sum = 0x811c9dc5;
  for (let at = 0; at < CHECKSUM_AT; at += 4) {
    sum = Math.imul(sum ^ words.getUint32(at, true), 0x9e3779b1);
    sum ^= sum >>> 15;
  }
  return sum >>> 0;
}

/** Where the root of a complete subtree stands. */
export interface NodePlace {
  readonly level: number;
  readonly tile: number;
  /** Byte offset in the tile. */
  readonly offset: number;
}

/** For a range whose width is a power of two and divides its start (see `peaksOf`). */
export function nodePlace(range: Range): NodePlace {
  const height = Math.log2(range.end - range.start);
  const level = Math.floor(height / TILE_HEIGHT);
  const row = height % TILE_HEIGHT;
  const index = range.start / (range.end - range.start);
  const perTile = TILE_WIDTH / 2 ** row;
  return { level, tile: Math.floor(index / perTile), offset: placeOf(row, index % perTile) };
}

interface Edge {
  /** Number of the tile that is being filled. */
  index: number;
  /** Hashes in its row 0, at most 255: a full tile leaves at once. */
  count: number;
  bytes: Uint8Array;
}

export class LedgerTree {
  readonly #crypto: Pick<Crypto, "sha256">;
  readonly #onFull: (level: number, index: number, tile: Uint8Array) => void;
  readonly #edges: Edge[] = [];
  readonly #scratch = new Uint8Array(1 + 2 * HASH_BYTES);
  #size = 0;

  /** `onFull` is given each tile the moment its 256th hash is in; it owns the bytes. */
  constructor(crypto: Pick<Crypto, "sha256">, onFull: (level: number, index: number, tile: Uint8Array) => void) {
    this.#crypto = crypto;
    this.#onFull = onFull;
    this.#scratch[0] = 1;
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Uint8Array): void {
    this.#put(0, leaf);
    this.#size++;
  }

  root(): Uint8Array {
    const peaks: Uint8Array[] = [];
    for (let level = this.#edges.length - 1; level >= 0; level--) {
      const { count, bytes } = this.#edges[level]!;
      for (let row = TILE_HEIGHT - 1; row >= 0; row--) {
        const across = count >>> row;
        if (across & 1) peaks.push(hashAt(bytes, placeOf(row, across - 1)));
      }
    }
    return foldPeaks(this.#crypto, peaks);
  }

  /** The tile being filled, when the place lies in it; else the tile is full and somebody else's. */
  edge(level: number, tile: number): Uint8Array | null {
    const edge = this.#edges[level];
    return edge !== undefined && edge.index === tile ? edge.bytes : null;
  }

  /** Row 0 of the tile being filled, level by level: all that is needed to go on (`restore`). */
  rows(): Uint8Array[] {
    return this.#edges.map((edge) => edge.bytes.slice(0, edge.count * HASH_BYTES));
  }

  /** The tree of `size` leaves from its rows; false when they cannot be those of that size. */
  restore(size: number, rows: readonly Uint8Array[]): boolean {
    let above = size;
    this.#edges.length = 0; // a level that the tree has grown since must not stay
    for (const [level, row] of rows.entries()) {
      const count = above % TILE_WIDTH;
      above = Math.floor(above / TILE_WIDTH);
      if (row.length !== count * HASH_BYTES) return false;
      this.#edges[level] = { index: above, count: 0, bytes: new Uint8Array(TILE_BYTES) };
      for (let at = 0; at < row.length; at += HASH_BYTES) this.#put(level, row.subarray(at, at + HASH_BYTES));
    }
    this.#size = size;
    return above === 0;
  }

  #put(level: number, hash: Uint8Array): void {
    this.#edges[level] ??= { index: 0, count: 0, bytes: new Uint8Array(TILE_BYTES) };
    const edge = this.#edges[level];
    const tile = edge.bytes;
    tile.set(hash, edge.count * HASH_BYTES);
    let index = edge.count++;
    for (let row = 0; index & 1; row++) {
      this.#scratch.set(tile.subarray(placeOf(row, index - 1), placeOf(row, index + 1)), 1);
      index >>>= 1;
      tile.set(this.#crypto.sha256(this.#scratch), placeOf(row + 1, index));
    }
    if (edge.count === TILE_WIDTH) this.#close(level, edge);
  }

  #close(level: number, edge: Edge): void {
    const { index, bytes } = edge;
    edge.index++;
    edge.count = 0;
    edge.bytes = new Uint8Array(TILE_BYTES);
    this.#onFull(level, index, bytes);
    this.#put(level + 1, hashAt(bytes, placeOf(TILE_HEIGHT, 0)));
  }
}

const hashAt = (tile: Uint8Array, offset: number): Uint8Array => tile.subarray(offset, offset + HASH_BYTES);
