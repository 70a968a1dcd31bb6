/**
 * Capabilities out of CSV (RFC 4180, as spreadsheets write it). The first line names the columns. `id`, `name`, `category`, `tz` and hours
 * are taken by name, a column `capacity` or `capacity:seats` counts units, and every other column is an attribute: yes and no are
 * booleans, figures numbers, `a;b` a set, anything else a word, and an empty cell is unknown.
 */
import { pipeline, Readable } from "node:stream";
import { CsvError, type Info, parse } from "csv-parse";
import type { AttributeValue } from "./capability.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import {
  type Drafted,
  type ImportBatch,
  ImportDesk,
  type ImportOptions,
  type ImportSource,
  MAX_RECORD_BYTES,
} from "./import.ts";

const DELIMITERS = [",", ";", "\t", "|"];
const LATITUDE = new Set(["lat", "latitude", "y"]);
const LONGITUDE = new Set(["lng", "lon", "long", "longitude", "x"]);
const HOURS = new Set(["hours", "opening_hours"]);
const PLAIN = new Set(["id", "name", "category", "tz"]);

type Cells = readonly string[];
/** Where a column's cells go: a field of the record, a dimension of its capacity, or an attribute. */
interface Column {
  readonly to: "id" | "name" | "category" | "tz" | "lat" | "lng" | "hours" | "capacity" | "attribute";
  readonly key: string;
}

/** Faults name lines; a cell in quotes may run over several, then it is the last of them. */
export async function* importCsv(source: ImportSource, options: ImportOptions): AsyncGenerator<ImportBatch> {
  const desk = new ImportDesk(options);
  let columns: readonly Column[] | null = null;
  try {
    for await (const { record, info } of rowsOf(source, desk)) {
      const where = `line ${info.lines}`;
      if (columns !== null) desk.take(draftOf(columns, record, options, info.lines), where);
      else {
        const header = columnsOf(record.map((name) => name.trim()));
        if (isFault(header)) {
          desk.refuse(header, where);
          break;
        }
        columns = header;
      }
      if (desk.full) yield desk.batch();
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    columns ??= [];
    desk.refuse(fault("import-malformed", `${error.message}.`), "the rest of the file");
  }
  if (desk.bytes === 0) desk.refuse(fault("import-malformed", "The file is empty."), "line 1");
  yield desk.batch();
}

async function* rowsOf(source: ImportSource, desk: ImportDesk): AsyncGenerator<{ record: Cells; info: Info }> {
  const chunks = (Symbol.asyncIterator in source ? source : ofMany(source))[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    for (let next: IteratorResult<Uint8Array> = first; next.done !== true; next = await chunks.next()) {
      desk.bytes += next.value.length;
      yield Buffer.from(next.value);
    }
  };
  const parser = parse({
    delimiter: delimiterOf(first.value),
    bom: true,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    // A quote in the middle of a cell stays a quote; otherwise the rest of the file would be taken for the cell.
    relax_quotes: true,
    max_record_size: MAX_RECORD_BYTES,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error !== undefined) desk.take(fault("import-malformed", `${error.message}.`), `line ${error.lines ?? "?"}`);
    },
  });
  // A source that fails ends the parser with its error, which then comes out of the loop.
  pipeline(Readable.from(rest()), parser, () => {});
  yield* parser;
}

async function* ofMany(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** The one that the header has most of. */
function delimiterOf(beginning: Uint8Array): string {
  const header = new TextDecoder().decode(beginning.subarray(0, 65_536)).split("\n", 1)[0]!;
  const count = (delimiter: string): number => header.split(delimiter).length;
  return DELIMITERS.reduce((best, each) => (count(each) > count(best) ? each : best));
}

function columnsOf(header: Cells): readonly Column[] | Fault {
  const columns = header.map(columnOf);
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) return fault("import-malformed", `Two columns are named "${twice}".`);
  const missing = (["lat", "lng"] as const).find((to) => !columns.some((column) => column.to === to));
  if (missing === undefined) return columns;
  const names = missing === "lat" ? "lat, latitude or y" : "lng, lon, longitude or x";
  return fault("import-malformed", `No column is named ${names}; the columns are ${header.slice(0, 12).join(", ")}.`);
}

function columnOf(name: string): Column {
  const key = name.toLowerCase();
  if (LATITUDE.has(key)) return { to: "lat", key };
  if (LONGITUDE.has(key)) return { to: "lng", key };
  if (HOURS.has(key)) return { to: "hours", key };
  if (PLAIN.has(key)) return { to: key as Column["to"], key };
  const [, dimension] = /^(?:capacity|units)(?::(.+))?$/.exec(key) ?? [];
  if (key === "units" || key === "capacity") return { to: "capacity", key: "units" };
  return dimension === undefined ? { to: "attribute", key: name } : { to: "capacity", key: dimension };
}

function draftOf(columns: readonly Column[], cells: Cells, { tz }: ImportOptions, line: number): Drafted {
  if (cells.length !== columns.length)
    return fault("import-malformed", `The line has ${cells.length} cells, the header ${columns.length}.`);
  const at: Record<string, number | string> = {};
  const attributes: Record<string, AttributeValue> = {};
  const capacity: Record<string, number | string> = {};
  const draft: Record<string, unknown> = { id: `line/${line}`, name: "", category: null, tz, hours: null };
  for (const [i, { to, key }] of columns.entries()) {
    const cell = cells[i]!.trim();
    if (cell === "") continue;
    else if (to === "lat" || to === "lng") at[to] = figureIn(cell);
    else if (to === "attribute") attributes[key] = cellValue(cell);
    else if (to === "capacity") capacity[key] = figureIn(cell);
    else draft[to] = to === "hours" ? { kind: "osm", text: cell } : cell;
  }
  return { ...draft, at, attributes, capacity };
}

/** What is no figure stays as it is, so that the fault can show it. */
const figureIn = (cell: string): number | string => (Number.isNaN(Number(cell)) ? cell : Number(cell));

const SAID: Readonly<Record<string, boolean>> = { yes: true, true: true, no: false, false: false };

function cellValue(cell: string): AttributeValue {
  const said = SAID[cell.toLowerCase()];
  if (said !== undefined) return said;
  // "007" and "+44 …" are names of things, not figures.
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(cell)) return Number(cell);
  if (!cell.includes(";")) return cell;
  return [
    ...new Set(
      cell
        .split(";")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    ),
  ];
}
