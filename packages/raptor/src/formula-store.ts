/** Makes formulas: equal ones are one object, and what is plainly the same is brought to one form. */
import { type Decimal, decimalText, leastCommonMultiple } from "./decimal.ts";
import { ALL_TYPES, ARR, type Formula, type KeySet, type Kind, NUM, OBJ, STR, type Target } from "./formula.ts";
import { type NumberTest, type OneTest, oppositeTest, passes, uniqueSorted } from "./number-test.ts";
import { fail } from "./refusal.ts";
import type { RegexStore, Rx } from "./regex.ts";

export const FORMULA_LIMIT = 300_000;

const ABOUT: Partial<Record<Kind, number>> = {
  str: STR,
  num: NUM,
  every: OBJ,
  some: OBJ,
  minKeys: OBJ,
  maxKeys: OBJ,
  items: ARR,
  someItem: ARR,
  minItems: ARR,
  maxItems: ARR,
  countMin: ARR,
  countMax: ARR,
  unique: ARR,
};

export class FormulaStore {
  readonly regex: RegexStore;
  readonly yes: Formula;
  readonly no: Formula;
  /** References that were denied since this was last emptied: a compilation translates them too, so refusals come early. */
  readonly denied = new Set<Target>();
  /** Formulas that only list values. */
  readonly lists = new WeakSet<Formula>();
  readonly #byKey = new Map<string, Formula>();
  readonly #keySets = new Map<string, KeySet>();

  constructor(regex: RegexStore) {
    this.regex = regex;
    this.yes = this.#make("true", "T", {});
    this.no = this.#make("false", "F", {});
  }

  get size(): number {
    return this.#byKey.size;
  }

  #make(kind: Kind, key: string, fields: Partial<Formula>): Formula {
    const known = this.#byKey.get(key);
    if (known) return known;
    if (this.#byKey.size >= FORMULA_LIMIT) fail("too-hard", `The schema's formulas grew beyond ${FORMULA_LIMIT}.`);
    const made: Formula = {
      id: this.#byKey.size,
      kind,
      about: ABOUT[kind] ?? 0,
      parts: [],
      mask: 0,
      rx: null,
      test: null,
      keys: null,
      must: null,
      from: 0,
      to: 0,
      target: null,
      negated: false,
      byType: null,
      opposite: null,
      language: null,
      ...fields,
    };
    this.#byKey.set(key, made);
    return made;
  }

  type(mask: number): Formula {
    if (mask === ALL_TYPES) return this.yes;
    return mask === 0 ? this.no : this.#make("type", `t${mask}`, { mask });
  }

  text(rx: Rx): Formula {
    if (rx === this.regex.all) return this.yes;
    if (rx === this.regex.none) return this.type(ALL_TYPES & ~STR);
    return this.#make("str", `s${rx.id}`, { rx });
  }

  number(test: NumberTest): Formula {
    if ("value" in test) return this.#make("num", `n${test.op}${decimalText(test.value)}`, { test });
    if (test.values.length === 0) return test.op === "in" ? this.type(ALL_TYPES & ~NUM) : this.yes;
    const values = uniqueSorted(test.values);
    return this.#make("num", `n${test.op}${values.map(decimalText).join(",")}`, { test: { op: test.op, values } });
  }

  keysOf(rx: Rx): KeySet {
    const texts = this.regex.texts(rx);
    if (texts?.length === 1) return this.key(texts[0]!);
    return this.#keySet(`r${rx.id}`, null, rx);
  }

  key(name: string): KeySet {
    return this.#keySet(`n${name}`, name, this.regex.text(name));
  }

  #keySet(key: string, name: string | null, rx: Rx): KeySet {
    let made = this.#keySets.get(key);
    if (!made) {
      made = { id: this.#keySets.size, name, rx, held: new Map() };
      this.#keySets.set(key, made);
    }
    return made;
  }

  /** Whether a name lies in a set. */
  holds(keys: KeySet, name: string): boolean {
    if (keys.name !== null) return keys.name === name;
    let holds = keys.held.get(name);
    if (holds === undefined) {
      holds = this.regex.matches(keys.rx, name);
      keys.held.set(name, holds);
    }
    return holds;
  }

  every(keys: KeySet, must: Formula): Formula {
    if (must === this.yes || keys.rx === this.regex.none) return this.yes;
    return this.#make("every", `e${keys.id},${must.id}`, { keys, must });
  }

  some(keys: KeySet, must: Formula): Formula {
    if (must === this.no || keys.rx === this.regex.none) return this.type(ALL_TYPES & ~OBJ);
    return this.#make("some", `x${keys.id},${must.id}`, { keys, must });
  }

  keyCount(kind: "minKeys" | "maxKeys", n: number): Formula {
    return this.#bound(kind, n, OBJ);
  }

  itemCount(kind: "minItems" | "maxItems", n: number): Formula {
    return this.#bound(kind, n, ARR);
  }

  #bound(kind: "minKeys" | "maxKeys" | "minItems" | "maxItems", n: number, about: number): Formula {
    const least = kind === "minKeys" || kind === "minItems";
    if (least && n <= 0) return this.yes;
    if (!least && n === Number.POSITIVE_INFINITY) return this.yes;
    if (!least && n < 0) return this.type(ALL_TYPES & ~about);
    return this.#make(kind, `${kind}${n}`, { from: n });
  }

  items(from: number, to: number, must: Formula): Formula {
    if (must === this.yes || from >= to) return this.yes;
    return this.#make("items", `i${from},${to},${must.id}`, { from, to, must });
  }

  someItem(from: number, to: number, must: Formula): Formula {
    if (must === this.no || from >= to) return this.type(ALL_TYPES & ~ARR);
    return this.#make("someItem", `j${from},${to},${must.id}`, { from, to, must });
  }

  count(kind: "countMin" | "countMax", n: number, must: Formula): Formula {
    if (kind === "countMin" && n <= 0) return this.yes;
    if (kind === "countMax" && n < 0) return this.type(ALL_TYPES & ~ARR);
    if (kind === "countMax" && (n === Number.POSITIVE_INFINITY || must === this.no)) return this.yes;
    // Later items may have to differ from `must`: whether that can be said is found out now.
    if (kind === "countMax") this.not(must);
    return this.#make(kind, `${kind}${n},${must.id}`, { from: n, must });
  }

  unique(): Formula {
    return this.#make("unique", "u", {});
  }

  ref(target: Target, negated: boolean): Formula {
    return this.#make("ref", `f${target.id},${negated}`, { target, negated });
  }

  and(...parts: Formula[]): Formula {
    const flat = new Set<Formula>();
    for (const part of parts) for (const p of part.kind === "and" ? part.parts : [part]) flat.add(p);
    flat.delete(this.yes);
    if (flat.has(this.no)) return this.no;
    const { mask, texts, numbers, rest } = this.#sortParts(flat);
    const text = texts.length > 1 ? this.text(this.regex.and(...texts.map((p) => p.rx!))) : texts[0];
    const joined = this.#joinNumbers(numbers);
    const allowed = [text, ...joined].reduce((m, p) => (p?.kind === "type" ? m & p.mask : m), mask);
    const list = [...rest, text, ...joined].filter(
      (p): p is Formula =>
        p !== undefined && p.kind !== "type" && p !== this.yes && (p.about === 0 || (p.about & allowed) !== 0),
    );
    const kept = this.#tightest(list);
    if (allowed === 0) return this.no;
    if (allowed !== ALL_TYPES) kept.push(this.type(allowed));
    return this.#gather("and", this.#absorb(kept, "or"));
  }

  /** The conjunction of parts of another one, and of atoms about keys that none of these mention. */
  sameAnd(parts: readonly Formula[]): Formula {
    return this.#gather("and", parts);
  }

  #sortParts(flat: Set<Formula>) {
    let mask = ALL_TYPES;
    const texts: Formula[] = [];
    const numbers: Formula[] = [];
    const rest: Formula[] = [];
    for (const p of flat) {
      if (p.kind === "type") mask &= p.mask;
      else if (p.kind === "str") texts.push(p);
      else if (p.kind === "num") numbers.push(p);
      else rest.push(p);
    }
    return { mask, texts, numbers, rest };
  }

  /** A finite set of numbers swallows every other test on numbers; sets of forbidden numbers are joined. */
  #joinNumbers(numbers: Formula[]): Formula[] {
    if (numbers.length < 2) return numbers;
    const finite = numbers.find((p) => p.test!.op === "in");
    if (finite) {
      const values = (finite.test as { values: readonly Decimal[] }).values;
      return [this.number({ op: "in", values: values.filter((v) => numbers.every((p) => passes(p.test!, v))) })];
    }
    const mults = numbers.flatMap((p) => (p.test!.op === "mult" ? [(p.test as OneTest).value] : []));
    const useful = numbers.filter((p) => p.test!.op !== "mult");
    if (mults.length > 0) useful.push(this.number({ op: "mult", value: mults.reduce(leastCommonMultiple) }));
    const outs = useful.filter((p) => p.test!.op === "notin");
    if (outs.length < 2) return useful;
    const values = outs.flatMap((p) => (p.test as { values: readonly Decimal[] }).values);
    return [...useful.filter((p) => p.test!.op !== "notin"), this.number({ op: "notin", values })];
  }

  /** Of several bounds of one kind, only the tightest stays. */
  #tightest(list: Formula[]): Formula[] {
    return this.#pickBounds(list, (kind) => kind === "minKeys" || kind === "minItems" || kind === "countMin");
  }

  #pickBounds(list: Formula[], largest: (kind: Kind) => boolean): Formula[] {
    const best = new Map<string, Formula>();
    const out: Formula[] = [];
    for (const p of list) {
      if (!isBound(p.kind)) {
        out.push(p);
        continue;
      }
      const key = `${p.kind},${p.must?.id ?? ""}`;
      const other = best.get(key);
      if (!other || (largest(p.kind) ? p.from > other.from : p.from < other.from)) best.set(key, p);
    }
    return [...out, ...best.values()];
  }

  /** Drops members that another member already implies: a ∧ (a ∨ b) = a, a ∨ (a ∧ b) = a. */
  #absorb(list: Formula[], inner: "and" | "or"): Formula[] {
    if (list.length < 2 || !list.some((p) => p.kind === inner)) return list;
    const has = new Set(list);
    return list.filter((p) => p.kind !== inner || !p.parts.some((q) => has.has(q)));
  }

  #gather(kind: "and" | "or", list: readonly Formula[]): Formula {
    const parts = [...new Set(list)].sort((a, b) => a.id - b.id);
    if (parts.length === 0) return kind === "and" ? this.yes : this.no;
    if (parts.length === 1) return parts[0]!;
    return this.#make(kind, `${kind}${parts.map((p) => p.id).join(",")}`, { parts });
  }

  or(...parts: Formula[]): Formula {
    const flat = new Set<Formula>();
    for (const part of parts) for (const p of part.kind === "or" ? part.parts : [part]) flat.add(p);
    flat.delete(this.no);
    if (flat.has(this.yes)) return this.yes;
    let list = this.#joinScalars([...flat]);
    if (list.includes(this.yes)) return this.yes;
    list = this.#pickBounds(list, (kind) => kind === "maxKeys" || kind === "maxItems" || kind === "countMax");
    return this.#gather("or", this.#absorb(list, "and"));
  }

  /** Joins alternatives that are plain sets of scalars (types, strings, listed numbers) into one. */
  #joinScalars(list: Formula[]): Formula[] {
    const plain = list.map((p) => this.#scalars(p));
    const usable = plain.filter((p) => p !== null);
    if (usable.length < 2) return list;
    const mask = usable.reduce((m, p) => m | p.mask, 0);
    const rx = this.regex.or(...usable.filter((p) => p.mask & STR).map((p) => p.rx));
    const numbers = usable.filter((p) => p.mask & NUM);
    const open = numbers.some((p) => p.values === null);
    const num = open ? this.yes : this.number({ op: "in", values: numbers.flatMap((p) => p.values!) });
    const joined = this.and(this.type(mask), mask & STR ? this.text(rx) : this.yes, mask & NUM ? num : this.yes);
    return [...list.filter((_, i) => plain[i] === null), joined];
  }

  #scalars(p: Formula): { mask: number; rx: Rx; values: readonly Decimal[] | null } | null {
    let mask = ALL_TYPES;
    let rx = this.regex.all;
    let values: readonly Decimal[] | null = null;
    for (const q of p.kind === "and" ? p.parts : [p]) {
      if (q.kind === "type") mask = q.mask;
      else if (q.kind === "str") rx = q.rx!;
      else if (q.kind === "num" && q.test!.op === "in") values = (q.test as { values: readonly Decimal[] }).values;
      else return null;
    }
    return p.kind === "or" || p.kind === "ref" ? null : { mask, rx, values };
  }

  not(f: Formula): Formula {
    if (!f.opposite) {
      f.opposite = this.#not(f);
      f.opposite.opposite ??= f;
    }
    return f.opposite;
  }

  #not(f: Formula): Formula {
    switch (f.kind) {
      case "true":
        return this.no;
      case "false":
        return this.yes;
      case "and":
        return this.or(...f.parts.map((p) => this.not(p)));
      case "or":
        return this.and(...f.parts.map((p) => this.not(p)));
      case "type":
        return this.type(ALL_TYPES & ~f.mask);
      case "ref":
        if (!f.negated) this.denied.add(f.target!);
        return this.ref(f.target!, !f.negated);
      default:
        return this.and(this.type(f.about), this.#dual(f));
    }
  }

  #dual(f: Formula): Formula {
    switch (f.kind) {
      case "str":
        return this.text(this.regex.not(f.rx!));
      case "num":
        return this.number(oppositeTest(f.test!));
      case "every":
        return this.some(f.keys!, this.not(f.must!));
      case "some":
        return this.every(f.keys!, this.not(f.must!));
      case "minKeys":
        return this.keyCount("maxKeys", f.from - 1);
      case "maxKeys":
        return this.keyCount("minKeys", f.from + 1);
      case "items":
        return this.someItem(f.from, f.to, this.not(f.must!));
      case "someItem":
        return this.items(f.from, f.to, this.not(f.must!));
      case "minItems":
        return this.itemCount("maxItems", f.from - 1);
      case "maxItems":
        return this.itemCount("minItems", f.from + 1);
      case "countMin":
        return this.count("countMax", f.from - 1, f.must!);
      case "countMax":
        return this.count("countMin", f.from + 1, f.must!);
      default:
        return fail("keyword-unsupported", "uniqueItems under a negation (not, oneOf overlap or if).");
    }
  }

  /** What is left of `f` for a value of one type: only atoms about that type, references expanded. */
  on(f: Formula, bit: number): Formula {
    if (f.kind === "true" || f.kind === "false") return f;
    if (f.kind === "type") return f.mask & bit ? this.yes : this.no;
    if (f.about !== 0) return f.about === bit ? f : this.yes;
    f.byType ??= new Map();
    const known = f.byType.get(bit);
    if (known === "open") fail("reference-circular", "A schema refers to itself in place.");
    if (known) return known;
    f.byType.set(bit, "open");
    let made: Formula;
    try {
      if (f.kind === "ref") made = this.on(f.target!.expand(f.negated), bit);
      else if (f.kind === "and") made = this.and(...f.parts.map((p) => this.on(p, bit)));
      else made = this.or(...f.parts.map((p) => this.on(p, bit)));
    } catch (error) {
      f.byType.delete(bit);
      throw error;
    }
    f.byType.set(bit, made);
    return made;
  }

  /** The strings that satisfy `f`. */
  language(f: Formula): Rx {
    if (!f.language) f.language = this.#language(this.on(f, STR));
    return f.language;
  }

  #language(f: Formula): Rx {
    if (f.kind === "true") return this.regex.all;
    if (f.kind === "false") return this.regex.none;
    if (f.kind === "type") return f.mask & STR ? this.regex.all : this.regex.none;
    if (f.kind === "and") return this.regex.and(...f.parts.map((p) => this.#language(p)));
    if (f.kind === "or") return this.regex.or(...f.parts.map((p) => this.#language(p)));
    return f.rx!;
  }
}

const isBound = (kind: Kind): boolean =>
  kind === "minKeys" ||
  kind === "maxKeys" ||
  kind === "minItems" ||
  kind === "maxItems" ||
  kind === "countMin" ||
  kind === "countMax";
