/**
 * The lattice as the hive holds it: opened when it is first asked for, and with it the words of its records, for phrases of places and
 * things. Whatever is put or removed through the hive goes through here, so that the words keep up with the records.
 */
import type { Lattice } from "lattice";
import { type Clock, isRefusal, type Refusal, refuse } from "lop";
import type { LatticePort, LatticeSettings, LatticeStatus, OpenLattice } from "./lattice-port.ts";

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
