/** What a capability must be: typed conditions under all, any and not, in three-valued logic, because unknown is a value. */
import { z } from "zod";
import type { AttributeTable } from "./attribute.ts";
import { type Fault, fault, isFault } from "./fault.ts";
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

export interface AttributeSource {
  readonly tables: ReadonlyMap<string, AttributeTable>;
  readonly spread: Spread;
}

/** Turns a condition into sieves over one index. `at` names the place in the query that a fault points to. */
export function compileConstraint(source: AttributeSource, constraint: Constraint, at: string): Verdicts | Fault {
  const counted = countConstraints(constraint, 1);
  if (counted > MAX_CONSTRAINTS)
    return fault("query-too-large", `The query has more than ${MAX_CONSTRAINTS} conditions.`, at);
  return compile(source, constraint, at);
}

function countConstraints(constraint: Constraint, depth: number): number {
  if (depth > MAX_CONSTRAINT_DEPTH) return Number.POSITIVE_INFINITY;
  if ("not" in constraint) return countConstraints(constraint.not, depth + 1);
  const parts = "all" in constraint ? constraint.all : "any" in constraint ? constraint.any : null;
  return parts === null ? 1 : parts.reduce((sum, part) => sum + countConstraints(part, depth + 1), 0);
}

function compile(source: AttributeSource, constraint: Constraint, at: string): Verdicts | Fault {
  if ("not" in constraint) {
    const inner = compile(source, constraint.not, `${at}.not`);
    return isFault(inner) ? inner : { yes: inner.no, no: inner.yes };
  }
  if ("all" in constraint) return compileParts(source, constraint.all, `${at}.all`, allOf, anyOf);
  if ("any" in constraint) return compileParts(source, constraint.any, `${at}.any`, anyOf, allOf);
  const table = source.tables.get(constraint.attribute);
  if (table === undefined) {
    return fault("attribute-unknown", `No capability has the attribute "${constraint.attribute}".`, `${at}.attribute`);
  }
  return compileLeaf(table, constraint, source.spread, at);
}

type Join = (sieves: readonly Sieve[]) => Sieve;

function compileParts(
  source: AttributeSource,
  parts: readonly Constraint[],
  at: string,
  yes: Join,
  no: Join,
): Verdicts | Fault {
  const made: Verdicts[] = [];
  for (const [i, part] of parts.entries()) {
    const verdicts = compile(source, part, `${at}[${i}]`);
    if (isFault(verdicts)) return verdicts;
    made.push(verdicts);
  }
  return { yes: yes(made.map((part) => part.yes)), no: no(made.map((part) => part.no)) };
}

type Leaf = Extract<Constraint, { attribute: string }>;

function compileLeaf(table: AttributeTable, leaf: Leaf, spread: Spread, at: string): Verdicts | Fault {
  const known = rowSieve(table.known.bits(spread));
  if ("known" in leaf) {
    const unknown = besides(EVERYTHING, known);
    return leaf.known ? { yes: known, no: unknown } : { yes: unknown, no: known };
  }
  const yes = "is" in leaf ? wordSieve(table, leaf.is, spread, at) : rangeSieve(table, leaf, at);
  return isFault(yes) ? yes : { yes, no: besides(known, yes) };
}

function wordSieve(
  table: AttributeTable,
  is: boolean | string | readonly string[],
  spread: Spread,
  at: string,
): Sieve | Fault {
  const boolean = typeof is === "boolean";
  const fits = boolean ? table.kinds.has("boolean") : table.kinds.has("word") || table.kinds.has("set");
  if (!fits) {
    const kinds = [...table.kinds].join(" or ");
    return fault(
      "attribute-mismatch",
      `The attribute holds a ${kinds}, not a ${boolean ? "boolean" : "word"}.`,
      `${at}.is`,
    );
  }
  const words = typeof is === "object" ? is : [is];
  return anyOf(words.flatMap((word) => table.rows.get(word) ?? []).map((row) => rowSieve(row.bits(spread))));
}

function rangeSieve(
  table: AttributeTable,
  leaf: { atLeast?: number | undefined; atMost?: number | undefined },
  at: string,
): Sieve | Fault {
  if (table.numbers === null) return fault("attribute-mismatch", "The attribute holds no numbers.", at);
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = leaf;
  return atLeast > atMost ? NOTHING : inRange(table.numbers, atLeast, atMost);
}
