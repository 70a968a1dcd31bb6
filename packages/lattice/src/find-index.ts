/**
 * An immutable index over capabilities: positions follow a Hilbert curve, 32 of them make a block, 32 blocks a group, 32 groups a region.
 * Every block, group and region has a box around its points (earth-centred), and every attribute its bit rows (attribute.ts).
 */
import { AttributeBuilder, type AttributeTable, type BitRow, tableBytes, type WordRow } from "./attribute.ts";
import type { Capability } from "./capability.ts";
import { toEcef } from "./geodesy.ts";
import { hilbertPosition, sortOrder } from "./hilbert.ts";

/** Capabilities in one index; positions are 32-bit and boxes are kept in memory. */
export const MAX_INDEXED = 1 << 27;

/** Boxes of one height: least x, y, z and greatest x, y, z of each, in metres. */
export type Boxes = Float64Array;

/** What the index needs of a record. `handle` is the dense number under which hours and capacity know it. */
export interface Indexed {
  readonly handle: number;
  readonly capability: Pick<Capability, "id" | "at" | "category" | "attributes">;
}

export class FindIndex {
  readonly count: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly handles: Uint32Array;
  /** By height: blocks, groups, regions. */
  readonly boxes: readonly [Boxes, Boxes, Boxes];
  readonly tables: ReadonlyMap<string, AttributeTable>;
  readonly spread: Map<WordRow, BitRow> = new Map();
  /** Ids in the order of the records, and which record each position is. */
  readonly #ids: Ids;
  readonly #rows: Uint32Array;

  private constructor(records: readonly Indexed[], order: Uint32Array) {
    this.count = records.length;
    this.x = new Float64Array(this.count);
    this.y = new Float64Array(this.count);
    this.z = new Float64Array(this.count);
    this.handles = new Uint32Array(this.count);
    this.#rows = order;
    const ids = new IdBuilder(this.count);
    const attributes = new AttributeBuilder(this.count);
    const positions = inverse(order);
    // Records are read in the order in which they lie in memory; only numbers and bits are written out of order.
    for (let row = 0; row < this.count; row++) {
      const { handle, capability } = records[row]!;
      const position = positions[row]!;
      const [x, y, z] = toEcef(capability.at);
      this.x[position] = x;
      this.y[position] = y;
      this.z[position] = z;
      this.handles[position] = handle;
      ids.add(capability.id);
      addAttributes(attributes, position, capability);
    }
    this.#ids = ids.finish();
    this.tables = attributes.finish();
    const blocks = boxesOfPoints(this.x, this.y, this.z);
    const groups = boxesOfBoxes(blocks);
    this.boxes = [blocks, groups, boxesOfBoxes(groups)];
  }

  static build(records: readonly Indexed[]): FindIndex {
    if (records.length > MAX_INDEXED) throw new RangeError(`an index holds at most ${MAX_INDEXED} capabilities`);
    return new FindIndex(records, sortOrder(curveKeys(records)));
  }

  id(position: number): string {
    return this.#ids.at(this.#rows[position]!);
  }

  /** Bytes of all columns, rows and boxes. */
  get size_bytes(): number {
    const columns = [this.x, this.y, this.z, this.handles, this.#rows, ...this.boxes];
    const rows = [...this.tables.values()].map((table) => tableBytes(table));
    return (
      columns.reduce((sum, column) => sum + column.byteLength, 0) +
      rows.reduce((a, b) => a + b, 0) +
      this.#ids.size_bytes
    );
  }
}

function addAttributes(
  builder: AttributeBuilder,
  position: number,
  { category, attributes }: Indexed["capability"],
): void {
  if (category !== null) builder.add(position, "category", category);
  for (const key in attributes) builder.add(position, key, attributes[key]!);
}

function inverse(order: Uint32Array): Uint32Array {
  const positions = new Uint32Array(order.length);
  for (let position = 0; position < order.length; position++) positions[order[position]!] = position;
  return positions;
}

/** Position of each record on a Hilbert curve over the rectangle of degrees that holds them all. */
function curveKeys(records: readonly Indexed[]): Uint32Array {
  let [south, north, west, east] = [90, -90, 180, -180];
  for (const { capability } of records) {
    const { lat, lng } = capability.at;
    if (lat < south) south = lat;
    if (lat > north) north = lat;
    if (lng < west) west = lng;
    if (lng > east) east = lng;
  }
  const tall = 65_535 / Math.max(north - south, 1e-9);
  const wide = 65_535 / Math.max(east - west, 1e-9);
  const keys = new Uint32Array(records.length);
  for (let row = 0; row < records.length; row++) {
    const { lat, lng } = records[row]!.capability.at;
    keys[row] = hilbertPosition(Math.floor((lng - west) * wide), Math.floor((lat - south) * tall));
  }
  return keys;
}

function boxesOfPoints(x: Float64Array, y: Float64Array, z: Float64Array): Boxes {
  const boxes = emptyBoxes((x.length + 31) >>> 5);
  for (let i = 0; i < x.length; i++) {
    widen(boxes, (i >>> 5) * 6, x[i]!, y[i]!, z[i]!);
  }
  return boxes;
}

function boxesOfBoxes(inner: Boxes): Boxes {
  const count = inner.length / 6;
  const boxes = emptyBoxes((count + 31) >>> 5);
  for (let i = 0; i < count; i++) {
    const from = i * 6;
    const to = (i >>> 5) * 6;
    widen(boxes, to, inner[from]!, inner[from + 1]!, inner[from + 2]!);
    widen(boxes, to, inner[from + 3]!, inner[from + 4]!, inner[from + 5]!);
  }
  return boxes;
}

function emptyBoxes(count: number): Boxes {
  const boxes = new Float64Array(count * 6);
  for (let i = 0; i < boxes.length; i++) boxes[i] = i % 6 < 3 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return boxes;
}

function widen(boxes: Boxes, at: number, x: number, y: number, z: number): void {
  if (x < boxes[at]!) boxes[at] = x;
  if (y < boxes[at + 1]!) boxes[at + 1] = y;
  if (z < boxes[at + 2]!) boxes[at + 2] = z;
  if (x > boxes[at + 3]!) boxes[at + 3] = x;
  if (y > boxes[at + 4]!) boxes[at + 4] = y;
  if (z > boxes[at + 5]!) boxes[at + 5] = z;
}

/** Ids as one run of UTF-8: a JavaScript string each would weigh more than all the rest of the index. */
class Ids {
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.#bytes = bytes;
    this.#starts = starts;
  }
  get size_bytes(): number {
    return this.#bytes.length + this.#starts.byteLength;
  }
  at(position: number): string {
    return decoder.decode(this.#bytes.subarray(this.#starts[position]!, this.#starts[position + 1]!));
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

class IdBuilder {
  readonly #starts: Uint32Array;
  #bytes: Uint8Array;
  #count = 0;
  #end = 0;
  constructor(count: number) {
    this.#starts = new Uint32Array(count + 1);
    this.#bytes = new Uint8Array(count * 8 + 512);
  }
  add(id: string): void {
    if (this.#end + id.length * 3 > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2 + id.length * 3);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#end += encoder.encodeInto(id, this.#bytes.subarray(this.#end)).written;
    this.#starts[++this.#count] = this.#end;
  }
  finish(): Ids {
    return new Ids(this.#bytes.slice(0, this.#end), this.#starts);
  }
}
