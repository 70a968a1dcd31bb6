/** Builds an index from columns by row: sorts the rows along the curve and turns the columns into rows of bits by position. */
import type { AttributeTable } from "./attribute.ts";
import { SLICE_ROWS, tableOfColumn } from "./attribute-build.ts";
import { FindIndex, MAX_INDEXED } from "./find-index.ts";
import { toEcef } from "./geodesy.ts";
import { curveKeys, inverse, sortOrder, sortPasses } from "./hilbert.ts";
import { IdBuilder } from "./id-column.ts";
import { columnsOf, type IndexColumns, type Indexed } from "./index-columns.ts";

/** Work that gives way now and then, run to its end. */
export function toEnd<T>(slices: Generator<void, T>): T {
  for (;;) {
    const slice = slices.next();
    if (slice.done) return slice.value;
  }
}

/** @throws RangeError for more than `MAX_INDEXED` records. Handles are expected to differ. */
export const buildIndex = (records: readonly Indexed[]): FindIndex => toEnd(buildSlices(columnsOf(records)));

export function* buildSlices(columns: IndexColumns): Generator<void, FindIndex> {
  const { count, lat, lng, handles } = columns;
  if (count > MAX_INDEXED) throw new RangeError(`an index holds at most ${MAX_INDEXED} capabilities`);
  const order = yield* sortPasses(yield* curveKeys(lat, lng));
  const positions = inverse(order);
  const tables = new Map<string, AttributeTable>();
  for (const [key, column] of columns.attributes) tables.set(key, yield* tableOfColumn(column, positions));
  const at = new Float64Array(3 * count);
  for (let row = 0; row < count; row++) {
    const [x, y, z] = toEcef({ lat: lat[row]!, lng: lng[row]! });
    const place = 3 * positions[row]!;
    at[place] = x;
    at[place + 1] = y;
    at[place + 2] = z;
    if (row % SLICE_ROWS === SLICE_ROWS - 1) yield;
  }
  const ids = new IdBuilder(count, columns.ids.bytes.length);
  for (let position = 0; position < count; position++) ids.copy(columns.ids, order[position]!);
  yield;
  const byPosition = order.map((row) => handles[row]!);
  const byHandle = ascends(handles) ? positions : sortOrder(byPosition);
  return new FindIndex({ at, handles: byPosition, byHandle, ids: ids.finish(), tables });
}

/** Handles mostly come in order; then their rows are the positions in order of handles already. */
function ascends(handles: Uint32Array): boolean {
  for (let row = 1; row < handles.length; row++) if (handles[row]! <= handles[row - 1]!) return false;
  return true;
}
