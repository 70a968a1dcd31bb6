/**
 * Which of a list of names is being read. A label narrows with every character; what is left of a list is the same
 * label wherever it comes from, so the places inside a key do not multiply with the sets of keys that were seen.
 */

/** A sorted part of a list of names, one object for one content. */
interface Names {
  readonly id: number;
  readonly words: readonly (readonly number[])[];
  readonly texts: readonly string[];
}

export interface Label {
  readonly id: number;
  readonly names: Names;
  /** One character a name: "1" where the name may stand now. */
  readonly good: string;
  /** Code points read so far: all names have these in common. */
  readonly depth: number;
}

export class LabelStore {
  readonly #sorted = new WeakMap<readonly string[], Names>();
  readonly #names = new Map<string, Names>();
  readonly #labels = new Map<string, Label>();

  /** Before the first character; null when there are no names. */
  start(names: readonly string[], good: ReadonlySet<string>): Label | null {
    if (names.length === 0) return null;
    let sorted = this.#sorted.get(names);
    if (!sorted) {
      const entries = names.map((text) => ({ text, word: Array.from(text, (c) => c.codePointAt(0)!) }));
      entries.sort((a, b) => compare(a.word, b.word));
      sorted = this.#part(
        entries.map((e) => e.word),
        entries.map((e) => e.text),
      );
      this.#sorted.set(names, sorted);
    }
    return this.#label(sorted, sorted.texts.map((text) => (good.has(text) ? "1" : "0")).join(""), 0);
  }

  /** After one more character; null when no name goes on with it. */
  advance(label: Label, c: number): Label | null {
    const { names, good, depth } = label;
    const { words, texts } = names;
    let lo = 0;
    while (lo < words.length && (words[lo]![depth] ?? -1) < c) lo++;
    let hi = lo;
    while (hi < words.length && words[hi]![depth] === c) hi++;
    if (lo === hi) return null;
    if (hi - lo === words.length) return this.#label(names, good, depth + 1);
    return this.#label(this.#part(words.slice(lo, hi), texts.slice(lo, hi)), good.slice(lo, hi), depth + 1);
  }

  #part(words: Names["words"], texts: Names["texts"]): Names {
    const key = texts.map((text) => `${text.length}:${text}`).join("");
    let names = this.#names.get(key);
    if (!names) {
      names = { id: this.#names.size, words, texts };
      this.#names.set(key, names);
    }
    return names;
  }

  #label(names: Names, good: string, depth: number): Label {
    const key = `${names.id}.${depth}.${good}`;
    let label = this.#labels.get(key);
    if (!label) {
      label = { id: this.#labels.size, names, good, depth };
      this.#labels.set(key, label);
    }
    return label;
  }
}

/** The name that was read in full, if it is one of the label's; names are sorted, so it stands first. */
export function readName(label: Label | null): string | null {
  return label && label.names.words[0]!.length === label.depth ? label.names.texts[0]! : null;
}

/** Whether the name that was read in full may stand now. */
export const isGood = (label: Label): boolean => label.good.charCodeAt(0) === 0x31;
export const hasGood = (label: Label | null): boolean => label?.good.includes("1") ?? false;

/** The characters with which names of the label go on. */
export function nextChars(label: Label): Set<number> {
  const chars = new Set<number>();
  for (const word of label.names.words) if (word.length > label.depth) chars.add(word[label.depth]!);
  return chars;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
