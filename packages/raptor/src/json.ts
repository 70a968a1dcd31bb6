/**
 * A JSON reader for schemas: key order kept (also of integer-like keys), numbers exact, every position named in
 * errors. JSON.parse moves `"1"` before `"a"`, turns 1.0 into 1 and rounds big integers.
 */
import { type Decimal, decimalText, EXPONENT_LIMIT, parseDecimal } from "./decimal.ts";
import { fail } from "./refusal.ts";

export class JsonNumber {
  readonly value: Decimal;
  constructor(value: Decimal) {
    this.value = value;
  }
}
export type JsonMap = Map<string, Json>;
export type Json = null | boolean | string | JsonNumber | Json[] | JsonMap;

export const DEPTH_LIMIT = 256;

const ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

export function readJson(text: string): Json {
  return new Reader(text).document();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  constructor(text: string) {
    this.#text = text;
  }

  document(): Json {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#no("unexpected text after the value");
    return value;
  }

  #no(what: string): never {
    fail("schema-malformed", `Not JSON: ${what} at character ${this.#at}.`);
  }

  #space(): void {
    while (" \n\r\t".includes(this.#text[this.#at] ?? "x")) this.#at++;
  }

  #value(): Json {
    this.#space();
    const c = this.#text[this.#at];
    if (c === "{") return this.#nested(() => this.#object());
    if (c === "[") return this.#nested(() => this.#array());
    if (c === '"') return this.#string();
    for (const [word, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > DEPTH_LIMIT) fail("too-hard", `JSON nested deeper than ${DEPTH_LIMIT}.`);
    this.#at++;
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): JsonMap {
    const map: JsonMap = new Map();
    this.#space();
    if (this.#take("}")) return map;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#no("a key was expected");
      const key = this.#string();
      this.#space();
      if (!this.#take(":")) this.#no("':' was expected");
      map.set(key, this.#value());
      this.#space();
      if (this.#take("}")) return map;
      if (!this.#take(",")) this.#no("',' or '}' was expected");
    }
  }

  #array(): Json[] {
    const items: Json[] = [];
    this.#space();
    if (this.#take("]")) return items;
    for (;;) {
      items.push(this.#value());
      this.#space();
      if (this.#take("]")) return items;
      if (!this.#take(",")) this.#no("',' or ']' was expected");
    }
  }

  #take(c: string): boolean {
    if (this.#text[this.#at] !== c) return false;
    this.#at++;
    return true;
  }

  #string(): string {
    let out = "";
    this.#at++;
    let from = this.#at;
    for (;;) {
      const c = this.#text[this.#at];
      if (c === undefined || c < " ") this.#no("a string is not closed");
      if (c === '"') break;
      if (c === "\\") {
        out += this.#text.slice(from, this.#at) + this.#escape();
        from = this.#at;
      } else this.#at++;
    }
    out += this.#text.slice(from, this.#at);
    this.#at++;
    return out;
  }

  #escape(): string {
    const c = this.#text[this.#at + 1] ?? "";
    if (c === "u") {
      const hex = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.#no("bad \\u escape");
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const plain = ESCAPES[c];
    if (plain === undefined) this.#no("bad escape");
    this.#at += 2;
    return plain;
  }

  #number(): JsonNumber {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) this.#no("a value was expected");
    const value = parseDecimal(match[0]);
    if (!value) fail("too-hard", `The exponent of ${match[0].slice(0, 40)} is beyond ${EXPONENT_LIMIT}.`);
    this.#at += match[0].length;
    return new JsonNumber(value);
  }
}

/** One text per JSON value, whatever its spelling, key order or number format: equality of values is equality of these. */
export function canonicalText(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof JsonNumber) return decimalText(value.value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const keys = [...value.keys()].sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(value.get(key)!)}`).join(",")}}`;
}

export const isMap = (value: Json | undefined): value is JsonMap => value instanceof Map;
