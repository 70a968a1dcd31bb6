/** The kill switch. Frozen: nothing new is admitted or begun, running work is ended, and what it gave is not taken over. */
import { isRefusal, type Refusal, refuse } from "lop";
import type { Frozen } from "./hive-types.ts";
import { type Statements, sentence } from "./statements.ts";

/** Tools that an operator needs while the hive is frozen. */
const ALLOWED_WHILE_FROZEN = new Set(["guard.status", "guard.resume", "guard.freeze", "permit.list", "permit.revoke"]);

export class FreezeGate {
  #frozen: Frozen | null;
  /** True when the ledger can never be written again: only a restart ends that. */
  #poisoned = false;
  #onFreeze: (exceptDirective: string | null) => void = () => {};
  #onResume: () => void = () => {};

  constructor(frozen: Frozen | null) {
    this.#frozen = frozen;
  }

  get frozen(): Frozen | null {
    return this.#frozen;
  }

  /** What ends running work; called at each freeze before anything is written. */
  onFreeze(end: (exceptDirective: string | null) => void): void {
    this.#onFreeze = end;
  }

  /** What may go on again; called after a resume is on record. */
  onResume(go: () => void): void {
    this.#onResume = go;
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
    const since = statements.now();
    this.#frozen ??= { why: sentence(why), since };
    this.#onFreeze(directive);
    const written = await statements.write("freeze", directive, { why: sentence(why) });
    return isRefusal(written) ? written : null;
  }

  /** The ledger does not take entries. A full disk can be mended and resumed from; anything else is for good. */
  unwritable(refusal: Refusal, since: string): void {
    const known = this.#frozen !== null && (this.#poisoned || refusal.refused === "disk-full");
    this.#poisoned ||= refusal.refused !== "disk-full";
    if (known) return;
    this.#frozen = { why: refusal.why, since };
    this.#onFreeze(null);
  }

  async resume(statements: Statements, directive: string | null): Promise<Refusal | null> {
    if (this.#poisoned)
      return refuse("ledger-unwritable", "The ledger could not be written; only a restart ends this.");
    if (this.#frozen === null) return null;
    const written = await statements.write("resume", directive, {});
    if (isRefusal(written)) return written;
    this.#frozen = null;
    this.#onResume();
    return null;
  }
}
