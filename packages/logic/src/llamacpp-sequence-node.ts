/** Sequences over one context of llama.cpp: one works at a time, and logits are fetched only as far as a choice needs them. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineInfo, Sequence } from "./engine.ts";
import type { LlamaBatches, LlamaSampler } from "./llamacpp-package-node.ts";
import { readLlamaState, writeLlamaState } from "./llamacpp-state.ts";
import { type Memory, type MemoryShape, makeMemory } from "./memory.ts";
import type { Picked, PickOptions } from "./pick.ts";
import { EngineFault, isLogicRefusal, type LogicRefusal, refuse } from "./refusal.ts";
import { choose } from "./sampler.ts";
import { nodeSha256 } from "./seal-node.ts";
import { checkedTokens } from "./tokenizer.ts";

/** Up to so many allowed tokens are asked for by name instead of the whole vocabulary. */
const NAMED_TOKENS = 256;
/** The lazy check looks at so many of the best before it asks for all. */
const LAZY_TOKENS = 32;

export interface LlamaContext {
  readonly batches: LlamaBatches;
  readonly sampler: LlamaSampler;
  readonly slots: number;
  readonly context_tokens: number;
  readonly batch: number;
  readonly info: EngineInfo;
  /** Null: the model's memory is not of our form. */
  readonly shape: MemoryShape | null;
}

export class LlamaSlots {
  readonly info: EngineInfo;
  readonly shape: MemoryShape | null;
  readonly context: LlamaContext;
  readonly #free: number[];
  #queue: Promise<unknown> = Promise.resolve();
  /** Whose logits llama.cpp holds now. */
  #live: LlamaSequence | null = null;

  constructor(context: LlamaContext) {
    this.context = context;
    this.info = context.info;
    this.shape = context.shape;
    this.#free = Array.from({ length: context.slots }, (_, i) => context.slots - 1 - i);
    context.sampler.applyConfig({ temperature: 0 });
  }

  take(): number | LogicRefusal {
    return this.#free.pop() ?? refuse("engine-full", `All ${this.context.slots} sequences of llama.cpp are open.`);
  }

  giveBack(slot: number): void {
    void this.exclusively(async () => {
      this.context.batches.disposeSequence(slot);
      this.#free.push(slot);
    });
  }

  /** One piece of work on the context after the other. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Before `next` decodes, the logits of the one before are saved: decoding overwrites them. */
  async handOver(next: LlamaSequence): Promise<void> {
    if (this.#live !== null && this.#live !== next) await this.#live.keepLogits();
    this.#live = next;
  }

  release(sequence: LlamaSequence): void {
    if (this.#live === sequence) this.#live = null;
  }
}

type AtLogits = { readonly live: number } | { readonly kept: Float32Array } | null;

export class LlamaSequence implements Sequence {
  readonly #slots: LlamaSlots;
  #slot: number | null;
  /** Tokens in llama.cpp's sequence; a restored memory counts as one. */
  #position: number;
  #length: number;
  #logits: AtLogits = null;

  private constructor(slots: LlamaSlots, slot: number, position: number, length: number) {
    this.#slots = slots;
    this.#slot = slot;
    this.#position = position;
    this.#length = length;
  }

  static async open(
    slots: LlamaSlots,
    start: Memory | undefined,
    length: number,
  ): Promise<LlamaSequence | LogicRefusal> {
    const slot = slots.take();
    if (typeof slot !== "number") return slot;
    if (start === undefined) return new LlamaSequence(slots, slot, 0, length);
    const loaded = await slots.exclusively(() => loadState(slots.context, slot, start));
    if (loaded === null) return new LlamaSequence(slots, slot, 1, length);
    slots.giveBack(slot);
    return loaded;
  }

  get length(): number {
    return this.#length;
  }

  async feed(tokens: ArrayLike<number>): Promise<void> {
    this.#open();
    const { context_tokens, info, batch } = this.#slots.context;
    const all = checkedTokens(tokens, info.vocabulary);
    if (this.#position + all.length > context_tokens)
      throw new EngineFault(
        refuse("text-too-long", `The text is longer than the ${context_tokens} tokens of the context.`),
      );
    for (let from = 0; from < all.length; from += batch)
      await this.#slots.exclusively(() => this.#decode(all.subarray(from, from + batch)));
  }

  async #decode(part: Uint32Array): Promise<void> {
    const { batches } = this.#slots.context;
    await this.#slots.handOver(this);
    batches.initBatch(part.length);
    const [live] = batches.addToBatch(this.#open(), this.#position, part, Uint32Array.of(part.length - 1));
    await batches.decodeBatch().catch((error: Error) => {
      throw new EngineFault(failed(error));
    });
    this.#logits = { live: live! };
    this.#position += part.length;
    this.#length += part.length;
  }

  pick(how: PickOptions = {}): Promise<Picked> {
    return this.#slots.exclusively(async () => {
      this.#open();
      const logits = this.#logits;
      if (logits === null) throw new RangeError("nothing was fed, so there is nothing to continue");
      const lazy = "live" in logits ? await this.#pickLazily(logits.live, how) : null;
      return lazy ?? choose(await this.#wantedLogits(logits, how.mask), how, this.#length);
    });
  }

  /** Takes the best token and asks the mask, then the next best. Null: where scores or chance want more than that. */
  async #pickLazily(at: number, how: PickOptions): Promise<Picked | null> {
    const greedy = how.sampling === undefined || how.sampling.temperature === 0;
    if (!greedy || how.scores !== false || (how.alternatives ?? 0) > 0) return null;
    const { batches, sampler, info } = this.#slots.context;
    const best = await batches.sampleToken(at, sampler);
    if (best < info.vocabulary && allows(how.mask, best)) return { token: best, logprob: Number.NaN, alternatives: [] };
    const pairs = await this.#fetch(at, [[], false, false, false, LAZY_TOKENS]);
    const next = pairs
      .filter(([token]) => token < info.vocabulary && allows(how.mask, token))
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])[0];
    return next === undefined ? null : { token: next[0], logprob: Number.NaN, alternatives: [] };
  }

  /** Dense logits in which at least all allowed tokens are true; the others are −∞. */
  async #wantedLogits(logits: NonNullable<AtLogits>, mask: Uint32Array | undefined): Promise<Float32Array> {
    if ("kept" in logits) return logits.kept;
    const named = mask === undefined ? null : namedBy(mask, this.#slots.info.vocabulary);
    return this.#dense(await this.#fetch(logits.live, named === null ? true : [named, false, false, false, 0]));
  }

  async #fetch(at: number, which: Parameters<LlamaBatches["sampleToken"]>[4]): Promise<[number, number][]> {
    const { batches, sampler } = this.#slots.context;
    const [, , , flat] = await batches.sampleToken(at, sampler, false, false, which!, false);
    return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
  }

  #dense(pairs: readonly [number, number][]): Float32Array {
    const logits = new Float32Array(this.#slots.info.vocabulary).fill(Number.NEGATIVE_INFINITY);
    for (const [token, logit] of pairs) if (token < logits.length) logits[token] = logit;
    return logits;
  }

  async keepLogits(): Promise<void> {
    if (this.#logits !== null && "live" in this.#logits)
      this.#logits = { kept: this.#dense(await this.#fetch(this.#logits.live, true)) };
  }

  async memory(): Promise<Memory> {
    const { shape, info, context } = this.#slots;
    if (shape === null) throw new EngineFault(refuse("memory-unsupported", "This model's memory has no form of ours."));
    const slot = this.#open();
    const file = await this.#slots.exclusively(() =>
      inPrivateFile(async (path) => {
        await context.batches.saveSequenceStateToFile(path, slot, Uint32Array.of(0));
        return new Uint8Array(await readFile(path));
      }),
    );
    const bytes = readLlamaState(shape, file);
    if (isLogicRefusal(bytes)) throw new EngineFault(bytes);
    return makeMemory(shape, info.weights!, bytes, nodeSha256);
  }

  async fork(): Promise<Sequence> {
    const slot = this.#slots.take();
    if (typeof slot !== "number") throw new EngineFault(slot);
    return this.#slots.exclusively(async () => {
      await this.keepLogits();
      await this.#slots.context.batches.copySequenceStateFromOtherSequence(slot, this.#open());
      const fork = new LlamaSequence(this.#slots, slot, this.#position, this.#length);
      fork.#logits = this.#logits;
      return fork;
    });
  }

  close(): void {
    if (this.#slot === null) return;
    this.#slots.release(this);
    this.#slots.giveBack(this.#slot);
    this.#slot = null;
  }

  #open(): number {
    if (this.#slot === null) throw new EngineFault(refuse("engine-closed", "The sequence was closed."));
    return this.#slot;
  }
}

const allows = (mask: Uint32Array | undefined, token: number): boolean =>
  mask === undefined || ((mask[token >>> 5] ?? 0) >>> (token & 31)) % 2 === 1;

/** The allowed tokens; null: too many to name. */
function namedBy(mask: Uint32Array, size: number): number[] | null {
  const tokens: number[] = [];
  for (let word = 0; word < mask.length; word++)
    for (let rest = mask[word]!; rest !== 0; rest &= rest - 1) {
      if (tokens.length === NAMED_TOKENS) return null;
      tokens.push(32 * word + 31 - Math.clz32(rest & -rest));
    }
  return tokens.filter((token) => token < size);
}

const failed = (error: Error): LogicRefusal => refuse("engine-failed", `llama.cpp: ${error.message}.`);

/** Null: the slot has the memory now. */
function loadState(
  { batches, context_tokens }: LlamaContext,
  slot: number,
  memory: Memory,
): Promise<LogicRefusal | null> {
  return inPrivateFile(async (path) => {
    await writeFile(path, writeLlamaState(memory.shape, memory.bytes), { mode: 0o600 });
    await batches.loadSequenceStateFromFile(path, slot, context_tokens);
    return null;
  }).catch(failed);
}

/** llama.cpp gives and takes state by file only: one that the owner alone may read, gone at once. */
async function inPrivateFile<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "axiom-memory-"));
  try {
    return await use(join(folder, "state"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
