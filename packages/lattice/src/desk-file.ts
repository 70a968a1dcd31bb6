/**
 * What opening needs of all records besides the index, as a file (docs/formats/lattice-index.md): base units of each dimension and compiled hours,
 * both by handle. With it, no record is read before somebody asks for one.
 */
import { z } from "zod";
import { ColumnList, type Columns, Reference, readColumnFile, writeColumnFile } from "./column-file.ts";
import type { Fault } from "./fault.ts";
import type { KeptHours, Pattern } from "./hours.ts";
import { MAX_STAMP_CHARACTERS } from "./index-file.ts";
import type { Sha256 } from "./journal.ts";

const MAGIC = "AXLATD1\n";

const Directory = z.strictObject({
  size: z.int(),
  stamp: z.string().max(MAX_STAMP_CHARACTERS),
  handles: z.int().min(0),
  /** How hours were compiled: those of another place or library are of no use. */
  compiled: z.string().max(MAX_STAMP_CHARACTERS),
  hours: z.strictObject({
    from_ms: z.int(),
    until_ms: z.int(),
    patterns: z.int().min(1),
    words: z.int().min(1),
    open: Reference,
    unsure: Reference,
    unknown: Reference,
    patternOf: Reference,
  }),
  bases: z.array(z.tuple([z.string(), Reference])),
});
type Directory = z.infer<typeof Directory>;

export interface Desk {
  /** Handles that are told of, from 0 on. */
  readonly handles: number;
  readonly hours: KeptHours;
  /** By dimension: units by handle. */
  readonly bases: ReadonlyMap<string, Int16Array>;
}

/** What the owner knows it by. */
export interface DeskStamp {
  /** Up to which change of the records it goes. */
  readonly stamp: string;
  readonly compiled: string;
}

export function writeDesk({ handles, hours, bases }: Desk, { stamp, compiled }: DeskStamp, sha256: Sha256): Uint8Array {
  const columns = new ColumnList();
  const { patterns, patternOf, horizon } = hours;
  const words = patterns[0]!.open.length;
  const unsure = patterns.flatMap(({ unknown }, i) => (unknown.some((word) => word !== 0) ? [i] : []));
  const directory: Directory = {
    size: 0,
    stamp,
    handles,
    compiled,
    hours: {
      ...horizon,
      patterns: patterns.length,
      words,
      open: columns.add(
        joined(
          patterns.map(({ open }) => open),
          words,
        ),
      ),
      unsure: columns.add(Uint32Array.from(unsure)),
      unknown: columns.add(
        joined(
          unsure.map((i) => patterns[i]!.unknown),
          words,
        ),
      ),
      patternOf: columns.add(patternOf.subarray(0, handles)),
    },
    bases: [...bases].map(([dimension, base]) => [dimension, columns.add(base)]),
  };
  return writeColumnFile(MAGIC, directory, columns, sha256);
}

function joined(rows: readonly Uint32Array[], words: number): Uint32Array {
  const all = new Uint32Array(rows.length * words);
  for (const [i, row] of rows.entries()) all.set(row, i * words);
  return all;
}

/** Columns are views of `bytes`. Faults: `index-unreadable`. */
export const readDesk = (bytes: Uint8Array, sha256: Sha256): (Desk & DeskStamp) | Fault =>
  readColumnFile(MAGIC, bytes, sha256, Directory, (directory, columns) => ({
    stamp: directory.stamp,
    compiled: directory.compiled,
    handles: directory.handles,
    hours: readHours(directory, columns),
    bases: new Map(directory.bases.map(([dimension, at]) => [dimension, columns.shorts(at, directory.handles)])),
  }));

function readHours({ handles, hours }: Directory, columns: Columns): KeptHours {
  const { patterns, words, from_ms, until_ms } = hours;
  const open = columns.integers(hours.open, patterns * words);
  const unsure = columns.integers(hours.unsure, hours.unsure[1]);
  const unknown = columns.integers(hours.unknown, unsure.length * words);
  const none = new Uint32Array(words);
  const made = Array.from(
    { length: patterns },
    (_, i): Pattern => ({
      open: open.subarray(i * words, (i + 1) * words),
      unknown: none,
    }),
  );
  for (const [k, i] of unsure.entries()) {
    if (made[i] === undefined) throw new RangeError(`there is no pattern ${i}`);
    made[i] = { open: made[i].open, unknown: unknown.subarray(k * words, (k + 1) * words) };
  }
  const patternOf = columns.integers(hours.patternOf, handles);
  if (patternOf.some((pattern) => pattern >= patterns))
    throw new RangeError("a handle has a pattern that is not there");
  return { horizon: { from_ms, until_ms }, patterns: made, patternOf };
}
