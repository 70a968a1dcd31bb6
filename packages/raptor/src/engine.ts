/**
 * One engine serves many schemas: regular expressions, formulas, automata and places are hash-consed here, so that
 * schemas share what they have in common. It knows no vocabulary.
 */
import { constantFormula } from "./constant.ts";
import { ARR, type Formula, type KeySet, NUM, OBJ, STR } from "./formula.ts";
import { FormulaStore } from "./formula-store.ts";
import { readJson } from "./json.ts";
import {
  type Alt,
  ArrayLocal,
  type ArrayPhase,
  type Host,
  type Local,
  MemberLocal,
  NumberLocal,
  ObjectLocal,
  type ObjectPhase,
  type Plan,
  StringLocal,
  TYPE_OF_BYTE,
  ValueLocal,
  WORDS,
  WordLocal,
} from "./machine.ts";
import { NumberMachine, type NumberState } from "./numbers.ts";
import { fail } from "./refusal.ts";
import { RegexStore, type Rx } from "./regex.ts";
import { atomsOf } from "./rules.ts";
import { Satisfier } from "./satisfy.ts";
import { type KeyClass, type Pair, Splitter } from "./split.ts";
import { DEAD, StringMachine } from "./strings.ts";

export const LOCAL_LIMIT = 1_000_000;

export interface EngineOptions {
  /** White space between JSON tokens: any (default), or none. */
  readonly whitespace: boolean;
  /** Keys keep the order in which the schema names them; unnamed keys come last. */
  readonly ordered: boolean;
}

export class Engine implements Host {
  readonly whitespace: boolean;
  readonly #ordered: boolean;
  readonly regex = new RegexStore();
  readonly formulas = new FormulaStore(this.regex);
  readonly strings = new StringMachine(this.regex);
  readonly texts = new StringMachine(this.regex, true);
  readonly numbers = new NumberMachine();
  readonly splitter = new Splitter(this.formulas);
  readonly satisfier = new Satisfier(this.formulas, this.numbers, this.splitter);
  readonly #locals = new Map<string, Local>();
  readonly #strings: (Local | undefined)[] = [];
  readonly #numbers: (Local | undefined)[] = [];
  readonly #outcomes = new Map<string, number>();
  readonly #tags: (readonly number[])[] = [];
  readonly #lists = new Map<string, Listed>();
  readonly #keyedOf = new WeakMap<readonly Alt[], Keyed>();
  #count = 0;

  constructor(options: EngineOptions = { whitespace: true, ordered: false }) {
    this.whitespace = options.whitespace;
    this.#ordered = options.ordered;
  }

  /** Everything that grows with use, in one number: callers start a new engine when it is too large. */
  get size(): number {
    return this.#count + this.regex.size + this.formulas.size + 4 * this.strings.size + this.numbers.size;
  }

  nextLocal(): number {
    if (++this.#count > LOCAL_LIMIT) fail("too-hard", `The byte machine grew beyond ${LOCAL_LIMIT} places.`);
    return this.#count;
  }

  outcome(tags: readonly number[]): number {
    const key = tags.join();
    let id = this.#outcomes.get(key);
    if (id === undefined) {
      id = this.#tags.length;
      this.#outcomes.set(key, id);
      this.#tags.push([...tags]);
    }
    return id;
  }

  tagsOf(outcome: number): readonly number[] {
    return this.#tags[outcome]!;
  }

  #consed(key: string, make: () => Local): Local {
    let local = this.#locals.get(key);
    if (!local) {
      local = make();
      this.#locals.set(key, local);
    }
    return local;
  }

  value(lanes: readonly Formula[]): Local {
    return this.#consed(`v${ids(lanes)}`, () => new ValueLocal(this, lanes));
  }

  string(state: number): Local {
    let local = this.#strings[state];
    if (!local) {
      local = new StringLocal(this, state);
      this.#strings[state] = local;
    }
    return local;
  }

  number(state: NumberState): Local {
    let local = this.#numbers[state.id];
    if (!local) {
      local = new NumberLocal(this, state);
      this.#numbers[state.id] = local;
    }
    return local;
  }

  word(rest: string, outcome: number): Local {
    return this.#consed(`w${rest},${outcome}`, () => new WordLocal(this, rest, outcome));
  }

  object(alts: readonly Alt[], phase: ObjectPhase): Local {
    return this.#consed(`o${phase}${altKey(alts)}`, () => new ObjectLocal(this, alts, phase));
  }

  array(alts: readonly Alt[], phase: ArrayPhase): Local {
    return this.#consed(`a${phase}${altKey(alts)}`, () => new ArrayLocal(this, alts, phase));
  }

  member(plan: Plan, colon: boolean): Local {
    const key = `m${colon}${ids(plan.lanes)}|${plan.leads.map(altKey).join("|")}`;
    return this.#consed(key, () => new MemberLocal(this, plan, colon));
  }

  valueStart(lanes: readonly Formula[], byte: number): Local | null {
    const bit = TYPE_OF_BYTE(byte);
    if (bit === STR) {
      const state = this.strings.start(lanes.map((f, tag) => ({ tag, rx: this.formulas.language(f) })));
      return state === DEAD ? null : this.string(state);
    }
    if (bit === NUM) return this.#numberStart(lanes, byte);
    if (bit === OBJ || bit === ARR) return this.#containerStart(lanes, bit);
    const word = WORDS.find(([text]) => text.charCodeAt(0) === byte);
    if (!word) return null;
    const tags = lanes
      .map((f, tag) => (this.formulas.on(f, word[1]) === this.formulas.yes ? tag : -1))
      .filter((t) => t >= 0);
    return tags.length === 0 ? null : this.word(word[0].slice(1), this.outcome(tags));
  }

  #numberStart(lanes: readonly Formula[], byte: number): Local | null {
    const open = lanes
      .map((f, tag) => ({ tag, formula: this.formulas.on(f, NUM) }))
      .filter((lane) => lane.formula !== this.formulas.no);
    if (open.length === 0) return null;
    const start = this.numbers.start(open);
    const first = start && this.numbers.step(start, byte);
    return first ? this.number(first) : null;
  }

  #containerStart(lanes: readonly Formula[], bit: number): Local | null {
    const alts = lanes
      .map((f, tag) => ({ tag, f: this.formulas.on(f, bit) }))
      .filter((alt) => (bit === OBJ ? this.satisfier.object(alt.f) : this.satisfier.array(alt.f)));
    if (alts.length === 0) return null;
    return bit === OBJ ? this.object(alts, "open") : this.array(alts, "open");
  }

  splitItem(f: Formula): Pair[] {
    return this.splitter.item(f);
  }

  /** A listed name can come only once; this is part of what remains. */
  splitProperty(f: Formula, key: KeyClass): Pair[] {
    if (!this.#ordered) {
      const plain = this.splitter.plainProperty(f, key);
      if (plain) return plain;
    }
    const pairs = this.splitter.property(f, key);
    const gone = this.#ordered ? this.#namesUpTo(f, key) : key.name === null ? [] : [key.name];
    if (gone.length === 0) return pairs;
    const never = gone.map((name) => this.formulas.every(this.formulas.key(name), this.formulas.no));
    return pairs.map((p) => ({ member: p.member, rest: this.formulas.and(p.rest, ...never) }));
  }

  /** In ordered objects a key closes the door behind all that stand before it. */
  #namesUpTo(f: Formula, key: KeyClass): string[] {
    const sets = [...atomsOf(f)].flatMap((a) => (a.keys && a.keys.name !== null ? [a.keys] : []));
    const last = key.name === null ? Number.POSITIVE_INFINITY : this.formulas.key(key.name).id;
    return [
      ...new Set([...sets.filter((k) => k.id <= last).map((k) => k.name!), ...(key.name === null ? [] : [key.name])]),
    ];
  }

  /** The automaton of a key: names that the schema mentions, and classes of all others by the patterns they match. */
  keyStart(alts: readonly Alt[], allowed: (key: KeyClass) => boolean): Local | null {
    const { listed, patterns, rules } = this.#keyed(alts);
    const good = new Set(listed.names.filter((name) => allowed({ name })));
    const r = this.regex;
    const cells = this.satisfier.cells(r.all, rules);
    const open = cells.filter((cell) => allowed({ name: null, inside: cell.inside }));
    const others =
      open.length === cells.length
        ? r.all
        : open.length === 0
          ? r.none
          : r.and(r.not(listed.rx), r.or(...open.map((cell) => cell.rx)));
    const watched = open.length === 0 ? [] : patterns.map((keys) => keys.rx);
    const state = this.strings.startKey(others, watched, listed.names, good);
    return state === DEAD ? null : this.string(state);
  }

  keyClass(state: number, alts: readonly Alt[]): KeyClass {
    const name = this.strings.nameAt(state);
    if (name !== null) return { name };
    const lanes = this.strings.lanes(state);
    const { patterns } = this.#keyed(alts);
    const inside = lanes.tags.flatMap((tag, i) => (tag > 0 && lanes.rxs[i]!.nullable ? [patterns[tag - 1]!] : []));
    return { name: null, inside: new Set(inside) };
  }

  #keyed(alts: readonly Alt[]): Keyed {
    let keyed = this.#keyedOf.get(alts);
    if (!keyed) {
      const named = new Set<KeySet>();
      const rules = new Set<Formula>();
      for (const alt of alts) gatherKeys(alt.f, named, rules);
      keyed = {
        listed: this.#list([...named]),
        patterns: [...new Set([...rules].map((a) => a.keys!))].sort((a, b) => a.id - b.id),
        rules: [...rules],
      };
      this.#keyedOf.set(alts, keyed);
    }
    return keyed;
  }

  /** One list for one set of names: most places of an object mention the same ones. */
  #list(named: KeySet[]): Listed {
    const sets = named.sort((a, b) => a.id - b.id);
    const key = sets.map((keys) => keys.id).join();
    let listed = this.#lists.get(key);
    if (!listed) {
      const names = sets.map((keys) => keys.name!).sort();
      listed = { names, rx: this.regex.words(names) };
      this.#lists.set(key, listed);
    }
    return listed;
  }

  otherThan(text: string): Formula {
    return this.formulas.not(constantFormula(this.formulas, readJson(text)));
  }
}

const ids = (formulas: readonly Formula[]): string => formulas.map((f) => f.id).join();
const altKey = (alts: readonly Alt[]): string => alts.map((alt) => `${alt.tag}.${alt.f.id}`).join();

/** Names, and exactly these as a language. */
interface Listed {
  readonly names: readonly string[];
  readonly rx: Rx;
}

function gatherKeys(f: Formula, named: Set<KeySet>, rules: Set<Formula>): void {
  if (f.keys) {
    if (f.keys.name === null) rules.add(f);
    else named.add(f.keys);
  } else for (const part of f.parts) gatherKeys(part, named, rules);
}

/** What the formulas of an object say about keys. */
interface Keyed {
  readonly listed: Listed;
  readonly patterns: readonly KeySet[];
  readonly rules: readonly Formula[];
}
