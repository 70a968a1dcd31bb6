/** Keywords that apply schemas to the value itself: what holds then, and in which ways, for `unevaluated*`. */
import { joinEvaluated, NOTHING, type Outcome } from "./evaluated.ts";
import type { Formula } from "./formula.ts";
import type { Json } from "./json.ts";
import { BRANCH_LIMIT, type Keyword, type Part } from "./keyword.ts";
import { fail } from "./refusal.ts";

const OVERLAP_LIMIT = 64;

function dependency(k: Keyword, name: string, value: Json): Part {
  const absent = k.s.every(k.s.key(name), k.s.no);
  if (Array.isArray(value)) return { f: k.s.or(absent, k.s.and(...k.names(value).map((n) => k.has(n)))) };
  if (typeof value === "string") return { f: k.s.or(absent, k.has(value)) };
  return {
    f: k.s.or(absent, k.sub(name)),
    ways: () => [
      { f: absent, seen: NOTHING(k.s.regex) },
      ...k.ways(name).map((w) => ({ f: k.s.and(k.has(name), w.f), seen: w.seen })),
    ],
  };
}

function joinParts(k: Keyword, parts: Part[]): Part {
  return {
    f: k.s.and(...parts.map((p) => p.f)),
    ways: () =>
      parts.reduce<Outcome[]>(
        (left, part) => {
          const right = part.ways?.() ?? [{ f: part.f, seen: NOTHING(k.s.regex) }];
          if (left.length * right.length > BRANCH_LIMIT)
            fail("too-hard", `unevaluated* meets more than ${BRANCH_LIMIT} combinations.`);
          return left.flatMap((a) =>
            right.map((b) => ({ f: k.s.and(a.f, b.f), seen: joinEvaluated(k.s.regex, a.seen, b.seen) })),
          );
        },
        [{ f: k.s.yes, seen: NOTHING(k.s.regex) }],
      ),
  };
}

/** Every set of branches that may succeed together; branches that evaluate nothing need no listing apart. */
function anyWays(k: Keyword): Outcome[] {
  const branches = k.list().map((_, i) => k.ways(i));
  let ways: (Outcome & { some: boolean })[] = [{ f: k.s.yes, seen: NOTHING(k.s.regex), some: false }];
  const dull: Formula[] = [];
  for (const branch of branches) {
    const bright = branch.filter(
      (w) => w.seen.keys !== k.s.regex.none || w.seen.prefix > 0 || w.seen.matching.length > 0,
    );
    dull.push(...branch.filter((w) => !bright.includes(w)).map((w) => w.f));
    ways = [
      ...ways,
      ...ways.flatMap((a) =>
        bright.map((b) => ({ f: k.s.and(a.f, b.f), seen: joinEvaluated(k.s.regex, a.seen, b.seen), some: true })),
      ),
    ];
    if (ways.length > BRANCH_LIMIT)
      fail("too-hard", `unevaluated* meets more than ${BRANCH_LIMIT} combinations of branches.`);
  }
  return ways.map((w) => (w.some ? w : { f: k.s.or(...dull), seen: w.seen }));
}

/** Exactly one: each branch against those that could also hold; disjoint branches need no denial. */
function oneOfBranches(k: Keyword): { own: Formula; denied: Formula }[] {
  const branches = k.list().map((_, i) => k.sub(i));
  const small = branches.length <= OVERLAP_LIMIT;
  const overlaps = branches.map((a, i) => branches.map((b, j) => i !== j && !(small && j > i && k.c.disjoint(a, b))));
  return branches.map((own, i) => {
    const rivals = branches.filter((_, j) => j !== i && (i < j ? overlaps[i]![j] : overlaps[j]![i]));
    return { own, denied: k.s.and(...rivals.map((b) => k.s.not(b))) };
  });
}

export function conditional(k: Keyword): Part {
  const { s } = k;
  const test = k.sub();
  const branch = (name: string) => (k.schema.has(name) ? k.c.sub(k.at, name) : s.yes);
  const waysOf = (name: string): Outcome[] =>
    k.schema.has(name) ? k.c.waysOf(k.c.place(k.at, name), k.at.scope) : [{ f: s.yes, seen: NOTHING(s.regex) }];
  const both = (a: Outcome[], b: Outcome[]) =>
    a.flatMap((x) => b.map((y) => ({ f: s.and(x.f, y.f), seen: joinEvaluated(s.regex, x.seen, y.seen) })));
  return {
    f: s.or(s.and(test, branch("then")), s.and(s.not(test), branch("else"))),
    ways: () => [
      ...both(k.ways(), waysOf("then")),
      ...waysOf("else").map((w) => ({ f: s.and(s.not(test), w.f), seen: w.seen })),
    ],
  };
}

export function reference(k: Keyword): Part {
  const place = k.c.reference(k.at, k.name, k.text());
  return { f: k.c.refTo(place, k.at.scope), ways: () => k.c.waysOf(place, k.at.scope) };
}

export const dependencies = (k: Keyword): Part =>
  joinParts(
    k,
    [...k.map()].map(([name, value]) => dependency(k, name, value)),
  );

export const allOf = (k: Keyword): Part =>
  joinParts(
    k,
    k.list().map((_, i) => ({ f: k.sub(i), ways: () => k.ways(i) })),
  );

export const anyOf = (k: Keyword): Part => ({
  f: k.s.or(...k.list().map((_, i) => k.sub(i))),
  ways: () => anyWays(k),
});

export function oneOf(k: Keyword): Part {
  const branches = oneOfBranches(k);
  return {
    f: k.s.or(...branches.map((b) => k.s.and(b.own, b.denied))),
    ways: () => branches.flatMap((b, i) => k.ways(i).map((w) => ({ f: k.s.and(w.f, b.denied), seen: w.seen }))),
  };
}
