/** What a family of certificates is to the bench of changes, and the changes of numbers that they share. */

/** One changed certificate, and what its checker said. */
export interface Drawn {
  /** What was changed. */
  readonly name: string;
  readonly refused: boolean;
  /** Of one that was let through: whether what it claims is true all the same, found out without the checker. */
  readonly stillTrue: () => boolean;
}

export interface Family {
  readonly name: string;
  /** Whether the checker lets the certificate through as it is. */
  readonly isSound: () => boolean;
  readonly draw: (random: () => number) => Drawn;
}

export const whole = (random: () => number, most: number): number => Math.floor(random() * most);

export const numberNear = (value: number, random: () => number): number =>
  [value + 1 + whole(random, 50), value - 1 - whole(random, 50), -value - 1, Number.NaN, value * 1.001 + 0.01][
    whole(random, 5)
  ]!;

export const changedAt = (list: ArrayLike<number>, random: () => number, change: (was: number) => number): number[] => {
  const copy = Array.from(list);
  const at = whole(random, copy.length);
  copy[at] = change(copy[at]!);
  return copy;
};

/** A copy with one number changed, anywhere in it, or gone; and what that number is, without its places in lists. */
export function changedNumber<T>(file: T, random: () => number): { readonly name: string; readonly changed: T } {
  const changed = structuredClone(file);
  const paths = numbersOf(changed, []);
  const path = paths[whole(random, paths.length)]!;
  const holder = path.slice(0, -1).reduce((part, key) => (part as Record<string, unknown>)[key], changed as unknown);
  const part = holder as Record<string, number>;
  const key = path.at(-1)!;
  const gone = random() < 0.1;
  if (gone) delete part[key];
  else part[key] = numberNear(part[key]!, random);
  const name = path.filter((step) => Number.isNaN(Number(step))).join(".");
  return { name: gone ? `${name} gone` : name, changed };
}

function numbersOf(part: unknown, path: readonly string[]): (readonly string[])[] {
  if (typeof part === "number") return [path];
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => numbersOf(value, [...path, key]));
}
