/**
 * What a model has already read need not be read again: memories of text beginnings, kept across restarts.
 * An entry is sealed and found by all that it depends on, so a damaged or foreign one is a miss and never a wrong hit.
 */
import type { Engine, Sequence } from "./engine.ts";
import { fromHex, MEMORY_HEADER_BYTES, type Memory, readMemory, type Sha256, toHex, writeMemory } from "./memory.ts";
import { isLogicRefusal, type LogicRefusal } from "./refusal.ts";
import type { Sealer } from "./seal.ts";

export const PREFIX_CACHE_DEFAULT_BYTES = 256 << 20;
/** Shorter beginnings are read faster than they are looked up. */
export const PREFIX_MIN_TOKENS = 32;
/** So many different lengths are tried for one text, longest first. */
export const PREFIX_MAX_LENGTHS = 16;
/** Of the limit in bytes, the share of opened entries that stay in the process. */
const HOT_SHARE = 0.25;

/** What a text's meaning to the model depends on, besides its tokens. */
export interface PrefixContext {
  /** Hex SHA-256 of the GGUF file. */
  readonly weights: string;
  /** Hex SHA-256 of the behavior card; null: none. */
  readonly behavior: string | null;
  /** The memory that the text is read from; absent: the empty one. */
  readonly start?: Memory;
}

/** Where entries lie. Twin for folders: `prefix-cache-node.ts`. Failures are misses. */
export interface Shelf {
  /** Least recently used first. */
  list(): Promise<readonly { readonly name: string; readonly bytes: number }[]>;
  /** Null: not there, or not readable. Counts as use. */
  read(name: string): Promise<Uint8Array | null>;
  /** All or nothing. False: not written. */
  write(name: string, bytes: Uint8Array): Promise<boolean>;
  remove(name: string): Promise<void>;
}

export interface PrefixCacheOptions {
  readonly shelf: Shelf;
  readonly sealer: Sealer;
  readonly sha256: Sha256;
  /** Bytes on the shelf; the least recently used entries go first. */
  readonly limit_bytes?: number;
}

const VERSION = "axiom-prefix/1";
const NAME = /^[0-9a-f]{64}-([1-9][0-9]{0,8})\.prefix$/;

interface Entry {
  readonly bytes: number;
  readonly length: number;
  memory: Memory | null;
}

export class PrefixCache {
  readonly #shelf: Shelf;
  readonly #sealer: Sealer;
  readonly #sha256: Sha256;
  readonly #limit: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();

  private constructor({ shelf, sealer, sha256, limit_bytes }: PrefixCacheOptions) {
    this.#shelf = shelf;
    this.#sealer = sealer;
    this.#sha256 = sha256;
    this.#limit = limit_bytes ?? PREFIX_CACHE_DEFAULT_BYTES;
  }

  static async open(options: PrefixCacheOptions): Promise<PrefixCache> {
    const cache = new PrefixCache(options);
    for (const { name, bytes } of await options.shelf.list()) {
      const length = NAME.exec(name)?.[1];
      if (length !== undefined) cache.#entries.set(name, { bytes, length: Number(length), memory: null });
    }
    await cache.#evict();
    return cache;
  }

  /** Bytes on the shelf. */
  get size_bytes(): number {
    return [...this.#entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The longest kept beginning that leaves at least one token to read: a memory holds no logits. */
  async find(
    context: PrefixContext,
    tokens: Uint32Array,
  ): Promise<{ readonly memory: Memory; readonly length: number } | null> {
    const known = [...new Set(Array.from(this.#entries.values(), ({ length }) => length))];
    const lengths = known.filter((length) => length < tokens.length).sort((a, b) => b - a);
    for (const length of lengths.slice(0, PREFIX_MAX_LENGTHS)) {
      const memory = await this.#open(this.#name(context, tokens.subarray(0, length)), context);
      if (memory !== null) return { memory, length };
    }
    return null;
  }

  /** Keeps the memory after exactly these tokens. False: too short, too large, or the shelf is not writable. */
  async keep(context: PrefixContext, tokens: Uint32Array, memory: Memory): Promise<boolean> {
    if (tokens.length < PREFIX_MIN_TOKENS || memory.weights !== context.weights) return false;
    const name = this.#name(context, tokens);
    if (this.#entries.has(name)) return true;
    const sealed = this.#sealer.seal(writeMemory(memory, this.#sha256), placeOf(name));
    if (sealed.length > this.#limit || !(await this.#shelf.write(name, sealed))) return false;
    this.#entries.set(name, { bytes: sealed.length, length: tokens.length, memory });
    await this.#evict();
    return true;
  }

  #name({ weights, behavior, start }: PrefixContext, tokens: Uint32Array): string {
    const head = new TextEncoder().encode(`${VERSION}\0`);
    const parts = [fromHex(weights), hashOrZeros(behavior), hashOrZeros(start?.hash ?? null)];
    const bytes = new Uint8Array(head.length + 96 + 4 * tokens.length);
    bytes.set(head);
    for (const [i, part] of parts.entries()) bytes.set(part, head.length + 32 * i);
    const view = new DataView(bytes.buffer);
    for (const [i, token] of tokens.entries()) view.setUint32(head.length + 96 + 4 * i, token, true);
    return `${toHex(this.#sha256(bytes))}-${tokens.length}.prefix`;
  }

  async #open(name: string, { weights }: PrefixContext): Promise<Memory | null> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    const memory = entry.memory ?? (await this.#read(name));
    this.#entries.delete(name);
    if (memory?.weights !== weights) {
      await this.#shelf.remove(name);
      return null;
    }
    this.#entries.set(name, { ...entry, memory });
    this.#cool();
    return memory;
  }

  async #read(name: string): Promise<Memory | null> {
    const sealed = await this.#shelf.read(name);
    const plain = sealed === null ? null : this.#sealer.open(sealed, placeOf(name));
    if (plain === null || isLogicRefusal(plain)) return null;
    const memory = readMemory(plain, this.#sha256);
    return isLogicRefusal(memory) ? null : memory;
  }

  async #evict(): Promise<void> {
    let size = this.size_bytes;
    for (const [name, { bytes }] of this.#entries) {
      if (size <= this.#limit) break;
      this.#entries.delete(name);
      size -= bytes;
      await this.#shelf.remove(name);
    }
    this.#cool();
  }

  /** Lets go of the opened memories that were used longest ago. */
  #cool(): void {
    let room = this.#limit * HOT_SHARE;
    for (const entry of [...this.#entries.values()].reverse()) {
      if (entry.memory === null) continue;
      room -= entry.memory.bytes.length + MEMORY_HEADER_BYTES;
      if (room < 0) entry.memory = null;
    }
  }
}

const placeOf = (name: string): string => `${VERSION} ${name}`;

const hashOrZeros = (hex: string | null): Uint8Array => (hex === null ? new Uint8Array(32) : fromHex(hex));

/**
 * A sequence that has read `tokens`, by way of the cache where it can. What follows is bit for bit what it would be without.
 * @returns how many tokens need not be read again.
 */
export async function readThrough(
  engine: Pick<Engine, "open">,
  cache: PrefixCache,
  context: PrefixContext,
  tokens: Uint32Array,
): Promise<{ readonly sequence: Sequence; readonly reused: number } | LogicRefusal> {
  const found = await cache.find(context, tokens);
  const sequence = await (found === null ? engine.open(context.start) : engine.open(found.memory, found.length));
  if (isLogicRefusal(sequence)) return sequence;
  const reused = found?.length ?? 0;
  const last = tokens.length - 1;
  if (last - reused >= PREFIX_MIN_TOKENS) {
    await sequence.feed(tokens.subarray(reused, last));
    await cache.keep(context, tokens.subarray(0, last), await sequence.memory());
    await sequence.feed(tokens.subarray(last));
  } else await sequence.feed(tokens.subarray(reused));
  return { sequence, reused };
}
