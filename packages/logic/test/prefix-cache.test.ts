import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Sequence } from "../src/engine.ts";
import { PrefixCache, type PrefixContext, readThrough, type Shelf } from "../src/prefix-cache.ts";
import { folderShelf } from "../src/prefix-cache-node.ts";
import { isLogicRefusal } from "../src/refusal.ts";
import { nodeSealer, nodeSha256 } from "../src/seal-node.ts";
import { kernelOver } from "./kernel-over.ts";
import { MODEL_FORMS, makeModel } from "./make-model.ts";
import { byteLevelInput, tinyModel } from "./models.ts";

const engine = kernelOver(tinyModel(1));
const context: PrefixContext = { weights: engine.info.weights!, behavior: "b".repeat(64) };
const sealer = nodeSealer(new Uint8Array(32).fill(9));
const text = (length: number, step = 41) => Uint32Array.from({ length }, (_, i) => (i * step) % 264);
const sequenceOf = async (tokens: Uint32Array): Promise<Sequence> => {
  const sequence = (await engine.open()) as Sequence;
  await sequence.feed(tokens);
  return sequence;
};
const memoryOf = async (tokens: Uint32Array) => {
  const sequence = await sequenceOf(tokens);
  const memory = await sequence.memory();
  sequence.close();
  return memory;
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "logic-prefix-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const cacheIn = async (limit_bytes?: number) => {
  const shelf = await folderShelf(folder);
  return PrefixCache.open({ shelf, sealer, sha256: nodeSha256, ...(limit_bytes === undefined ? {} : { limit_bytes }) });
};

test("the longest kept beginning is found, and only under all it depends on", async () => {
  const cache = await cacheIn();
  for (const length of [50, 100]) await cache.keep(context, text(length), await memoryOf(text(length)));
  expect(await cache.find(context, text(300))).toMatchObject({ length: 100 });
  expect(await cache.find(context, text(100))).toMatchObject({ length: 50 });
  expect(await cache.find(context, text(50))).toBeNull();
  expect(await cache.find(context, text(300, 43))).toBeNull();
  expect(await cache.find({ ...context, behavior: null }, text(300))).toBeNull();
  expect(await cache.find({ ...context, start: await memoryOf(text(3)) }, text(300))).toBeNull();
  expect(await cache.find({ ...context, weights: "0".repeat(64) }, text(300))).toBeNull();
  expect(await cache.keep({ ...context, weights: "0".repeat(64) }, text(60), await memoryOf(text(60)))).toBe(false);
  expect(await cache.keep(context, text(5), await memoryOf(text(5)))).toBe(false);
});

test("survives a restart; nothing on disk is readable or writable by others", async () => {
  const kept = await memoryOf(text(100));
  await (await cacheIn()).keep(context, text(100), kept);
  const found = await (await cacheIn()).find(context, text(101));
  expect(found?.memory.hash).toBe(kept.hash);
  const [name] = readdirSync(folder);
  expect(name).toMatch(/^[0-9a-f]{64}-100\.prefix$/);
  expect(readFileSync(join(folder, name!)).includes("AXMEMORY")).toBe(false);
});

describe("a damaged entry is a miss and goes away", () => {
  const damages: [string, (path: string, other: string) => void][] = [
    ["cut", (path) => truncateSync(path, 999)],
    ["empty", (path) => truncateSync(path, 0)],
    ["longer", (path) => appendFileSync(path, "x")],
    ["gone", (path) => rmSync(path)],
    ["another's file under this name", (path, other) => writeFileSync(path, readFileSync(other))],
    [
      "one byte changed",
      (path) => {
        const bytes = readFileSync(path);
        bytes[500]! ^= 1;
        writeFileSync(path, bytes);
      },
    ],
  ];
  test.each(damages)("%s", async (_, damage) => {
    const first = await cacheIn();
    await first.keep(context, text(100), await memoryOf(text(100)));
    await first.keep(context, text(100, 43), await memoryOf(text(100, 43)));
    const cache = await cacheIn();
    const [one, other] = readdirSync(folder).map((name) => join(folder, name));
    damage(one!, other!);
    const found = [await cache.find(context, text(101)), await cache.find(context, text(101, 43))];
    expect(found.filter((hit) => hit === null)).toHaveLength(1);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

test("under another key everything is a miss", async () => {
  await (await cacheIn()).keep(context, text(100), await memoryOf(text(100)));
  const shelf = await folderShelf(folder);
  const other = await PrefixCache.open({ shelf, sealer: nodeSealer(new Uint8Array(32)), sha256: nodeSha256 });
  expect(await other.find(context, text(101))).toBeNull();
});

test("half-written and foreign files are no entries", async () => {
  for (const name of ["x.half", "notes.txt", "zz-5.prefix"]) writeFileSync(join(folder, name), "x");
  const cache = await cacheIn();
  expect(cache.size_bytes).toBe(0);
  expect(readdirSync(folder)).toEqual(["notes.txt", "zz-5.prefix"]);
});

test("the limit holds: the least recently used goes first, also one larger than all room", async () => {
  const memory = await memoryOf(text(100));
  const each = memory.bytes.length + 128 + 48;
  const cache = await cacheIn(3 * each);
  for (const length of [40, 50, 60]) await cache.keep(context, text(length), await memoryOf(text(length)));
  await cache.find(context, text(41));
  await cache.keep(context, text(70), await memoryOf(text(70)));
  expect(cache.size_bytes).toBe(3 * each);
  expect(await cache.find(context, text(51))).toMatchObject({ length: 40 });
  expect(await (await cacheIn(each - 1)).find(context, text(100))).toBeNull();
  expect(readdirSync(folder)).toHaveLength(0);
});

test("a shelf that takes nothing costs nothing but the cache", async () => {
  const shelf: Shelf = {
    list: async () => [],
    read: async () => null,
    write: async () => false,
    remove: async () => undefined,
  };
  const cache = await PrefixCache.open({ shelf, sealer, sha256: nodeSha256 });
  expect(await readThrough(engine, cache, context, text(100))).toMatchObject({ reused: 0 });
});

test("another process, after this one ended, continues byte for byte", () => {
  const run = () =>
    JSON.parse(
      execFileSync(process.execPath, [join(import.meta.dirname, "prefix-cache-child.ts"), folder], {
        encoding: "utf8",
      }),
    ) as { reused: number };
  const [fresh, again] = [run(), run()];
  expect([fresh.reused, again.reused]).toEqual([0, 499]);
  expect({ ...again, reused: 0 }).toEqual(fresh);
});

test("a hit at 2,000 tokens is at least 20 times as fast as reading them", async () => {
  const large = kernelOver(makeModel({ ...MODEL_FORMS["4M"], metadata: byteLevelInput() }));
  const where = { weights: large.info.weights!, behavior: null };
  const timed = async () => {
    const cache = await cacheIn(); // opened anew, so that a hit comes from disk
    const began = performance.now();
    const read = await readThrough(large, cache, where, text(2000));
    if (isLogicRefusal(read)) throw new Error(read.why);
    await read.sequence.pick();
    read.sequence.close();
    return { ms: performance.now() - began, reused: read.reused };
  };
  const miss = await timed();
  const hits = [await timed(), await timed(), await timed(), await timed()];
  expect(miss.reused).toBe(0);
  expect(hits.map(({ reused }) => reused)).toEqual([1999, 1999, 1999, 1999]);
  const ratio = miss.ms / Math.min(...hits.map(({ ms }) => ms));
  console.log(
    `prefix cache: a hit is ${ratio.toFixed(0)} times as fast as reading 2,000 tokens (${miss.ms.toFixed(0)} ms)`,
  );
  expect(ratio).toBeGreaterThan(20);
});
