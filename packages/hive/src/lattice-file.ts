/** A file of capabilities on its way into the lattice: which importer reads it, and how its records are sent. */
import { createReadStream, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import {
  type AttributeKind,
  type Capability,
  type Fault,
  type ImportBatch,
  type ImportOptions,
  importJson,
  importJsonLines,
} from "lattice";
import { importCsv } from "lattice/csv";
import { type Refusal, refuse } from "lop";

export const FILE_KINDS = ["geojson", "jsonl", "csv"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

const ENDINGS: readonly (readonly [RegExp, FileKind])[] = [
  [/\.(?:csv|tsv|txt)(?:\.gz)?$/i, "csv"],
  [/\.(?:jsonl|ndjson|geojsonl|geojsons)(?:\.gz)?$/i, "jsonl"],
  [/\.(?:geojson|json|osmjson)(?:\.gz)?$/i, "geojson"],
];
const IMPORTERS = { geojson: importJson, jsonl: importJsonLines, csv: importCsv };

export interface CapabilityFile {
  readonly path: string;
  readonly size_bytes: number;
  /** From the beginning, each time. Compressed files are unpacked. */
  batches(kinds: ReadonlyMap<string, AttributeKind>): AsyncIterable<ImportBatch>;
}

/** Refusals: `path-not-found`, `path-not-a-file`, `parameters-invalid` when nothing says what kind of file it is. */
export function capabilityFile(path: string, kind: FileKind | undefined, tz: string): CapabilityFile | Refusal {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return refuse("path-not-found", `There is no file ${path}.`, "Check the path.");
  if (!stat.isFile()) return refuse("path-not-a-file", `${path} is no file.`);
  const meant = kind ?? ENDINGS.find(([ending]) => ending.test(path))?.[1];
  if (meant === undefined)
    return refuse(
      "parameters-invalid",
      `${path} does not say what it is.`,
      `Say it: --format ${FILE_KINDS.join("|")}.`,
    );
  return {
    path,
    size_bytes: stat.size,
    batches: (kinds) => {
      const options: ImportOptions = { tz, kinds };
      const raw = createReadStream(path);
      return IMPORTERS[meant](path.endsWith(".gz") ? raw.pipe(createGunzip()) : raw, options);
    },
  };
}

export interface Imported {
  readonly added: number;
  readonly replaced: number;
  readonly read: number;
  readonly passed_over: number;
  readonly bad: number;
  /** The first of them; the rest is only counted. */
  readonly faults: readonly Fault[];
}

export interface ImportHandles {
  put(records: readonly Capability[]): Promise<{ added: number; replaced: number } | Refusal>;
  progress(bytes: number, phase: "checking" | "importing"): void;
}

/** Faults that an answer lists. */
export const FAULTS_LISTED = 1000;

/**
 * Without `keep_good` the whole file is checked first, and nothing of a file with faults is taken. Refusals are those of `put`; what was put
 * before one stays, and importing again replaces it.
 */
export async function importFile(
  file: CapabilityFile,
  { keep_good, kinds }: { keep_good: boolean; kinds: ReadonlyMap<string, AttributeKind> },
  handles: ImportHandles,
): Promise<Imported | Refusal> {
  if (!keep_good) {
    const checked = await pass(file.batches(kinds), async (batch) => {
      handles.progress(batch.bytes, "checking");
      return { added: 0, replaced: 0 };
    });
    if ("refused" in checked || checked.bad > 0) return checked;
  }
  return pass(file.batches(kinds), async (batch) => {
    handles.progress(batch.bytes, "importing");
    return batch.records.length === 0 ? { added: 0, replaced: 0 } : handles.put(batch.records);
  });
}

async function pass(
  batches: AsyncIterable<ImportBatch>,
  take: (batch: ImportBatch) => Promise<{ added: number; replaced: number } | Refusal>,
): Promise<Imported | Refusal> {
  const faults: Fault[] = [];
  const sum = { added: 0, replaced: 0, read: 0, passed_over: 0, bad: 0 };
  for await (const batch of batches) {
    const taken = await take(batch);
    if ("refused" in taken) return taken;
    sum.added += taken.added;
    sum.replaced += taken.replaced;
    [sum.read, sum.passed_over, sum.bad] = [batch.read, batch.passed_over, batch.bad];
    faults.push(...batch.faults.slice(0, FAULTS_LISTED - faults.length));
  }
  return { ...sum, faults };
}
