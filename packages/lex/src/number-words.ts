/**
 * Numbers as people write them: digits with separators, English number words to the millions, halves and quarters, dozens.
 * A phrase is cut into pieces first; a cardinal is then read from the pieces, or there is none.
 */

export type Piece =
  | { readonly number: number; readonly word?: undefined }
  | { readonly word: string; readonly number?: undefined };

const SMALL = [
  ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
  ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
].flat();
const ONES = new Map(SMALL.map((word, value) => [word, value]));
const TENS = new Map(
  ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"].map((w, i) => [w, (i + 2) * 10]),
);
const SCALES = new Map([
  ["thousand", 1000],
  ["grand", 1000],
  ["k", 1000],
  ["million", 1_000_000],
]);
/** Spellings that are common and one letter off, and plain synonyms. */
const SPELLINGS = new Map([
  ["fourty", "forty"],
  ["ninty", "ninety"],
  ["tweny", "twenty"],
  ["thrity", "thirty"],
  ["eigth", "eight"],
  ["fiveteen", "fifteen"],
  ["hunderd", "hundred"],
  ["hundered", "hundred"],
  ["thousands", "thousand"],
  ["hundreds", "hundred"],
  ["millions", "million"],
  ["dozens", "dozen"],
  ["an", "a"],
  ["pair", "couple"],
  ["halves", "half"],
  ["qtr", "quarter"],
  ["quarters", "quarter"],
]);
const VULGAR: Readonly<Record<string, string>> = { "½": ".5", "¼": ".25", "¾": ".75" };

const NUMBER =
  /\d{1,3}(?:[,'_\u202f\u00a0 ]\d{3})+(?![\d.,]*\d)|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|\d+[.,]\d+|\d*\.\d+|\d+/y;
const WORD = /\p{L}+/uy;

/** Hyphens and white space part pieces and are dropped, save a minus directly before a number at the beginning. */
export function piecesOf(phrase: string): Piece[] {
  const text = phrase.toLowerCase().replace(/(\d*)([½¼¾])/g, (_, n: string, v: string) => ` ${n}${VULGAR[v]} `);
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; ) {
    const number = match(NUMBER, text, at);
    const word = number === null ? match(WORD, text, at) : null;
    if (number !== null) pieces.push({ number: readDigits(number) });
    else if (word !== null) pieces.push({ word: SPELLINGS.get(word) ?? word });
    else if (text[at] === "-" && pieces.length === 0) pieces.push({ word: "minus" });
    else if (!/[\s\u2010-\u2015-]/u.test(text[at]!)) pieces.push({ word: text[at]! });
    at += (number ?? word ?? " ").length;
  }
  return pieces;
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** A comma before exactly three digits parts thousands; otherwise it is a decimal mark. Two kinds of marks: the last one is decimal. */
function readDigits(digits: string): number {
  const bare = digits.replace(/['_\u202f\u00a0 ]/g, "");
  if (bare.includes(",") && bare.includes(".")) {
    const decimal = bare.lastIndexOf(",") > bare.lastIndexOf(".") ? "," : ".";
    return Number(bare.replaceAll(decimal === "," ? "." : ",", "").replace(decimal, "."));
  }
  if (/^\d{1,3}(,\d{3})+$/.test(bare)) return Number(bare.replaceAll(",", ""));
  if (/^\d{1,3}(\.\d{3}){2,}$/.test(bare)) return Number(bare.replaceAll(".", ""));
  return Number(bare.replace(",", "."));
}

export interface Cardinal {
  readonly value: number;
  /** Index behind its last piece. */
  readonly next: number;
}

/** The longest number that begins at piece `at`. `a` alone is none: only "a hundred", "a half", "a dozen". */
export function cardinalAt(pieces: readonly Piece[], at: number): Cardinal | null {
  const whole = dozens(pieces, at) ?? fraction(pieces, at) ?? scaled(pieces, at);
  return whole === null ? null : withFraction(pieces, whole);
}

const wordAt = (pieces: readonly Piece[], at: number): string => pieces[at]?.word ?? "";

/** "a dozen", "two dozen", "half a dozen", "a couple of". */
function dozens(pieces: readonly Piece[], at: number): Cardinal | null {
  const count = wordAt(pieces, at) === "a" ? { value: 1, next: at + 1 } : (fraction(pieces, at) ?? scaled(pieces, at));
  const { value, next } = count ?? { value: 1, next: at };
  const afterHalf = wordAt(pieces, next) === "a" && value < 1 ? next + 1 : next;
  const unit = wordAt(pieces, afterHalf);
  if (unit === "dozen") return { value: value * 12, next: afterOf(pieces, afterHalf + 1) };
  return unit === "couple" && value === 1 ? hundredsOf(pieces, 2, afterOf(pieces, afterHalf + 1)) : null;
}

/** "a couple of hundred". */
function hundredsOf(pieces: readonly Piece[], value: number, next: number): Cardinal {
  const word = wordAt(pieces, next);
  const scale = word === "hundred" ? 100 : (SCALES.get(word) ?? 1);
  return { value: value * scale, next: scale === 1 ? next : next + 1 };
}

const afterOf = (pieces: readonly Piece[], at: number): number => (wordAt(pieces, at) === "of" ? at + 1 : at);

/** "half", "a quarter", "three quarters", "1/2". */
function fraction(pieces: readonly Piece[], at: number): Cardinal | null {
  const over = pieces[at + 2]?.number;
  const top = pieces[at]?.number;
  if (top !== undefined && over !== undefined && wordAt(pieces, at + 1) === "/" && top < over && over <= 10)
    return { value: top / over, next: at + 3 };
  const start = wordAt(pieces, at) === "a" ? at + 1 : at;
  if (wordAt(pieces, start) === "half") return { value: 0.5, next: start + 1 };
  if (wordAt(pieces, start) === "quarter") return { value: 0.25, next: start + 1 };
  const threes = wordAt(pieces, at) === "three" || top === 3;
  return threes && wordAt(pieces, at + 1) === "quarter" ? { value: 0.75, next: at + 2 } : null;
}

/** "and a half", "and a quarter", "point five" behind a whole number; "1 1/2". */
function withFraction(pieces: readonly Piece[], whole: Cardinal): Cardinal {
  const { value, next } = whole;
  if (wordAt(pieces, next) === "and") {
    const part = fraction(pieces, next + 1);
    if (part !== null) return { value: value + part.value, next: part.next };
  }
  if (wordAt(pieces, next) === "point") return decimals(pieces, whole);
  const half = pieces[next]?.number === undefined ? null : fraction(pieces, next);
  return half === null || !Number.isInteger(value) ? whole : { value: value + half.value, next: half.next };
}

function decimals(pieces: readonly Piece[], { value, next }: Cardinal): Cardinal {
  let digits = "";
  let at = next + 1;
  for (; at < pieces.length; at++) {
    const digit = ONES.get(wordAt(pieces, at)) ?? pieces[at]!.number;
    if (digit === undefined || digit > 9 || !Number.isInteger(digit)) break;
    digits += digit;
  }
  return digits === "" ? { value, next } : { value: Number(`${value}.${digits}`), next: at };
}

/** Millions, then thousands, then the rest: "two million three hundred thousand and five". */
function scaled(pieces: readonly Piece[], at: number): Cardinal | null {
  let total = 0;
  let next = at;
  let below = Number.POSITIVE_INFINITY;
  for (;;) {
    const joined = next > at && wordAt(pieces, next) === "and" ? next + 1 : next;
    const part = hundreds(pieces, joined, next > at);
    if (part === null) break;
    const scale = SCALES.get(wordAt(pieces, part.next)) ?? 1;
    if (part.value * scale >= below) break;
    total += part.value * scale;
    next = scale === 1 ? part.next : part.next + 1;
    if (scale === 1) break;
    below = scale;
  }
  return next === at ? null : { value: total, next };
}

/** Up to "twelve hundred and thirty-five"; digits stand for themselves. `later`: not the first part of a number. */
function hundreds(pieces: readonly Piece[], at: number, later: boolean): Cardinal | null {
  const number = pieces[at]?.number;
  const article = !later && wordAt(pieces, at) === "a" && isScale(wordAt(pieces, at + 1));
  const head = article
    ? { value: 1, next: at + 1 }
    : number === undefined
      ? belowHundred(pieces, at)
      : { value: number, next: at + 1 };
  if (head === null || wordAt(pieces, head.next) !== "hundred") return head;
  const after = wordAt(pieces, head.next + 1) === "and" ? head.next + 2 : head.next + 1;
  const rest = belowHundred(pieces, after);
  return { value: head.value * 100 + (rest?.value ?? 0), next: rest?.next ?? head.next + 1 };
}

const isScale = (word: string): boolean => word === "hundred" || SCALES.has(word);

function belowHundred(pieces: readonly Piece[], at: number): Cardinal | null {
  const small = ONES.get(wordAt(pieces, at));
  if (small !== undefined) return { value: small, next: at + 1 };
  const tens = TENS.get(wordAt(pieces, at));
  if (tens === undefined) return null;
  const ones = ONES.get(wordAt(pieces, at + 1));
  return ones !== undefined && ones > 0 && ones < 10
    ? { value: tens + ones, next: at + 2 }
    : { value: tens, next: at + 1 };
}
