/** Opens the kernel's engine over files. */
import { readFile, stat } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { Engine } from "./engine.ts";
import { kernelEngine } from "./engine-kernel.ts";
import { KERNEL_MAX_BYTES } from "./kernel-layout.ts";
import { readKernelFile } from "./kernel-node.ts";
import type { KernelMode } from "./quantise.ts";
import { type LogicRefusal, refuse } from "./refusal.ts";
import { nodeSha256 } from "./seal-node.ts";

export interface KernelFileOptions {
  /** The GGUF file's path. */
  readonly model: string;
  readonly mode?: KernelMode;
  /** Sequences that can be open at once. */
  readonly slots?: number;
}

export async function openKernelEngine({
  model,
  mode = "exact",
  slots,
}: KernelFileOptions): Promise<Engine | LogicRefusal> {
  const file = await readModel(model);
  if (!(file instanceof Uint8Array)) return file;
  const { bytes: wasm, sha256: wasmHash } = readKernelFile();
  const more = slots === undefined ? {} : { slots };
  return kernelEngine({ file, wasm, wasmHash, mode, sha256: nodeSha256, breathe: () => setImmediate(), ...more });
}

async function readModel(path: string): Promise<Uint8Array | LogicRefusal> {
  try {
    const { size } = await stat(path);
    if (size > KERNEL_MAX_BYTES)
      return refuse("model-unsupported", `${path} has ${size} bytes; the kernel holds ${KERNEL_MAX_BYTES}.`);
    return new Uint8Array(await readFile(path));
  } catch (error) {
    return refuse("model-malformed", `${path} cannot be read: ${(error as Error).message}.`);
  }
}
