/**
 * JSON numbers as a lazy automaton over bytes. Bounds are compared digit by digit, multiples by remainder, so a state
 * carries only what later digits can still change. Exact decimals throughout.
 *
 * Spellings: plain (`-12.50`) always; where only bounds apply, any exponent; where multiples or listed values apply, a
 * non-negative one behind whole digits (`1e2`; lists longer than 32 only plain); whole numbers also as `5.0`. Exponents have at most two digits.
 */
import { compareDecimals, type Decimal, decimalText, isInteger, plainText } from "./decimal.ts";
import type { Formula } from "./formula.ts";
import { isListTest, type ListTest, type NumberTest } from "./number-test.ts";
import { fail } from "./refusal.ts";

export const NUMBER_STATE_LIMIT = 200_000;
/** Longer lists of numbers are matched in plain spelling only. */
const LISTED_WITH_EXPONENTS = 32;
const BOUNDS_LIMIT = 256;
const MODULUS_LIMIT = 900_000_000_000_000n;
const SYMBOLS = Array.from("0123456789.eE+-", (c) => c.charCodeAt(0));

type Phase = "start" | "minus" | "zero" | "int" | "point" | "fraction" | "e" | "sign" | "exponent";
/** How the exponent may be used: not at all, upwards only, freely. */
type Exponents = "none" | "up" | "free";

interface Bound {
  readonly text: string;
  readonly digits: string;
  /** Digits before the point of 0.d1d2… · 10^magnitude. */
  readonly magnitude: number;
  readonly value: Decimal;
}
interface Modulus {
  readonly text: string;
  readonly m: number;
  readonly scale: number;
}

export interface NumberSpec {
  readonly id: number;
  readonly lanes: readonly { readonly tag: number; readonly formula: Formula }[];
  readonly bounds: readonly Bound[];
  readonly moduli: readonly Modulus[];
  readonly exponents: Exponents;
  readonly whole: boolean;
  readonly cap: number;
  readonly floor: number;
  /** Long lists of numbers: every prefix of a plain spelling, with the lanes that accept it as a whole. */
  readonly listed: ReadonlyMap<string, readonly number[]> | null;
}

export interface NumberState {
  readonly id: number;
  readonly spec: NumberSpec;
  readonly phase: Phase;
  readonly negative: boolean;
  readonly zero: boolean;
  /** Magnitude of the mantissa, capped to where it still matters. */
  readonly place: number;
  /** For each bound: digits matched so far, or BELOW / ABOVE. */
  readonly order: readonly number[];
  readonly rest: readonly number[];
  readonly fraction: number;
  readonly broken: boolean;
  readonly expNegative: boolean;
  readonly exp: number;
  readonly expDigits: number;
  /** Only under a long list: what was read. */
  readonly text: string;
  readonly next: Map<number, NumberState | null>;
  alive: boolean | null;
  accepted: readonly number[] | null;
}

const BELOW = -1;
const ABOVE = -2;

export class NumberMachine {
  readonly #specs = new Map<string, NumberSpec>();
  readonly #states = new Map<string, NumberState>();

  /** The state before the first byte, or null when no number satisfies any lane. */
  start(lanes: readonly { readonly tag: number; readonly formula: Formula }[]): NumberState | null {
    const key = lanes.map((l) => `${l.tag}.${l.formula.id}`).join(",");
    let spec = this.#specs.get(key);
    if (!spec) {
      spec = makeSpec(this.#specs.size, lanes);
      this.#specs.set(key, spec);
    }
    const state = this.#state(spec, {
      phase: "start",
      negative: false,
      zero: true,
      place: 0,
      order: spec.bounds.map(() => 0),
      rest: spec.moduli.map(() => 0),
      fraction: 0,
      broken: false,
      expNegative: false,
      exp: 0,
      expDigits: 0,
      text: "",
    });
    return this.alive(state) ? state : null;
  }

  #state(spec: NumberSpec, f: Omit<NumberState, "id" | "spec" | "next" | "alive" | "accepted">): NumberState {
    const key = `${spec.id}|${f.phase}|${f.negative}|${f.zero}|${f.place}|${f.order.join()}|${f.rest.join()}|${f.fraction}|${f.broken}|${f.expNegative}|${f.exp}|${f.expDigits}|${f.text}`;
    let made = this.#states.get(key);
    if (!made) {
      if (this.#states.size >= NUMBER_STATE_LIMIT) {
        fail("too-hard", `Number automata grew beyond ${NUMBER_STATE_LIMIT} states.`);
      }
      made = { ...f, id: this.#states.size, spec, next: new Map(), alive: null, accepted: null };
      this.#states.set(key, made);
    }
    return made;
  }

  step(state: NumberState, byte: number): NumberState | null {
    let next = state.next.get(byte);
    if (next === undefined) {
      next = this.#raw(state, byte);
      if (next && !this.alive(next)) next = null;
      state.next.set(byte, next);
    }
    return next;
  }

  /** Tags of the lanes that the number satisfies if it ends here. */
  accepted(state: NumberState): readonly number[] {
    if (state.spec.listed) return state.spec.listed.get(state.text) ?? [];
    if (!state.accepted) {
      const complete = ["zero", "int", "fraction", "exponent"].includes(state.phase);
      const lanes = complete ? state.spec.lanes : [];
      const tags = lanes.filter((l) => judge(l.formula, state, true) === true).map((l) => l.tag);
      (state as { accepted: readonly number[] | null }).accepted = tags;
    }
    return state.accepted!;
  }

  /** Whether some continuation satisfies some lane: depth first, endings before digits, exponents last. */
  alive(state: NumberState): boolean {
    if (state.spec.listed) return state.spec.listed.has(state.text);
    if (state.alive !== null) return state.alive;
    const path: { state: NumberState; symbol: number }[] = [{ state, symbol: 0 }];
    const seen = new Set([state]);
    const free = state.spec.exponents === "free";
    // Behind all digits of all bounds more digits only move the point, which exponents do as well.
    const deepest = free
      ? state.spec.bounds.reduce((n, b) => Math.max(n, b.digits.length), 0) + 6
      : Number.POSITIVE_INFINITY;
    while (path.length > 0) {
      const top = path.at(-1)!;
      if (top.symbol === 0 && this.#settled(top.state) === true) {
        for (const p of path) p.state.alive = true;
        return true;
      }
      const hopeless = top.symbol === 0 && this.#settled(top.state) === false;
      const byte = hopeless ? undefined : SYMBOLS[top.symbol++];
      if (byte === undefined) {
        path.pop();
        continue;
      }
      if (free && isShift(top.state, byte)) continue;
      const next = path.length > deepest ? null : this.#raw(top.state, byte);
      if (!next || seen.has(next) || next.alive === false) continue;
      seen.add(next);
      path.push({ state: next, symbol: 0 });
    }
    for (const s of seen) s.alive = false;
    return false;
  }

  get size(): number {
    return this.#states.size;
  }

  /** True: can finish; false: never can; null: look further. */
  #settled(state: NumberState): boolean | null {
    if (state.alive !== null) return state.alive;
    if (this.accepted(state).length > 0) return true;
    if (state.spec.lanes.some((l) => l.formula.test?.op === "mult" && reachesMultiple(state))) return true;
    if (state.spec.lanes.every((l) => judge(l.formula, state, false) === false)) return false;
    return state.spec.exponents === "free" && MANTISSA.has(state.phase) && !state.zero ? byExponent(state) : null;
  }

  #raw(s: NumberState, byte: number): NumberState | null {
    if (s.spec.listed) return this.#state(s.spec, { ...s, text: s.text + String.fromCharCode(byte) });
    if (byte >= 0x30 && byte <= 0x39) return this.#digit(s, byte - 0x30);
    if (byte === 0x2d) {
      if (s.phase === "start") return this.#state(s.spec, { ...s, phase: "minus", negative: true });
      if (s.phase !== "e" || s.spec.exponents !== "free") return null;
      return this.#state(s.spec, { ...s, phase: "sign", expNegative: true });
    }
    if (byte === 0x2b) return s.phase === "e" ? this.#state(s.spec, { ...s, phase: "sign" }) : null;
    if (byte === 0x2e) {
      return s.phase === "zero" || s.phase === "int" ? this.#state(s.spec, { ...s, phase: "point" }) : null;
    }
    if (byte === 0x65 || byte === 0x45) return this.#mayShift(s) ? this.#state(s.spec, { ...s, phase: "e" }) : null;
    return null;
  }

  #mayShift({ phase, spec }: NumberState): boolean {
    if (phase === "fraction") return spec.exponents === "free" || (spec.exponents === "up" && spec.whole);
    return (phase === "zero" || phase === "int") && spec.exponents !== "none";
  }

  #digit(s: NumberState, d: number): NumberState | null {
    switch (s.phase) {
      case "start":
      case "minus":
        return d === 0 ? this.#state(s.spec, { ...s, phase: "zero" }) : this.#mantissa(s, d, "int");
      case "int":
        return this.#mantissa(s, d, "int");
      case "point":
      case "fraction":
        if (s.spec.whole && d !== 0) return null;
        return s.spec.whole ? this.#state(s.spec, { ...s, phase: "fraction" }) : this.#mantissa(s, d, "fraction");
      case "e":
      case "sign":
      case "exponent":
        if (s.expDigits === 2) return null;
        return this.#state(s.spec, { ...s, phase: "exponent", exp: s.exp * 10 + d, expDigits: s.expDigits + 1 });
      default:
        return null;
    }
  }

  #mantissa(s: NumberState, d: number, phase: "int" | "fraction"): NumberState {
    const { bounds, moduli, cap, floor } = s.spec;
    const zero = s.zero && d === 0;
    let place = s.place;
    if (bounds.length > 0) {
      if (phase === "int") place = Math.min(place + 1, cap);
      else if (zero) place = Math.max(place - 1, floor);
    }
    const order = zero ? s.order : s.order.map((o, i) => compareDigit(bounds[i]!.digits, o, d));
    let { fraction, broken } = s;
    let rest = s.rest;
    const widest = moduli.reduce((m, x) => Math.max(m, x.scale), 0);
    if (moduli.length > 0) {
      const beyond = phase === "fraction" && fraction >= widest;
      if (beyond) broken = broken || d !== 0;
      else rest = rest.map((r, i) => (r * 10 + d) % moduli[i]!.m);
      if (phase === "fraction") fraction = Math.min(fraction + 1, widest);
    }
    return this.#state(s.spec, { ...s, phase, zero, place, order, rest, fraction, broken });
  }
}

function compareDigit(digits: string, order: number, d: number): number {
  if (order < 0) return order;
  if (order === digits.length) return d === 0 ? order : ABOVE;
  const other = digits.charCodeAt(order) - 48;
  if (d === other) return order + 1;
  return d < other ? BELOW : ABOVE;
}

function makeSpec(id: number, lanes: readonly { readonly tag: number; readonly formula: Formula }[]): NumberSpec {
  const tests = lanes.map((l) => testsOf(l.formula));
  const all = tests.flat();
  const bounds = new Map<string, Bound>();
  const moduli = new Map<string, { value: Decimal; text: string }>();
  for (const test of all) {
    if (isListTest(test)) for (const v of test.values) addBound(bounds, v);
    else if (test.op === "mult" || test.op === "nmult")
      moduli.set(decimalText(test.value), { value: test.value, text: decimalText(test.value) });
    else addBound(bounds, test.value);
  }
  const scale = Math.max(0, ...[...moduli.values()].map((m) => -m.value.exponent));
  const whole = lanes.every((l) => impliesWhole(l.formula));
  const listed = all.some((t) => t.op === "in" || t.op === "notin" || t.op === "mult" || t.op === "nmult");
  const long = bounds.size > LISTED_WITH_EXPONENTS;
  const pure = long && lanes.every((l) => l.formula.test?.op === "in");
  if (!pure && bounds.size > BOUNDS_LIMIT) fail("too-hard", `More than ${BOUNDS_LIMIT} bounds meet on one number.`);
  const exponents: Exponents = listed || whole ? (long ? "none" : "up") : "free";
  const magnitudes = [...bounds.values()].map((b) => b.magnitude);
  const slack = exponents === "free" ? 101 : 1;
  return {
    id,
    lanes,
    bounds: [...bounds.values()],
    moduli: [...moduli.values()].map((m) => modulus(m.value, m.text, scale)),
    exponents,
    whole,
    cap: Math.max(1, ...magnitudes) + slack,
    floor: Math.min(0, ...magnitudes) - slack,
    listed: pure ? listPrefixes(lanes) : null,
  };
}

function listPrefixes(lanes: NumberSpec["lanes"]): Map<string, number[]> {
  const prefixes = new Map<string, number[]>([["", []]]);
  for (const { tag, formula } of lanes) {
    for (const value of (formula.test as ListTest).values) {
      const text = plainText(value);
      for (let n = 1; n < text.length; n++) if (!prefixes.has(text.slice(0, n))) prefixes.set(text.slice(0, n), []);
      prefixes.set(text, [...(prefixes.get(text) ?? []), tag]);
    }
  }
  return prefixes;
}

/** All moduli are brought to one scale, so that one count of fraction digits serves them all. */
function modulus(value: Decimal, text: string, scale: number): Modulus {
  const m = value.digits * 10n ** BigInt(value.exponent + scale);
  if (m > MODULUS_LIMIT) fail("too-hard", `multipleOf ${text} is beyond ${MODULUS_LIMIT}.`);
  return { text, m: Number(m), scale };
}

function addBound(bounds: Map<string, Bound>, value: Decimal): void {
  if (value.digits === 0n) return;
  const digits = String(value.digits < 0n ? -value.digits : value.digits);
  const text = `${digits}e${value.exponent}`;
  bounds.set(text, { text, digits, magnitude: digits.length + value.exponent, value });
}

function testsOf(f: Formula): NumberTest[] {
  return f.test ? [f.test] : f.parts.flatMap(testsOf);
}

function impliesWhole(f: Formula): boolean {
  if (f.kind === "and") return f.parts.some(impliesWhole);
  if (f.kind === "or") return f.parts.every(impliesWhole);
  if (f.test?.op === "mult") return isInteger(f.test.value);
  return f.test?.op === "in" && f.test.values.every(isInteger);
}

/** Three-valued: what a formula is worth for a finished number, or is bound to be whatever follows; null = open. */
function judge(f: Formula, s: NumberState, ended: boolean): boolean | null {
  if (f.kind === "true") return true;
  if (f.kind === "false") return false;
  if (f.kind === "num") return judgeTest(f.test!, s, ended);
  const results = f.parts.map((p) => judge(p, s, ended));
  if (f.kind === "and") return results.includes(false) ? false : results.includes(null) ? null : true;
  return results.includes(true) ? true : results.includes(null) ? null : false;
}

function judgeTest(test: NumberTest, s: NumberState, ended: boolean): boolean | null {
  if (isListTest(test)) {
    const orders = test.values.map((v) => order(v, s, ended));
    const found = orders.includes(0) ? true : orders.includes(null) ? null : false;
    return found === null ? null : found === (test.op === "in");
  }
  if (test.op === "mult" || test.op === "nmult") {
    if (!ended) return null;
    return isMultipleAt(decimalText(test.value), s) === (test.op === "mult");
  }
  const o = order(test.value, s, ended);
  if (o === null) {
    // Zero so far behind a sign: the number cannot pass zero any more.
    if (test.op === "gt" && s.negative && test.value.digits >= 0n) return false;
    if (test.op === "lt" && !s.negative && s.phase !== "start" && test.value.digits <= 0n) return false;
    return null;
  }
  if (test.op === "ge") return o >= 0;
  if (test.op === "gt") return o > 0;
  return test.op === "le" ? o <= 0 : o < 0;
}

function isMultipleAt(text: string, s: NumberState): boolean {
  if (s.zero) return true;
  if (s.broken) return false;
  const i = s.spec.moduli.findIndex((m) => m.text === text);
  const { m, scale } = s.spec.moduli[i]!;
  let rest = s.rest[i]! % m;
  const shift = scale - s.fraction + (s.expNegative ? -s.exp : s.exp);
  for (let k = 0; k < shift; k++) rest = (rest * 10) % m;
  return rest === 0;
}

/** In a search with free exponents: an exponent or a leading zero only moves the point, which byExponent has tried. */
const isShift = (s: NumberState, byte: number): boolean =>
  byte === 0x65 || byte === 0x45 || (byte === 0x30 && s.zero && (s.phase === "point" || s.phase === "fraction"));

const MANTISSA: ReadonlySet<Phase> = new Set(["int", "point", "fraction"]);

/**
 * Whether some exponent brings these digits, as far as they are known, to an accepted number; false only when further
 * digits cannot change how they compare. Tried from the nearest exponent outwards.
 */
function byExponent(s: NumberState): boolean | null {
  const growth = s.phase === "int" ? s.spec.cap - s.place : 0;
  for (let step = 0; step <= 99 + growth; step++) {
    for (const place of step === 0 ? [s.place] : [s.place + step, s.place - step]) {
      if (place < s.place - 99) continue;
      const shifted = { ...s, place, phase: "exponent" as const };
      if (s.spec.lanes.some((l) => judge(l.formula, shifted, true) === true)) return true;
    }
  }
  return s.order.every((o) => o < 0) ? false : null;
}

/** With nothing but one modulus asked: digits to come can reach a multiple. By arithmetic; a search could be endless. */
function reachesMultiple(s: NumberState): boolean {
  if (s.phase === "start" || s.phase === "minus" || s.phase === "int") return true;
  if ((s.phase !== "point" && s.phase !== "fraction") || s.spec.whole || s.broken || s.spec.moduli.length !== 1)
    return false;
  const { m, scale } = s.spec.moduli[0]!;
  const room = 10n ** BigInt(scale - s.fraction);
  const over = (BigInt(s.rest[0]!) * room) % BigInt(m);
  return over === 0n || BigInt(m) - over < room;
}

/** Sign of (number − bound); null when digits to come decide. */
function order(bound: Decimal, s: NumberState, ended: boolean): number | null {
  const signed = s.phase !== "start";
  const done = ended || s.phase === "exponent";
  if (s.zero) {
    if (ended) return -compareDecimals(bound, { digits: 0n, exponent: 0 });
    if (!signed) return null;
    // Zero so far: the number will be ≥ 0, or ≤ 0 behind a minus.
    if (s.negative) return bound.digits > 0n ? -1 : null;
    return bound.digits < 0n ? 1 : null;
  }
  const sign = s.negative ? -1 : 1;
  if (bound.digits === 0n || bound.digits < 0n !== s.negative) return sign;
  const size = magnitudeOrder(bound, s, done && ended);
  return size === null ? null : size * sign;
}

function magnitudeOrder(bound: Decimal, s: NumberState, ended: boolean): number | null {
  const digits = String(bound.digits < 0n ? -bound.digits : bound.digits);
  const text = `${digits}e${bound.exponent}`;
  const i = s.spec.bounds.findIndex((b) => b.text === text);
  const b = s.spec.bounds[i]!;
  const o = s.order[i]!;
  if (ended) {
    const place = s.place + (s.expNegative ? -s.exp : s.exp);
    if (place !== b.magnitude) return place > b.magnitude ? 1 : -1;
    return o === b.digits.length ? 0 : o === ABOVE ? 1 : -1;
  }
  if (s.spec.exponents === "free") return null;
  if (s.place > b.magnitude || (s.place === b.magnitude && o === ABOVE)) return 1;
  const placed = s.phase === "point" || s.phase === "fraction";
  if (!placed || s.spec.exponents === "up") return null;
  if (s.place < b.magnitude) return -1;
  return o === ABOVE ? 1 : o === BELOW ? -1 : null;
}
