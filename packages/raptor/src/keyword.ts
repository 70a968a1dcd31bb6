/** One keyword of a schema, at its place: typed access to its value, and the translation of what it refers to. */
import { type Decimal, isInteger } from "./decimal.ts";
import type { Place } from "./documents.ts";
import type { Outcome } from "./evaluated.ts";
import type { Formula } from "./formula.ts";
import type { FormulaStore } from "./formula-store.ts";
import { isMap, type Json, type JsonMap, JsonNumber } from "./json.ts";
import { fail } from "./refusal.ts";
import type { Rx } from "./regex.ts";

/** Which resource's dynamic anchors come first: name → schema. */
export type Scope = ReadonlyMap<string, JsonMap>;

/** A schema as it is met: where it stands, and under which dynamic scope. */
export interface SchemaPlace {
  readonly place: Place;
  readonly scope: Scope;
}

/** What keywords need of the compiler that translates the schemas they refer to. */
export interface Translator {
  readonly store: FormulaStore;
  readonly notes: string[];
  readonly draft: number;
  readonly assertFormats: boolean;
  sub(at: SchemaPlace, ...keys: (string | number)[]): Formula;
  waysOf(place: Place, scope: Scope): Outcome[];
  place(at: SchemaPlace, ...keys: (string | number)[]): Place;
  refTo(place: Place, scope: Scope): Formula;
  reference(at: SchemaPlace, name: string, ref: string): Place;
  patterns(at: SchemaPlace): [Rx, string][];
  disjoint(a: Formula, b: Formula): boolean;
}

/** A keyword's formula; in-place applicators also say in which ways they can hold, and what each evaluates. */
export interface Part {
  readonly f: Formula;
  readonly ways?: () => Outcome[];
}

export const BRANCH_LIMIT = 512;

export class Keyword {
  readonly c: Translator;
  readonly at: SchemaPlace;
  readonly name: string;
  constructor(translator: Translator, at: SchemaPlace, name: string) {
    this.c = translator;
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
