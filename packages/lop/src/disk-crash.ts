/**
 * Every power cut, tried: from what a `SimDisk` recorded, the images that a real disk could hold afterwards (after ALICE,
 * Pillai et al., OSDI 2014). Between two syncs a disk may keep any part of what was written, sector by sector, and any
 * beginning of the changes of names. What the model takes for granted: a sector of 512 bytes is written whole or not at
 * all, and a sync that has returned has told the truth.
 */
import type { SimChance } from "./chance-sim.ts";
import { folderOf } from "./disk.ts";
import type { DiskImage, DiskOperation } from "./disk-sim.ts";

export const SECTOR_BYTES = 512;

export interface CrashState {
  /** The crash came after so many of the recorded operations. */
  readonly after: number;
  readonly image: DiskImage;
}

type DataOperation = Extract<DiskOperation, { do: "write" | "truncate" }>;
type NameOperation = Extract<DiskOperation, { do: "name" | "rename" | "remove" }>;

/** Which sectors of a write reached the disk; true: all of them. */
type Kept = true | ((sector: number) => boolean);

/** Syncs absorb operations into what is durable; the rest is in the balance. */
class Balance {
  readonly contents = new Map<number, Uint8Array>();
  readonly names = new Map<string, number>();
  readonly folders: ReadonlySet<string>;
  data: DataOperation[] = [];
  naming: NameOperation[] = [];

  constructor(from: DiskImage) {
    this.folders = from.folders;
    for (const [number, [path, bytes]] of [...from.files].entries()) {
      this.names.set(path, number);
      this.contents.set(number, bytes);
    }
  }

  take(operation: DiskOperation): void {
    if (operation.do === "write" || operation.do === "truncate") this.data.push(operation);
    else if (operation.do === "sync") {
      for (const one of this.data) if (one.file === operation.file) applyData(this.contents, one, true);
      this.data = this.data.filter((one) => one.file !== operation.file);
    } else if (operation.do === "sync-range") {
      this.data = this.data.flatMap((one) => (one.file === operation.file ? this.#settle(one, operation) : [one]));
    } else if (operation.do === "sync-folder") {
      const here = (one: NameOperation) => foldersOf(one).includes(operation.folder);
      for (const one of this.naming) if (here(one)) applyName(this.names, one);
      this.naming = this.naming.filter((one) => !here(one));
    } else this.naming.push(operation);
  }

  /** Makes durable what of the operation lies in the sectors of the range; returns what stays in the balance. */
  #settle(one: DataOperation, range: { offset: number; length: number }): DataOperation[] {
    if (one.do === "truncate") return [one];
    const start = Math.floor(range.offset / SECTOR_BYTES) * SECTOR_BYTES;
    const end = Math.ceil((range.offset + range.length) / SECTOR_BYTES) * SECTOR_BYTES;
    const inside = part(one, start, end);
    if (inside !== null) applyData(this.contents, inside, true);
    return [part(one, 0, start), part(one, end, Number.MAX_SAFE_INTEGER)].filter((rest) => rest !== null);
  }

  image(kept: (index: number) => Kept | false, named: number): DiskImage {
    const contents = new Map(this.contents);
    for (const [index, one] of this.data.entries()) {
      const keep = kept(index);
      if (keep !== false) applyData(contents, one, keep);
    }
    const names = new Map(this.names);
    for (const one of this.naming.slice(0, named)) applyName(names, one);
    const files = [...names].map(([path, number]) => [path, contents.get(number) ?? new Uint8Array(0)] as const);
    return { files: new Map(files), folders: this.folders };
  }
}

type Write = Extract<DiskOperation, { do: "write" }>;

/** What of the write lies between two places of the file; null when nothing does. */
function part(write: Write, start: number, end: number): Write | null {
  const from = Math.max(write.offset, start);
  const to = Math.min(write.offset + write.bytes.length, end);
  if (from >= to) return null;
  return { ...write, offset: from, bytes: write.bytes.subarray(from - write.offset, to - write.offset) };
}

const foldersOf = (one: NameOperation): string[] =>
  one.do === "rename" ? [folderOf(one.from), folderOf(one.to)] : [folderOf(one.path)];

function applyData(contents: Map<number, Uint8Array>, one: DataOperation, keep: Kept): void {
  const old = contents.get(one.file) ?? new Uint8Array(0);
  if (one.do === "truncate") {
    const cut = new Uint8Array(one.size);
    cut.set(old.subarray(0, one.size));
    contents.set(one.file, cut);
    return;
  }
  const fresh = new Uint8Array(Math.max(old.length, one.offset + one.bytes.length));
  fresh.set(old);
  for (let at = one.offset; at < one.offset + one.bytes.length; ) {
    const end = Math.min(one.offset + one.bytes.length, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (keep === true || keep(Math.floor(at / SECTOR_BYTES)))
      fresh.set(one.bytes.subarray(at - one.offset, end - one.offset), at);
    at = end;
  }
  contents.set(one.file, fresh);
}

function applyName(names: Map<string, number>, one: NameOperation): void {
  if (one.do === "name") names.set(one.path, one.file);
  else if (one.do === "remove") names.delete(one.path);
  else {
    const file = names.get(one.from);
    names.delete(one.from);
    if (file !== undefined) names.set(one.to, file);
  }
}

/**
 * All of: nothing pending kept, everything kept, and for each pending write each cut after a sector, each sector missing,
 * each sector alone; with each beginning of the pending changes of names. Then `samples` seeded mixtures of all of it.
 */
export function* crashStates(
  operations: readonly DiskOperation[],
  o: { from: DiskImage; chance: SimChance; samples: number; first?: number },
): Generator<CrashState> {
  const balance = new Balance(o.from);
  for (let after = 0; after <= operations.length; after++) {
    if (after > 0) balance.take(operations[after - 1]!);
    // A crash right after a sync leaves what a crash right before the next write leaves.
    if (after < (o.first ?? 0) || (balance.data.length === 0 && balance.naming.length === 0 && after > 0)) continue;
    for (const image of images(balance, o)) yield { after, image };
  }
}

function* images(balance: Balance, o: { chance: SimChance; samples: number }): Generator<DiskImage> {
  const { data, naming } = balance;
  for (let named = 0; named <= naming.length; named++) {
    yield balance.image(() => false, named);
    if (data.length > 0) yield balance.image(() => true, named);
  }
  for (const [index, one] of data.entries()) {
    if (one.do !== "write") continue;
    const first = Math.floor(one.offset / SECTOR_BYTES);
    const last = Math.floor((one.offset + one.bytes.length - 1) / SECTOR_BYTES);
    for (let sector = first; sector <= last && last > first; sector++) {
      const tears: Kept[] = [(s) => s < sector, (s) => s !== sector, (s) => s === sector];
      for (const tear of tears) yield balance.image((other) => (other === index ? tear : true), naming.length);
    }
  }
  if (data.length === 0) return;
  for (let sample = 0; sample < o.samples; sample++) yield mixture(balance, o.chance);
}

function mixture(balance: Balance, chance: SimChance): DiskImage {
  const kept = balance.data.map((): Kept | false => {
    const kind = chance.below(4);
    if (kind < 2) return kind === 0;
    const bits = chance.bytes(64);
    return (sector) => ((bits[sector % 64]! >> (sector % 8)) & 1) === 1;
  });
  return balance.image((index) => kept[index]!, chance.below(balance.naming.length + 1));
}
