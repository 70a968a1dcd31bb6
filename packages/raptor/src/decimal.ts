/** Exact decimals: value = digits · 10^exponent, digits without trailing zeros (zero is 0 · 10^0). */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

export const EXPONENT_LIMIT = 2_000;

export function decimal(digits: bigint, exponent: number): Decimal {
  if (digits === 0n) return { digits: 0n, exponent: 0 };
  let d = digits;
  let e = exponent;
  while (d % 10n === 0n) {
    d /= 10n;
    e++;
  }
  return { digits: d, exponent: e };
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Reads a JSON number; null when it is none or its exponent is beyond ±EXPONENT_LIMIT. */
export function parseDecimal(text: string): Decimal | null {
  const match = NUMBER.exec(text);
  if (!match) return null;
  const fraction = match[3] ?? "";
  const exponent = Number(match[4] ?? "0");
  if (Math.abs(exponent) > EXPONENT_LIMIT) return null;
  const digits = BigInt(match[2]! + fraction);
  return decimal(match[1] ? -digits : digits, exponent - fraction.length);
}

/** −1, 0 or 1. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const e = Math.min(a.exponent, b.exponent);
  const x = a.digits * 10n ** BigInt(a.exponent - e);
  const y = b.digits * 10n ** BigInt(b.exponent - e);
  return x < y ? -1 : x > y ? 1 : 0;
}

export const isInteger = (a: Decimal): boolean => a.exponent >= 0;

/** Canonical spelling for keys: one text per value. */
export const decimalText = (a: Decimal): string => `${a.digits}e${a.exponent}`;

export function isMultiple(a: Decimal, of: Decimal): boolean {
  if (a.digits === 0n) return true;
  const e = Math.min(a.exponent, of.exponent);
  return (a.digits * 10n ** BigInt(a.exponent - e)) % (of.digits * 10n ** BigInt(of.exponent - e)) === 0n;
}

/** The least positive number of which both are divisors. */
export function leastCommonMultiple(a: Decimal, b: Decimal): Decimal {
  const e = Math.min(a.exponent, b.exponent);
  const x = a.digits * 10n ** BigInt(a.exponent - e);
  const y = b.digits * 10n ** BigInt(b.exponent - e);
  let [p, q] = [x, y];
  while (q !== 0n) [p, q] = [q, p % q];
  return decimal((x / p) * y, e);
}

/** The plain spelling, without exponent. */
export function plainText({ digits, exponent }: Decimal): string {
  if (exponent >= 0) return `${digits}${"0".repeat(exponent)}`;
  const text = String(digits < 0n ? -digits : digits).padStart(1 - exponent, "0");
  return `${digits < 0n ? "-" : ""}${text.slice(0, exponent)}.${text.slice(exponent)}`;
}
