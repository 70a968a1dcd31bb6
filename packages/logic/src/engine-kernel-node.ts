/** Opens the kernel's engine over files. */
import { readFile, stat } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Engine } from "./engine.ts";
import { kernelEngine } from "./engine-kernel.ts";
import { KERNEL_MAX_BYTES } from "./kernel-layout.ts";
import { readKernelFile } from "./kernel-node.ts";
import { hireThread } from "./kernel-threads-node.ts";
import { compileKernel } from "./kernel-vectors-node.ts";
import type { KernelMode } from "./quantise.ts";
import { type LogicRefusal, refuse } from "./refusal.ts";
import { nodeSha256 } from "./seal-node.ts";

export interface KernelFileOptions {
  /** The GGUF file: its path, or its bytes where they were read and checked already. */
  readonly model: string | Uint8Array;
  readonly mode?: KernelMode;
  /** Sequences that can be open at once. */
  readonly slots?: number;
  /** 2 hires a second thread, which pays for models of some size; the bits are the same. */
  readonly threads?: 1 | 2;
  /** `plain`: nothing but what V8 does by default. */
  readonly vectors?: KernelVectors;
}

export const KERNEL_VECTORS = ["doubled", "plain"] as const;
export type KernelVectors = (typeof KERNEL_VECTORS)[number];

export async function openKernelEngine(options: KernelFileOptions): Promise<Engine | LogicRefusal> {
  const { model, mode = "exact", slots, threads = 1, vectors = "doubled" } = options;
  const file = typeof model === "string" ? await readModel(model) : model;
  if (!(file instanceof Uint8Array)) return file;
  const { bytes: wasm, sha256: wasmHash } = readKernelFile();
  const held = slots === undefined ? {} : { slots };
  const hired = threads === 1 ? {} : { hire: hireThread, threads };
  const compiled = vectors === "plain" ? {} : { compile: compileKernel };
  const node = { sha256: nodeSha256, breathe: () => nextTurn(), allocate: roomsAhead() };
  return kernelEngine({ file, wasm, wasmHash, mode, ...node, ...held, ...hired, ...compiled });
}

/** A room larger than this is made when it is asked for. */
export const ROOM_AHEAD_MAX_BYTES = 16 << 20;
const PAGE_BYTES = 4096;

/**
 * Uncleared rooms for memories. The system's first touch of fresh pages costs twice what filling them does; so the room after this
 * one is made, and its pages touched, in a turn of the event loop in which nobody waits for it. One such room is held.
 */
function roomsAhead(): (bytes: number) => Uint8Array {
  let ahead: Uint8Array | null = null;
  let asked = false;
  return (bytes) => {
    const room = ahead?.length === bytes ? ahead : uncleared(bytes);
    ahead = null;
    if (asked || bytes > ROOM_AHEAD_MAX_BYTES) return room;
    asked = true;
    setImmediate(() => {
      asked = false;
      ahead = touched(uncleared(bytes));
    }).unref();
    return room;
  };
}

const uncleared = (bytes: number): Uint8Array => new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);

function touched(room: Uint8Array): Uint8Array {
  for (let at = 0; at < room.length; at += PAGE_BYTES) room[at] = 0;
  return room;
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
