/** An open lattice with the words of its records, which are read when they are first needed and keep up with what is put and removed. */
import { AREA_CATEGORY, type Capability, type Constraint, Gazetteer, type Lattice, Lexicon, type Point } from "lattice";
import { type Clock, isRefusal, type Refusal } from "lop";
import type { LatticeSettings, OpenLattice, Words } from "./lattice-port.ts";
import { heard } from "./lattice-refusal.ts";

/** Records read at a time for the words. */
const PAGE = 5000;
/** Another process may change a shared lattice: its words are read again when they are older. */
export const WORDS_LAST_MS = 10 * 60_000;

export function openLattice(lattice: Lattice, settings: LatticeSettings, clock: Clock): OpenLattice {
  let words: Promise<WordBook | Refusal> | null = null;
  let read_ms = 0;
  const current = async (): Promise<WordBook | Refusal> => {
    const stale = lattice.engine === "postgres" && clock.monotonic_ms() - read_ms > WORDS_LAST_MS;
    if (words === null || stale) [words, read_ms] = [readWords(lattice), clock.monotonic_ms()];
    const read = await words;
    if (isRefusal(read)) words = null;
    return read;
  };
  return {
    lattice,
    settings,
    clock,
    words: current,
    put: async (records) => {
      const put = heard(await lattice.put(records));
      if (isRefusal(put)) return put;
      // A replaced record leaves its old words behind; they are read anew.
      const book = await words;
      if (put.replaced > 0 || book === null || isRefusal(book)) words = null;
      else for (const record of records) book.add(record as Capability);
      return { ...put };
    },
    remove: async (ids) => {
      const removed = heard(await lattice.remove(ids));
      if (!isRefusal(removed) && removed.removed > 0) words = null;
      return isRefusal(removed) ? removed : { ...removed };
    },
  };
}

class WordBook implements Words {
  readonly gazetteer = new Gazetteer();
  readonly lexicon = new Lexicon();
  #sum = { lat: 0, lng: 0, count: 0 };
  #areas = false;

  add(record: Capability): void {
    this.#areas ||= record.category === AREA_CATEGORY;
    this.gazetteer.add(record);
    this.lexicon.add(record);
    this.#sum.lat += record.at.lat;
    this.#sum.lng += record.at.lng;
    this.#sum.count++;
  }

  get things(): readonly Constraint[] {
    return this.#areas ? [{ not: { attribute: "category", is: AREA_CATEGORY } }] : [];
  }

  get middle(): Point | null {
    const { lat, lng, count } = this.#sum;
    return count === 0 ? null : { lat: lat / count, lng: lng / count };
  }
}

async function readWords(lattice: Lattice): Promise<WordBook | Refusal> {
  const book = new WordBook();
  for (let after: string | null = null; ; ) {
    const page: readonly Capability[] | Refusal = heard(await lattice.records(after, PAGE));
    if (isRefusal(page)) return page;
    for (const record of page) book.add(record);
    if (page.length < PAGE) return book;
    after = page.at(-1)!.id;
  }
}
