/**
 * One run in a chamber, as the kill switch sees it. Its gate shuts in the turn of the call; what is then done with the chamber
 * (freeze, snapshot, resume, wipe) is done one after the other, and the gate opens only when the last wish was to go on.
 */
import type { ExitEvent, Session } from "forge";
import { type Clock, type Crypto, isRefusal, type JsonObject, type Refusal, type Rung, type Status, toHex } from "lop";
import type { HeldView } from "./hive-types.ts";
import type { SnapshotShelf } from "./snapshot-shelf.ts";
import { instant, type Statements, sentence } from "./statements.ts";

/** `shut`: nothing of it is shown any more. `held`: it stands, on record. `thawed`: it goes on. `wiped`: it never does. */
export type HoldTurn = "shut" | "held" | "thawed" | "wiped";

export interface HoldWorld {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly statements: Statements;
  readonly shelf: SnapshotShelf;
  /** How long a run may be held. */
  readonly held_ms: number;
  /** Where faults of our own are reported. */
  fault(where: string, error: unknown): void;
  changed(run: LiveRun, turn: HoldTurn): void;
}

interface Fate {
  readonly status: Status;
  readonly why: string;
}
type Snapshot = Pick<HeldView, "snapshot" | "snapshot_bytes">;
const NO_SNAPSHOT: Snapshot = { snapshot: null, snapshot_bytes: 0 };
/** Answers of a chamber in which nothing is left that could go on. */
const NOTHING_TO_HOLD: ReadonlySet<string> = new Set(["chamber-ended", "chamber-not-frozen"]);

export class LiveRun {
  readonly directive: string;
  readonly rung: Rung;
  readonly session: Session;
  readonly #world: HoldWorld;
  /** Shut while it is not null. */
  #gate: PromiseWithResolvers<void> | null = null;
  #wish: "go" | "stand" = "go";
  #stands = false;
  /** Set: nothing that the program gave is taken any more, and this is how it ended. */
  #fate: Fate | null = null;
  #held: HeldView | null = null;
  #limit = new AbortController();
  #queue: Promise<void> = Promise.resolve();
  #shut_ms = 0;
  #times = 0;
  #held_ms = 0;

  constructor(world: HoldWorld, o: { directive: string; rung: Rung; session: Session }) {
    this.#world = world;
    this.directive = o.directive;
    this.rung = o.rung;
    this.session = o.session;
  }

  /** Null while it is not held. */
  get held(): HeldView | null {
    return this.#held;
  }

  /** Freezes, and the time spent in them; null when there was none. */
  get freezes(): { times: number; held_ms: number } | null {
    return this.#times === 0 ? null : { times: this.#times, held_ms: Math.round(this.#held_ms) };
  }

  /** Waits while the gate is shut. @returns false for what must not be taken over. */
  async passes(): Promise<boolean> {
    while (this.#gate !== null) await this.#gate.promise;
    return this.#fate === null;
  }

  /** The end as it is told: what the kill switch made of a run stands over what its program said last. */
  told(exit: ExitEvent): ExitEvent {
    return this.#fate === null ? exit : { ...exit, ...this.#fate, exit_code: null };
  }

  /** @param recorded the entry of the freeze is durable; that of this run comes after it. Resolves when the run stands, on record. */
  freeze(recorded: Promise<unknown>): Promise<void> {
    if (this.#fate !== null) return this.#queue;
    this.#wish = "stand";
    this.#shut();
    return this.#queued(async () => {
      if (this.#fate === null && this.#wish === "stand" && !this.#stands) await this.#stand(recorded);
    });
  }

  /** Goes on, unless it was frozen again or wiped before its turn came. */
  resume(): Promise<void> {
    this.#wish = "go";
    return this.#queued(async () => {
      if (this.#fate === null && this.#stands) await this.#go();
      // A freeze or a wipe that came meanwhile stands behind us in the queue.
      if (this.#wish === "go" && this.#fate === null) this.#open();
    });
  }

  /** Of a held run: machine, key and snapshot are destroyed, and nothing that it gave since its freeze is ever taken. */
  wipe(why: string): Promise<void> {
    const fate: Fate = { status: "killed", why };
    this.#fate ??= fate;
    // Whoever asks second waits for the first.
    return this.#queued(async () => {
      if (this.#gate !== null) await this.#destroy(fate);
    });
  }

  /** From outside: a cancel, a stop of the hive, or a freeze that cannot hold it. */
  async stop({ refused, why }: Refusal): Promise<void> {
    if (this.#gate !== null) return this.wipe(why);
    const frozen = refused === "hive-frozen";
    this.#fate ??= frozen ? { status: "frozen", why: `The hive was frozen: ${why}` } : { status: "killed", why };
    if (!frozen) return this.session.kill(why);
    const left = await this.session.freeze();
    if (left === null) await this.session.resume({ wipe: true });
    else await this.session.kill(why);
  }

  /** Waits until nothing is under way with the chamber any more. */
  settled(): Promise<void> {
    return this.#queue;
  }

  #shut(): void {
    if (this.#gate !== null) return;
    const { clock, statements, held_ms } = this.#world;
    this.#gate = Promise.withResolvers();
    this.#shut_ms = clock.monotonic_ms();
    this.#times++;
    const since_ms = statements.now_ms();
    const { directive, rung } = this;
    const until = instant(since_ms + held_ms);
    this.#held = { directive, rung, since: instant(since_ms), until, ram_bytes: 0, ...NO_SNAPSHOT };
    this.#world.changed(this, "shut");
  }

  #open(): void {
    if (this.#gate === null) return;
    this.#held_ms += this.#world.clock.monotonic_ms() - this.#shut_ms;
    this.#held = null;
    this.#limit.abort();
    const gate = this.#gate;
    this.#gate = null;
    this.#world.changed(this, this.#fate === null ? "thawed" : "wiped");
    gate.resolve();
  }

  async #stand(recorded: Promise<unknown>): Promise<void> {
    const sealed = (await this.session.freeze()) ?? (await this.#seal());
    if (isRefusal(sealed)) {
      this.#fate ??= { status: "frozen", why: sealed.why };
      await this.session.resume({ wipe: true });
      return this.#open();
    }
    this.#stands = true;
    this.#held = { ...this.#held!, ...sealed, ram_bytes: this.session.stats().ram_bytes ?? 0 };
    await recorded;
    const { since, until, ram_bytes } = this.#held;
    const keys = this.session.keySession ?? null;
    const unwritten = await this.#write("held", { since, until, ram_bytes, keys, ...sealed });
    // What is not on record must not lie about half alive.
    if (unwritten !== null) return this.#destroy({ status: "killed", why: unwritten.why });
    this.#world.changed(this, "held");
    // A freeze that came during a resume finds the limit of the one before.
    this.#limit.abort();
    this.#limit = new AbortController();
    void this.#watch(this.#limit.signal);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { clock, held_ms } = this.#world;
    await clock.sleep(this.#shut_ms + held_ms - clock.monotonic_ms(), signal);
    if (!signal.aborted) await this.wipe(`It was held for ${held_ms / 60_000} minutes, and nobody resumed it.`);
  }

  /** A run whose snapshot cannot be taken or written is held all the same: it stands in its chamber. */
  async #seal(): Promise<Snapshot | Refusal> {
    const { crypto, shelf, fault } = this.#world;
    try {
      const sealed = await this.session.snapshot();
      if (isRefusal(sealed)) return NOTHING_TO_HOLD.has(sealed.refused) ? sealed : NO_SNAPSHOT;
      await shelf.write(this.directive, sealed);
      return { snapshot: toHex(crypto.sha256(sealed)), snapshot_bytes: sealed.length };
    } catch (error) {
      fault(`the snapshot of ${this.directive}`, error);
      return NO_SNAPSHOT;
    }
  }

  async #go(): Promise<void> {
    const refused = await this.session.resume({ wipe: false });
    this.#stands = false;
    if (refused !== null) return this.#destroy({ status: "crashed", why: refused.why });
    await this.#world.shelf.remove(this.directive);
    await this.#write("thawed", { keys: this.session.keySession ?? null });
  }

  /** Machine, key and snapshot, in this order; then it is on record, and the gate opens for the end alone. */
  async #destroy(fate: Fate): Promise<void> {
    this.#fate ??= fate;
    const { why } = this.#fate;
    await this.session.kill(why);
    await this.#world.shelf.remove(this.directive);
    const { snapshot } = this.#held ?? NO_SNAPSHOT;
    // The template is what the next program begins with: nothing of this one is in it.
    await this.#write("wiped", { why: sentence(why), snapshot, template: this.session.origin?.template ?? null });
    this.#open();
  }

  async #write(kind: "held" | "thawed" | "wiped", body: JsonObject): Promise<Refusal | null> {
    const written = await this.#world.statements.write(kind, this.directive, { rung: this.rung, ...body });
    return isRefusal(written) ? written : null;
  }

  /** One thing after the other is done with the chamber. */
  #queued(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work).catch((fault) => this.#giveUp(fault));
    return this.#queue;
  }

  /** A gate that can neither stay nor open by itself: the run ends. */
  async #giveUp(error: unknown): Promise<void> {
    this.#world.fault(`the hold of ${this.directive}`, error);
    this.#fate ??= { status: "killed", why: "The hive failed to hold it." };
    await this.session.kill(this.#fate.why).catch(() => {});
    this.#open();
  }
}
