/**
 * The inside of a JSON string as a lazy automaton over bytes: UTF-8 and the escapes of RFC 8259 §7 are decoded to code
 * points, and these drive one or more regular languages ("lanes") at once. A byte is allowed only if some lane can
 * still match. States are small integers; transitions stand in one typed array.
 */
import { hasGood, isGood, type Label, LabelStore, nextChars, readName } from "./label.ts";
import { fail } from "./refusal.ts";
import { classIndex, type RegexStore, type Rx } from "./regex.ts";

export const DEAD = -1;
export const CLOSE = -3;
const UNKNOWN = -2;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
export const STRING_STATE_LIMIT = 200_000;
const CHUNK = 64 * 256;
/** Steps out of a state until it gets a row of the table. */
const ROW_VISITS = 48;

/**
 * What the content so far means to each lane. Guarded lanes are those of keys: lane 0 is the language of names outside
 * the label, the label decides about its own names, and the other lanes only observe.
 */
export interface Lanes {
  readonly id: number;
  readonly tags: readonly number[];
  readonly rxs: readonly Rx[];
  readonly guarded: boolean;
  readonly label: Label | null;
  readonly alive: boolean;
  readonly closes: boolean;
  /** The state of plain text with these lanes, DEAD until it is made. */
  text: number;
  starts: number[] | null;
  next: (Lanes | undefined)[];
}

/** Phases of the decoder; numbers above TEXT carry what was read so far in `acc`. */
const TEXT = 0;
const ESCAPED = 1;
const HEX = 2; // 2..5: digits read 0..3
const LOW_BACKSLASH = 6;
const LOW_U = 7;
const LOW_HEX = 8; // 8..11
const UTF8 = 12; // 12..14: 1..3 continuation bytes to come
const UNIFORM = 15; // 15..17: the same, and all characters that they can spell mean the same

const SIMPLE: Record<number, number> = { 34: 34, 92: 92, 47: 47, 98: 8, 102: 12, 110: 10, 114: 13, 116: 9 };

export class StringMachine {
  readonly store: RegexStore;
  readonly #lanes = new Map<string, Lanes>();
  readonly #lanesById: Lanes[] = [];
  readonly #labels = new LabelStore();
  readonly #states = new Map<number, number>();
  #lanesOf: Lanes[] = [];
  #phase: number[] = [];
  #acc: number[] = [];
  readonly #visits: number[] = [];
  /** Rows of 256 entries, made when a state is left often: the next state, DEAD, CLOSE or UNKNOWN. */
  readonly #rows: Int32Array[] = [];
  #chunk = new Int32Array(0);
  #used = 0;

  readonly #raw: boolean;

  /** `raw`: plain UTF-8 text, without quotes and escapes (for regular expressions and grammars at the top). */
  constructor(store: RegexStore, raw = false) {
    this.store = store;
    this.#raw = raw;
  }

  get size(): number {
    return this.#phase.length;
  }

  /** Lanes without a guard: alive while any is. Returns DEAD when no lane can match. */
  start(lanes: readonly { readonly tag: number; readonly rx: Rx }[]): number {
    const made = this.#make(
      lanes.map((l) => l.tag),
      lanes.map((l) => l.rx),
      false,
      null,
    );
    return made.alive ? this.#state(made, TEXT, 0) : DEAD;
  }

  /** The automaton of a key: `open` is the language of names not in the list `names`, `watched` are observed. */
  startKey(open: Rx, watched: readonly Rx[], names: readonly string[], good: ReadonlySet<string>): number {
    const label = this.#labels.start(names, good);
    const made = this.#make([0, ...watched.map((_, i) => i + 1)], [open, ...watched], true, label);
    return made.alive ? this.#state(made, TEXT, 0) : DEAD;
  }

  lanes(state: number): Lanes {
    return this.#lanesOf[state]!;
  }

  /** The name that was read in full, if the content is one of the label's names. */
  nameAt(state: number): string | null {
    return readName(this.#lanesOf[state]!.label);
  }

  isText(state: number): boolean {
    return this.#phase[state] === TEXT;
  }

  /** The plain-text state of a state's lanes if all content behind it is alike (whatever escape is half read); else DEAD. */
  plainAhead(state: number): number {
    const lanes = this.#lanesOf[state]!;
    if (lanes.label !== null || !lanes.rxs.every((rx) => rx === this.store.all)) return DEAD;
    return this.#state(lanes, TEXT, 0);
  }

  /** Whether every content is alike from here on: plain text, every lane open to all, no listed name in reach. */
  isPlain(state: number): boolean {
    const lanes = this.#lanesOf[state]!;
    return this.#phase[state] === TEXT && lanes.label === null && lanes.rxs.every((rx) => rx === this.store.all);
  }

  /** The plain-text state with other lanes (same order): used to look at a state through coarser counters. */
  withLanes(state: number, rxs: readonly Rx[]): number {
    const lanes = this.#lanesOf[state]!;
    const made = this.#make(lanes.tags, rxs, lanes.guarded, lanes.label);
    return this.#state(made, this.#phase[state]!, this.#acc[state]!);
  }

  step(state: number, byte: number): number {
    const row = this.#rows[state] ?? this.#row(state);
    if (row === null) return this.#step(state, byte);
    const known = row[byte]!;
    if (known !== UNKNOWN) return known;
    const next = this.#step(state, byte);
    row[byte] = next;
    return next;
  }

  /** Most places are left only a few times, and a row is large. */
  #row(state: number): Int32Array | null {
    const visits = this.#visits[state]! + 1;
    this.#visits[state] = visits;
    if (visits < ROW_VISITS) return null;
    if (this.#used === this.#chunk.length) {
      this.#chunk = new Int32Array(CHUNK).fill(UNKNOWN);
      this.#used = 0;
    }
    const row = this.#chunk.subarray(this.#used, this.#used + 256);
    this.#used += 256;
    this.#rows[state] = row;
    return row;
  }

  #make(tags: readonly number[], rxs: readonly Rx[], guarded: boolean, label: Label | null): Lanes {
    const keep = rxs.map((rx, i) => (guarded && i === 0) || this.store.alive(rx));
    const liveTags = tags.filter((_, i) => keep[i]);
    const live = rxs.filter((_, i) => keep[i]);
    const names = label ? label.id : "";
    const key = `${guarded ? "g" : "v"}${names}:${liveTags.map((tag, i) => `${tag}.${live[i]!.id}`).join(",")}`;
    let made = this.#lanes.get(key);
    if (!made) {
      const alive = guarded ? hasGood(label) || this.store.alive(live[0]!) : live.length > 0;
      const named = readName(label) !== null;
      const closes = named ? isGood(label!) : guarded ? live[0]!.nullable : live.some((rx) => rx.nullable);
      const id = this.#lanesById.length;
      made = { id, tags: liveTags, rxs: live, guarded, label, alive, closes, text: DEAD, starts: null, next: [] };
      this.#lanes.set(key, made);
      this.#lanesById.push(made);
    }
    return made;
  }

  #state(lanes: Lanes, phase: number, acc: number): number {
    if (phase === TEXT && lanes.text !== DEAD) return lanes.text;
    const key = (lanes.id * 32 + phase) * 0x4000000 + (acc & 0x3ffffff);
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const id = this.#phase.length;
    if (id >= STRING_STATE_LIMIT) fail("too-hard", `String automata grew beyond ${STRING_STATE_LIMIT} states.`);
    if (phase === TEXT) lanes.text = id;
    this.#states.set(key, id);
    this.#phase.push(phase);
    this.#acc.push(acc);
    this.#lanesOf.push(lanes);
    this.#visits.push(0);
    return id;
  }

  #starts(lanes: Lanes): number[] {
    if (lanes.starts) return lanes.starts;
    const cuts = new Set<number>([0]);
    for (const rx of lanes.rxs) for (const c of this.store.starts(rx)) cuts.add(c);
    if (lanes.label) for (const c of nextChars(lanes.label)) cuts.add(c).add(c + 1);
    lanes.starts = [...cuts].sort((a, b) => a - b);
    return lanes.starts;
  }

  #derive(lanes: Lanes, c: number): Lanes {
    const index = classIndex(this.#starts(lanes), c);
    let next = lanes.next[index];
    if (!next) {
      const label = lanes.label && this.#labels.advance(lanes.label, c);
      const rxs = lanes.rxs.map((rx) => this.store.derive(rx, c));
      next = this.#make(lanes.tags, rxs, lanes.guarded, label);
      lanes.next[index] = next;
    }
    return next;
  }

  /** Whether some code point of lo..hi (no surrogates) keeps a lane alive. */
  #anyAlive(lanes: Lanes, lo: number, hi: number): boolean {
    const starts = this.#starts(lanes);
    for (let i = classIndex(starts, lo); i < starts.length && starts[i]! <= hi; i++) {
      let c = Math.max(lo, starts[i]!);
      if (c >= 0xd800 && c <= 0xdfff) c = 0xe000;
      if (c > hi || (i + 1 < starts.length && c >= starts[i + 1]!)) continue;
      if (this.#derive(lanes, c).alive) return true;
    }
    return false;
  }

  #step(state: number, byte: number): number {
    const lanes = this.#lanesOf[state]!;
    const phase = this.#phase[state]!;
    const acc = this.#acc[state]!;
    if (phase === TEXT) return this.#text(lanes, byte);
    if (phase === ESCAPED) {
      if (byte === 0x75) return this.#partial(lanes, HEX, 0, 0, 0x10ffff);
      const c = SIMPLE[byte];
      return c === undefined ? DEAD : this.#take(lanes, c);
    }
    if (phase < LOW_BACKSLASH) return this.#hex(lanes, phase - HEX, acc, byte);
    if (phase === LOW_BACKSLASH) return byte === BACKSLASH ? this.#state(lanes, LOW_U, acc) : DEAD;
    if (phase === LOW_U) return byte === 0x75 ? this.#state(lanes, LOW_HEX, acc) : DEAD;
    if (phase < UTF8) return this.#lowHex(lanes, phase - LOW_HEX, acc, byte);
    if (phase < UNIFORM) return this.#continuation(lanes, phase - UTF8 + 1, acc, byte);
    if ((byte & 0xc0) !== 0x80) return DEAD;
    return this.#state(lanes, phase === UNIFORM ? TEXT : phase - 1, 0);
  }

  #text(lanes: Lanes, byte: number): number {
    if (this.#raw && byte < 0x80) return this.#take(lanes, byte);
    if (byte === QUOTE) return lanes.closes ? CLOSE : DEAD;
    if (byte === BACKSLASH) return this.#partial(lanes, ESCAPED, 0, 0, 0x10ffff);
    if (byte < 0x20) return DEAD;
    if (byte < 0x80) return this.#take(lanes, byte);
    if (byte >= 0xc2 && byte < 0xe0) return this.#lead(lanes, 1, byte & 0x1f);
    if (byte >= 0xe0 && byte < 0xf0) return this.#lead(lanes, 2, byte & 0x0f);
    return byte >= 0xf0 && byte < 0xf5 ? this.#lead(lanes, 3, byte & 0x07) : DEAD;
  }

  #take(lanes: Lanes, c: number): number {
    const next = this.#derive(lanes, c);
    return next.alive ? this.#state(next, TEXT, 0) : DEAD;
  }

  #partial(lanes: Lanes, phase: number, acc: number, lo: number, hi: number): number {
    return this.#anyAlive(lanes, lo, hi) ? this.#state(lanes, phase, acc) : DEAD;
  }

  #lead(lanes: Lanes, left: number, bits: number): number {
    return this.#utf8(lanes, left, bits, 0);
  }

  #continuation(lanes: Lanes, left: number, acc: number, byte: number): number {
    if ((byte & 0xc0) !== 0x80) return DEAD;
    // The number of continuation bytes of the sequence stands in the high bits, to refuse overlong spellings.
    const total = acc >>> 22;
    const bits = ((acc & 0x3fffff) << 6) | (byte & 0x3f);
    if (left === 1)
      return bits < FLOOR[total]! || bits > 0x10ffff || isSurrogate(bits) ? DEAD : this.#take(lanes, bits);
    return this.#utf8(lanes, left - 1, bits, total);
  }

  #utf8(lanes: Lanes, left: number, bits: number, totalOrNone: number): number {
    const total = totalOrNone || left;
    const lo = Math.max(bits << (6 * left), FLOOR[total]!);
    const hi = Math.min((bits << (6 * left)) | ((1 << (6 * left)) - 1), 0x10ffff);
    if (lo > hi) return DEAD;
    const whole = lo === bits << (6 * left) && hi - lo === (1 << (6 * left)) - 1;
    const starts = this.#starts(lanes);
    if (whole && (hi < 0xd800 || lo > 0xdfff) && classIndex(starts, lo) === classIndex(starts, hi)) {
      const next = this.#derive(lanes, lo);
      return next.alive ? this.#state(next, UNIFORM + left - 1, 0) : DEAD;
    }
    return this.#partial(lanes, UTF8 + left - 1, (total << 22) | bits, lo, hi);
  }

  #hex(lanes: Lanes, read: number, acc: number, byte: number): number {
    const digit = hexDigit(byte);
    if (digit < 0) return DEAD;
    const unit = acc * 16 + digit;
    if (read === 3) {
      if (unit >= 0xdc00 && unit <= 0xdfff) return DEAD;
      if (unit < 0xd800 || unit > 0xdbff) return this.#take(lanes, unit);
      const from = 0x10000 + ((unit - 0xd800) << 10);
      return this.#partial(lanes, LOW_BACKSLASH, unit - 0xd800, from, from + 0x3ff);
    }
    const span = 16 ** (3 - read);
    return this.#unitsAlive(lanes, unit * span, unit * span + span - 1)
      ? this.#state(lanes, HEX + read + 1, unit)
      : DEAD;
  }

  /** Whether a UTF-16 unit of lo..hi can begin a character that keeps a lane alive. */
  #unitsAlive(lanes: Lanes, lo: number, hi: number): boolean {
    if (lo < 0xd800 && this.#anyAlive(lanes, lo, Math.min(hi, 0xd7ff))) return true;
    if (hi >= 0xe000 && this.#anyAlive(lanes, Math.max(lo, 0xe000), hi)) return true;
    const from = Math.max(lo, 0xd800);
    const to = Math.min(hi, 0xdbff);
    return (
      from <= to && this.#anyAlive(lanes, 0x10000 + ((from - 0xd800) << 10), 0x10000 + ((to - 0xd800) << 10) + 0x3ff)
    );
  }

  #lowHex(lanes: Lanes, read: number, acc: number, byte: number): number {
    const digit = hexDigit(byte);
    if (digit < 0) return DEAD;
    const high = 0xd800 + (acc & 0x3ff);
    const low = (acc >>> 10) * 16 + digit;
    const span = 16 ** (3 - read);
    const from = Math.max(low * span, 0xdc00);
    const to = Math.min(low * span + span - 1, 0xdfff);
    if (from > to) return DEAD;
    const base = 0x10000 + ((high - 0xd800) << 10) - 0xdc00;
    if (read === 3) return this.#take(lanes, base + low);
    return this.#partial(lanes, LOW_HEX + read + 1, (low << 10) | (high - 0xd800), base + from, base + to);
  }
}

const FLOOR = [0, 0x80, 0x800, 0x10000];
const isSurrogate = (c: number): boolean => c >= 0xd800 && c <= 0xdfff;

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
