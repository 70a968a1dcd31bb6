/**
 * What a span of the directive may be for a parameter, and what value it gives. General truths only: an address has no blank
 * inside, a number is a whole number phrase, SQL that only reads begins with a word that reads, what stands in quotes ends there.
 */
import { isDistance, measuresElse, NUMBER_PHRASE_MAX, readMeasure } from "./numbers.ts";
import type { Span } from "./tool-shape.ts";

/** Parameters whose text may run over several lines. */
const LONG = new Set(["content", "text", "code", "sql", "query", "note"]);
const FENCE = /^```[^\n`]*\n([\s\S]*?)\n?[ \t]*```$/;
/** Opening mark → closing mark. */
const QUOTES = new Map([
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
  ["“", "”"],
  ["‘", "’"],
  ["«", "»"],
  ["„", "“"],
]);
const ARTICLES = ["the", "a", "an", "my", "our", "your", "some"];
const ARTICLE = new RegExp(`^(?:${ARTICLES.join("|")})\\s+(?=\\S)`, "i");
const WITHOUT_ARTICLE = new Set(
  "what capability category query require label snapshot tag reservation since".split(" "),
);
const LEAD_INS: Readonly<Record<string, RegExp>> = {
  near: /^(?:near|nearby|in|around|from|close to|next to)\s+(?=\S)/i,
  at: /^(?:at|on|by|for|until|till)\s+(?=\S)/i,
  from: /^(?:at|on|by|for|until|from|after|between)\s+(?=\S)/i,
  until: /^(?:at|on|by|for|until|till|to|and|before)\s+(?=\S)/i,
};
/** A word that only says that a name follows. */
const NAMED = /^(?:(?:named|called|labell?ed|tagged|titled)\s+)+(?=\S)/i;
const BOOKED = /^(?:(?:booking|reservation|reference|ref|number|no|id|code)[.:]?\s+|#)+(?=\S)/i;
const BEFORE_NAMES: Readonly<Record<string, RegExp>> = {
  label: NAMED,
  snapshot: NAMED,
  since: NAMED,
  tag: NAMED,
  capability: NAMED,
  reservation: BOOKED,
};
/** Parameters that name a thing, and words that name nothing. */
const NAMES = new Set("what capability snapshot label tag reservation host".split(" "));
const EMPTY_WORDS =
  /^(?:each|then|and|or|after|before|again|please|it|this|that|them|with|for|to|of|at|in|on|by|the|an?)$/i;
const ADDRESS = new Set(["url", "host"]);
const SENTENCE_END = /[.,;:!?…]+$/;
const READING_SQL = /^(?:select|with|values|explain)\b/i;

/** The value of a span; null when the span cannot be one of this parameter. */
export function spanValue(span: Span, raw: string): string | number | null {
  if (span.measure !== null) {
    const value = raw.length > NUMBER_PHRASE_MAX ? null : readMeasure(raw.trim(), span.measure);
    return value !== null && span.fits(value) ? value : null;
  }
  const text = tidyText(span.name, raw);
  return text !== "" && fitsName(span.name, text) ? text : null;
}

/** Trimmed, out of its quotes or fence, without what the rules of a right card leave out. Always a piece of `raw`. */
export function tidyText(name: string, raw: string): string {
  let text = unfenced(raw.trim());
  if (isAddress(name)) text = bareAddress(text);
  else if (!LONG.has(name)) text = text.replace(/[.,;:!?]+$/, "").trim() || text;
  text = unquoted(text);
  const lead = LEAD_INS[name];
  if (lead !== undefined) text = text.replace(lead, "");
  if (WITHOUT_ARTICLE.has(name)) text = text.replace(ARTICLE, "");
  const named = BEFORE_NAMES[name];
  return named === undefined ? text : unquoted(text.replace(named, ""));
}

const isAddress = (name: string): boolean => ADDRESS.has(name) || name === "path";

function unfenced(text: string): string {
  return FENCE.exec(text)?.[1] ?? text;
}

/** One pair of marks around the whole, as long as none of them stands inside. */
function unquoted(text: string): string {
  const close = QUOTES.get(text[0] ?? "");
  if (close === undefined || text.length < 3 || !text.endsWith(close)) return text;
  const inner = text.slice(1, -1);
  return inner.includes(text[0]!) || inner.includes(close) || inner.trim() === "" ? text : inner.trim();
}

/** Sentence punctuation behind an address is not part of it; nor is a bracket that was opened before it. */
function bareAddress(text: string): string {
  let bare = text;
  for (;;) {
    const next = unquoted(bare.replace(SENTENCE_END, "").replace(/^[<(]+|>+$/g, ""));
    const closed = next.endsWith(")") && !next.includes("(") ? next.slice(0, -1) : next;
    if (closed === bare || closed === "") return bare;
    bare = closed;
  }
}

function fitsName(name: string, text: string): boolean {
  if (!/[^\s.,;:!?"'`()]/.test(text) && name !== "path") return false;
  if (!LONG.has(name) && /[\r\n]/.test(text)) return false;
  if (NAMES.has(name) && EMPTY_WORDS.test(text)) return false;
  if (name === "url") return /^[^\s"'`<>]+$/.test(text) && (/[.:/?#]/.test(text) || /^localhost$/i.test(text));
  if (name === "host") return /^[\p{L}\p{N}*._:[\]/-]+$/u.test(text) && /[\p{L}\p{N}]/u.test(text);
  if (name === "path") return !/["`{}<>|]/.test(text);
  if (name in LEAD_INS && name !== "near") return !isDistance(text);
  return name !== "sql" || READING_SQL.test(text);
}

/** How the text around a span decides whether it may stand there. */
export interface Surroundings {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Whether a span begins and ends where a value of this parameter can. Numbers have their own rule: see `wholeNumber`. */
export function standsWell(span: Span, around: Surroundings): boolean {
  if (span.measure !== null) return wholeNumber(span, around);
  if (ADDRESS.has(span.name) && !wholeAddress(around)) return false;
  if (span.name === "host" && !isBestHost(around)) return false;
  return endsWithItsQuote(around);
}

/** Neither side goes on with what belongs to an address. */
function wholeAddress({ text, from, to }: Surroundings): boolean {
  const core = text.slice(from, to).trim();
  const start = text.indexOf(core, from);
  const before = text[start - 1] ?? " ";
  const after = text.slice(start + core.length);
  return !/[\p{L}\p{N}/@._~%&=+-]/u.test(before) && !/^[.,;:!?]*[\p{L}\p{N}/@_~%&=+#-]/u.test(after);
}

/** Words without a dot can name a host, but not where another word looks like one. */
const isBestHost = ({ text, from, to }: Surroundings): boolean =>
  /[.:*]/.test(text.slice(from, to)) || !/[\p{L}\p{N}*-]+[.:][\p{L}\p{N}]/u.test(text);

const DAY_NAME =
  /^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;

/** Characters around a span that are looked at for the rest of a name. */
const NAME_WINDOW = 48;

/** A place's name is one thing: the capitalised words right before and behind a span belong to it. The first word of a sentence does not. */
export function wholeName({ text, from, to }: Surroundings): { from: number; to: number } {
  const core = text.slice(from, to).trim();
  const start = from + Math.max(0, text.slice(from, to).search(/\S/));
  const end = start + core.length;
  const head = text.slice(Math.max(0, start - NAME_WINDOW), start);
  const before = /^\p{Lu}\p{Ll}/u.test(core) ? /[^.!?:\s]\s+(\p{Lu}\p{Ll}+ )$/u.exec(head)?.[1] : undefined;
  const after = /\p{Lu}\p{Ll}+$/u.test(core) ? /^ (\p{Lu}\p{Ll}+)/u.exec(text.slice(end, end + NAME_WINDOW)) : null;
  return {
    from: before === undefined || DAY_NAME.test(before) ? from : start - before.length,
    to: after === null || DAY_NAME.test(after[1]!) ? to : end + after[0].length,
  };
}

/** What begins right behind an opening quote, backtick or fence ends at a closing one. */
function endsWithItsQuote({ text, from, to }: Surroundings): boolean {
  const start = from + (text.slice(from, to).length - text.slice(from, to).trimStart().length);
  const open = openingBefore(text, start);
  if (open === null) return true;
  const close = QUOTES.get(open) ?? open;
  if (!text.slice(start).includes(close)) return true;
  const end = from + text.slice(from, to).trimEnd().length;
  return text.slice(end).trimStart().startsWith(close) || text.slice(from, end).endsWith(close);
}

function openingBefore(text: string, start: number): string | null {
  const fence = /```[^\n`]*\n$/.exec(text.slice(0, start));
  if (fence !== null) return "```";
  const mark = text[start - 1] ?? "";
  if (mark !== '"' && mark !== "`" && mark !== "“" && mark !== "«") return null;
  // A mark that closes an earlier pair opens nothing.
  const earlier = [...text.slice(0, start - 1)].filter((c) => c === mark).length;
  return earlier % 2 === 0 ? mark : null;
}

/** Words on either side that could still belong to the number. */
const NEIGHBOURS = 4;

function wholeNumber(span: Span, { text, from, to }: Surroundings): boolean {
  const value = spanValue(span, text.slice(from, to));
  return (
    value !== null &&
    !measuresElse(text.slice(from, to), text.slice(to), span.measure!) &&
    widerEnds(text, to).every((end) => sameOrNone(span, text.slice(from, end), value)) &&
    widerStarts(text, from).every((start) => sameOrNone(span, text.slice(start, to), value))
  );
}

/** Judged without the bounds of the parameter: a number cut out of one too large is no number either. A sign may be a dash. */
function sameOrNone(span: Span, phrase: string, value: string | number): boolean {
  const other = readMeasure(phrase.trim(), span.measure!);
  return other === null || Math.abs(other) === Math.abs(Number(value));
}

/** Ends of the word that is open at `to`, and of the next ones. */
function widerEnds(text: string, to: number): number[] {
  const word = /\s*\S+/y;
  const ends: number[] = [];
  for (let at = to; ends.length < NEIGHBOURS; at = word.lastIndex) {
    word.lastIndex = at;
    if (!word.test(text)) break;
    ends.push(word.lastIndex);
  }
  return ends;
}

function widerStarts(text: string, from: number): number[] {
  const base = Math.max(0, from - NUMBER_PHRASE_MAX);
  return [...text.slice(base, from).matchAll(/\S+/g)].slice(-NEIGHBOURS).map(({ index }) => base + index);
}
