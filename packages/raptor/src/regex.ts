/**
 * Regular languages over code points as hash-consed expressions with derivatives (Brzozowski): intersection,
 * complement and counted repeats stay symbolic; a state of the automaton is an expression. Equal expressions are
 * the same object, so "have I been here" is a pointer comparison.
 */
import { ANY_CHAR, type CharSet, hasChar, intersectSets, unionSets } from "./charset.ts";
import { fail } from "./refusal.ts";
import { SuffixAutomaton } from "./span.ts";

export type RxKind = "none" | "empty" | "set" | "concat" | "or" | "and" | "not" | "repeat" | "words" | "span";

export interface Rx {
  readonly id: number;
  readonly kind: RxKind;
  readonly nullable: boolean;
  /** No intersection or complement inside: such an expression is never empty unless it is `none`. */
  readonly plain: boolean;
  /** Its complement is finite. */
  readonly cofinite: boolean;
  /** Whatever is read, it can still match (so all that is cofinite, and a pattern that is searched for anywhere). */
  readonly lasting: boolean;
  readonly set: CharSet;
  readonly parts: readonly Rx[];
  readonly min: number;
  readonly max: number;
  readonly words: Words | null;
  /** A non-empty piece of a text: its suffix automaton, and the state (`min`) in it. */
  readonly spans: SuffixAutomaton | null;
  /** Code points where the derivative may change, ascending, first 0; filled at the first use. */
  starts: number[] | null;
  next: (Rx | undefined)[] | null;
  alive: boolean | null;
}

/** A finite set of strings, sorted by code points; the expression is its slice lo..hi after `depth` code points. */
interface Words {
  readonly list: readonly (readonly number[])[];
  readonly lo: number;
  readonly hi: number;
  readonly depth: number;
}

export interface RegexLimits {
  readonly expressions: number;
  readonly search_steps: number;
}
export const REGEX_LIMITS: RegexLimits = { expressions: 400_000, search_steps: 50_000 };

export class RegexStore {
  readonly none: Rx;
  readonly empty: Rx;
  readonly any: Rx;
  /** Every string. */
  readonly all: Rx;
  readonly #byKey = new Map<string, Rx>();
  readonly #listIds = new Map<string, { id: number; list: readonly (readonly number[])[] }>();
  readonly #spans = new Map<string, SuffixAutomaton>();
  readonly #limits: RegexLimits;
  #count = 0;

  constructor(limits: RegexLimits = REGEX_LIMITS) {
    this.#limits = limits;
    this.none = this.#make("none", "0", { nullable: false, plain: true });
    this.empty = this.#make("empty", "1", { nullable: true, plain: true });
    this.any = this.set(ANY_CHAR);
    this.all = this.repeat(this.any, 0, Number.POSITIVE_INFINITY);
  }

  get size(): number {
    return this.#count;
  }

  #make(kind: RxKind, key: string, fields: Partial<Rx> & { nullable: boolean; plain: boolean }): Rx {
    const known = this.#byKey.get(key);
    if (known) return known;
    if (++this.#count > this.#limits.expressions) {
      fail("too-hard", `Regular expressions grew beyond ${this.#limits.expressions} states.`);
    }
    const made: Rx = {
      id: this.#count,
      kind,
      cofinite: false,
      lasting: fields.cofinite ?? false,
      set: [],
      parts: [],
      min: 0,
      max: 0,
      words: null,
      spans: null,
      starts: null,
      next: null,
      alive: fields.plain ? kind !== "none" : null,
      ...fields,
    };
    this.#byKey.set(key, made);
    return made;
  }

  set(set: CharSet): Rx {
    if (set.length === 0) return this.none;
    return this.#make("set", `s${set.join(",")}`, { nullable: false, plain: true, set });
  }

  text(text: string): Rx {
    return this.words([text]);
  }

  /** Exactly these strings; lone surrogates can never be written, so such strings are left out. */
  words(texts: Iterable<string>): Rx {
    const unique = new Map<string, readonly number[]>();
    for (const text of texts)
      if (text.isWellFormed())
        unique.set(
          text,
          Array.from(text, (c) => c.codePointAt(0)!),
        );
    if (unique.size === 0) return this.none;
    const list = [...unique.values()].sort(compareWords);
    const key = list.map((word) => word.join(".")).join("|");
    let known = this.#listIds.get(key);
    if (!known) {
      known = { id: this.#listIds.size, list };
      this.#listIds.set(key, known);
    }
    return this.#slice({ list: known.list, lo: 0, hi: list.length, depth: 0 }, known.id);
  }

  #slice(words: Words, listId: number): Rx {
    if (words.lo >= words.hi) return this.none;
    const nullable = words.list[words.lo]!.length === words.depth;
    if (nullable && words.hi - words.lo === 1) return this.empty;
    const key = `w${listId}:${words.lo}:${words.hi}:${words.depth}`;
    return this.#make("words", key, { nullable, plain: true, words: words, min: listId });
  }

  /** Every non-empty piece of a text, taken verbatim. */
  span(text: string): Rx {
    let automaton = this.#spans.get(text);
    if (!automaton) {
      automaton = new SuffixAutomaton(text, this.#spans.size);
      this.#spans.set(text, automaton);
    }
    return automaton.states.length === 1 ? this.none : this.#spanAt(automaton, 0);
  }

  #spanAt(spans: SuffixAutomaton, state: number): Rx {
    return this.#make("span", `p${spans.id}:${state}`, { nullable: state !== 0, plain: true, spans, min: state });
  }

  /** The strings of a `words` expression (what is left of them). */
  texts(rx: Rx): string[] | null {
    if (rx === this.none) return [];
    if (rx === this.empty) return [""];
    if (rx.kind !== "words") return null;
    const { list, lo, hi, depth } = rx.words!;
    return list.slice(lo, hi).map((word) => fromCodePoints(word.slice(depth)));
  }

  concat(...parts: Rx[]): Rx {
    return parts.reduceRight((tail, head) => this.#concat2(head, tail), this.empty);
  }

  #concat2(head: Rx, tail: Rx): Rx {
    if (head === this.none || tail === this.none) return this.none;
    if (head === this.empty) return tail;
    if (tail === this.empty) return head;
    if (head === this.all && tail === this.all) return this.all;
    if (head.kind === "concat") return this.#concat2(head.parts[0]!, this.#concat2(head.parts[1]!, tail));
    return this.#make("concat", `c${head.id},${tail.id}`, {
      nullable: head.nullable && tail.nullable,
      plain: head.plain && tail.plain,
      lasting: head.lasting && tail.plain,
      parts: [head, tail],
    });
  }

  repeat(body: Rx, min: number, max: number): Rx {
    if (max === 0 || body === this.none) return min === 0 || max === 0 ? this.empty : this.none;
    if (body === this.empty) return this.empty;
    if (min === 1 && max === 1) return body;
    const least = body.nullable ? 0 : min;
    if (body.kind === "repeat" && body.min <= 1 && body.max === Number.POSITIVE_INFINITY) {
      if (max === Number.POSITIVE_INFINITY && (least <= 1 || body.min === 0)) {
        return this.repeat(body.parts[0]!, body.min === 1 && least >= 1 ? 1 : 0, Number.POSITIVE_INFINITY);
      }
    }
    return this.#make("repeat", `r${body.id},${least},${max}`, {
      nullable: least === 0,
      plain: body.plain,
      cofinite: body.kind === "set" && body.set.join() === ANY_CHAR.join() && max === Number.POSITIVE_INFINITY,
      parts: [body],
      min: least,
      max,
    });
  }

  not(body: Rx): Rx {
    if (body === this.none) return this.all;
    if (body === this.all) return this.none;
    if (body.kind === "not") return body.parts[0]!;
    return this.#make("not", `n${body.id}`, {
      nullable: !body.nullable,
      plain: false,
      cofinite: body.kind === "words" || body === this.empty,
      parts: [body],
    });
  }

  or(...parts: Rx[]): Rx {
    const flat = new Set<Rx>();
    for (const part of parts) for (const p of part.kind === "or" ? part.parts : [part]) flat.add(p);
    flat.delete(this.none);
    if (flat.has(this.all)) return this.all;
    this.#joinWords(flat);
    this.#joinSets(flat);
    for (const p of flat) if (flat.has(this.not(p))) return this.all;
    const list = [...flat].sort((a, b) => a.id - b.id);
    if (list.length === 0) return this.none;
    if (list.length === 1) return list[0]!;
    return this.#make("or", `o${list.map((p) => p.id).join(",")}`, {
      nullable: list.some((p) => p.nullable),
      plain: list.every((p) => p.plain),
      cofinite: list.some((p) => p.cofinite),
      lasting: list.some((p) => p.lasting),
      parts: list,
    });
  }

  #joinWords(flat: Set<Rx>): void {
    const finite = [...flat].filter((p) => p.kind === "words" || p === this.empty);
    if (finite.length < 2 || finite.every((p) => p === this.empty)) return;
    for (const p of finite) flat.delete(p);
    flat.add(this.words(finite.flatMap((p) => this.texts(p)!)));
  }

  #joinSets(flat: Set<Rx>): void {
    const sets = [...flat].filter((p) => p.kind === "set");
    if (sets.length < 2) return;
    for (const p of sets) flat.delete(p);
    flat.add(this.set(sets.map((p) => p.set).reduce(unionSets)));
  }

  and(...parts: Rx[]): Rx {
    const flat = new Set<Rx>();
    for (const part of parts) for (const p of part.kind === "and" ? part.parts : [part]) flat.add(p);
    flat.delete(this.all);
    if (flat.has(this.none)) return this.none;
    const finite = [...flat].find((p) => p.kind === "words" || p === this.empty);
    if (finite) return this.#filter(finite, flat);
    this.#joinRepeats(flat);
    this.#joinNots(flat);
    if (flat.has(this.none)) return this.none;
    for (const p of flat) if (p.kind === "not" && flat.has(p.parts[0]!)) return this.none;
    const list = [...flat].sort((a, b) => a.id - b.id);
    if (list.length === 0) return this.all;
    if (list.length === 1) return list[0]!;
    return this.#make("and", `a${list.map((p) => p.id).join(",")}`, {
      nullable: list.every((p) => p.nullable),
      plain: false,
      cofinite: list.every((p) => p.cofinite),
      // What lasts has words of every length behind whatever is read: leaving out finitely many does not end it.
      lasting: list.every((p) => p.lasting) && list.filter((p) => !p.cofinite).length <= 1,
      parts: list,
    });
  }

  #filter(finite: Rx, flat: Set<Rx>): Rx {
    flat.delete(finite);
    if (flat.size === 0) return finite;
    const kept = this.texts(finite)!.filter((text) => [...flat].every((p) => this.matches(p, text)));
    return this.words(kept);
  }

  /** [a]{i,j} & [b]{k,l} = [a∩b]{max(i,k),min(j,l)}: keeps lengths on simple patterns out of the product. */
  #joinRepeats(flat: Set<Rx>): void {
    const loops = [...flat].filter((p) => p.kind === "repeat" && p.parts[0]!.kind === "set");
    if (loops.length < 2) return;
    for (const p of loops) flat.delete(p);
    const set = loops.map((p) => p.parts[0]!.set).reduce(intersectSets);
    const min = Math.max(...loops.map((p) => p.min));
    const max = Math.min(...loops.map((p) => p.max));
    flat.add(min > max ? this.none : this.repeat(this.set(set), min, max));
  }

  #joinNots(flat: Set<Rx>): void {
    const nots = [...flat].filter((p) => p.kind === "not");
    if (nots.length < 2) return;
    for (const p of nots) flat.delete(p);
    flat.add(this.not(this.or(...nots.map((p) => p.parts[0]!))));
  }

  /** Ascending code points at which the derivative may change. */
  starts(rx: Rx): number[] {
    if (rx.starts) return rx.starts;
    const cuts = new Set<number>([0]);
    this.#cuts(rx, cuts);
    rx.starts = [...cuts].sort((a, b) => a - b);
    rx.next = new Array(rx.starts.length);
    return rx.starts;
  }

  #cuts(rx: Rx, cuts: Set<number>): void {
    if (rx.kind === "set") {
      for (let i = 0; i < rx.set.length; i += 2) cuts.add(rx.set[i]!).add(rx.set[i + 1]! + 1);
    } else if (rx.kind === "words") {
      const { list, lo, hi, depth } = rx.words!;
      for (let i = lo; i < hi; i++) {
        const c = list[i]![depth];
        if (c !== undefined) cuts.add(c).add(c + 1);
      }
    } else if (rx.kind === "span") {
      for (const c of rx.spans!.states[rx.min]!.next.keys()) cuts.add(c).add(c + 1);
    } else if (rx.kind === "concat") {
      this.#cuts(rx.parts[0]!, cuts);
      if (rx.parts[0]!.nullable) this.#cuts(rx.parts[1]!, cuts);
    } else for (const p of rx.parts) for (const c of this.starts(p)) cuts.add(c);
  }

  derive(rx: Rx, c: number): Rx {
    if (rx === this.none || rx === this.empty) return this.none;
    if (rx === this.all) return this.all;
    const index = classIndex(this.starts(rx), c);
    let next = rx.next![index];
    if (!next) {
      next = this.#derive(rx, c);
      rx.next![index] = next;
    }
    return next;
  }

  #derive(rx: Rx, c: number): Rx {
    switch (rx.kind) {
      case "set":
        return hasChar(rx.set, c) ? this.empty : this.none;
      case "words":
        return this.#deriveWords(rx, c);
      case "span": {
        const to = rx.spans!.states[rx.min]!.next.get(c);
        return to === undefined ? this.none : this.#spanAt(rx.spans!, to);
      }
      case "concat": {
        const [head, tail] = rx.parts as [Rx, Rx];
        const first = this.#concat2(this.derive(head, c), tail);
        return head.nullable ? this.or(first, this.derive(tail, c)) : first;
      }
      case "repeat": {
        const body = rx.parts[0]!;
        return this.#concat2(this.derive(body, c), this.repeat(body, Math.max(0, rx.min - 1), rx.max - 1));
      }
      case "not":
        return this.not(this.derive(rx.parts[0]!, c));
      case "or":
        return this.or(...rx.parts.map((p) => this.derive(p, c)));
      case "and":
        return this.and(...rx.parts.map((p) => this.derive(p, c)));
      default:
        return this.none;
    }
  }

  #deriveWords(rx: Rx, c: number): Rx {
    const { list, lo, hi, depth } = rx.words!;
    const from = lowerBound(list, lo, hi, depth, c);
    const to = lowerBound(list, from, hi, depth, c + 1);
    return this.#slice({ list, lo: from, hi: to, depth: depth + 1 }, rx.min);
  }

  matches(rx: Rx, text: string): boolean {
    let at = rx;
    for (const c of text) {
      at = this.derive(at, c.codePointAt(0)!);
      if (at === this.none) return false;
    }
    return at.nullable;
  }

  /** Whether any string matches. Expressions with `&` or `~` are searched, within the limit of search steps. */
  alive(rx: Rx): boolean {
    if (rx.alive !== null) return rx.alive;
    if (rx.nullable || rx.lasting) {
      rx.alive = true;
      return true;
    }
    return this.#search(rx);
  }

  #search(rx: Rx): boolean {
    const parent = new Map<Rx, Rx | null>([[rx, null]]);
    const queue = [rx];
    for (let i = 0; i < queue.length; i++) {
      if (i > this.#limits.search_steps) {
        fail("too-hard", `Could not decide within ${this.#limits.search_steps} steps whether a pattern can match.`);
      }
      const at = queue[i]!;
      for (const c of this.starts(at)) {
        if ((c >= 0xd800 && c < 0xe000) || c > 0x10ffff) continue;
        const to = this.derive(at, c);
        if (to.nullable || to.lasting || to.alive === true) {
          for (let back: Rx | null = at; back; back = parent.get(back)!) back.alive = true;
          return true;
        }
        if (to.alive === false || parent.has(to)) continue;
        parent.set(to, at);
        queue.push(to);
      }
    }
    for (const seen of queue) seen.alive = false;
    return false;
  }
}

export function classIndex(starts: readonly number[], c: number): number {
  let lo = 0;
  let hi = starts.length;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (c < starts[mid]!) hi = mid;
    else lo = mid;
  }
  return lo;
}

function compareWords(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** First index in lo..hi whose word has a code point ≥ c at `depth` (a shorter word sorts first). */
function lowerBound(list: readonly (readonly number[])[], lo: number, hi: number, depth: number, c: number): number {
  let from = lo;
  let to = hi;
  while (from < to) {
    const mid = (from + to) >> 1;
    if ((list[mid]![depth] ?? -1) < c) from = mid + 1;
    else to = mid;
  }
  return from;
}

function fromCodePoints(word: readonly number[]): string {
  let out = "";
  for (const c of word) out += String.fromCodePoint(c);
  return out;
}
