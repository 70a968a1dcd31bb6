/**
 * Hours, compiled: for each rule two bit sets over the horizon, open and unknown, one bit for five minutes of UTC. Equal patterns are
 * kept once. The question "open for all of this window?" then reads a few words.
 */
import OpeningHours from "opening_hours";
import rruleModule from "rrule";
import type { HoursRule } from "./capability.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import type { Point } from "./geodesy.ts";
import type { Openness } from "./ground.ts";
import { HoursBoard } from "./hours-board.ts";
import type { HoursByPattern, OpenState } from "./hours-sieve.ts";
import { type Region, regionAt, sunCell } from "./region.ts";
import { WallClock } from "./wall-clock.ts";
import { readWeekly, type Week } from "./weekly-hours.ts";
import type { Window } from "./window.ts";

export const GRAIN_MS = 5 * 60_000;
export const MAX_HORIZON_DAYS = 400;
export const MAX_OCCURRENCES = 10_000;
/** Changes whenever the same rule may be compiled to something else: with the libraries, and with this code. */
export const HOURS_COMPILED = "opening_hours 3.15.0, rrule 2.8.1, 1";
const DAY_MS = 86_400_000;

/** Does something while the host's own clock is that of a time zone: holds for synchronous work only. */
export type InZone = <T>(tz: string, work: () => T) => T;

/** Leaves the host's clock alone. The library's sun times are then right only where the host lives. */
const asItIs: InZone = (_tz, work) => work();

/** A time that is open, or of which it is not known, in UTC. */
export interface Stretch {
  readonly from_ms: number;
  readonly until_ms: number;
  readonly unknown: boolean;
}

/** Bit i of word i >>> 5 stands for the five minutes that begin at horizon.from_ms + i · GRAIN_MS. */
export interface Pattern {
  readonly open: Uint32Array;
  readonly unknown: Uint32Array;
}

/** Compiled hours by handle, as an index has them. */
export interface KeptHours {
  readonly horizon: Window;
  readonly patterns: readonly Pattern[];
  readonly patternOf: Uint32Array;
}

export class HoursCompiler {
  readonly horizon: Window;
  readonly #grains: number;
  readonly #clocks = new Map<string, WallClock>();
  readonly #inZone: InZone;

  /** @throws RangeError when the horizon is empty or longer than MAX_HORIZON_DAYS. */
  constructor(horizon: Window, inZone: InZone = asItIs) {
    this.#inZone = inZone;
    const from_ms = Math.floor(horizon.from_ms / GRAIN_MS) * GRAIN_MS;
    this.#grains = Math.ceil((horizon.until_ms - from_ms) / GRAIN_MS);
    if (!(this.#grains > 0 && this.#grains * GRAIN_MS <= MAX_HORIZON_DAYS * DAY_MS))
      throw new RangeError("a horizon has 1 to 400 days");
    this.horizon = { from_ms, until_ms: from_ms + this.#grains * GRAIN_MS };
  }

  /** Faults: `hours-malformed`, with the position in the text where it is known. */
  compile(rule: HoursRule, tz: string, region: Region | null): Pattern | Fault {
    const stretches = this.#stretches(rule, tz, region);
    return isFault(stretches) ? stretches : this.#pattern(stretches);
  }

  /** The same to the minute: ascending stretches inside the horizon; those that touch and are equally known are one. Faults: `hours-malformed`. */
  stretches(rule: HoursRule, tz: string, region: Region | null): readonly Stretch[] | Fault {
    const stretches = this.#stretches(rule, tz, region);
    return isFault(stretches) ? stretches : joined(stretches, this.horizon);
  }

  #stretches(rule: HoursRule, tz: string, region: Region | null): readonly Stretch[] | Fault {
    if (rule.kind === "intervals")
      return rule.intervals.map(([from_ms, until_ms]) => ({ from_ms, until_ms, unknown: false }));
    const clock = this.#clock(tz);
    if (rule.kind === "rrule") return recurring(rule.text, rule.minutes, clock, this.horizon);
    const week = readWeekly(rule.text);
    if (week !== null) return weekly(week, clock, this.horizon);
    return this.#inZone(tz, () => byLibrary(rule.text, clock, this.horizon, region));
  }

  #clock(tz: string): WallClock {
    let clock = this.#clocks.get(tz);
    if (clock === undefined) {
      clock = new WallClock(tz, this.horizon.from_ms, this.horizon.until_ms);
      this.#clocks.set(tz, clock);
    }
    return clock;
  }

  /** Five minutes are open when they are wholly so, and unknown when any of them is. */
  #pattern(stretches: readonly Stretch[]): Pattern {
    const words = (this.#grains + 31) >>> 5;
    const pattern = { open: new Uint32Array(words), unknown: new Uint32Array(words) };
    for (const { from_ms, until_ms, unknown } of stretches) {
      const from = (from_ms - this.horizon.from_ms) / GRAIN_MS;
      const until = (until_ms - this.horizon.from_ms) / GRAIN_MS;
      if (unknown) setBits(pattern.unknown, Math.max(0, Math.floor(from)), Math.min(this.#grains, Math.ceil(until)));
      else setBits(pattern.open, Math.max(0, Math.ceil(from)), Math.min(this.#grains, Math.floor(until)));
    }
    return pattern;
  }
}

function joined(stretches: readonly Stretch[], horizon: Window): Stretch[] {
  const out: Stretch[] = [];
  for (const { from_ms, until_ms, unknown } of stretches.toSorted((a, b) => a.from_ms - b.from_ms)) {
    const [from, until] = [Math.max(from_ms, horizon.from_ms), Math.min(until_ms, horizon.until_ms)];
    const last = out.at(-1);
    if (from >= until) continue;
    if (last !== undefined && last.unknown === unknown && from <= last.until_ms) {
      out[out.length - 1] = { ...last, until_ms: Math.max(last.until_ms, until) };
    } else out.push({ from_ms: from, until_ms: until, unknown });
  }
  return out;
}

function setBits(words: Uint32Array, from: number, until: number): void {
  for (let i = from; i < until; ) {
    if ((i & 31) === 0 && until - i >= 32) {
      words[i >>> 5] = 0xffff_ffff;
      i += 32;
    } else {
      words[i >>> 5]! |= 1 << (i & 31);
      i++;
    }
  }
}

/** Midnights of the wall from the day before the horizon on: hours of that day may reach into it. */
function* midnights(clock: WallClock, { from_ms, until_ms }: Window): Generator<number> {
  const first = Math.floor(clock.toWall(from_ms) / DAY_MS) - 1;
  for (let day = first; clock.toUtc(day * DAY_MS) < until_ms; day++) yield day * DAY_MS;
}

function weekly(week: Week, clock: WallClock, horizon: Window): Stretch[] {
  const stretches: Stretch[] = [];
  for (const midnight of midnights(clock, horizon)) {
    const weekday = (Math.floor(midnight / DAY_MS) + 3) % 7; // 1 January 1970 was a Thursday
    for (const [from, until] of week[weekday]!) {
      stretches.push({
        from_ms: clock.toUtc(midnight + from * 60_000),
        until_ms: clock.toUtc(midnight + until * 60_000),
        unknown: false,
      });
    }
  }
  return stretches;
}

/** The library reads times off the host's own clock; wall times are handed to it as if they were the host's, and read back so. */
const toHost = (wall_ms: number): Date => {
  const wall = new Date(wall_ms);
  return new Date(
    wall.getUTCFullYear(),
    wall.getUTCMonth(),
    wall.getUTCDate(),
    wall.getUTCHours(),
    wall.getUTCMinutes(),
  );
};
const fromHost = (host: Date): number =>
  Date.UTC(host.getFullYear(), host.getMonth(), host.getDate(), host.getHours(), host.getMinutes());

function byLibrary(
  text: string,
  clock: WallClock,
  { from_ms, until_ms }: Window,
  region: Region | null,
): Stretch[] | Fault {
  try {
    const hours = new OpeningHours(text, region);
    const intervals = hours.getOpenIntervals(
      toHost(clock.toWall(from_ms) - DAY_MS),
      toHost(clock.toWall(until_ms) + DAY_MS),
    );
    return intervals.map(([from, until, unknown]) => ({
      from_ms: clock.toUtc(fromHost(from)),
      until_ms: clock.toUtc(fromHost(until)),
      unknown,
    }));
  } catch (error) {
    // No fault of the rule: near the poles, the sun does not rise or set on some days, and then the library gives up.
    if (SUNLESS.test(messageOf(error))) return [{ from_ms, until_ms, unknown: true }];
    return fault("hours-malformed", `"${text}": ${messageOf(error)}`, "hours.text");
  }
}

/** The library's words. */
const SUNLESS = /does not occur on this date/;

function recurring(text: string, minutes: number, clock: WallClock, { from_ms, until_ms }: Window): Stretch[] | Fault {
  try {
    const rule = rruleModule.rrulestr(text); // floating times: wall time written as UTC
    const from = new Date(clock.toWall(from_ms) - minutes * 60_000);
    const starts = rule.between(from, new Date(clock.toWall(until_ms)), true, (_, made) => made < MAX_OCCURRENCES);
    return starts.map((start) => ({
      from_ms: clock.toUtc(start.getTime()),
      until_ms: clock.toUtc(start.getTime() + minutes * 60_000),
      unknown: false,
    }));
  } catch (error) {
    return fault("hours-malformed", `"${text}": ${messageOf(error)}`, "hours.text");
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const UNKNOWN_HOURS = 0;

/** Handles that were set of late are remembered up to this number; who asks for more has to look at all. */
const MOST_REMEMBERED = 65_536;

/** Which pattern each handle has. Patterns that are equal are kept once. */
export class HoursIndex implements Openness, HoursByPattern {
  readonly byPattern: HoursByPattern = this;
  readonly #compiler: HoursCompiler;
  readonly #region: Region | null;
  readonly #patterns: Pattern[];
  readonly #byRule = new Map<string, number | Fault>();
  readonly #byBits = new Map<string, number>();
  #patternOf = new Uint32Array(1024);
  readonly #open = new HoursBoard((pattern, word) => this.#patterns[pattern]!.open[word]);
  readonly #notClosed = new HoursBoard(
    (pattern, word) => this.#patterns[pattern]!.open[word]! | this.#patterns[pattern]!.unknown[word]!,
  );
  #set: number[] = [];
  /** Mark of the first handle in `#set`. */
  #setFrom = 0;

  /** @param kept of an index with the same horizon. A rule that is met again is compiled again, since its text is not kept. */
  constructor(compiler: HoursCompiler, region: Region | null, kept: KeptHours | null = null) {
    this.#compiler = compiler;
    this.#region = region;
    if (kept !== null) {
      this.#patterns = [...kept.patterns];
      this.#patternOf = kept.patternOf.slice();
      return;
    }
    const words = Math.ceil((compiler.horizon.until_ms - compiler.horizon.from_ms) / GRAIN_MS / 32);
    this.#patterns = [{ open: new Uint32Array(words), unknown: new Uint32Array(words).fill(0xffff_ffff) }];
  }

  get horizon(): Window {
    return this.#compiler.horizon;
  }

  get patterns(): number {
    return this.#patterns.length;
  }

  /** @param handles of how many, from 0 on. */
  kept(handles: number): KeptHours {
    const patternOf = new Uint32Array(handles);
    patternOf.set(this.#patternOf.subarray(0, handles));
    return { horizon: this.horizon, patterns: this.#patterns, patternOf };
  }

  /** Faults: `hours-malformed`; the handle's hours then stay as they were. @param at where the sun is that hours go by; the region's unless said. */
  set(handle: number, rule: HoursRule | null, tz: string, at?: Point): Fault | null {
    const number = rule === null ? UNKNOWN_HOURS : this.#numberOf(rule, tz, at);
    if (isFault(number)) return number;
    if (handle >= this.#patternOf.length) {
      const larger = new Uint32Array(Math.max(handle + 1, this.#patternOf.length * 2));
      larger.set(this.#patternOf);
      this.#patternOf = larger;
    }
    this.#patternOf[handle] = number;
    if (this.#set.length >= MOST_REMEMBERED) {
      this.#setFrom += this.#set.length;
      this.#set = [];
    }
    this.#set.push(handle);
    return null;
  }

  get mark(): number {
    return this.#setFrom + this.#set.length;
  }

  setSince(mark: number): readonly number[] | null {
    return mark < this.#setFrom ? null : this.#set.slice(mark - this.#setFrom);
  }

  patternOf(handle: number): number {
    return this.#patternOf[handle] ?? UNKNOWN_HOURS;
  }

  /** Compiles a rule without giving it to anybody. Faults: `hours-malformed`. */
  check(rule: HoursRule, tz: string, at?: Point): Fault | null {
    const number = this.#numberOf(rule, tz, at);
    return isFault(number) ? number : null;
  }

  #numberOf(rule: HoursRule, tz: string, at?: Point): number | Fault {
    const cell = sunCell(rule, at);
    const sun = cell === null ? "" : `${cell.lat},${cell.lng} `;
    const key = `${sun}${tz} ${rule.kind} ${rule.kind === "intervals" ? JSON.stringify(rule.intervals) : rule.text}${rule.kind === "rrule" ? rule.minutes : ""}`;
    let number = this.#byRule.get(key);
    if (number === undefined) {
      const pattern = this.#compiler.compile(rule, tz, regionAt(this.#region, cell));
      number = isFault(pattern) ? pattern : this.#keep(pattern);
      this.#byRule.set(key, number);
    }
    return number;
  }

  #keep(pattern: Pattern): number {
    const bits = `${pattern.open.join()}|${pattern.unknown.join()}`;
    const known = this.#byBits.get(bits);
    if (known !== undefined) return known;
    this.#byBits.set(bits, this.#patterns.length);
    return this.#patterns.push(pattern) - 1;
  }

  /** A window that leaves the horizon is unknown outside of it. */
  isOpen(handle: number, window: Window): OpenState {
    return this.isPatternOpen(this.patternOf(handle), window);
  }

  isPatternOpen(pattern: number, window: Window): OpenState {
    const { open, unknown } = this.#patterns[pattern]!;
    const { from, until, certain: inside } = this.#grains(window);
    let certain = inside;
    for (let word = from >>> 5; word << 5 < until; word++) {
      const asked = maskOf(word << 5, from, until);
      const missing = asked & ~open[word]!;
      if ((missing & ~unknown[word]!) !== 0) return "closed";
      if (missing !== 0) certain = false;
    }
    return certain ? "open" : "unknown";
  }

  passing(window: Window, lenient: boolean, into: Int32Array): number {
    const { from, until, certain } = this.#grains(window);
    if (certain || lenient) return (lenient ? this.#notClosed : this.#open).passing(from, until, this.patterns, into);
    into.fill(0, 0, (this.patterns + 31) >>> 5);
    return this.patterns;
  }

  /** The five minutes that a window touches inside the horizon, and whether that is all of it. */
  #grains({ from_ms, until_ms }: Window): { readonly from: number; readonly until: number; readonly certain: boolean } {
    const { from_ms: start, until_ms: end } = this.#compiler.horizon;
    return {
      from: Math.floor((Math.max(from_ms, start) - start) / GRAIN_MS),
      until: Math.ceil((Math.min(until_ms, end) - start) / GRAIN_MS),
      certain: from_ms >= start && until_ms <= end,
    };
  }

  /** The first moment at or after `from_ms` that is open; null when none is inside the horizon. */
  nextOpen(handle: number, from_ms: number): number | null {
    const { from_ms: start, until_ms: end } = this.#compiler.horizon;
    const { open } = this.#patterns[this.patternOf(handle)]!;
    const first = Math.max(0, Math.floor((from_ms - start) / GRAIN_MS));
    for (let grain = first; start + grain * GRAIN_MS < end; grain++) {
      if ((open[grain >>> 5]! >>> (grain & 31)) & 1) return Math.max(from_ms, start + grain * GRAIN_MS);
      if (open[grain >>> 5] === 0) grain |= 31;
    }
    return null;
  }
}

/** The bits of the word that begins at `first` which lie in [from, until). */
function maskOf(first: number, from: number, until: number): number {
  const low = from > first ? -1 << (from - first) : -1;
  const high = until < first + 32 ? (1 << (until - first)) - 1 : -1;
  return low & high;
}
