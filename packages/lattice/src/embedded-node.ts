/** An embedded lattice in a folder: `openLattice({ folder })`. */
import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { machineClock } from "./clock-node.ts";
import { type Desk, type DeskStamp, readDesk, writeDesk } from "./desk-file.ts";
import { EmbeddedLattice } from "./embedded.ts";
import { type Fault, isFault } from "./fault.ts";
import type { HoldLimits } from "./hold-book.ts";
import { HOURS_COMPILED } from "./hours.ts";
import { HORIZON_DAYS, HoursDesk } from "./hours-desk.ts";
import { readIndex, writeIndex } from "./index-file.ts";
import { integerSolver } from "./integer-node.ts";
import { nodeSha256, openJournalFile } from "./journal-node.ts";
import type { Lattice } from "./lattice.ts";
import { type LiveClock, LiveSurface } from "./live.ts";
import { LivingIndex } from "./living-index.ts";
import { PriceBook } from "./price-book.ts";
import { pricesInto, readPrices } from "./price-file-node.ts";
import type { RecordStore, StoredRecord } from "./record-store.ts";
import { openRecordStore } from "./record-store-node.ts";
import type { Region } from "./region.ts";
import { nodeInZone } from "./zone-node.ts";

export { integerSolver } from "./integer-node.ts";
export { nodeSha256, openJournalFile } from "./journal-node.ts";
export { nodeInZone } from "./zone-node.ts";

/** Records read at a time while opening. */
const SLICE = 16_384;
/** How often holds run out by themselves and the horizon is looked at. */
const TEND_MS = 1000;

export interface LatticeSettings {
  /** Made when it is absent; what it holds is told in docs/formats/lattice-store.md. */
  readonly folder: string;
  /** The machine's own unless said. */
  readonly clock?: LiveClock | undefined;
  /** Where holidays and sun times are taken from, as `opening_hours` wants it; null unless said. */
  readonly region?: Region | null | undefined;
  readonly horizon_days?: number | undefined;
  /** How many holds are kept; `HOLD_LIMITS` unless said. */
  readonly limits?: Partial<HoldLimits> | undefined;
}

/** Faults: `store-busy`, `store-newer`, `store-unwritable`, `journal-damaged`. */
export async function openLattice(settings: LatticeSettings): Promise<Lattice | Fault> {
  const { folder, clock = machineClock, region = null, horizon_days = HORIZON_DAYS, limits } = settings;
  await mkdir(folder, { recursive: true });
  const records = openRecordStore(join(folder, "records.sqlite"));
  if (isFault(records)) return records;
  const file = await openJournalFile(join(folder, "journal"));
  const live = await LiveSurface.open({ file, sha256: nodeSha256, clock, limits });
  if (isFault(live)) {
    records.close();
    await file.close();
    return live;
  }
  const compiled = compiledBy(region, horizon_days);
  const desk = await loadDesk(join(folder, "desk"), compiled, records.version);
  const hours = new HoursDesk({ clock, region, horizon_days, inZone: nodeInZone }, desk?.hours ?? null);
  const { index, stamp } = await loadIndex(join(folder, "index"), records);
  if (desk !== null && hours.isKept) await installDesk(desk, records, live, hours);
  else await install(records, live, hours);
  let tending: NodeJS.Timeout | null = null;
  const lattice = new EmbeddedLattice({
    records,
    live,
    index,
    hours,
    prices: new PriceBook(await readPrices(join(folder, "prices")), pricesInto(join(folder, "prices"))),
    clock,
    breathe: () => nextTurn(),
    digest: (bytes) => createHash("sha256").update(bytes).digest("hex"),
    integers: integerSolver,
    atEnd: async () => {
      if (tending !== null) clearInterval(tending);
      if (stamp !== records.version) await saveIndex(join(folder, "index"), index, records.version);
      const asItWas = desk?.stamp === String(records.version) && hours.horizon.from_ms === desk.hours.horizon.from_ms;
      if (!asItWas) await saveDesk(join(folder, "desk"), compiled, records, live, hours);
    },
  });
  tending = setInterval(() => void lattice.tend(), TEND_MS).unref();
  return lattice;
}

/** Base capacities and hours of all records. */
async function install(records: RecordStore, live: LiveSurface, hours: HoursDesk): Promise<void> {
  for (const slice of slices(records)) {
    await live.declare(slice.flatMap(({ capability }) => Object.keys(capability.capacity)));
    for (const { handle, capability } of slice) {
      for (const [dimension, units] of Object.entries(capability.capacity)) live.stock(dimension, handle, units);
      hours.set(handle, capability);
    }
    await nextTurn();
  }
}

/** The same from the file, with what came after it. */
async function installDesk(
  { bases, stamp }: Desk & DeskStamp,
  records: RecordStore,
  live: LiveSurface,
  hours: HoursDesk,
): Promise<void> {
  const late = [...records.since(Number(stamp))];
  await live.declare([...bases.keys(), ...late.flatMap(({ capability }) => Object.keys(capability?.capacity ?? {}))]);
  for (const [dimension, units] of bases) live.stockAll(dimension, units);
  for (const { handle, capability } of late) {
    for (const dimension of live.dimensions) live.stock(dimension, handle, capability?.capacity[dimension] ?? 0);
    if (capability !== null) hours.set(handle, capability);
  }
}

function* slices(records: RecordStore): Generator<StoredRecord[]> {
  for (let handle = 0; handle < records.nextHandle; ) {
    const slice = records.slice(handle, SLICE);
    yield slice;
    handle = (slice.at(-1)?.handle ?? records.nextHandle) + 1;
  }
}

/** The index of the file with what came after it; or, when the file is of no use, one of all records. */
async function loadIndex(path: string, records: RecordStore): Promise<{ index: LivingIndex; stamp: number }> {
  const bytes = await readFile(path).catch(() => null);
  const kept = bytes === null ? null : readIndex(bytes, nodeSha256);
  const stamp = kept === null || isFault(kept) ? Number.NaN : Number(kept.stamp);
  if (kept === null || isFault(kept) || !(stamp <= records.version))
    return { index: await build(records), stamp: Number.NaN };
  if (stamp === records.version) return { index: new LivingIndex(kept.index, stamp), stamp };
  // One change of the index stands for all batches since, and ends at the version of the records.
  const index = new LivingIndex(kept.index, records.version - 1);
  const since = [...records.since(stamp)];
  const put = since.flatMap(({ handle, capability }) => (capability === null ? [] : [{ handle, capability }]));
  index.apply({ put, remove: since.flatMap(({ handle, capability }) => (capability === null ? [handle] : [])) });
  return { index, stamp };
}

async function build(records: RecordStore): Promise<LivingIndex> {
  const parts = new LivingIndex();
  for (const put of slices(records)) {
    parts.apply({ put });
    await nextTurn();
  }
  return records.count === 0
    ? new LivingIndex(null, records.version)
    : new LivingIndex(parts.version.whole(), records.version);
}

async function saveIndex(path: string, index: LivingIndex, version: number): Promise<void> {
  if (index.version.count > 0) await save(path, writeIndex(index.version.whole(), String(version), nodeSha256));
}

/** What hours compiled now depend on, besides the records and the horizon's beginning. */
const compiledBy = (region: Region | null, horizon_days: number): string =>
  createHash("sha256")
    .update(JSON.stringify([HOURS_COMPILED, region, horizon_days]))
    .digest("hex");

/** Null when it is absent, of no use, or of later records than there are. */
async function loadDesk(path: string, compiled: string, version: number): Promise<(Desk & DeskStamp) | null> {
  const bytes = await readFile(path).catch(() => null);
  const desk = bytes === null ? null : readDesk(bytes, nodeSha256);
  if (desk === null || isFault(desk) || desk.compiled !== compiled) return null;
  return Number(desk.stamp) <= version ? desk : null;
}

async function saveDesk(
  path: string,
  compiled: string,
  records: RecordStore,
  live: LiveSurface,
  hours: HoursDesk,
): Promise<void> {
  const handles = records.nextHandle;
  const bases = new Map(live.dimensions.map((dimension) => [dimension, live.steady(dimension)!.bases(handles)]));
  const stamp = String(records.version);
  await save(path, writeDesk({ handles, hours: hours.index.kept(handles), bases }, { stamp, compiled }, nodeSha256));
}

/** Beside the old one first, then in its place. */
async function save(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(`${path}.new`, "w");
  await file.writeFile(bytes);
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
}
