/**
 * The byte machine. A configuration is a stack of places; a place's behaviour is a `Local`: hash-consed, immutable, its
 * moves memoised. Containers wait on the stack while a member is read and are resumed with its outcome: which of the
 * alternatives that were tracked came true. Nothing here knows tokens.
 */

import { arrayMayEnd, hasUnique } from "./arrays.ts";
import { ARR, FALSE, type Formula, NULL, NUM, OBJ, STR, TRUE } from "./formula.ts";
import type { FormulaStore } from "./formula-store.ts";
import type { NumberMachine, NumberState } from "./numbers.ts";
import { objectMayEnd, type Satisfier } from "./satisfy.ts";
import type { KeyClass, Pair } from "./split.ts";
import { CLOSE, DEAD, type StringMachine } from "./strings.ts";

/** What places need of the engine that holds them: the stores, and one object per equal place. */
export interface Host {
  readonly formulas: FormulaStore;
  readonly strings: StringMachine;
  readonly numbers: NumberMachine;
  readonly satisfier: Satisfier;
  readonly whitespace: boolean;
  nextLocal(): number;
  outcome(tags: readonly number[]): number;
  tagsOf(outcome: number): readonly number[];
  valueStart(lanes: readonly Formula[], byte: number): Local | null;
  string(state: number): Local;
  number(state: NumberState): Local;
  word(rest: string, outcome: number): Local;
  object(alts: readonly Alt[], phase: ObjectPhase): Local;
  array(alts: readonly Alt[], phase: ArrayPhase): Local;
  member(plan: Plan, colon: boolean): Local;
  keyStart(alts: readonly Alt[], allowed: (key: KeyClass) => boolean): Local | null;
  keyClass(state: number, alts: readonly Alt[]): KeyClass;
  splitProperty(f: Formula, key: KeyClass): Pair[];
  splitItem(f: Formula): Pair[];
  /** "Not this JSON value". */
  otherThan(text: string): Formula;
}

/** An alternative of the surrounding value that is still open, with what remains of it. */
export interface Alt {
  readonly tag: number;
  readonly f: Formula;
}

export type Move =
  | { readonly op: "stay"; readonly to: Local }
  /** `to` is put on top; `wait` takes the place below and is resumed later. */
  | { readonly op: "push"; readonly to: Local; readonly wait: Local }
  /** The place is finished, by this byte or (numbers) before it. */
  | { readonly op: "pop"; readonly outcome: number }
  | { readonly op: "end"; readonly outcome: number };

/** The bytes of JSON's structure, words and numbers, numbered from 1; 0 for the rest, which only strings can take. */
const SLOTS = new Uint8Array(256);
[...' \t\n\r"{}[],:-+.0123456789eEtrufalsn'].forEach((c, i) => {
  SLOTS[c.charCodeAt(0)] = i + 1;
});
const SLOT_COUNT = Math.max(...SLOTS);

export abstract class Local {
  readonly id: number;
  readonly engine: Host;
  #moves: (Move | null | undefined)[] | null = null;
  #resumed: Map<number, Local | null> | null = null;
  #stay: Move | null = null;
  /** Set on places whose exact successor depends on the text of the member that ends. */
  readonly captures: boolean = false;
  /** Captures items (unique arrays) rather than keys. */
  readonly capturesItems: boolean = false;

  constructor(engine: Host) {
    this.engine = engine;
    this.id = engine.nextLocal();
  }

  move(byte: number): Move | null {
    const slot = SLOTS[byte]! - 1;
    if (slot < 0) return null;
    this.#moves ??= new Array(SLOT_COUNT);
    let move = this.#moves[slot];
    if (move === undefined) {
      move = this.compute(byte);
      this.#moves[slot] = move;
    }
    return move;
  }

  /** The move to this place. */
  get stay(): Move {
    this.#stay ??= { op: "stay", to: this };
    return this.#stay;
  }

  /** Whether white space, any amount of it, may come here and changes nothing. */
  get loopsOnSpace(): boolean {
    return [0x20, 0x09, 0x0a, 0x0d].every((byte) => this.move(byte) === this.stay);
  }

  /** What happens to a waiting place when its member ends. */
  resume(outcome: number): Local | null {
    this.#resumed ??= new Map();
    let local = this.#resumed.get(outcome);
    if (local === undefined) {
      local = this.react(outcome, null);
      this.#resumed.set(outcome, local);
    }
    return local;
  }

  /** The same with the member's text at hand; null when it repeats a key or an item. */
  resumeExactly(outcome: number, text: string): Local | null {
    return this.react(outcome, text);
  }

  /** For numbers: the outcome when the text ends here. */
  endOutcome(): number | null {
    return null;
  }

  /** JSON white space, where the grammar allows it. */
  protected space(byte: number): boolean {
    return this.engine.whitespace && isSpaceByte(byte);
  }

  protected abstract compute(byte: number): Move | null;
  protected react(_outcome: number, _text: string | null): Local | null {
    return null;
  }
}

const isSpaceByte = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const stay = (to: Local | null): Move | null => (to ? to.stay : null);

/** Before a value. Its lanes are the formulas of which we must know at the end whether they hold. */
export class ValueLocal extends Local {
  readonly lanes: readonly Formula[];
  constructor(engine: Host, lanes: readonly Formula[]) {
    super(engine);
    this.lanes = lanes;
  }

  protected compute(byte: number): Move | null {
    return this.space(byte) ? stay(this) : stay(this.engine.valueStart(this.lanes, byte));
  }
}

export class StringLocal extends Local {
  readonly state: number;
  constructor(engine: Host, state: number) {
    super(engine);
    this.state = state;
  }

  /** The automaton remembers its own steps. */
  override move(byte: number): Move | null {
    return this.compute(byte);
  }

  protected compute(byte: number): Move | null {
    const next = this.engine.strings.step(this.state, byte);
    if (next === DEAD) return null;
    return next === CLOSE ? { op: "pop", outcome: this.outcome() } : this.engine.string(next).stay;
  }

  /** Values: the set of lanes that match. Keys: the lanes object itself, which the waiting object reads. */
  outcome(): number {
    const lanes = this.engine.strings.lanes(this.state);
    if (lanes.guarded) return this.state;
    return this.engine.outcome(lanes.tags.filter((_, i) => lanes.rxs[i]!.nullable));
  }
}

export class NumberLocal extends Local {
  readonly state: NumberState;
  constructor(engine: Host, state: NumberState) {
    super(engine);
    this.state = state;
  }

  protected compute(byte: number): Move | null {
    const next = this.engine.numbers.step(this.state, byte);
    if (next) return stay(this.engine.number(next));
    const outcome = this.endOutcome();
    const delimits = isSpaceByte(byte) || byte === 0x2c || byte === 0x5d || byte === 0x7d;
    return outcome === null || !delimits ? null : { op: "end", outcome };
  }

  override endOutcome(): number | null {
    const tags = this.engine.numbers.accepted(this.state);
    return tags.length === 0 ? null : this.engine.outcome(tags);
  }
}

/** true, false, null: `rest` is what is still to be read. */
export class WordLocal extends Local {
  readonly rest: string;
  readonly #outcome: number;
  constructor(engine: Host, rest: string, outcome: number) {
    super(engine);
    this.rest = rest;
    this.#outcome = outcome;
  }

  protected compute(byte: number): Move | null {
    if (this.rest.charCodeAt(0) !== byte) return null;
    if (this.rest.length === 1) return { op: "pop", outcome: this.#outcome };
    return stay(this.engine.word(this.rest.slice(1), this.#outcome));
  }
}

/** How the outcome of a member leads on: member lane i true → these alternatives live on with these remainders. */
export interface Plan {
  readonly lanes: readonly Formula[];
  readonly leads: readonly (readonly Alt[])[];
}

/** Joins the pairs of all alternatives into the lanes of the member. */
export function planMember(
  engine: Host,
  alts: readonly Alt[],
  split: (f: Formula) => Pair[],
  bit: number,
): Plan | null {
  const leads = new Map<Formula, Alt[]>();
  for (const { tag, f } of alts) {
    for (const pair of split(f)) {
      if (!engine.satisfier.value(pair.member)) continue;
      const viable = bit === OBJ ? engine.satisfier.object(pair.rest) : engine.satisfier.array(pair.rest);
      if (!viable) continue;
      const list = leads.get(pair.member);
      if (list) list.push({ tag, f: pair.rest });
      else leads.set(pair.member, [{ tag, f: pair.rest }]);
    }
  }
  if (leads.size === 0) return null;
  const lanes = [...leads.keys()].sort((a, b) => a.id - b.id);
  return { lanes, leads: lanes.map((lane) => leads.get(lane)!) };
}

function follow(engine: Host, plan: Plan, outcome: number): Alt[] {
  const byTag = new Map<number, Formula[]>();
  for (const lane of engine.tagsOf(outcome)) {
    for (const alt of plan.leads[lane]!) byTag.set(alt.tag, [...(byTag.get(alt.tag) ?? []), alt.f]);
  }
  return [...byTag].sort((a, b) => a[0] - b[0]).map(([tag, fs]) => ({ tag, f: engine.formulas.or(...fs) }));
}

export type ObjectPhase = "open" | "key" | "after";

/** Inside an object, between members. */
export class ObjectLocal extends Local {
  readonly alts: readonly Alt[];
  readonly phase: ObjectPhase;
  override readonly captures = true;
  #keyStart: Local | null | undefined;
  readonly #byName = new Map<string, Plan | null>();

  constructor(engine: Host, alts: readonly Alt[], phase: ObjectPhase) {
    super(engine);
    this.alts = alts;
    this.phase = phase;
  }

  protected compute(byte: number): Move | null {
    if (this.space(byte)) return stay(this);
    if (byte === 0x7d && this.phase !== "key") return this.#close();
    if (byte === 0x2c && this.phase === "after") return this.#key() ? stay(this.#before) : null;
    if (byte !== 0x22 || this.phase === "after") return null;
    const key = this.#key();
    return key ? { op: "push", to: key, wait: this.#before } : null;
  }

  #close(): Move | null {
    const tags = this.alts.filter((alt) => objectMayEnd(alt.f)).map((alt) => alt.tag);
    return tags.length === 0 ? null : { op: "pop", outcome: this.engine.outcome(tags) };
  }

  /** The place before a key: it waits for the key, and what is known of keys is known there. */
  get #before(): ObjectLocal {
    return this.phase === "key" ? this : (this.engine.object(this.alts, "key") as ObjectLocal);
  }

  #key(): Local | null {
    if (this.phase !== "key") return this.#before.#key();
    if (this.#keyStart === undefined) this.#keyStart = this.engine.keyStart(this.alts, (key) => this.#allows(key));
    return this.#keyStart;
  }

  /** Whether a member with this key can stand here; most objects are plain conjunctions, where a look suffices. */
  #allows(key: KeyClass): boolean {
    for (const alt of this.alts) {
      const quick = this.engine.satisfier.allowsKey(alt.f, key);
      if (quick === true) return true;
      if (quick === null) return this.plan(key) !== null;
    }
    return false;
  }

  /** What a member with this key would have to be; null when no such member can stand here. */
  plan(key: KeyClass): Plan | null {
    const id =
      key.name === null
        ? `|${[...key.inside]
            .map((k) => k.id)
            .sort()
            .join()}`
        : `"${key.name}`;
    let plan = this.#byName.get(id);
    if (plan === undefined) {
      plan = planMember(this.engine, this.alts, (f) => this.engine.splitProperty(f, key), OBJ);
      this.#byName.set(id, plan);
    }
    return plan;
  }

  /** After the key's closing quote: the outcome is the state of the key's automaton. */
  protected override react(outcome: number, text: string | null): Local | null {
    const key = this.engine.keyClass(outcome, this.alts);
    const plan = this.plan(key);
    if (!plan) return null;
    if (key.name !== null || text === null) return this.engine.member(plan, false);
    return this.engine.member(withoutKey(this.engine, plan, JSON.parse(text) as string), false);
  }
}

/** From now on no member may have this name: names are unique in an object. */
function withoutKey(engine: Host, plan: Plan, name: string): Plan {
  const f = engine.formulas;
  const never = f.every(f.key(name), f.no);
  return {
    lanes: plan.lanes,
    leads: plan.leads.map((alts) => alts.map((alt) => ({ tag: alt.tag, f: f.and(alt.f, never) }))),
  };
}

/** Behind a key: `:`, then the member's value. */
export class MemberLocal extends Local {
  readonly plan: Plan;
  readonly colon: boolean;
  constructor(engine: Host, plan: Plan, colon: boolean) {
    super(engine);
    this.plan = plan;
    this.colon = colon;
  }

  protected compute(byte: number): Move | null {
    if (this.space(byte)) return stay(this);
    if (!this.colon) return byte === 0x3a ? stay(this.engine.member(this.plan, true)) : null;
    const to = this.engine.valueStart(this.plan.lanes, byte);
    return to ? { op: "push", to, wait: this } : null;
  }

  protected override react(outcome: number): Local | null {
    return this.engine.object(follow(this.engine, this.plan, outcome), "after");
  }
}

export type ArrayPhase = "open" | "next" | "after";

export class ArrayLocal extends Local {
  readonly alts: readonly Alt[];
  readonly phase: ArrayPhase;
  override readonly captures: boolean;
  override readonly capturesItems: boolean;
  #plan: Plan | null | undefined;

  constructor(engine: Host, alts: readonly Alt[], phase: ArrayPhase) {
    super(engine);
    this.alts = alts;
    this.phase = phase;
    this.captures = alts.some((alt) => hasUnique(alt.f));
    this.capturesItems = this.captures;
  }

  plan(): Plan | null {
    if (this.#plan === undefined) {
      this.#plan = planMember(this.engine, this.alts, (f) => this.engine.splitItem(f), ARR);
    }
    return this.#plan;
  }

  protected compute(byte: number): Move | null {
    if (this.space(byte)) return stay(this);
    if (byte === 0x5d && this.phase !== "next") {
      const tags = this.alts.filter((alt) => arrayMayEnd(alt.f)).map((alt) => alt.tag);
      return tags.length === 0 ? null : { op: "pop", outcome: this.engine.outcome(tags) };
    }
    const plan = this.plan();
    if (!plan) return null;
    if (this.phase === "after") return byte === 0x2c ? stay(this.engine.array(this.alts, "next")) : null;
    const to = this.engine.valueStart(plan.lanes, byte);
    return to ? { op: "push", to, wait: this } : null;
  }

  protected override react(outcome: number, text: string | null): Local | null {
    let alts = follow(this.engine, this.plan()!, outcome);
    if (this.captures && text !== null) {
      const other = this.engine.otherThan(text);
      alts = alts.map((alt) => ({ tag: alt.tag, f: forbidItem(this.engine, alt.f, other) }));
      alts = alts.filter((alt) => this.engine.satisfier.array(alt.f));
    }
    return alts.length === 0 ? null : this.engine.array(alts, "after");
  }
}

/** Wherever uniqueness is asked, later items must be `other` than the one just read. */
function forbidItem(engine: Host, f: Formula, other: Formula): Formula {
  const s = engine.formulas;
  if (f.kind === "unique") return s.and(f, s.items(0, Number.POSITIVE_INFINITY, other));
  if (f.kind === "and") return s.and(...f.parts.map((p) => forbidItem(engine, p, other)));
  return f.kind === "or" ? s.or(...f.parts.map((p) => forbidItem(engine, p, other))) : f;
}

export const WORDS: readonly (readonly [string, number])[] = [
  ["true", TRUE],
  ["false", FALSE],
  ["null", NULL],
];
export const TYPE_OF_BYTE = (byte: number): number => {
  if (byte === 0x22) return STR;
  if (byte === 0x7b) return OBJ;
  if (byte === 0x5b) return ARR;
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39) ? NUM : 0;
};
