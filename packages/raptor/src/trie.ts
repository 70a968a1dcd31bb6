/** Views of the vocabulary's trie, and small tries of what is left of tokens that leave a place. */
import type { Vocabulary } from "./vocabulary.ts";

/** Nodes from..to of flat arrays (see Vocabulary) with depths counted from `base`; `own` tokens end before any byte. */
export interface TokenTrie {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly skip: Int32Array;
  readonly depth: Uint16Array;
  readonly first: Int32Array;
  readonly order: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly base: number;
  readonly ownFrom: number;
  readonly ownTo: number;
  /** Bytes that belong to this trie alone. */
  readonly fresh_bytes: number;
  /** By node: what is behind it, whole and cut down. Views of one trie share these, for both depend on the node only. */
  readonly views: Map<number, TokenTrie>;
  readonly tails: Map<number, TokenTrie>;
}

let tries = 0;

export function rootView(v: Vocabulary): TokenTrie {
  const { bytes, skip, depth, first, order } = v;
  const own = { from: 0, to: v.nodes, base: 0, ownFrom: 0, ownTo: 0, fresh_bytes: 0 };
  return { id: ++tries, bytes, skip, depth, first, order, ...own, views: new Map(), tails: new Map() };
}

/** The trie of the tokens longer than `bytes`. */
export function longTrie(v: Vocabulary, bytes: number): TokenTrie {
  const isLong = (p: number) => v.depth[p]! >= bytes && v.first[p + 1]! > v.first[p]!;
  const kept = new Uint8Array(v.nodes);
  const path = new Int32Array(v.longest + 1);
  for (let p = 0; p < v.nodes; p++) {
    path[v.depth[p]!] = p;
    if (isLong(p)) for (let d = v.depth[p]!; d >= 0 && kept[path[d]!] === 0; d--) kept[path[d]!] = 1;
  }
  const place = new Int32Array(v.nodes + 1);
  for (let p = 0; p < v.nodes; p++) place[p + 1] = place[p]! + kept[p]!;
  const nodes = place[v.nodes]!;
  const flat = { bytes: new Uint8Array(nodes), depth: new Uint16Array(nodes), skip: new Int32Array(nodes) };
  const first = new Int32Array(nodes + 1);
  const order: number[] = [];
  for (let p = 0; p < v.nodes; p++) {
    if (kept[p] === 0) continue;
    const to = place[p]!;
    flat.bytes[to] = v.bytes[p]!;
    flat.depth[to] = v.depth[p]!;
    flat.skip[to] = place[v.skip[p]!]!;
    if (isLong(p)) for (let i = v.first[p]!; i < v.first[p + 1]!; i++) order.push(v.order[i]!);
    first[to + 1] = order.length;
  }
  const own = { from: 0, to: nodes, base: 0, ownFrom: 0, ownTo: 0, fresh_bytes: 0 };
  return { id: ++tries, ...flat, first, order: new Int32Array(order), ...own, views: new Map(), tails: new Map() };
}

/** What is behind node p: its own tokens, then its children. */
export function subView(trie: TokenTrie, p: number): TokenTrie {
  let view = trie.views.get(p);
  if (!view) {
    const span = { from: p + 1, to: trie.skip[p]!, base: trie.depth[p]! + 1 };
    const own = { ownFrom: trie.first[p]!, ownTo: trie.first[p + 1]!, fresh_bytes: 0 };
    view = { ...trie, ...span, ...own, id: ++tries };
    trie.views.set(p, view);
  }
  return view;
}

/** The same without what cannot follow a value, one object for each node: most exits are of this kind. */
function tailOf(trie: TokenTrie, p: number): TokenTrie {
  let tail = trie.tails.get(p);
  if (!tail) {
    const branch = new Branch();
    copyBehind(trie, p, branch);
    tail = { ...branch.flatten(), fresh_bytes: 0 };
    trie.tails.set(p, tail);
  }
  return tail;
}

/**
 * A superset of what can follow at a place of JSON's structure, for dropping hopeless tails at once: the rest of a word
 * or number, brackets, white space; behind a quote anything.
 */
const NEVER = 0;
const BEHIND = 1;
const BEFORE = 2;
const INSIDE = 3;
const NUMBER = 4;
/** Between members: all that can stand before or behind a value. */
const BETWEEN = 5;
const WORD_TAILS = ["rue", "ue", "e", "alse", "lse", "se", "e", "ull", "ll", "l"];
const FIRST_WORD_TAIL = 6;
const TAIL = new Uint8Array((FIRST_WORD_TAIL + WORD_TAILS.length) * 256);

function tails(state: number, bytes: string, to: number): void {
  for (const c of bytes) TAIL[state * 256 + c.charCodeAt(0)] = to;
}
for (const state of [BEHIND, NUMBER, BETWEEN]) {
  tails(state, " \t\n\r]}", BEHIND);
  tails(state, ",:", BEFORE);
}
for (const state of [BEFORE, BETWEEN]) {
  tails(state, " \t\n\r", state);
  tails(state, '"', INSIDE);
  tails(state, "-0123456789", NUMBER);
  tails(state, "{[", BETWEEN);
  for (const word of ["true", "false", "null"])
    tails(state, word[0]!, FIRST_WORD_TAIL + WORD_TAILS.indexOf(word.slice(1)));
}
tails(NUMBER, "+-.eE0123456789", NUMBER);
WORD_TAILS.forEach((tail, i) => {
  tails(FIRST_WORD_TAIL + i, tail[0]!, tail.length === 1 ? BEHIND : FIRST_WORD_TAIL + i + 1);
});
TAIL.fill(INSIDE, INSIDE * 256, (INSIDE + 1) * 256);
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Gathers subtrees into one trie, joined where they spell the same: many tokens go on alike behind a closing quote. */
export class TrieBuilder {
  readonly #root = new Branch();
  /** The only part so far, not yet copied: a trie, or what is behind a node of it. */
  #single: { trie: TokenTrie; node: number | null } | null = null;
  #parts = 0;

  /** What is behind node p (`consumed`), or node p itself. */
  addNode(trie: TokenTrie, p: number, consumed: boolean): void {
    if (!consumed) {
      this.#part(null);
      copy(trie, p, this.#root, BEHIND);
    } else if (!this.#part({ trie, node: p })) copyBehind(trie, p, this.#root);
  }

  /** A whole trie; alone it is handed on as it is. */
  addTrie(trie: TokenTrie): void {
    if (!this.#part({ trie, node: null })) copyAll(trie, this.#root);
  }

  /** What tokens have to say behind leading white space, and the tokens that are nothing else (`blanks`). */
  addUnspaced(trie: TokenTrie, blanks: number[], from = trie.from, to = trie.to): void {
    this.#part(null);
    for (let p = from; p < to; p = trie.skip[p]!) {
      if (BLANKS.has(trie.bytes[p]!)) {
        for (let i = trie.first[p]!; i < trie.first[p + 1]!; i++) blanks.push(trie.order[i]!);
        this.addUnspaced(trie, blanks, p + 1, trie.skip[p]!);
      } else copy(trie, p, this.#root, BETWEEN);
    }
  }

  /** Whether the part is kept as it is for now. */
  #part(part: { trie: TokenTrie; node: number | null } | null): boolean {
    const first = this.#parts++ === 0;
    const { node, trie } = this.#single ?? {};
    this.#single = first ? part : null;
    if (trie && node !== null) copyBehind(trie, node!, this.#root);
    else if (trie) copyAll(trie, this.#root);
    return first && part !== null;
  }

  build(): TokenTrie {
    if (!this.#single) return this.#root.flatten();
    const { trie, node } = this.#single;
    return node === null ? trie : tailOf(trie, node);
  }
}

function copyAll(trie: TokenTrie, into: Branch): void {
  into.addTokens(trie, trie.ownFrom, trie.ownTo);
  for (let p = trie.from; p < trie.to; p = trie.skip[p]!) copy(trie, p, into, BEHIND);
}

function copyBehind(trie: TokenTrie, p: number, into: Branch): void {
  into.addTokens(trie, trie.first[p]!, trie.first[p + 1]!);
  for (let q = p + 1; q < trie.skip[p]!; q = trie.skip[q]!) copy(trie, q, into, BEHIND);
}

function copy(trie: TokenTrie, p: number, into: Branch, tail: number): void {
  const next = TAIL[tail * 256 + trie.bytes[p]!]!;
  if (next === NEVER) return;
  const branch = into.child(trie.bytes[p]!);
  branch.addTokens(trie, trie.first[p]!, trie.first[p + 1]!);
  for (let q = p + 1; q < trie.skip[p]!; q = trie.skip[q]!) copy(trie, q, branch, next);
}

/** Most branches are leaves: what holds children is made for the others only. */
class Branch {
  readonly tokens: number[] = [];
  #children: Map<number, Branch> | null = null;

  get children(): Iterable<[number, Branch]> {
    return this.#children ?? [];
  }

  child(byte: number): Branch {
    this.#children ??= new Map();
    let branch = this.#children.get(byte);
    if (!branch) {
      branch = new Branch();
      this.#children.set(byte, branch);
    }
    return branch;
  }

  addTokens(trie: TokenTrie, from: number, to: number): void {
    for (let i = from; i < to; i++) this.tokens.push(trie.order[i]!);
  }

  flatten(): TokenTrie {
    const bytes: number[] = [];
    const skip: number[] = [];
    const depth: number[] = [];
    const first: number[] = [];
    const order: number[] = [...this.tokens];
    const walk = (branch: Branch, d: number): void => {
      for (const [byte, below] of branch.children) {
        const p = bytes.length;
        bytes.push(byte);
        depth.push(d);
        first.push(order.length);
        skip.push(0);
        for (const token of below.tokens) order.push(token);
        walk(below, d + 1);
        skip[p] = bytes.length;
      }
    };
    walk(this, 0);
    first.push(order.length);
    return {
      id: ++tries,
      bytes: new Uint8Array(bytes),
      skip: new Int32Array(skip),
      depth: new Uint16Array(depth),
      first: new Int32Array(first),
      order: new Int32Array(order),
      from: 0,
      to: bytes.length,
      base: 0,
      ownFrom: 0,
      ownTo: this.tokens.length,
      fresh_bytes: bytes.length * 11 + order.length * 4 + 200,
      views: new Map(),
      tails: new Map(),
    };
  }
}
