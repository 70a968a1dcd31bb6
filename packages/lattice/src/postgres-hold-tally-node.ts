/** How many holds are open and ended, known well enough without counting them at every call; and what follows when they are too many. */
import { type Fault, isFault } from "./fault.ts";
import { type HoldLimits, holdsFull } from "./hold-book.ts";
import type { Database, Session } from "./postgres-database-node.ts";

/** An old count may be off by what other processes granted since. */
const COUNT_LASTS_MS = 10_000;
/** From this share of the limit on, holds are granted one after another, each against a count of its own. */
const NEARLY = 15 / 16;
/** Ended holds are looked through after this share of what is kept. */
const LOOK_SHARE = 1 / 16;
/** Grants of one lattice wait for each other here, when it is nearly full. */
const FULL_LOCK = 0x41584d;

export class HoldTally {
  readonly #limits: HoldLimits;
  readonly #monotonic_ms: () => number;
  #open = Number.POSITIVE_INFINITY;
  #counted_ms = Number.NEGATIVE_INFINITY;
  /** Since they were looked through. */
  #ended = Number.POSITIVE_INFINITY;

  constructor(limits: HoldLimits, monotonic_ms: () => number) {
    this.#limits = limits;
    this.#monotonic_ms = monotonic_ms;
  }

  granted(): void {
    this.#open++;
  }
  ended(count: number): void {
    this.#ended += count;
  }

  /** Faults: `holds-full`. */
  async checkFull(session: Session): Promise<Fault | null> {
    const { open_holds } = this.#limits;
    if (this.#monotonic_ms() - this.#counted_ms > COUNT_LASTS_MS) await this.#count(session);
    if (this.#open < NEARLY * open_holds) return null;
    await session.rows("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))", [FULL_LOCK]);
    await this.#count(session);
    return this.#open < open_holds ? null : holdsFull(open_holds);
  }

  async #count(session: Session): Promise<void> {
    const [row] = await session.rows<{ n: number }>(
      "SELECT count(*)::int AS n FROM (SELECT FROM hold WHERE ended_at_ms IS NULL LIMIT $1) AS open",
      [this.#limits.open_holds],
    );
    [this.#open, this.#counted_ms] = [row!.n, this.#monotonic_ms()];
  }

  /** The ones that ended first go, when more are kept than may be. */
  async forget(database: Database): Promise<Fault | null> {
    const { ended_holds } = this.#limits;
    if (this.#ended <= Math.floor(LOOK_SHARE * ended_holds)) return null;
    const gone = await database.transaction(async (session) => {
      const [row] = await session.rows<{ n: number }>(
        "SELECT count(*)::int AS n FROM hold WHERE ended_at_ms IS NOT NULL",
      );
      const more = row!.n > ended_holds ? row!.n - 1 - Math.floor(ended_holds / 2) : 0;
      if (more > 0) await session.rows(FORGET, [more]);
      return more;
    });
    if (isFault(gone)) return gone;
    this.#ended = 0;
    return null;
  }
}

const FORGET = `
WITH gone AS (
  SELECT fence FROM hold WHERE ended_at_ms IS NOT NULL ORDER BY ended_at_ms, fence LIMIT $1 FOR UPDATE SKIP LOCKED
), items AS (DELETE FROM hold_item WHERE fence IN (SELECT fence FROM gone))
DELETE FROM hold WHERE fence IN (SELECT fence FROM gone)`;
