/** Worker entry: boots one CPython, waits for its order, runs it, ends. */
import { workerData } from "node:worker_threads";
import type { GuestOrder, GuestSetup } from "./guest-protocol.ts";
import { GuestExit, GuestRun } from "./guest-run.ts";
import { WasiHost } from "./wasi-host.ts";
import { BOOT_PROGRAM, OOM_EXIT } from "./wasm-py-boot.ts";

const setup = workerData as GuestSetup;
const run = new GuestRun(setup);
let waiting: { bytes: Uint8Array; after: Uint8Array } | null = null;

/** First the program (its first read is where a pooled worker waits), then the order's own input. */
function stdin(length: number): Uint8Array {
  waiting ??= asInput(run.awaitOrder());
  if (waiting.bytes.length === 0) waiting = { bytes: waiting.after, after: new Uint8Array(0) };
  const next = waiting.bytes.subarray(0, length);
  waiting.bytes = waiting.bytes.subarray(next.length);
  return next;
}

/** The boot program reads the length, then exactly so many bytes. */
function asInput(order: GuestOrder): { bytes: Uint8Array; after: Uint8Array } {
  const code = Buffer.from(order.code);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(code.length));
  return { bytes: Buffer.concat([size, code]), after: order.stdin };
}

const host = new WasiHost({
  run,
  args: ["python", "-B", "-c", BOOT_PROGRAM],
  env: ["PYTHONHASHSEED=0", "PYTHONDONTWRITEBYTECODE=1", "PYTHONUTF8=1", "HOME=/work", "TMPDIR=/tmp", "PWD=/work"],
  stdin,
});

const instance = new WebAssembly.Instance(setup.module, { wasi_snapshot_preview1: host.imports });
const memory = instance.exports.memory as WebAssembly.Memory;
host.memory = memory;
run.notePeak(memory.buffer.byteLength);

function atEnd(fault: unknown): never {
  run.notePeak(memory.buffer.byteLength);
  if (fault === null) return run.finish("ok", null, 0);
  if (fault instanceof GuestExit) {
    if (fault.code === 0) return run.finish("ok", null, 0);
    if (fault.code === OOM_EXIT) return run.finish("oom", "the program ran out of memory", 1);
    return run.finish("error", `the program exited with ${fault.code}`, fault.code);
  }
  const full = memory.buffer.byteLength >= setup.memory_pages * 65536;
  if (full) return run.end("oom", "the interpreter ran out of memory", null);
  const what = fault instanceof RangeError ? "its stack overflowed" : String((fault as Error).message ?? fault);
  return run.end("crashed", `the interpreter broke: ${what.slice(0, 200)}`, null);
}

try {
  (instance.exports._start as () => void)();
  atEnd(null);
} catch (fault) {
  atEnd(fault);
}
