/**
 * Compiles the kernel so that V8 joins neighbouring 128-bit operations into 256-bit ones (x64 with AVX2): about a third less time.
 * The switch is V8's experimental one, and V8 has it for the whole process. So it is on only while this one file is compiled, at
 * once and to the end, and what comes of it is used only after it has computed the same bits as a plain compilation.
 */
import { setFlagsFromString } from "node:v8";
import { type Compile, sameBits } from "./kernel-trial.ts";

/** Name and what Node has by default. The last two: compile all functions now, and at once with the optimising compiler. */
const SWITCHES = [
  ["experimental-wasm-revectorize", false],
  ["wasm-lazy-compilation", true],
  ["liftoff", true],
] as const;

const plain: Compile = (wasm) => new WebAssembly.Module(wasm);

/** Null until the first kernel is compiled. */
let trusted: boolean | null = null;

/** For `KernelOptions.compile`. Plain where there is nothing to double, or where the trial fails. */
export const compileKernel: Compile = (wasm) => {
  if (process.arch !== "x64" || process.versions.bun !== undefined) return plain(wasm);
  trusted ??= isTrusted(wasm);
  return trusted ? doubled(wasm) : plain(wasm);
};

const doubled: Compile = (wasm) => {
  for (const [name, usual] of SWITCHES) setFlagsFromString(switched(name, !usual));
  try {
    return new WebAssembly.Module(wasm);
  } finally {
    for (const [name, usual] of SWITCHES) setFlagsFromString(switched(name, usual));
  }
};

const switched = (name: string, on: boolean): string => `--${on ? "" : "no-"}${name}`;

function isTrusted(wasm: Uint8Array<ArrayBuffer>): boolean {
  try {
    return sameBits(wasm, doubled, (bytes) => plain(named(bytes)));
  } catch (error) {
    // A compiler that fails is not trusted either; anything else is a fault of ours.
    if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.RuntimeError) return false;
    throw error;
  }
}

/** The same code under other bytes, by an empty section of its own (WebAssembly core, 5.5.3): V8 shares the code of equal bytes. */
function named(wasm: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const section = [0, 2, 1, "p".charCodeAt(0)];
  const copy = new Uint8Array(wasm.length + section.length);
  copy.set(wasm);
  copy.set(section, wasm.length);
  return copy;
}
