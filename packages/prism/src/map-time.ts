/** Wall time of a zone, there and back. */

const parts = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
  });

/** `2026-11-22T09:00` in the zone, as `<input type="datetime-local">` takes it. */
export function wallText(at_ms: number, zone: string): string {
  const found = Object.fromEntries(
    parts(zone)
      .formatToParts(at_ms)
      .map(({ type, value }) => [type, value]),
  );
  return `${found.year}-${found.month}-${found.day}T${found.hour}:${found.minute}`;
}

/** The instant of a wall time; null of a text that is none. Of an hour that comes twice the first, of one that is left out the next. */
export function wallInstant(text: string, zone: string): number | null {
  const plain = Date.parse(`${text}:00Z`);
  if (Number.isNaN(plain) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return null;
  const offsets = [-86_400_000, 86_400_000].map((away) => {
    const near = plain + away;
    return Date.parse(`${wallText(near, zone)}:00Z`) - Math.floor(near / 60_000) * 60_000;
  });
  const fits = offsets.map((offset) => plain - offset).filter((at_ms) => wallText(at_ms, zone) === text);
  return fits.length === 0 ? plain - offsets[0]! : Math.min(...fits);
}

/** `09:00` */
export const hourText = (at_ms: number, zone: string): string => wallText(at_ms, zone).slice(11);

/** `Sun 22 Nov, 09:00` */
export const dayText = (at_ms: number, zone: string): string =>
  `${new Date(at_ms).toLocaleDateString("en-GB", { timeZone: zone, weekday: "short", day: "numeric", month: "short" })}, ${hourText(at_ms, zone)}`;

/** `45 s`, `12 min`, `1 h 05`. */
export function spanText(span_s: number): string {
  if (span_s < 60) return `${Math.round(span_s)} s`;
  const minutes = Math.round(span_s / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}
