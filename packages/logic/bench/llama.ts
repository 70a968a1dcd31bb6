/**
 * llama.cpp through node-llama-cpp, at the level below its public API: one call, one batch, nothing sampled. Only for benches:
 * taken from the package when it is installed, or from the folder named by AXIOM_LLAMACPP
 * (`npm install --omit=optional --ignore-scripts node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1`, 85 MB).
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Batches {
  initBatch(size: number): void;
  addToBatch(sequence: number, position: number, tokens: Uint32Array, logitsOf: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  disposeSequence(sequence: number): void;
}
interface Package {
  readonly getLlama: (options: object) => Promise<{
    loadModel(options: object): Promise<{
      createContext(options: object): Promise<{ readonly _ctx: Batches; dispose(): Promise<void> }>;
      dispose(): Promise<void>;
    }>;
  }>;
}

/** One loaded model; sequences are numbers from 0. */
export interface Llama {
  /** Tokens to one sequence; logits for the last. */
  feed(sequence: number, tokens: readonly number[]): Promise<void>;
  /** One token to each of the first `tokens.length` sequences; logits for all. */
  feedEach(tokens: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

/** Null when node-llama-cpp is not installed. */
export async function openLlama(modelPath: string, sequences: number): Promise<Llama | null> {
  const found = await findPackage();
  if (found === null) return null;
  const llama = await found.getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    logLevel: "error",
    maxThreads: 1,
  });
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({ contextSize: 65_536, batchSize: 512, sequences, threads: 1 });
  return sequencesOf(context._ctx, sequences, async () => {
    await context.dispose();
    await model.dispose();
  });
}

function sequencesOf(batches: Batches, sequences: number, close: () => Promise<void>): Llama {
  const positions = Array.from({ length: sequences }, () => 0);
  const add = (sequence: number, tokens: readonly number[]) => {
    batches.addToBatch(sequence, positions[sequence]!, Uint32Array.from(tokens), Uint32Array.of(tokens.length - 1));
    positions[sequence]! += tokens.length;
  };
  return {
    async feed(sequence, tokens) {
      batches.initBatch(tokens.length);
      add(sequence, tokens);
      await batches.decodeBatch();
    },
    async feedEach(tokens) {
      batches.initBatch(tokens.length);
      for (const [sequence, token] of tokens.entries()) add(sequence, [token]);
      await batches.decodeBatch();
    },
    close,
  };
}

async function findPackage(): Promise<Package | null> {
  const folder = process.env.AXIOM_LLAMACPP;
  try {
    const from = createRequire(folder === undefined ? import.meta.url : join(folder, "package.json"));
    return (await import(pathToFileURL(from.resolve("node-llama-cpp")).href)) as Package;
  } catch {
    return null;
  }
}
