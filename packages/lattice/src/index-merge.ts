/** Makes one index of several, from their columns alone: no record has to be read again. What is dead is left behind. */
import type { AttributeTable } from "./attribute.ts";
import { GONE, mergeTables, SLICE_ROWS } from "./attribute-build.ts";
import { FindIndex, type Part } from "./find-index.ts";
import { toPoint } from "./geodesy.ts";
import { curveKeys, sortPasses } from "./hilbert.ts";
import { IdBuilder } from "./id-column.ts";

/** @param parts of one version: of a handle at most one position is alive in all of them. */
export function* mergeSlices(parts: readonly Part[]): Generator<void, FindIndex> {
  const alive = aliveOf(parts);
  const keys = yield* keysOf(alive);
  const order = yield* sortPasses(keys);
  const moved = new Uint32Array(parts.reduce((sum, { index }) => sum + index.count, 0)).fill(GONE);
  const firsts = firstsOf(parts);
  for (let position = 0; position < order.length; position++) {
    const from = order[position]!;
    moved[firsts[alive.parts[from]!]! + alive.positions[from]!] = position;
  }
  yield;
  const placed = yield* placedColumns(parts, alive, order);
  const byHandle = yield* sortPasses(placed.handles);
  const tables = new Map<string, AttributeTable>();
  for (const key of new Set(parts.flatMap(({ index }) => [...index.tables.keys()]))) {
    const sources = parts.flatMap(({ index }, i) => {
      const table = index.tables.get(key);
      return table === undefined ? [] : [{ table, moved, first: firsts[i]! }];
    });
    const table = yield* mergeTables(sources, order.length);
    if (table !== null) tables.set(key, table);
  }
  return new FindIndex({ ...placed, byHandle, tables });
}

/** Where the positions of each part begin, counted through. */
function firstsOf(parts: readonly Part[]): number[] {
  let end = 0;
  return parts.map(({ index }) => {
    end += index.count;
    return end - index.count;
  });
}

/** Everything that still counts: in which part, and where there. */
interface Alive {
  readonly parts: Uint8Array;
  readonly positions: Uint32Array;
  readonly lat: Float64Array;
  readonly lng: Float64Array;
  readonly indexes: readonly FindIndex[];
}

function aliveOf(parts: readonly Part[]): Alive {
  const count = parts.reduce((sum, { index, dead }) => sum + index.count - dead.count, 0);
  const alive: Alive = {
    parts: new Uint8Array(count),
    positions: new Uint32Array(count),
    lat: new Float64Array(count),
    lng: new Float64Array(count),
    indexes: parts.map(({ index }) => index),
  };
  let end = 0;
  for (const [i, { index, dead }] of parts.entries()) {
    for (let position = 0; position < index.count; position++) {
      if (dead.count > 0 && dead.has(position)) continue;
      alive.parts[end] = i;
      alive.positions[end++] = position;
    }
  }
  return alive;
}

function* keysOf({ parts, positions, lat, lng, indexes }: Alive): Generator<void, Uint32Array> {
  for (let i = 0; i < positions.length; i++) {
    const { at } = indexes[parts[i]!]!;
    const from = 3 * positions[i]!;
    const point = toPoint(at[from]!, at[from + 1]!, at[from + 2]!);
    lat[i] = point.lat;
    lng[i] = point.lng;
    if (i % SLICE_ROWS === SLICE_ROWS - 1) yield;
  }
  return yield* curveKeys(lat, lng);
}

function* placedColumns(parts: readonly Part[], { parts: partOf, positions }: Alive, order: Uint32Array) {
  const count = order.length;
  const at = new Float64Array(3 * count);
  const handles = new Uint32Array(count);
  const bytes = parts.reduce((sum, { index }) => sum + index.ids.bytes.length, 0);
  const ids = new IdBuilder(count, bytes);
  for (let position = 0; position < count; position++) {
    const from = order[position]!;
    const { index } = parts[partOf[from]!]!;
    const old = positions[from]!;
    for (let axis = 0; axis < 3; axis++) at[3 * position + axis] = index.at[3 * old + axis]!;
    handles[position] = index.handles[old]!;
    ids.copy(index.ids, old);
    if (position % SLICE_ROWS === SLICE_ROWS - 1) yield;
  }
  return { at, handles, ids: ids.finish() };
}
