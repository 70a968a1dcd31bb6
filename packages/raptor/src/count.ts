/**
 * How many different values satisfy a formula, counted up to a limit. Only unique arrays ask. What cannot be counted
 * is refused: a guess would either forbid texts that are valid or lead into a dead end.
 */
import { compareDecimals, type Decimal, decimal, decimalText } from "./decimal.ts";
import { ARR, type Formula, NUM, OBJ, STR } from "./formula.ts";
import type { FormulaStore } from "./formula-store.ts";
import { type ListTest, type NumberTest, type OneTest, passes } from "./number-test.ts";
import { fail } from "./refusal.ts";
import type { Rx } from "./regex.ts";
import { indexNeeds, indexRules, type Rules } from "./rules.ts";

/** What counting needs of the one who knows what can be satisfied. */
export interface Judge {
  value(f: Formula): boolean;
  typed(f: Formula, bit: number): boolean;
  ruleFor(name: string, rules: Rules): Formula;
  cells(rx: Rx, rules: readonly Formula[]): { rx: Rx; must: Formula }[];
  burn(): void;
}

const undecided = (): never =>
  fail("too-hard", "Could not count how many different items a unique array has to choose from.");

export class Counter {
  readonly #store: FormulaStore;
  readonly #judge: Judge;
  readonly #open = new Set<Formula>();

  constructor(store: FormulaStore, judge: Judge) {
    this.#store = store;
    this.#judge = judge;
  }

  count(f: Formula, limit: number): number {
    const s = this.#store;
    let found = 0;
    for (const bit of [1, 2, 4]) if (s.on(f, bit) === s.yes) found++;
    if (found < limit && this.#judge.typed(f, STR)) found += countWords(s, s.language(f), limit - found);
    if (found < limit && this.#judge.typed(f, NUM)) found += countNumbers(s, s.on(f, NUM), limit - found);
    for (const bit of [OBJ, ARR]) {
      if (found < limit && this.#judge.typed(f, bit)) found += this.#containers(s.on(f, bit), bit, limit - found);
    }
    return Math.min(found, limit);
  }

  /** Objects or arrays that satisfy `f`, which speaks about these only and has some. */
  #containers(f: Formula, bit: number, limit: number): number {
    // A value that can hold its like can be nested as deep as one wants.
    if (f === this.#store.yes || this.#open.has(f)) return limit;
    this.#judge.burn();
    this.#open.add(f);
    try {
      return this.#withoutListed(f, bit, limit);
    } finally {
      this.#open.delete(f);
    }
  }

  /** Values that are forbidden one by one are counted apart and taken off. */
  #withoutListed(f: Formula, bit: number, limit: number): number {
    const s = this.#store;
    const parts = f.kind === "and" ? f.parts : [f];
    const listed = parts.map((p) => (p.opposite && s.lists.has(p.opposite) ? p.opposite : null));
    const rest = s.and(...parts.filter((_, i) => listed[i] === null));
    const values = s.or(...listed.filter((p) => p !== null));
    const out = (values.kind === "or" ? values.parts : [values]).filter((v) => this.#judge.typed(s.and(v, rest), bit));
    const all = this.#alternatives(rest, bit, limit + out.length);
    return Math.max(0, Math.min(limit, all - out.length));
  }

  #alternatives(f: Formula, bit: number, limit: number): number {
    const s = this.#store;
    if (f === s.yes) return limit;
    if (s.lists.has(f)) return f.kind === "or" ? f.parts.length : 1;
    const parts = f.kind === "and" ? f.parts : [f];
    const choice = parts.find((p) => p.kind === "or");
    if (!choice) return bit === OBJ ? this.#objects(parts, limit) : this.#arrays(parts, limit);
    const others = parts.filter((p) => p !== choice);
    let found = 0;
    const denied: Formula[] = [];
    for (const part of choice.parts) {
      const term = s.on(s.and(...others, part, ...denied), bit);
      if (found < limit && this.#judge.typed(term, bit)) found += this.#containers(term, bit, limit - found);
      if (found >= limit) return limit;
      denied.push(s.not(part));
    }
    return found;
  }

  #objects(atoms: readonly Formula[], limit: number): number {
    const s = this.#store;
    const rules = indexRules(atoms);
    const needs = indexNeeds(atoms.filter((a) => a.kind !== "some" || a.keys!.name !== null));
    const names = [...new Set([...rules.byName.keys(), ...needs.keys()])];
    const most = Math.min(Number.POSITIVE_INFINITY, ...atoms.filter((a) => a.kind === "maxKeys").map((a) => a.from));
    const others = this.#judge.cells(s.regex.not(s.regex.words(names)), rules.open);
    const free = others.filter((cell) => this.#judge.value(cell.must));
    if (free.some((cell) => countWords(s, cell.rx, limit) >= limit) && most > needs.size) return limit;
    const plain = atoms.every((a) => a.kind === "every" || (a.kind === "some" && a.keys!.name !== null));
    if (free.length > 0 || !plain) return undecided();
    let product = 1;
    for (const name of names) {
      const musts = needs.get(name);
      const rule = s.and(this.#judge.ruleFor(name, rules), ...(musts ?? []));
      const values = this.#judge.value(rule) ? this.count(rule, limit) : 0;
      product = Math.min(limit, product * (musts ? values : values + 1));
    }
    return product;
  }

  #arrays(atoms: readonly Formula[], limit: number): number {
    const s = this.#store;
    if (!atoms.every((a) => ["items", "minItems", "maxItems"].includes(a.kind))) return undecided();
    const least = Math.max(0, ...atoms.filter((a) => a.kind === "minItems").map((a) => a.from));
    const most = Math.min(Number.POSITIVE_INFINITY, ...atoms.filter((a) => a.kind === "maxItems").map((a) => a.from));
    let found = 0;
    let product = 1;
    for (let n = 0; n <= most && found < limit; n++) {
      if (n >= least) found += product;
      const item = s.and(...atoms.filter((a) => a.kind === "items" && a.from <= n && n < a.to).map((a) => a.must!));
      if (n === most || !this.#judge.value(item)) break;
      product = Math.min(limit, product * this.count(item, limit));
      this.#judge.burn();
    }
    return Math.min(found, limit);
  }
}

/** How many strings match, up to `limit`: breadth first over the derivatives. */
export function countWords(store: FormulaStore, rx: Rx, limit: number): number {
  const regex = store.regex;
  const texts = regex.texts(rx);
  if (texts) return Math.min(texts.length, limit);
  if (rx.cofinite) return limit;
  let found = 0;
  let level = new Map<Rx, number>([[rx, 1]]);
  for (let length = 0; length < 10_000 && level.size > 0 && found < limit; length++) {
    const next = new Map<Rx, number>();
    for (const [at, ways] of level) {
      if (at.nullable) found += ways;
      const starts = regex.starts(at);
      starts.forEach((c, i) => {
        const to = regex.derive(at, c);
        const width = (starts[i + 1] ?? 0x110000) - c;
        if (width > 0 && c <= 0x10ffff && regex.alive(to))
          next.set(to, Math.min(limit, (next.get(to) ?? 0) + ways * width));
      });
    }
    level = next;
  }
  return Math.min(found, limit);
}

const NUMBER_STEPS = 10_000;

/** How many numbers satisfy a formula that speaks about numbers only. */
function countNumbers(store: FormulaStore, f: Formula, limit: number): number {
  const found = new Set<string>();
  return gatherNumbers(store, f, limit, found) ? found.size : limit;
}

/** Collects the numbers; false when there are `limit` or more (no end, or no need to go on). */
function gatherNumbers(s: FormulaStore, f: Formula, limit: number, found: Set<string>): boolean {
  const parts = f.kind === "and" ? f.parts : f === s.yes ? [] : [f];
  const choice = parts.find((p) => p.kind === "or");
  if (!choice)
    return gatherPlain(
      parts.map((p) => p.test!),
      limit,
      found,
    );
  const others = parts.filter((p) => p !== choice);
  return choice.parts.every((p) => {
    const term = s.on(s.and(...others, p), NUM);
    return term === s.no || gatherNumbers(s, term, limit, found);
  });
}

function gatherPlain(tests: readonly NumberTest[], limit: number, found: Set<string>): boolean {
  const take = (v: Decimal): boolean => {
    if (tests.every((test) => passes(test, v))) found.add(decimalText(v));
    return found.size < limit;
  };
  const listed = tests.find((test) => test.op === "in");
  if (listed) return (listed as ListTest).values.every(take);
  const bounds = (...ops: string[]) => tests.flatMap((t) => (ops.includes(t.op) ? [(t as OneTest).value] : []));
  const low = bounds("ge", "gt").sort(compareDecimals).at(-1);
  const high = bounds("le", "lt").sort(compareDecimals)[0];
  if (!low || !high) return false;
  if (compareDecimals(low, high) >= 0) return compareDecimals(low, high) > 0 || take(low);
  const [step] = bounds("mult");
  return step ? gatherMultiples(step, low, high, take) : false;
}

function gatherMultiples(step: Decimal, low: Decimal, high: Decimal, take: (v: Decimal) => boolean): boolean {
  const scale = Math.min(step.exponent, low.exponent, high.exponent);
  const scaled = (d: Decimal): bigint => d.digits * 10n ** BigInt(d.exponent - scale);
  const by = scaled(step);
  const last = scaled(high);
  let at = (scaled(low) / by) * by;
  if (at < scaled(low)) at += by;
  for (let i = 0; at <= last; at += by, i++) {
    if (i > NUMBER_STEPS) return undecided();
    if (!take(decimal(at, scale))) return false;
  }
  return true;
}
