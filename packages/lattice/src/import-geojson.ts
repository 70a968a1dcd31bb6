/**
 * Capabilities out of GeoJSON (RFC 7946), Overpass and OSM JSON, and lines of JSON of either kind or of our own records. Documents are
 * read in pieces; a feature that is wrong is told by its number and the rest goes on, a document that breaks off ends there.
 */
import { JSONParser } from "@streamparser/json";
import { type Fault, fault } from "./fault.ts";
import type { Point } from "./geodesy.ts";
import {
  type Drafted,
  type ImportBatch,
  ImportDesk,
  type ImportOptions,
  type ImportSource,
  linesOf,
  MAX_RECORD_BYTES,
} from "./import.ts";
import { readTags, type Tags } from "./osm-tags.ts";

type Dict = Readonly<Record<string, unknown>>;
const isDict = (value: unknown): value is Dict => typeof value === "object" && value !== null && !Array.isArray(value);

/** One document: a FeatureCollection, an Overpass answer (`elements`), or an array of features or records. */
export async function* importJson(source: ImportSource, options: ImportOptions): AsyncGenerator<ImportBatch> {
  const desk = new ImportDesk(options);
  const parser = new JSONParser({ paths: ["$.features.*", "$.elements.*", "$.*"], keepStack: false });
  let [number, since] = [0, 0];
  parser.onValue = ({ value, key, parent, stack }) => {
    const listed = stack.length > 1 || Array.isArray(parent);
    if (!listed) return;
    since = 0;
    number = typeof key === "number" ? key + 1 : number + 1;
    desk.take(draftOf(value, options, number), `feature ${number}`);
  };
  let broken: Fault | null = null;
  parser.onError = (error) => {
    broken ??= fault("import-malformed", `This is no JSON beyond here: ${error.message}.`);
  };
  for await (const chunk of source) {
    desk.bytes += chunk.length;
    since += chunk.length;
    if (broken === null) parser.write(chunk);
    if (since > MAX_RECORD_BYTES + chunk.length) broken ??= fault("import-malformed", tooLong);
    if (broken !== null) break;
    if (desk.full) yield desk.batch();
  }
  if (broken === null && !parser.isEnded) broken = fault("import-malformed", "The file breaks off before its end.");
  if (broken !== null) desk.refuse(broken, `after feature ${number}`);
  else if (number === 0)
    desk.refuse(fault("import-malformed", "There are no features, elements or records in it."), "the file");
  yield desk.batch();
}

const tooLong = `One record is longer than ${MAX_RECORD_BYTES} bytes, or the file holds none.`;

/** A feature, an OSM element or a record in each line. Empty lines pass. */
export async function* importJsonLines(source: ImportSource, options: ImportOptions): AsyncGenerator<ImportBatch> {
  const desk = new ImportDesk(options);
  const count = (bytes: number): void => {
    desk.bytes += bytes;
  };
  for await (const [line, number] of linesOf(source, count)) {
    if (line?.trim() === "") continue;
    desk.take(
      line === null ? fault("import-malformed", tooLong) : draftOfLine(line, options, number),
      `line ${number}`,
    );
    if (desk.full) yield desk.batch();
  }
  yield desk.batch();
}

function draftOfLine(line: string, options: ImportOptions, number: number): Drafted {
  // RFC 8142 lets each text begin with a record separator.
  const text = line.startsWith("\u001e") ? line.slice(1) : line;
  try {
    return draftOf(JSON.parse(text), options, number);
  } catch (error) {
    return fault("import-malformed", `${error instanceof Error ? error.message : String(error)}.`);
  }
}

function draftOf(value: unknown, options: ImportOptions, number: number): Drafted {
  if (!isDict(value)) return fault("import-malformed", "It is no JSON object.");
  if (value.type === "Feature") return ofFeature(value, options, number);
  if (isDict(value.at)) return ofRecord(value, options);
  if (isDict(value.tags) || typeof value.lat === "number" || "type" in value) return ofElement(value, options);
  return fault("import-malformed", "It is no GeoJSON feature, no OSM element and no capability.");
}

const ofRecord = (value: Dict, { tz }: ImportOptions): Drafted => ({
  name: "",
  category: null,
  tz,
  attributes: {},
  hours: null,
  capacity: {},
  ...value,
});

/** An element of Overpass or OSM JSON. Ways and relations carry a `center` when they were asked for with `out center`. */
function ofElement(value: Dict, { tz }: ImportOptions): Drafted {
  const tags = stringsOf(value.tags);
  const tagged = readTags(tags);
  if (tagged === null) return null;
  const at = elementPoint(value);
  if (at === null)
    return fault("import-malformed", "It has no position; ask Overpass for `out center`.", String(value.id ?? ""));
  const { id, type } = value;
  const full = typeof type === "string" && typeof id === "number" ? `${type}/${id}` : id;
  return { id: full, at, tz, ...tagged };
}

function elementPoint({ lat, lon, lng, center, bounds }: Dict): Point | null {
  if (isDict(center)) return elementPoint(center);
  if (isDict(bounds)) {
    const { minlat, maxlat, minlon, maxlon } = bounds as Record<string, number>;
    return { lat: (minlat! + maxlat!) / 2, lng: (minlon! + maxlon!) / 2 };
  }
  const east = lng ?? lon;
  return typeof lat === "number" && typeof east === "number" ? { lat, lng: east } : null;
}

function ofFeature(value: Dict, options: ImportOptions, number: number): Drafted {
  const properties = isDict(value.properties) ? value.properties : {};
  const at = isDict(value.geometry) ? middleOf(value.geometry) : null;
  const id = featureId(value, properties, number);
  const tagged = readTags(stringsOf(properties));
  if (tagged !== null)
    return at === null
      ? fault("import-malformed", "The feature has no geometry.", "geometry")
      : { id, at, tz: options.tz, ...tagged };
  if (properties.name === undefined && properties.category === undefined) return null;
  return at === null
    ? fault("import-malformed", "The feature has no geometry.", "geometry")
    : ofProperties(id, at, properties, options);
}

const featureId = (value: Dict, properties: Dict, number: number): string =>
  String(value.id ?? properties["@id"] ?? properties.id ?? `feature/${number}`);

/** A feature that speaks no OSM: `name`, `category`, `tz`, `opening_hours` and `capacity` as they are, all else attributes. */
function ofProperties(id: string, at: Point, properties: Dict, options: ImportOptions): Drafted {
  const {
    name = "",
    category = null,
    tz = options.tz,
    opening_hours = null,
    capacity = {},
    id: _,
    ...rest
  } = properties;
  const attributes = Object.fromEntries(Object.entries(rest).filter(([key, value]) => value !== null && key !== "@id"));
  const hours = typeof opening_hours === "string" ? { kind: "osm", text: opening_hours } : null;
  return { id, name, category, at, tz, attributes, hours, capacity: isDict(capacity) ? capacity : { units: capacity } };
}

const stringsOf = (tags: unknown): Tags =>
  isDict(tags)
    ? Object.fromEntries(Object.entries(tags).flatMap(([key, value]) => (isPlain(value) ? [[key, String(value)]] : [])))
    : {};
const isPlain = (value: unknown): boolean => ["string", "number", "boolean"].includes(typeof value);

/** A point as it is; of anything else the middle of its extent. Null when there is no position in it. */
function middleOf(geometry: Dict): Point | null {
  const extent = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  const walk = (value: unknown, depth: number): void => {
    if (!Array.isArray(value) || depth > 5) return;
    const [lng, lat] = value as unknown[];
    if (typeof lng === "number" && typeof lat === "number") {
      extent.west = Math.min(extent.west, lng);
      extent.east = Math.max(extent.east, lng);
      extent.south = Math.min(extent.south, lat);
      extent.north = Math.max(extent.north, lat);
    } else for (const inner of value) walk(inner, depth + 1);
  };
  const parts = Array.isArray(geometry.geometries) ? geometry.geometries.filter(isDict) : [geometry];
  for (const part of parts) walk(part.coordinates, 0);
  const { west, south, east, north } = extent;
  return west <= east ? { lat: (south + north) / 2, lng: (west + east) / 2 } : null;
}
