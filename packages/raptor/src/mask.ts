/**
 * Which tokens may come next. A place's tokens are found by walking the trie once and remembered; where a token leaves
 * the place (a closing quote, a bracket, the end of a number) the walk stops, and what the token does behind that point
 * is asked of the place below: each level is remembered by itself, so the depth and the history of a text cost nothing.
 */
import { coarseLanes } from "./coarse.ts";
import type { Entry, Exit } from "./entry.ts";
import { type Local, StringLocal } from "./machine.ts";
import { isOpen, openEntry, type StringShape, stringShape } from "./open-string.ts";
import { CLOSE } from "./strings.ts";
import { longTrie, rootView, subView, type TokenTrie, TrieBuilder } from "./trie.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** How a place is seen: by all tokens, or by all but the `long` ones as `short`, for which fewer places differ. */
interface Look {
  readonly place: Local;
  readonly short: Local | null;
  readonly long: TokenTrie | null;
}

const DENSE = 2_000;
/** Lengths beyond which tokens are few: a counter above such a length is looked at for the longer ones only. */
const LONG_BYTES = [24, 12];
const NO_TOKENS = new Int32Array(0);
/** A subtree this large is remembered by itself when a walk reaches it inside a plain string. */
const SHARED_SUBTREE = 48;
export const MEMO_LIMIT_BYTES = 64 * 1024 * 1024;

export class MaskMemo {
  readonly vocabulary: Vocabulary;
  readonly #root: TokenTrie;
  #entries = new Map<number, Entry>();
  readonly #looks = new Map<number, Look>();
  #bytes = 0;
  /** Tokens that can end a key and spell another, or end an item and begin another: see Matcher. */
  readonly keyHazards: readonly number[];
  readonly itemHazards: readonly number[];
  hits = 0;
  misses = 0;

  constructor(vocabulary: Vocabulary) {
    const facts = factsOf(vocabulary);
    this.vocabulary = vocabulary;
    this.#root = facts.root;
    this.keyHazards = facts.keys;
    this.itemHazards = facts.items;
  }

  get bytes(): number {
    return this.#bytes;
  }

  clear(): void {
    this.#entries = new Map();
    this.#looks.clear();
    this.#bytes = 0;
  }

  entry(local: Local, trie: TokenTrie): Entry {
    // Places and tries are both numbered from 1; their product stays an exact integer.
    const key = local.id * 0x4000000 + trie.id;
    let entry = this.#entries.get(key);
    if (entry) {
      this.hits++;
      return entry;
    }
    this.misses++;
    if (local instanceof StringLocal) entry = this.#stringEntry(local, trie);
    else entry = trie === this.#root && local.loopsOnSpace ? this.#spacedEntry(local) : this.#walk(local, trie);
    if (this.#bytes > MEMO_LIMIT_BYTES) this.clear();
    this.#entries.set(key, entry);
    this.#bytes += 200 + (entry.list?.byteLength ?? 0) + (entry.bits?.byteLength ?? 0);
    for (const exit of entry.exits) this.#bytes += exit.trie.fresh_bytes;
    return entry;
  }

  /** What tokens make of a place: counters that no token, or only a few long ones, can exhaust are all alike. */
  #look(local: Local): Look {
    const known = this.#looks.get(local.id);
    if (known) return known;
    const look = local instanceof StringLocal ? this.#lookAt(local) : { place: local, short: null, long: null };
    this.#looks.set(local.id, look);
    return look;
  }

  #lookAt(local: StringLocal): Look {
    const place = coarsePlace(local, this.vocabulary.longest);
    if (!isOpen(place)) {
      for (const bytes of LONG_BYTES) {
        const short = coarsePlace(place, bytes);
        if (short !== place) return { place, short, long: longOf(this.vocabulary, bytes) };
      }
    }
    return { place, short: null, long: null };
  }

  /** Where white space may come and changes nothing, only what tokens say behind it is walked. */
  #spacedEntry(local: Local): Entry {
    const { unspaced, blanks } = factsOf(this.vocabulary);
    return { ...this.#walk(local, unspaced), shared: blanks };
  }

  #stringEntry(local: StringLocal, trie: TokenTrie): Entry {
    const open = trie === this.#root ? openEntry(factsOf(this.vocabulary).shape, local) : null;
    return open ?? this.#walkString(local, trie);
  }

  #walk(start: Local, trie: TokenTrie): Entry {
    const out = new Gatherer(this.vocabulary, trie);
    const { bytes, skip, depth, base } = trie;
    const locals: Local[] = [start];
    out.own(trie);
    for (let p = trie.from; p < trie.to; ) {
      const d = depth[p]! - base;
      const local = locals[d]!;
      const move = local.move(bytes[p]!);
      if (!move) p = skip[p]!;
      else if (move.op === "stay") {
        locals[d + 1] = move.to;
        out.tokensAt(trie, p);
        p++;
      } else {
        if (move.op === "push") this.#enter(out, move.to, move.wait, subView(trie, p));
        else out.leave(move.outcome, p, move.op === "pop");
        p = skip[p]!;
      }
    }
    return out.entry();
  }

  /** A member begins inside the token: its own entry, then for each way out what the waiting place makes of it. */
  #enter(out: Gatherer, child: Local, wait: Local, trie: TokenTrie): void {
    const entry = this.entry(child, trie);
    out.take(entry);
    for (const exit of entry.exits) {
      const next = wait.resume(exit.outcome);
      if (next) out.absorb(this.entry(next, exit.trie));
    }
  }

  /** The same walk by the string automaton's table. */
  #walkString(start: StringLocal, trie: TokenTrie): Entry {
    const out = new Gatherer(this.vocabulary, trie);
    const machine = start.engine.strings;
    const { bytes, skip, depth, base } = trie;
    const states = new Int32Array(this.vocabulary.longest + 2);
    states[0] = start.state;
    out.own(trie);
    for (let p = trie.from; p < trie.to; ) {
      const d = depth[p]! - base;
      const from = states[d]!;
      const next = machine.step(from, bytes[p]!);
      if (next >= 0) {
        if (skip[p]! - p > SHARED_SUBTREE && next !== start.state && machine.isPlain(next)) {
          out.absorb(this.entry(start.engine.string(next), subView(trie, p)));
          p = skip[p]!;
        } else {
          states[d + 1] = next;
          out.tokensAt(trie, p);
          p++;
        }
      } else {
        if (next === CLOSE) out.leave((start.engine.string(from) as StringLocal).outcome(), p, true);
        p = skip[p]!;
      }
    }
    return out.entry();
  }

  /** Sets `out` (a full mask) to the tokens that a stack of places allows; `parents` from the top down. */
  fill(out: Uint32Array, local: Local, parents: Chain | null): void {
    const { place, short, long } = this.#look(local);
    const entry = this.entry(short ?? place, this.#root);
    if (entry.bits) out.set(entry.bits);
    else {
      out.fill(0);
      addList(out, entry.list!);
    }
    if (entry.shared) addList(out, entry.shared);
    for (const exit of entry.exits) this.#descend(out, exit, parents);
    if (!long) return;
    removeList(out, long.order);
    this.#add(out, this.entry(place, long), parents);
  }

  #add(out: Uint32Array, entry: Entry, parents: Chain | null): void {
    if (entry.bits) addBits(out, entry.bits);
    else addList(out, entry.list!);
    for (const exit of entry.exits) this.#descend(out, exit, parents);
  }

  #descend(out: Uint32Array, exit: Exit, parents: Chain | null): void {
    if (!parents) {
      addRun(out, exit.trie.order, exit.trie.ownFrom, exit.trie.ownTo);
      return;
    }
    const next = parents.local.resume(exit.outcome);
    if (!next) return;
    this.#add(out, this.entry(next, exit.trie), parents.parent);
    if (exit.except) removeList(out, exit.except);
  }
}

function coarsePlace(local: StringLocal, longest: number): StringLocal {
  const machine = local.engine.strings;
  if (!machine.isText(local.state)) return local;
  const rxs = coarseLanes(machine.store, machine.lanes(local.state).rxs, longest);
  return rxs ? (local.engine.string(machine.withLanes(local.state, rxs)) as StringLocal) : local;
}

export interface Chain {
  readonly local: Local;
  readonly parent: Chain | null;
}

/** Collects the result of one walk. */
class Gatherer {
  readonly #vocabulary: Vocabulary;
  readonly #trie: TokenTrie;
  readonly #tokens: number[] = [];
  readonly #dense: Uint32Array[] = [];
  #leaving: Map<number, TrieBuilder> | null = null;

  constructor(vocabulary: Vocabulary, trie: TokenTrie) {
    this.#vocabulary = vocabulary;
    this.#trie = trie;
  }

  own(trie: TokenTrie): void {
    for (let i = trie.ownFrom; i < trie.ownTo; i++) this.#tokens.push(trie.order[i]!);
  }

  tokensAt(trie: TokenTrie, p: number): void {
    const end = trie.first[p + 1]!;
    for (let i = trie.first[p]!; i < end; i++) this.#tokens.push(trie.order[i]!);
  }

  take(entry: Entry): void {
    const { bits, list } = entry;
    if (bits) this.#dense.push(bits);
    else for (let i = 0; i < list!.length; i++) this.#tokens.push(list![i]!);
  }

  leave(outcome: number, p: number, consumed: boolean): void {
    this.#builder(outcome).addNode(this.#trie, p, consumed);
  }

  absorb(entry: Entry): void {
    this.take(entry);
    for (const exit of entry.exits) this.#builder(exit.outcome).addTrie(exit.trie);
  }

  #builder(outcome: number): TrieBuilder {
    this.#leaving ??= new Map();
    let builder = this.#leaving.get(outcome);
    if (!builder) {
      builder = new TrieBuilder();
      this.#leaving.set(outcome, builder);
    }
    return builder;
  }

  entry(): Entry {
    const exits = [...(this.#leaving ?? [])].map(([outcome, builder]) => ({
      outcome,
      trie: builder.build(),
      except: null,
    }));
    if (this.#dense.length === 0 && this.#tokens.length < DENSE) {
      const list = this.#tokens.length === 0 ? NO_TOKENS : new Int32Array(this.#tokens);
      return { list, bits: null, shared: null, exits };
    }
    const bits = new Uint32Array(this.#vocabulary.words);
    for (const other of this.#dense) addBits(bits, other);
    for (const token of this.#tokens) bits[token >>> 5]! |= 1 << (token & 31);
    return { list: null, bits, shared: null, exits };
  }
}

function addBits(out: Uint32Array, bits: Uint32Array): void {
  for (let i = 0; i < bits.length; i++) out[i]! |= bits[i]!;
}

function addList(out: Uint32Array, list: Int32Array): void {
  for (let i = 0; i < list.length; i++) {
    const token = list[i]!;
    out[token >>> 5]! |= 1 << (token & 31);
  }
}

function removeList(out: Uint32Array, list: Int32Array): void {
  for (let i = 0; i < list.length; i++) {
    const token = list[i]!;
    out[token >>> 5]! &= ~(1 << (token & 31));
  }
}

function addRun(out: Uint32Array, order: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const token = order[i]!;
    out[token >>> 5]! |= 1 << (token & 31);
  }
}

/** Tokens with `…,…` where a value may end before the comma and another begins behind it. */
const CROSSING = /(?:^|["\d}\]el])\s*,\s*["\d\-{[tfn]/;
const TWO_KEYS = /"[^"]*,\s*"[^"]*"/;

/** What is computed once for a vocabulary, whatever the grammars. */
interface Facts {
  readonly root: TokenTrie;
  /** All tokens without their leading white space, and those that are nothing else. */
  readonly unspaced: TokenTrie;
  readonly blanks: Int32Array;
  readonly keys: readonly number[];
  readonly items: readonly number[];
  readonly shape: StringShape;
  /** Tries of the tokens longer than so many bytes. */
  readonly long: Map<number, TokenTrie>;
}

const facts = new WeakMap<Vocabulary, Facts>();

function factsOf(v: Vocabulary): Facts {
  let known = facts.get(v);
  if (!known) {
    const root = rootView(v);
    known = { root, ...unspacedOf(root), ...hazards(v), shape: stringShape(v, root), long: new Map() };
    facts.set(v, known);
  }
  return known;
}

function unspacedOf(root: TokenTrie): { unspaced: TokenTrie; blanks: Int32Array } {
  const builder = new TrieBuilder();
  const blanks: number[] = [];
  builder.addUnspaced(root, blanks);
  return { unspaced: builder.build(), blanks: Int32Array.from(blanks) };
}

function longOf(v: Vocabulary, bytes: number): TokenTrie {
  const { long } = factsOf(v);
  let trie = long.get(bytes);
  if (!trie) {
    trie = longTrie(v, bytes);
    long.set(bytes, trie);
  }
  return trie;
}

function hazards(v: Vocabulary): { keys: number[]; items: number[] } {
  const keys: number[] = [];
  const items: number[] = [];
  const decoder = new TextDecoder("latin1");
  for (let token = 0; token < v.size; token++) {
    const bytes = v.tokenBytes(token);
    if (!bytes.includes(0x2c)) continue;
    const text = decoder.decode(bytes);
    if (CROSSING.test(text)) items.push(token);
    if (TWO_KEYS.test(text)) keys.push(token);
  }
  return { keys, items: [...new Set([...items, ...keys])] };
}
