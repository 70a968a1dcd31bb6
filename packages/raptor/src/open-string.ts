/**
 * Strings that stay open whatever is written (any text, or any text but some; or only its length is limited). For
 * these the tokens inside are the same for every schema, and only the tokens that close the string are looked at.
 */
import type { Entry, Exit } from "./entry.ts";
import type { StringLocal } from "./machine.ts";
import { RegexStore } from "./regex.ts";
import { CLOSE, DEAD, type Lanes, StringMachine } from "./strings.ts";
import { type TokenTrie, TrieBuilder } from "./trie.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface StringShape {
  readonly vocabulary: Vocabulary;
  readonly trie: TokenTrie;
  /** Tokens that stay inside any string. */
  readonly inside: Uint32Array;
  /** The same, longest first, with the characters they need. */
  readonly tokens: Int32Array;
  readonly needs: Int32Array;
  /** The trie cut down to paths that close the string; `node` is the place in the whole trie. */
  readonly paths: { readonly node: Int32Array; readonly skip: Int32Array };
  /** Nodes whose byte closes the string, and the characters before it. */
  readonly closers: Int32Array;
  readonly counts: Int32Array;
  readonly most: number;
  /** What follows the closing quote, for a range of character counts. */
  readonly tails: Map<string, TokenTrie>;
}

const INF = Number.POSITIVE_INFINITY;

/** One walk over the whole vocabulary; its result serves all grammars. */
export function stringShape(vocabulary: Vocabulary, trie: TokenTrie): StringShape {
  const { found, closers, counts } = scanText(vocabulary);
  const inside = new Uint32Array(vocabulary.words);
  for (const { token } of found) inside[token >>> 5]! |= 1 << (token & 31);
  return {
    vocabulary,
    trie,
    inside,
    tokens: Int32Array.from(found, (f) => f.token),
    needs: Int32Array.from(found, (f) => f.need),
    paths: closingPaths(vocabulary, closers),
    closers: Int32Array.from(closers),
    counts: Int32Array.from(counts),
    most: found[0]?.need ?? 0,
    tails: new Map(),
  };
}

/** What tokens do in a string of any text: those that stay inside, longest first, and the nodes that close it. */
function scanText({ bytes, skip, depth, first, order, nodes, longest }: Vocabulary) {
  const machine = new StringMachine(new RegexStore());
  const states = new Int32Array(longest + 2).fill(machine.start([{ tag: 0, rx: machine.store.all }]));
  const chars = new Int32Array(longest + 2);
  const found: { token: number; need: number }[] = [];
  const closers: number[] = [];
  const counts: number[] = [];
  for (let p = 0; p < nodes; ) {
    const d = depth[p]!;
    const next = machine.step(states[d]!, bytes[p]!);
    if (next < 0) {
      if (next === CLOSE) {
        closers.push(p);
        counts.push(chars[d]!);
      }
      p = skip[p]!;
      continue;
    }
    states[d + 1] = next;
    chars[d + 1] = chars[d]! + (machine.isText(next) ? 1 : 0);
    const need = chars[d + 1]! + (machine.isText(next) ? 0 : 1);
    for (let i = first[p]!; i < first[p + 1]!; i++) found.push({ token: order[i]!, need });
    p++;
  }
  return { found: found.sort((a, b) => b.need - a.need), closers, counts };
}

function closingPaths(v: Vocabulary, closers: readonly number[]): StringShape["paths"] {
  const node: number[] = [];
  const skip: number[] = [];
  const open: number[] = [];
  let next = 0;
  for (let p = 0; p < v.nodes && next < closers.length; ) {
    while (next < closers.length && closers[next]! < p) next++;
    while (open.length > 0 && v.skip[node[open.at(-1)!]!]! <= p) skip[open.pop()!] = node.length;
    const inside = next < closers.length && closers[next]! < v.skip[p]!;
    if (!inside) {
      p = v.skip[p]!;
      continue;
    }
    open.push(node.length);
    skip.push(0);
    node.push(p);
    p = closers[next] === p ? v.skip[p]! : p + 1;
  }
  for (const i of open) skip[i] = node.length;
  return { node: Int32Array.from(node), skip: Int32Array.from(skip) };
}

/** Whether a string's content is free but for its length or for special texts: then `openEntry` is quick. */
export function isOpen(local: StringLocal): boolean {
  const machine = local.engine.strings;
  if (!machine.isText(local.state)) return false;
  const lanes = machine.lanes(local.state);
  return isBounded(machine, lanes) || (lanes.guarded ? lanes.rxs[0]!.lasting : lanes.rxs.some((rx) => rx.lasting));
}

/** The entry of a string place at the vocabulary's root, or null when its content is more than open. */
export function openEntry(shape: StringShape, local: StringLocal): Entry | null {
  if (!isOpen(local)) return null;
  const machine = local.engine.strings;
  const lanes = machine.lanes(local.state);
  return isBounded(machine, lanes) ? lengthEntry(shape, local, lanes) : branchingEntry(shape, local);
}

const isBounded = (machine: StringMachine, lanes: Lanes): boolean =>
  !lanes.label && !lanes.guarded && lanes.rxs.every((rx) => isLength(machine, rx));

const isLength = (machine: StringMachine, rx: Lanes["rxs"][number]): boolean =>
  rx === machine.store.any || rx === machine.store.empty || (rx.kind === "repeat" && rx.parts[0] === machine.store.any);

function lengthEntry(shape: StringShape, local: StringLocal, lanes: Lanes): Entry {
  const spans = lanes.rxs.map((rx) => {
    if (rx.kind === "repeat") return { min: rx.min, max: rx.max };
    return rx.kind === "empty" ? { min: 0, max: 0 } : { min: 1, max: 1 };
  });
  const longest = Math.max(...spans.map((s) => s.max));
  const bits = longest >= shape.most ? shape.inside : shortInside(shape, longest);
  const cuts = [...new Set([0, ...spans.flatMap((s) => [s.min, s.max + 1])])].sort((a, b) => a - b);
  const exits: Exit[] = [];
  cuts.forEach((from, i) => {
    const to = (cuts[i + 1] ?? INF) - 1;
    const tags = lanes.tags.filter((_, j) => spans[j]!.min <= from && from <= spans[j]!.max);
    const trie = tags.length > 0 ? tailTrie(shape, from, to) : null;
    if (trie) exits.push({ outcome: local.engine.outcome(tags), trie, except: null });
  });
  return { list: null, bits, shared: null, exits };
}

function shortInside(shape: StringShape, longest: number): Uint32Array {
  const bits = shape.inside.slice();
  for (let i = 0; i < shape.tokens.length && shape.needs[i]! > longest; i++) {
    const token = shape.tokens[i]!;
    bits[token >>> 5]! &= ~(1 << (token & 31));
  }
  return bits;
}

/** Tails of tokens that close the string after from..to characters; null when there are none. */
function tailTrie(shape: StringShape, from: number, to: number): TokenTrie | null {
  const key = `${from},${Math.min(to, shape.most)}`;
  let trie = shape.tails.get(key);
  if (!trie) {
    const builder = new TrieBuilder();
    shape.closers.forEach((p, i) => {
      if (from <= shape.counts[i]! && shape.counts[i]! <= to) builder.addNode(shape.trie, p, true);
    });
    trie = builder.build();
    shape.tails.set(key, trie);
  }
  return trie.to > trie.from || trie.ownTo > trie.ownFrom ? trie : null;
}

/**
 * Some content is special (a listed name, a forbidden word), all other is alike: only paths on which the content is not
 * yet ordinary are walked.
 */
function branchingEntry(shape: StringShape, local: StringLocal): Entry | null {
  const machine = local.engine.strings;
  const outcomeOf = (state: number) => (local.engine.string(state) as StringLocal).outcome();
  if (machine.isPlain(local.state)) {
    return { list: null, bits: shape.inside, shared: null, exits: plainExits(shape, outcomeOf(local.state), []) };
  }
  const { bytes, skip, depth, first, order } = shape.vocabulary;
  const { paths } = shape;
  const states: number[] = [local.state];
  const special = new Map<number, TrieBuilder>();
  const except: number[] = [];
  let plain = DEAD;
  for (let i = 0; i < paths.node.length; ) {
    const p = paths.node[i]!;
    const from = states[depth[p]!]!;
    const next = machine.step(from, bytes[p]!);
    const ahead = next >= 0 ? machine.plainAhead(next) : DEAD;
    if (next >= 0 && ahead === DEAD) {
      states[depth[p]! + 1] = next;
      i++;
      continue;
    }
    if (next >= 0) {
      if (plain !== DEAD && plain !== ahead) return null;
      plain = ahead;
    } else if (bytes[p] === 0x22 && machine.isText(from)) {
      for (let k = first[p]!; k < first[skip[p]!]!; k++) except.push(order[k]!);
      if (next === CLOSE) builderOf(special, outcomeOf(from)).addNode(shape.trie, p, true);
    }
    i = paths.skip[i]!;
  }
  const exits = plain === DEAD ? [] : plainExits(shape, outcomeOf(plain), except);
  for (const [outcome, builder] of special) exits.push({ outcome, trie: builder.build(), except: null });
  return { list: null, bits: shape.inside, shared: null, exits };
}

function plainExits(shape: StringShape, outcome: number, except: readonly number[]): Exit[] {
  const trie = tailTrie(shape, 0, INF);
  return trie ? [{ outcome, trie, except: except.length > 0 ? Int32Array.from(except) : null }] : [];
}

function builderOf(builders: Map<number, TrieBuilder>, outcome: number): TrieBuilder {
  let builder = builders.get(outcome);
  if (!builder) {
    builder = new TrieBuilder();
    builders.set(outcome, builder);
  }
  return builder;
}
