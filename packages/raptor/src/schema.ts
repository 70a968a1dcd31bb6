/**
 * JSON Schema → formula. Every assertion is translated exactly or the schema is refused with the keyword's pointer;
 * unknown keywords and unknown formats are annotations, as the specification says, and are reported as notes.
 */
import { constantFormula, enumFormula } from "./constant.ts";
import { type Decimal, isInteger } from "./decimal.ts";
import type { Documents, Place } from "./documents.ts";
import { type Evaluated, joinEvaluated, NOTHING, type Outcome } from "./evaluated.ts";
import { formatLanguage } from "./formats.ts";
import {
  ALL_TYPES,
  ARR,
  type Formula,
  type FormulaStore,
  FALSE as NO,
  NULL,
  NUM,
  OBJ,
  STR,
  type Target,
  TRUE,
} from "./formula.ts";
import { isMap, type Json, type JsonMap, JsonNumber } from "./json.ts";
import { patternLanguage } from "./pattern.ts";
import { fail, RefusalSignal } from "./refusal.ts";
import type { Rx } from "./regex.ts";
import type { Satisfier } from "./satisfy.ts";

export interface SchemaOptions {
  /** Whether known formats are asserted (default) or only noted. */
  readonly formats: "assert" | "annotate";
  /** Leaves out what cannot be enforced, and says so in the notes. */
  readonly lenient: boolean;
}

/** Which resource's dynamic anchors come first: name → schema. */
type Scope = ReadonlyMap<string, JsonMap>;

const TYPES: Record<string, number> = {
  null: NULL,
  boolean: TRUE | NO,
  string: STR,
  array: ARR,
  object: OBJ,
  number: NUM,
  integer: NUM,
};
const ONE: Decimal = { digits: 1n, exponent: 0 };
const BRANCH_LIMIT = 512;
const OVERLAP_LIMIT = 64;
/** Remainders times places of a bound are states to search; beyond this the search is not worth its time. */
const BOUNDED_MULTIPLE_LIMIT = 2_000;
/** Fuel for one question whether two branches of oneOf exclude each other. */
const OVERLAP_STEPS = 3_000;

class SchemaTarget implements Target {
  readonly id: number;
  readonly place: Place;
  readonly scope: Scope;
  readonly #compiler: SchemaCompiler;
  #positive: Formula | null = null;
  #open = false;
  constructor(id: number, place: Place, scope: Scope, compiler: SchemaCompiler) {
    this.id = id;
    this.place = place;
    this.scope = scope;
    this.#compiler = compiler;
  }

  expand(negated: boolean): Formula {
    if (!this.#positive) {
      if (this.#open) fail("reference-circular", "A schema refers to itself in place.", this.place.pointer);
      this.#open = true;
      try {
        this.#positive = this.#compiler.formula(this);
      } finally {
        this.#open = false;
      }
    }
    return negated ? this.#compiler.store.not(this.#positive) : this.#positive;
  }
}

let targets = 0;

export class SchemaCompiler {
  readonly store: FormulaStore;
  readonly notes: string[] = [];
  readonly #documents: Documents;
  readonly #satisfier: Satisfier;
  readonly #options: SchemaOptions;
  readonly #known = new Map<Json, Map<string, SchemaTarget>>();
  readonly #scopeIds = new Map<JsonMap, number>();
  readonly #queue: SchemaTarget[] = [];
  readonly #opening = new Set<SchemaTarget>();

  constructor(store: FormulaStore, satisfier: Satisfier, documents: Documents, options: SchemaOptions) {
    this.store = store;
    this.#satisfier = satisfier;
    this.#documents = documents;
    this.#options = options;
  }

  /** The whole document; every subschema that can be reached is translated now, so that refusals come now. */
  compile(): Formula {
    this.store.denied.clear();
    const root = this.#refTo(this.#documents.root, this.#enter(new Map(), this.#documents.root.base));
    const { denied } = this.store;
    for (;;) {
      for (let target = this.#queue.pop(); target; target = this.#queue.pop()) target.expand(false);
      const [target] = denied;
      if (!target) return root;
      denied.delete(target);
      this.#deny(target as SchemaTarget);
    }
  }

  #deny(target: SchemaTarget): void {
    try {
      target.expand(true);
    } catch (error) {
      if (!(error instanceof RefusalSignal) || error.refusal.pointer !== "") throw error;
      fail(error.refusal.refused, error.refusal.why, target.place.pointer);
    }
  }

  #enter(scope: Scope, base: string): Scope {
    if (!this.#documents.hasDynamicScope) return scope;
    const anchors = this.#documents.dynamicAnchors(base);
    const fresh = [...anchors].filter(([name]) => !scope.has(name));
    return fresh.length === 0 ? scope : new Map([...scope, ...fresh]);
  }

  #refTo(place: Place, scope: Scope): Formula {
    const target = this.#target(place, scope);
    return target === true ? this.store.yes : target === false ? this.store.no : this.store.ref(target, false);
  }

  #target(place: Place, scope: Scope): SchemaTarget | boolean {
    const { schema } = place;
    if (typeof schema === "boolean") return schema;
    if (!isMap(schema)) fail("schema-malformed", "A schema must be an object or a boolean.", place.pointer);
    const inside = this.#enter(scope, place.base);
    const key = [...inside]
      .map(([name, map]) => `${name}=${this.#scopeId(map)}`)
      .sort()
      .join("&");
    let byScope = this.#known.get(schema);
    if (!byScope) {
      byScope = new Map();
      this.#known.set(schema, byScope);
    }
    let target = byScope.get(key);
    if (!target) {
      target = new SchemaTarget(targets++, place, inside, this);
      byScope.set(key, target);
      this.#queue.push(target);
    }
    return target;
  }

  #scopeId(map: JsonMap): number {
    const id = this.#scopeIds.get(map) ?? this.#scopeIds.size;
    this.#scopeIds.set(map, id);
    return id;
  }

  #sub(at: SchemaTarget, ...keys: (string | number)[]): Formula {
    return this.#refTo(this.#documents.child(at.place, ...keys), at.scope);
  }

  /** The formula of one schema object. */
  formula(at: SchemaTarget): Formula {
    const schema = at.place.schema as JsonMap;
    // Names are numbered in the order in which they are met: that of \`properties\` when keys are to keep an order.
    if (isMap(schema.get("properties")))
      for (const name of (schema.get("properties") as JsonMap).keys()) this.store.key(name);
    const needs = (schema.has("unevaluatedProperties") || schema.has("unevaluatedItems")) && !this.#refOnly(schema);
    if (!needs) return this.store.and(...this.#keywords(at).map((o) => o.f));
    return this.#withUnevaluated(at);
  }

  #refOnly(schema: JsonMap): boolean {
    return schema.has("$ref") && this.#documents.draft <= 7;
  }

  #withUnevaluated(at: SchemaTarget): Formula {
    const schema = at.place.schema as JsonMap;
    const s = this.store;
    const outcomes = this.outcomes(at, false);
    const branches = outcomes.map(({ f, seen }) => {
      const parts = [f];
      if (schema.has("unevaluatedProperties")) {
        parts.push(s.every(s.keysOf(s.regex.not(seen.keys)), this.#sub(at, "unevaluatedProperties")));
      }
      if (schema.has("unevaluatedItems")) {
        const item = s.or(this.#sub(at, "unevaluatedItems"), ...seen.matching);
        parts.push(s.items(seen.prefix, Number.POSITIVE_INFINITY, item));
      }
      return s.and(...parts);
    });
    return s.or(...branches);
  }

  /**
   * The ways in which a schema can be satisfied, each with the members that it evaluates (core §11). Ways need not
   * exclude each other: more branches succeeding only evaluates more, and such a way is listed too.
   */
  outcomes(at: SchemaTarget, withOwn: boolean): Outcome[] {
    if (this.#opening.has(at)) fail("reference-circular", "A schema refers to itself in place.", at.place.pointer);
    this.#opening.add(at);
    let ways: Outcome[] = [{ f: this.store.yes, seen: this.#ownEvaluated(at, withOwn) }];
    for (const part of this.#keywords(at)) {
      const list = part.ways?.() ?? [{ f: part.f, seen: NOTHING(this.store.regex) }];
      ways = ways.flatMap((a) =>
        list.map((b) => ({ f: this.store.and(a.f, b.f), seen: joinEvaluated(this.store.regex, a.seen, b.seen) })),
      );
      ways = ways.filter((way) => way.f !== this.store.no);
      if (ways.length > BRANCH_LIMIT)
        fail("too-hard", `unevaluated* meets more than ${BRANCH_LIMIT} combinations of branches.`, at.place.pointer);
    }
    this.#opening.delete(at);
    if (!withOwn) return ways;
    const own = this.formula(at);
    return ways.map((way) => ({ f: this.store.and(way.f, own), seen: way.seen }));
  }

  #ownEvaluated(at: SchemaTarget, withOwn: boolean): Evaluated {
    const schema = at.place.schema as JsonMap;
    const r = this.store.regex;
    const nothing = NOTHING(r);
    if (this.#refOnly(schema)) return nothing;
    const all = schema.has("additionalProperties") || (withOwn && schema.has("unevaluatedProperties"));
    const names = isMap(schema.get("properties")) ? r.words((schema.get("properties") as JsonMap).keys()) : r.none;
    const prefix = schema.get("prefixItems") ?? schema.get("items");
    const rest =
      Array.isArray(prefix) && !schema.has("prefixItems") ? schema.has("additionalItems") : schema.has("items");
    const every = rest || (withOwn && schema.has("unevaluatedItems"));
    return {
      keys: all ? r.all : r.or(names, ...this.#patterns(at).map(([rx]) => rx)),
      prefix: every ? Number.POSITIVE_INFINITY : Array.isArray(prefix) ? prefix.length : 0,
      matching: schema.has("contains") && this.#documents.draft === 2020 ? [this.#sub(at, "contains")] : [],
    };
  }

  #patterns(at: SchemaTarget): [Rx, string][] {
    const map = (at.place.schema as JsonMap).get("patternProperties");
    if (!isMap(map)) return [];
    return [...map.keys()].map((p) => [
      patternLanguage(this.store.regex, p, `${at.place.pointer}/patternProperties`),
      p,
    ]);
  }

  /** One entry a keyword; in-place applicators also say their ways. */
  #keywords(at: SchemaTarget): { f: Formula; ways?: () => Outcome[] }[] {
    const schema = at.place.schema as JsonMap;
    const only = this.#refOnly(schema);
    const out: { f: Formula; ways?: () => Outcome[] }[] = [];
    for (const name of schema.keys()) {
      if (only && name !== "$ref") continue;
      const translate = KEYWORDS[name];
      if (!translate) continue;
      const part = this.#guarded(at, name, () => translate(new Keyword(this, at, name)));
      if (part) out.push(part);
    }
    return out;
  }

  #guarded<T>(at: SchemaTarget, name: string, work: () => T): T | null {
    const pointer = `${at.place.pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    try {
      return work();
    } catch (error) {
      if (!(error instanceof RefusalSignal)) throw error;
      const { refused, why } = error.refusal;
      if (this.#options.lenient && LENIENT.has(refused)) {
        this.notes.push(`${pointer}: not enforced: ${why}`);
        return null;
      }
      if (error.refusal.pointer !== "") throw error;
      return fail(refused, why, pointer);
    }
  }

  sub(at: SchemaTarget, ...keys: (string | number)[]): Formula {
    return this.#sub(at, ...keys);
  }

  /** The ways of a subschema; a plain one evaluates nothing. */
  waysOf(place: Place, scope: Scope): Outcome[] {
    const target = this.#target(place, scope);
    if (typeof target === "boolean") {
      return target ? [{ f: this.store.yes, seen: NOTHING(this.store.regex) }] : [];
    }
    return this.outcomes(target, true);
  }

  place(at: SchemaTarget, ...keys: (string | number)[]): Place {
    return this.#documents.child(at.place, ...keys);
  }

  refTo(place: Place, scope: Scope): Formula {
    return this.#refTo(place, scope);
  }

  reference(at: SchemaTarget, name: string, ref: string): Place {
    const pointer = `${at.place.pointer}/${name}`;
    const found = this.#documents.resolve(ref, at.place, pointer);
    if (name === "$ref" || !isMap(found.schema)) return found;
    const fragment = name === "$recursiveRef" ? "" : (ref.split("#")[1] ?? "");
    const dynamic = this.#documents.dynamicAnchors(found.base).get(fragment) === found.schema;
    const outer = dynamic ? at.scope.get(fragment) : undefined;
    return outer ? this.#documents.placeOf(outer) : found;
  }

  patterns(at: SchemaTarget): [Rx, string][] {
    return this.#patterns(at);
  }

  get draft(): number {
    return this.#documents.draft;
  }

  get assertFormats(): boolean {
    return this.#options.formats === "assert";
  }

  /** Whether two schemas can never hold together (a cheap and exact yes; undecided counts as no). */
  disjoint(a: Formula, b: Formula): boolean {
    try {
      const closer = () => !this.#satisfier.value(this.store.and(a, b));
      return this.#satisfier.within(OVERLAP_STEPS, () => this.#satisfier.plainlyDisjoint(a, b) || closer());
    } catch (error) {
      if (error instanceof RefusalSignal) return false;
      throw error;
    }
  }
}

const LENIENT = new Set(["keyword-unsupported", "pattern-unsupported", "too-hard", "reference-unresolved"]);

/** One keyword at one place, with typed access to its value. */
class Keyword {
  readonly c: SchemaCompiler;
  readonly at: SchemaTarget;
  readonly name: string;
  constructor(compiler: SchemaCompiler, at: SchemaTarget, name: string) {
    this.c = compiler;
    this.at = at;
    this.name = name;
  }

  get s(): FormulaStore {
    return this.c.store;
  }

  get schema(): JsonMap {
    return this.at.place.schema as JsonMap;
  }

  get value(): Json {
    return this.schema.get(this.name)!;
  }

  malformed(expected: string): never {
    return fail("schema-malformed", `${this.name} must be ${expected}.`, `${this.at.place.pointer}/${this.name}`);
  }

  number(): Decimal {
    return this.value instanceof JsonNumber ? this.value.value : this.malformed("a number");
  }

  /** A non-negative integer. */
  size(name = this.name): number {
    const value = this.schema.get(name);
    if (!(value instanceof JsonNumber) || !isInteger(value.value) || value.value.digits < 0n)
      return this.malformed("a non-negative integer");
    const n = Number(value.value.digits) * 10 ** value.value.exponent;
    return n > 2 ** 40 ? Number.POSITIVE_INFINITY : n;
  }

  text(): string {
    return typeof this.value === "string" ? this.value : this.malformed("a string");
  }

  list(): Json[] {
    return Array.isArray(this.value) ? this.value : this.malformed("an array");
  }

  map(): JsonMap {
    return isMap(this.value) ? this.value : this.malformed("an object");
  }

  names(value: Json): string[] {
    if (!Array.isArray(value) || !value.every((v) => typeof v === "string")) return this.malformed("an array of names");
    return value as string[];
  }

  sub(...keys: (string | number)[]): Formula {
    return this.c.sub(this.at, this.name, ...keys);
  }

  ways(...keys: (string | number)[]): Outcome[] {
    return this.c.waysOf(this.c.place(this.at, this.name, ...keys), this.at.scope);
  }

  has(name: string): Formula {
    return this.s.some(this.s.key(name), this.s.yes);
  }

  /** Names that `properties` and `patternProperties` of the same schema do not cover. */
  others(): Rx {
    const r = this.s.regex;
    const own = this.schema.get("properties");
    return r.not(r.or(r.words(isMap(own) ? own.keys() : []), ...this.c.patterns(this.at).map(([rx]) => rx)));
  }
}

type Part = { f: Formula; ways?: () => Outcome[] };
const plain =
  (translate: (k: Keyword) => Formula) =>
  (k: Keyword): Part => ({ f: translate(k) });

function typeFormula(k: Keyword): Formula {
  const names = typeof k.value === "string" ? [k.value] : k.names(k.value);
  let mask = 0;
  for (const name of names) {
    const bits = TYPES[name];
    if (bits === undefined) k.malformed("a JSON type");
    mask |= bits;
  }
  const f = k.s.type(mask & ALL_TYPES);
  const whole = names.includes("integer") && !names.includes("number");
  return whole ? k.s.and(f, k.s.number({ op: "mult", value: ONE })) : f;
}

function limit(op: "ge" | "gt" | "le" | "lt", strict: string) {
  const sharp = { ge: "gt", gt: "gt", le: "lt", lt: "lt" } as const;
  return plain((k) => k.s.number({ op: k.schema.get(strict) === true ? sharp[op] : op, value: k.number() }));
}

/** In draft 4 the exclusive keywords are flags of minimum and maximum. */
function strictLimit(op: "gt" | "lt") {
  return plain((k) => (typeof k.value === "boolean" ? k.s.yes : k.s.number({ op, value: k.number() })));
}

const length = (bounds: (n: number) => [number, number]) =>
  plain((k) => {
    const [min, max] = bounds(k.size());
    if (min === Number.POSITIVE_INFINITY) return k.s.type(ALL_TYPES & ~STR);
    return k.s.text(k.s.regex.repeat(k.s.regex.any, min, max));
  });

const INF = Number.POSITIVE_INFINITY;

function prefixFormula(k: Keyword): Formula {
  return k.s.and(...k.list().map((_, i) => k.s.items(i, i + 1, k.sub(i))));
}

function itemsFormula(k: Keyword): Formula {
  if (Array.isArray(k.value)) return prefixFormula(k);
  const prefix = k.schema.get("prefixItems");
  return k.s.items(Array.isArray(prefix) ? prefix.length : 0, INF, k.sub());
}

function containsFormula(k: Keyword): Formula {
  const counts = k.c.draft >= 2019;
  const least = counts && k.schema.has("minContains") ? k.size("minContains") : 1;
  const most = counts && k.schema.has("maxContains") ? k.size("maxContains") : INF;
  return k.s.and(k.s.count("countMin", least, k.sub()), k.s.count("countMax", most, k.sub()));
}

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

function conditional(k: Keyword): Part {
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

function reference(k: Keyword): Part {
  const place = k.c.reference(k.at, k.name, k.text());
  return { f: k.c.refTo(place, k.at.scope), ways: () => k.c.waysOf(place, k.at.scope) };
}

function format(k: Keyword): Formula {
  if (typeof k.value !== "string" || !k.c.assertFormats) return k.s.yes;
  const rx = formatLanguage(k.s.regex, k.value);
  if (rx) return k.s.text(rx);
  k.c.notes.push(
    `${k.at.place.pointer}/format: ${JSON.stringify(k.value)} is no format of JSON Schema and asserts nothing`,
  );
  return k.s.yes;
}

function multiple(k: Keyword): Formula {
  const value = k.number();
  if (value.digits <= 0n) k.malformed("greater than 0");
  const bounded = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].some((name) => k.schema.has(name));
  const size = Number(value.digits) * 10 ** Math.max(0, value.exponent);
  if (bounded && size > BOUNDED_MULTIPLE_LIMIT) {
    fail("too-hard", `multipleOf beyond ${BOUNDED_MULTIPLE_LIMIT} together with bounds.`);
  }
  return k.s.number({ op: "mult", value });
}

const KEYWORDS: Record<string, (k: Keyword) => Part> = {
  $ref: reference,
  $dynamicRef: reference,
  $recursiveRef: reference,
  type: plain(typeFormula),
  enum: plain((k) => enumFormula(k.s, k.list())),
  const: plain((k) => constantFormula(k.s, k.value)),
  minimum: limit("ge", "exclusiveMinimum"),
  maximum: limit("le", "exclusiveMaximum"),
  exclusiveMinimum: strictLimit("gt"),
  exclusiveMaximum: strictLimit("lt"),
  multipleOf: plain(multiple),
  minLength: length((n) => [n, INF]),
  maxLength: length((n) => [0, n]),
  pattern: plain((k) => k.s.text(patternLanguage(k.s.regex, k.text()))),
  format: plain(format),
  // Our own: the string is a verbatim piece of the given text. Small models copy with it.
  "x-substring-of": plain((k) => k.s.text(k.s.regex.span(k.text()))),
  items: plain(itemsFormula),
  prefixItems: plain(prefixFormula),
  additionalItems: plain((k) => {
    const items = k.schema.get("items");
    return Array.isArray(items) ? k.s.items(items.length, INF, k.sub()) : k.s.yes;
  }),
  contains: plain(containsFormula),
  minItems: plain((k) => k.s.itemCount("minItems", k.size())),
  maxItems: plain((k) => k.s.itemCount("maxItems", k.size())),
  uniqueItems: plain((k) => (k.value === true ? k.s.unique() : k.s.yes)),
  properties: plain((k) => k.s.and(...[...k.map().keys()].map((name) => k.s.every(k.s.key(name), k.sub(name))))),
  patternProperties: plain((k) =>
    k.s.and(
      ...(isMap(k.value) ? k.c.patterns(k.at) : k.malformed("an object")).map(([rx, p]) =>
        k.s.every(k.s.keysOf(rx), k.sub(p)),
      ),
    ),
  ),
  additionalProperties: plain((k) => k.s.every(k.s.keysOf(k.others()), k.sub())),
  propertyNames: plain((k) => k.s.every(k.s.keysOf(k.s.regex.not(k.s.language(k.sub()))), k.s.no)),
  required: plain((k) =>
    typeof k.value === "boolean" ? k.malformed("an array of names") : k.s.and(...k.names(k.value).map((n) => k.has(n))),
  ),
  minProperties: plain((k) => k.s.keyCount("minKeys", k.size())),
  maxProperties: plain((k) => k.s.keyCount("maxKeys", k.size())),
  dependentRequired: (k) =>
    joinParts(
      k,
      [...k.map()].map(([name, value]) => dependency(k, name, value)),
    ),
  dependentSchemas: (k) =>
    joinParts(
      k,
      [...k.map()].map(([name, value]) => dependency(k, name, value)),
    ),
  dependencies: (k) =>
    joinParts(
      k,
      [...k.map()].map(([name, value]) => dependency(k, name, value)),
    ),
  allOf: (k) =>
    joinParts(
      k,
      k.list().map((_, i) => ({ f: k.sub(i), ways: () => k.ways(i) })),
    ),
  anyOf: (k) => ({ f: k.s.or(...k.list().map((_, i) => k.sub(i))), ways: () => anyWays(k) }),
  oneOf: (k) => {
    const branches = oneOfBranches(k);
    return {
      f: k.s.or(...branches.map((b) => k.s.and(b.own, b.denied))),
      ways: () => branches.flatMap((b, i) => k.ways(i).map((w) => ({ f: k.s.and(w.f, b.denied), seen: w.seen }))),
    };
  },
  not: plain((k) => k.s.not(k.sub())),
  if: conditional,
};
