/** C2SP tlog-tiles: the ledger as static files that anybody's tools read. Made from the ledger, never read back by it. */
import { concat, utf8 } from "./bytes.ts";
import { type Disk, folderOf } from "./disk.ts";
import type { Ledger } from "./ledger.ts";
import { TILE_WIDTH } from "./ledger-tree.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";

/** What the static files are made from. */
export type LedgerReader = Pick<Ledger, "size" | "checkpoint" | "entries" | "tile">;

/** One tile, or one bundle of entries (level `entries`), as its path names it. */
export interface TileName {
  readonly level: number | "entries";
  readonly index: number;
  /** 1 to 256; below 256 it is a partial tile. */
  readonly width: number;
}

/** `tile/0/x001/x234/067.p/12`. Index in groups of three digits, all but the last marked with an x. */
export function tilePath({ level, index, width }: TileName): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const groups = padded.match(/\d{3}/g)!;
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${path}${width < TILE_WIDTH ? `.p/${width}` : ""}`;
}

/** Null on anything but the one spelling of a tile's path. */
export function readTilePath(path: string): TileName | null {
  const parts = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (parts === null) return null;
  const level = parts[1] === "entries" ? ("entries" as const) : Number(parts[1]);
  const index = Number(parts[2]!.replaceAll(/[x/]/g, ""));
  const name: TileName = { level, index, width: parts[3] === undefined ? TILE_WIDTH : Number(parts[3]) };
  if (!Number.isSafeInteger(index) || name.width < 1 || (level !== "entries" && level > 63)) return null;
  return tilePath(name) === path ? name : null;
}

/** The tiles and bundles that a tree of `size` leaves has, partial ones last on each level. */
export function* tileNames(size: number, from = 0): Generator<TileName> {
  for (const level of ["entries", 0, 1, 2, 3, 4, 5, 6] as const) {
    const span = TILE_WIDTH ** (level === "entries" ? 0 : level);
    const hashes = Math.floor(size / span);
    if (hashes === 0) return;
    for (let index = Math.floor(from / (span * TILE_WIDTH)); index * TILE_WIDTH < hashes; index++)
      yield { level, index, width: Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH) };
  }
}

/** The bytes behind a path of the tlog-tiles API: `checkpoint`, `tile/…`. Refusal: `entry-unknown`. */
export async function readLedgerFile(ledger: LedgerReader, path: string): Promise<Uint8Array | Refusal> {
  if (path === "checkpoint") return utf8(ledger.checkpoint());
  const name = readTilePath(path);
  const span = name === null ? 0 : TILE_WIDTH ** (name.level === "entries" ? 0 : name.level);
  if (name === null || (name.index * TILE_WIDTH + name.width) * span > ledger.size)
    return refuse("entry-unknown", `The ledger of ${ledger.size} entries has no ${path}.`);
  return name.level === "entries" ? bundle(ledger, name) : ledger.tile(name.level, name.index, name.width);
}

/** Entries one after the other, each behind its length in 16 bits, big-endian. */
async function bundle(ledger: LedgerReader, { index, width }: TileName): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const { entry } of ledger.entries(index * TILE_WIDTH, index * TILE_WIDTH + width))
    parts.push(Uint8Array.of(entry.length >>> 8, entry.length), entry);
  return concat(...parts);
}

/** Entries of a bundle; null when the lengths do not add up. */
export function readBundle(bytes: Uint8Array): Uint8Array[] | null {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 2 > bytes.length) return null;
    const end = at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!);
    if (end > bytes.length) return null;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

/**
 * Writes the ledger as a tlog-tiles directory; the checkpoint comes last, so that a reader never sees one whose tiles
 * are missing. `from`: size of an earlier export into the same folder, whose full tiles are there already.
 */
export async function exportTiles(
  ledger: LedgerReader,
  to: { disk: Disk; folder: string; from?: number; progress?: (done: number, of: number) => void },
): Promise<{ size: number; files: number } | Refusal> {
  const { size } = ledger;
  const checkpoint = ledger.checkpoint();
  const names = [...tileNames(size, to.from ?? 0)];
  for (const [done, name] of names.entries()) {
    const path = tilePath(name);
    const bytes = await readLedgerFile(ledger, path);
    if (isRefusal(bytes)) return bytes;
    await to.disk.makeFolder(`${to.folder}/${folderOf(path)}`);
    await to.disk.writeAtomic(`${to.folder}/${path}`, bytes, 0o644);
    to.progress?.(done + 1, names.length);
  }
  await to.disk.makeFolder(to.folder);
  await to.disk.writeAtomic(`${to.folder}/checkpoint`, utf8(checkpoint), 0o644);
  return { size, files: names.length + 1 };
}
