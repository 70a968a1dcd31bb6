/** A model on disk: the GGUF, the initial memories beside it, and the signed list that both are checked against. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  type Engine,
  type KernelMode,
  type KernelVectors,
  type Memory,
  nodeSha256,
  openKernelEngine,
  readMemory,
} from "logic";
import { isRefusal, nodeCrypto, type Refusal, refuse } from "lop";
import { checkFile, type Release, readRelease } from "./release.ts";

export const MODEL_FILE = "axiom-needle-1.gguf";
const SUPERVISOR = "supervisor";

export interface ModelFolder {
  readonly engine: Engine;
  /** Initial memories by needle; who has none begins at the empty memory. */
  readonly starts: ReadonlyMap<string, Memory>;
  readonly supervisor: Memory | null;
  /** Whether a signed list named every file. */
  readonly released: boolean;
}

export interface ModelOptions {
  /** Path of the GGUF. `release.json` and `release.pub` beside it are obeyed; `states/ID.memory` are its initial memories. */
  readonly file: string;
  readonly needles: readonly string[];
  readonly mode?: KernelMode;
  /** Of the kernel; the bits are the same. */
  readonly threads?: 1 | 2;
  readonly vectors?: KernelVectors;
}

/** Refusals: `engine-absent` (no file), `model-damaged`, `engine-failed`. */
export async function openModelFolder(options: ModelOptions): Promise<ModelFolder | Refusal> {
  const { file, needles, mode = "exact", threads = 1, vectors = "doubled" } = options;
  if (!existsSync(file)) return refuse("engine-absent", `There is no model at ${file}.`);
  const folder = dirname(file);
  const release = await releaseOf(folder);
  if (isRefusal(release)) return release;
  const checked = await readChecked(folder, basename(file), release);
  if (isRefusal(checked)) return checked;
  const engine = await openKernelEngine({ model: checked, mode, threads, vectors });
  if ("refused" in engine) return refuse("engine-failed", engine.why, engine.fix);
  const starts = new Map<string, Memory>();
  for (const id of [SUPERVISOR, ...needles]) {
    const memory = await startOf(folder, id, release);
    if (isRefusal(memory)) return memory;
    if (memory !== null) starts.set(id, memory);
  }
  const supervisor = starts.get(SUPERVISOR) ?? null;
  starts.delete(SUPERVISOR);
  return { engine, starts, supervisor, released: release !== null };
}

async function releaseOf(folder: string): Promise<Release | null | Refusal> {
  const path = join(folder, "release.json");
  if (!existsSync(path)) return null;
  const key = join(folder, "release.pub");
  if (!existsSync(key)) return refuse("model-damaged", `${key} is missing.`);
  return readRelease(nodeCrypto, await readFile(path), await readFile(key, "utf8"));
}

async function readChecked(folder: string, name: string, release: Release | null): Promise<Uint8Array | Refusal> {
  const bytes = new Uint8Array(await readFile(join(folder, name)));
  return (release === null ? null : checkFile(nodeCrypto, release, name, bytes)) ?? bytes;
}

async function startOf(folder: string, id: string, release: Release | null): Promise<Memory | null | Refusal> {
  const name = `states/${id}.memory`;
  if (!existsSync(join(folder, name)))
    return release?.has(name) ? refuse("model-damaged", `${name} is missing.`) : null;
  const bytes = await readChecked(folder, name, release);
  if (isRefusal(bytes)) return bytes;
  const memory = readMemory(bytes, nodeSha256);
  return "refused" in memory ? refuse("model-damaged", `${name}: ${memory.why}`) : memory;
}
