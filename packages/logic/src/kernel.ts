/**
 * The fast recurrence: a Mamba-2 model in WebAssembly (sources in `kernel/`), the same bits on every machine.
 * One kernel holds one set of weights and a fixed number of slots; a slot is one sequence's memory, in place.
 */
import { dequantise } from "./dequantise.ts";
import {
  fillKernel,
  KERNEL_BATCH,
  KERNEL_MAX_SLOTS,
  KERNEL_MAX_THREADS,
  KernelError,
  type KernelPlan,
  planKernel,
} from "./kernel-layout.ts";
import { type KernelMode, rowOf } from "./quantise.ts";
import type { MambaShape, MambaWeights } from "./weights.ts";

export const KERNEL_DEFAULT_SLOTS = 16;

/** What a further thread needs to serve: see `serveKernel`. */
export interface KernelPost {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly model: number;
  readonly bench: number;
  readonly orders: number;
}

export interface KernelOptions {
  /** The bytes of `dist/kernel.wasm`. */
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly weights: MambaWeights;
  readonly mode: KernelMode;
  /** Sequences that can be held at once. */
  readonly slots?: number;
  /** Starts one further thread that runs `serveKernel(post)`; without it the kernel has one thread. */
  readonly hire?: (post: KernelPost) => { dismiss(): void };
  /** With `hire`: threads in all, 1 or 2. */
  readonly threads?: number;
  /** `new WebAssembly.Module` when absent. However it is compiled, the bits are the same. */
  readonly compile?: (wasm: Uint8Array<ArrayBuffer>) => WebAssembly.Module;
}

interface Exports {
  forward(model: number, bench: number, count: number): void;
  logits(model: number, bench: number, residual: number, out: number, mask: number): void;
  logitsEach(model: number, bench: number, ends: number, count: number): void;
}

/** Fields of an order, int32: number of the order, what, then its arguments. */
const ORDER = { number: 0, what: 1, first: 2, second: 3, third: 4 } as const;
const FORWARD = 1;
const LOGITS = 2;
const LOGITS_EACH = 3;
const DISMISS = 4;

export class Kernel {
  readonly shape: MambaShape;
  readonly mode: KernelMode;
  readonly slots: number;
  /** Bytes of one memory: `[layer][head][channel][state]` f32, then `[layer][time][channel]` f32; little-endian. */
  readonly memoryBytes: number;
  readonly #plan: KernelPlan;
  readonly #weights: MambaWeights;
  readonly #exports: Exports;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #floats: Float32Array;
  readonly #crew: readonly { dismiss(): void }[];

  private constructor(options: KernelOptions, plan: KernelPlan) {
    this.shape = plan.shape;
    this.mode = plan.mode;
    this.slots = plan.slots.length;
    this.memoryBytes = plan.memoryBytes;
    this.#plan = plan;
    this.#weights = options.weights;
    const shared = plan.benches.length > 1;
    const memory = new WebAssembly.Memory({ initial: plan.pages, maximum: plan.pages, shared });
    fillKernel(memory.buffer, plan, options.weights);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
    this.#floats = new Float32Array(memory.buffer);
    const wasm = shared ? options.wasm : unshared(options.wasm);
    const module = options.compile?.(wasm) ?? new WebAssembly.Module(wasm);
    this.#exports = instanceOf(module, memory);
    this.#crew = plan.benches
      .slice(1)
      .map((bench) => options.hire!({ module, memory, model: plan.model, bench: bench.record, orders: plan.orders }));
  }

  /** @throws KernelError: a shape that is not this kernel's, weights that are not finite, or too large a whole. */
  static load(options: KernelOptions): Kernel {
    const slots = options.slots ?? KERNEL_DEFAULT_SLOTS;
    const threads = options.hire === undefined ? 1 : (options.threads ?? KERNEL_MAX_THREADS);
    inRange("slots", slots, 1, KERNEL_MAX_SLOTS);
    inRange("threads", threads, 1, KERNEL_MAX_THREADS);
    return new Kernel(options, planKernel(options.weights, options.mode, slots, threads));
  }

  /** Forgets everything: the memory of a sequence that has seen nothing. */
  blank(slot: number): void {
    const { memory } = this.#slot(slot);
    this.#bytes.fill(0, memory, memory + this.memoryBytes);
    this.#forget(slot);
  }

  /** Feeds tokens in order. Any split into calls gives the same bits. */
  feed(slot: number, tokens: ArrayLike<number>): void {
    const { memory } = this.#slot(slot);
    for (let from = 0; from < tokens.length; from += KERNEL_BATCH) {
      const count = Math.min(KERNEL_BATCH, tokens.length - from);
      for (let j = 0; j < count; j++) this.#place(j, memory, tokens[from + j]!);
      this.#forward(count);
      if (from + count === tokens.length) this.#keep(slot, count - 1);
    }
  }

  /** Feeds one token to each of several different slots; the matrices are read once for many. */
  feedEach(slots: ArrayLike<number>, tokens: ArrayLike<number>): void {
    if (slots.length !== tokens.length || new Set(Array.from(slots)).size !== slots.length)
      throw new KernelError("misuse", "one token for each of several different slots is wanted");
    for (let from = 0; from < slots.length; from += KERNEL_BATCH) {
      const count = Math.min(KERNEL_BATCH, slots.length - from);
      for (let j = 0; j < count; j++) this.#place(j, this.#slot(slots[from + j]!).memory, tokens[from + j]!);
      this.#forward(count);
      for (let j = 0; j < count; j++) this.#keep(slots[from + j]!, j);
    }
  }

  /**
   * Logits after the last fed token, `[vocabulary]`; a view that the slot's next call overwrites. With a mask (bit t of word
   * t >>> 5 = wanted) only runs of 16 tokens with a wanted one are computed; the others are −∞.
   */
  logits(slot: number, mask?: Uint32Array): Float32Array {
    const { hidden, logits } = this.#slot(slot);
    const at = mask === undefined ? 0 : this.#plan.mask;
    if (mask !== undefined) {
      if (mask.length < this.shape.vocabulary / 32)
        throw new KernelError("misuse", "the mask is shorter than the vocabulary");
      this.#words.set(mask.subarray(0, Math.ceil(this.shape.vocabulary / 32)), at / 4);
    }
    this.#order(LOGITS, hidden, logits, at);
    this.#exports.logits(this.#plan.model, this.#plan.benches[0]!.record, hidden, logits, at);
    return this.#logitsOf(slot);
  }

  /** Logits of several slots, as `logits` gives them; the output matrix is read once for many. */
  logitsEach(slots: ArrayLike<number>): Float32Array[] {
    const { model, benches, ends } = this.#plan;
    for (let from = 0; from < slots.length; from += KERNEL_BATCH) {
      const count = Math.min(KERNEL_BATCH, slots.length - from);
      for (let j = 0; j < count; j++) {
        const { hidden, logits } = this.#slot(slots[from + j]!);
        this.#words.set([hidden, logits], ends / 4 + 2 * j);
      }
      this.#order(LOGITS_EACH, ends, count, 0);
      this.#exports.logitsEach(model, benches[0]!.record, ends, count);
    }
    return Array.from(slots, (slot) => this.#logitsOf(slot));
  }

  #logitsOf(slot: number): Float32Array {
    const { logits } = this.#slot(slot);
    return this.#floats.subarray(logits / 4, logits / 4 + this.shape.vocabulary);
  }

  /** A copy of the slot's memory, `memoryBytes` long. */
  read(slot: number, into: Uint8Array = new Uint8Array(this.memoryBytes)): Uint8Array {
    const { memory } = this.#slot(slot);
    into.set(this.#bytes.subarray(memory, memory + this.memoryBytes));
    return into;
  }

  /** Takes back what `read` gave. The logits are zero until a token is fed or `writeHidden` is called. */
  write(slot: number, memory: Uint8Array): void {
    if (memory.length !== this.memoryBytes)
      throw new KernelError("misuse", `a memory of ${memory.length} bytes; this model's has ${this.memoryBytes}`);
    this.#bytes.set(memory, this.#slot(slot).memory);
    this.#forget(slot);
  }

  /** The last layer's output for the last token, `[width]`: with the memory, all that logits and further steps follow from. */
  readHidden(slot: number): Float32Array {
    const { hidden } = this.#slot(slot);
    return this.#floats.slice(hidden / 4, hidden / 4 + this.shape.width);
  }

  writeHidden(slot: number, hidden: Float32Array): void {
    if (hidden.length !== this.shape.width) throw new KernelError("misuse", `${this.shape.width} values are wanted`);
    this.#floats.set(hidden, this.#slot(slot).hidden / 4);
  }

  copy(from: number, to: number): void {
    const source = this.#slot(from);
    const target = this.#slot(to);
    this.#bytes.copyWithin(target.memory, source.memory, source.memory + this.memoryBytes);
    this.#bytes.copyWithin(target.hidden, source.hidden, source.hidden + 4 * this.#plan.widthStride);
  }

  /** Ends further threads. */
  close(): void {
    this.#order(DISMISS, 0, 0, 0);
    for (const member of this.#crew) member.dismiss();
  }

  #slot(slot: number) {
    const plan = this.#plan.slots[slot];
    if (plan === undefined) throw new KernelError("misuse", `slot ${slot} of ${this.slots}`);
    return plan;
  }

  #place(column: number, memory: number, token: number): void {
    inRange("token", token, 0, this.shape.vocabulary - 1);
    this.#words[this.#plan.memories / 4 + column] = memory;
    const at = this.#plan.residual / 4 + column * this.#plan.widthStride;
    this.#floats.set(dequantise(rowOf(this.#weights.embedding, token)), at);
  }

  #forward(count: number): void {
    this.#order(FORWARD, count, 0, 0);
    this.#exports.forward(this.#plan.model, this.#plan.benches[0]!.record, count);
  }

  #keep(slot: number, column: number): void {
    const from = this.#plan.residual + 4 * column * this.#plan.widthStride;
    this.#bytes.copyWithin(this.#slot(slot).hidden, from, from + 4 * this.shape.width);
  }

  #forget(slot: number): void {
    const { hidden } = this.#slot(slot);
    this.#bytes.fill(0, hidden, hidden + 4 * this.shape.width);
  }

  /** Calls the crew to a piece of work that this thread begins at the same time; they meet inside. */
  #order(what: number, first: number, second: number, third: number): void {
    if (this.#crew.length === 0) return;
    const at = this.#plan.orders / 4;
    this.#words.set([what, first, second, third], at + ORDER.what);
    Atomics.add(this.#words, at + ORDER.number, 1);
    Atomics.notify(this.#words, at + ORDER.number);
  }
}

/**
 * The same code over a memory of its own: the file declares the memory it imports as shared, which only several threads need,
 * and JavaScript copies shared bytes at half the speed. One flag of that import is changed (WebAssembly core, 5.5.5: limits).
 */
function unshared(wasm: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const [memory, maximum, sharedMaximum] = [2, 1, 3];
  const declaration = [3, ...bytesOf("env"), 6, ...bytesOf("memory"), memory];
  const at = wasm.findIndex((_, i) => declaration.every((byte, j) => wasm[i + j] === byte));
  const flags = at + declaration.length;
  if (at >= 0 && wasm[flags] === maximum) return wasm;
  if (at < 0 || wasm[flags] !== sharedMaximum) throw new Error("the kernel's file does not import a shared memory");
  const copy = wasm.slice();
  copy[flags] = maximum;
  return copy;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const instanceOf = (module: WebAssembly.Module, memory: WebAssembly.Memory): Exports =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;

/** What a hired thread does until it is dismissed: wait for an order (asleep), do its share. */
export function serveKernel(post: KernelPost): void {
  const words = new Int32Array(post.memory.buffer);
  const exports = instanceOf(post.module, post.memory);
  const at = post.orders / 4;
  for (let done = 0; ; done++) {
    while (Atomics.load(words, at + ORDER.number) === done) Atomics.wait(words, at + ORDER.number, done);
    const [what, first, second, third] = words.subarray(at + ORDER.what, at + ORDER.third + 1);
    if (what === DISMISS) return;
    if (what === FORWARD) exports.forward(post.model, post.bench, first!);
    else if (what === LOGITS) exports.logits(post.model, post.bench, first!, second!, third!);
    else exports.logitsEach(post.model, post.bench, first!, second!);
  }
}

function inRange(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new KernelError("misuse", `${name} is ${value}; whole numbers from ${least} to ${most} are taken`);
}
