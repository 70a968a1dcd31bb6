/**
 * One step of an object or array formula over its next member: `f` becomes pairs (c, p) with the meaning
 * "some pair has c true of the member and p true of what follows". Pairs need not exclude each other, so conjunctions
 * stay single pairs and only genuine choices branch.
 */
import { ARR, type Formula, type KeySet, OBJ } from "./formula.ts";
import type { FormulaStore } from "./formula-store.ts";
import { fail } from "./refusal.ts";

export interface Pair {
  readonly member: Formula;
  readonly rest: Formula;
}

/** A property name, or all names in exactly these key sets and in no other that the object's formula mentions. */
export type KeyClass = { readonly name: string } | { readonly name: null; readonly inside: ReadonlySet<KeySet> };

export const PAIR_LIMIT = 4_000;
/** Products larger than this lose their impossible members at once, before they are multiplied again. */
const UNPRUNED_PAIRS = 16;

export class Splitter {
  readonly #store: FormulaStore;
  /** Whether a value can satisfy a formula; the one who knows sets it. */
  possible: (f: Formula) => boolean = () => true;
  constructor(store: FormulaStore) {
    this.#store = store;
  }

  property(f: Formula, key: KeyClass): Pair[] {
    return this.#split(f, (atom) => this.#propertyAtom(atom, key), OBJ);
  }

  /**
   * The same for objects that are plain conjunctions as far as the key is concerned, and with the key (it cannot come
   * twice) forbidden in what remains; null when the formula must be split.
   */
  plainProperty(f: Formula, key: KeyClass): Pair[] | null {
    const s = this.#store;
    const members: Formula[] = [];
    const rests: Formula[] = [];
    for (const part of f.kind === "and" ? f.parts : f === s.yes ? [] : [f]) {
      if (part.kind !== "every" && part.kind !== "some") {
        if (!this.#unconcerned(part, key)) return null;
      } else if (this.#inside(part.keys!, key)) {
        const named = part.keys!.name !== null;
        if (part.kind === "some" && !named && part.must !== s.yes) return null;
        members.push(part.must!);
        if (named || part.kind === "some") continue;
      }
      rests.push(part);
    }
    const member = s.and(...members);
    if (member === s.no) return [];
    if (key.name !== null) rests.push(s.every(s.key(key.name), s.no));
    return [{ member, rest: s.sameAnd(rests) }];
  }

  /** Whether a choice speaks about other keys only, and counts none. */
  #unconcerned(f: Formula, key: KeyClass): boolean {
    if (f.keys) return !this.#inside(f.keys, key);
    return f.kind === "or" || f.kind === "and" ? f.parts.every((part) => this.#unconcerned(part, key)) : false;
  }

  item(f: Formula): Pair[] {
    return this.#split(f, (atom) => this.#itemAtom(atom), ARR);
  }

  #split(f: Formula, atomPairs: (atom: Formula) => Pair[], bit: number): Pair[] {
    const s = this.#store;
    if (f.kind === "or") return this.#join(this.#alternatives(f, atomPairs, bit));
    if (f.kind !== "and") return f.about === 0 ? (f === s.no ? [] : [{ member: s.yes, rest: f }]) : atomPairs(f);
    const members: Formula[] = [];
    const rests: Formula[] = [];
    const choices: Pair[][] = [];
    for (const part of f.parts) {
      const pairs = this.#split(part, atomPairs, bit);
      if (pairs.length === 0) return [];
      if (pairs.length > 1) choices.push(pairs);
      else {
        members.push(pairs[0]!.member);
        rests.push(pairs[0]!.rest);
      }
    }
    let product: Pair[] = [{ member: s.and(...members), rest: s.on(s.and(...rests), bit) }];
    for (const pairs of choices) product = this.#join(this.#product(product, pairs, bit));
    return product.filter((p) => p.member !== s.no && p.rest !== s.no);
  }

  #alternatives(f: Formula, atomPairs: (atom: Formula) => Pair[], bit: number): Pair[] {
    const all = f.parts.flatMap((part) => this.#split(part, atomPairs, bit));
    // "c, or else p" where c only forbids listed values: the second branch may take exactly those values.
    const free = all.find((p) => p.rest === this.#store.yes && this.#isExclusion(p.member));
    if (!free) return all;
    const listed = this.#store.not(free.member);
    return all.map((p) => (p === free ? p : { member: this.#store.and(p.member, listed), rest: p.rest }));
  }

  /** Whether a formula only forbids listed values: must its complement is a short list. */
  #isExclusion(f: Formula): boolean {
    if (f.opposite && this.#store.lists.has(f.opposite)) return true;
    if (f.kind === "str")
      return f.rx!.kind === "not" && (f.rx!.parts[0]!.kind === "words" || f.rx!.parts[0]!.kind === "empty");
    return f.kind === "num" && f.test!.op === "notin";
  }

  #product(left: Pair[], right: Pair[], bit: number): Pair[] {
    if (left.length * right.length > PAIR_LIMIT) {
      fail("too-hard", `Alternatives of a schema multiply beyond ${PAIR_LIMIT} for one member.`);
    }
    const s = this.#store;
    const all = left.flatMap((a) =>
      right.map((b) => ({ member: s.and(a.member, b.member), rest: s.on(s.and(a.rest, b.rest), bit) })),
    );
    return all.length <= UNPRUNED_PAIRS ? all : all.filter((p) => p.member !== s.no && this.possible(p.member));
  }

  /** Pairs with one member formula, or one rest, become one pair. */
  #join(pairs: Pair[]): Pair[] {
    const s = this.#store;
    const usable = pairs.filter((p) => p.member !== s.no && p.rest !== s.no);
    const byMember = group(usable, (p) => p.member);
    const joined = [...byMember].map(([member, list]) => ({ member, rest: s.or(...list.map((p) => p.rest)) }));
    return [...group(joined, (p) => p.rest)].map(([rest, list]) => ({
      member: s.or(...list.map((p) => p.member)),
      rest,
    }));
  }

  #propertyAtom(atom: Formula, key: KeyClass): Pair[] {
    const s = this.#store;
    switch (atom.kind) {
      case "every":
        if (!this.#inside(atom.keys!, key)) return [{ member: s.yes, rest: atom }];
        return [{ member: atom.must!, rest: atom.keys!.name === null ? atom : s.yes }];
      case "some": {
        const later = { member: s.yes, rest: atom };
        if (!this.#inside(atom.keys!, key)) return [later];
        const now = { member: atom.must!, rest: s.yes };
        if (atom.must === s.yes || atom.keys!.name !== null) return [now];
        return [now, later];
      }
      case "minKeys":
        return [{ member: s.yes, rest: s.keyCount("minKeys", atom.from - 1) }];
      default:
        return atom.from === 0 ? [] : [{ member: s.yes, rest: s.keyCount("maxKeys", atom.from - 1) }];
    }
  }

  #inside(keys: KeySet, key: KeyClass): boolean {
    if (key.name === null) return key.inside.has(keys);
    return this.#store.holds(keys, key.name);
  }

  #itemAtom(atom: Formula): Pair[] {
    const s = this.#store;
    const always = (rest: Formula): Pair[] => [{ member: s.yes, rest }];
    switch (atom.kind) {
      case "items":
        return [
          { member: atom.from === 0 ? atom.must! : s.yes, rest: s.items(down(atom.from), atom.to - 1, atom.must!) },
        ];
      case "someItem": {
        const later = s.on(s.someItem(down(atom.from), atom.to - 1, atom.must!), ARR);
        if (atom.from > 0) return always(later);
        return [
          { member: atom.must!, rest: s.yes },
          { member: s.yes, rest: later },
        ];
      }
      case "minItems":
        return always(s.itemCount("minItems", atom.from - 1));
      case "maxItems":
        return atom.from === 0 ? [] : always(s.itemCount("maxItems", atom.from - 1));
      case "countMin":
        return [{ member: atom.must!, rest: s.count("countMin", atom.from - 1, atom.must!) }, ...always(atom)];
      case "countMax":
        return [
          { member: s.not(atom.must!), rest: atom },
          ...(atom.from === 0 ? [] : always(s.count("countMax", atom.from - 1, atom.must!))),
        ];
      default:
        return always(atom);
    }
  }
}

const down = (n: number): number => Math.max(0, n - 1);

function group<K, V>(list: V[], keyOf: (v: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const v of list) {
    const key = keyOf(v);
    const same = groups.get(key);
    if (same) same.push(v);
    else groups.set(key, [v]);
  }
  return groups;
}
