/** The ladder of chambers: a request names the weakest rung it accepts, and may be given a stronger one, never a weaker. */
import { type Refusal, RUNGS, type Rung, refuse } from "lop";
import type { Chamber, Language, Probe } from "./chamber.ts";

export interface RungReport {
  rung: Rung;
  languages: readonly Language[];
  ready: boolean;
  /** Why not, and what would mend it; null when ready. */
  why: string | null;
  fix: string | null;
}

export class Ladder {
  readonly #chambers: readonly Chamber[];
  readonly #probes = new Map<Chamber, Probe>();

  constructor(chambers: readonly Chamber[]) {
    this.#chambers = chambers.toSorted((a, b) => RUNGS.indexOf(a.rung) - RUNGS.indexOf(b.rung));
  }

  /** Asks each rung to prove itself. A rung that was never probed, or failed, is off. */
  async probeAll(): Promise<readonly RungReport[]> {
    for (const chamber of this.#chambers) this.#probes.set(chamber, await chamber.probe());
    return this.report();
  }

  report(): readonly RungReport[] {
    return this.#chambers.map((chamber) => {
      const probe = this.#probes.get(chamber) ?? {
        ready: false,
        why: "it was not probed yet",
        fix: "Wait, or restart.",
      };
      const { rung, languages } = chamber;
      if (probe.ready) return { rung, languages, ready: true, why: null, fix: null };
      return { rung, languages, ready: false, why: probe.why, fix: probe.fix };
    });
  }

  /** The weakest ready chamber at or above `minimum` that runs `language`. */
  pick(minimum: Rung | null, language: Language): Chamber | Refusal {
    const floor = minimum === null ? 0 : RUNGS.indexOf(minimum);
    const strong = this.#chambers.filter((one) => RUNGS.indexOf(one.rung) >= floor && one.languages.includes(language));
    const ready = strong.find((one) => this.#probes.get(one)?.ready === true);
    if (ready) return ready;
    const reasons = this.report()
      .filter((one) => strong.some((chamber) => chamber.rung === one.rung))
      .map((one) => `${one.rung}: ${one.why}`);
    const why = reasons.length > 0 ? reasons.join("; ") : "no rung of that strength is built in";
    return refuse("rung-unavailable", `no chamber at or above ${minimum ?? RUNGS[0]} runs ${language} (${why})`);
  }

  async close(): Promise<void> {
    await Promise.all(this.#chambers.map((chamber) => chamber.close()));
  }
}
