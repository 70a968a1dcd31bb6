/**
 * Hostile model files: truncated, huge, lying. Whatever comes, a reader answers with a value or a typed refusal, in bounded time and
 * memory. Shared by the test (a few) and `npm run bench -w logic -- fuzz` (many).
 */
import { describeGguf } from "../src/describe.ts";
import { kernelEngine } from "../src/engine-kernel.ts";
import { GgufError, type GgufValue, readGgufMetadata } from "../src/gguf.ts";
import { type GgufInput, writeGguf } from "../src/gguf-write.ts";
import { readKernelFile } from "../src/kernel-node.ts";
import { isLogicRefusal } from "../src/refusal.ts";
import { nodeSha256 } from "../src/seal-node.ts";
import { readTokenizer } from "../src/tokenizer.ts";
import { seededChance } from "./make-model.ts";
import { byteLevelMetadata, sentencePieceMetadata, tinyModel } from "./models.ts";

/** More than this for one file of half a megabyte is a lie believed. */
export const FUZZ_MAX_BYTES = 128 << 20;
/** Processor time, so that a busy machine is not taken for a slow reader. */
export const FUZZ_MAX_MS = 3000;

export interface FuzzReport {
  readonly files: number;
  readonly read: number;
  readonly refused: number;
  readonly largest_bytes: number;
  readonly longest_ms: number;
}

type Chance = () => number;
const upTo = (chance: Chance, limit: number): number => Math.floor(chance() * limit);
const oneOf = <T>(chance: Chance, items: readonly T[]): T => items[upTo(chance, items.length)]!;

const LIES = [0n, 1n, 2n, 31n, 255n, 65_535n, 1n << 24n, 1n << 31n, 1n << 32n, 1n << 53n, 1n << 63n, (1n << 64n) - 1n];

/** Changes a good file's bytes: cuts, flips, and numbers that lie about lengths and counts. */
function damage(chance: Chance, good: Uint8Array<ArrayBuffer>, header: number): Uint8Array {
  const file = good.slice();
  const view = new DataView(file.buffer);
  for (let i = upTo(chance, 4); i >= 0; i--) {
    const at = upTo(chance, header - 8);
    const kind = upTo(chance, 4);
    if (kind === 0) file[at] = upTo(chance, 256);
    else if (kind === 1) view.setBigUint64(at, oneOf(chance, LIES), true);
    else if (kind === 2) view.setUint32(at, Number(oneOf(chance, LIES) & 0xffffffffn), true);
    else file.copyWithin(at, upTo(chance, header - 8), upTo(chance, header));
  }
  return chance() < 0.3 ? file.subarray(0, upTo(chance, file.length)) : file;
}

/** A well-formed file whose metadata lies about the tokenizer and the shape. */
function lie(chance: Chance): Uint8Array {
  const own = chance() < 0.5 ? byteLevelMetadata() : sentencePieceMetadata();
  const metadata: Record<string, GgufInput> = { "general.architecture": "mamba2", ...SHAPE };
  for (const [key, value] of own) metadata[key] = plain(value);
  for (let i = upTo(chance, 3); i >= 0; i--) {
    const key = oneOf(chance, Object.keys(metadata));
    metadata[key] = twist(chance, metadata[key]!);
  }
  return writeGguf(metadata, chance() < 0.5 ? [] : [ODD_TENSOR]);
}

const SHAPE = Object.fromEntries(
  [
    "embedding_length",
    "block_count",
    "ssm.inner_size",
    "ssm.time_step_rank",
    "ssm.group_count",
    "ssm.state_size",
    "ssm.conv_kernel",
  ].map((key) => [`mamba2.${key}`, 4]),
);
const ODD_TENSOR = {
  name: "token_embd.weight",
  shape: [4, 268],
  type: "F32",
  values: new Float32Array(4 * 268),
} as const;

const plain = (value: GgufValue): GgufInput =>
  value instanceof Int32Array || value instanceof Float32Array ? Array.from(value) : (value as GgufInput);

function twist(chance: Chance, value: GgufInput): GgufInput {
  const wild: GgufInput[] = [
    -1,
    0,
    2 ** 31,
    4_294_967_295,
    true,
    "",
    "\u0000",
    "x".repeat(5000),
    { float: Number.NaN },
    [],
    [""],
    [1, 2],
    ["a a"],
  ];
  if (!Array.isArray(value) || chance() < 0.3) return oneOf(chance, wild);
  const items = [...(value as (string | number)[])];
  const at = upTo(chance, items.length);
  const kind = upTo(chance, 5);
  if (kind === 0) items.length = at;
  else if (kind === 1)
    items[at] = typeof items[0] === "string" ? oneOf(chance, ["", " ", "\ud800", "a b", items[0]!]) : -7;
  else if (kind === 2) items.push(...items.slice(at));
  else if (kind === 3) items.reverse();
  else items[at] = items[upTo(chance, items.length)]!;
  return items as GgufInput;
}

const { bytes: wasm, sha256: wasmHash } = readKernelFile();

/** @returns whether it was read as a model. @throws anything that is no typed refusal: that is the finding. */
function judge(file: Uint8Array): boolean {
  describeGguf(file);
  const tokenizer = tokenizerOf(file);
  if (tokenizer !== null && tokenizer.decode(tokenizer.encode("the thing, 42 é\u0000 <|bos|>")).length > 200)
    throw new Error("a short text became long");
  const engine = kernelEngine({ file, wasm, wasmHash, mode: "row", slots: 1, sha256: nodeSha256 });
  if (isLogicRefusal(engine)) return false;
  void engine.close();
  return true;
}

function tokenizerOf(file: Uint8Array) {
  try {
    const tokenizer = readTokenizer({ metadata: readGgufMetadata(file) });
    return isLogicRefusal(tokenizer) ? null : tokenizer;
  } catch (error) {
    if (error instanceof GgufError) return null;
    throw error;
  }
}

const heldBytes = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** @throws Error naming seed and number of the file that was not answered as it must be. */
export function fuzzFiles(count: number, seed: number): FuzzReport {
  const good = tinyModel(1);
  const header = headerLength(good);
  let read = 0;
  let largest_bytes = 0;
  let longest_ms = 0;
  for (let i = 0; i < count; i++) {
    const chance = seededChance(seed + i);
    const file = chance() < 0.6 ? damage(chance, good, header) : lie(chance);
    const [before, began] = [heldBytes(), process.cpuUsage()];
    try {
      if (judge(file)) read++;
    } catch (error) {
      throw new Error(`seed ${seed + i}: ${(error as Error).stack}`);
    }
    const { user, system } = process.cpuUsage(began);
    longest_ms = Math.max(longest_ms, (user + system) / 1000);
    largest_bytes = Math.max(largest_bytes, heldBytes() - before);
    if (longest_ms > FUZZ_MAX_MS || largest_bytes > FUZZ_MAX_BYTES)
      throw new Error(`seed ${seed + i}: beyond the bounds`);
  }
  return { files: count, read, refused: count - read, largest_bytes, longest_ms };
}

/** Where the first tensor's data begins, about: damage behind it changes only weights. */
function headerLength(file: Uint8Array): number {
  const name = new TextEncoder().encode("output_norm.weight");
  return file.findIndex((_, i) => name.every((byte, j) => file[i + j] === byte)) + 1500;
}
