/** The kernel's engine over a model made by a test. */
import type { Engine } from "../src/engine.ts";
import { kernelEngine } from "../src/engine-kernel.ts";
import { readKernelFile } from "../src/kernel-node.ts";
import { isLogicRefusal } from "../src/refusal.ts";
import { nodeSha256 } from "../src/seal-node.ts";

const { bytes: wasm, sha256: wasmHash } = readKernelFile();

export function kernelOver(file: Uint8Array, mode: "exact" | "row" = "exact", slots = 8): Engine {
  const engine = kernelEngine({ file, wasm, wasmHash, mode, slots, sha256: nodeSha256 });
  if (isLogicRefusal(engine)) throw new Error(engine.why);
  return engine;
}
