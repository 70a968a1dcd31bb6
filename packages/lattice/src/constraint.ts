/** What a capability must be: typed conditions under all, any and not, in three-valued logic, because unknown is a value. */
import { z } from "zod";
import type { AttributeKind, AttributeTable, WordRow } from "./attribute.ts";
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
/** The commonest come first: a form that does not fit takes longer to be found so than one that does. */
export const ConstraintShape: z.ZodType<Constraint> = z.lazy(() =>
  z.union([
    z.strictObject({ attribute, is: z.union([z.boolean(), word, z.array(word).min(1).max(256)]) }),
    z.strictObject({ all: z.array(ConstraintShape).max(MAX_CONSTRAINTS) }),
    z.strictObject({ any: z.array(ConstraintShape).max(MAX_CONSTRAINTS) }),
    z.strictObject({ not: ConstraintShape }),
    z.strictObject({ attribute, known: z.boolean() }),
    z
      .strictObject({ attribute, atLeast: z.number().optional(), atMost: z.number().optional() })
      .refine(({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined, "needs atLeast or atMost"),
  ]),
);

/** Conditions are three-valued (Kleene): what is asked of one is where it surely holds, or where it surely does not; the rest is unknown. */
export type Verdict = "yes" | "no";

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
  return check(sources, constraint, () => at);
}

function countConstraints(constraint: Constraint, depth: number): number {
  if (depth > MAX_CONSTRAINT_DEPTH) return Number.POSITIVE_INFINITY;
  if ("not" in constraint) return countConstraints(constraint.not, depth + 1);
  const parts = "all" in constraint ? constraint.all : "any" in constraint ? constraint.any : null;
  if (parts === null) return 1;
  let sum = 0;
  for (const part of parts) sum += countConstraints(part, depth + 1);
  return sum;
}

/** Where a fault is: said only when there is one, since every query is checked. */
type At = () => string;

function check(sources: readonly KindSource[], constraint: Constraint, at: At): Fault | null {
  if ("not" in constraint) return check(sources, constraint.not, () => `${at()}.not`);
  if ("all" in constraint) return checkParts(sources, constraint.all, () => `${at()}.all`);
  if ("any" in constraint) return checkParts(sources, constraint.any, () => `${at()}.any`);
  return checkLeaf(sources, constraint, at);
}

function checkParts(sources: readonly KindSource[], parts: readonly Constraint[], at: At): Fault | null {
  for (let i = 0; i < parts.length; i++) {
    const wrong = check(sources, parts[i]!, () => `${at()}[${i}]`);
    if (wrong !== null) return wrong;
  }
  return null;
}

type Leaf = Extract<Constraint, { attribute: string }>;

function checkLeaf(sources: readonly KindSource[], leaf: Leaf, at: At): Fault | null {
  let known = false;
  for (const { tables } of sources) {
    const table = tables.get(leaf.attribute);
    if (table === undefined) continue;
    known = true;
    if (suits(leaf, table.kinds)) return null;
  }
  if (known) return mismatch(sources, leaf, at());
  return fault("attribute-unknown", `No capability has the attribute "${leaf.attribute}".`, `${at()}.attribute`);
}

function suits(leaf: Leaf, kinds: ReadonlySet<AttributeKind>): boolean {
  if ("known" in leaf) return true;
  if (!("is" in leaf)) return kinds.has("number");
  return typeof leaf.is === "boolean" ? kinds.has("boolean") : kinds.has("word") || kinds.has("set");
}

function mismatch(sources: readonly KindSource[], leaf: Leaf, at: string): Fault {
  if (!("is" in leaf)) return fault("attribute-mismatch", `"${leaf.attribute}" holds no numbers.`, at);
  const kinds = new Set(sources.flatMap(({ tables }) => [...(tables.get(leaf.attribute)?.kinds ?? [])]));
  const wanted = typeof leaf.is === "boolean" ? "boolean" : "word";
  const why = `"${leaf.attribute}" holds a ${[...kinds].join(" or ")}, not a ${wanted}.`;
  return fault("attribute-mismatch", why, `${at}.is`);
}

/** Turns a condition that was found right into a sieve over one part: the positions of which the verdict is certain. */
export function compileConstraint(source: AttributeSource, constraint: Constraint, verdict: Verdict): Sieve {
  if ("not" in constraint) return compileConstraint(source, constraint.not, verdict === "yes" ? "no" : "yes");
  if ("all" in constraint || "any" in constraint) {
    const all = "all" in constraint;
    const parts = all ? constraint.all : constraint.any;
    // All hold where each does; not all hold where any does not.
    const each = all === (verdict === "yes");
    const made: Sieve[] = [];
    for (const part of parts) {
      const sieve = compileConstraint(source, part, verdict);
      if (each && sieve === NOTHING) return NOTHING;
      made.push(sieve);
    }
    return each ? allOf(made) : anyOf(made);
  }
  const table = source.tables.get(constraint.attribute);
  if (table !== undefined) return compileLeaf(table, constraint, verdict, source.spread);
  // Nothing here has the attribute: everything is unknown.
  return "known" in constraint && constraint.known === (verdict === "no") ? EVERYTHING : NOTHING;
}

function compileLeaf(table: AttributeTable, leaf: Leaf, verdict: Verdict, spread: Spread): Sieve {
  if ("known" in leaf) {
    const known = sieveOf(table.known, spread);
    return leaf.known === (verdict === "yes") ? known : besides(EVERYTHING, known);
  }
  const yes = "is" in leaf ? wordSieve(table, leaf.is, spread) : rangeSieve(table, leaf);
  return verdict === "yes" ? yes : besides(sieveOf(table.known, spread), yes);
}

const sieveOf = (row: WordRow, spread: Spread): Sieve => rowSieve(row.bits(spread), row.count / row.positions);

function wordSieve({ rows }: AttributeTable, is: boolean | string | readonly string[], spread: Spread): Sieve {
  if (typeof is === "object")
    return anyOf(is.flatMap((word) => rows.get(word) ?? []).map((row) => sieveOf(row, spread)));
  const row = rows.get(is);
  return row === undefined ? NOTHING : sieveOf(row, spread);
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
