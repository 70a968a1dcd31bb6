/** A small recorded hive for tests of the doors: keeps what it is told, runs nothing. Not reachable from src. */
import { createHash } from "node:crypto";
import { type DirectiveBody, type Envelope, type JsonObject, type Refusal, refuse, toBase64, toHex, utf8 } from "lop";
import type {
  DirectiveView,
  HiveFace,
  HiveStatus,
  NeedleInfo,
  NeedleView,
  StepEvent,
  ToolInfo,
} from "../src/hive-types.ts";

const MANIFEST: Envelope = {
  payloadType: "application/vnd.axiom.keys.v1+json",
  payload: "e30=",
  signatures: [{ keyid: "k", sig: "s" }],
};
const AT = "2026-01-02T03:04:05.678Z";
const idOf = (packet: Envelope): string =>
  toHex(createHash("sha256").update(Buffer.from(packet.payload, "base64")).digest());

const GUARD: NeedleInfo = {
  id: "guard",
  version: "1.0.0",
  does: "permits",
  tools: ["permit.grant"],
  card: "cd".repeat(32),
  start: null,
  ready: true,
};

export class FakeHive implements HiveFace {
  readonly submitted: Envelope[] = [];
  readonly calls: string[] = [];
  readonly views = new Map<string, DirectiveView>();
  readonly stream: StepEvent[] = [];
  /** Answers the next `submit` instead of taking it. */
  refuseNext: Refusal | null = null;
  /** Whether a directive ends with its submission. */
  endsAtOnce = true;
  #unlocked = true;
  #frozen: HiveStatus["frozen"] = null;
  #signed = 0;
  #wake: (() => void)[] = [];

  async sign(body: DirectiveBody): Promise<Envelope | Refusal> {
    if (!this.#unlocked) return refuse("keys-locked", "The operator's key is locked.");
    const payload = utf8(JSON.stringify({ n: this.#signed++, body }));
    return {
      payloadType: "application/vnd.axiom.bark.v3.1+json",
      payload: toBase64(payload),
      signatures: [{ keyid: "k", sig: "s" }],
    };
  }

  async submit(packet: Envelope): Promise<{ id: string } | Refusal> {
    const refused = this.refuseNext;
    this.refuseNext = null;
    if (refused !== null) return refused;
    const id = idOf(packet);
    if (this.views.has(id)) return refuse("packet-replayed", "This packet was admitted before.");
    this.submitted.push(packet);
    this.views.set(id, viewOf(id, this.endsAtOnce));
    this.emit({ directive: id, step: "admit", phase: "passed" });
    if (this.endsAtOnce) this.emit({ directive: id, step: "prove", phase: "passed" });
    return { id };
  }

  emit(event: { directive: string; step: StepEvent["step"]; phase: StepEvent["phase"]; detail?: JsonObject }): void {
    this.stream.push({ seq: this.stream.length + 1, at: AT, took_us: 1000, detail: {}, ...event });
    for (const wake of this.#wake.splice(0)) wake();
  }

  end(id: string): void {
    this.views.set(id, viewOf(id, true));
    this.emit({ directive: id, step: "prove", phase: "passed" });
  }

  async directive(id: string): Promise<DirectiveView | undefined> {
    return this.views.get(id);
  }

  async list({ limit, before }: { limit: number; before?: string }): Promise<DirectiveView[]> {
    const all = [...this.views.values()].reverse();
    const start = before === undefined ? 0 : all.findIndex(({ id }) => id === before) + 1;
    return all.slice(start, start + limit);
  }

  async *events(id: string | null, after_seq: number, signal: AbortSignal): AsyncIterable<StepEvent> {
    for (let at = 0; !signal.aborted; ) {
      const event = this.stream[at];
      if (event === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake.push(resolve);
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        continue;
      }
      at++;
      if (event.seq > after_seq && (id === null || event.directive === id)) yield event;
      if (id !== null && event.directive === id && event.step === "prove") return;
    }
  }

  async atRest(id: string, signal: AbortSignal): Promise<DirectiveView | Refusal> {
    while (!signal.aborted) {
      const view = this.views.get(id);
      if (view === undefined) return refuse("directive-unknown", "No such directive.");
      if (view.ended_at !== null || view.state === "awaiting-approval") return view;
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    return this.views.get(id) ?? refuse("directive-unknown", "No such directive.");
  }

  async approve(id: string): Promise<Refusal | null> {
    this.calls.push(`approve ${id}`);
    return this.views.has(id) ? null : refuse("directive-unknown", "No such directive.");
  }

  async refuseApproval(id: string, why: string): Promise<Refusal | null> {
    this.calls.push(`refuse ${id} ${why}`);
    return null;
  }

  async cancel(id: string): Promise<Refusal | null> {
    this.calls.push(`cancel ${id}`);
    return null;
  }

  async proof(id: string): Promise<Uint8Array | Refusal> {
    return this.views.has(id) ? utf8(`{"proof of": "${id}"}\n`) : refuse("directive-unknown", "No such directive.");
  }

  async unlock(passphrase: string | null): Promise<Refusal | null> {
    if (this.#unlocked) return refuse("already-unlocked", "The operator's key is open.");
    if (passphrase !== "open sesame") return refuse("wrong-passphrase", "The passphrase does not open the key.");
    this.#unlocked = true;
    return null;
  }

  lock(): void {
    this.#unlocked = false;
  }

  async freeze(why: string): Promise<Refusal | null> {
    this.#frozen = { why, since: AT };
    return null;
  }

  async resume(): Promise<Refusal | null> {
    this.#frozen = null;
    return null;
  }

  status(): HiveStatus {
    return {
      version: "0.1.0",
      hive: "ab".repeat(32),
      origin: "axiom-hive/abababab",
      unlocked: this.#unlocked,
      frozen: this.#frozen,
      ledger: { size: 7, checkpoint: "axiom-hive/abababab\n7\nroot\n\n— sig\n" },
      chambers: [
        { rung: "wasm-js", ready: true, why: null },
        { rung: "vm", ready: false, why: "No QEMU." },
      ],
      engine: { ready: false, why: "No engine is built yet.", model: null, lost: [] },
      lattice: { engine: "none", ready: false, why: "The engine is none." },
      running: [...this.views.values()].filter(({ ended_at }) => ended_at === null).length,
      awaiting: 0,
      held: [],
      recovered: { interrupted: [], proofs_completed: [], ledger: null },
    };
  }

  tools(): readonly ToolInfo[] {
    return [
      {
        name: "exec.run",
        needle: "exec",
        does: "runs code in a chamber",
        action: "execute",
        parameters: {
          type: "object",
          additionalProperties: false,
          required: ["language", "code"],
          properties: {
            language: { enum: ["javascript", "python", "shell"] },
            code: { type: "string" },
            timeout_seconds: { type: "integer", minimum: 1, maximum: 600 },
          },
        },
        result: { type: "object" },
        ready: true,
        part: null,
        rung: "wasm-js",
      },
    ];
  }

  async needles(): Promise<readonly NeedleInfo[] | Refusal> {
    return [GUARD];
  }

  async needle(id: string): Promise<NeedleView | Refusal> {
    if (id !== GUARD.id) return refuse("needle-unknown", "No such needle.");
    return { ...GUARD, memory: { hash: "ef".repeat(32), bytes: 8 } };
  }

  async needleMemory(id: string): Promise<Uint8Array | Refusal> {
    return id === GUARD.id ? new Uint8Array([1, 2]) : refuse("needle-unknown", "No such needle.");
  }

  async forgetNeedleMemory(id: string): Promise<Refusal | null> {
    return id === GUARD.id ? null : refuse("needle-unknown", "No such needle.");
  }

  policies(): { id: string; files: Readonly<Record<string, string>>; schema: string } {
    return { id: "cd".repeat(32), files: { "10.cedar": "permit(principal, action, resource);" }, schema: "" };
  }

  permits(): readonly JsonObject[] {
    return [];
  }

  readonly ledger = {
    size: 7,
    checkpoint: () => "axiom-hive/abababab\n7\nroot\n\n— sig\n",
    tile: async (_level: number, _index: number, width: number) => new Uint8Array(width * 32),
    async *entries(from: number, to = 7) {
      for (let index = from; index < to; index++)
        yield { index, entry: utf8(JSON.stringify({ ...MANIFEST, payload: toBase64(utf8(`{"n":${index}}`)) })) };
    },
  };

  async revokePermit(id: string): Promise<Refusal | null> {
    return refuse("permit-missing", `No permit is named ${id}.`);
  }

  keys(): Envelope {
    return MANIFEST;
  }

  async close(): Promise<void> {}
}

function viewOf(id: string, ended: boolean): DirectiveView {
  return {
    id,
    state: ended ? "done" : "running",
    step: ended ? "prove" : "execute",
    words: null,
    card: null,
    verdict: null,
    outcome: null,
    quarantined: ended ? false : null,
    verified: ended ? true : null,
    refusal: null,
    submitted_at: AT,
    ended_at: ended ? AT : null,
    approve_by: null,
    steps: [],
  };
}
