/**
 * Whether an array can be written to its end. Without `uniqueItems` a search over what remains decides; with it, items
 * are dealt out to classes of values (inside or outside each rule), of which none gives more than it has.
 */
import type { Counter, Judge } from "./count.ts";
import type { Formula } from "./formula.ts";
import type { FormulaStore } from "./formula-store.ts";
import { fail } from "./refusal.ts";
import type { Splitter } from "./split.ts";

const CLASS_LIMIT = 64;

export class ArrayJudge {
  readonly #store: FormulaStore;
  readonly #judge: Judge;
  readonly #counter: Counter;
  readonly #splitter: Splitter;

  constructor(store: FormulaStore, judge: Judge, counter: Counter, splitter: Splitter) {
    this.#store = store;
    this.#judge = judge;
    this.#counter = counter;
    this.#splitter = splitter;
  }

  /** Any array formula without `uniqueItems`. */
  plain(f: Formula): boolean {
    const atoms = f.kind === "and" ? f.parts : [f];
    const flat = atoms.every((a) => ["items", "minItems", "maxItems"].includes(a.kind));
    if (!flat) return this.#search(f);
    const { least, most } = lengths(atoms);
    return least <= most && spansOf(this.#store, atoms, least).every((span) => this.#judge.value(span.item));
  }

  #search(f: Formula): boolean {
    const seen = new Set([f]);
    const stack = [f];
    while (stack.length > 0) {
      this.#judge.burn();
      const at = stack.pop()!;
      if (arrayMayEnd(at)) return true;
      for (const pair of this.#splitter.item(at)) {
        if (seen.has(pair.rest) || !this.#judge.value(pair.member)) continue;
        seen.add(pair.rest);
        stack.push(pair.rest);
      }
    }
    return false;
  }

  /** A conjunction with `uniqueItems`. */
  distinct(conjunction: readonly Formula[]): boolean {
    const atoms = conjunction.flatMap((a) => this.#byPlace(a));
    const { least, most } = lengths(atoms);
    const counts = countsOf(atoms);
    const needed = counts.reduce((sum, c) => sum + c.least, 0);
    if (counts.some((c) => c.least > c.most)) return false;
    const longest = Math.min(most, least + needed);
    for (let size = Math.max(least, ...counts.map((c) => c.least)); size <= longest; size++) {
      this.#judge.burn();
      if (this.#deal(spansOf(this.#store, atoms, size), counts, size)) return true;
    }
    return false;
  }

  /** "Some item from here to there" is a rule for one item, or a count over all. */
  #byPlace(atom: Formula): Formula[] {
    const s = this.#store;
    if (atom.kind === "someItem") {
      if (atom.to === atom.from + 1) return [s.items(atom.from, atom.to, atom.must!), s.itemCount("minItems", atom.to)];
      if (atom.from === 0 && atom.to === Number.POSITIVE_INFINITY) return [s.count("countMin", 1, atom.must!)];
      fail("too-hard", "A unique array needs some item at one of several places.");
    }
    return [atom];
  }

  #deal(spans: readonly Span[], counts: readonly Count[], size: number): boolean {
    if (counts.length === 0 && spans.every((span) => this.#plenty(span, spans))) return true;
    const classes = this.#classes(spans, counts, size);
    const room = classes.map((c) => c.size);
    const got = counts.map(() => 0);
    const fits = (at: number, from: number, left: number): boolean => {
      this.#judge.burn();
      if (left === 0) {
        const next = spans[at + 1];
        return next ? fits(at + 1, 0, next.size) : counts.every((c, i) => got[i]! >= c.least);
      }
      const cell = classes[from];
      if (!cell) return false;
      const caps = counts.map((c, i) => (cell.counted.has(c) ? c.most - got[i]! : left));
      const most = cell.inside.has(spans[at]!.item) ? Math.min(left, room[from]!, ...caps) : 0;
      const take = (n: number): void => {
        room[from]! -= n;
        for (const [i, c] of counts.entries()) if (cell.counted.has(c)) got[i]! += n;
      };
      for (let n = most; n >= 0; n--) {
        take(n);
        if (fits(at, from + 1, left - n)) return true;
        take(-n);
      }
      return false;
    };
    return spans.length === 0 ? counts.every((c) => c.least === 0) : fits(0, 0, spans[0]!.size);
  }

  /** At a glance: the span has as many values as there are positions that could want the same. */
  #plenty(span: Span, spans: readonly Span[]): boolean {
    if (!this.#judge.value(span.item)) return false;
    const rivals = spans.filter((o) => o === span || this.#judge.value(this.#store.and(span.item, o.item)));
    const wanted = rivals.reduce((n, other) => n + other.size, 0);
    return wanted <= 1 || this.#counter.count(span.item, wanted) >= wanted;
  }

  /** The values that items can have, by the rules they satisfy; those that serve counts first. */
  #classes(spans: readonly Span[], counts: readonly Count[], size: number): Class[] {
    const s = this.#store;
    const items = [...new Set(spans.map((span) => span.item))];
    const only = items.length === 1 ? items[0]! : null;
    let classes: Omit<Class, "size">[] = [{ f: only ?? s.yes, inside: new Set(only ? items : []), counted: new Set() }];
    const split = (rule: Formula, yes: (c: Omit<Class, "size">) => Omit<Class, "size">): void => {
      classes = classes.flatMap((c) => [
        { ...yes(c), f: s.and(c.f, rule) },
        { ...c, f: s.and(c.f, s.not(rule)) },
      ]);
      classes = classes.filter((c) => this.#judge.value(c.f));
      if (classes.length > CLASS_LIMIT) fail("too-hard", "The items of a unique array fall into too many classes.");
    };
    if (only === null) for (const item of items) split(item, (c) => ({ ...c, inside: new Set([...c.inside, item]) }));
    for (const count of counts) split(count.must, (c) => ({ ...c, counted: new Set([...c.counted, count]) }));
    return classes
      .filter((c) => c.inside.size > 0)
      .map((c) => ({ ...c, size: size <= 1 ? size : this.#counter.count(c.f, size) }))
      .sort((a, b) => b.counted.size - a.counted.size);
  }
}

/** Positions that stand under one rule. */
interface Span {
  readonly size: number;
  readonly item: Formula;
}

/** How many items must and may satisfy a formula. */
interface Count {
  readonly must: Formula;
  least: number;
  most: number;
}

interface Class {
  readonly f: Formula;
  readonly inside: ReadonlySet<Formula>;
  readonly counted: ReadonlySet<Count>;
  readonly size: number;
}

function lengths(atoms: readonly Formula[]): { least: number; most: number } {
  const bounds = (kind: string) => atoms.filter((a) => a.kind === kind).map((a) => a.from);
  return { least: Math.max(0, ...bounds("minItems")), most: Math.min(Number.POSITIVE_INFINITY, ...bounds("maxItems")) };
}

/** The first `size` positions, cut where the rules for items change. */
function spansOf(s: FormulaStore, atoms: readonly Formula[], size: number): Span[] {
  const rules = atoms.filter((a) => a.kind === "items");
  const cuts = [...new Set([0, ...rules.flatMap((r) => [r.from, r.to])])].filter((c) => c < size).sort((a, b) => a - b);
  return cuts.map((from, i) => ({
    size: (cuts[i + 1] ?? size) - from,
    item: s.and(...rules.filter((r) => r.from <= from && from < r.to).map((r) => r.must!)),
  }));
}

function countsOf(atoms: readonly Formula[]): Count[] {
  const counts = new Map<Formula, Count>();
  for (const atom of atoms) {
    if (atom.kind !== "countMin" && atom.kind !== "countMax") continue;
    const must = atom.must!;
    const count = counts.get(must) ?? { must, least: 0, most: Number.POSITIVE_INFINITY };
    if (atom.kind === "countMin") count.least = Math.max(count.least, atom.from);
    else count.most = Math.min(count.most, atom.from);
    counts.set(must, count);
  }
  return [...counts.values()];
}

export function arrayMayEnd(f: Formula): boolean {
  if (f.kind === "and") return f.parts.every(arrayMayEnd);
  if (f.kind === "or") return f.parts.some(arrayMayEnd);
  return ["true", "items", "maxItems", "countMax", "unique"].includes(f.kind);
}

export const hasUnique = (f: Formula): boolean => f.kind === "unique" || f.parts.some(hasUnique);
