/** The built kernel from disk. `scripts/boot.mjs` builds it from `kernel/` at set-up, with asc, whenever its sources changed. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

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
