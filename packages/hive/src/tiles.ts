/**
 * The ledger as C2SP tlog-tiles: `L/N` and `entries/N` with N in groups of three digits, `.p/W` for a tile that is not full.
 * Both sides: paths and bytes for the API, and the walk over all of them for an export.
 */
import type { LedgerView } from "./hive-types.ts";

export const TILE_WIDTH = 256;
const LEVELS_MAX = 6;
const PATH = /^([0-9]{1,2}|entries)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

interface Tile {
  /** `entries` is the bundle of entries itself. */
  readonly level: number | "entries";
  readonly index: number;
  readonly width: number;
}

/** Null for what is no path of a tile. */
export function parseTile(path: string): Tile | null {
  const match = PATH.exec(path);
  if (match === null) return null;
  const [, level, groups, width] = match;
  const index = Number(groups!.replaceAll(/[x/]/g, ""));
  const tile = {
    level: level === "entries" ? level : Number(level),
    index,
    width: Number(width ?? TILE_WIDTH),
  } as const;
  const plain = tilePath(tile) === path && Number.isSafeInteger(index);
  return plain && tile.width <= TILE_WIDTH && (tile.level === "entries" || tile.level < LEVELS_MAX) ? tile : null;
}

export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0");
  const groups = digits.match(/[0-9]{3}/g)!;
  const name = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
  return `${level}/${name}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/** Null when the ledger is not so long. */
export async function readTile(ledger: LedgerView, path: string): Promise<Uint8Array | null> {
  const tile = parseTile(path);
  if (tile === null) return null;
  const { level, index, width } = tile;
  const span = level === "entries" ? 1 : TILE_WIDTH ** level;
  if ((index * TILE_WIDTH + width) * span > ledger.size) return null;
  return level === "entries" ? bundle(ledger, index, width) : ledger.tile(level, index, width);
}

/** Each entry behind its length in two bytes, big-endian. */
async function bundle(ledger: LedgerView, index: number, width: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const first = index * TILE_WIDTH;
  for await (const { entry } of ledger.entries(first, first + width)) {
    parts.push(Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Paths of all tiles of a tree with so many entries. */
export function* allTiles(size: number): Iterable<string> {
  for (let level = 0, nodes = size; nodes > 0; level++, nodes = Math.floor(nodes / TILE_WIDTH)) {
    yield* tilesOf(level, nodes);
    if (level === 0) yield* tilesOf("entries", nodes);
  }
}

function* tilesOf(level: number | "entries", nodes: number): Iterable<string> {
  for (let index = 0; index * TILE_WIDTH < nodes; index++) {
    yield tilePath({ level, index, width: Math.min(TILE_WIDTH, nodes - index * TILE_WIDTH) });
  }
}
