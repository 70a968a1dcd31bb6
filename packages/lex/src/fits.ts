/** Which pairs of places can be a span of which parameter, in one directive. Worked out when asked, and remembered. */
import { beginsNumber, NUMBER_PHRASE_MAX } from "./numbers.ts";
import type { Places } from "./places.ts";
import { spanValue, standsWell } from "./span-text.ts";
import type { Span } from "./tool-shape.ts";

/** Required parameters of one tool that a marking can plan places for. */
export const REQUIRED_MAX = 8;

interface Ends {
  readonly found: number[];
  /** Places up to here were looked at. */
  scanned: number;
}

export class Fits {
  readonly places: Places;
  readonly #ends = new Map<string, Ends>();

  constructor(places: Places) {
    this.places = places;
  }

  /** The first place behind `after` at which a span begun at `start` can end; null when there is none. */
  nextEnd(span: Span, start: number, after: number): number | null {
    const key = `${span.name} ${start}`;
    const ends = this.#ends.get(key) ?? { found: [], scanned: start };
    this.#ends.set(key, ends);
    for (;;) {
      const known = ends.found.find((end) => end > after);
      if (known !== undefined) return known;
      if (ends.scanned >= this.places.tokens.length) return null;
      this.#scan(span, start, ends);
    }
  }

  canEnd(span: Span, start: number, end: number): boolean {
    return end > start && this.nextEnd(span, start, end - 1) === end;
  }

  canBegin(span: Span, start: number): boolean {
    return this.#isStart(span, start) && this.nextEnd(span, start, start) !== null;
  }

  #isStart(span: Span, start: number): boolean {
    const { text, offsets, edges, tokens } = this.places;
    if (start >= tokens.length || !edges[start]) return false;
    const first = text.slice(offsets[start], offsets[start + 1]);
    if (first.trim() === "" && first !== "") return false;
    return (
      span.measure === null ||
      beginsNumber(text.slice(offsets[start], offsets[start]! + NUMBER_PHRASE_MAX), span.measure)
    );
  }

  /** Looks at one more place; at none any more once a longer span cannot be better. */
  #scan(span: Span, start: number, ends: Ends): void {
    const { text, offsets, edges, tokens } = this.places;
    const place = ++ends.scanned;
    if (!edges[place]) return;
    const around = { text, from: offsets[start]!, to: offsets[place]! };
    const raw = text.slice(around.from, around.to);
    if (tooLong(span, raw)) ends.scanned = tokens.length;
    else if (standsWell(span, around) && spanValue(span, raw) !== null) ends.found.push(place);
  }
}

/** No longer span from the same start can fit. */
function tooLong({ name, measure }: Span, raw: string): boolean {
  if (measure !== null) return raw.length > NUMBER_PHRASE_MAX;
  return (name === "url" || name === "host") && /\S\s+\S/.test(raw);
}

/** Whether all of some spans still find places, one after the other, from a place on. */
export class Room {
  readonly #fits: Fits;
  readonly #spans: readonly Span[];
  /** For each set of spans the last place from which it still fits; −1: nowhere. */
  readonly #latest: Int32Array;

  constructor(fits: Fits, spans: readonly Span[]) {
    this.#fits = fits;
    this.#spans = spans;
    this.#latest = new Int32Array(1 << spans.length).fill(-1);
    this.#latest[0] = fits.places.tokens.length;
    for (let set = 1; set < this.#latest.length; set++) this.#latest[set] = this.#latestStart(set);
  }

  /** @param set bit k stands for the k-th span. */
  fits(set: number, from: number): boolean {
    return this.#latest[set]! >= from;
  }

  /** A set fits from p exactly if one of its spans can begin at p or later and the rest fits behind its earliest end. */
  #latestStart(set: number): number {
    for (let place = this.#fits.places.tokens.length - 1; place >= 0; place--)
      for (const [k, span] of this.#spans.entries()) {
        if ((set & (1 << k)) === 0 || !this.#fits.canBegin(span, place)) continue;
        if (this.#latest[set & ~(1 << k)]! >= this.#fits.nextEnd(span, place, place)!) return place;
      }
    return -1;
  }
}
