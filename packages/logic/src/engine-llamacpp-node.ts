/** The engine over llama.cpp, for models that our kernel does not run. Fast on many machines, exact on none: its bits depend on the processor. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Engine, EngineInfo, Sequence, WriteRequest, Written } from "./engine.ts";
import { type Gguf, GgufError, readGguf, readGgufMetadata } from "./gguf.ts";
import { LLAMACPP_VERSION, type LlamaModel, loadLlama } from "./llamacpp-package-node.ts";
import { LlamaSequence, LlamaSlots } from "./llamacpp-sequence-node.ts";
import { checkMemory, type Memory, type MemoryShape } from "./memory.ts";
import { preTokenizer } from "./pretokenize.ts";
import { isLogicRefusal, type LogicRefusal, refuse } from "./refusal.ts";
import { readTokenizer, type Tokenizer } from "./tokenizer.ts";
import { readMamba } from "./weights.ts";
import { writeTokens } from "./writing.ts";

export interface LlamaCppOptions {
  /** The GGUF file's path. */
  readonly model: string;
  /** Where `node_modules/node-llama-cpp` is. */
  readonly folder: string;
  /** Tokens that one sequence can hold. */
  readonly context_tokens?: number;
  /** Sequences that can be open at once. */
  readonly slots?: number;
  readonly threads?: number;
}

export const LLAMACPP_DEFAULT_CONTEXT = 4096;
export const LLAMACPP_DEFAULT_SLOTS = 4;
/** Metadata and tensor table are looked for in so much of the file's beginning. */
export const LLAMACPP_HEADER_BYTES = 64 << 20;
/** A Mamba-2 file up to this size is read whole, for its memory's shape. */
const SHAPE_FILE_BYTES = 1 << 30;

export async function openLlamaCppEngine(options: LlamaCppOptions): Promise<Engine | LogicRefusal> {
  const about = await readAbout(options.model);
  if (isLogicRefusal(about)) return about;
  const llama = await loadLlama(options.folder);
  if (isLogicRefusal(llama)) return llama;
  try {
    const { context_tokens = LLAMACPP_DEFAULT_CONTEXT, slots = LLAMACPP_DEFAULT_SLOTS, threads = 1 } = options;
    const model = await llama.loadModel({ modelPath: options.model, ...overrides(about.metadata) });
    const tokenizer = tokenizerOf(about.metadata, model);
    if (isLogicRefusal(tokenizer)) {
      await llama.dispose();
      return tokenizer;
    }
    const size = { contextSize: context_tokens, sequences: slots, threads, batchSize: Math.min(512, context_tokens) };
    const context = await model.createContext({ ...size, ignoreMemorySafetyChecks: true });
    const sampler = new llama._bindings.AddonSampler(model._model);
    const { info, shape } = infoOf(about, tokenizer);
    const held = new LlamaSlots({
      batches: context._ctx,
      sampler,
      slots,
      context_tokens,
      batch: size.batchSize,
      info,
      shape,
    });
    return new LlamaCppEngine(held, tokenizer, async () => {
      sampler.dispose();
      await context.dispose();
      await model.dispose();
      await llama.dispose();
    });
  } catch (error) {
    await llama.dispose();
    return refuse("engine-failed", `llama.cpp does not open ${options.model}: ${(error as Error).message}.`);
  }
}

interface About {
  readonly metadata: Gguf["metadata"];
  readonly weights: string;
  readonly shape: MemoryShape | null;
}

async function readAbout(path: string): Promise<About | LogicRefusal> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const metadata = readGgufMetadata(await readBytes(file, Math.min(size, LLAMACPP_HEADER_BYTES)));
      const own = metadata.get("general.architecture") === "mamba2" && size <= SHAPE_FILE_BYTES;
      const shape = own ? shapeOf(await readBytes(file, size)) : null;
      return { metadata, shape, weights: await hashOf(path) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return refuse("model-malformed", `${path} cannot be read: ${(error as Error).message}.`);
  }
}

async function readBytes(file: Awaited<ReturnType<typeof open>>, length: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, 0);
  return buffer.subarray(0, bytesRead);
}

/** Null: tensors of a type that only llama.cpp reads. */
function shapeOf(bytes: Uint8Array): MemoryShape | null {
  try {
    return readMamba(readGguf(bytes)).shape;
  } catch (error) {
    if (error instanceof GgufError) return null;
    throw error;
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** llama.cpp opens no file whose pre-tokenizer it does not know; ours is told as the nearest, since our own tokenizer is used. */
function overrides(metadata: Gguf["metadata"]): Record<string, unknown> {
  const own = metadata.get("tokenizer.ggml.pre") === "axiom-marks";
  return own ? { metadataOverrides: { tokenizer: { ggml: { pre: "gpt-2" } } } } : {};
}

/** Our own tokenizer; where only its way of cutting text is unknown to us, llama.cpp encodes. */
function tokenizerOf(metadata: Gguf["metadata"], model: LlamaModel): Tokenizer | LogicRefusal {
  const pre = metadata.get("axiom.pre") ?? metadata.get("tokenizer.ggml.pre");
  const known =
    metadata.get("tokenizer.ggml.model") !== "gpt2" || typeof pre !== "string" || preTokenizer(pre) !== undefined;
  if (known) return readTokenizer({ metadata });
  const table = readTokenizer({ metadata: new Map(metadata).set("axiom.pre", "gpt-2") });
  if (isLogicRefusal(table)) return table;
  const { size, begin, ends } = table;
  return {
    size,
    begin,
    ends,
    encode: (text) => model._model.tokenize(text, false),
    decode: (tokens) => table.decode(tokens),
    bytesOf: (token) => table.bytesOf(token),
    special: (name) => table.special(name),
  };
}

function infoOf(
  { metadata, weights, shape }: About,
  tokenizer: Tokenizer,
): { info: EngineInfo; shape: MemoryShape | null } {
  const text = (key: string) => (typeof metadata.get(key) === "string" ? String(metadata.get(key)) : null);
  const info: EngineInfo = Object.freeze({
    kind: "llamacpp",
    model: text("general.name") ?? "unnamed",
    weights,
    vocabulary: tokenizer.size,
    runtime: `node-llama-cpp/${LLAMACPP_VERSION}`,
    exact: false,
    decode: text("axiom.decode"),
  });
  return { info, shape };
}

class LlamaCppEngine implements Engine {
  readonly info: EngineInfo;
  readonly tokenizer: Tokenizer;
  readonly #slots: LlamaSlots;
  readonly #dispose: () => Promise<void>;
  #closed = false;

  constructor(slots: LlamaSlots, tokenizer: Tokenizer, dispose: () => Promise<void>) {
    this.info = slots.info;
    this.tokenizer = tokenizer;
    this.#slots = slots;
    this.#dispose = dispose;
  }

  async open(start?: Memory, length = 0): Promise<Sequence | LogicRefusal> {
    if (this.#closed) return refuse("engine-closed", "The engine over llama.cpp was closed.");
    const shape = this.#slots.shape;
    if (start !== undefined && shape === null)
      return refuse("memory-unsupported", "This model's memory has no form of ours.");
    const wrong = start === undefined ? null : checkMemory(start, shape!, this.info.weights!);
    return wrong ?? LlamaSequence.open(this.#slots, start, length);
  }

  write(request: WriteRequest): AsyncIterable<Written> {
    return writeTokens(this, request);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#slots.exclusively(this.#dispose);
  }
}
