/**
 * The optional package `node-llama-cpp`, where the owner has put it. It is no dependency: with its GPU parts it weighs 800 MB, and
 * nobody needs it to run the product. What is used of it lies below its public door, so exactly one version is taken.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type LogicRefusal, refuse } from "./refusal.ts";

export const LLAMACPP_VERSION = "3.22.1";
/** What puts it into a folder, without the GPU parts: 85 MB. */
export const LLAMACPP_INSTALL = `npm install --ignore-scripts --omit=optional node-llama-cpp@${LLAMACPP_VERSION} @node-llama-cpp/linux-x64@${LLAMACPP_VERSION}`;

export interface LlamaSampler {
  applyConfig(config: { temperature: number }): void;
  dispose(): void;
}

/** llama.cpp's context (node-llama-cpp, bindings/AddonTypes.d.ts, AddonContext). */
export interface LlamaBatches {
  initBatch(size: number): void;
  /** @returns where the logits of the wanted positions will lie. */
  addToBatch(sequence: number, position: number, tokens: Uint32Array, wanted: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  sampleToken(at: number, sampler: LlamaSampler): Promise<number>;
  /** Logits of all tokens (`true`), or of those named and the best few; as pairs of token and logit. */
  sampleToken(
    at: number,
    sampler: LlamaSampler,
    probabilities: false,
    confidence: false,
    logits: true | [tokens: readonly number[], max: boolean, min: boolean, selected: boolean, top: number],
    weight: false,
  ): Promise<[number, undefined, undefined, number[], undefined]>;
  disposeSequence(sequence: number): void;
  saveSequenceStateToFile(path: string, sequence: number, tokens: Uint32Array): Promise<number>;
  loadSequenceStateFromFile(path: string, sequence: number, maxTokens: number): Promise<Uint32Array>;
  copySequenceStateFromOtherSequence(to: number, from: number): Promise<number>;
}

export interface LlamaModel {
  readonly _model: { tokenize(text: string, specials: boolean): Uint32Array };
  createContext(options: Record<string, unknown>): Promise<{ readonly _ctx: LlamaBatches; dispose(): Promise<void> }>;
  dispose(): Promise<void>;
}

export interface Llama {
  readonly _bindings: { readonly AddonSampler: new (model: LlamaModel["_model"]) => LlamaSampler };
  loadModel(options: Record<string, unknown>): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

interface LlamaPackage {
  getLlama(options: Record<string, unknown>): Promise<Llama>;
}

/** @param folder the one with `node_modules` in it. Refuses `engine-absent` and says what to run. */
export async function loadLlama(folder: string): Promise<Llama | LogicRefusal> {
  const manifest = join(folder, "node_modules/node-llama-cpp/package.json");
  const found = versionOf(manifest);
  if (found !== LLAMACPP_VERSION)
    return refuse(
      "engine-absent",
      `${found === null ? "No node-llama-cpp" : `node-llama-cpp ${found}`} in ${folder}; version ${LLAMACPP_VERSION} is needed: ${LLAMACPP_INSTALL}.`,
    );
  try {
    const entrance = createRequire(manifest).resolve("node-llama-cpp");
    const { getLlama } = (await import(pathToFileURL(entrance).href)) as LlamaPackage;
    return await getLlama({ gpu: false, build: "never", skipDownload: true, logLevel: "disabled" });
  } catch (error) {
    return refuse(
      "engine-absent",
      `node-llama-cpp in ${dirname(manifest)} does not start: ${(error as Error).message}.`,
    );
  }
}

function versionOf(manifest: string): string | null {
  try {
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version?: unknown };
    return typeof version === "string" ? version : null;
  } catch {
    return null;
  }
}
