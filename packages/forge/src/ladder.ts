/** The ladder of chambers: a request names the weakest rung it accepts, and may be given a stronger one, never a weaker. */
import { type Refusal, RUNGS, type Rung, refuse } from "lop";
import type { Chamber, Language, Probe, ProbeDepth } from "./chamber.ts";

export interface RungReport {
  rung: Rung;
  languages: readonly Language[];
  ready: boolean;
  /** Why not, and what would mend it; null when ready. */
  why: string | null;
  fix: string | null;
}

/** Why a rung is not ready that will say so itself in a moment. */
export const BEING_PROBED = "it is being probed";

export class Ladder {
  readonly #chambers: readonly Chamber[];
  readonly #probes = new Map<Chamber, Probe>();
  readonly #running = new Map<Chamber, Promise<Probe>>();

  constructor(chambers: readonly Chamber[]) {
    this.#chambers = chambers.toSorted((a, b) => RUNGS.indexOf(a.rung) - RUNGS.indexOf(b.rung));
  }

  /** Asks each rung to run a program to its end, all at once. A rung that failed is off until the next time. */
  async probeAll(): Promise<readonly RungReport[]> {
    await Promise.all(this.#chambers.map((chamber) => this.#probe(chamber, "run")));
    return this.report();
  }

  report(): readonly RungReport[] {
    return this.#chambers.map((chamber) => {
      const probe = this.#probes.get(chamber) ?? {
        ready: false,
        why: this.#running.has(chamber) ? BEING_PROBED : "it was not probed yet",
        fix: "It is probed when a directive first needs it; `axiom doctor` probes it now.",
      };
      const { rung, languages } = chamber;
      if (probe.ready) return { rung, languages, ready: true, why: null, fix: null };
      return { rung, languages, ready: false, why: probe.why, fix: probe.fix };
    });
  }

  /**
   * The weakest ready chamber at or above `minimum` that runs `language`. A candidate that was never probed has to boot
   * first, and what it booted is there for the run; rungs that nobody asks for are never started.
   */
  async pick(minimum: Rung | null, language: Language): Promise<Chamber | Refusal> {
    const floor = minimum === null ? 0 : RUNGS.indexOf(minimum);
    const strong = this.#chambers.filter((one) => RUNGS.indexOf(one.rung) >= floor && one.languages.includes(language));
    for (const chamber of strong) {
      const probe = this.#probes.get(chamber) ?? (await this.#probe(chamber, "boot"));
      if (probe.ready) return chamber;
    }
    const reasons = this.report()
      .filter((one) => strong.some((chamber) => chamber.rung === one.rung))
      .map((one) => `${one.rung}: ${one.why}`);
    const why = reasons.length > 0 ? reasons.join("; ") : "no rung of that strength is built in";
    return refuse("rung-unavailable", `no chamber at or above ${minimum ?? RUNGS[0]} runs ${language} (${why})`);
  }

  /** One probe of a rung at a time; who asks meanwhile waits for the same answer. */
  #probe(chamber: Chamber, depth: ProbeDepth): Promise<Probe> {
    const running = this.#running.get(chamber);
    if (running) return running;
    const fresh = chamber
      .probe(depth)
      .catch((fault: Error): Probe => ({ ready: false, why: fault.message, fix: "Run `axiom doctor`." }))
      .then((probe) => {
        this.#probes.set(chamber, probe);
        this.#running.delete(chamber);
        return probe;
      });
    this.#running.set(chamber, fresh);
    return fresh;
  }

  async close(): Promise<void> {
    await Promise.all(this.#chambers.map((chamber) => chamber.close()));
  }
}
