/** What a capability must be: typed conditions under all, any and not, in three-valued logic, because unknown is a value. */
import { z } from "zod";
import type { AttributeKind, AttributeTable } from "./attribute.ts";
import { type Fault, fault } from "./fault.ts";
import { allOf, anyOf, besides, EVERYTHING, inRange, NOTHING, rowSieve, type Sieve, type Spread } from "./sieve.ts";

export const MAX_CONSTRAINTS = 64;
export const MAX_CONSTRAINT_DEPTH = 8;

/** `is`: has this word (or one of these); `atLeast` and `atMost`: a number in the range; `known`: whether anything is known of it. */
export type Constraint =
  | { readonly attribute: string; readonly is: boolean | string | readonly string[] }
  | { readonly attribute: string; readonly atLeast?: number | undefined; readonly atMost?: number | undefined }
  | { readonly attribute: string; readonly known: boolean }
  | { readonly all: readonly Constraint[] }
  | { readonly any: readonly Constraint[] }
  | { readonly not: Constraint };

const attribute = z.string().min(1).max(128);
const word = z.string().min(1).max(4096);
export const ConstraintShape: z.ZodType<Constraint> = z.lazy(() =>
  z.union([
    z.strictObject({ attribute, is: z.union([z.boolean(), word, z.array(word).min(1).max(256)]) }),
    z.strictObject({ attribute, known: z.boolean() }),
    z
      .strictObject({ attribute, atLeast: z.number().optional(), atMost: z.number().optional() })
      .refine(({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined, "needs atLeast or atMost"),
    z.strictObject({ all: z.array(ConstraintShape).max(MAX_CONSTRAINTS) }),
    z.strictObject({ any: z.array(ConstraintShape).max(MAX_CONSTRAINTS) }),
    z.strictObject({ not: ConstraintShape }),
  ]),
);

/** Where a condition surely holds and where it surely does not; the rest is unknown (Kleene's three values). */
export interface Verdicts {
  readonly yes: Sieve;
  readonly no: Sieve;
}

/** Attributes of one part of a version. */
export interface AttributeSource {
  readonly tables: ReadonlyMap<string, AttributeTable>;
  readonly spread: Spread;
}

/** Which kinds of values attributes have; all that a check needs to know. */
export interface KindSource {
  readonly tables: ReadonlyMap<string, { readonly kinds: ReadonlySet<AttributeKind> }>;
}

/**
 * Checks a condition against everything that the parts of a version know. `at` names the place in the query that a fault points to.
 * Faults: `query-too-large`, `attribute-unknown`, `attribute-mismatch`.
 */
export function checkConstraint(sources: readonly KindSource[], constraint: Constraint, at: string): Fault | null {
  const counted = countConstraints(constraint, 1);
  if (counted > MAX_CONSTRAINTS)
    return fault("query-too-large", `The query has more than ${MAX_CONSTRAINTS} conditions.`, at);
  return check(sources, constraint, at);
}

function countConstraints(constraint: Constraint, depth: number): number {
  if (depth > MAX_CONSTRAINT_DEPTH) return Number.POSITIVE_INFINITY;
  if ("not" in constraint) return countConstraints(constraint.not, depth + 1);
  const parts = "all" in constraint ? constraint.all : "any" in constraint ? constraint.any : null;
  return parts === null ? 1 : parts.reduce((sum, part) => sum + countConstraints(part, depth + 1), 0);
}

function check(sources: readonly KindSource[], constraint: Constraint, at: string): Fault | null {
  if ("not" in constraint) return check(sources, constraint.not, `${at}.not`);
  if ("all" in constraint) return checkParts(sources, constraint.all, `${at}.all`);
  if ("any" in constraint) return checkParts(sources, constraint.any, `${at}.any`);
  const tables = sources.flatMap(({ tables }) => tables.get(constraint.attribute) ?? []);
  if (tables.length === 0)
    return fault("attribute-unknown", `No capability has the attribute "${constraint.attribute}".`, `${at}.attribute`);
  return checkKind(tables, constraint, at);
}

function checkParts(sources: readonly KindSource[], parts: readonly Constraint[], at: string): Fault | null {
  for (const [i, part] of parts.entries()) {
    const wrong = check(sources, part, `${at}[${i}]`);
    if (wrong !== null) return wrong;
  }
  return null;
}

type Kinds = { readonly kinds: ReadonlySet<AttributeKind> };
type Leaf = Extract<Constraint, { attribute: string }>;

function checkKind(tables: readonly Kinds[], leaf: Leaf, at: string): Fault | null {
  if ("known" in leaf) return null;
  const has = (...kinds: AttributeKind[]) => tables.some((table) => kinds.some((kind) => table.kinds.has(kind)));
  if (!("is" in leaf))
    return has("number") ? null : fault("attribute-mismatch", `"${leaf.attribute}" holds no numbers.`, at);
  const boolean = typeof leaf.is === "boolean";
  if (boolean ? has("boolean") : has("word", "set")) return null;
  const kinds = [...new Set(tables.flatMap((table) => [...table.kinds]))].join(" or ");
  const why = `"${leaf.attribute}" holds a ${kinds}, not a ${boolean ? "boolean" : "word"}.`;
  return fault("attribute-mismatch", why, `${at}.is`);
}

/** Turns a condition that was found right into sieves over one part. */
export function compileConstraint(source: AttributeSource, constraint: Constraint): Verdicts {
  if ("not" in constraint) {
    const inner = compileConstraint(source, constraint.not);
    return { yes: inner.no, no: inner.yes };
  }
  if ("all" in constraint) return compileParts(source, constraint.all, allOf, anyOf);
  if ("any" in constraint) return compileParts(source, constraint.any, anyOf, allOf);
  const table = source.tables.get(constraint.attribute);
  if (table !== undefined) return compileLeaf(table, constraint, source.spread);
  // Nothing here has the attribute: everything is unknown.
  return "known" in constraint && !constraint.known ? SURE : "known" in constraint ? NEVER : OPEN;
}

const SURE: Verdicts = { yes: EVERYTHING, no: NOTHING };
const NEVER: Verdicts = { yes: NOTHING, no: EVERYTHING };
const OPEN: Verdicts = { yes: NOTHING, no: NOTHING };

type Join = (sieves: readonly Sieve[]) => Sieve;

function compileParts(source: AttributeSource, parts: readonly Constraint[], yes: Join, no: Join): Verdicts {
  const made = parts.map((part) => compileConstraint(source, part));
  return { yes: yes(made.map((part) => part.yes)), no: no(made.map((part) => part.no)) };
}

function compileLeaf(table: AttributeTable, leaf: Leaf, spread: Spread): Verdicts {
  const known = rowSieve(table.known.bits(spread));
  if ("known" in leaf) {
    const unknown = besides(EVERYTHING, known);
    return leaf.known ? { yes: known, no: unknown } : { yes: unknown, no: known };
  }
  const yes = "is" in leaf ? wordSieve(table, leaf.is, spread) : rangeSieve(table, leaf);
  return { yes, no: besides(known, yes) };
}

function wordSieve(table: AttributeTable, is: boolean | string | readonly string[], spread: Spread): Sieve {
  const words = typeof is === "object" ? is : [is];
  return anyOf(words.flatMap((word) => table.rows.get(word) ?? []).map((row) => rowSieve(row.bits(spread))));
}

function rangeSieve(
  { numbers }: AttributeTable,
  {
    atLeast = Number.NEGATIVE_INFINITY,
    atMost = Number.POSITIVE_INFINITY,
  }: Omit<Extract<Leaf, { atLeast?: unknown }>, "attribute">,
): Sieve {
  return numbers === null || atLeast > atMost ? NOTHING : inRange(numbers, atLeast, atMost);
}
