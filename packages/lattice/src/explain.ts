/**
 * Why an answer is what it is: how many capabilities each condition of a query let through, one condition after another. It looks at everything
 * in the area, so it takes longer than the search that it explains.
 */
import { type Constraint, compileConstraint } from "./constraint.ts";
import type { Part } from "./find-index.ts";
import type { FindQuery } from "./find-query.ts";
import type { Ground } from "./ground.ts";
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

export type Verdict = "yes" | "no" | "unknown";

/** One condition, asked of a row of the area that passed all before. Rows come by distance. */
export interface Asked {
  readonly name: string;
  readonly ask: (row: number) => Verdict;
}

export function explain(ground: Ground, query: FindQuery, area: Area): FindExplanation {
  const { hits, counted } = inArea(ground, area);
  const { places, distances_m } = hits;
  const inside = places.length;
  const conditions = conditionsOf(ground, query, places);
  const { steps, closed } = countSteps({ inside, outside: counted - inside }, conditions, query.unknown === "include");
  const handle = (row: number): number => ground.index.handle(places[row]!);
  const opening = firstToOpen(closed, (row) => ground.openness?.nextOpen?.(handle(row), query.open!.from_ms) ?? null);
  if (opening === null) return { steps, nextOpening: null };
  const { row, opens_ms } = opening;
  const nextOpening = {
    id: ground.index.id(places[row]!),
    handle: handle(row),
    distance_m: distances_m[row]!,
    opens_ms,
  };
  return { steps, nextOpening };
}

/** How many each condition let through; and, where none is open in the window, the rows that came as far as that. */
export function countSteps(
  { inside, outside }: { readonly inside: number; readonly outside: number },
  conditions: Iterable<Asked>,
  lenient: boolean,
): { readonly steps: readonly ExplanationStep[]; readonly closed: readonly number[] } {
  const steps: ExplanationStep[] = [{ condition: "place", passed: inside, refused: outside, unknown: 0 }];
  let left: readonly number[] = Array.from({ length: inside }, (_, row) => row);
  let closed: readonly number[] = [];
  for (const { name, ask } of conditions) {
    const verdicts = left.map(ask);
    const count = (verdict: Verdict) => verdicts.filter((one) => one === verdict).length;
    steps.push({ condition: name, passed: count("yes"), refused: count("no"), unknown: count("unknown") });
    if (name === "open" && count("yes") === 0) closed = left;
    left = left.filter((_, k) => verdicts[k] === "yes" || (lenient && verdicts[k] === "unknown"));
  }
  return { steps, closed };
}

/** Of equal openings the nearest. */
export function firstToOpen(
  rows: readonly number[],
  opensOf: (row: number) => number | null,
): { readonly row: number; readonly opens_ms: number } | null {
  let first: { row: number; opens_ms: number } | null = null;
  for (const row of rows) {
    const opens_ms = opensOf(row);
    if (opens_ms !== null && (first === null || opens_ms < first.opens_ms)) first = { row, opens_ms };
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

function* conditionsOf(
  { index, openness, room }: Ground,
  { where, open, free }: FindQuery,
  places: Hits["places"],
): Generator<Asked> {
  for (const { name, constraint } of partsOf(where)) {
    const verdict = asker(index.parts, constraint);
    yield { name, ask: (row) => verdict(places[row]!) };
  }
  if (open === undefined) return;
  const handle = (row: number): number => index.handle(places[row]!);
  const states = { open: "yes", closed: "no", unknown: "unknown" } as const;
  yield { name: "open", ask: (row) => states[openness?.isOpen(handle(row), open) ?? "unknown"] };
  for (const [dimension, units] of Object.entries(free ?? {}))
    yield {
      name: `free.${dimension}`,
      ask: (row) => ((room?.free(handle(row), dimension, open) ?? 0) >= units ? "yes" : "no"),
    };
}

/** The conditions of an `all` one by one; anything else is one condition. */
export function partsOf(where: Constraint | undefined): { readonly name: string; readonly constraint: Constraint }[] {
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
