/**
 * What a phrase asks for, in the words of the lattice itself: "quiet coffee shops" → category `cafe`, attribute `quiet`. It knows the
 * categories, attributes, values and names that its records have, and what people call them; what it does not know it refuses, with
 * the nearest that it does.
 */
import type { AttributeValue, Capability } from "./capability.ts";
import type { Constraint } from "./constraint.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { CHOICES, MAX_NAMES, MAX_NAMESAKES } from "./gazetteer.ts";
import { AREA_CATEGORY } from "./osm-tags.ts";
import { fold, nearestWords, singularAll, slips, slipsFor } from "./spelling.ts";
import { ATTRIBUTE_GROUPS, DENIALS, FILLERS, KIND_GROUPS, LEADS, OPPOSITES, UNITS } from "./synonyms.ts";

/** Words of attributes that are kept. */
export const MAX_VALUES = 100_000;

/** What to look for: a condition, and for things that were called by name their ids. */
export interface Wanted {
  readonly where: Constraint;
  readonly ids: readonly string[] | null;
}

interface Known {
  readonly key: string;
  boolean: boolean;
  number: boolean;
}

const keyOf = (text: string): string => singularAll(fold(text));

/** Every word of the groups, with the groups that it stands in. */
function indexOf(groups: readonly (readonly string[])[]): ReadonlyMap<string, readonly string[][]> {
  const index = new Map<string, string[][]>();
  for (const group of groups.map((words) => words.map(keyOf)))
    for (const word of group) index.set(word, [...(index.get(word) ?? []), group]);
  return index;
}
const KINDS = indexOf(KIND_GROUPS);
const ATTRIBUTES = indexOf(ATTRIBUTE_GROUPS);
const ALIKE_KINDS = new Set(KINDS.keys());

export class Lexicon {
  readonly #categories = new Map<string, Set<string>>();
  readonly #attributes = new Map<string, Known>();
  /** Folded word → attribute → the words as records have them. */
  readonly #values = new Map<string, Map<string, Set<string>>>();
  readonly #names = new Map<string, string[]>();

  add({ id, name, category, attributes }: Capability): void {
    if (category === AREA_CATEGORY) return;
    if (category !== null) put(this.#categories, keyOf(category), category);
    for (const [key, value] of Object.entries(attributes)) this.#addAttribute(key, value);
    const folded = fold(name);
    const namesakes = this.#names.get(folded);
    if (folded === "" || (namesakes?.length ?? 0) >= MAX_NAMESAKES) return;
    if (namesakes !== undefined) {
      if (!namesakes.includes(id)) namesakes.push(id);
    } else if (this.#names.size < MAX_NAMES) this.#names.set(folded, [id]);
  }

  #addAttribute(key: string, value: AttributeValue): void {
    const folded = keyOf(key);
    const known = this.#attributes.get(folded) ?? { key, boolean: false, number: false };
    this.#attributes.set(folded, known);
    if (typeof value === "boolean") known.boolean = true;
    else if (typeof value === "number") known.number = true;
    else for (const word of typeof value === "string" ? [value] : value) this.#addValue(key, word);
  }

  #addValue(key: string, word: string): void {
    const folded = keyOf(word);
    let attributes = this.#values.get(folded);
    if (attributes === undefined) {
      if (folded === "" || this.#values.size >= MAX_VALUES) return;
      attributes = new Map();
      this.#values.set(folded, attributes);
    }
    put(attributes, key, word);
  }

  /** What `what` asks for. Faults: `what-unknown`, `attribute-unknown`. */
  wanted(phrase: string): Wanted | Fault {
    const [thing, ...extra] = phrase.split(/\s+(?:with|having|that has|which has)\s+/i);
    const words = keyOf(thing!)
      .replace(/^(?:an?y?|the|some|my) /, "")
      .split(" ");
    const found =
      this.#kind(words, words.length) ??
      this.#named(fold(thing!)) ??
      this.#kind(words) ??
      this.#kindAlike(words) ??
      this.#byValue(words.join(" "));
    if (found === null) return this.#unknownKind(phrase);
    if (isFault(found)) return found;
    const more = this.requirements(extra.flatMap((each) => each.split(/\s+and\s+|,\s*/i)));
    return isFault(more) ? more : { where: { all: [found.where, ...more] }, ids: found.ids };
  }

  /** The longest end of the phrase that names a kind, of `least` words or more; what stands before it is required of it. */
  #kind(words: readonly string[], least = 1): Wanted | Fault | null {
    for (let i = 0; i + least <= words.length; i++) {
      const categories = this.#categoriesOf(words.slice(i).join(" "));
      if (categories.length === 0) continue;
      const before = this.#before(words.slice(0, i));
      if (isFault(before)) return before;
      return { where: { all: [{ attribute: "category", is: categories }, ...before] }, ids: null };
    }
    return null;
  }

  /** "quiet vegan" is two requirements, "wheelchair accessible" is one. */
  #before(words: readonly string[]): readonly Constraint[] | Fault {
    if (words.length === 0) return [];
    const whole = this.requirement(words.join(" "));
    if (!isFault(whole) || words.length === 1) return isFault(whole) ? whole : [whole];
    return this.requirements(words);
  }

  #categoriesOf(text: string): string[] {
    const own = this.#categories.get(text) ?? [];
    const said = (KINDS.get(text) ?? []).flatMap((group) =>
      group.flatMap((word) => [...(this.#categories.get(word) ?? [])]),
    );
    return [...new Set([...own, ...said])];
  }

  #kindAlike(words: readonly string[]): Wanted | Fault | null {
    for (let i = 0; i < words.length; i++) {
      const text = words.slice(i).join(" ");
      const known = new Set(
        [...this.#categories.keys(), ...ALIKE_KINDS].filter((word) => this.#categoriesOf(word).length > 0),
      );
      const meant = alike(text, known);
      if (meant !== null) return this.#kind([...words.slice(0, i), ...meant.split(" ")]);
    }
    return null;
  }

  #named(folded: string): Wanted | null {
    const ids = this.#idsOf(folded);
    return ids.length === 0 ? null : { where: { all: [] }, ids };
  }

  #idsOf(folded: string): readonly string[] {
    const name = folded.replace(/^(?:the|my|our) /, "");
    return this.#names.get(folded) ?? this.#names.get(name) ?? [];
  }

  /** "thai", "Starbucks": a word that records have for some attribute. */
  #byValue(text: string): Wanted | null {
    const where = this.#valueOf(text, false);
    return where === null ? null : { where, ids: null };
  }

  #unknownKind(phrase: string): Fault {
    if (this.#categories.size === 0)
      return fault("what-unknown", `Nothing is known of "${phrase}": the lattice is empty.`);
    const near = nearestWords(keyOf(phrase), this.#categories.keys(), CHOICES);
    return fault("what-unknown", `No capability here is a "${phrase}"; the nearest kinds are ${near.join(", ")}.`);
  }

  requirements(phrases: readonly string[]): readonly Constraint[] | Fault {
    const all: Constraint[] = [];
    for (const phrase of phrases) {
      const one = this.requirement(phrase);
      if (isFault(one)) return one;
      all.push(one);
    }
    return all;
  }

  /** What one phrase of `require` asks of a capability. Faults: `attribute-unknown` with the nearest attributes. */
  requirement(phrase: string): Constraint | Fault {
    const figure = this.#figure(phrase);
    if (figure !== null) return figure;
    const { text, denied } = plain(phrase);
    if (text === "" || text === "open" || text === "open now") return { all: [] };
    const opposite = OPPOSITES[text];
    const found =
      (opposite === undefined ? null : this.#attribute(opposite, !denied)) ??
      this.#saidOf(text, denied) ??
      this.#saidOf(text.replace(FILLERS, ""), denied) ??
      this.#alikeOf(text.replace(FILLERS, ""), denied);
    return found ?? this.#unknownAttribute(phrase, text);
  }

  #saidOf(text: string, denied: boolean): Constraint | null {
    return this.#attribute(text, denied) ?? this.#valueOf(text, denied);
  }

  #knownAs(text: string): Known | undefined {
    const own = this.#attributes.get(text);
    if (own !== undefined) return own;
    const words = (ATTRIBUTES.get(text) ?? []).flat();
    return words.map((word) => this.#attributes.get(word)).find((known) => known !== undefined);
  }

  #attribute(text: string, denied: boolean): Constraint | null {
    const known = this.#knownAs(text);
    if (known === undefined) return null;
    if (known.boolean) return { attribute: known.key, is: !denied };
    return { attribute: known.key, known: !denied };
  }

  #valueOf(text: string, denied: boolean): Constraint | null {
    const attributes = this.#values.get(text);
    if (attributes === undefined) return null;
    const any = [...attributes].map(([attribute, words]): Constraint => ({ attribute, is: [...words] }));
    const one = any.length === 1 ? any[0]! : { any };
    return denied ? { not: one } : one;
  }

  #alikeOf(text: string, denied: boolean): Constraint | null {
    const sayable = [...ATTRIBUTES.keys()].filter((word) => this.#knownAs(word) !== undefined);
    const key = alike(text, new Set([...this.#attributes.keys(), ...sayable]));
    if (key !== null) return this.#attribute(key, denied);
    const value = alike(text, this.#values.keys());
    return value === null ? null : this.#valueOf(value, denied);
  }

  /** "80GB", "at least 22 kW", "4 stars": a number that must be reached. */
  #figure(phrase: string): Constraint | null {
    const said =
      /^(?:at least|over|more than|min\.?|minimum)?\s*(\d+(?:\.\d+)?)\s*\+?\s*([\p{L}][\p{L}\d ]*)\+?$/iu.exec(
        phrase.trim(),
      );
    if (said === null) return null;
    const unit = keyOf(said[2]!);
    const [first, ...rest] = unit.split(" ");
    const [ending] = Object.entries(UNITS).find(([, words]) => words.includes(unit) || words.includes(first!)) ?? [
      unit,
    ];
    const fits = [...this.#attributes.values()].filter(({ key, number }) => number && endsIn(key, ending));
    const meant =
      rest.length === 0 ? fits[0] : (fits.find(({ key }) => rest.every((word) => key.includes(word))) ?? fits[0]);
    return meant === undefined ? null : { attribute: meant.key, atLeast: Number(said[1]) };
  }

  #unknownAttribute(phrase: string, text: string): Fault {
    const near = nearestWords(text, this.#attributes.keys(), CHOICES).map((key) => this.#attributes.get(key)!.key);
    const hint = near.length === 0 ? "none has any attribute" : `the nearest attributes are ${near.join(", ")}`;
    return fault("attribute-unknown", `No capability says whether it has "${phrase}"; ${hint}.`);
  }

  /** Whose name this is: one id. Faults: `capability-unknown` with the nearest names, `capability-ambiguous` with the ids. */
  idOf(phrase: string): string | Fault {
    const folded = fold(phrase);
    const ids = this.#idsOf(folded);
    if (ids.length === 1) return ids[0]!;
    if (ids.length > 1)
      return fault(
        "capability-ambiguous",
        `${ids.length} capabilities are called "${phrase}": ${ids.slice(0, CHOICES).join(", ")}.`,
      );
    const meant = alike(folded.replace(/^(?:the|my|our) /, ""), this.#names.keys());
    if (meant !== null && this.#names.get(meant)!.length === 1) return this.#names.get(meant)![0]!;
    const near = nearestWords(folded, this.#names.keys(), CHOICES);
    const hint = near.length === 0 ? "" : `; the nearest names are ${near.join(", ")}`;
    return fault("capability-unknown", `No capability has the id or name "${phrase}"${hint}.`);
  }
}

function put<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}

const endsIn = (key: string, ending: string): boolean => key === ending || key.endsWith(`_${ending}`);

function plain(phrase: string): { readonly text: string; readonly denied: boolean } {
  let text = keyOf(phrase);
  for (let shorter = text.replace(LEADS, ""); shorter !== text; shorter = text.replace(LEADS, "")) text = shorter;
  // "smoke free" and "non smoking" have a meaning of their own before "non" is taken for a denial.
  if (OPPOSITES[text] !== undefined) return { text, denied: false };
  const affirmed = text.replace(DENIALS, "");
  return { text: affirmed, denied: affirmed !== text };
}

/** The one known word that is a slip or two away; null when there is none, or several are as near. */
function alike(text: string, known: Iterable<string>): string | null {
  let least = slipsFor(text.length);
  let best: string[] = [];
  for (const word of known) {
    const far = least === 0 ? 1 : slips(text, word, least);
    if (far > least) continue;
    best = far < least ? [word] : [...best, word];
    least = far;
  }
  return best.length === 1 ? best[0]! : null;
}
