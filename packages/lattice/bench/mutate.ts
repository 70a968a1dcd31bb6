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
