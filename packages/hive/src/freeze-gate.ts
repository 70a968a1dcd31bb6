/** The kill switch. Frozen: nothing new is admitted or begun, running work is held or ended, and what it gives is not taken over. */
import { isRefusal, type Refusal, refuse } from "lop";
import type { Frozen } from "./hive-types.ts";
import { type Statements, sentence } from "./statements.ts";

/** Tools that an operator needs while the hive is frozen. */
const ALLOWED_WHILE_FROZEN = new Set(["guard.status", "guard.resume", "guard.freeze", "permit.list", "permit.revoke"]);

/** Who does what the gate says to the work that is under way. */
export interface FrozenWork {
  /**
   * In this very turn nothing of any work but `except` is shown any more. `recorded`: the entry of the freeze is durable; null when
   * nothing may be held. Resolves when what is held stands, on record.
   */
  freeze(except: string | null, recorded: Promise<void> | null): Promise<void>;
  /** What is held never goes on. */
  wipe(why: string): Promise<void>;
  /** What is held goes on. */
  resume(): Promise<void>;
}

const NOBODY: FrozenWork = { freeze: async () => {}, wipe: async () => {}, resume: async () => {} };

export class FreezeGate {
  #frozen: Frozen | null;
  /** True when the ledger can never be written again: only a restart ends that. */
  #poisoned = false;
  #work: FrozenWork = NOBODY;
  /** The last freeze that was asked for: a resume that was under way before it does not undo it. */
  #latest: Frozen | null = null;

  constructor(frozen: Frozen | null) {
    this.#frozen = frozen;
  }

  get frozen(): Frozen | null {
    return this.#frozen;
  }

  govern(work: FrozenWork): void {
    this.#work = work;
  }

  /** null when `tool` may be admitted and begun now. */
  check(tool: string | null): Refusal | null {
    if (this.#frozen === null || (!this.#poisoned && tool !== null && ALLOWED_WHILE_FROZEN.has(tool))) return null;
    return this.#poisoned
      ? refuse("ledger-unwritable", this.#frozen.why)
      : refuse("hive-frozen", `The hive is frozen since ${this.#frozen.since}: ${this.#frozen.why}`);
  }

  /** Shut first, written after: the gate holds even when the ledger does not take the entry. */
  async freeze(statements: Statements, why: string, directive: string | null): Promise<Refusal | null> {
    this.#latest = { why: sentence(why), since: statements.now() };
    this.#frozen ??= this.#latest;
    const recorded = Promise.withResolvers<void>();
    const standing = this.#work.freeze(directive, recorded.promise);
    const written = await statements.write("freeze", directive, { why: sentence(why) }).finally(recorded.resolve);
    await standing;
    return isRefusal(written) ? written : null;
  }

  /** The ledger does not take entries. A full disk can be mended and resumed from; anything else is for good. */
  unwritable(refusal: Refusal, since: string): void {
    const known = this.#frozen !== null && (this.#poisoned || refusal.refused === "disk-full");
    this.#poisoned ||= refusal.refused !== "disk-full";
    if (known) return;
    this.#frozen = { why: refusal.why, since };
    // What is not on record must not lie about half alive.
    void this.#work.freeze(null, null);
  }

  /** What is held goes on once the entry is durable; with `wipe` it is destroyed before anything else. */
  async resume(
    statements: Statements,
    { directive, wipe }: { directive: string | null; wipe: boolean },
  ): Promise<Refusal | null> {
    if (this.#poisoned)
      return refuse("ledger-unwritable", "The ledger could not be written; only a restart ends this.");
    if (this.#frozen === null) return null;
    const before = this.#latest;
    if (wipe) await this.#work.wipe("The operator ended the freeze with a wipe.");
    if (this.#latest !== before) return this.#frozenAgain();
    const written = await statements.write("resume", directive, { wipe });
    if (isRefusal(written)) return written;
    if (this.#latest !== before) return this.#frozenAgain();
    this.#frozen = null;
    await this.#work.resume();
    return null;
  }

  /** The later word counts; in the ledger its entry stands behind that of the resume. */
  #frozenAgain(): Refusal {
    this.#frozen = this.#latest;
    return refuse("hive-frozen", `The hive was frozen again meanwhile: ${this.#latest!.why}`);
  }
}
