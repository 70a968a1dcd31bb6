/** The two wasm rungs: an interpreter compiled to WebAssembly, in a worker thread, with nothing of the host within reach. */
import { type Refusal, type Rung, refuse } from "lop";
import {
  type Chamber,
  type ChamberSpec,
  checkLimits,
  DEFAULT_LIMITS,
  type Language,
  type Probe,
  runInChamber,
} from "./chamber.ts";
import { GuestPool } from "./guest-pool.ts";
import { GuestSession } from "./guest-session.ts";
import { pythonSource, quickjsSource, type WasmSource } from "./wasm-module.ts";

/** Waiting interpreters of one rung that may be asked for. */
export const MAX_POOL = 16;
/** Runs of one rung at the same time. */
export const MAX_SESSIONS = 64;
const PROBE_WALL_MS = 20_000;

export interface WasmOptions {
  /** Interpreters kept booted; 0 starts each run cold. Default 1. */
  pool?: number;
  /** Memory cap that the pool is warmed for at first. */
  memory_bytes?: number;
}

interface Interpreter {
  rung: Rung;
  language: Language;
  entry: URL;
  source: WasmSource;
  probe: { code: string; stdout: string };
}

class WasmChamber implements Chamber {
  readonly rung: Rung;
  readonly languages: readonly Language[];
  readonly #interpreter: Interpreter;
  readonly #pool: GuestPool;
  readonly #sessions = new Set<GuestSession>();
  #closed = false;

  constructor(interpreter: Interpreter, options: WasmOptions) {
    this.rung = interpreter.rung;
    this.languages = [interpreter.language];
    this.#interpreter = interpreter;
    const size = options.pool ?? 1;
    if (!Number.isInteger(size) || size < 0 || size > MAX_POOL) throw new RangeError(`pool is 0 to ${MAX_POOL}`);
    const memory_bytes = options.memory_bytes ?? DEFAULT_LIMITS.memory_bytes;
    this.#pool = new GuestPool({ entry: interpreter.entry, source: interpreter.source, size, memory_bytes });
  }

  /** Runs one tiny program to the end, and leaves the pool warm. */
  async probe(): Promise<Probe> {
    const { language, probe } = this.#interpreter;
    try {
      const limits = { ...DEFAULT_LIMITS, wall_ms: PROBE_WALL_MS };
      const result = await runInChamber(this, { language, code: probe.code, files: new Map(), limits });
      if ("refused" in result) return { ready: false, why: result.why, fix: result.fix };
      const printed = Buffer.from(result.stdout).toString();
      if (result.status === "ok" && printed === probe.stdout) return { ready: true };
      return this.#broken(`its probe ended with ${result.status}: ${result.why ?? JSON.stringify(printed)}`);
    } catch (fault) {
      return this.#broken((fault as Error).message);
    }
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
      probe: { code: "print(6 * 7)", stdout: "42\n" },
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
      probe: { code: "print(6 * 7)", stdout: "42\n" },
    },
    options,
  );
