/**
 * JSON Schema → formula. Every assertion is translated exactly or the schema is refused with the keyword's pointer;
 * unknown keywords and unknown formats are annotations, as the specification says, and are reported as notes.
 */
import type { Documents, Place } from "./documents.ts";
import { type Evaluated, joinEvaluated, NOTHING, type Outcome } from "./evaluated.ts";
import type { Formula, Target } from "./formula.ts";
import type { FormulaStore } from "./formula-store.ts";
import { isMap, type Json, type JsonMap } from "./json.ts";
import { BRANCH_LIMIT, Keyword, type Part, type SchemaPlace, type Scope, type Translator } from "./keyword.ts";
import { KEYWORDS } from "./keywords.ts";
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

/** Fuel for one question whether two branches of oneOf exclude each other. */
const OVERLAP_STEPS = 3_000;

class SchemaTarget implements Target, SchemaPlace {
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

const LENIENT = new Set(["keyword-unsupported", "pattern-unsupported", "too-hard", "reference-unresolved"]);

export class SchemaCompiler implements Translator {
  readonly store: FormulaStore;
  readonly notes: string[] = [];
  readonly #documents: Documents;
  readonly #satisfier: Satisfier;
  readonly #options: SchemaOptions;
  readonly #known = new Map<Json, Map<string, SchemaTarget>>();
  readonly #scopeIds = new Map<JsonMap, number>();
  readonly #queue: SchemaTarget[] = [];
  readonly #reached: Formula[] = [];
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

  /** One formula for each subschema that a value can meet. */
  get reached(): readonly Formula[] {
    return this.#reached;
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
      this.#reached.push(this.store.ref(target, false));
    }
    return target;
  }

  #scopeId(map: JsonMap): number {
    const id = this.#scopeIds.get(map) ?? this.#scopeIds.size;
    this.#scopeIds.set(map, id);
    return id;
  }

  #sub(at: SchemaPlace, ...keys: (string | number)[]): Formula {
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

  #patterns(at: SchemaPlace): [Rx, string][] {
    const map = (at.place.schema as JsonMap).get("patternProperties");
    if (!isMap(map)) return [];
    return [...map.keys()].map((p) => [
      patternLanguage(this.store.regex, p, `${at.place.pointer}/patternProperties`),
      p,
    ]);
  }

  /** One entry a keyword; in-place applicators also say their ways. */
  #keywords(at: SchemaTarget): Part[] {
    const schema = at.place.schema as JsonMap;
    const only = this.#refOnly(schema);
    const out: Part[] = [];
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

  sub(at: SchemaPlace, ...keys: (string | number)[]): Formula {
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

  place(at: SchemaPlace, ...keys: (string | number)[]): Place {
    return this.#documents.child(at.place, ...keys);
  }

  refTo(place: Place, scope: Scope): Formula {
    return this.#refTo(place, scope);
  }

  reference(at: SchemaPlace, name: string, ref: string): Place {
    const pointer = `${at.place.pointer}/${name}`;
    const found = this.#documents.resolve(ref, at.place, pointer);
    if (name === "$ref" || !isMap(found.schema)) return found;
    const fragment = name === "$recursiveRef" ? "" : (ref.split("#")[1] ?? "");
    const dynamic = this.#documents.dynamicAnchors(found.base).get(fragment) === found.schema;
    const outer = dynamic ? at.scope.get(fragment) : undefined;
    return outer ? this.#documents.placeOf(outer) : found;
  }

  patterns(at: SchemaPlace): [Rx, string][] {
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
      return this.#satisfier.within(OVERLAP_STEPS, () => this.#satisfier.glance(a, b) ?? closer());
    } catch (error) {
      if (error instanceof RefusalSignal) return false;
      throw error;
    }
  }
}
