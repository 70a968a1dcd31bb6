/**
 * `npm run bench -w logic -- memory [--rounds 40]`: a memory of about 1.1 MB (the 4M form) copied, hashed, sealed to disk and opened;
 * and a hit of the prefix cache against reading 2,000 tokens. Least times of all rounds, and medians; ratios within one round.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Engine, Sequence } from "../src/engine.ts";
import { openKernelEngine } from "../src/engine-kernel-node.ts";
import { makeMemory } from "../src/memory.ts";
import { PrefixCache, readThrough } from "../src/prefix-cache.ts";
import { folderShelf } from "../src/prefix-cache-node.ts";
import { isLogicRefusal } from "../src/refusal.ts";
import { openMemory, sealMemory } from "../src/seal.ts";
import { nodeSealer, nodeSha256 } from "../src/seal-node.ts";
import { MODEL_FORMS, makeModel } from "../test/make-model.ts";
import { byteLevelInput } from "../test/models.ts";

const engine = (await openKernelEngine({
  model: makeModel({ ...MODEL_FORMS["4M"], metadata: byteLevelInput() }),
})) as Engine;
const sealer = nodeSealer(new Uint8Array(32).fill(1));
const text = Uint32Array.from({ length: 2000 }, (_, i) => (i * 41) % 264);

interface Times {
  readonly least: number;
  readonly median: number;
  readonly processor: number;
}

/** On the clock, and the least of the processor (this process's threads together); `ready`, before each round, is not timed. */
async function times_us(rounds: number, work: () => unknown, ready?: () => unknown): Promise<Times> {
  const wall: number[] = [];
  let processor = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) {
    await ready?.();
    const before = process.cpuUsage();
    const began = performance.now();
    await work();
    wall.push(1000 * (performance.now() - began));
    const { user, system } = process.cpuUsage(before);
    processor = Math.min(processor, user + system);
  }
  wall.sort((a, b) => a - b);
  return { least: wall[0]!, median: wall[rounds >> 1]!, processor };
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: "string", default: "40" } } });
  const folder = mkdtempSync(join(tmpdir(), "logic-memory-"));
  try {
    await benchMemory(folder, Number(values.rounds));
    await benchPrefix(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function benchMemory(folder: string, rounds: number): Promise<void> {
  const sequence = (await engine.open()) as Sequence;
  await sequence.feed(text.subarray(0, 50));
  const memory = await sequence.memory();
  const path = join(folder, "sealed");
  const tell = async (what: string, work: () => unknown, ready?: () => unknown) => {
    const { least, median, processor } = await times_us(rounds, work, ready);
    const [a, b, c] = [least, median, processor].map((time) => time.toFixed(0).padStart(6));
    console.log(`${what.padEnd(32)} ${a} µs, median ${b}, processor ${c}`);
  };
  const unhashed = () => makeMemory(memory.shape, memory.weights, memory.bytes, nodeSha256);
  console.log(`memory of ${memory.bytes.length} bytes, least of ${rounds} rounds`);
  // As in use: what is saved was fed before, and feeding gives the event loop its turns.
  await tell(
    "save",
    () => sequence.memory(),
    () => nextTurn(),
  );
  await tell("saves without a turn between", () => sequence.memory());
  await tell("restore", async () => ((await engine.open(memory)) as Sequence).close());
  await tell("fork", async () => (await sequence.fork()).close());
  await tell("hash", async () => (await sequence.memory()).hash);
  await tell("seal to disk", () => writeFile(path, sealMemory(unhashed(), "bench", sealer, nodeSha256)));
  await tell("seal to disk, hash known", () => writeFile(path, sealMemory(memory, "bench", sealer, nodeSha256)));
  await tell("open from disk", async () => openMemory(await readFile(path), "bench", sealer, nodeSha256));
}

async function benchPrefix(folder: string): Promise<void> {
  const ratios: number[] = [];
  for (let round = 0; round < 3; round++) {
    const shelf = await folderShelf(join(folder, `prefix-${round}`));
    const timed_ms = async () => {
      const cache = await PrefixCache.open({ shelf, sealer, sha256: nodeSha256 });
      const began = performance.now();
      const read = await readThrough(engine, cache, { weights: engine.info.weights!, behavior: null }, text);
      if (isLogicRefusal(read)) throw new Error(read.why);
      read.sequence.close();
      return performance.now() - began;
    };
    const miss_ms = await timed_ms();
    const hit_ms = Math.min(await timed_ms(), await timed_ms(), await timed_ms());
    ratios.push(miss_ms / hit_ms);
    console.log(`2,000 tokens: read ${miss_ms.toFixed(0)} ms, prefix cache from disk ${hit_ms.toFixed(2)} ms`);
  }
  console.log(`prefix cache: ${Math.min(...ratios).toFixed(0)} times as fast (least of ${ratios.length} rounds)`);
}
