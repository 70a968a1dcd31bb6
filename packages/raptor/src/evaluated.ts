/** Which members a successful schema has evaluated: what `unevaluatedProperties` and `unevaluatedItems` leave out. */
import type { Formula } from "./formula.ts";
import type { RegexStore, Rx } from "./regex.ts";

export interface Evaluated {
  readonly keys: Rx;
  /** Items before this index are evaluated. */
  readonly prefix: number;
  /** Items for which one of these holds are evaluated too (`contains`). */
  readonly matching: readonly Formula[];
}

export interface Outcome {
  readonly f: Formula;
  readonly seen: Evaluated;
}

export const NOTHING = (regex: RegexStore): Evaluated => ({ keys: regex.none, prefix: 0, matching: [] });

export function joinEvaluated(regex: RegexStore, a: Evaluated, b: Evaluated): Evaluated {
  return {
    keys: regex.or(a.keys, b.keys),
    prefix: Math.max(a.prefix, b.prefix),
    matching: [...new Set([...a.matching, ...b.matching])],
  };
}
