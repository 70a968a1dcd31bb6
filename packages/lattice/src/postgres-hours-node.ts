/** Hours of a lattice in PostgreSQL: rules have numbers there; each engine compiles those that it meets, once. */
import type { HoursRule } from "./capability.ts";
import type { Fault } from "./fault.ts";
import type { Point } from "./geodesy.ts";
import type { HoursIndex } from "./hours.ts";
import { HoursDesk, type HoursSettings, type Ruled, type RuleSource } from "./hours-desk.ts";
import type { Session } from "./postgres-database-node.ts";
import type { Window } from "./window.ts";

/** The pattern of nobody's hours: unknown. Rules are numbered from 1. */
const UNKNOWN = 0;

/** A rule as the table has it: `at`, where it goes by the sun, beside its own fields. */
export type StoredRule = HoursRule & { readonly at?: Point };

interface Rule extends Ruled {
  readonly hours: HoursRule;
}

export class HoursBook implements RuleSource {
  readonly #desk: HoursDesk;
  readonly #rules = new Map<number, Rule>();
  nextHandle = 1;

  constructor(settings: HoursSettings) {
    this.#desk = new HoursDesk(settings);
  }

  get index(): HoursIndex {
    return this.#desk.index;
  }
  get horizon(): Window {
    return this.#desk.horizon;
  }
  covers(window: Window | undefined): Fault | null {
    return this.#desk.covers(window);
  }

  slice(from: number, limit: number): { handle: number; capability: Rule }[] {
    const numbers = [...this.#rules.keys()].filter((number) => number >= from).sort((a, b) => a - b);
    return numbers.slice(0, limit).map((handle) => ({ handle, capability: this.#rules.get(handle)! }));
  }

  /** Compiles those of the rules that were not met yet. */
  async meet(session: Session, rules: Iterable<number | null>): Promise<void> {
    const fresh = [...new Set(rules)].filter((number) => number !== null && !this.#rules.has(number));
    if (fresh.length === 0) return;
    const rows = await session.rows<{ rule_number: number; tz: string; rule: string }>(
      "SELECT rule_number, tz, rule FROM hours_rule WHERE rule_number = ANY($1)",
      [fresh],
    );
    for (const { rule_number, tz, rule } of rows) {
      const { at, ...hours } = JSON.parse(rule) as StoredRule;
      const known = { hours, tz, at };
      this.#rules.set(rule_number, known);
      this.nextHandle = Math.max(this.nextHandle, rule_number + 1);
      this.#desk.set(rule_number, known);
    }
  }

  isOpen(rule: number | null, window: Window): "open" | "closed" | "unknown" {
    return this.index.isOpen(rule ?? UNKNOWN, window);
  }

  nextOpen(rule: number | null, from_ms: number): number | null {
    return this.index.nextOpen(rule ?? UNKNOWN, from_ms);
  }

  async openAmong<R extends { readonly rule_number: number | null }>(
    session: Session,
    rows: readonly R[],
    window: Window,
    lenient: boolean,
  ): Promise<readonly R[]> {
    await this.meet(
      session,
      rows.map(({ rule_number }) => rule_number),
    );
    return rows.filter(({ rule_number }) => {
      const state = this.isOpen(rule_number, window);
      return state === "open" || (lenient && state === "unknown");
    });
  }

  roll(breathe: () => Promise<void>): Promise<void> {
    return this.#desk.roll(this, breathe);
  }
}
