/**
 * ECMA-262 regular expressions (as JSON Schema uses them: a search, not anchored) → expressions of the regex store.
 * What is no regular language, or needs the text before a position (lookbehind, `\b`), is refused.
 */
import { type CharSet, charSet, complementSet, DIGITS, DOT, oneChar, SPACES, unionSets, WORD } from "./charset.ts";
import { fail } from "./refusal.ts";
import type { RegexStore, Rx } from "./regex.ts";

type Tree =
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "seq" | "alt"; readonly parts: readonly Tree[] }
  | { readonly kind: "loop"; readonly body: Tree; readonly min: number; readonly max: number }
  | { readonly kind: "look"; readonly body: Tree; readonly negative: boolean };

export const REPEAT_LIMIT = 1_000_000;
export const PATTERN_LENGTH_LIMIT = 10_000;
const NESTING_LIMIT = 100;

/** Strings in which the pattern is found somewhere. */
export function patternLanguage(store: RegexStore, pattern: string, pointer = ""): Rx {
  const tree = new PatternReader(pattern, pointer).tree();
  const build = new Builder(store, pointer);
  const atStart = build.tree(tree, store.all, true);
  const later = build.tree(tree, store.all, false);
  return store.or(atStart, store.concat(store.repeat(store.any, 1, Number.POSITIVE_INFINITY), later));
}

/** Strings that the pattern matches from the first to the last character. */
export function wholeLanguage(store: RegexStore, pattern: string, pointer = ""): Rx {
  return new Builder(store, pointer).tree(new PatternReader(pattern, pointer).tree(), store.empty, true);
}

class PatternReader {
  readonly #pattern: string[];
  readonly #pointer: string;
  readonly #source: string;
  #at = 0;
  #depth = 0;
  constructor(pattern: string, pointer: string) {
    if (pattern.length > PATTERN_LENGTH_LIMIT)
      fail("too-hard", `A pattern is longer than ${PATTERN_LENGTH_LIMIT} characters.`, pointer);
    this.#source = pattern;
    this.#pattern = Array.from(pattern);
    this.#pointer = pointer;
  }

  tree(): Tree {
    const tree = this.#alternatives();
    if (this.#at < this.#pattern.length) this.#no("an unmatched ')'");
    return tree;
  }

  #no(what: string): never {
    fail(
      "pattern-malformed",
      `Pattern ${JSON.stringify(this.#source)}: ${what} at character ${this.#at}.`,
      this.#pointer,
    );
  }

  #unsupported(what: string): never {
    fail("pattern-unsupported", `Pattern ${JSON.stringify(this.#source)} uses ${what}.`, this.#pointer);
  }

  #alternatives(): Tree {
    if (++this.#depth > NESTING_LIMIT)
      fail("too-hard", `A pattern is nested deeper than ${NESTING_LIMIT}.`, this.#pointer);
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    this.#depth--;
    return parts.length === 1 ? parts[0]! : { kind: "alt", parts };
  }

  #sequence(): Tree {
    const parts: Tree[] = [];
    for (;;) {
      const c = this.#pattern[this.#at];
      if (c === undefined || c === "|" || c === ")") break;
      parts.push(this.#quantified(this.#atom()));
    }
    return parts.length === 1 ? parts[0]! : { kind: "seq", parts };
  }

  #take(c: string): boolean {
    if (this.#pattern[this.#at] !== c) return false;
    this.#at++;
    return true;
  }

  #quantified(body: Tree): Tree {
    const range = this.#quantifier();
    if (!range) return body;
    this.#take("?");
    if (this.#quantifier()) this.#no("nothing to repeat");
    if (body.kind === "start" || body.kind === "end") this.#no("an anchor cannot be repeated");
    if (body.kind === "look") this.#unsupported("a repeated lookahead");
    return { kind: "loop", body, min: range[0], max: range[1] };
  }

  #quantifier(): [number, number] | null {
    if (this.#take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#take("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#take("?")) return [0, 1];
    const match = /^\{(\d+)(,(\d*))?\}/.exec(this.#pattern.slice(this.#at, this.#at + 24).join(""));
    if (!match) return null;
    this.#at += match[0].length;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] ? Number(match[3]) : Number.POSITIVE_INFINITY;
    if (max < min) this.#no("a range out of order");
    if (min > REPEAT_LIMIT || (max !== Number.POSITIVE_INFINITY && max > REPEAT_LIMIT)) {
      fail("too-hard", `A pattern repeats more than ${REPEAT_LIMIT} times.`, this.#pointer);
    }
    return [min, max];
  }

  #atom(): Tree {
    const c = this.#pattern[this.#at++]!;
    if (c === "^") return { kind: "start" };
    if (c === "$") return { kind: "end" };
    if (c === ".") return { kind: "set", set: DOT };
    if (c === "(") return this.#group();
    if (c === "[") return { kind: "set", set: this.#class() };
    if (c === "\\") return { kind: "set", set: this.#escape(false) };
    if ("*+?".includes(c)) this.#no("nothing to repeat");
    return { kind: "set", set: oneChar(c.codePointAt(0)!) };
  }

  #group(): Tree {
    const ahead = this.#pattern.slice(this.#at, this.#at + 3).join("");
    if (ahead.startsWith("?<=") || ahead.startsWith("?<!")) this.#unsupported("lookbehind");
    let wrap = (body: Tree): Tree => body;
    if (ahead.startsWith("?:")) this.#at += 2;
    else if (ahead.startsWith("?=") || ahead.startsWith("?!")) {
      const negative = ahead[1] === "!";
      this.#at += 2;
      wrap = (body) => ({ kind: "look", body, negative });
    } else if (ahead.startsWith("?<") || ahead.startsWith("?P<")) {
      while (this.#at < this.#pattern.length && !this.#take(">")) this.#at++;
    } else if (ahead.startsWith("?")) this.#unsupported("inline flags or an unknown group");
    const body = this.#alternatives();
    if (!this.#take(")")) this.#no("a missing ')'");
    return wrap(body);
  }

  #class(): CharSet {
    const negative = this.#take("^");
    let set: CharSet = [];
    for (;;) {
      if (this.#at >= this.#pattern.length) this.#no("a missing ']'");
      if (this.#take("]")) break;
      set = unionSets(set, this.#classRange());
    }
    return negative ? complementSet(set) : set;
  }

  #classRange(): CharSet {
    const from = this.#classAtom();
    const isRange = this.#pattern[this.#at] === "-" && (this.#pattern[this.#at + 1] ?? "]") !== "]";
    if (!isRange) return from;
    this.#at++;
    const to = this.#classAtom();
    const single = (set: CharSet) => set.length === 2 && set[0] === set[1];
    if (!single(from) || !single(to)) return unionSets(unionSets(from, to), oneChar(0x2d));
    if (to[0]! < from[0]!) this.#no("a class range out of order");
    return charSet([[from[0]!, to[0]!]]);
  }

  #classAtom(): CharSet {
    const c = this.#pattern[this.#at++];
    if (c === undefined) this.#no("a missing ']'");
    return c === "\\" ? this.#escape(true) : oneChar(c.codePointAt(0)!);
  }

  #escape(inClass: boolean): CharSet {
    const c = this.#pattern[this.#at++];
    if (c === undefined) this.#no("a lone backslash");
    const named = NAMED[c];
    if (named) return named;
    if (c === "b" && inClass) return oneChar(8);
    if (c === "b" || c === "B") this.#unsupported("a word boundary");
    if (c === "k" || (c >= "1" && c <= "9")) this.#unsupported("a back-reference");
    if (c === "p" || c === "P") return this.#property(c === "P");
    if (c === "x") return this.#hex(2);
    if (c === "u") return this.#unicode();
    if (c === "c") return oneChar((this.#pattern[this.#at++]?.codePointAt(0) ?? 64) % 32);
    if (/[a-zA-Z0-9]/.test(c) && c !== "0") this.#unsupported(`the escape \\${c}, which ECMA-262 does not define`);
    return c === "0" ? oneChar(0) : oneChar(c.codePointAt(0)!);
  }

  #hex(digits: number): CharSet {
    const hex = this.#pattern.slice(this.#at, this.#at + digits).join("");
    if (!new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(hex)) this.#no("a bad hexadecimal escape");
    this.#at += digits;
    return oneChar(Number.parseInt(hex, 16));
  }

  #unicode(): CharSet {
    const rest = this.#pattern.slice(this.#at, this.#at + 12).join("");
    const braced = /^\{([0-9a-fA-F]{1,6})\}/.exec(rest);
    const pair = /^([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/.exec(rest);
    if (braced) {
      this.#at += braced[0].length;
      return oneChar(Number.parseInt(braced[1]!, 16));
    }
    if (!pair) return this.#hex(4);
    this.#at += pair[0].length;
    const high = Number.parseInt(pair[1]!, 16) - 0xd800;
    return oneChar(0x10000 + (high << 10) + Number.parseInt(pair[2]!, 16) - 0xdc00);
  }

  #property(negative: boolean): CharSet {
    const match = /^\{([A-Za-z_]+(?:=[A-Za-z_]+)?)\}|^([A-Z])/.exec(
      this.#pattern.slice(this.#at, this.#at + 64).join(""),
    );
    if (!match) this.#no("a bad \\p property");
    this.#at += match[0].length;
    const set = propertySet(match[1] ?? match[2]!);
    if (!set) this.#unsupported(`the unknown Unicode property ${match[0]}`);
    return negative ? complementSet(set) : set;
  }
}

const NAMED: Record<string, CharSet> = {
  d: DIGITS,
  D: complementSet(DIGITS),
  w: WORD,
  W: complementSet(WORD),
  s: SPACES,
  S: complementSet(SPACES),
  n: oneChar(10),
  r: oneChar(13),
  t: oneChar(9),
  v: oneChar(11),
  f: oneChar(12),
};

const properties = new Map<string, CharSet | null>();

/** Asks the host's own Unicode tables, once for each property (about 30 ms). */
function propertySet(name: string): CharSet | null {
  const known = properties.get(name);
  if (known !== undefined) return known;
  let set: CharSet | null = null;
  try {
    const test = new RegExp(`^\\p{${name}}$`, "u");
    const ranges: [number, number][] = [];
    for (let c = 0; c <= 0x10ffff; c++) {
      if (!test.test(String.fromCodePoint(c))) continue;
      const last = ranges.at(-1);
      if (last && last[1] === c - 1) last[1] = c;
      else ranges.push([c, c]);
    }
    set = charSet(ranges);
  } catch {
    set = null;
  }
  properties.set(name, set);
  return set;
}

/** Builds from the end to the start: `rest` is the language of everything behind a place, so lookaheads can meet it. */
class Builder {
  readonly #store: RegexStore;
  readonly #pointer: string;
  constructor(store: RegexStore, pointer: string) {
    this.#store = store;
    this.#pointer = pointer;
  }

  tree(tree: Tree, rest: Rx, first: boolean | "maybe"): Rx {
    const s = this.#store;
    if (isSimple(tree)) return s.concat(this.#simple(tree), rest);
    switch (tree.kind) {
      case "start":
        if (first === "maybe") this.#unsupported("'^' behind something that may be empty");
        return first ? rest : s.none;
      case "end":
        return rest.nullable ? s.empty : s.none;
      case "alt":
        return s.or(...tree.parts.map((part) => this.tree(part, rest, first)));
      case "seq":
        return this.#sequence(tree.parts, rest, first);
      case "look": {
        const ahead = this.tree(tree.body, s.all, first);
        return s.and(tree.negative ? s.not(ahead) : ahead, rest);
      }
      case "loop":
        if (tree.max === 1) {
          const once = this.tree(tree.body, rest, first);
          return tree.min === 0 ? s.or(once, rest) : once;
        }
        return this.#unsupported("an anchor or lookahead inside a repetition");
      default:
        return s.none;
    }
  }

  #sequence(parts: readonly Tree[], rest: Rx, first: boolean | "maybe"): Rx {
    const firsts: (boolean | "maybe")[] = [];
    let at = first;
    for (const part of parts) {
      firsts.push(at);
      const least = leastLength(part);
      if (least > 0) at = false;
      else if (part.kind !== "start" && part.kind !== "end" && part.kind !== "look" && at === true) at = "maybe";
    }
    let tail = rest;
    for (let i = parts.length - 1; i >= 0; i--) tail = this.tree(parts[i]!, tail, firsts[i]!);
    return tail;
  }

  #unsupported(what: string): never {
    fail("pattern-unsupported", `A pattern uses ${what}.`, this.#pointer);
  }

  #simple(tree: Tree): Rx {
    const s = this.#store;
    if (tree.kind === "set") return s.set(tree.set);
    if (tree.kind === "alt") return s.or(...tree.parts.map((part) => this.#simple(part)));
    if (tree.kind === "seq") return s.concat(...tree.parts.map((part) => this.#simple(part)));
    if (tree.kind === "loop") return s.repeat(this.#simple(tree.body), tree.min, tree.max);
    return s.none;
  }
}

function isSimple(tree: Tree): boolean {
  if (tree.kind === "set") return true;
  if (tree.kind === "loop") return isSimple(tree.body);
  return (tree.kind === "alt" || tree.kind === "seq") && tree.parts.every(isSimple);
}

function leastLength(tree: Tree): number {
  if (tree.kind === "set") return 1;
  if (tree.kind === "alt") return Math.min(...tree.parts.map(leastLength));
  if (tree.kind === "seq") return tree.parts.reduce((sum, part) => sum + leastLength(part), 0);
  return tree.kind === "loop" ? tree.min * leastLength(tree.body) : 0;
}
