/** Random schemas and instances, and other spellings of the same value. */

export type Chance = () => number;
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

const NAMES = ["a", "b", "ab", "n", "type", "x-1", "é", "k y"];
const TEXTS = ["", "a", "ab", "abc", "b1", "é", "😀x", "x-1", "zz", "true", 'q"q', "back\\slash", "line\nfeed", "a b"];
const PATTERNS = ["^a", "b$", "^[a-z]+$", "^(ab|b)*$", "[0-9]", "^.{1,3}$", "^x-", "^(?!a)", "^\\S+$", "é"];
const NUMBERS = [0, 1, -1, 2, 3, 5, 7, 10, 100, 2.5, -0.5, 0.25, 12.75, 1000, -20];

export const pick = <T>(chance: Chance, list: readonly T[]): T => list[Math.floor(chance() * list.length)]!;

export function randomValue(chance: Chance, depth = 0): Value {
  const kind = Math.floor(chance() * (depth > 2 ? 4 : 6));
  if (kind === 0) return pick(chance, [null, true, false]);
  if (kind === 1) return pick(chance, NUMBERS);
  if (kind <= 3) return pick(chance, TEXTS);
  const size = Math.floor(chance() * 4);
  if (kind === 4) return Array.from({ length: size }, () => randomValue(chance, depth + 1));
  return Object.fromEntries(Array.from({ length: size }, () => [pick(chance, NAMES), randomValue(chance, depth + 1)]));
}

export type Schema = boolean | { [key: string]: unknown };

export function randomSchema(chance: Chance, depth = 0): Schema {
  if (chance() < 0.04) return chance() < 0.7;
  const schema: { [key: string]: unknown } = {};
  const parts = depth > 2 ? 1 : 1 + Math.floor(chance() * 2);
  for (let i = 0; i < parts; i++) Object.assign(schema, randomPart(chance, depth));
  if (schema.prefixItems)
    for (const name of ["contains", "minContains", "maxContains", "uniqueItems"]) delete schema[name];
  return schema;
}

function randomPart(chance: Chance, depth: number): { [key: string]: unknown } {
  const simple = [typePart, enumPart, textPart, numberPart, typePart];
  const nested = [objectPart, objectPart, arrayPart, arrayPart, boolPart, boolPart, mapPart];
  return pick(chance, depth > 2 ? simple : [...simple, ...nested])(chance, depth + 1);
}

const typePart = (chance: Chance) => {
  const types = ["null", "boolean", "string", "number", "integer", "array", "object"];
  return { type: chance() < 0.7 ? pick(chance, types) : [...new Set([pick(chance, types), pick(chance, types)])] };
};
const enumPart = (chance: Chance) =>
  chance() < 0.3
    ? { const: randomValue(chance, 1) }
    : { enum: Array.from({ length: 1 + Math.floor(chance() * 4) }, () => randomValue(chance, 2)) };
const textPart = (chance: Chance) =>
  pick(chance, [
    () => ({ minLength: Math.floor(chance() * 4) }),
    () => ({ maxLength: Math.floor(chance() * 5) }),
    () => ({ pattern: pick(chance, PATTERNS) }),
    () => ({ type: "string", pattern: pick(chance, PATTERNS), maxLength: 1 + Math.floor(chance() * 5) }),
  ])();
const numberPart = (chance: Chance) =>
  pick(chance, [
    () => ({ minimum: pick(chance, NUMBERS) }),
    () => ({ maximum: pick(chance, NUMBERS) }),
    () => ({ exclusiveMinimum: pick(chance, NUMBERS), maximum: 100 }),
    () => ({ type: "integer", minimum: -5, exclusiveMaximum: pick(chance, NUMBERS) }),
    () => ({ multipleOf: pick(chance, [1, 2, 3, 5, 0.5, 0.25, 10]) }),
    () => ({ type: "number", multipleOf: pick(chance, [2, 0.5, 7]), maximum: pick(chance, NUMBERS) }),
  ])();

function objectPart(chance: Chance, depth: number): { [key: string]: unknown } {
  const part: { [key: string]: unknown } = {};
  if (chance() < 0.6) part.type = "object";
  if (chance() < 0.8) part.properties = namedSchemas(chance, depth);
  if (chance() < 0.5)
    part.required = [...new Set([pick(chance, NAMES), pick(chance, NAMES)])].slice(0, 1 + Math.floor(chance() * 2));
  if (chance() < 0.35) part.additionalProperties = randomSchema(chance, depth + 1);
  if (chance() < 0.2) part.patternProperties = { [pick(chance, PATTERNS)]: randomSchema(chance, depth + 1) };
  if (chance() < 0.1) part.minProperties = Math.floor(chance() * 3);
  if (chance() < 0.1) part.maxProperties = 1 + Math.floor(chance() * 3);
  return part;
}

function mapPart(chance: Chance, depth: number): { [key: string]: unknown } {
  return pick(chance, [
    () => ({ propertyNames: randomSchema(chance, 3) }),
    () => ({ dependentRequired: { [pick(chance, NAMES)]: [pick(chance, NAMES)] } }),
    () => ({ dependentSchemas: { [pick(chance, NAMES)]: randomSchema(chance, depth + 1) } }),
    () => ({ properties: namedSchemas(chance, depth), dependentSchemas: { a: objectPart(chance, depth + 1) } }),
  ])();
}

function namedSchemas(chance: Chance, depth: number): { [key: string]: unknown } {
  return Object.fromEntries(
    Array.from({ length: 1 + Math.floor(chance() * 3) }, () => [pick(chance, NAMES), randomSchema(chance, depth + 1)]),
  );
}

function arrayPart(chance: Chance, depth: number): { [key: string]: unknown } {
  const part: { [key: string]: unknown } = {};
  if (chance() < 0.6) part.type = "array";
  if (chance() < 0.5) part.items = randomSchema(chance, depth + 1);
  // Not both: ajv 8.20 accepts [] under prefixItems beside contains, against the specification.
  const prefixed = chance() < 0.3;
  if (prefixed) part.prefixItems = [randomSchema(chance, depth + 1), randomSchema(chance, depth + 1)];
  if (!prefixed && chance() < 0.2) part.contains = randomSchema(chance, depth + 1);
  if (part.contains !== undefined && chance() < 0.5) part.minContains = Math.floor(chance() * 3);
  if (part.contains !== undefined && chance() < 0.3) part.maxContains = 1 + Math.floor(chance() * 2);
  if (chance() < 0.2) part.minItems = Math.floor(chance() * 3);
  if (chance() < 0.2) part.maxItems = 1 + Math.floor(chance() * 3);
  // Nor uniqueItems beside prefixItems, nor unevaluated*: ajv compares only the types that items names, and keeps
  // what a failed \`if\` or \`oneOf\` branch evaluated. The JSON-Schema-Test-Suite covers both.
  if (!prefixed && chance() < 0.25) part.uniqueItems = true;
  return part;
}

/** Arrays whose items are few, counted and all different: where a mask could lead into a dead end. */
export function countedArray(chance: Chance): Schema {
  const few = (): { [key: string]: unknown } =>
    pick(chance, [
      () => ({ enum: Array.from({ length: 1 + Math.floor(chance() * 4) }, () => randomValue(chance, 2)) }),
      () => ({ type: "string", pattern: pick(chance, PATTERNS), maxLength: Math.floor(chance() * 3) }),
      () => ({ type: "integer", minimum: 0, maximum: Math.floor(chance() * 4) }),
      () => ({ type: pick(chance, ["boolean", "null", "string", "object"]) }),
      () => ({ type: "object", properties: { a: few() }, required: ["a"], additionalProperties: false }),
      () => ({ anyOf: [few(), few()] }),
    ])();
  const schema: { [key: string]: unknown } = { type: "array" };
  if (chance() < 0.7) schema.uniqueItems = true;
  if (chance() < 0.6) schema.items = few();
  if (chance() < 0.8) schema.contains = few();
  if (schema.contains !== undefined && chance() < 0.7) schema.minContains = Math.floor(chance() * 4);
  if (schema.contains !== undefined && chance() < 0.3) schema.maxContains = 1 + Math.floor(chance() * 3);
  if (chance() < 0.4) schema.minItems = Math.floor(chance() * 5);
  if (chance() < 0.4) schema.maxItems = 1 + Math.floor(chance() * 5);
  return schema;
}

function boolPart(chance: Chance, depth: number): { [key: string]: unknown } {
  const some = () => Array.from({ length: 1 + Math.floor(chance() * 3) }, () => randomSchema(chance, depth + 1));
  return pick(chance, [
    () => ({ anyOf: some() }),
    () => ({ allOf: some() }),
    () => ({ oneOf: some() }),
    () => ({ not: randomSchema(chance, depth + 1) }),
    () => Object.fromEntries(["if", "then", "else"].map((name) => [name, randomSchema(chance, depth + 1)])),
  ])();
}

/** Instances near a schema: its own constants and bounds, nested, then shaken. */
export function guidedValue(chance: Chance, schema: unknown, depth = 0): Value {
  if (chance() < 0.15 || typeof schema !== "object" || schema === null || depth > 5)
    return randomValue(chance, Math.min(depth, 2));
  const s = schema as { [key: string]: unknown };
  if (Array.isArray(s.enum)) return pick(chance, s.enum as Value[]);
  if ("const" in s) return s.const as Value;
  const inner = [s.anyOf, s.oneOf, s.allOf].find(Array.isArray);
  if (inner && chance() < 0.6) return guidedValue(chance, pick(chance, inner), depth + 1);
  if (s.then !== undefined && chance() < 0.4) return guidedValue(chance, chance() < 0.5 ? s.then : s.else, depth + 1);
  const type = Array.isArray(s.type) ? pick(chance, s.type) : s.type;
  if (type === "object" || s.properties || s.required || s.patternProperties) return guidedObject(chance, s, depth);
  if (type === "array" || s.items || s.prefixItems || s.contains) return guidedArray(chance, s, depth);
  if (type === "integer" || type === "number" || s.minimum !== undefined || s.multipleOf !== undefined)
    return pick(chance, NUMBERS);
  if (type === "boolean") return chance() < 0.5;
  return type === "null" ? null : pick(chance, TEXTS);
}

function guidedObject(chance: Chance, s: { [key: string]: unknown }, depth: number): Value {
  const properties = (s.properties ?? {}) as { [key: string]: unknown };
  const names = [
    ...((s.required as string[] | undefined) ?? []),
    ...Object.keys(properties).filter(() => chance() < 0.6),
  ];
  if (chance() < 0.3) names.push(pick(chance, NAMES));
  const kept = names.filter(() => chance() < 0.93);
  const rest = s.additionalProperties ?? Object.values((s.patternProperties ?? {}) as object)[0];
  return Object.fromEntries(kept.map((name) => [name, guidedValue(chance, properties[name] ?? rest, depth + 1)]));
}

function guidedArray(chance: Chance, s: { [key: string]: unknown }, depth: number): Value {
  const prefix = (s.prefixItems ?? []) as unknown[];
  const size = Math.floor(chance() * 4) + (chance() < 0.4 ? 1 : 0);
  return Array.from({ length: size }, (_, i) =>
    guidedValue(chance, prefix[i] ?? (chance() < 0.3 ? s.contains : s.items), depth + 1),
  );
}

/** Another spelling of a value: key order, white space, escapes, number formats. */
export function spell(chance: Chance, value: Value): string {
  const gap = () => (chance() < 0.8 ? "" : pick(chance, [" ", "\n", "\t", "  "]));
  if (Array.isArray(value)) return `[${gap()}${value.map((v) => spell(chance, v) + gap()).join(`,${gap()}`)}]`;
  if (typeof value === "string") return spellText(chance, value);
  if (typeof value === "number") return spellNumber(chance, value);
  if (value === null || typeof value === "boolean") return String(value);
  const entries = Object.entries(value);
  if (chance() < 0.5) entries.reverse();
  return `{${gap()}${entries.map(([k, v]) => `${spellText(chance, k)}${gap()}:${gap()}${spell(chance, v)}${gap()}`).join(`,${gap()}`)}}`;
}

function spellText(chance: Chance, text: string): string {
  let out = "";
  for (const c of text) {
    if (chance() < 0.12 || c < " ")
      for (let i = 0; i < c.length; i++) out += `\\u${c.charCodeAt(i).toString(16).padStart(4, "0")}`;
    else out += c === '"' || c === "\\" ? `\\${c}` : c;
  }
  return `"${out}"`;
}

function spellNumber(chance: Chance, n: number): string {
  const whole = Number.isInteger(n);
  if (whole && chance() < 0.1) return `${n}.0`;
  if (whole && n !== 0 && n % 100 === 0 && chance() < 0.3) return `${n / 100}e2`;
  return !whole && chance() < 0.1 ? `${n}0` : String(n);
}

/** One change to a value, somewhere inside. */
export function mutate(chance: Chance, value: Value): Value {
  if (chance() < 0.3 || value === null || typeof value !== "object") return mutateHere(chance, value);
  if (Array.isArray(value)) {
    if (value.length === 0 || chance() < 0.3)
      return chance() < 0.5 ? value.slice(1) : [...value, randomValue(chance, 2)];
    const at = Math.floor(chance() * value.length);
    return value.map((v, i) => (i === at ? mutate(chance, v) : v));
  }
  const keys = Object.keys(value);
  const key = pick(chance, [...keys, "zz"]);
  if (chance() < 0.3) return Object.fromEntries(Object.entries(value).filter(([k]) => k !== key));
  if (chance() < 0.2) return { ...value, [pick(chance, NAMES)]: randomValue(chance, 2) };
  return key in value ? { ...value, [key]: mutate(chance, value[key]!) } : value;
}

function mutateHere(chance: Chance, value: Value): Value {
  if (typeof value === "number") return pick(chance, [value + 1, value - 1, -value, value + 0.5, String(value)]);
  if (typeof value === "string") return pick(chance, [value.slice(1), `${value}x`, value.toUpperCase(), null, ""]);
  return randomValue(chance, 2);
}
