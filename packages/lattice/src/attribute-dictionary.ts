/** The typed dictionary of attributes: how many capabilities have what kind of value under which key. A key keeps to its kind. */
import type { AttributeKind } from "./attribute.ts";
import type { AttributeValue, Capability } from "./capability.ts";
import type { KindSource } from "./constraint.ts";
import { type Fault, fault } from "./fault.ts";
import type { AttributeCount } from "./lattice.ts";

export type KindCounts = Readonly<Record<AttributeKind, number>>;
type Draft = Record<AttributeKind, number>;

const NONE: KindCounts = { boolean: 0, word: 0, number: 0, set: 0 };
const KINDS = Object.keys(NONE) as AttributeKind[];

export const kindOf = (value: AttributeValue): AttributeKind =>
  typeof value === "boolean"
    ? "boolean"
    : typeof value === "number"
      ? "number"
      : typeof value === "string"
        ? "word"
        : "set";

/** What a record says of itself, the category among it. */
export function* valuesOf({ category, attributes }: Capability): Generator<[key: string, value: AttributeValue]> {
  if (category !== null) yield ["category", category];
  for (const key in attributes) yield [key, attributes[key]!];
}

const isOf = (kind: AttributeKind, other: AttributeKind): boolean =>
  kind === other || (kind !== "boolean" && kind !== "number" && other !== "boolean" && other !== "number");

/** Counts of one key are asked for when it is first touched: from memory, or from rows that were locked before. */
export type CountsOf = (key: string) => KindCounts | undefined;

export interface AttributeEdit {
  readonly gone: readonly Capability[];
  /** In the order of the batch. */
  readonly come: readonly Capability[];
}

/** The counts of all touched keys afterwards. Faults: `attribute-mismatch`, at `records.3.attributes.wifi`. */
export function editCounts(countsOf: CountsOf, { gone, come }: AttributeEdit): ReadonlyMap<string, KindCounts> | Fault {
  const touched = new Map<string, Draft>();
  const draft = (key: string): Draft => {
    const counts = touched.get(key) ?? { ...(countsOf(key) ?? NONE) };
    touched.set(key, counts);
    return counts;
  };
  for (const capability of gone) for (const [key, value] of valuesOf(capability)) draft(key)[kindOf(value)]--;
  for (const [i, capability] of come.entries()) {
    for (const [key, value] of valuesOf(capability)) {
      const counts = draft(key);
      const kind = kindOf(value);
      const other = KINDS.find((known) => counts[known] > 0 && !isOf(kind, known));
      if (other !== undefined) return mismatch(i, key, kind, other);
      counts[kind]++;
    }
  }
  return touched;
}

function mismatch(record: number, key: string, kind: AttributeKind, other: AttributeKind): Fault {
  const at = key === "category" ? "category" : `attributes.${key}`;
  return fault("attribute-mismatch", `"${key}" holds a ${other}, not a ${kind}.`, `records.${record}.${at}`);
}

/** In their order, so that whoever locks them does not wait in a circle. */
export const keysTouched = ({ gone, come }: AttributeEdit): string[] =>
  [...new Set([...gone, ...come].flatMap((capability) => [...valuesOf(capability)].map(([key]) => key)))].sort();

export class AttributeDictionary implements KindSource {
  readonly #counts: Map<string, KindCounts>;

  constructor(counts: Iterable<readonly [key: string, counts: KindCounts]> = []) {
    this.#counts = new Map(counts);
  }

  edit(edit: AttributeEdit): ReadonlyMap<string, KindCounts> | Fault {
    return editCounts((key) => this.#counts.get(key), edit);
  }

  take(counts: ReadonlyMap<string, KindCounts>): void {
    for (const [key, kinds] of counts) {
      if (total(kinds) === 0) this.#counts.delete(key);
      else this.#counts.set(key, kinds);
    }
  }

  list(): AttributeCount[] {
    return listCounts(this.#counts);
  }

  /** As conditions are checked against it. */
  get tables(): ReadonlyMap<string, { readonly kinds: ReadonlySet<AttributeKind> }> {
    return kindTables(this.#counts);
  }
}

const total = (counts: KindCounts): number => KINDS.reduce((sum, kind) => sum + counts[kind], 0);

export const listCounts = (counts: ReadonlyMap<string, KindCounts>): AttributeCount[] =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, kinds]) => ({
      key,
      kind: kinds.set > 0 ? "set" : KINDS.find((kind) => kinds[kind] > 0)!,
      capabilities: total(kinds),
    }));

export const kindTables = (
  counts: ReadonlyMap<string, KindCounts>,
): ReadonlyMap<string, { readonly kinds: ReadonlySet<AttributeKind> }> =>
  new Map([...counts].map(([key, kinds]) => [key, { kinds: new Set(KINDS.filter((kind) => kinds[kind] > 0)) }]));
