/** JSON as signed data: a strict reader, one compact canonical spelling (RFC 8785) and one spelling for people to read. */
import canonicalize from "canonicalize";
import { fromUtf8, utf8 } from "./bytes.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

export const JSON_MAX_DEPTH = 16;

/** Bytes that are hashed: RFC 8785 (JCS). @throws on NaN, infinities and lone surrogates. */
export function canonicalBytes(value: Json): Uint8Array {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("value has no JSON form");
  return utf8(text);
}

/** The form of files that people read and machines compare byte for byte: keys sorted, two blanks, one newline at the end. */
export function prettyText(value: Json): string {
  return `${pretty(value, "\n")}\n`;
}

function pretty(value: Json, newline: string): string {
  if (value === null || typeof value !== "object") return canonicalize(value) as string;
  const inner = `${newline}  `;
  if (Array.isArray(value)) {
    return value.length === 0
      ? "[]"
      : `[${inner}${value.map((item) => pretty(item, inner)).join(`,${inner}`)}${newline}]`;
  }
  const object = value as JsonObject;
  const rows = Object.keys(object)
    .sort()
    .map((name) => `${JSON.stringify(name)}: ${pretty(object[name]!, inner)}`);
  return rows.length === 0 ? "{}" : `{${inner}${rows.join(`,${inner}`)}${newline}}`;
}

/**
 * Reads JSON that will be trusted: UTF-8, no duplicate keys, no key `__proto__`, no lone surrogates, depth and size bounded.
 * The value is what JSON.parse gives; the scan before it finds what JSON.parse would hide.
 * @throws SyntaxError that says what and at which character.
 */
export function parseStrict(bytes: Uint8Array, limits: { max_bytes: number; max_depth?: number }): Json {
  if (bytes.length > limits.max_bytes)
    throw new SyntaxError(`JSON of ${bytes.length} bytes; the limit is ${limits.max_bytes}`);
  const text = fromUtf8(bytes);
  const value = JSON.parse(text) as Json;
  scanForHiddenFaults(text, limits.max_depth ?? JSON_MAX_DEPTH);
  return value;
}

/** Walks text that is already known to be JSON, and finds forbidden keys, lone surrogates and nesting deeper than `max_depth`. */
function scanForHiddenFaults(text: string, max_depth: number): void {
  const open: (Set<string> | null)[] = []; // a Set of keys for an object, null for an array
  let keyNext = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (letter === '"') {
      const end = endOfString(text, i);
      checkWellFormed(text.slice(i, end + 1), i);
      if (keyNext) noteKey(open.at(-1)!, text.slice(i, end + 1), i);
      keyNext = false;
      i = end;
    } else if (letter === "{" || letter === "[") {
      open.push(letter === "{" ? new Set() : null);
      if (open.length > max_depth) throw new SyntaxError(`JSON nested deeper than ${max_depth} at character ${i}`);
      keyNext = letter === "{";
    } else if (letter === "}" || letter === "]") open.pop();
    else if (letter === ",") keyNext = open.at(-1) !== null;
  }
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
  return i;
}

/** Half of a surrogate pair, which only an escape can spell, has no UTF-8 and so no canonical bytes (RFC 7493 §2.1). */
function checkWellFormed(quoted: string, at: number): void {
  if (quoted.includes("\\u") && !(JSON.parse(quoted) as string).isWellFormed())
    throw new SyntaxError(`lone surrogate in the JSON string at character ${at}`);
}

function noteKey(keys: Set<string>, quoted: string, at: number): void {
  const name = JSON.parse(quoted) as string;
  // Schemas and object copies pass over this one name in silence, so what is signed and what is read would differ.
  if (name === "__proto__") throw new SyntaxError(`JSON key ${quoted} at character ${at}`);
  if (keys.has(name)) throw new SyntaxError(`duplicate JSON key ${quoted} at character ${at}`);
  keys.add(name);
}
