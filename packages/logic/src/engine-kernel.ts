/** The engine over our own kernel: exact, and every sequence a slot of one WebAssembly memory. */
import type { Engine, EngineInfo, Sequence, WriteRequest, Written } from "./engine.ts";
import { GgufError, readGguf } from "./gguf.ts";
import { Kernel, type KernelOptions } from "./kernel.ts";
import { KernelError } from "./kernel-layout.ts";
import { checkMemory, type Memory, makeMemory, type Sha256, toHex } from "./memory.ts";
import type { Picked, PickOptions } from "./pick.ts";
import { EngineFault, isLogicRefusal, type LogicRefusal, refuse } from "./refusal.ts";
import { choose, type Logits } from "./sampler.ts";
import { checkedTokens, readTokenizer, type Tokenizer } from "./tokenizer.ts";
import { readMamba } from "./weights.ts";
import { writeTokens } from "./writing.ts";

export interface KernelEngineOptions extends Omit<KernelOptions, "weights"> {
  /** The GGUF file. It is kept: tensors are views of it. */
  readonly file: Uint8Array;
  readonly sha256: Sha256;
  /** Hex SHA-256 of the WebAssembly file. */
  readonly wasmHash: string;
  /** Waited for after every `KERNEL_FEED_TOKENS` tokens, so that others get a turn. */
  readonly breathe?: () => Promise<void>;
  /** Room for a memory that is about to be overwritten whole, and so need not be cleared. */
  readonly allocate?: (bytes: number) => Uint8Array;
}

/** Tokens read, by all sequences together, without a breath. */
export const KERNEL_FEED_TOKENS = 32;

/** Refuses `model-malformed`, `model-unsupported` and what `readTokenizer` refuses. */
export function kernelEngine(options: KernelEngineOptions): Engine | LogicRefusal {
  try {
    const gguf = readGguf(options.file);
    const tokenizer = readTokenizer(gguf);
    if (isLogicRefusal(tokenizer)) return tokenizer;
    const architecture = gguf.metadata.get("general.architecture");
    if (architecture !== "mamba2")
      return refuse("model-unsupported", `The kernel runs mamba2; this is ${String(architecture).slice(0, 80)}.`);
    const kernel = Kernel.load({ ...options, weights: readMamba(gguf) });
    if (tokenizer.size > kernel.shape.vocabulary)
      return refuse("model-malformed", `${tokenizer.size} tokens, but only ${kernel.shape.vocabulary} embeddings.`);
    const text = (key: string) => (typeof gguf.metadata.get(key) === "string" ? String(gguf.metadata.get(key)) : null);
    return new KernelEngine(kernel, tokenizer, options, { model: text("general.name"), decode: text("axiom.decode") });
  } catch (error) {
    if (error instanceof GgufError) return refuse("model-malformed", `${error.message}.`);
    if (error instanceof KernelError && error.code !== "misuse")
      return refuse("model-unsupported", `${error.message}.`);
    throw error;
  }
}

class KernelEngine implements Engine {
  readonly info: EngineInfo;
  readonly tokenizer: Tokenizer;
  readonly kernel: Kernel;
  readonly sha256: Sha256;
  readonly allocate: (bytes: number) => Uint8Array;
  readonly #breathe: () => Promise<void>;
  #sinceBreath = 0;
  readonly #free: number[];
  #closed = false;

  constructor(
    kernel: Kernel,
    tokenizer: Tokenizer,
    options: KernelEngineOptions,
    names: { model: string | null; decode: string | null },
  ) {
    this.kernel = kernel;
    this.tokenizer = tokenizer;
    this.sha256 = options.sha256;
    this.allocate = options.allocate ?? ((bytes) => new Uint8Array(bytes));
    this.#breathe = options.breathe ?? (() => Promise.resolve());
    this.#free = Array.from({ length: kernel.slots }, (_, slot) => kernel.slots - 1 - slot);
    this.info = Object.freeze({
      kind: "kernel",
      model: names.model ?? "unnamed",
      weights: toHex(options.sha256(options.file)),
      vocabulary: tokenizer.size,
      runtime: `kernel/${kernel.mode}/${options.wasmHash}`,
      exact: true,
      decode: names.decode,
    });
  }

  open(start?: Memory, length = 0): Promise<Sequence | LogicRefusal> {
    return Promise.resolve(this.#open(start, length));
  }

  #open(start: Memory | undefined, length: number): Sequence | LogicRefusal {
    const wrong = start === undefined ? null : checkMemory(start, this.kernel.shape, this.info.weights!);
    if (wrong !== null) return wrong;
    const slot = this.take();
    if (typeof slot !== "number") return slot;
    if (start === undefined) this.kernel.blank(slot);
    else this.kernel.write(slot, start.bytes);
    return new KernelSequence(this, slot, length, false);
  }

  take(): number | LogicRefusal {
    if (this.#closed) return refuse("engine-closed", "The kernel's engine was closed.");
    return this.#free.pop() ?? refuse("engine-full", `All ${this.kernel.slots} slots of the kernel hold a sequence.`);
  }

  giveBack(slot: number): void {
    this.#free.push(slot);
  }

  async rest(tokens: number): Promise<void> {
    this.#sinceBreath += tokens;
    if (this.#sinceBreath < KERNEL_FEED_TOKENS) return;
    this.#sinceBreath = 0;
    await this.#breathe();
  }

  write(request: WriteRequest): AsyncIterable<Written> {
    return writeTokens(this, request);
  }

  close(): Promise<void> {
    if (!this.#closed) this.kernel.close();
    this.#closed = true;
    return Promise.resolve();
  }
}

class KernelSequence implements Sequence {
  readonly #engine: KernelEngine;
  #slot: number | null;
  #length: number;
  /** Whether there are logits. */
  #fed: boolean;

  constructor(engine: KernelEngine, slot: number, length: number, fed: boolean) {
    this.#engine = engine;
    this.#slot = slot;
    this.#length = length;
    this.#fed = fed;
  }

  get length(): number {
    return this.#length;
  }

  async feed(tokens: ArrayLike<number>): Promise<void> {
    const all = checkedTokens(tokens, this.#engine.tokenizer.size);
    for (let from = 0; from < all.length; from += KERNEL_FEED_TOKENS) {
      const part = all.subarray(from, from + KERNEL_FEED_TOKENS);
      this.#engine.kernel.feed(this.#open(), part);
      this.#length += part.length;
      this.#fed = true;
      await this.#engine.rest(part.length);
    }
  }

  async pick(how: PickOptions = {}): Promise<Picked> {
    if (!this.#fed) throw new RangeError("nothing was fed, so there is nothing to continue");
    return choose(this.#logits(how.mask), how, this.#length);
  }

  /** Only what the mask may want is computed; tokens behind the tokenizer's last are padding. */
  #logits(mask: Uint32Array | undefined): Logits {
    const { kernel, tokenizer } = this.#engine;
    const words = (kernel.shape.vocabulary + 31) >>> 5;
    let whole = mask;
    if (mask !== undefined && mask.length < words) {
      whole = new Uint32Array(words);
      whole.set(mask);
    }
    return kernel.logits(this.#open(), whole).subarray(0, tokenizer.size);
  }

  async memory(): Promise<Memory> {
    const { kernel, info, sha256, allocate } = this.#engine;
    const bytes = kernel.read(this.#open(), allocate(kernel.memoryBytes));
    return makeMemory(kernel.shape, info.weights!, bytes, sha256);
  }

  async fork(): Promise<Sequence> {
    const slot = this.#engine.take();
    if (typeof slot !== "number") throw new EngineFault(slot);
    this.#engine.kernel.copy(this.#open(), slot);
    return new KernelSequence(this.#engine, slot, this.#length, this.#fed);
  }

  close(): void {
    if (this.#slot !== null) this.#engine.giveBack(this.#slot);
    this.#slot = null;
  }

  #open(): number {
    if (this.#slot === null) throw new EngineFault(refuse("engine-closed", "The sequence was closed."));
    return this.#slot;
  }
}
