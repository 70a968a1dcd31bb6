/**
 * The lattice as the hive holds it: opened when it is first asked for, and with it the words of its records, for phrases of places and
 * things. Whatever is put or removed through the hive goes through here, so that the words keep up with the records.
 */
import type { Constraint, Gazetteer, Lattice, Lexicon, Point, Region } from "lattice";
import { type Clock, isRefusal, type Refusal, refuse } from "lop";

export interface LatticeSettings {
  readonly engine: "embedded" | "postgres" | "none";
  /** Where `me` is. */
  readonly home: Point | null;
  /** IANA time zone in which times are meant. */
  readonly tz: string;
  /** Where public holidays and sun times are taken from; null is the opening hours library's own. */
  readonly region: Region | null;
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
  /** Refusals: those of a store that cannot be asked. */
  words(): Promise<Words | Refusal>;
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
    // Loaded with the first question: a hive that has none to ask pays nothing for it.
    const { openLattice } = await import("./lattice-open.ts");
    return openLattice(lattice, this.#settings, this.#clock);
  }

  async close(): Promise<void> {
    await this.#opened;
    await this.#lattice?.close();
    this.#lattice = null;
    this.#opened = null;
  }
}
