/** All runs in chambers, and among them those that a freeze holds: at most so many, each for at most so long. */
import type { Session } from "forge";
import type { Rung } from "lop";
import type { HeldView } from "./hive-types.ts";
import { type HoldTurn, type HoldWorld, LiveRun } from "./live-run.ts";

export interface HeldRunsWorld extends Omit<HoldWorld, "changed"> {
  /** How many are held at once. */
  readonly held_runs: number;
}

export class HeldRuns {
  readonly #world: HoldWorld;
  readonly #most: number;
  /** In the order in which they began. */
  readonly #live = new Set<LiveRun>();
  #changed: (directive: string, turn: HoldTurn, held: HeldView | null) => void = () => {};

  constructor(world: HeldRunsWorld) {
    this.#most = world.held_runs;
    this.#world = { ...world, changed: (run, turn) => this.#changed(run.directive, turn, run.held) };
  }

  /** Who is told of each turn of a run. */
  onChange(told: (directive: string, turn: HoldTurn, held: HeldView | null) => void): void {
    this.#changed = told;
  }

  begin(run: { directive: string; rung: Rung; session: Session }): LiveRun {
    const live = new LiveRun(this.#world, run);
    this.#live.add(live);
    return live;
  }

  async end(run: LiveRun): Promise<void> {
    this.#live.delete(run);
    await run.settled();
  }

  has(directive: string): boolean {
    return this.list().some((held) => held.directive === directive);
  }

  list(): HeldView[] {
    return [...this.#live].flatMap((run) => run.held ?? []);
  }

  /** Shuts the gates of all that can be held, in this very turn. Resolves when they stand, on record. */
  async freeze(recorded: Promise<unknown>): Promise<void> {
    const able = [...this.#live].filter((run) => run.session.holds === true);
    const held = able.filter((run) => run.held !== null);
    const more = able.filter((run) => run.held === null).slice(0, Math.max(0, this.#most - held.length));
    await Promise.all([...held, ...more].map((run) => run.freeze(recorded)));
  }

  async resume(): Promise<void> {
    await Promise.all(this.#standing().map((run) => run.resume()));
  }

  async wipe(why: string): Promise<void> {
    await Promise.all(this.#standing().map((run) => run.wipe(why)));
  }

  #standing(): LiveRun[] {
    return [...this.#live].filter((run) => run.held !== null);
  }
}
