/** One directive on its way: what is known of it so far, what its readers are told, and how it is stopped. */
import {
  type ActionCard,
  type Envelope,
  isRefusal,
  type JsonObject,
  type Outcome,
  type Refusal,
  refuse,
  type Verdict,
} from "lop";
import type { Admitted } from "./flow/admit.ts";
import type { ApprovalAnswer } from "./flow/approve.ts";
import type { ApprovalBody } from "./flow/sign.ts";
import type { DirectiveState, DirectiveView, StepEvent, StepName, StepPhase } from "./hive-types.ts";
import type { HoldTurn } from "./live-run.ts";
import { LineGate, type SecretScanner } from "./secrets.ts";
import type { StepEvents } from "./step-events.ts";

/** `output` events that a directive may cause; the whole output stands in the proof. */
export const OUTPUT_EVENTS_MAX = 200;
/** Characters of one `output` event. */
export const OUTPUT_TEXT_MAX = 8192;

const STOPPABLE: ReadonlySet<StepName> = new Set(["admit", "route", "decode", "judge", "approve", "execute"]);

export interface TripTools {
  readonly events: StepEvents;
  readonly scanner: SecretScanner;
  now(): string;
  monotonic_ms(): number;
}

interface Known {
  state: DirectiveState;
  step: StepName;
  card: ActionCard | null;
  verdict: Verdict | null;
  outcome: Outcome | null;
  quarantined: boolean | null;
  verified: boolean | null;
  refusal: Refusal | null;
  ended_at: string | null;
  approve_by: string | null;
}

/** `say`: a few fields of what the step made. `skipped`: why the step has nothing to decide; only its checks run. */
export interface StepTelling<T> {
  readonly say?: (made: T) => JsonObject;
  readonly skipped?: string | null;
}

export class Trip {
  readonly id: string;
  /** Resolves with the last view, once. */
  readonly ended: Promise<DirectiveView>;
  readonly #tools: TripTools;
  readonly #words: string | null;
  readonly #submitted_at: string;
  readonly #abort = new AbortController();
  readonly #steps: StepEvent[] = [];
  readonly #known: Known;
  readonly #gates: Readonly<Record<"stdout" | "stderr", LineGate>>;
  #outputEvents = 0;
  /** A half line that waits is not shown either, once its run is wiped. */
  #wiped = false;
  #answer: ((answer: ApprovalAnswer) => void) | null = null;
  #wanted: ApprovalBody | null = null;
  #rest = Promise.withResolvers<DirectiveView>();
  #end!: (view: DirectiveView) => void;

  constructor(tools: TripTools, admitted: Admitted) {
    this.#tools = tools;
    this.id = admitted.id;
    this.#words = "words" in admitted.body ? admitted.body.words : null;
    this.#submitted_at = admitted.at;
    this.#gates = { stdout: new LineGate(tools.scanner), stderr: new LineGate(tools.scanner) };
    this.#known = {
      state: "running",
      step: "admit",
      card: null,
      verdict: null,
      outcome: null,
      quarantined: null,
      verified: null,
      refusal: null,
      ended_at: null,
      approve_by: null,
    };
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get view(): DirectiveView {
    const { ...known } = this.#known;
    return {
      id: this.id,
      words: this.#words,
      submitted_at: this.#submitted_at,
      ...known,
      steps: [...this.#steps],
    };
  }

  get stepNow(): StepName {
    return this.#known.step;
  }

  get state(): DirectiveState {
    return this.#known.state;
  }

  get over(): boolean {
    return this.#known.ended_at !== null;
  }

  /** Whether a stop would still end something: after the run, its outcome is recorded whatever happens. */
  get stoppable(): boolean {
    return STOPPABLE.has(this.#known.step);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  learn(known: Partial<Omit<Known, "state" | "step" | "ended_at" | "refusal">>): void {
    Object.assign(this.#known, known);
  }

  /** Runs one step and tells the readers. */
  async step<T>(
    name: StepName,
    work: () => T | Refusal | Promise<T | Refusal>,
    { say, skipped }: StepTelling<T> = {},
  ): Promise<T | Refusal> {
    this.#known.step = name;
    const why = skipped ?? null;
    if (why === null) this.tell(name, "began");
    const start_ms = this.#tools.monotonic_ms();
    const made = await work();
    if (name === "execute") this.#outputEnds();
    if (isRefusal(made)) return made;
    const took_us = Math.round((this.#tools.monotonic_ms() - start_ms) * 1000);
    if (why === null) this.tell(name, "passed", say?.(made) ?? {}, took_us);
    else this.tell(name, "skipped", { why });
    return made;
  }

  tell(step: StepName, phase: StepPhase, detail: JsonObject = {}, took_us: number | null = null): void {
    const at = this.#tools.now();
    this.#steps.push(this.#tools.events.note({ directive: this.id, step, phase, at, took_us, detail }));
  }

  /** Live output, as far as it may be shown before validation. */
  output(stream: "stdout" | "stderr", bytes: Uint8Array): void {
    this.#show(stream, this.#gates[stream].push(bytes));
  }

  /** What the kill switch did to the run; `detail` is told to the readers. */
  hold(turn: HoldTurn, detail: JsonObject): void {
    if (this.over) return;
    this.#wiped ||= turn === "wiped";
    this.#known.state = turn === "shut" || turn === "held" ? "held" : "running";
    if (turn === "held" || turn === "thawed") this.tell("execute", turn, detail);
  }

  #outputEnds(): void {
    if (this.#wiped) return;
    for (const stream of ["stdout", "stderr"] as const) this.#show(stream, this.#gates[stream].end());
  }

  #show(stream: "stdout" | "stderr", text: string): void {
    if (text === "" || this.#outputEvents > OUTPUT_EVENTS_MAX) return;
    this.#outputEvents++;
    const detail =
      this.#outputEvents > OUTPUT_EVENTS_MAX
        ? { stream, text: "", more: "The rest of the output is not shown live; it stands in the proof." }
        : { stream, text: text.slice(0, OUTPUT_TEXT_MAX), cut: Math.max(0, text.length - OUTPUT_TEXT_MAX) };
    this.tell("execute", "output", detail);
  }

  /** Waits for the operator until `answer` is called, the trip is stopped, or the time is over. `wanted`: what he must sign. */
  async awaitApproval(
    wanted: ApprovalBody,
    detail: JsonObject & { readonly approve_by: string },
    sleep: (signal: AbortSignal) => Promise<void>,
  ): Promise<ApprovalAnswer> {
    this.#known.state = "awaiting-approval";
    this.#known.approve_by = detail.approve_by;
    this.#wanted = wanted;
    const waiting = new AbortController();
    try {
      return await new Promise<ApprovalAnswer>((resolve) => {
        this.#answer = resolve;
        const refuseWith = (said: Refusal) => resolve({ said, taken: () => {} });
        const onAbort = () => refuseWith(this.signal.reason as Refusal);
        if (this.signal.aborted) onAbort();
        this.signal.addEventListener("abort", onAbort, { once: true });
        void sleep(waiting.signal).then(() =>
          refuseWith(refuse("approval-expired", `Nobody approved it by ${detail.approve_by}.`)),
        );
        this.tell("approve", "waiting", detail);
        this.#rest.resolve(this.view);
      });
    } finally {
      this.#rest = Promise.withResolvers();
      this.#answer = null;
      this.#wanted = null;
      waiting.abort();
      this.#known.state = "running";
    }
  }

  /** Resolves when it next waits for the operator or has ended; at once when it does. */
  get atRest(): Promise<DirectiveView> {
    return this.#rest.promise;
  }

  /** What an approval must say; null when none is awaited. */
  get wanted(): ApprovalBody | null {
    return this.#wanted;
  }

  /** Resolves when the answer is durable, or with what is wrong with it. */
  answer(said: Envelope | Refusal): Promise<Refusal | null> {
    const give = this.#answer;
    if (give === null) return Promise.resolve(refuse("approval-not-awaited", `The directive is ${this.state}.`));
    this.#answer = null;
    return new Promise((taken) => give({ said, taken }));
  }

  /** Ends what runs. `reason` is what the directive will say of itself. */
  stop(reason: Refusal): void {
    this.#abort.abort(reason);
  }

  finish(state: DirectiveState, refusal: Refusal | null): DirectiveView {
    this.#known.state = state;
    this.#known.refusal = refusal;
    this.#known.ended_at = this.#tools.now();
    if (refusal !== null) this.tell(this.#known.step, "refused", { ...refusal });
    this.#tools.events.end(this.id);
    const { view } = this;
    this.#rest.resolve(view);
    this.#end(view);
    return view;
  }
}
