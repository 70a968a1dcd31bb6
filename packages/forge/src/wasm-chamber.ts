/** The two wasm rungs: an interpreter compiled to WebAssembly, in a worker thread, with nothing of the host within reach. */
import { type Refusal, type Rung, refuse } from "lop";
import {
  type Chamber,
  type ChamberSpec,
  checkLimits,
  DEFAULT_LIMITS,
  type Language,
  type Probe,
  type ProbeDepth,
  runInChamber,
} from "./chamber.ts";
import { GuestPool } from "./guest-pool.ts";
import { SELF_TEST, SELF_TEST_SAYS } from "./guest-protocol.ts";
import { GuestSession } from "./guest-session.ts";
import { pythonSource, quickjsSource, type WasmSource } from "./wasm-module.ts";

/** Waiting interpreters of one rung that may be asked for. */
export const MAX_POOL = 16;
/** Runs of one rung at the same time. */
export const MAX_SESSIONS = 64;
const PROBE_WALL_MS = 20_000;

export interface WasmOptions {
  /** Interpreters kept booted; 0 boots only for a run or a probe that asks. Default 1. */
  pool?: number;
  /** Memory cap that the pool is warmed for at first. */
  memory_bytes?: number;
}

interface Interpreter {
  rung: Rung;
  language: Language;
  entry: URL;
  source: WasmSource;
}

class WasmChamber implements Chamber {
  readonly rung: Rung;
  readonly languages: readonly Language[];
  readonly #interpreter: Interpreter;
  readonly #pool: GuestPool;
  readonly #memory_bytes: number;
  readonly #sessions = new Set<GuestSession>();
  #closed = false;

  constructor(interpreter: Interpreter, options: WasmOptions) {
    this.rung = interpreter.rung;
    this.languages = [interpreter.language];
    this.#interpreter = interpreter;
    const size = options.pool ?? 1;
    if (!Number.isInteger(size) || size < 0 || size > MAX_POOL) throw new RangeError(`pool is 0 to ${MAX_POOL}`);
    this.#memory_bytes = options.memory_bytes ?? DEFAULT_LIMITS.memory_bytes;
    const { entry, source } = interpreter;
    this.#pool = new GuestPool({ entry, source, size, memory_bytes: this.#memory_bytes });
  }

  /** Either way the next run finds an interpreter that is booted already, when the pool keeps any or `depth` is `boot`. */
  async probe(depth: ProbeDepth = "run"): Promise<Probe> {
    try {
      if (depth === "run") return await this.#probeRun();
      await this.#pool.warm();
      return { ready: true };
    } catch (fault) {
      return this.#broken((fault as Error).message);
    }
  }

  async #probeRun(): Promise<Probe> {
    const limits = { ...DEFAULT_LIMITS, memory_bytes: this.#memory_bytes, wall_ms: PROBE_WALL_MS };
    const request = { language: this.#interpreter.language, code: SELF_TEST, files: new Map(), limits };
    const result = await runInChamber(this, request);
    if ("refused" in result) return { ready: false, why: result.why, fix: result.fix };
    const printed = Buffer.from(result.stdout).toString();
    if (result.status === "ok" && printed === SELF_TEST_SAYS) return { ready: true };
    return this.#broken(`its probe ended with ${result.status}: ${result.why ?? JSON.stringify(printed)}`);
  }

  async open(spec: ChamberSpec): Promise<GuestSession | Refusal> {
    if (this.#closed) return refuse("rung-unavailable", `the ${this.rung} chamber is closed`);
    if (!this.languages.includes(spec.language))
      return refuse("rung-unavailable", `${this.rung} does not run ${spec.language}`);
    const refusal = checkLimits(spec.limits, this.#interpreter.source.memory_min_bytes);
    if (refusal) return refusal;
    if (this.#sessions.size >= MAX_SESSIONS) return refuse("chambers-busy", `${MAX_SESSIONS} sessions are open`);
    const session = new GuestSession(
      this.rung,
      this.#pool,
      { language: spec.language, limits: { ...spec.limits } },
      () => this.#sessions.delete(session),
    );
    this.#sessions.add(session);
    return session;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#sessions].map((session) => session.kill("the chamber was closed")));
    await this.#pool.close();
  }

  #broken(why: string): Probe {
    return { ready: false, why: `${this.rung}: ${why}`, fix: "Install the packages again: `npm ci`." };
  }
}

/** JavaScript on QuickJS. */
export const wasmJs = (options: WasmOptions = {}): Chamber =>
  new WasmChamber(
    {
      rung: "wasm-js",
      language: "javascript",
      entry: new URL("./wasm-js-worker.ts", import.meta.url),
      source: quickjsSource(),
    },
    options,
  );

/** Python on CPython 3.12 for WASI. */
export const wasmPy = (options: WasmOptions = {}): Chamber =>
  new WasmChamber(
    {
      rung: "wasm-py",
      language: "python",
      entry: new URL("./wasm-py-worker.ts", import.meta.url),
      source: pythonSource(),
    },
    options,
  );
