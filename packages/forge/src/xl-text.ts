/** The file format of Xen's `xl` (xl.cfg(5)): `name = value` lines of numbers, strings and lists of strings. */
import { isPlainText } from "./plain-text.ts";

export type XlValue = number | string | readonly string[];
export type XlConfig = ReadonlyMap<string, XlValue>;

/** Of one file that is read. */
export const XL_MAX_CHARS = 256 * 1024;

export const xlText = (config: XlConfig): string =>
  [...config].map(([key, value]) => `${key} = ${valueText(value)}\n`).join("");

function valueText(value: XlValue): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return quoted(value);
  return value.length === 0 ? "[]" : `[\n${value.map((one) => `  ${quoted(one)},\n`).join("")}]`;
}

/** xl's own escapes hold nothing else that plain text needs. @throws TypeError on control characters. */
function quoted(text: string): string {
  if (!isPlainText(text)) throw new TypeError(`no text for a file of xl: ${JSON.stringify(text)}`);
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

const TOKEN =
  /[^\S\n]*(?:#[^\n]*|(;)|(\n)|([A-Za-z_]\w*)|(0[xX][0-9a-fA-F]+|\d+)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|([=[\],]))/y;

interface Token {
  readonly kind: "name" | "number" | "string" | "sign";
  readonly text: string;
}

/** @throws SyntaxError on what `xl` refuses, and on control characters, spelt out or escaped. */
export function readXl(text: string): XlConfig {
  if (text.length > XL_MAX_CHARS) throw new SyntaxError(`longer than ${XL_MAX_CHARS} characters`);
  const tokens = new Tokens(text);
  const config = new Map<string, XlValue>();
  for (let token = tokens.next(); token !== null; token = tokens.next()) {
    if (token.kind !== "name") throw new SyntaxError(`a name is wanted, not ${token.text}`);
    if (!tokens.fresh) throw new SyntaxError(`${token.text} wants a line of its own`);
    tokens.want("=");
    config.set(token.text, readValue(tokens));
  }
  return config;
}

function readValue(tokens: Tokens): XlValue {
  const token = tokens.next();
  if (token?.kind === "number") return Number(token.text);
  if (token?.kind === "string") return unquoted(token.text);
  if (token?.text !== "[") throw new SyntaxError(`a value is wanted, not ${token?.text ?? "the end"}`);
  const list: string[] = [];
  for (;;) {
    const one = tokens.next();
    if (one?.text === "]" && one.kind === "sign") return list;
    if (one?.kind !== "string") throw new SyntaxError(`a list holds strings, not ${one?.text ?? "the end"}`);
    list.push(unquoted(one.text));
    const after = tokens.next();
    if (after?.kind === "sign" && after.text === "]") return list;
    if (after?.text !== ",") throw new SyntaxError(`after ${one.text}: , or ] is wanted`);
  }
}

/** Of xl's escapes those three that plain text needs; the others stand for what no value of ours may hold. */
function unquoted(text: string): string {
  const plain = text.slice(1, -1).replace(/\\(.)/g, (whole, sign: string) => {
    if (!/[\\'"]/.test(sign)) throw new SyntaxError(`the escape ${whole} is not known here`);
    return sign;
  });
  if (!isPlainText(plain)) throw new SyntaxError(`control characters in ${JSON.stringify(text)}`);
  return plain;
}

class Tokens {
  readonly #text: string;
  #at = 0;
  /** Whether the last token is the first of its line, or after a semicolon. */
  fresh = true;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token | null {
    this.fresh = this.#at === 0;
    for (;;) {
      if (/^\s*$/.test(this.#text.slice(this.#at))) return null;
      TOKEN.lastIndex = this.#at;
      const found = TOKEN.exec(this.#text);
      if (found === null) throw new SyntaxError(`near ${JSON.stringify(this.#text.slice(this.#at, this.#at + 20))}`);
      this.#at = TOKEN.lastIndex;
      const [, semicolon, line, name, number, string, sign] = found;
      if (semicolon !== undefined || line !== undefined) this.fresh = true;
      if (name !== undefined) return { kind: "name", text: name };
      if (number !== undefined) return { kind: "number", text: number };
      if (string !== undefined) return { kind: "string", text: string };
      if (sign !== undefined) return { kind: "sign", text: sign };
    }
  }

  want(sign: string): void {
    const token = this.next();
    if (token?.kind !== "sign" || token.text !== sign)
      throw new SyntaxError(`${sign} is wanted, not ${token?.text ?? "the end"}`);
  }
}
