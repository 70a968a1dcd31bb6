/**
 * Grammars in Lark's notation (`rule: "text" TERM /regex/ (…)* [opt] ~ 2..4`, `%ignore`), in GBNF (`root ::= …`) and
 * plain EBNF. Terminals are regular; rules may recurse, directly left-recursive ones are turned into loops.
 */

import { wholeLanguage } from "./pattern.ts";
import { fail } from "./refusal.ts";
import type { RegexStore, Rx } from "./regex.ts";
import type { Expr } from "./text-machine.ts";

interface Rule {
  readonly name: string;
  readonly line: number;
  readonly tokens: Token[];
}
interface Token {
  readonly kind: "text" | "regex" | "name" | "sign";
  readonly value: string;
  readonly line: number;
}

const INF = Number.POSITIVE_INFINITY;
const TOKEN =
  /\s+|\/\/[^\n]*|#[^\n]*|"(?:[^"\\\n]|\\.)*"i?|'(?:[^'\\\n]|\\.)*'|\/(?:[^/\\\n]|\\.)+\/[imsux]*|\[\^?(?:\\.|[^\]\\\n])*\](?=[^\n]*)|%?[A-Za-z_][\w.-]*|::=|->|\.\.|\{\d+(?:,\d*)?\}|\d+|[:=|()[\]*+?~!;,.{}]/y;
const COMMON: Record<string, string> = {
  WS: "[ \\t\\f\\r\\n]+",
  WS_INLINE: "[ \\t]+",
  NEWLINE: "(?:\\r?\\n)+",
  INT: "\\d+",
  SIGNED_INT: "[+-]?\\d+",
  NUMBER: "\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?",
  SIGNED_NUMBER: "[+-]?\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?",
  CNAME: "[A-Za-z_][A-Za-z0-9_]*",
  WORD: "[A-Za-z]+",
  LETTER: "[A-Za-z]",
  DIGIT: "[0-9]",
  ESCAPED_STRING: '"(?:[^"\\\\\\n]|\\\\.)*"',
};

export interface CompiledGrammar {
  readonly start: Expr;
  readonly rules: readonly Expr[];
}

/** `style`: GBNF writes character classes where Lark writes options; `::=` tells them apart. */
export function readGrammar(store: RegexStore, source: string): CompiledGrammar {
  return new GrammarReader(store, source).compile();
}

class GrammarReader {
  readonly #store: RegexStore;
  readonly #gbnf: boolean;
  readonly #rules = new Map<string, Rule>();
  readonly #index = new Map<string, number>();
  readonly #terminals = new Map<string, Rx | "open">();
  readonly #ignored: Rx[] = [];
  #tokens: Token[] = [];
  #at = 0;

  constructor(store: RegexStore, source: string) {
    this.#store = store;
    this.#gbnf = source.includes("::=");
    this.#sections(this.#scan(source));
  }

  compile(): CompiledGrammar {
    const start = ["start", "root"].find((name) => this.#rules.has(name)) ?? this.#rules.keys().next().value;
    if (start === undefined) fail("grammar-malformed", "The grammar has no rule.", "line 1");
    for (const name of this.#rules.keys()) if (!this.#isTerminal(name)) this.#index.set(name, this.#index.size);
    const rules = [...this.#index.keys()].map((name) => this.#ruleExpr(name));
    this.#checkRecursion(rules);
    const first: Expr = this.#isTerminal(start)
      ? this.#lexical(this.#terminal(start, 1))
      : { kind: "rule", index: this.#index.get(start)! };
    checkProductive(rules, [...this.#index.keys()], first);
    return { start: { kind: "seq", parts: [this.#gap(), first] }, rules };
  }

  #scan(source: string): Token[] {
    const out: Token[] = [];
    let line = 1;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < source.length) {
      const at = TOKEN.lastIndex;
      const match = TOKEN.exec(source);
      if (!match) fail("grammar-malformed", `Unexpected ${JSON.stringify(source[at])}.`, `line ${line}`);
      const value = match[0];
      const isClass = value.startsWith("[") && value.length > 1;
      if (isClass && !this.#gbnf) {
        // In Lark a bracket opens an option: take it back.
        TOKEN.lastIndex = at + 1;
        out.push({ kind: "sign", value: "[", line });
        continue;
      }
      if (!/^(?:\s|\/\/|#)/.test(value)) out.push({ kind: kindOf(value), value, line });
      line += value.split("\n").length - 1;
    }
    return out;
  }

  /** Cuts the token list into rules: a name and `:`, `::=` or `=` begins one. */
  #sections(tokens: Token[]): void {
    let i = 0;
    while (i < tokens.length) {
      const head = tokens[i]!;
      if (head.value === ";") {
        i++;
        continue;
      }
      const from = isPrefix(tokens, i) ? i + 1 : i;
      if (head.value.startsWith("%")) i = this.#directive(tokens, i);
      else {
        const body = this.#bodyStart(tokens, from);
        const end = this.#sectionEnd(tokens, body);
        const name = tokens[from]!.value;
        if (this.#rules.has(name)) fail("grammar-malformed", `The rule ${name} stands twice.`, `line ${head.line}`);
        this.#rules.set(name, { name, line: head.line, tokens: tokens.slice(body, end) });
        i = end;
      }
    }
  }

  #bodyStart(tokens: Token[], at: number): number {
    let sign = at + 1;
    // Lark priorities: NAME.2: …
    if (tokens[sign]?.value === "." && /^\d+$/.test(tokens[sign + 1]?.value ?? "")) sign += 2;
    if (tokens[at]?.kind !== "name" || ![":", "::=", "="].includes(tokens[sign]?.value ?? "")) {
      fail("grammar-malformed", "A rule was expected.", `line ${tokens[at]?.line ?? 1}`);
    }
    return sign + 1;
  }

  #sectionEnd(tokens: Token[], from: number): number {
    let i = from;
    while (i < tokens.length && tokens[i]!.value !== ";" && !this.#begins(tokens, i)) i++;
    return i;
  }

  #begins(tokens: Token[], i: number): boolean {
    const head = tokens[i]!;
    if (head.value.startsWith("%")) return true;
    const at = isPrefix(tokens, i) ? i + 1 : i;
    const after = tokens[at + 1]?.value;
    const priority = after === "." && [":"].includes(tokens[at + 3]?.value ?? "");
    return tokens[at]!.kind === "name" && (after === ":" || after === "::=" || after === "=" || priority);
  }

  #directive(tokens: Token[], i: number): number {
    const { value, line } = tokens[i]!;
    const end = this.#sectionEnd(tokens, i + 1);
    const inside = tokens.slice(i + 1, end);
    if (value === "%ignore") this.#ignored.push(this.#terminalOf(inside, line));
    else if (value === "%import") this.#import(inside, line);
    else fail("grammar-unsupported", `${value} is not supported.`, `line ${line}`);
    return end;
  }

  #import(tokens: Token[], line: number): void {
    const path = tokens[0]?.value ?? "";
    const name = path.replace(/^common\./, "");
    const alias = tokens[1]?.value === "->" ? tokens[2]!.value : name;
    const source = path.startsWith("common.") && Object.hasOwn(COMMON, name) ? COMMON[name]! : null;
    if (source === null) fail("grammar-unsupported", `There is nothing to import as ${path}.`, `line ${line}`);
    this.#terminals.set(alias, wholeLanguage(this.#store, source));
  }

  #isTerminal(name: string): boolean {
    return !this.#gbnf && /^_?[A-Z][A-Z0-9_]*$/.test(name);
  }

  /** After each terminal, ignored text may come. */
  #lexical(rx: Rx): Expr {
    return this.#ignored.length === 0
      ? { kind: "terminal", rx }
      : { kind: "seq", parts: [{ kind: "terminal", rx }, this.#gap()] };
  }

  #gap(): Expr {
    const any = this.#store.or(...this.#ignored);
    return { kind: "terminal", rx: this.#store.repeat(any, 0, INF) };
  }

  #ruleExpr(name: string): Expr {
    const rule = this.#rules.get(name)!;
    this.#tokens = rule.tokens;
    this.#at = 0;
    const expr = this.#alternatives(false);
    if (this.#at < this.#tokens.length) this.#no(`unexpected ${this.#tokens[this.#at]!.value}`, rule.line);
    return unroll(expr, this.#index.get(name)!);
  }

  #no(what: string, line: number): never {
    fail("grammar-malformed", `In this rule: ${what}.`, `line ${line}`);
  }

  #terminal(name: string, line: number): Rx {
    const known = this.#terminals.get(name);
    if (known === "open")
      fail("grammar-unsupported", `The terminal ${name} refers to itself; make it a rule.`, `line ${line}`);
    if (known) return known;
    const rule = this.#rules.get(name);
    if (!rule) fail("grammar-malformed", `Nothing is named ${name}.`, `line ${line}`);
    this.#terminals.set(name, "open");
    const rx = this.#terminalOf(rule.tokens, rule.line);
    this.#terminals.set(name, rx);
    return rx;
  }

  #terminalOf(tokens: Token[], line: number): Rx {
    const [outer, at] = [this.#tokens, this.#at];
    this.#tokens = tokens;
    this.#at = 0;
    const expr = this.#alternatives(true);
    if (this.#at < tokens.length) this.#no(`unexpected ${tokens[this.#at]!.value}`, line);
    this.#tokens = outer;
    this.#at = at;
    return this.#regular(expr);
  }

  #regular(expr: Expr): Rx {
    const s = this.#store;
    if (expr.kind === "terminal") return expr.rx;
    if (expr.kind === "seq") return s.concat(...expr.parts.map((p) => this.#regular(p)));
    if (expr.kind === "alt") return s.or(...expr.parts.map((p) => this.#regular(p)));
    return expr.kind === "loop" ? s.repeat(this.#regular(expr.body), expr.min, expr.max) : s.none;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #take(value: string): boolean {
    if (this.#peek()?.value !== value || this.#peek()?.kind !== "sign") return false;
    this.#at++;
    return true;
  }

  #alternatives(inTerminal: boolean): Expr {
    const parts = [this.#sequence(inTerminal)];
    while (this.#take("|")) parts.push(this.#sequence(inTerminal));
    return parts.length === 1 ? parts[0]! : { kind: "alt", parts };
  }

  #sequence(inTerminal: boolean): Expr {
    const parts: Expr[] = [];
    for (;;) {
      const token = this.#peek();
      if (!token || (token.kind === "sign" && ["|", ")", "]", "}"].includes(token.value))) break;
      if (token.value === "->") {
        this.#at += 2; // an alias names a tree node; it spells nothing
        continue;
      }
      if (token.value === ",") {
        this.#at++;
        continue;
      }
      parts.push(this.#repeated(this.#atom(inTerminal)));
    }
    return parts.length === 1 ? parts[0]! : { kind: "seq", parts };
  }

  #repeated(body: Expr): Expr {
    if (this.#take("*")) return { kind: "loop", body, min: 0, max: INF };
    if (this.#take("+")) return { kind: "loop", body, min: 1, max: INF };
    if (this.#take("?")) return { kind: "loop", body, min: 0, max: 1 };
    const braces = /^\{(\d+)(,(\d*))?\}$/.exec(this.#peek()?.value ?? "");
    if (braces) {
      this.#at++;
      const min = Number(braces[1]);
      return { kind: "loop", body, min, max: braces[2] === undefined ? min : braces[3] ? Number(braces[3]) : INF };
    }
    if (!this.#take("~")) return body;
    const min = Number(this.#tokens[this.#at++]?.value);
    const max = this.#take("..") ? Number(this.#tokens[this.#at++]?.value) : min;
    if (!Number.isInteger(min) || !Number.isInteger(max) || max < min)
      this.#no("bad repetition", this.#tokens[0]?.line ?? 1);
    return { kind: "loop", body, min, max };
  }

  #atom(inTerminal: boolean): Expr {
    const token = this.#tokens[this.#at++]!;
    const wrap = (rx: Rx): Expr => (inTerminal ? { kind: "terminal", rx } : this.#lexical(rx));
    if (token.value === "(" || token.value === "[" || token.value === "{") {
      const inner = this.#alternatives(inTerminal);
      const close = { "(": ")", "[": "]", "{": "}" }[token.value];
      if (!this.#take(close)) this.#no(`a missing ${close}`, token.line);
      if (token.value === "(") return inner;
      return { kind: "loop", body: inner, min: 0, max: token.value === "[" ? 1 : INF };
    }
    if (token.kind === "text") return wrap(this.#text(token));
    if (token.kind === "regex") return wrap(this.#regex(token));
    if (token.kind !== "name") this.#no(`unexpected ${token.value}`, token.line);
    if (this.#isTerminal(token.value) || this.#terminals.has(token.value))
      return wrap(this.#terminal(token.value, token.line));
    const index = this.#index.get(token.value);
    if (index === undefined) this.#no(`nothing is named ${token.value}`, token.line);
    if (inTerminal) this.#no(`a terminal cannot contain the rule ${token.value}`, token.line);
    return { kind: "rule", index };
  }

  #text(token: Token): Rx {
    const insensitive = token.value.endsWith("i");
    const text = unescapeText(token.value.slice(1, insensitive ? -2 : -1));
    const range = this.#peek()?.value === ".." ? this.#tokens[this.#at + 1] : undefined;
    if (range?.kind === "text") {
      this.#at += 2;
      const to = unescapeText(range.value.slice(1, -1));
      return wholeLanguage(
        this.#store,
        `[\\u{${text.codePointAt(0)!.toString(16)}}-\\u{${to.codePointAt(0)!.toString(16)}}]`,
      );
    }
    if (!insensitive) return this.#store.text(text);
    return this.#store.concat(...Array.from(text, (c) => this.#store.words([c.toLowerCase(), c.toUpperCase()])));
  }

  #regex(token: Token): Rx {
    if (token.value.startsWith("[")) return wholeLanguage(this.#store, token.value, `line ${token.line}`);
    const end = token.value.lastIndexOf("/");
    const flags = token.value.slice(end + 1);
    if (flags.replace(/[su]/g, "") !== "")
      fail("grammar-unsupported", `The flags ${flags} of a regular expression.`, `line ${token.line}`);
    const source = token.value.slice(1, end).replaceAll("\\/", "/");
    return wholeLanguage(
      this.#store,
      flags.includes("s") ? source.replace(/(?<!\\)\./g, "[\\s\\S]") : source,
      `line ${token.line}`,
    );
  }

  /** Left recursion through other rules would never come to a terminal. */
  #checkRecursion(rules: readonly Expr[]): void {
    const names = [...this.#index.keys()];
    const nullable = fixpoint(rules, (expr, known) => isNullable(expr, known));
    const edges = rules.map((expr) => leftRules(expr, nullable));
    rules.forEach((_, start) => {
      const seen = new Set<number>();
      const queue = [...edges[start]!];
      for (const at of queue) {
        if (at === start)
          fail(
            "grammar-unsupported",
            `The rule ${names[start]} is left-recursive through other rules.`,
            `line ${this.#rules.get(names[start]!)!.line}`,
          );
        if (!seen.has(at)) queue.push(...edges[at]!);
        seen.add(at);
      }
    });
  }
}

/** Lark's `?rule` and `!rule`: the sign opens a line and stands before a name (elsewhere `?` repeats). */
function isPrefix(tokens: readonly Token[], i: number): boolean {
  const [before, sign, name] = [tokens[i - 1], tokens[i]!, tokens[i + 1]];
  if (sign.value !== "!" && sign.value !== "?") return false;
  return name?.kind === "name" && name.line === sign.line && (before === undefined || before.line < sign.line);
}

function kindOf(value: string): Token["kind"] {
  if (/^["']/.test(value)) return "text";
  if (/^\/./.test(value) || (value.startsWith("[") && value.length > 1)) return "regex";
  return /^[%A-Za-z_]/.test(value) ? "name" : "sign";
}

function unescapeText(text: string): string {
  const named: Record<string, string> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v", "0": "\0" };
  return text.replace(
    /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/gs,
    (_all, x, u, big, c: string) => {
      const hex: string | undefined = x ?? u ?? big;
      return hex ? String.fromCodePoint(Number.parseInt(hex, 16)) : (named[c] ?? c);
    },
  );
}

/** a: a "x" | "y"  →  a: "y" ("x")* */
function unroll(expr: Expr, self: number): Expr {
  const parts = expr.kind === "alt" ? expr.parts : [expr];
  const isSelf = (p: Expr | undefined) => p?.kind === "rule" && p.index === self;
  const tails = parts.flatMap((p) =>
    p.kind === "seq" && isSelf(p.parts[0]) ? [{ kind: "seq" as const, parts: p.parts.slice(1) }] : [],
  );
  if (tails.length === 0) return expr;
  const heads = parts.filter((p) => !isSelf(p) && !(p.kind === "seq" && isSelf(p.parts[0])));
  return {
    kind: "seq",
    parts: [
      { kind: "alt", parts: heads },
      { kind: "loop", body: { kind: "alt", parts: tails }, min: 0, max: INF },
    ],
  };
}

function fixpoint(rules: readonly Expr[], test: (expr: Expr, known: ReadonlySet<number>) => boolean): Set<number> {
  const known = new Set<number>();
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    rules.forEach((expr, i) => void (test(expr, known) && known.add(i)));
  }
  return known;
}

function isNullable(expr: Expr, known: ReadonlySet<number>): boolean {
  if (expr.kind === "terminal") return expr.rx.nullable;
  if (expr.kind === "rule") return known.has(expr.index);
  if (expr.kind === "loop") return expr.min === 0 || isNullable(expr.body, known);
  return expr.kind === "seq"
    ? expr.parts.every((p) => isNullable(p, known))
    : expr.parts.some((p) => isNullable(p, known));
}

function leftRules(expr: Expr, nullable: ReadonlySet<number>): number[] {
  if (expr.kind === "rule") return [expr.index];
  if (expr.kind === "loop") return leftRules(expr.body, nullable);
  if (expr.kind === "alt") return expr.parts.flatMap((p) => leftRules(p, nullable));
  if (expr.kind !== "seq") return [];
  const out: number[] = [];
  for (const part of expr.parts) {
    out.push(...leftRules(part, nullable));
    if (!isNullable(part, nullable)) break;
  }
  return out;
}

/** Every rule must be able to end: then no allowed byte leads into a dead end. */
function checkProductive(rules: readonly Expr[], names: readonly string[], start: Expr): void {
  const productive = (expr: Expr, known: ReadonlySet<number>): boolean => {
    if (expr.kind === "terminal") return expr.rx.kind !== "none";
    if (expr.kind === "rule") return known.has(expr.index);
    if (expr.kind === "loop") return expr.min === 0 || productive(expr.body, known);
    return expr.kind === "seq"
      ? expr.parts.every((p) => productive(p, known))
      : expr.parts.some((p) => productive(p, known));
  };
  const known = fixpoint(rules, productive);
  const bad = names.findIndex((_, i) => !known.has(i));
  if (bad >= 0) fail("unsatisfiable", `The rule ${names[bad]} can never end.`);
  if (!productive(start, known)) fail("unsatisfiable", "The grammar has no text.");
}
