/** What an index is built from: columns by row, in the order in which the records came. */
import type { AttributeKind } from "./attribute.ts";
import type { AttributeValue, Capability } from "./capability.ts";
import { IdBuilder, type IdColumn } from "./id-column.ts";

/** What the index needs of a record. `handle` is the dense number under which hours and capacity know it. */
export interface Indexed {
  readonly handle: number;
  readonly capability: Pick<Capability, "id" | "at" | "category" | "attributes">;
}

/** By row: 0 for none, else 1 + the number of the word. */
export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** One attribute of all rows; a row has a code, or a number, or is among the members, or is unknown. */
export interface AttributeColumn {
  readonly kinds: ReadonlySet<AttributeKind>;
  readonly words: readonly (string | boolean)[];
  /** Words and booleans. */
  readonly codes: Codes;
  /** NaN where there is none. */
  readonly numbers: Float64Array | null;
  /** Sets, as pairs (row, code); each set has one pair with code 0, by which an empty one is known. */
  readonly members: { readonly rows: readonly number[]; readonly codes: readonly number[] } | null;
}

export interface IndexColumns {
  readonly count: number;
  readonly handles: Uint32Array;
  /** Degrees, WGS84. */
  readonly lat: Float64Array;
  readonly lng: Float64Array;
  readonly ids: IdColumn;
  /** The category stands among them under `category`. */
  readonly attributes: ReadonlyMap<string, AttributeColumn>;
}

class ColumnDraft implements AttributeColumn {
  readonly kinds = new Set<AttributeKind>();
  readonly words: (string | boolean)[] = [];
  codes: Codes;
  numbers: Float64Array | null = null;
  members: { rows: number[]; codes: number[] } | null = null;
  readonly #codeOf = new Map<string | boolean, number>();
  #lastKind: AttributeKind | null = null;

  constructor(count: number) {
    this.codes = new Uint8Array(count);
  }

  set(row: number, value: AttributeValue): void {
    if (typeof value === "boolean") this.#word(row, value, "boolean");
    else if (typeof value === "string") this.#word(row, value, "word");
    else if (typeof value === "number") this.#number(row, value);
    else this.#set(row, value);
  }

  #word(row: number, word: string | boolean, kind: AttributeKind): void {
    if (kind !== this.#lastKind) this.kinds.add(kind);
    this.#lastKind = kind;
    const code = this.#codeOf.get(word) ?? this.#newCode(word);
    this.codes[row] = code;
  }

  #newCode(word: string | boolean): number {
    const code = this.words.push(word);
    this.#codeOf.set(word, code);
    if (code === 0x100) this.codes = Uint16Array.from(this.codes);
    if (code === 0x1_0000) this.codes = Uint32Array.from(this.codes);
    return code;
  }

  #number(row: number, value: number): void {
    this.kinds.add("number");
    this.numbers ??= new Float64Array(this.codes.length).fill(Number.NaN);
    this.numbers[row] = value;
  }

  #set(row: number, words: readonly string[]): void {
    this.kinds.add("set");
    this.members ??= { rows: [], codes: [] };
    const codes = [...new Set(words)].map((word) => this.#codeOf.get(word) ?? this.#newCode(word));
    for (const code of [0, ...codes]) {
      this.members.rows.push(row);
      this.members.codes.push(code);
    }
  }
}

export function columnsOf(records: readonly Indexed[]): IndexColumns {
  const count = records.length;
  const ids = new IdBuilder(count);
  const [lat, lng, handles] = [new Float64Array(count), new Float64Array(count), new Uint32Array(count)];
  const drafts = new Map<string, ColumnDraft>();
  const set = (row: number, key: string, value: AttributeValue): void => {
    let column = drafts.get(key);
    if (column === undefined) {
      column = new ColumnDraft(count);
      drafts.set(key, column);
    }
    column.set(row, value);
  };
  for (let row = 0; row < count; row++) {
    const { handle, capability } = records[row]!;
    handles[row] = handle;
    lat[row] = capability.at.lat;
    lng[row] = capability.at.lng;
    ids.add(capability.id);
    const { attributes } = capability;
    for (const key in attributes) if (key !== "category") set(row, key, attributes[key]!);
    if (capability.category !== null) set(row, "category", capability.category);
  }
  return { count, handles, lat, lng, ids: ids.finish(), attributes: drafts };
}
