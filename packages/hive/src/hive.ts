/** The hive at work: admits directives, sends each on its trip, keeps what is known of them, and stops when told to. */
import {
  type DirectiveBody,
  type Envelope,
  isRefusal,
  type JsonObject,
  type Keyring,
  type PermitBook,
  type Refusal,
  refuse,
} from "lop";
import { DirectiveStore } from "./directive-store.ts";
import { type Admitted, admit } from "./flow/admit.ts";
import { proofPath } from "./flow/prove.ts";
import { ENGINE_MISSING } from "./flow/route.ts";
import { type SigningDesk, sign, signApproval } from "./flow/sign.ts";
import { type TripParts, travel } from "./flow.ts";
import type { HeldRuns } from "./held-runs.ts";
import { admittedAt, type HistoryParts, olderDirective, olderDirectives } from "./history.ts";
import type {
  DirectiveView,
  HiveFace,
  HivePorts,
  HiveStatus,
  LedgerView,
  NeedleInfo,
  NeedleView,
  StepEvent,
  ToolInfo,
} from "./hive-types.ts";
import { MARK_EVERY_ENTRIES } from "./recovery.ts";
import type { RecoveryWindow } from "./recovery-window.ts";
import { SecretScanner } from "./secrets.ts";
import { StepEvents } from "./step-events.ts";
import { revokePermit, shown } from "./tools-permit.ts";
import { Trip } from "./trip.ts";

/** Views of one page of `list`. */
export const LIST_MAX = 200;
/** Numbers that step events of one ledger entry may use up, so that numbers rise over restarts. */
const SEQ_PER_ENTRY = 1024;
/** Packets admitted between two clean-ups of the replay guard. */
const FORGET_EVERY = 1024;

export interface HiveInside {
  readonly parts: TripParts;
  readonly keyring: Keyring;
  readonly desk: SigningDesk;
  readonly permits: PermitBook;
  /** The way out of chambers; shut by a freeze before anything else. */
  readonly egress: HivePorts["egress"] | null;
  readonly runs: HeldRuns;
  readonly lattice: HivePorts["lattice"] | null;
  readonly window: RecoveryWindow;
  readonly recovered: HiveStatus["recovered"];
  /** Body of `start` and `mark` entries. */
  markBody(from: number): JsonObject;
  /** Lets go of the home, last of all. */
  release(): Promise<void>;
}

const NO_LATTICE: HiveStatus["lattice"] = { engine: "none", ready: false, why: "This hive has no lattice." };

export class Hive implements HiveFace {
  readonly #in: HiveInside;
  readonly #store = new DirectiveStore();
  readonly #events: StepEvents;
  readonly #scanner: SecretScanner;
  /** Admissions that have begun; they count against the limit before they have an id. */
  #admitting = 0;
  #admitted = 0;
  #marked: number;
  #closing: Promise<void> | null = null;

  constructor(inside: HiveInside) {
    this.#in = inside;
    this.#marked = inside.parts.statements.ledger.size;
    this.#events = new StepEvents(this.#marked * SEQ_PER_ENTRY);
    this.#scanner = new SecretScanner(inside.parts.settings.secrets);
    const { parts, egress, runs } = inside;
    runs.onChange((directive, turn, held) => this.#store.trip(directive)?.hold(turn, held === null ? {} : { ...held }));
    parts.gate.govern({
      freeze: (except, recorded) => this.#freezeWork(except, recorded),
      wipe: (why) => runs.wipe(why),
      resume: () => {
        egress?.reopen();
        return runs.resume();
      },
    });
  }

  sign(body: DirectiveBody): Promise<Envelope | Refusal> {
    return sign(this.#in.desk, body);
  }

  async submit(packet: Envelope): Promise<{ id: string } | Refusal> {
    if (this.#closing !== null) return refuse("hive-frozen", "The hive is stopping.", "Wait for its next start.");
    const { directives_in_flight } = this.#in.parts.settings.limits;
    if (this.#admitting + this.#store.trips().length >= directives_in_flight)
      return refuse("too-many-directives", `${directives_in_flight} directives are on their way.`);
    this.#admitting++;
    try {
      const admitted = await admit(this.#in.parts, packet);
      if (isRefusal(admitted)) return admitted;
      this.#send(admitted);
      return { id: admitted.id };
    } finally {
      this.#admitting--;
    }
  }

  #send(admitted: Admitted): void {
    const { parts, window } = this.#in;
    const trip = new Trip(
      {
        events: this.#events,
        scanner: this.#scanner,
        now: () => parts.statements.now(),
        monotonic_ms: () => parts.clock.monotonic_ms(),
      },
      admitted,
    );
    this.#store.add(trip, admitted.entry);
    window.admitted(admitted.id, admitted.entry, admitted.exp_ms);
    trip.tell("sign", "passed", { key: admitted.operator });
    trip.tell("admit", "passed", { index: admitted.entry });
    if (this.#closing !== null) trip.stop(STOPPING);
    void travel(parts, admitted, trip).then((view) => {
      window.ended(view.id);
      this.#store.end(view);
    });
    this.#tidy();
  }

  /** Now and then: what has run out is forgotten, and the ledger gets a mark that shortens the next start. */
  #tidy(): void {
    const { parts, window } = this.#in;
    if (++this.#admitted % FORGET_EVERY === 0) parts.replay.forget(parts.statements.now_ms());
    const { size } = parts.statements.ledger;
    if (size - this.#marked < MARK_EVERY_ENTRIES) return;
    this.#marked = size;
    const from = window.from(parts.statements.now_ms(), size);
    void parts.statements.write("mark", null, this.#in.markBody(from));
  }

  async directive(id: string): Promise<DirectiveView | undefined> {
    return this.#store.view(id) ?? (isId(id) ? olderDirective(this.#history(), id) : undefined);
  }

  async list(page: { limit: number; before?: string }): Promise<DirectiveView[]> {
    const limit = Math.min(page.limit, LIST_MAX);
    const before = await this.#entryBefore(page.before);
    if (before === null || limit <= 0) return [];
    const rows = this.#store.newest(limit, before);
    const views = rows.map((row) => row.view);
    if (views.length === limit) return views;
    const seen = new Set(views.map((view) => view.id));
    for await (const view of olderDirectives(this.#history(), before)) {
      if (!seen.has(view.id)) views.push(view);
      if (views.length === limit) break;
    }
    return views;
  }

  async #entryBefore(id: string | undefined): Promise<number | null> {
    if (id === undefined) return Number.POSITIVE_INFINITY;
    return this.#store.entryOf(id) ?? admittedAt(this.#in.parts.statements.ledger, id);
  }

  #history(): HistoryParts {
    const { disk, crypto, root, statements } = this.#in.parts;
    return { ledger: statements.ledger, disk, crypto, root };
  }

  events(id: string | null, after_seq: number, signal: AbortSignal): AsyncIterable<StepEvent> {
    const past = () => (id === null ? this.#events.recent(after_seq) : this.#stepsOf(id, after_seq));
    const over = () => id !== null && (this.#store.trip(id)?.over ?? true);
    return this.#events.follow(id, past, over, signal);
  }

  #stepsOf(id: string, after_seq: number): readonly StepEvent[] {
    return (this.#store.view(id)?.steps ?? []).filter((step) => step.seq > after_seq);
  }

  /** Resolves when the directive ended. */
  async ended(id: string): Promise<DirectiveView | Refusal> {
    return this.#store.trip(id)?.ended ?? (await this.directive(id)) ?? unknown(id);
  }

  async atRest(id: string, signal: AbortSignal): Promise<DirectiveView | Refusal> {
    const trip = this.#store.trip(id);
    if (trip === undefined) return (await this.directive(id)) ?? unknown(id);
    let leave = () => {};
    const left = new Promise<DirectiveView>((resolve) => {
      leave = () => resolve(trip.view);
      if (signal.aborted) leave();
      signal.addEventListener("abort", leave, { once: true });
    });
    return Promise.race([trip.atRest, left]).finally(() => signal.removeEventListener("abort", leave));
  }

  async approve(id: string, how: { explicit?: boolean } = {}): Promise<Refusal | null> {
    const trip = this.#store.trip(id);
    if (trip === undefined) return this.#notAwaited(id);
    const { wanted } = trip;
    if (wanted === null) return refuse("approval-not-awaited", `The directive is ${trip.state}.`);
    if (wanted.level === "explicit" && how.explicit !== true)
      return refuse("approval-not-explicit", "This cannot be undone, so the approval must say so.");
    const packet = await signApproval(this.#in.desk, wanted);
    return isRefusal(packet) ? packet : trip.answer(packet);
  }

  async refuseApproval(id: string, why: string): Promise<Refusal | null> {
    const trip = this.#store.trip(id);
    if (trip === undefined) return this.#notAwaited(id);
    return trip.answer(
      refuse("approval-refused", why === "" ? "The operator said no." : `The operator said no: ${why}`),
    );
  }

  async cancel(id: string): Promise<Refusal | null> {
    const trip = this.#store.trip(id);
    if (trip === undefined) return this.#notAwaited(id);
    if (!trip.stoppable) return refuse("directive-over", "Its outcome is already being recorded.");
    trip.stop(refuse("cancelled", "The operator cancelled it."));
    return null;
  }

  async #notAwaited(id: string): Promise<Refusal> {
    const view = await this.directive(id);
    return view === undefined ? unknown(id) : refuse("directive-over", `The directive is ${view.state}.`);
  }

  async proof(id: string): Promise<Uint8Array | Refusal> {
    const { disk } = this.#in.parts;
    if (isId(id) && (await disk.exists(proofPath(id)))) return disk.read(proofPath(id));
    const view = await this.directive(id);
    if (view === undefined) return unknown(id);
    return view.refusal ?? refuse("proof-absent", `The directive is ${view.state}; a proof is made at its end.`);
  }

  async unlock(passphrase: string | null): Promise<Refusal | null> {
    return this.#in.keyring.unlock(passphrase);
  }

  lock(): void {
    this.#in.keyring.lock();
  }

  freeze(why: string): Promise<Refusal | null> {
    return this.#in.parts.gate.freeze(this.#in.parts.statements, why, null);
  }

  resume(): Promise<Refusal | null> {
    return this.#in.parts.gate.resume(this.#in.parts.statements, { directive: null, wipe: false });
  }

  status(): HiveStatus {
    const { parts, keyring, recovered } = this.#in;
    const states = this.#store.trips().map((trip) => trip.state);
    const { ledger } = parts.statements;
    return {
      version: parts.settings.version,
      hive: parts.signer.keyId,
      origin: keyring.keys.hive,
      unlocked: keyring.unlocked,
      frozen: parts.gate.frozen,
      ledger: { size: ledger.size, checkpoint: ledger.checkpoint() },
      chambers: parts.ladder.report().map(({ rung, ready, why }) => ({ rung, ready, why })),
      engine: parts.words?.status() ?? { ready: false, why: ENGINE_MISSING, model: null, lost: [] },
      lattice: this.#in.lattice?.status() ?? NO_LATTICE,
      running: states.filter((state) => state === "running").length,
      awaiting: states.filter((state) => state === "awaiting-approval").length,
      held: this.#in.runs.list(),
      recovered,
    };
  }

  tools(): readonly ToolInfo[] {
    return this.#in.parts.tools.all();
  }

  async needles(): Promise<readonly NeedleInfo[] | Refusal> {
    return this.#in.parts.words?.needles() ?? [];
  }

  async needle(id: string): Promise<NeedleView | Refusal> {
    const needles = await this.needles();
    if (isRefusal(needles)) return needles;
    const info = needles.find((needle) => needle.id === id);
    if (info === undefined) return unknownNeedle(id, needles);
    const memory = await this.#in.parts.memories.last(id);
    if (isRefusal(memory)) return memory;
    return { ...info, memory: memory === null ? null : { hash: memory.hash, bytes: memory.bytes.length } };
  }

  async needleMemory(id: string): Promise<Uint8Array | Refusal> {
    const known = await this.needle(id);
    if (isRefusal(known)) return known;
    return (await this.#in.parts.memories.lastFile(id)) ?? nothingKept(id);
  }

  async forgetNeedleMemory(id: string): Promise<Refusal | null> {
    const needles = await this.needles();
    if (isRefusal(needles)) return needles;
    if (!needles.some((needle) => needle.id === id)) return unknownNeedle(id, needles);
    return (await this.#in.parts.memories.forget(id)) ? null : nothingKept(id);
  }

  policies(): { id: string; files: Readonly<Record<string, string>>; schema: string } {
    const { policy, settings } = this.#in.parts;
    return { id: policy.id, files: settings.policies.policies, schema: settings.policies.schema };
  }

  get ledger(): LedgerView {
    return this.#in.parts.statements.ledger;
  }

  permits(): readonly JsonObject[] {
    return this.#in.permits.list().map(shown);
  }

  /** Taking away needs no directive: it works at once, and is on record after. */
  revokePermit(id: string): Promise<Refusal | null> {
    return revokePermit({ permits: this.#in.permits, statements: this.#in.parts.statements }, id, null);
  }

  keys(): Envelope {
    return this.#in.keyring.manifest();
  }

  /** The ledger's entries as they stand, for those who check the hive from within. */
  entries(from = 0): AsyncIterable<{ index: number; entry: Uint8Array }> {
    return this.#in.parts.statements.ledger.entries(from);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { statements } = this.#in.parts;
    const trips = this.#store.trips();
    for (const trip of trips) trip.stop(STOPPING);
    await Promise.all(trips.map((trip) => trip.ended));
    if (statements.opened) await statements.write("stop", null, {});
    this.#events.endAll();
    await statements.ledger.close();
    await this.#in.release();
  }

  /** What a daemon that was killed left in chambers goes on record, once it is ended. */
  async leftover(rung: string, { id, began, killed }: { id: string; began: string; killed: number }): Promise<void> {
    await this.#in.parts.statements.write("leftover", null, { rung, id, began, killed });
  }

  /** Gates and the way out first, all in one turn; then what can be held is held, and the rest ends. */
  #freezeWork(except: string | null, recorded: Promise<void> | null): Promise<void> {
    const { egress, runs, parts } = this.#in;
    const frozen = refuse("hive-frozen", parts.gate.frozen?.why ?? "The hive is frozen.");
    egress?.shut(frozen.why);
    const standing = recorded === null ? runs.wipe(frozen.why) : runs.freeze(recorded);
    for (const trip of this.#store.trips()) if (trip.id !== except && !runs.has(trip.id)) trip.stop(frozen);
    return standing;
  }
}

const STOPPING: Refusal = refuse("interrupted", "The hive was stopped.", "State the directive again.");
const isId = (id: string): boolean => /^[0-9a-f]{64}$/.test(id);
const nothingKept = (id: string): Refusal => refuse("memory-absent", `${id} remembers nothing.`);
const unknownNeedle = (id: string, needles: readonly NeedleInfo[]): Refusal =>
  refuse(
    "needle-unknown",
    `There is no needle ${JSON.stringify(id.slice(0, 64))}; there are ${needles.map((each) => each.id).join(", ")}.`,
  );
const unknown = (id: string): Refusal => refuse("directive-unknown", `There is no directive ${id.slice(0, 64)}.`);
