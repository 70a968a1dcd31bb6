/**
 * Number phrases with their units → the number in the parameter's unit: "two hours" → 120 minutes, "3 miles" → 4.83 km,
 * "what it links to directly" → depth 1. Null when the phrase says no such number. Only the words of the phrase count.
 */
import { type Cardinal, cardinalAt, type Piece, piecesOf } from "./number-words.ts";

/** What a number parameter measures; its unit. */
export type Measure = "count" | "depth" | "number" | "minutes" | "seconds" | "days" | "kilometres";

/** Longest phrase that is read, in UTF-16 units. */
export const NUMBER_PHRASE_MAX = 96;
const KM_PER_MILE = 1.609344;
const KM_PER_YARD = 0.0009144;
const KM_PER_FOOT = 0.0003048;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Spelling → seconds. A month counts 30 days, a quarter 90, a year 365. */
const DURATIONS = spellings([
  [1, "s sec secs second seconds"],
  [MINUTE, "m min mins minute minutes mn"],
  [HOUR, "h hr hrs hour hours"],
  [DAY, "d day days"],
  [7 * DAY, "w wk wks week weeks"],
  [14 * DAY, "fortnight fortnights"],
  [30 * DAY, "month months mo mos"],
  [90 * DAY, "quarter quarters"],
  [365 * DAY, "y yr yrs year years"],
]);
/** Words that name a rhythm by themselves → seconds. */
const RHYTHMS = spellings([
  [HOUR, "hourly"],
  [DAY, "daily nightly morning night evening"],
  [7 * DAY, "weekly"],
  [14 * DAY, "fortnightly"],
  [30 * DAY, "monthly"],
]);
const DISTANCES = spellings([
  [1, "km kms k kilometer kilometers kilometre kilometres klick klicks"],
  [0.001, "m meter meters metre metres mtr mtrs"],
  [KM_PER_MILE, "mi mile miles"],
  [KM_PER_YARD, "yd yds yard yards"],
  [KM_PER_FOOT, "ft foot feet"],
]);
const TIMES = new Map([
  ["once", 1],
  ["twice", 2],
  ["thrice", 3],
]);
/** Words around a number that leave its value as it is. */
const LEADS = words(
  "for every each about around roughly approximately approx circa in within at most up to no more than longer further deeper farther away less fewer max maximum min minimum the next of over only just after under last past coming per another whole full entire once exactly say by all top first limit show me a it them on and with not beyond as well as only ~ < ≤ ( : ,",
);
const TAILS = words(
  "each apiece long max maximum tops total or so ahead out deep only please time at most limit slot session from now away straight per run one other , . ; ! ? )",
);

function spellings(rows: readonly (readonly [number, string])[]): ReadonlyMap<string, number> {
  return new Map(rows.flatMap(([value, names]) => names.split(" ").map((name): [string, number] => [name, value])));
}
function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

export function readMeasure(phrase: string, measure: Measure): number | null {
  if (phrase.length > NUMBER_PHRASE_MAX) return null;
  const pieces = piecesOf(phrase);
  const value = READERS[measure](pieces);
  return value === null || !Number.isFinite(value) ? null : tidy(value);
}

const READERS: Readonly<Record<Measure, (pieces: readonly Piece[]) => number | null>> = {
  count: readCount,
  depth: readDepth,
  number: readNumber,
  minutes: (pieces) => readDuration(pieces, MINUTE),
  seconds: (pieces) => readDuration(pieces, 1),
  days: (pieces) => readDuration(pieces, DAY),
  kilometres: readDistance,
};

const DEPTH_UNIT = /^(level|link|hop|click|step|layer|deep|depth)s?$/;
/** Right behind a bare number these say that it measures something else. */
const CLOCK = words("am pm a.m p.m o clock");
const ELSE: Readonly<Record<Measure, readonly { has(word: string): boolean }[]>> = {
  count: [DURATIONS, DISTANCES, CLOCK, { has: (word) => DEPTH_UNIT.test(word) }],
  depth: [DURATIONS, DISTANCES, CLOCK, words("page pages")],
  number: [CLOCK],
  minutes: [CLOCK, words("page pages level levels result results km mile miles seat seats people")],
  seconds: [CLOCK],
  days: [CLOCK],
  kilometres: [{ has: () => true }],
};

/** Whether the words behind a number without a unit give it another meaning: "20 minutes" is no count, "80GB" neither. */
export function measuresElse(phrase: string, after: string, measure: Measure): boolean {
  if (!/[\d\p{L}]$/u.test(phrase.trimEnd()) || hasUnit(phrase, measure)) return false;
  const inside = piecesOf(phrase).some(({ word }) => word !== undefined && ELSE.count.some((set) => set.has(word)));
  if (measure === "count" && inside) return true;
  // "80GB" is no count of eighty; "2x" is one of two.
  if (measure === "count" && /\d(?!x\b)\p{L}/iu.test(phrase + after.slice(0, 2))) return true;
  const next = piecesOf(/^[\s-]*(\p{L}+)/u.exec(after)?.[1] ?? "")[0]?.word ?? "";
  return measure === "kilometres" ? !/radius/i.test(phrase) : ELSE[measure].some((set) => set.has(next));
}

/** Whether a phrase is a distance with its unit: "500 m", "three miles". */
export const isDistance = (phrase: string): boolean =>
  readMeasure(phrase, "kilometres") !== null && hasUnit(phrase, "kilometres");

function hasUnit(phrase: string, measure: Measure): boolean {
  const units = measure === "kilometres" ? DISTANCES : DURATIONS;
  const timed = measure === "minutes" || measure === "seconds" || measure === "days" || measure === "kilometres";
  return (
    timed &&
    piecesOf(phrase).some(({ word }) => word !== undefined && (unitOf(word, units) ?? RHYTHMS.get(word)) !== undefined)
  );
}

/** Words that a phrase of some measure can begin with, beside numbers. */
const BEGINNINGS: ReadonlySet<string> = new Set([
  ...LEADS,
  ...TIMES.keys(),
  ...RHYTHMS.keys(),
  ...DURATIONS.keys(),
  ...DISTANCES.keys(),
  ...["single", "both", "a", "half", "quarter", "dozen", "couple", "minus", "other", "second", "third"],
]);

/** Cheap: false only where no phrase of the measure begins at the start of `text`. */
export function beginsNumber(text: string, measure: Measure): boolean {
  const head = /^\s*(?:[\p{L}]+|[^\p{L}]{1,24})/u.exec(text)?.[0] ?? "";
  if (measure === "depth" || /^\s*[\d½¼¾.-]/.test(head)) return /\S/.test(head);
  const pieces = piecesOf(head);
  const word = wordAt(pieces, 0);
  return BEGINNINGS.has(word) || cardinalAt(pieces, 0) !== null || unitOf(word, DURATIONS) !== undefined;
}

/** Without the noise of binary fractions: 0.1 + 0.2 is 0.3. */
const tidy = (value: number): number => Number(value.toPrecision(12));

const wordAt = (pieces: readonly Piece[], at: number): string => pieces[at]?.word ?? "";

function skip(pieces: readonly Piece[], at: number, set: ReadonlySet<string>): number {
  let next = at;
  while (set.has(wordAt(pieces, next)) && cardinalAt(pieces, next) === null) next++;
  return next;
}

const endsAt = (pieces: readonly Piece[], at: number): boolean => skip(pieces, at, TAILS) === pieces.length;

/** A number and nothing else; of "120/80" and "120 over 80" the first; of "7h30" the hours. */
function readNumber(pieces: readonly Piece[]): number | null {
  const minus = wordAt(pieces, 0) === "minus";
  const first = cardinalAt(pieces, minus ? 1 : 0);
  if (first === null) return readHours(pieces);
  const sign = minus ? -1 : 1;
  if (first.next === pieces.length) return sign * first.value;
  const over = wordAt(pieces, first.next) === "/" || wordAt(pieces, first.next) === "over";
  const second = over ? cardinalAt(pieces, first.next + 1) : null;
  return second?.next === pieces.length ? first.value : readHours(pieces);
}

/** "7h30", "7 h 30 min", "seven hours twenty": hours and minutes where a plain number of hours is meant. */
function readHours(pieces: readonly Piece[]): number | null {
  const hours = cardinalAt(pieces, 0);
  if (hours === null || DURATIONS.get(wordAt(pieces, hours.next)) !== HOUR) return null;
  const and = wordAt(pieces, hours.next + 1) === "and" ? 2 : 1;
  const minutes = cardinalAt(pieces, hours.next + and);
  if (minutes === null || !Number.isInteger(hours.value)) return null;
  const unit = DURATIONS.get(wordAt(pieces, minutes.next)) === MINUTE ? 1 : 0;
  const plain = Number.isInteger(minutes.value) && minutes.value < 60 && (unit === 1 || minutes.value >= 10);
  return plain && minutes.next + unit === pieces.length ? hours.value + minutes.value / 60 : null;
}

/** A number, and then at most the thing that is counted. */
function readCount(pieces: readonly Piece[]): number | null {
  const at = skip(pieces, 0, LEADS);
  if (wordAt(pieces, at) === "single" || wordAt(pieces, at) === "both") return wordAt(pieces, at) === "both" ? 2 : 1;
  const found = cardinalAt(pieces, at);
  if (found === null) return null;
  for (let next = found.next; next < pieces.length; next++)
    if (!/^\p{L}+$/u.test(wordAt(pieces, next)) || cardinalAt(pieces, next) !== null) return null;
  return found.value;
}

/** Levels of links from the first page: a number of them, or words that mean none or one. */
function readDepth(pieces: readonly Piece[]): number | null {
  const found = cardinalAt(pieces, skip(pieces, 0, LEADS));
  if (found !== null) {
    const unit = DEPTH_UNIT.test(wordAt(pieces, found.next)) ? found.next + 1 : found.next;
    const from = wordAt(pieces, unit) === "of" ? unit + 2 : unit;
    return endsAt(pieces, from) ? found.value : null;
  }
  const later = pieces.findIndex((_, at) => cardinalAt(pieces, at) !== null);
  if (later < 0) return depthInWords(pieces.map(({ word }) => word).join(" "));
  const { value, next } = cardinalAt(pieces, later)!;
  return DEPTH_UNIT.test(wordAt(pieces, next)) && endsAt(pieces, next + 1) ? value : null;
}

function depthInWords(text: string): number | null {
  if (/\b(no|not|never|without|don ' t|dont|do not)\b.*\b(link|follow|deeper|subpage)/.test(text)) return 0;
  if (/\b(it|that|which|they)?\s*(links?|linked|points?) (straight |directly )?(to|from)?/.test(text)) return 1;
  if (/\b(direct|immediate|single) (link|level|layer|hop|click|step)/.test(text)) return 1;
  return /\b(start|starting|front|first|home|landing|main|top|this|given) page\b/.test(text) ? 0 : null;
}

function readDistance(pieces: readonly Piece[]): number | null {
  const at = skip(pieces, 0, LEADS);
  const found = cardinalAt(pieces, at) ?? unitAlone(pieces, at, DISTANCES);
  if (found === null) return null;
  const of = wordAt(pieces, found.next) === "of" ? found.next + 1 : found.next;
  const article = wordAt(pieces, of) === "a" ? of + 1 : of;
  const unit = unitOf(wordAt(pieces, article), DISTANCES);
  if (unit === undefined) return endsAt(pieces, found.next) ? found.value : null;
  const more = halfAfter(pieces, article + 1);
  if (!endsAt(pieces, more.next)) return null;
  const km = (found.value + more.value) * unit;
  return unit === KM_PER_MILE || unit < 0.001 || unit === KM_PER_YARD ? Math.round(km * 100) / 100 : km;
}

/** "a mile", or "mile" behind words that were passed over: one of it. */
function unitAlone(pieces: readonly Piece[], at: number, units: ReadonlyMap<string, number>): Cardinal | null {
  const from = wordAt(pieces, at) === "a" ? at + 1 : at;
  const word = wordAt(pieces, from);
  const long = from > at || wordAt(pieces, at - 1) === "a" || word.length > 2;
  const singular = long && units.has(word) && !/s$/.test(word) && word !== "feet";
  return singular ? { value: 1, next: from } : null;
}

/** "an hour and a half". */
function halfAfter(pieces: readonly Piece[], at: number): Cardinal {
  const none = { value: 0, next: at };
  if (wordAt(pieces, at) !== "and" || !/^(a|half|quarter|three)$/.test(wordAt(pieces, at + 1))) return none;
  const part = cardinalAt(pieces, at + 1);
  return part !== null && part.value < 1 ? part : none;
}

/** In units of `per` seconds. A number without a unit is in that unit already. */
function readDuration(pieces: readonly Piece[], per: number): number | null {
  const seconds = readTimes(pieces) ?? readRhythm(pieces) ?? readSum(pieces, per);
  return seconds === null ? null : seconds / per;
}

/** "twice a day", "3 times an hour", "4x per day": the pause between two. */
function readTimes(pieces: readonly Piece[]): number | null {
  const at = skip(pieces, 0, words("about just only at most up to"));
  const word = TIMES.get(wordAt(pieces, at));
  const count = word === undefined ? cardinalAt(pieces, at) : { value: word, next: at + 1 };
  if (count === null || count.value <= 0) return null;
  const times = word === undefined ? /^(times?|x)$/.test(wordAt(pieces, count.next)) : true;
  if (!times) return null;
  const next = word === undefined ? count.next + 1 : count.next;
  if (!/^(a|per|every|each|the|\/)$/.test(wordAt(pieces, next))) return null;
  const every = readRhythm(pieces.slice(next)) ?? readSum(pieces.slice(next), 1);
  return every === null ? null : every / count.value;
}

/** "hourly", "half-hourly", "every morning". */
function readRhythm(pieces: readonly Piece[]): number | null {
  const at = skip(pieces, 0, LEADS);
  const part = wordAt(pieces, at) === "half" || wordAt(pieces, at) === "quarter" ? cardinalAt(pieces, at) : null;
  const rhythm = RHYTHMS.get(wordAt(pieces, part?.next ?? at));
  if (rhythm === undefined || !endsAt(pieces, (part?.next ?? at) + 1)) return null;
  const bare = /ly$/.test(wordAt(pieces, part?.next ?? at));
  return bare || pieces.some(({ word }) => word === "every" || word === "each") ? rhythm * (part?.value ?? 1) : null;
}

/** One or more terms of number and unit. */
function readSum(pieces: readonly Piece[], per: number): number | null {
  let at = skip(pieces, 0, LEADS);
  const other = orderOf(wordAt(pieces, at));
  if (other !== null && wordAt(pieces, at - 1).match(/^(every|each)$/)) at++;
  let total: number | null = null;
  let last = 0;
  while (at < pieces.length) {
    const term = termAt(pieces, at, last, total === null ? per : null);
    if (term === null) break;
    total = (total ?? 0) + term.value;
    last = term.unit;
    at = term.next;
    if (/^(and|&)$/.test(wordAt(pieces, at)) && cardinalAt(pieces, at + 1) !== null) at++;
  }
  if (total === null || !endsAt(pieces, at)) return null;
  return other === null ? total : total * other;
}

const orderOf = (word: string): number | null => ({ other: 2, second: 2, third: 3, fourth: 4 })[word] ?? null;

interface Term {
  readonly value: number;
  readonly unit: number;
  readonly next: number;
}

/** @param bare unit in seconds of a number without one; null: only behind an hour or a minute ("1h30"). */
function termAt(pieces: readonly Piece[], at: number, last: number, bare: number | null): Term | null {
  // Only the first term may leave its number out: in "45 min second-hand" the second is none of time.
  const found = cardinalAt(pieces, at) ?? (last === 0 ? unitAlone(pieces, at, DURATIONS) : null);
  if (found === null) return null;
  const of = wordAt(pieces, found.next) === "of" && found.value < 1 ? found.next + 1 : found.next;
  const behind = wordAt(pieces, of) === "a" && found.value < 1 ? of + 1 : of;
  const article = /^(full|whole|entire|more|extra)$/.test(wordAt(pieces, behind)) ? behind + 1 : behind;
  const unit = unitOf(wordAt(pieces, article), DURATIONS);
  if (unit === undefined) return bareTerm(pieces, found, last, bare);
  if (last !== 0 && unit >= last) return null;
  const more = halfAfter(pieces, article + 1);
  return { value: (found.value + more.value) * unit, unit, next: more.next };
}

function bareTerm(pieces: readonly Piece[], found: Cardinal, last: number, bare: number | null): Term | null {
  const below = last === HOUR ? MINUTE : last === MINUTE ? 1 : null;
  // "the next quarter": in days, a quarter without a unit is one of the year.
  const unit = bare === DAY && found.value === 0.25 ? 360 * DAY : (bare ?? below);
  if (unit === null || !endsAt(pieces, found.next)) return null;
  return { value: found.value * unit, unit, next: found.next };
}

/** A unit's spelling, or one letter off where the first letter holds and nothing else is meant. */
function unitOf(word: string, units: ReadonlyMap<string, number>): number | undefined {
  const exact = units.get(word);
  if (exact !== undefined || word.length < 3) return exact;
  for (const [name, value] of units) if (name.length >= 4 && name[0] === word[0] && oneOff(word, name)) return value;
  return undefined;
}

/** Whether one letter was added, lost, changed, or two neighbours were swapped. */
function oneOff(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [restA, restB] = [a.slice(i), b.slice(i)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}
