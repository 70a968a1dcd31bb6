/**
 * Why an answer is what it is: how many capabilities each condition of a query let through, one condition after another. It looks at everything
 * in the area, so it takes longer than the search that it explains.
 */
import { type Constraint, compileConstraint } from "./constraint.ts";
import type { FindQuery, Ground } from "./find.ts";
import type { Part } from "./find-index.ts";
import { HitColumns, type Hits } from "./hit-columns.ts";
import type { Area } from "./place.ts";
import { Search } from "./search.ts";
import { EVERYTHING, type Sieve } from "./sieve.ts";

/** Of those that passed all conditions before: how many this one lets through, refuses, and cannot tell of. */
export interface ExplanationStep {
  /** `place`, `where.all[1]`, `open`, `free.seats`. */
  readonly condition: string;
  readonly passed: number;
  readonly refused: number;
  /** They went on when the query lets the unknown in. */
  readonly unknown: number;
}

export interface NextOpening {
  readonly id: string;
  readonly handle: number;
  readonly distance_m: number;
  readonly opens_ms: number;
}

export interface FindExplanation {
  readonly steps: readonly ExplanationStep[];
  /** Where none is open in the window: which of the others opens first after its begin (then the nearest); null where none does, or nobody knows. */
  readonly nextOpening: NextOpening | null;
}

type Verdict = "yes" | "no" | "unknown";

/** One condition, asked of a place that passed all before. */
interface Condition {
  readonly name: string;
  readonly ask: (place: number) => Verdict;
}

export function explain(ground: Ground, query: FindQuery, area: Area): FindExplanation {
  const { hits, counted } = inArea(ground, area);
  const steps = [{ condition: "place", passed: hits.places.length, refused: counted - hits.places.length, unknown: 0 }];
  const lenient = query.unknown === "include";
  let left: readonly number[] = Array.from(hits.places.keys());
  let closed: readonly number[] = [];
  for (const { name, ask } of conditionsOf(ground, query)) {
    const verdicts = left.map((i) => ask(hits.places[i]!));
    const count = (verdict: Verdict) => verdicts.filter((one) => one === verdict).length;
    steps.push({ condition: name, passed: count("yes"), refused: count("no"), unknown: count("unknown") });
    if (name === "open" && count("yes") === 0) closed = left;
    left = left.filter((_, k) => verdicts[k] === "yes" || (lenient && verdicts[k] === "unknown"));
  }
  return { steps, nextOpening: firstToOpen(ground, query, hits, closed) };
}

function firstToOpen(
  { index, openness }: Ground,
  { open }: FindQuery,
  { places, distances_m }: Hits,
  rows: readonly number[],
): NextOpening | null {
  let first: NextOpening | null = null;
  for (const row of rows) {
    const handle = index.handle(places[row]!);
    const opens_ms = openness?.nextOpen?.(handle, open!.from_ms) ?? null;
    if (opens_ms === null || (first !== null && opens_ms > first.opens_ms)) continue;
    // Rows come by distance: of equal openings the first stays.
    if (first === null || opens_ms < first.opens_ms)
      first = { id: index.id(places[row]!), handle, distance_m: distances_m[row]!, opens_ms };
  }
  return first;
}

/** Everything in the area that counts, and how much counts at all. */
function inArea({ index, counts }: Ground, area: Area): { readonly hits: Hits; readonly counted: number } {
  const columns = new HitColumns(area.radius_m);
  const wanted = { area, accept: counts, after: null, hours: null, patterns: null, room: null };
  for (const part of index.parts) new Search(part, EVERYTHING, wanted).each(columns);
  return { hits: columns.sorted((place) => index.id(place)), counted: countedIn(index.parts, counts) };
}

function countedIn(parts: readonly Part[], counts: Ground["counts"]): number {
  const alive = parts.reduce((sum, { index, dead }) => sum + index.count - dead.count, 0);
  if (counts === null) return alive;
  let counted = 0;
  for (const { index, dead } of parts)
    index.handles.forEach((handle, position) => {
      if (!dead.has(position) && counts(handle)) counted++;
    });
  return counted;
}

function* conditionsOf({ index, openness, room }: Ground, { where, open, free }: FindQuery): Generator<Condition> {
  for (const { name, constraint } of partsOf(where)) yield { name, ask: asker(index.parts, constraint) };
  if (open === undefined) return;
  const states = { open: "yes", closed: "no", unknown: "unknown" } as const;
  yield { name: "open", ask: (place) => states[openness?.isOpen(index.handle(place), open) ?? "unknown"] };
  for (const [dimension, units] of Object.entries(free ?? {})) {
    const enough = (handle: number): boolean => (room?.free(handle, dimension, open) ?? 0) >= units;
    yield { name: `free.${dimension}`, ask: (place) => (enough(index.handle(place)) ? "yes" : "no") };
  }
}

/** The conditions of an `all` one by one; anything else is one condition. */
function partsOf(where: Constraint | undefined): { readonly name: string; readonly constraint: Constraint }[] {
  if (where === undefined) return [];
  if (!("all" in where)) return [{ name: "where", constraint: where }];
  return where.all.map((constraint, i) => ({ name: `where.all[${i}]`, constraint }));
}

function asker(parts: readonly Part[], constraint: Constraint): (place: number) => Verdict {
  const compiled = parts.map(({ index, first }) => ({
    first,
    yes: compileConstraint(index, constraint, "yes"),
    no: compileConstraint(index, constraint, "no"),
  }));
  return (place) => {
    const { first, yes, no } = compiled.findLast((part) => part.first <= place)!;
    if (holds(yes, place - first)) return "yes";
    return holds(no, place - first) ? "no" : "unknown";
  };
}

const holds = (sieve: Sieve, position: number): boolean =>
  ((sieve.words(position >>> 5) >>> (position & 31)) & 1) === 1;
