/** Every way of laying hands on a ledger's folder, and what the check must say to it. */
import { concat, utf8 } from "../src/bytes.ts";
import type { SimChance } from "../src/chance-sim.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { type DiskImage, SimDisk } from "../src/disk-sim.ts";
import { checkLedger } from "../src/ledger-check.ts";
import { KIND, putRecord, readRecord } from "../src/ledger-record.ts";
import type { Finding, LedgerReport } from "../src/ledger-report.ts";
import type { SegmentSizes } from "../src/ledger-segments.ts";
import { verifierKey } from "../src/note.ts";
import { LOG_KEY, openLedger } from "./ledger-helpers.ts";

export const KEY = verifierKey(nodeCrypto, LOG_KEY);
const SIZES = { min_bytes: 256 * 1024, max_bytes: 2 * 1024 * 1024 };

/** A ledger in several segments and many batches, closed cleanly. */
export async function makeLedger(
  entries: number,
  chance: SimChance,
  o: { from?: DiskImage; bytes?: number; segmentSizes?: SegmentSizes } = {},
): Promise<{ image: DiskImage; checkpoint: string }> {
  const disk = new SimDisk(o.from === undefined ? {} : { image: o.from });
  const ledger = await openLedger(disk, { segmentSizes: o.segmentSizes ?? SIZES });
  while (ledger.size < entries) {
    const count = Math.min(1 + chance.below(40), entries - ledger.size);
    await Promise.all(Array.from({ length: count }, () => ledger.append(chance.bytes(chance.below(o.bytes ?? 300)))));
  }
  const checkpoint = ledger.checkpoint();
  await ledger.close();
  return { image: disk.image(), checkpoint };
}

export const check = (disk: SimDisk, remembered: readonly string[] = []): Promise<LedgerReport> =>
  checkLedger({ disk, folder: "ledger", crypto: nodeCrypto, verifierKey: KEY, remembered });

export interface Place {
  readonly file: string;
  readonly byte: number;
  readonly size_bytes: number;
  readonly kind: number;
  readonly number: number;
}

/** Where every record stands. */
export function places(image: DiskImage): Place[] {
  const found: Place[] = [];
  for (const [path, bytes] of [...image.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!path.endsWith(".seg")) continue;
    for (let at = 0; ; ) {
      const record = readRecord(bytes, at);
      if (record === null) break;
      found.push({ file: path, byte: at, size_bytes: record.size_bytes, kind: record.kind, number: record.number });
      at += record.size_bytes;
    }
  }
  return found;
}

export interface Tampering {
  readonly name: string;
  readonly disk: SimDisk;
  readonly remembered: readonly string[];
  /** Whether the findings name the place. */
  readonly located: (findings: readonly Finding[]) => boolean;
}

const inLedger = (path: string) => path.slice("ledger/".length);
const concerns = (findings: readonly Finding[], index: number) =>
  findings.some(({ entries }) => entries !== null && entries.first <= index && index <= entries.last);
const at = (findings: readonly Finding[], place: Place) =>
  findings.some(({ file, byte }) => file === inLedger(place.file) && byte === place.byte);

function flip(disk: SimDisk, path: string, byte: number, bit: number): void {
  disk.tamper(path, (bytes) => bytes.with(byte, bytes[byte]! ^ (1 << bit)));
}

/** One bit in each of many records, never in two neighbours: each must be found at its record. */
export function flips(
  image: DiskImage,
  all: readonly Place[],
  count: number,
  chance: SimChance,
): Tampering & { count: number } {
  const disk = new SimDisk({ image });
  const hit: Place[] = [];
  const step = Math.max(3, Math.floor(all.length / count));
  for (let i = chance.below(step); i < all.length; i += step) {
    const place = all[i]!;
    flip(disk, place.file, place.byte + chance.below(place.size_bytes), chance.below(8));
    hit.push(place);
  }
  return { name: "flips", count: hit.length, disk, remembered: [], located: (f) => hit.every((place) => at(f, place)) };
}

/** One bit of one file beside the segments. */
export function flipBeside(image: DiskImage, chance: SimChance): Tampering {
  const paths = [...image.files.keys()].filter((path) => !path.endsWith(".seg") && image.files.get(path)!.length > 0);
  const path = paths[chance.below(paths.length)]!;
  const disk = new SimDisk({ image });
  const byte = chance.below(image.files.get(path)!.length);
  flip(disk, path, byte, chance.below(8));
  const near = (f: Finding) =>
    f.file === inLedger(path) && (path.endsWith("mark") || (f.byte! <= byte && byte < f.byte! + 16384));
  return { name: `flip in ${inLedger(path)}`, disk, remembered: [], located: (f) => f.some(near) };
}

/** A bit where nothing was written yet. */
export function flipInZeros(image: DiskImage, all: readonly Place[], chance: SimChance): Tampering {
  const last = all.findLast((place) => image.files.get(place.file)!.length > place.byte + place.size_bytes)!;
  const end = last.byte + last.size_bytes;
  const byte = end + chance.below(image.files.get(last.file)!.length - end);
  const disk = new SimDisk({ image });
  flip(disk, last.file, byte, chance.below(8));
  return {
    name: "flip behind the end",
    disk,
    remembered: [],
    located: (f) =>
      f.some(
        (one) =>
          one.file === inLedger(last.file) &&
          one.byte !== null &&
          one.byte >= end - last.size_bytes &&
          one.byte <= byte,
      ),
  };
}

const body = (image: DiskImage, place: Place) => readRecord(image.files.get(place.file)!, place.byte)!.body;

function put(disk: SimDisk, place: Place, kind: number, number: number, bytes: Uint8Array): void {
  disk.tamper(place.file, (old) => {
    putRecord(old, place.byte, kind as 1, number, bytes.slice());
    return old;
  });
}

/** An entry with other bytes and a right checksum. */
export function change(image: DiskImage, entries: readonly Place[], chance: SimChance): Tampering {
  const place = entries.filter((one) => one.size_bytes > 18)[chance.below(entries.length >> 1)]!;
  const bytes = body(image, place).slice();
  bytes[chance.below(bytes.length)]! ^= 1 << chance.below(8);
  const disk = new SimDisk({ image });
  put(disk, place, KIND.entry, place.number, bytes);
  return { name: "change", disk, remembered: [], located: (f) => concerns(f, place.number) };
}

/** Two entries of one size change places; `careful`: with the numbers and checksums put right. */
export function swap(image: DiskImage, entries: readonly Place[], chance: SimChance, careful: boolean): Tampering {
  const groups = [...Map.groupBy(entries, (one) => one.size_bytes).values()].filter((group) => group.length > 1);
  const group = groups[chance.below(groups.length)]!;
  const first = chance.below(group.length - 1);
  const [a, b] = [group[first]!, group[first + 1]!];
  const [bytesA, bytesB] = [body(image, a), body(image, b)];
  const disk = new SimDisk({ image });
  put(disk, a, KIND.entry, careful ? a.number : b.number, bytesB);
  put(disk, b, KIND.entry, careful ? b.number : a.number, bytesA);
  const same = careful && bytesA.every((byte, i) => byte === bytesB[i]);
  return {
    name: careful ? "careful swap" : "swap",
    disk,
    remembered: [],
    located: (f) => same || (concerns(f, a.number) && concerns(f, b.number)),
  };
}

/** An entry cut out of its segment; `careful`: all behind it in the segment is numbered anew, with right checksums. */
export function remove(image: DiskImage, all: readonly Place[], chance: SimChance, careful: boolean): Tampering {
  const entries = all.filter((one) => one.kind === KIND.entry);
  const gone = entries[chance.below(entries.length)]!;
  const old = image.files.get(gone.file)!;
  const parts = [old.slice(0, gone.byte)];
  for (const place of all.filter((one) => one.file === gone.file && one.byte > gone.byte)) {
    const number = place.kind === KIND.entry && careful ? place.number - 1 : place.number;
    const record = new Uint8Array(place.size_bytes);
    putRecord(record, 0, place.kind as 1, number, body(image, place));
    parts.push(record);
  }
  const kept = concat(...parts);
  const disk = new SimDisk({ image });
  disk.tamper(gone.file, () => concat(kept, new Uint8Array(old.length - kept.length)));
  return {
    name: careful ? "careful deletion" : "deletion",
    disk,
    remembered: [],
    located: (f) => concerns(f, gone.number),
  };
}

/** The end of the last segment is zeros, or not there. */
export function truncate(image: DiskImage, all: readonly Place[], chance: SimChance, cut: boolean): Tampering {
  const { file } = all.at(-1)!;
  const here = all.filter((one) => one.file === file);
  const from = here[1 + chance.below(here.length - 1)]!;
  const disk = new SimDisk({ image });
  disk.tamper(file, (bytes) => (cut ? bytes.slice(0, from.byte) : bytes.fill(0, from.byte)));
  const lost = here.find((one) => one.kind === KIND.entry && one.byte >= from.byte);
  return {
    name: cut ? "cut" : "truncation",
    disk,
    remembered: [],
    located: (f) =>
      f.some((one) => one.kind === "tail-missing" || at([one], from)) &&
      (lost === undefined || f.some((one) => one.kind === "tail-missing" || concerns([one], lost.number))),
  };
}

/** A whole segment is taken away. */
export function removeSegment(image: DiskImage, all: readonly Place[], chance: SimChance): Tampering {
  const files = [...new Set(all.map((one) => one.file))];
  const gone = files[chance.below(files.length)]!;
  const kept = new Map([...image.files].filter(([path]) => path !== gone));
  const first = all.find((one) => one.file === gone && one.kind === KIND.entry);
  return {
    name: "segment removed",
    disk: new SimDisk({ image: { ...image, files: kept } }),
    remembered: [],
    located: (f) =>
      f.some(({ kind }) => kind === "segment-missing" || kind === "tail-missing") &&
      (first === undefined || f.length > 0),
  };
}

/** A checkpoint with another signature and a right checksum. */
export function resign(image: DiskImage, all: readonly Place[], chance: SimChance): Tampering {
  const checkpoints = all.filter((one) => one.kind === KIND.checkpoint);
  const place = checkpoints[chance.below(checkpoints.length)]!;
  const text = new TextDecoder().decode(body(image, place));
  const other = text.replace(
    /(.{8})\n$/,
    (_, end: string) => `${end.slice(0, 2)}${end[2] === "A" ? "B" : "A"}${end.slice(3)}\n`,
  );
  const disk = new SimDisk({ image });
  put(disk, place, KIND.checkpoint, place.number, utf8(other));
  return { name: "checkpoint signature", disk, remembered: [], located: (f) => at(f, place) };
}
