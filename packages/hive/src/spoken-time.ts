/**
 * Times as people say them: "tomorrow 9am", "Saturday morning", "after lunch", "in two hours". Read with chrono against the hive's clock
 * and in the time zone of the lattice; what a phrase leaves open is filled in, and the answer says how it was read.
 */
import { casual, type ParsedComponents } from "chrono-node";
import { WallClock } from "lattice";
import { type Refusal, refuse } from "lop";

export const MAX_PHRASE_CHARACTERS = 200;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A time that has just gone by is still meant: the words were a moment on their way. */
const GRACE_MS = 10 * MINUTE_MS;

export interface SpokenTime {
  readonly from_ms: number;
  /** The end, when the words named one ("1pm to 2pm"). */
  readonly until_ms: number | null;
  /** "2026-11-22 09:00 Europe/London". */
  readonly read_as: string;
  /** What the words left open, and how it was filled; null when they said it all. */
  readonly assumed: string | null;
  /** Whether the words named a day; an hour alone is the next such hour. */
  readonly dated: boolean;
}

/** Moments of the day that have no hour of their own. */
const MOMENTS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:(?:at|around|for|after|before)\s+)?breakfast\b/gi, "8:00am"],
  [/\b(?:(?:at|around|for|after|before)\s+)?brunch\b/gi, "11:00am"],
  [/\b(?:(?:at|around|for|after|before)\s+)?lunch(?:time)?\b/gi, "12:30pm"],
  [/\b(?:(?:at|around|for|after|before)\s+)?(?:dinner|supper)(?:time)?\b/gi, "7:00pm"],
  [/\b(?:before|at)?\s*bed(?:time)?\b/gi, "10:00pm"],
  [/\bafter work\b/gi, "6:00pm"],
  [/\bfirst thing\b/gi, "8:00am"],
];
const NUMBERS = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];
/** Parts of the day: the hour that is taken for each. */
const PARTS: readonly (readonly [RegExp, number])[] = [
  [/\bmorning\b/i, 9],
  [/\bafternoon\b/i, 15],
  [/\bevening\b/i, 19],
  [/\b(?:tonight|night)\b/i, 21],
];
const NOON = 12;

/** Refusals: `time-unknown`, `time-past`. */
export function readTime(phrase: string, now_ms: number, tz: string): SpokenTime | Refusal {
  if (phrase.length > MAX_PHRASE_CHARACTERS) return unknown(`${phrase.slice(0, 40)}…`);
  const text = plainer(phrase);
  const clock = new WallClock(tz, now_ms - 2 * DAY_MS, now_ms + 800 * DAY_MS);
  const wall_ms = clock.toWall(now_ms);
  const reference = { instant: new Date(now_ms), timezone: Math.round((wall_ms - now_ms) / MINUTE_MS) };
  const [parsed] = casual.parse(text, reference, { forwardDate: true });
  if (parsed === undefined) return unknown(phrase);
  const assumed = assumption(parsed.start, text);
  const from_ms = ahead(momentOf(parsed.start, assumed, clock), parsed.start, now_ms);
  if (!Number.isFinite(from_ms)) return unknown(phrase);
  if (from_ms < now_ms - GRACE_MS)
    return refuse("time-past", `"${phrase}" was ${wallText(from_ms, clock)} ${tz}; that is over.`);
  const until_ms = parsed.end == null ? null : ahead(momentOf(parsed.end, null, clock), parsed.end, from_ms);
  return {
    from_ms: Math.max(from_ms, now_ms),
    until_ms: until_ms !== null && until_ms > from_ms ? until_ms : null,
    read_as: `${wallText(from_ms, clock)} ${tz}`,
    assumed: assumed?.text ?? null,
    dated: isDated(parsed.start),
  };
}

/** The same words as chrono reads them. */
function plainer(phrase: string): string {
  const told = MOMENTS.reduce((words, [moment, hour]) => words.replace(moment, ` at ${hour}`), phrase);
  return told
    .replace(/\b(\d{1,2})h(\d{2})\b/gi, "$1:$2")
    .replace(/\bbetween\s+(.+?)\s+and\s+/gi, "$1 - ")
    .replace(/\b(half|quarter)\s+(past|to)\s+(\w+)/gi, (all, part: string, way: string, hour: string) => {
      const number = /^\d+$/.test(hour) ? Number(hour) : NUMBERS.indexOf(hour.toLowerCase());
      if (number < 1 || number > 24) return all;
      const minutes = part.toLowerCase() === "half" ? 30 : 15;
      return way.toLowerCase() === "past" ? `at ${number}:${minutes}` : `at ${number - 1}:${60 - minutes}`;
    });
}

const unknown = (phrase: string): Refusal => refuse("time-unknown", `"${phrase}" is no time that I can read.`);

interface Assumed {
  readonly hour: number;
  readonly text: string;
}

function assumption(start: ParsedComponents, text: string): Assumed | null {
  if (start.isCertain("hour")) return null;
  const part = PARTS.find(([word]) => word.test(text));
  if (part !== undefined) return { hour: part[1], text: `${text.match(part[0])![0]} is taken as ${part[1]}:00` };
  return start.isCertain("day") || start.isCertain("weekday") || start.get("hour") === NOON
    ? { hour: NOON, text: "no hour was said; noon is taken" }
    : null;
}

function momentOf(said: ParsedComponents, assumed: Assumed | null, clock: WallClock): number {
  if (said.isCertain("timezoneOffset") && assumed === null) return said.date().getTime();
  const [year, month, day] = [said.get("year") ?? Number.NaN, said.get("month") ?? 1, said.get("day") ?? 1];
  const [hour, minute] = assumed === null ? [said.get("hour") ?? 0, said.get("minute") ?? 0] : [assumed.hour, 0];
  return clock.toUtc(Date.UTC(year, month - 1, day, hour, minute));
}

/** An hour without a day is the next such hour; one without morning or evening ("at 6") too. */
function ahead(moment_ms: number, said: ParsedComponents, after_ms: number): number {
  if (isDated(said)) return moment_ms;
  const either = !said.isCertain("meridiem") && (said.get("hour") ?? NOON) < NOON;
  const steps = either ? [-2, -1, 0, 1, 2] : [-2, 0, 2];
  const next = steps.map((halves) => moment_ms + (halves * DAY_MS) / 2);
  return next.find((each) => each >= after_ms - GRACE_MS) ?? moment_ms;
}

const isDated = (said: ParsedComponents): boolean =>
  said.isCertain("day") || said.isCertain("weekday") || said.isCertain("month");

/** A moment as `read_as` says it: "2026-11-22 09:00 Europe/London". */
export function sayTime(utc_ms: number, tz: string): string {
  return `${wallText(utc_ms, new WallClock(tz, utc_ms - DAY_MS, utc_ms + DAY_MS))} ${tz}`;
}

const wallText = (utc_ms: number, clock: WallClock): string =>
  new Date(clock.toWall(utc_ms)).toISOString().slice(0, 16).replace("T", " ");
