/** The keywords that are translated, each by a line of its own. All others are annotations. */
import { allOf, anyOf, conditional, dependencies, oneOf, reference } from "./applicators.ts";
import { constantFormula, enumFormula } from "./constant.ts";
import type { Decimal } from "./decimal.ts";
import { formatLanguage } from "./formats.ts";
import { ALL_TYPES, ARR, FALSE, type Formula, NULL, NUM, OBJ, STR, TRUE } from "./formula.ts";
import { isMap } from "./json.ts";
import type { Keyword, Part } from "./keyword.ts";
import { patternLanguage } from "./pattern.ts";
import { fail } from "./refusal.ts";

const TYPES: Record<string, number> = {
  null: NULL,
  boolean: TRUE | FALSE,
  string: STR,
  array: ARR,
  object: OBJ,
  number: NUM,
  integer: NUM,
};
const ONE: Decimal = { digits: 1n, exponent: 0 };
/** Remainders times places of a bound are states to search; beyond this the search is not worth its time. */
const BOUNDED_MULTIPLE_LIMIT = 2_000;

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

export const KEYWORDS: Record<string, (k: Keyword) => Part> = {
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
  dependentRequired: dependencies,
  dependentSchemas: dependencies,
  dependencies,
  allOf,
  anyOf,
  oneOf,
  not: plain((k) => k.s.not(k.sub())),
  if: conditional,
};
