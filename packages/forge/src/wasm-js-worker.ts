/** Worker entry: makes one QuickJS instance, waits for its order, runs it, ends. */
import { workerData } from "node:worker_threads";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  RELEASE_SYNC,
} from "quickjs-emscripten";
import { FileFault } from "./guest-files.ts";
import { type GuestOrder, type GuestSetup, SELF_TEST } from "./guest-protocol.ts";
import { GuestRun } from "./guest-run.ts";
import { PRELUDE } from "./wasm-js-prelude.ts";
import { PAGE_BYTES, QUICKJS_MIN_PAGES } from "./wasm-module.ts";

/** Above this, an overflow of the host's stack is thrown through QuickJS and corrupts it. The worker has 4 MB. */
const MAX_STACK_BYTES = 200 * 1024;
const STDIN_PATH = "/dev/stdin";

const setup = workerData as GuestSetup;
const run = new GuestRun(setup);
const memory = new WebAssembly.Memory({ initial: QUICKJS_MIN_PAGES, maximum: setup.memory_pages });
/** QuickJS grows through its glue, so every growth is seen. */
memory.grow = (pages) => {
  const before = WebAssembly.Memory.prototype.grow.call(memory, pages);
  run.notePeak(memory.buffer.byteLength);
  return before;
};
run.notePeak(memory.buffer.byteLength);
const quickjs = await newQuickJSWASMModuleFromVariant(
  newVariant(RELEASE_SYNC, {
    wasmModule: () => Promise.resolve(setup.module),
    wasmMemory: memory,
    emscriptenModule: { print: () => {}, printErr: () => {} } as object,
  }),
);
let order: GuestOrder;

const entropy64 = (): number => {
  const bytes = new Uint8Array(8);
  run.entropy(bytes);
  return Number(new DataView(bytes.buffer).getBigUint64(0) >> 11n);
};

/** QuickJS seeds Math.random from the clock when a context is made; for that moment the clock is entropy. */
function newContext(): QuickJSContext {
  Date.now = entropy64;
  const runtime = quickjs.newRuntime({ maxStackSizeBytes: MAX_STACK_BYTES });
  const context = runtime.newContext();
  Date.now = () => run.now_ms();
  return context;
}

let context: QuickJSContext;

function pathIn(path: string): string {
  return path.startsWith("/work/") ? path.slice("/work/".length) : path;
}

function textOrFault(step: () => QuickJSHandle): QuickJSHandle {
  try {
    return step();
  } catch (fault) {
    if (fault instanceof FileFault) return context.newString(`!${fault.message}`);
    throw fault;
  }
}

function readFile(path: string): Uint8Array {
  if (path === STDIN_PATH) return order.stdin;
  const node = run.files.find(run.files.folder("work"), pathIn(path));
  if (node.kind === "folder") throw new FileFault("EISDIR", path);
  return node.bytes.subarray(0, node.size);
}

function hostFunctions(): Record<string, (...args: QuickJSHandle[]) => QuickJSHandle> {
  const text = (handle: QuickJSHandle | undefined): string => context.getString(handle!);
  const number = (handle: QuickJSHandle | undefined): number => context.getNumber(handle!);
  return {
    write: (stream, piece) => {
      run.print(number(stream) === 1 ? "stdout" : "stderr", Buffer.from(text(piece)));
      return context.undefined;
    },
    read: (path, asBytes) =>
      textOrFault(() => {
        const bytes = readFile(text(path));
        if (context.dump(asBytes!) !== true) return context.newString(`=${Buffer.from(bytes).toString("utf8")}`);
        return context.newArrayBuffer(bytes.slice().buffer as ArrayBuffer);
      }),
    writeText: (path, data) => writeFile(text(path), Buffer.from(text(data))),
    writeBytes: (path, data) => writeFile(text(path), context.getArrayBuffer(data!).value),
    list: (path) =>
      textOrFault(() => {
        const node = run.files.find(run.files.folder("work"), pathIn(text(path)));
        if (node.kind === "file") throw new FileFault("ENOTDIR", text(path));
        const names = [...node.entries].map(([name, entry]) => (entry.kind === "folder" ? `${name}/` : name));
        return context.newString(JSON.stringify(names.sort()));
      }),
    remove: (path) =>
      textOrFault(() => {
        run.files.remove(run.files.folder("work"), pathIn(text(path)), "file");
        return context.undefined;
      }),
    exit: (code) => {
      const exit_code = number(code);
      if (exit_code === 0) return run.finish("ok", null, 0);
      return run.finish("error", `the program exited with ${exit_code}`, exit_code);
    },
    now: () => context.newNumber(Number(run.monotonic_ns()) / 1e6),
    sleep: (ms) => {
      run.sleep(number(ms));
      return context.undefined;
    },
  };
}

function writeFile(path: string, bytes: Uint8Array): QuickJSHandle {
  return textOrFault(() => {
    run.files.give(pathIn(path), bytes);
    return context.undefined;
  });
}

/** Evaluates the prelude and hands it the host functions. @returns the guest's timer step. */
function install(): QuickJSHandle {
  const host = context.newObject();
  for (const [name, step] of Object.entries(hostFunctions()))
    context.setProp(host, name, context.newFunction(name, step));
  const prelude = context.unwrapResult(context.evalCode(PRELUDE, "prelude.js"));
  return context.unwrapResult(context.callFunction(prelude, context.undefined, host));
}

/** A script; a program that only parses as a module (import, export, top-level await) is one. */
function evaluate(code: string): ReturnType<QuickJSContext["evalCode"]> {
  const parsed = context.evalCode(code, "main.js", { type: "global", compileOnly: true });
  if (!parsed.error) {
    parsed.value.dispose();
    return context.evalCode(code, "main.js", { type: "global" });
  }
  const asModule = context.evalCode(code, "main.js", { type: "module", compileOnly: true });
  if (asModule.error) return parsed;
  return context.evalCode(code, "main.js", { type: "module" });
}

/** Jobs, then timers, until neither is left. @returns the first uncaught error. */
function runToTheEnd(step: QuickJSHandle): QuickJSHandle | null {
  for (;;) {
    const jobs = context.runtime.executePendingJobs();
    if (jobs.error) return jobs.error;
    const wait = context.callFunction(step, context.undefined);
    if (wait.error) return wait.error;
    const wait_ms = context.getNumber(wait.value);
    if (wait_ms < 0 && !context.runtime.hasPendingJob()) return null;
    if (wait_ms > 0) run.sleep(wait_ms);
  }
}

function outOfMemory(name: string, message: string): boolean {
  return name === "InternalError" && message === "out of memory";
}

function fail(error: QuickJSHandle): never {
  const dumped: unknown = context.dump(error);
  const { name, message, stack } = (typeof dumped === "object" && dumped !== null ? dumped : {}) as Record<
    string,
    unknown
  >;
  const head = name === undefined && message === undefined ? `Uncaught ${String(dumped)}` : `${name}: ${message}`;
  run.print("stderr", Buffer.from(`${head}\n${typeof stack === "string" ? stack : ""}`));
  if (outOfMemory(String(name), String(message)) || dumped === null)
    return run.finish("oom", "the program ran out of memory", 1);
  return run.finish("error", `the program threw ${String(name ?? typeof dumped)}`.slice(0, 200), 1);
}

function runProgram(): never {
  const step = install();
  const result = evaluate(order.code);
  if (result.error) return fail(result.error);
  const late = runToTheEnd(step);
  if (late) return fail(late);
  const state = context.getPromiseState(result.value);
  if (state.type === "rejected") return fail(state.error);
  return run.finish("ok", null, 0);
}

/** A throw-away run before the claim: the code of interpreter and glue is compiled then, and not on the order's time. */
function warmUp(): void {
  context = newContext();
  const step = install();
  evaluate(`${SELF_TEST}; String({ warm: [1, 2.5, "up"] }); Math.random();`);
  runToTheEnd(step);
}

try {
  warmUp();
  order = run.awaitOrder();
  context = newContext();
  runProgram();
} catch (fault) {
  const full = memory.buffer.byteLength >= setup.memory_pages * PAGE_BYTES - PAGE_BYTES;
  if (full) run.end("oom", "the interpreter ran out of memory", null);
  run.end("crashed", `the interpreter broke: ${String((fault as Error).message ?? fault).slice(0, 200)}`, null);
}
