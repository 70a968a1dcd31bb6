/** The lattice as tools and doors see it. */
import type { Constraint, Gazetteer, Lattice, Lexicon, Point, Region } from "lattice";
import type { Clock, Refusal } from "lop";

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
