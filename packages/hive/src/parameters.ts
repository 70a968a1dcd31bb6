/**
 * Command-line flags of a tool, from the JSON Schema of its parameters: `--timeout-seconds 5`, `--language=python`,
 * `--deep` / `--no-deep`, a list by repeating its flag. `@FILE` reads a file, `-` reads standard input, `@@` begins a literal `@`.
 */
import { readFileSync } from "node:fs";
import type { Json, JsonObject } from "lop";
import { UsageError } from "./terminal.ts";

export const FILE_VALUE_MAX_BYTES = 4 * 1024 * 1024;

interface ParameterSchema {
  readonly type?: string;
  readonly enum?: readonly Json[];
  readonly items?: ParameterSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
}

export interface ToolSchema {
  readonly properties: Readonly<Record<string, ParameterSchema>>;
  readonly required: readonly string[];
}

export const toolSchema = (parameters: JsonObject): ToolSchema => ({
  properties: (parameters.properties ?? {}) as ToolSchema["properties"],
  required: (parameters.required ?? []) as readonly string[],
});

/** @throws UsageError that names the flag. */
export function readParameters(args: readonly string[], schema: ToolSchema, stdin: () => Uint8Array): JsonObject {
  const values: Record<string, Json> = {};
  for (let i = 0; i < args.length; i++) {
    const { name, negated, inline } = splitFlag(args[i]!, schema);
    const property = schema.properties[name]!;
    if (property.type === "boolean") {
      put(values, name, property, inline === undefined ? !negated : inline === "true");
      continue;
    }
    const text = inline ?? args[++i];
    if (text === undefined) throw new UsageError(`--${flagOf(name)} wants a value`);
    put(values, name, property, readValue(flagOf(name), expand(text, stdin), property));
  }
  const missing = schema.required.find((name) => !(name in values));
  if (missing !== undefined) throw new UsageError(`--${flagOf(missing)} is required`);
  return values;
}

function splitFlag(arg: string, schema: ToolSchema): { name: string; negated: boolean; inline: string | undefined } {
  if (!arg.startsWith("--")) throw new UsageError(`${JSON.stringify(arg)} is no flag; flags are ${flagList(schema)}`);
  const equals = arg.indexOf("=");
  const flag = (equals < 0 ? arg.slice(2) : arg.slice(2, equals)).replaceAll("-", "_");
  const inline = equals < 0 ? undefined : arg.slice(equals + 1);
  if (flag in schema.properties) return { name: flag, negated: false, inline };
  const positive = flag.replace(/^no_/, "");
  if (positive !== flag && schema.properties[positive]?.type === "boolean")
    return { name: positive, negated: true, inline: undefined };
  throw new UsageError(`unknown flag --${flagOf(flag)}; flags are ${flagList(schema)}`);
}

const flagOf = (name: string): string => name.replaceAll("_", "-");
const flagList = ({ properties }: ToolSchema): string =>
  Object.keys(properties)
    .map((name) => `--${flagOf(name)}`)
    .join(", ") || "none";

function put(values: Record<string, Json>, name: string, property: ParameterSchema, value: Json): void {
  if (property.type === "array") {
    values[name] = [
      ...((values[name] as readonly Json[] | undefined) ?? []),
      ...(Array.isArray(value) ? value : [value]),
    ];
  } else if (name in values) throw new UsageError(`--${flagOf(name)} is given twice`);
  else values[name] = value;
}

function expand(text: string, stdin: () => Uint8Array): string {
  if (text === "-") return decode(stdin(), "standard input");
  if (text.startsWith("@@")) return text.slice(1);
  if (!text.startsWith("@")) return text;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(text.slice(1));
  } catch (error) {
    throw new UsageError(`${text}: the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (bytes.length > FILE_VALUE_MAX_BYTES)
    throw new UsageError(`${text}: the file is longer than ${FILE_VALUE_MAX_BYTES} bytes`);
  return decode(bytes, text);
}

function decode(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${where} is not UTF-8 text`);
  }
}

/** Text as the type of its parameter. Ranges are the hive's to check: it alone decides what is valid. */
function readValue(flag: string, text: string, property: ParameterSchema): Json {
  if (property.type === "integer" || property.type === "number") return readNumber(flag, text, property.type);
  if (property.type === "object") return readJson(flag, text);
  if (property.type === "array")
    return text.startsWith("[") ? readJson(flag, text) : readValue(flag, text, property.items ?? {});
  if (property.enum !== undefined && !property.enum.includes(text))
    throw new UsageError(`--${flag} is one of ${property.enum.join(", ")}`);
  return text;
}

function readNumber(flag: string, text: string, type: "integer" | "number"): number {
  const value = Number(text);
  const fits = text.trim() !== "" && (type === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value));
  if (!fits)
    throw new UsageError(
      `--${flag} wants ${type === "integer" ? "a whole number" : "a number"}, not ${JSON.stringify(text)}`,
    );
  return value;
}

function readJson(flag: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new UsageError(`--${flag} wants JSON: ${(error as Error).message}`);
  }
}

/** A line a flag, for `axiom do TOOL --help` and `axiom tools TOOL`. */
export function describeFlags(schema: ToolSchema): string[] {
  return Object.entries(schema.properties).map(([name, property]) => {
    const flag = `--${flagOf(name)} ${kindOf(property)}`;
    const wanted = schema.required.includes(name) ? "required" : "optional";
    return `  ${flag.padEnd(44)} ${wanted}${property.description === undefined ? "" : `; ${property.description}`}`;
  });
}

function kindOf(property: ParameterSchema): string {
  if (property.enum !== undefined) return property.enum.join("|");
  if (property.type === "boolean") return "";
  const kind =
    property.type === "array"
      ? `${(property.items?.type ?? "value").toUpperCase()}…`
      : (property.type ?? "value").toUpperCase();
  if (property.minimum === undefined && property.maximum === undefined) return kind;
  return `${kind} (${property.minimum ?? ""}–${property.maximum ?? ""})`;
}
