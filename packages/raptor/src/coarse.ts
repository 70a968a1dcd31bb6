/**
 * Coarser regular languages that no token can tell apart: a counter that stays out of reach of the longest token is
 * as good as none. Exact for expressions without `&` and `~`, and for a length limit beside such an expression
 * (README, "Why long strings are cheap").
 */
import type { RegexStore, Rx } from "./regex.ts";

const STATE_LIMIT = 200;
const INF = Number.POSITIVE_INFINITY;
const memo = new WeakMap<Rx, Map<number, Rx>>();
const sizes = new WeakMap<Rx, number>();

/** The lanes seen through tokens of at most `longest` code points; null when nothing changes. */
export function coarseLanes(store: RegexStore, rxs: readonly Rx[], longest: number): Rx[] | null {
  let changed = false;
  const out = rxs.map((rx) => {
    const coarse = coarsen(store, rx, longest);
    changed ||= coarse !== rx;
    return coarse;
  });
  return changed ? out : null;
}

function coarsen(store: RegexStore, rx: Rx, longest: number): Rx {
  let byLength = memo.get(rx);
  if (!byLength) {
    byLength = new Map();
    memo.set(rx, byLength);
  }
  let out = byLength.get(longest);
  if (!out) {
    out = rx.plain ? plain(store, rx, longest) : rx.kind === "and" ? limited(store, rx, longest) : rx;
    byLength.set(longest, out);
  }
  return out;
}

function plain(store: RegexStore, rx: Rx, longest: number): Rx {
  if (rx.kind === "concat") return store.concat(...rx.parts.map((p) => coarsen(store, p, longest)));
  if (rx.kind === "or") return store.or(...rx.parts.map((p) => coarsen(store, p, longest)));
  if (rx.kind !== "repeat") return rx;
  const body = coarsen(store, rx.parts[0]!, longest);
  return store.repeat(body, Math.min(rx.min, longest + 1), rx.max >= longest + 1 ? INF : rx.max);
}

/** length{a,b} & rest: with n states in `rest`, a match of length ≥ a has one shorter than a + n. */
function limited(store: RegexStore, rx: Rx, longest: number): Rx {
  const isLength = (p: Rx) => p.kind === "repeat" && p.parts[0] === store.any;
  const length = rx.parts.find(isLength);
  const others = rx.parts.filter((p) => p !== length);
  if (!length || length.max === INF || others.some((p) => !p.plain)) return rx;
  if (length.max < longest + length.min) return rx;
  const rest = store.and(...others);
  if (length.max < longest + length.min + countStates(store, rest)) return rx;
  const open = length.min === 0 ? rest : store.and(store.repeat(store.any, length.min, INF), rest);
  return coarsen(store, open, longest);
}

function countStates(store: RegexStore, rx: Rx): number {
  const known = sizes.get(rx);
  if (known !== undefined) return known;
  const seen = new Set([rx]);
  for (const at of seen) {
    if (seen.size > STATE_LIMIT) break;
    for (const c of store.starts(at)) seen.add(store.derive(at, c));
  }
  const size = seen.size > STATE_LIMIT ? INF : seen.size;
  sizes.set(rx, size);
  return size;
}
