/**
 * What must hold for a value, as hash-consed formulas in negation normal form. Every atom speaks about one type and is
 * true for all others; negating it therefore adds the type. References are expanded only when a value of some type
 * arrives, so recursive schemas stay finite.
 */
import type { NumberTest } from "./number-test.ts";
import type { Rx } from "./regex.ts";

export const NULL = 1;
export const FALSE = 2;
export const TRUE = 4;
export const NUM = 8;
export const STR = 16;
export const ARR = 32;
export const OBJ = 64;
export const ALL_TYPES = 127;

/** A set of property names: one name, or everything that an expression matches. */
export interface KeySet {
  readonly id: number;
  readonly name: string | null;
  readonly rx: Rx;
  /** Names that were looked up in an expression. */
  readonly held: Map<string, boolean>;
}

export type Kind =
  | "true"
  | "false"
  | "and"
  | "or"
  | "ref"
  | "type"
  | "str"
  | "num"
  /** Every property whose name lies in `keys` satisfies `must` / some property does. */
  | "every"
  | "some"
  | "minKeys"
  | "maxKeys"
  /** Every item at index from..to−1 satisfies `must` / some item does; indices count from the items still to come. */
  | "items"
  | "someItem"
  | "minItems"
  | "maxItems"
  /** At least / at most `n` items satisfy `must`. */
  | "countMin"
  | "countMax"
  | "unique";

export interface Target {
  readonly id: number;
  expand(negated: boolean): Formula;
}

export interface Formula {
  readonly id: number;
  readonly kind: Kind;
  /** The type that an atom speaks about; 0 for the rest. */
  readonly about: number;
  readonly parts: readonly Formula[];
  readonly mask: number;
  readonly rx: Rx | null;
  readonly test: NumberTest | null;
  readonly keys: KeySet | null;
  readonly must: Formula | null;
  readonly from: number;
  readonly to: number;
  readonly target: Target | null;
  readonly negated: boolean;
  /** Memo of `on` for each type bit. */
  byType: Map<number, Formula | "open"> | null;
  opposite: Formula | null;
  language: Rx | null;
}
