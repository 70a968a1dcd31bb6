/**
 * Whether anything can satisfy a formula: the question behind every allowed byte, for a byte that leads nowhere must
 * not be offered. Recursive schemas take the least answer (a value that would have to be infinite does not exist).
 */
import { ArrayJudge, hasUnique } from "./arrays.ts";
import { Counter, countWords, type Judge } from "./count.ts";
import { ARR, type Formula, type KeySet, NUM, OBJ, STR } from "./formula.ts";
import type { FormulaStore } from "./formula-store.ts";
import type { NumberMachine } from "./numbers.ts";
import { fail } from "./refusal.ts";
import type { Rx } from "./regex.ts";
import { type Flat, indexFlat, indexRules, type Rules } from "./rules.ts";
import type { KeyClass, Splitter } from "./split.ts";

export const SEARCH_LIMIT = 200_000;
const KEY_CELL_LIMIT = 256;
/** null, false and true. */
const WORD_TYPES = 1 | 2 | 4;
const TYPES = [1, 2, 4, STR, NUM, ARR, OBJ];

export class Satisfier implements Judge {
  readonly #store: FormulaStore;
  readonly #numbers: NumberMachine;
  readonly #arrays: ArrayJudge;
  /** Answers and open questions: four numbers a formula, one for each kind of question. */
  readonly #known = new Map<number, boolean>();
  readonly #open = new Map<number, number>();
  readonly #flat = new WeakMap<Formula, Flat | null>();
  readonly #typesOf = new WeakMap<Formula, number>();
  readonly #shared = new Map<string, boolean>();
  #lowest = Number.POSITIVE_INFINITY;
  #steps = 0;
  #limit = SEARCH_LIMIT;

  constructor(store: FormulaStore, numbers: NumberMachine, splitter: Splitter) {
    this.#store = store;
    this.#numbers = numbers;
    this.#arrays = new ArrayJudge(store, this, new Counter(store, this), splitter);
    splitter.possible = (f) => this.value(f);
  }

  /** Fuel is counted from here; called at the start of each compilation and each mask. */
  refuel(): void {
    this.#steps = 0;
  }

  /** Steps since the last refuelling. */
  get spent(): number {
    return this.#steps;
  }

  /** Runs `question` on a smaller allowance of its own. */
  within<T>(steps: number, question: () => T): T {
    const before = this.#steps;
    const limit = this.#limit;
    this.#limit = Math.min(limit, before + steps);
    try {
      return question();
    } finally {
      this.#limit = limit;
    }
  }

  burn(): void {
    if (++this.#steps > this.#limit) {
      fail("too-hard", `Could not decide within ${SEARCH_LIMIT} steps whether the schema can be satisfied.`);
    }
  }

  value(f: Formula): boolean {
    if (f === this.#store.yes) return true;
    if (f === this.#store.no) return false;
    return this.#solve(4 * f.id, () => TYPES.some((bit) => this.typed(f, bit)));
  }

  typed(f: Formula, bit: number): boolean {
    const on = this.#store.on(f, bit);
    if (on === this.#store.yes) return true;
    if (on === this.#store.no) return false;
    if (bit === STR) return this.#store.regex.alive(this.#store.language(f));
    if (bit === NUM) return this.#numbers.start([{ tag: 0, formula: on }]) !== null;
    return bit === ARR ? this.array(on) : this.object(on);
  }

  /** Memo with least fixpoint: "no" found under the assumption that an open question is "no" is kept only for its root. */
  #solve(key: number, compute: () => boolean): boolean {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const open = this.#open.get(key);
    if (open !== undefined) {
      this.#lowest = Math.min(this.#lowest, open);
      return false;
    }
    this.burn();
    const depth = this.#open.size;
    const before = this.#lowest;
    this.#open.set(key, depth);
    this.#lowest = Number.POSITIVE_INFINITY;
    let result: boolean;
    let low: number;
    try {
      result = compute();
      low = this.#lowest;
    } finally {
      this.#open.delete(key);
      this.#lowest = before;
    }
    if (result || low >= depth) this.#known.set(key, result);
    else this.#lowest = Math.min(before, low);
    return result;
  }

  /** `f` speaks about objects only. */
  object(f: Formula): boolean {
    if (f === this.#store.yes) return true;
    if (f === this.#store.no) return false;
    return this.#solve(4 * f.id + 1, () => this.#terms(f, (atoms) => this.#objectTerm(atoms)));
  }

  /** Tries the disjunctive terms of `f`, one conjunction of atoms at a time. */
  #terms(f: Formula, accepts: (atoms: readonly Formula[]) => boolean): boolean {
    const walk = (todo: readonly Formula[], atoms: readonly Formula[]): boolean => {
      this.burn();
      const plain: Formula[] = [...atoms];
      const choices: Formula[] = [];
      for (const part of todo) {
        if (part === this.#store.no) return false;
        if (part.kind === "or") choices.push(part);
        else if (part.kind === "and") for (const p of part.parts) (p.kind === "or" ? choices : plain).push(p);
        else if (part !== this.#store.yes) plain.push(part);
      }
      if (choices.length === 0) return accepts(plain);
      if (plain.length > atoms.length && !accepts(plain)) return false;
      const [first, ...others] = choices.sort((a, b) => a.parts.length - b.parts.length);
      return first!.parts.some((part) => walk([part, ...others], plain));
    };
    return walk([f], []);
  }

  #objectTerm(atoms: readonly Formula[]): boolean {
    const rules = indexRules(atoms);
    const least = Math.max(0, ...atoms.filter((a) => a.kind === "minKeys").map((a) => a.from));
    const most = Math.min(Number.POSITIVE_INFINITY, ...atoms.filter((a) => a.kind === "maxKeys").map((a) => a.from));
    const groups = new Map<string, Group>();
    const open: Formula[] = [];
    for (const need of atoms) {
      if (need.kind !== "some") continue;
      const { name, rx } = need.keys!;
      if (name === null) open.push(need);
      else groups.set(name, { name, rx, must: this.#store.and(groups.get(name)?.must ?? this.#store.yes, need.must!) });
    }
    if (least > most || groups.size > most) return false;
    for (const group of groups.values()) if (!this.#possible(group, rules)) return false;
    return this.#serve(open, [...groups.values()], rules, least, most);
  }

  /** Serves each need by a new member or by one that is needed anyhow, within the number of members allowed. */
  #serve(needs: readonly Formula[], groups: readonly Group[], rules: Rules, least: number, most: number): boolean {
    this.burn();
    const [need, ...others] = needs;
    if (!need) return groups.length >= least || this.#moreKeys(rules, groups, least - groups.length);
    const fresh: Group = { name: null, rx: need.keys!.rx, must: need.must! };
    if (groups.length < most && this.#possible(fresh, rules, groups)) {
      if (this.#serve(others, [...groups, fresh], rules, least, most)) return true;
    }
    return groups.some((group, i) => {
      const both = {
        name: group.name,
        rx: this.#store.regex.and(group.rx, need.keys!.rx),
        must: this.#store.and(group.must, need.must!),
      };
      const rest = groups.filter((_, j) => j !== i);
      return this.#possible(both, rules, rest) && this.#serve(others, [...rest, both], rules, least, most);
    });
  }

  /** Whether some name of the group's language, not taken by another group, can have the value the group needs. */
  #possible(group: Group, rules: Rules, taken: readonly Group[] = []): boolean {
    const s = this.#store;
    if (group.name !== null) {
      return s.regex.alive(group.rx) && this.value(s.and(this.ruleFor(group.name, rules), group.must));
    }
    const names = new Set(taken.map((g) => g.name));
    for (const name of rules.byName.keys()) {
      if (names.has(name) || !s.regex.matches(group.rx, name)) continue;
      if (this.value(s.and(this.ruleFor(name, rules), group.must))) return true;
    }
    const listed = s.regex.words([...rules.byName.keys(), ...taken.flatMap((g) => g.name ?? [])]);
    const rx = s.regex.and(group.rx, s.regex.not(listed));
    return this.cells(rx, rules.open).some((cell) => this.value(s.and(cell.must, group.must)));
  }

  ruleFor(name: string, rules: Rules): Formula {
    const s = this.#store;
    const parts = [...(rules.byName.get(name) ?? [])];
    for (const rule of rules.open) if (s.holds(rule.keys!, name)) parts.push(rule.must!);
    return parts.length === 1 ? parts[0]! : s.and(...parts);
  }

  /**
   * Whether a member of this key can stand in an object of formula `f`, decided by a look at the rules: null when counts,
   * open needs or choices that speak about the key are involved, and so the formula must be split. `f` is satisfiable.
   */
  allowsKey(f: Formula, key: KeyClass): boolean | null {
    const index = this.#flatOf(f);
    if (index === null || this.#inChoices(index, key)) return null;
    const s = this.#store;
    if (key.name !== null) {
      const needs = index.needs.get(key.name)?.filter((must) => must !== s.yes);
      const rule = this.ruleFor(key.name, index.rules);
      return this.value(needs && needs.length > 0 ? s.and(rule, ...needs) : rule);
    }
    const own = index.rules.open.filter((r) => key.inside.has(r.keys!)).map((r) => r.must!);
    return this.value(s.and(...own));
  }

  /**
   * Whether two formulas exclude each other: scalars are compared, objects exclude each other where one of them needs a
   * name with values that both forbid together (a discriminator). Null means "look closer".
   */
  glance(a: Formula, b: Formula): boolean | null {
    const s = this.#store;
    const common = this.#types(a) & this.#types(b);
    if ((common & WORD_TYPES) !== 0) return false;
    if ((common & STR) !== 0 && this.#shareText(s.language(a), s.language(b))) return false;
    if ((common & (NUM | ARR)) !== 0) return null;
    return (common & OBJ) === 0 || this.#discriminated(s.on(a, OBJ), s.on(b, OBJ)) ? true : null;
  }

  /** The types of which a formula may hold. */
  #types(f: Formula): number {
    let types = this.#typesOf.get(f);
    if (types === undefined) {
      types = TYPES.reduce((m, bit) => (this.#store.on(f, bit) === this.#store.no ? m : m | bit), 0);
      this.#typesOf.set(f, types);
    }
    return types;
  }

  #shareText(a: Rx, b: Rx): boolean {
    const key = `${a.id},${b.id}`;
    let share = this.#shared.get(key);
    if (share === undefined) {
      share = this.#store.regex.alive(this.#store.regex.and(a, b));
      this.#shared.set(key, share);
    }
    return share;
  }

  #discriminated(a: Formula, b: Formula): boolean {
    const [left, right] = [this.#flatOf(a), this.#flatOf(b)];
    if (!left || !right) return false;
    for (const name of [...left.needs.keys(), ...right.needs.keys()]) {
      const [mine, theirs] = [left.rules.byName.get(name), right.rules.byName.get(name)];
      if (mine && theirs && !this.value(this.#store.and(...mine, ...theirs))) return true;
    }
    return false;
  }

  #flatOf(f: Formula): Flat | null {
    let index = this.#flat.get(f);
    if (index === undefined) {
      index = indexFlat(f);
      this.#flat.set(f, index);
    }
    return index;
  }

  #inChoices({ choices }: Flat, key: KeyClass): boolean {
    if (key.name === null) return choices.some((keys) => key.inside.has(keys));
    const { name } = key;
    return choices.some((keys) => this.#store.holds(keys, name));
  }

  #moreKeys(rules: Rules, groups: readonly Group[], wanted: number): boolean {
    const s = this.#store;
    const taken = new Set(groups.flatMap((g) => g.name ?? []));
    const listed = [...rules.byName.keys()].filter((name) => !taken.has(name));
    let found = 0;
    for (const name of listed) if (found < wanted && this.value(this.ruleFor(name, rules))) found++;
    if (found >= wanted) return true;
    // Members that serve open needs may have taken any of the names counted here.
    const spare = wanted + groups.filter((g) => g.name === null).length;
    const rest = s.regex.not(s.regex.words([...taken, ...listed]));
    for (const cell of this.cells(rest, rules.open)) {
      if (this.value(cell.must)) found += countWords(s, cell.rx, spare - found);
      if (found >= spare) return true;
    }
    return found >= spare;
  }

  /** The non-empty ways in which names of `rx` can lie inside and outside the rules' key sets, with the joint rule. */
  cells(rx: Rx, rules: readonly Formula[]): { rx: Rx; must: Formula; inside: Set<KeySet> }[] {
    const s = this.#store;
    let cells = [{ rx, inside: new Set<KeySet>() }];
    for (const keys of new Set(rules.map((r) => r.keys!).filter((k) => k.name === null))) {
      cells = cells.flatMap((cell) => [
        { rx: s.regex.and(cell.rx, keys.rx), inside: new Set([...cell.inside, keys]) },
        { rx: s.regex.and(cell.rx, s.regex.not(keys.rx)), inside: cell.inside },
      ]);
      cells = cells.filter((cell) => s.regex.alive(cell.rx));
      if (cells.length > KEY_CELL_LIMIT)
        fail("too-hard", `Patterns for property names overlap in more than ${KEY_CELL_LIMIT} ways.`);
    }
    return cells.map((cell) => ({
      ...cell,
      must: s.and(...rules.filter((r) => cell.inside.has(r.keys!)).map((r) => r.must!)),
    }));
  }

  /** `f` speaks about arrays only. */
  array(f: Formula): boolean {
    if (f === this.#store.yes) return true;
    if (f === this.#store.no) return false;
    return this.#solve(4 * f.id + 2, () =>
      hasUnique(f) ? this.#terms(f, (atoms) => this.#arrayTerm(atoms)) : this.#arrays.plain(f),
    );
  }

  #arrayTerm(atoms: readonly Formula[]): boolean {
    return atoms.some((a) => a.kind === "unique")
      ? this.#arrays.distinct(atoms)
      : this.#arrays.plain(this.#store.and(...atoms));
  }
}

/** Whether the object may close now: rules hold of nothing more, needs are unmet. */
export function objectMayEnd(f: Formula): boolean {
  if (f.kind === "and") return f.parts.every(objectMayEnd);
  if (f.kind === "or") return f.parts.some(objectMayEnd);
  return f.kind === "true" || f.kind === "every" || f.kind === "maxKeys";
}

/** A member that must come: its name, or the language its name must lie in. */
interface Group {
  readonly name: string | null;
  readonly rx: Rx;
  readonly must: Formula;
}
