/** From a tool's parameter schema to the fields of a form, and from what was typed back to parameters. */
import type { Json, JsonObject, ParameterSchema, ToolInfo } from "./wire.ts";

export type FieldKind = "choice" | "flag" | "number" | "line" | "text" | "lines" | "json";

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  readonly choices: readonly string[];
  /** One short phrase on what fits: a range, a type. Empty when there is nothing to say. */
  readonly hint: string;
  readonly schema: ParameterSchema;
}

/** What stands in the fields, as typed. A flag is "true" or "". */
export type Typed = { readonly [name: string]: string };
export type Faults = { readonly [name: string]: string };

/** Parameters that hold more than a line, by their wire names: the schema has no way to say so. */
const LONG_TEXTS = new Set(["code", "content", "text", "sql"]);

export function fieldsOf(tool: Pick<ToolInfo, "properties" | "required">): Field[] {
  const required = new Set(tool.required);
  const fields = Object.entries(tool.properties).map(([name, schema]) => ({
    name,
    label: name.replaceAll("_", " "),
    kind: kindOf(name, schema),
    required: required.has(name),
    choices: (schema.enum ?? []).map(String),
    hint: hintOf(schema),
    schema,
  }));
  return fields.sort((a, b) => rankOf(a) - rankOf(b));
}

/** Short ones before long texts, so that a form reads in rows; required before optional; else the schema's own order. */
const rankOf = (field: Field): number => (isLong(field) ? 2 : 0) + (field.required ? 0 : 1);

export const isLong = (field: Field): boolean => ["text", "lines", "json"].includes(field.kind);

function kindOf(name: string, schema: ParameterSchema): FieldKind {
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return "flag";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "array") return schema.items?.type === "string" ? "lines" : "json";
  if (schema.type === "object") return "json";
  return LONG_TEXTS.has(name) ? "text" : "line";
}

function hintOf(schema: ParameterSchema): string {
  if (schema.description) return schema.description;
  if (schema.type === "integer" || schema.type === "number") return rangeOf(schema);
  if (schema.type === "array") return schema.items?.type === "string" ? "one a line" : "JSON list";
  return schema.type === "object" ? "JSON object" : "";
}

function rangeOf(schema: ParameterSchema): string {
  const { minimum, maximum, exclusiveMinimum } = schema;
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (minimum !== undefined) return `${minimum} or more`;
  if (exclusiveMinimum !== undefined) return `more than ${exclusiveMinimum}`;
  return maximum === undefined ? "" : `at most ${maximum}`;
}

/** Choices start on their first value when required, so that a form can be stated without touching them. */
export function emptyForm(fields: readonly Field[]): Typed {
  return Object.fromEntries(
    fields.map((field) => [field.name, field.kind === "choice" && field.required ? (field.choices[0] ?? "") : ""]),
  );
}

/** Puts given parameters back into the fields, for editing a card. */
export function filledForm(fields: readonly Field[], parameters: JsonObject): Typed {
  const typed = Object.entries(parameters).map(([name, value]) => {
    const field = fields.find((candidate) => candidate.name === name);
    return [name, field ? spell(field.kind, value) : ""] as const;
  });
  return { ...emptyForm(fields), ...Object.fromEntries(typed) };
}

function spell(kind: FieldKind, value: Json): string {
  if (kind === "json") return JSON.stringify(value, null, 2);
  if (kind === "lines" && Array.isArray(value)) return value.map(String).join("\n");
  if (kind === "flag") return value === true ? "true" : "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Reads the form. Either every field fits and `parameters` is whole, or `faults` says what each wrong field needs. */
export function readForm(
  fields: readonly Field[],
  typed: Typed,
): { parameters: JsonObject; faults: null } | { parameters: null; faults: Faults } {
  const parameters: Record<string, Json> = {};
  const faults: Record<string, string> = {};
  for (const field of fields) {
    const value = typed[field.name] ?? "";
    if (value === "" && field.kind !== "flag") {
      if (field.required) faults[field.name] = `Give ${field.label}.`;
      continue;
    }
    const read = readField(field, value);
    if ("fault" in read) faults[field.name] = read.fault;
    else if (read.value !== undefined) parameters[field.name] = read.value;
  }
  return Object.keys(faults).length > 0 ? { parameters: null, faults } : { parameters, faults: null };
}

type Read = { value: Json | undefined } | { fault: string };

function readField(field: Field, value: string): Read {
  switch (field.kind) {
    case "number":
      return readNumber(field.schema, value);
    case "flag":
      // An optional flag left alone is not stated at all: the tool's own default holds.
      return { value: value === "true" ? true : field.required ? false : undefined };
    case "choice":
      return readChoice(field, value);
    case "lines":
      return readLines(field.schema, value);
    case "json":
      return readJson(field.schema, value);
    default:
      return value.length > (field.schema.maxLength ?? Number.POSITIVE_INFINITY)
        ? { fault: `At most ${field.schema.maxLength} characters.` }
        : { value };
  }
}

function readNumber(schema: ParameterSchema, value: string): Read {
  const number = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) return { fault: "A number, written with digits." };
  if (schema.type === "integer" && !Number.isSafeInteger(number)) return { fault: "A whole number." };
  const low = schema.minimum !== undefined && number < schema.minimum;
  const lowOpen = schema.exclusiveMinimum !== undefined && number <= schema.exclusiveMinimum;
  const high = schema.maximum !== undefined && number > schema.maximum;
  return low || lowOpen || high ? { fault: `Must be ${rangeOf(schema)}.` } : { value: number };
}

function readChoice(field: Field, value: string): Read {
  const found = field.schema.enum?.find((choice) => String(choice) === value);
  return found === undefined ? { fault: `One of ${field.choices.join(", ")}.` } : { value: found };
}

function readLines(schema: ParameterSchema, value: string): Read {
  const lines = value.split("\n").filter((line) => line.trim() !== "");
  return lines.length < (schema.minItems ?? 0)
    ? { fault: `At least ${schema.minItems}, one a line.` }
    : { value: lines };
}

function readJson(schema: ParameterSchema, value: string): Read {
  try {
    const parsed = JSON.parse(value) as Json;
    if (Array.isArray(parsed) !== (schema.type === "array"))
      return { fault: schema.type === "array" ? "A JSON list: [ … ]." : "A JSON object: { … }." };
    return { value: parsed };
  } catch {
    return { fault: "Not JSON yet." };
  }
}
