import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Raptor, Vocabulary } from "raptor";
import { afterAll, describe, expect, test } from "vitest";
import type { Engine } from "../src/engine.ts";
import { openKernelEngine } from "../src/engine-kernel-node.ts";
import { readGguf } from "../src/gguf.ts";
import { blankMemory, MambaReference } from "../src/mamba-reference.ts";
import { choose } from "../src/sampler.ts";
import { readMamba } from "../src/weights.ts";
import { constraintContract, openOf, sequenceContract, writeContract, written } from "./engine.contract.ts";
import { kernelOver } from "./kernel-over.ts";
import { tinyModel } from "./models.ts";

describe.each(["exact", "row"] as const)("kernel, %s", (mode) => {
  const subject = { engine: kernelOver(tinyModel(1), mode), stranger: kernelOver(tinyModel(2), mode) };
  sequenceContract(() => subject);
  writeContract(() => subject);
  constraintContract(() => subject);

  test("prefill is bit-identical to one token at a time, memory and all", async () => {
    const tokens = Array.from({ length: 300 }, (_, i) => (i * 37) % 268);
    const [whole, single] = [await openOf(subject.engine), await openOf(subject.engine)];
    await whole.feed(tokens);
    for (const token of tokens) await single.feed([token]);
    expect((await whole.memory()).hash).toBe((await single.memory()).hash);
    expect(await whole.pick({ alternatives: 20 })).toEqual(await single.pick({ alternatives: 20 }));
    whole.close();
    single.close();
  });
});

test("raptor's matcher is a constraint: what comes is an instance of the schema, whatever the model", async () => {
  const engine = kernelOver(tinyModel(4));
  const tokenizer = engine.tokenizer!;
  const tokens = Array.from({ length: tokenizer.size }, (_, token) => tokenizer.bytesOf(token));
  const vocabulary = Vocabulary.from({ tokens, ends: [...tokenizer.ends] });
  if ("refused" in vocabulary) throw new Error(vocabulary.why);
  const properties = { tag: { type: "string", maxLength: 8 }, go: { type: "boolean" } };
  const schema = { type: "object", properties, required: ["tag", "go"], additionalProperties: false };
  const grammar = new Raptor(vocabulary).schema(schema, { whitespace: "none" });
  if ("refused" in grammar) throw new Error(grammar.why);
  for (let seed = 0; seed < 20; seed++) {
    const sampling = { temperature: 2, seed };
    const { text } = await written(engine, {
      prompt: "the ",
      max_tokens: 200,
      constraint: grammar.matcher(),
      sampling,
    });
    expect(JSON.parse(text)).toEqual({ tag: expect.any(String), go: expect.any(Boolean) });
  }
});

test("a long writing lets others have their turn", async () => {
  const engine = (await openKernelEngine({ model: tinyModel(1) })) as Engine;
  let turns = 0;
  const ticking = setInterval(() => turns++, 0);
  await written(engine, { prompt: "the ", max_tokens: 2000 });
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(5);
});

test("each saved memory keeps the bytes it was saved with, whether its room was made ahead or not", async () => {
  const engine = (await openKernelEngine({ model: tinyModel(1) })) as Engine;
  const sequence = await openOf(engine);
  const saved = [];
  for (let token = 0; token < 12; token++) {
    await sequence.feed([token]);
    const memory = await sequence.memory();
    saved.push({ memory, bytes: memory.bytes.slice() });
    if (token % 3 !== 0) await setImmediate();
  }
  for (const { memory, bytes } of saved) expect(memory.bytes).toEqual(bytes);
  expect(new Set(saved.map(({ memory }) => memory.bytes.buffer)).size).toBe(saved.length);
});

test("the float64 reference makes the same choices", async () => {
  const file = tinyModel(3);
  const reference = new MambaReference(readMamba(readGguf(file)));
  const memory = blankMemory(reference.shape);
  const sequence = await openOf(kernelOver(file));
  for (let i = 0; i < 100; i++) {
    const token = (i * 73) % 268;
    await sequence.feed([token]);
    const judged = choose(reference.step(memory, token), { alternatives: 1 }, 0);
    const picked = await sequence.pick();
    // Where two tokens are nearly as good, rounding may decide.
    if (judged.logprob - judged.alternatives[0]!.logprob > 0.05) expect(picked.token).toBe(judged.token);
    expect(Math.abs(picked.logprob - judged.logprob)).toBeLessThan(0.05);
  }
});

describe("refusals", () => {
  test("all slots taken", async () => {
    const engine = kernelOver(tinyModel(1), "exact", 2);
    const [first] = [await openOf(engine), await openOf(engine)];
    expect(await engine.open()).toMatchObject({ refused: "engine-full" });
    await expect(first.fork()).rejects.toThrow(/2 slots/);
    first.close();
    first.close();
    await openOf(engine);
    expect(await engine.open()).toMatchObject({ refused: "engine-full" });
    await engine.close();
    expect(await engine.open()).toMatchObject({ refused: "engine-closed" });
  });
  const folder = mkdtempSync(join(tmpdir(), "logic-kernel-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const opened = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return openKernelEngine({ model: join(folder, name) });
  };
  test("from bytes, with a second thread: the same bits", async () => {
    const hashes: string[] = [];
    for (const threads of [1, 2] as const) {
      const engine = (await openKernelEngine({ model: tinyModel(1), threads })) as Engine;
      const sequence = await openOf(engine);
      await sequence.feed(Array.from({ length: 200 }, (_, i) => i));
      hashes.push((await sequence.memory()).hash);
      await engine.close();
    }
    expect(hashes[0]).toBe(hashes[1]);
  });
  test("from files", async () => {
    expect(await opened("a.gguf", tinyModel(1))).toMatchObject({ info: { kind: "kernel", exact: true } });
    expect(await opened("b.gguf", tinyModel(1).subarray(0, 5000))).toMatchObject({ refused: "model-malformed" });
    expect(await openKernelEngine({ model: join(folder, "none.gguf") })).toMatchObject({ refused: "model-malformed" });
    const other = tinyModel(1, { "general.architecture": "llama" });
    expect(await opened("c.gguf", other)).toMatchObject({ refused: "model-unsupported" });
    const pre = tinyModel(1, { "tokenizer.ggml.pre": "unheard-of" });
    expect(await opened("d.gguf", pre)).toMatchObject({ refused: "tokenizer-unsupported" });
  });
});
