/**
 * A small server that speaks the HTTP API the way the daemon does, from recorded proofs: enough for every path of the page.
 * It keeps no rules of its own; what a test wants of it (lock, refuse, cut the line) the test says.
 */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProofCard } from "lop";
import { DEMO_STATUS, DEMO_TOOLS } from "../src/demo-data.ts";
import { demoLattice } from "../src/demo-map.ts";
import type { Ask } from "../src/map-wire.ts";
import {
  type DirectiveView,
  type HiveStatus,
  type JsonObject,
  type Refused,
  STEPS,
  type StepEvent,
  type StepName,
} from "../src/wire.ts";

export const KEY = "test-key-of-the-fake-hive";
const POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES: { readonly [ext: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const golden = (name: string) => readFileSync(fileURLToPath(new URL(`./golden/${name}`, import.meta.url)));
const RECORDED: { readonly [tool: string]: Buffer } = {
  "exec.run": golden("proof-run.json"),
  "files.write": golden("proof-write.json"),
  "guard.resume": golden("proof-wipe.json"),
};

const pause = (wait_ms: number) => new Promise((resolve) => setTimeout(resolve, wait_ms));
const refusal = (refused: string, why: string, fix: string): Refused => ({ refused, why, fix });

export class FakeHive {
  status: HiveStatus = DEMO_STATUS;
  passphrase = "correct horse";
  /** What the next freeze finds running and holds. */
  holdable: NonNullable<HiveStatus["held"]> = [];
  /** Pause between two steps. */
  pace_ms = 20;
  /** How long the answer to a stated directive is on its way; it then tells what has become of it by then. */
  answer_ms = 0;
  /** What printing takes: pieces of stdout before the run ends. */
  pieces: readonly string[] = ["42\n"];
  /** Changes the proof's bytes on their way out. */
  tamper: (bytes: Buffer) => Buffer = (bytes) => bytes;
  /** What a needle writes for certain words, and what the steps tell of it. */
  needle: { readonly [words: string]: { route: JsonObject; decode: JsonObject; parameters: JsonObject } } = {};
  key = KEY;
  /** What the lattice answers. */
  lattice: Ask = demoLattice;
  /** Requests for anything but this origin's own paths. */
  readonly requests: string[] = [];
  readonly said: JsonObject[] = [];
  readonly #views = new Map<string, DirectiveView>();
  readonly #streams = new Set<ServerResponse>();
  readonly #past: StepEvent[] = [];
  readonly #folder: string;
  #server: Server | null = null;
  #port = 0;
  #seq = 0;

  /** @param folder the built page. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Cuts every line, as a daemon that was killed does. {@link listen} brings it back on the same port. */
  async cut(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    this.#streams.clear();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Ends the event streams only; the page comes back with Last-Event-ID. */
  dropStreams(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? "/", this.url);
    this.requests.push(`${request.method} ${pathname}`);
    if (!pathname.startsWith("/v1/")) return this.#file(pathname, response);
    if (request.headers.authorization !== `Bearer ${this.key}`)
      return send(response, 401, refusal("unauthorized", "The key is not one of this hive's.", "Send the right key."));
    if (pathname === "/v1/events") return this.#stream(request, response);
    const body = request.method === "POST" ? ((await readJson(request)) as JsonObject) : {};
    if (pathname.startsWith("/v1/lattice")) return this.#ofLattice(request.method, pathname + search, body, response);
    const answer = await this.#inTime(this.#answer(request.method ?? "GET", pathname, body), pathname, request);
    if (Buffer.isBuffer(answer)) response.writeHead(200, { "content-type": "application/json" }).end(answer);
    else if (answer === null) response.writeHead(204).end();
    else send(response, "refused" in answer && "fix" in answer && !("id" in answer) ? 422 : 200, answer);
  }

  /** A stated directive's answer, late if it shall be. */
  async #inTime<T>(answer: T, path: string, { method }: IncomingMessage): Promise<T | DirectiveView> {
    if (method !== "POST" || path !== "/v1/directives" || this.answer_ms === 0) return answer;
    await pause(this.answer_ms);
    return this.#views.get((answer as { id: string }).id) ?? answer;
  }

  async #ofLattice(method = "", path: string, body: JsonObject, response: ServerResponse): Promise<void> {
    if (method === "POST") this.said.push({ path, ...body });
    const answer = (await this.lattice(method as "GET" | "POST", path, body)) as object;
    send(response, "refused" in answer ? 422 : 200, answer);
  }

  async #file(pathname: string, response: ServerResponse): Promise<void> {
    const name = pathname === "/" ? "/index.html" : pathname;
    try {
      const bytes = await readFile(join(this.#folder, name));
      const type = TYPES[extname(name)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "content-security-policy": POLICY }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    const after = Number(request.headers["last-event-id"] ?? 0);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("retry: 1000\n\n");
    for (const event of this.#past) if (event.seq > after) response.write(frame(event));
    this.#streams.add(response);
    response.on("close", () => this.#streams.delete(response));
  }

  #answer(method: string, path: string, body: JsonObject): object | Buffer | null {
    const [, id, verb] = /^\/v1\/directives\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    if (id !== undefined) return this.#one(id, verb, body);
    switch (`${method} ${path}`) {
      case "GET /v1/status":
        return this.status;
      case "GET /v1/tools":
        return {
          tools: DEMO_TOOLS.map(({ absent, properties, required, ...tool }) => ({
            ...tool,
            parameters: { type: "object", properties, required },
            ready: absent === null,
            part: absent,
          })),
        };
      case "GET /v1/directives":
        return { directives: [...this.#views.values()].reverse() };
      case "GET /v1/permits":
        return { permits: [] };
      case "POST /v1/directives":
        this.said.push(body);
        return this.#state(body);
      case "POST /v1/unlock":
        if (body.passphrase !== this.passphrase)
          return refusal(
            "wrong-passphrase",
            "The passphrase does not open the operator's key.",
            "Check the passphrase.",
          );
        this.status = { ...this.status, unlocked: true };
        return null;
      case "POST /v1/lock":
        this.status = { ...this.status, unlocked: false };
        return null;
      case "POST /v1/freeze":
        this.status = {
          ...this.status,
          frozen: { why: String(body.why), since: "2026-11-21T06:00:00.000Z" },
          held: this.holdable,
        };
        return null;
      case "POST /v1/resume":
        this.status = { ...this.status, frozen: null, held: [] };
        return null;
      default:
        return refusal("request-malformed", `No route ${path}.`, "Compare with /openapi.json.");
    }
  }

  #one(id: string, verb: string | undefined, body: JsonObject): object | Buffer | null {
    const view = this.#views.get(id);
    if (view === undefined) return refusal("directive-unknown", `No directive has the id ${id}.`, "List directives.");
    if (verb === undefined) return view;
    if (verb === "proof") return this.tamper(RECORDED[view.card?.tool ?? ""] ?? Buffer.from("{}"));
    this.said.push({ verb, ...body });
    if (verb === "approve") void this.#finish(view);
    else
      this.#end(
        view,
        verb === "cancel" ? "cancelled" : "refused",
        refusal("approval-refused", `The operator said no: ${String(body.why)}.`, "Nothing: the operator said no."),
      );
    return null;
  }

  /** As another client would. */
  stateElsewhere(body: JsonObject): void {
    this.#state(body);
  }

  #state(body: JsonObject): object {
    const card = body.card as { tool: string; parameters: JsonObject } | undefined;
    if (card === undefined) return this.#words(String(body.words));
    const recorded = RECORDED[card.tool];
    if (recorded === undefined)
      return refusal("tool-unknown", `There is no tool ${card.tool}.`, "List the tools with `axiom tools`.");
    const proof = JSON.parse(recorded.toString()) as ProofCard;
    const view = this.#begin(proof.id, null, { ...proof.card, parameters: card.parameters });
    void this.#run({ ...view, verdict: proof.verdict });
    return view;
  }

  #words(words: string): object {
    const written = this.needle[words];
    if (written !== undefined) return this.#write(words, written);
    const view = this.#begin(`${this.#seq}`.padStart(64, "e"), words, null);
    void (async () => {
      await pause(this.pace_ms);
      this.#say(view.id, "admit", "passed");
      this.#say(view.id, "route", "began");
      this.#end(
        { ...view, step: "route" },
        "refused",
        refusal(
          "engine-absent",
          "Words need a needle, and a needle needs a model engine; this build has none yet.",
          "State the action card itself.",
        ),
      );
    })();
    return view;
  }

  /** As a needle would: the run is the recorded one of `exec.run`. */
  #write(words: string, { route, decode, parameters }: FakeHive["needle"][string]): object {
    const proof = JSON.parse(RECORDED["exec.run"]!.toString()) as ProofCard;
    const view = this.#begin(proof.id, words, { ...proof.card, parameters, by: "needle" });
    void this.#run({ ...view, verdict: proof.verdict }, { route, decode });
    return view;
  }

  #begin(id: string, words: string | null, card: DirectiveView["card"]): DirectiveView {
    const steps: StepEvent[] = [];
    const view: DirectiveView = {
      id,
      state: "running",
      step: "admit",
      words,
      card,
      verdict: null,
      outcome: null,
      refusal: null,
      submitted_at: "2026-11-21T06:00:00.000Z",
      ended_at: null,
      steps,
    };
    this.#views.delete(id);
    this.#views.set(id, view);
    this.#say(id, "sign", "passed");
    return this.#views.get(id)!;
  }

  async #run(view: DirectiveView, written?: { route: JsonObject; decode: JsonObject }): Promise<void> {
    for (const step of ["admit", "route", "decode"] as const) {
      await pause(this.pace_ms);
      const passed = step === "admit" || written !== undefined;
      this.#say(view.id, step, passed ? "passed" : "skipped", step === "admit" ? {} : (written?.[step] ?? {}));
    }
    this.#keep(view.id, { verdict: view.verdict });
    this.#say(view.id, "judge", "passed");
    if (view.verdict?.decision !== "approve") {
      this.#say(view.id, "approve", "skipped");
      return this.#finish(view);
    }
    this.#keep(view.id, { state: "awaiting-approval" });
    this.#say(view.id, "approve", "waiting", { approve_by: "2026-11-21T06:15:00.000Z" });
  }

  async #finish(view: DirectiveView): Promise<void> {
    const proof = JSON.parse(RECORDED[view.card?.tool ?? ""]!.toString()) as ProofCard;
    if (proof.approval !== null) {
      this.#keep(view.id, { state: "running" });
      this.#say(view.id, "approve", "passed");
    }
    this.#say(view.id, "execute", "began");
    for (const text of proof.outcome.stdout === "" ? [] : this.pieces) {
      this.#say(view.id, "execute", "output", { stream: "stdout", text });
      await pause(this.pace_ms);
    }
    for (const step of STEPS.slice(STEPS.indexOf("execute"))) {
      await pause(this.pace_ms);
      if (step === "prove")
        this.#keep(view.id, {
          state: "done",
          step: "prove",
          outcome: proof.outcome,
          ended_at: "2026-11-21T06:00:00.200Z",
        });
      this.#say(view.id, step, "passed");
    }
    this.status = { ...this.status, ledger: { ...this.status.ledger, size: this.status.ledger.size + 3 } };
  }

  #end(view: DirectiveView, state: "refused" | "cancelled", why: Refused): void {
    const step = this.#views.get(view.id)?.step ?? view.step;
    this.#keep(view.id, { state, refusal: state === "refused" ? why : null, ended_at: "2026-11-21T06:00:00.200Z" });
    this.#say(view.id, step === "admit" ? "route" : step, "refused", { ...why });
  }

  #keep(id: string, change: Partial<DirectiveView>): void {
    const view = this.#views.get(id);
    if (view !== undefined) this.#views.set(id, { ...view, ...change });
  }

  #say(directive: string, step: StepName, phase: StepEvent["phase"], detail: JsonObject = {}): void {
    this.#seq++;
    const took_us = phase === "passed" ? 180 + ((this.#seq * 977) % 4000) : null;
    const event: StepEvent = {
      seq: this.#seq,
      directive,
      step,
      phase,
      at: "2026-11-21T06:00:00.000Z",
      took_us,
      detail,
    };
    const view = this.#views.get(directive);
    if (view !== undefined) this.#views.set(directive, { ...view, step, steps: [...view.steps, event] });
    this.#past.push(event);
    for (const stream of this.#streams) stream.write(frame(event));
  }
}

const frame = (event: StepEvent): string => `id: ${event.seq}\nevent: step\ndata: ${JSON.stringify(event)}\n\n`;

const send = (response: ServerResponse, status: number, value: object): void =>
  void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return text === "" ? {} : JSON.parse(text);
}
