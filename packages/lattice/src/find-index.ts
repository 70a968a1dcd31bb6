/**
 * An immutable index over capabilities: positions follow a Hilbert curve, 32 of them make a block, 32 blocks a group, 32 groups a region.
 * Every block, group and region has a box around its points (earth-centred), and every attribute its bit rows (attribute.ts).
 */
import { type AttributeTable, type BitRow, rowBytes, tableBytes, type WordRow } from "./attribute.ts";
import { type BlockBoxes, type Boxes, boxesOfBoxes, boxesOfPoints, withinGroups } from "./box.ts";
import type { IdColumn } from "./id-column.ts";
import { Tombstones } from "./tombstones.ts";

/** Capabilities in one index; positions are 32-bit and boxes are kept in memory. */
export const MAX_INDEXED = 1 << 27;

/** One index of a version, the positions in it that no longer count, and the number that its position 0 has in the version. */
export interface Part {
  readonly index: FindIndex;
  readonly dead: Tombstones;
  readonly first: number;
}

/** What a search runs over. Places are positions in one part or another, counted through: `first` + position. */
export interface Searchable {
  /** Says which version this is; 0 for an index that never changes. */
  readonly epoch: number;
  readonly parts: readonly Part[];
  id(place: number): string;
  handle(place: number): number;
  /** Where a handle stands; null when it does not. */
  locate(handle: number): { readonly part: Part; readonly position: number } | null;
}

/** Columns by position. */
export interface IndexedColumns {
  /** x, y, z of each position, earth-centred, in metres: side by side, as a search reads them. */
  readonly at: Float64Array;
  readonly handles: Uint32Array;
  /** Positions in ascending order of their handles. */
  readonly byHandle: Uint32Array;
  readonly ids: IdColumn;
  readonly tables: ReadonlyMap<string, AttributeTable>;
}

export class FindIndex implements Searchable {
  readonly epoch = 0;
  readonly parts: readonly Part[];
  readonly count: number;
  readonly at: Float64Array;
  readonly handles: Uint32Array;
  readonly byHandle: Uint32Array;
  readonly ids: IdColumn;
  readonly blockBoxes: BlockBoxes;
  readonly groupBoxes: Boxes;
  readonly regionBoxes: Boxes;
  readonly tables: ReadonlyMap<string, AttributeTable>;
  readonly spread: Map<WordRow, BitRow> = new Map();

  constructor(columns: IndexedColumns) {
    ({ at: this.at, handles: this.handles, byHandle: this.byHandle, ids: this.ids, tables: this.tables } = columns);
    this.count = this.handles.length;
    const blocks = boxesOfPoints(this.at);
    this.groupBoxes = boxesOfBoxes(blocks);
    this.regionBoxes = boxesOfBoxes(this.groupBoxes);
    this.blockBoxes = withinGroups(blocks, this.groupBoxes);
    this.parts = [{ index: this, dead: Tombstones.none, first: 0 }];
  }

  id(position: number): string {
    return this.ids.at(position);
  }

  handle(position: number): number {
    return this.handles[position]!;
  }

  locate(handle: number): { readonly part: Part; readonly position: number } | null {
    const position = this.positionOf(handle);
    return position < 0 ? null : { part: this.parts[0]!, position };
  }

  /** Position of a handle; -1 when it is not here. */
  positionOf(handle: number): number {
    let from = 0;
    let until = this.count;
    while (from < until) {
      const middle = (from + until) >>> 1;
      if (this.handles[this.byHandle[middle]!]! < handle) from = middle + 1;
      else until = middle;
    }
    const position = this.byHandle[from] ?? -1;
    return position >= 0 && this.handles[position] === handle ? position : -1;
  }

  /** Bytes of all columns, rows and boxes. */
  get size_bytes(): number {
    const columns = [this.at, this.handles, this.byHandle, this.blockBoxes, this.groupBoxes, this.regionBoxes];
    const tables = [...this.tables.values()].map((table) => tableBytes(table));
    const spread = [...this.spread.values()].map((row) => rowBytes(row));
    return (
      columns.reduce((sum, column) => sum + column.byteLength, 0) +
      [...tables, ...spread].reduce((a, b) => a + b, 0) +
      this.ids.size_bytes
    );
  }
}
