/** Sets of Unicode scalar values as sorted, disjoint, inclusive ranges: [lo0, hi0, lo1, hi1, …]. */
export type CharSet = readonly number[];

/** Surrogates are no scalar values: text is UTF-8, where they cannot be written. */
export const ANY_CHAR: CharSet = [0, 0xd7ff, 0xe000, 0x10ffff];
const LAST = 0x10ffff;

/** Sorts and joins arbitrary ranges, and cuts the surrogates out. */
export function charSet(ranges: readonly (readonly [number, number])[]): CharSet {
  const sorted = [...ranges].filter(([lo, hi]) => lo <= hi).sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [lo, hi] of sorted) {
    const last = out.length - 1;
    if (last > 0 && lo <= out[last]! + 1) out[last] = Math.max(out[last]!, hi);
    else out.push(lo, hi);
  }
  return intersectSets(out, ANY_CHAR);
}

export const oneChar = (c: number): CharSet => charSet([[c, c]]);

export function unionSets(a: CharSet, b: CharSet): CharSet {
  return charSet([...pairs(a), ...pairs(b)]);
}

export function intersectSets(a: CharSet, b: CharSet): CharSet {
  const out: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const lo = Math.max(a[i]!, b[j]!);
    const hi = Math.min(a[i + 1]!, b[j + 1]!);
    if (lo <= hi) out.push(lo, hi);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return out;
}

export function complementSet(a: CharSet): CharSet {
  const out: number[] = [];
  let next = 0;
  for (let i = 0; i < a.length; i += 2) {
    if (next < a[i]!) out.push(next, a[i]! - 1);
    next = a[i + 1]! + 1;
  }
  if (next <= LAST) out.push(next, LAST);
  return intersectSets(out, ANY_CHAR);
}

export function hasChar(a: CharSet, c: number): boolean {
  let lo = 0;
  let hi = a.length / 2;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (c > a[2 * mid + 1]!) lo = mid + 1;
    else hi = mid;
  }
  return 2 * lo < a.length && c >= a[2 * lo]!;
}

export function* pairs(a: CharSet): Generator<readonly [number, number]> {
  for (let i = 0; i < a.length; i += 2) yield [a[i]!, a[i + 1]!];
}

export const DIGITS = charSet([[0x30, 0x39]]);
export const WORD = charSet([
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]);
/** ECMA-262 WhiteSpace and LineTerminator. */
export const SPACES = charSet([
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]);
/** What `.` matches without the s flag. */
export const DOT = complementSet(
  charSet([
    [0x0a, 0x0a],
    [0x0d, 0x0d],
    [0x2028, 0x2029],
  ]),
);
