/**
 * The commonest opening hours, read without the library: weekdays with times, "24/7", "off". Whatever is not surely of this simple kind
 * is left to the library (`null`); what is read here equals it (test/hours.test.ts compares them on random strings).
 */

/** Minutes of the day [from, until) for each weekday, Monday first; `until` over 1,440 runs into the next day. */
export type Week = readonly (readonly (readonly [from: number, until: number])[])[];

const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const RULE =
  /^(?:((?:Mo|Tu|We|Th|Fr|Sa|Su)(?:[-,](?:Mo|Tu|We|Th|Fr|Sa|Su))*) )?(\d\d:\d\d-\d\d:\d\d(?:, ?\d\d:\d\d-\d\d:\d\d)*|off|closed)$/;
export const MAX_RULES = 16;

type Days = (readonly [number, number])[][];

export function readWeekly(text: string): Week | null {
  if (text === "24/7") return DAYS.map(() => [[0, 1440]]);
  const rules = text.split(/; ?/);
  if (rules.length > MAX_RULES) return null;
  const week: Days = DAYS.map(() => []);
  const stated = new Set<number>();
  for (const rule of rules) {
    const days = readRule(rule, week, stated);
    if (days === null) return null;
    for (const day of days) stated.add(day);
  }
  return spillsInto(week, stated) && rules.length > 1 ? null : week;
}

/** A later rule replaces the whole of a day, but not what ran past midnight: that is left to the library. Returns the days of the rule. */
function readRule(rule: string, week: Days, stated: ReadonlySet<number>): readonly number[] | null {
  const found = RULE.exec(rule);
  if (found === null || (found[1] === undefined && stated.size > 0)) return null;
  const days = found[1] === undefined ? DAYS.map((_, day) => day) : readDays(found[1]);
  const times = found[2] === "off" || found[2] === "closed" ? [] : readTimes(found[2]!);
  if (days === null || times === null || days.some((day) => week[day]!.some(([, until]) => until > 1440))) return null;
  for (const day of days) week[day] = times;
  return days;
}

function readDays(text: string): number[] | null {
  const days: number[] = [];
  for (const part of text.split(",")) {
    const [from, until, more] = part.split("-").map((day) => DAYS.indexOf(day));
    if (more !== undefined) return null;
    for (let day = from!; ; day = (day + 1) % 7) {
      days.push(day);
      if (day === (until ?? from)) break;
    }
  }
  return days;
}

/** Times in ascending order that do not touch; others are left to the library. */
function readTimes(text: string): [number, number][] | null {
  const times: [number, number][] = [];
  for (const span of text.split(/, ?/)) {
    const [from, until] = span.split("-").map(minuteOf) as [number, number];
    // Not the other way round: minutes of 60 and more are no number here.
    if (!(from < 1440 && until <= 1440) || from === until) return null;
    if (from <= (times.at(-1)?.[1] ?? -1)) return null;
    times.push([from, until > from ? until : until + 1440]);
  }
  return times;
}

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number) as [number, number];
  return minutes < 60 ? hours * 60 + minutes : Number.NaN;
}

/** Whether hours run past midnight: into a day with a rule of its own they may be cut off there, which the library knows best. */
const spillsInto = (week: Week, stated: ReadonlySet<number>): boolean =>
  week.some((times, day) => times.some(([, until]) => until > 1440) && stated.has((day + 1) % 7));
