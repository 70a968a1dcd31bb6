/**
 * The lattice as the hive holds it: opened when it is first asked for, and with it the words of its records, for phrases of places and
 * things. Whatever is put or removed through the hive goes through here, so that the words keep up with the records.
 */
import { AREA_CATEGORY, type Capability, type Constraint, Gazetteer, type Lattice, Lexicon, type Point } from "lattice";
import { type Clock, isRefusal, type Refusal, refuse } from "lop";
import { heard } from "./lattice-refusal.ts";

/** Records read at a time for the words. */
const PAGE = 5000;
/** Another process may change a shared lattice: its words are read again when they are older. */
export const WORDS_LAST_MS = 10 * 60_000;

export interface LatticeSettings {
  readonly engine: "embedded" | "postgres" | "none";
  /** Where `me` is. */
  readonly home: Point | null;
  /** IANA time zone in which times are meant. */
  readonly tz: string;
  readonly horizon_days: number;
}

export interface LatticeStatus {
  readonly engine: LatticeSettings["engine"];
  /** Whether it is open, or can be tried. */
  readonly ready: boolean;
  readonly why: string | null;
}

/** Names and words of all records. */
export interface Words {
  readonly gazetteer: Gazetteer;
  readonly lexicon: Lexicon;
  /** Middle of all records; null while there are none. */
  readonly middle: Point | null;
  /** Leaves out quarters, streets and towns: they are in the lattice for their names, and nobody looks for them. */
  readonly things: readonly Constraint[];
}

/** A lattice that is open, with what belongs to it. */
export interface OpenLattice {
  readonly lattice: Lattice;
  readonly settings: LatticeSettings;
  readonly clock: Clock;
  words(): Promise<Words>;
  put(records: readonly unknown[]): Promise<{ added: number; replaced: number } | Refusal>;
  remove(ids: readonly string[]): Promise<{ removed: number } | Refusal>;
}

/** The lattice, for tools and doors. */
export interface LatticePort {
  /** Refusals: `lattice-none`, `lattice-unopened`. */
  open(): Promise<OpenLattice | Refusal>;
  /** What is known without opening anything. */
  status(): LatticeStatus;
  close(): Promise<void>;
}

export class LatticeDesk implements LatticePort {
  readonly #settings: LatticeSettings;
  readonly #clock: Clock;
  readonly #opener: () => Promise<Lattice | Refusal>;
  #opened: Promise<OpenLattice | Refusal> | null = null;
  #lattice: Lattice | null = null;
  #failed: string | null = null;

  constructor(settings: LatticeSettings, clock: Clock, opener: () => Promise<Lattice | Refusal>) {
    this.#settings = settings;
    this.#clock = clock;
    this.#opener = opener;
  }

  status(): LatticeStatus {
    const { engine } = this.#settings;
    if (engine === "none") return { engine, ready: false, why: "The engine is none." };
    return { engine, ready: this.#failed === null, why: this.#failed };
  }

  /** What failed once is tried again at the next call: a server may have come up. */
  open(): Promise<OpenLattice | Refusal> {
    if (this.#settings.engine === "none")
      return Promise.resolve(refuse("lattice-none", "This hive has no lattice: `lattice.engine` is none."));
    this.#opened ??= this.#begin();
    return this.#opened;
  }

  async #begin(): Promise<OpenLattice | Refusal> {
    const lattice = await this.#opener();
    this.#failed = isRefusal(lattice) ? lattice.why : null;
    if (isRefusal(lattice)) {
      this.#opened = null;
      return lattice;
    }
    this.#lattice = lattice;
    return openLattice(lattice, this.#settings, this.#clock);
  }

  async close(): Promise<void> {
    await this.#opened;
    await this.#lattice?.close();
    this.#lattice = null;
    this.#opened = null;
  }
}

/** A lattice with its words, which are read when they are first needed. */
export function openLattice(lattice: Lattice, settings: LatticeSettings, clock: Clock): OpenLattice {
  let words: Promise<WordBook> | null = null;
  let read_ms = 0;
  const current = (): Promise<WordBook> => {
    const stale = lattice.engine === "postgres" && clock.monotonic_ms() - read_ms > WORDS_LAST_MS;
    if (words === null || stale) [words, read_ms] = [readWords(lattice), clock.monotonic_ms()];
    return words;
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
      if (put.replaced > 0) words = null;
      else if (words !== null) for (const record of records) (await words).add(record as Capability);
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

async function readWords(lattice: Lattice): Promise<WordBook> {
  const book = new WordBook();
  for (let after: string | null = null; ; ) {
    const page: readonly Capability[] = await lattice.records(after, PAGE);
    for (const record of page) book.add(record);
    if (page.length < PAGE) return book;
    after = page.at(-1)!.id;
  }
}
