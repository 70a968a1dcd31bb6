/** Conditions as SQL over a row's `tokens` (words it has, and keys of which anything is known) and `numbers`; three-valued as in constraint.ts. */
import type { Constraint } from "./constraint.ts";

/** The word under which a token says that something is known of an attribute at all. Words have at least one character. */
export const KNOWN = "";

export interface TokenName {
  readonly attribute: string;
  readonly word: string;
}

export const tokenKey = ({ attribute, word }: TokenName): string => `${attribute}\n${word}`;

/** Every token that a condition may ask for. */
export function tokensOf(constraint: Constraint): TokenName[] {
  if ("not" in constraint) return tokensOf(constraint.not);
  if ("all" in constraint) return constraint.all.flatMap(tokensOf);
  if ("any" in constraint) return constraint.any.flatMap(tokensOf);
  const { attribute } = constraint;
  const words = "is" in constraint ? wordsOf(constraint.is) : [];
  return [KNOWN, ...words].map((word) => ({ attribute, word }));
}

export function attributesOf(constraint: Constraint): string[] {
  return [...new Set(tokensOf(constraint).map(({ attribute }) => attribute))];
}

const wordsOf = (is: boolean | string | readonly string[]): readonly string[] =>
  typeof is === "object" ? is : [String(is)];

/** Collects parameters: `$n` stands where a value goes. */
export class Parameters {
  readonly values: unknown[];
  constructor(values: readonly unknown[] = []) {
    this.values = [...values];
  }
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** @param numbers of tokens by `tokenKey`; what has none is had by nobody. */
export class ConstraintSql {
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #parameters: Parameters;

  constructor(numbers: ReadonlyMap<string, number>, parameters: Parameters) {
    this.#numbers = numbers;
    this.#parameters = parameters;
  }

  /** Where the condition surely holds. */
  yes(constraint: Constraint): string {
    if ("not" in constraint) return this.no(constraint.not);
    if ("all" in constraint)
      return joined(
        constraint.all.map((part) => this.yes(part)),
        "AND",
      );
    if ("any" in constraint)
      return joined(
        constraint.any.map((part) => this.yes(part)),
        "OR",
      );
    if ("known" in constraint) return this.#known(constraint.attribute, constraint.known);
    return "is" in constraint ? this.#hasAny(constraint.attribute, wordsOf(constraint.is)) : this.#inRange(constraint);
  }

  /** Where it surely does not. */
  no(constraint: Constraint): string {
    if ("not" in constraint) return this.yes(constraint.not);
    if ("all" in constraint)
      return joined(
        constraint.all.map((part) => this.no(part)),
        "OR",
      );
    if ("any" in constraint)
      return joined(
        constraint.any.map((part) => this.no(part)),
        "AND",
      );
    if ("known" in constraint) return this.#known(constraint.attribute, !constraint.known);
    return `(${this.#known(constraint.attribute, true)} AND NOT ${this.yes(constraint)})`;
  }

  #known(attribute: string, wanted: boolean): string {
    const known = this.#hasAny(attribute, [KNOWN]);
    return wanted ? known : `NOT ${known}`;
  }

  #hasAny(attribute: string, words: readonly string[]): string {
    const numbers = words.flatMap((word) => this.#numbers.get(tokenKey({ attribute, word })) ?? []);
    if (numbers.length === 0) return "false";
    // One token by @>, which the index knows how to narrow; several by &&.
    const operator = numbers.length === 1 ? "OPERATOR(public.@>)" : "OPERATOR(public.&&)";
    return `(tokens ${operator} ${this.#parameters.add(numbers)}::int[])`;
  }

  #inRange({
    attribute,
    atLeast,
    atMost,
  }: {
    attribute: string;
    atLeast?: number | undefined;
    atMost?: number | undefined;
  }): string {
    const value = `(numbers->>${this.#parameters.add(attribute)}::text)::float8`;
    const bounds = [
      ...(atLeast === undefined ? [] : [`${value} >= ${this.#parameters.add(atLeast)}::float8`]),
      ...(atMost === undefined ? [] : [`${value} <= ${this.#parameters.add(atMost)}::float8`]),
    ];
    return `coalesce(${bounds.join(" AND ")}, false)`;
  }
}

const joined = (parts: readonly string[], by: "AND" | "OR"): string =>
  parts.length === 0 ? String(by === "AND") : `(${parts.join(` ${by} `)})`;
