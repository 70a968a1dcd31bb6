/** The built kernel from disk. `scripts/boot.mjs` builds it from `kernel/` at set-up, with asc, whenever its sources changed. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

export interface KernelFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Hex; part of an engine's identity: the same kernel, weights and tokens give the same bits. */
  readonly sha256: string;
}

export function readKernelFile(): KernelFile {
  const path = new URL("../dist/kernel.wasm", import.meta.url);
  try {
    const bytes = new Uint8Array(readFileSync(path));
    return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
  } catch (cause) {
    throw new Error("the kernel is not built; fix: run `npm run build`", { cause });
  }
}

/**
 * Lets V8 join neighbouring 128-bit operations into 256-bit ones (x64 with AVX2): about a third less time, the same bits
 * (`bench exactness` has it as a place of its own). Off unless called, since the switch is V8's experimental one and holds
 * for all WebAssembly with vectors that this process compiles afterwards.
 */
export function doubleVectors(): void {
  setFlagsFromString("--experimental-wasm-revectorize");
}
