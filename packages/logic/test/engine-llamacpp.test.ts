import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Engine, Sequence } from "../src/engine.ts";
import { openLlamaCppEngine } from "../src/engine-llamacpp-node.ts";
import { LLAMACPP_INSTALL } from "../src/llamacpp-package-node.ts";
import { isLogicRefusal } from "../src/refusal.ts";
import {
  type ContractSubject,
  constraintContract,
  OneOf,
  openOf,
  sequenceContract,
  writeContract,
  written,
} from "./engine.contract.ts";
import { kernelOver } from "./kernel-over.ts";
import { tinyModel } from "./models.ts";

const folder = process.env.AXIOM_LLAMACPP;
const work = mkdtempSync(join(tmpdir(), "logic-llamacpp-"));
/** As a needle's file is: llama.cpp finds a pre-tokenizer that it knows, we find ours. */
const model = (seed: number) => tinyModel(seed, { "tokenizer.ggml.pre": "gpt-2", "axiom.pre": "axiom-marks" });
const opened = async (name: string, bytes: Uint8Array): Promise<Engine> => {
  writeFileSync(join(work, name), bytes);
  const engine = await openLlamaCppEngine({ model: join(work, name), folder: folder!, slots: 8, context_tokens: 1024 });
  if (isLogicRefusal(engine)) throw new Error(engine.why);
  return engine;
};

describe("llama.cpp", () => {
  let subject: ContractSubject;
  beforeAll(async () => {
    if (folder === undefined) return;
    subject = { engine: await opened("one.gguf", model(1)), stranger: await opened("two.gguf", model(2)) };
  });
  afterAll(async () => {
    if (folder !== undefined) await Promise.all([subject.engine.close(), subject.stranger!.close()]);
    rmSync(work, { recursive: true });
  });
  beforeEach((context) => {
    if (folder === undefined)
      context.skip(`needs node-llama-cpp (${LLAMACPP_INSTALL} in a folder, named by AXIOM_LLAMACPP)`);
  });

  sequenceContract(() => subject);
  writeContract(() => subject);
  constraintContract(() => subject);

  test("the kernel's memory is its memory, both ways", async () => {
    const kernel = kernelOver(model(1));
    const tokens = Array.from({ length: 60 }, (_, i) => (i * 37) % 264);
    const [ours, theirs] = [await openOf(kernel), await openOf(subject.engine)];
    await ours.feed(tokens);
    await theirs.feed(tokens);
    const floats = async (sequence: Sequence) => new Float32Array((await sequence.memory()).bytes.slice().buffer);
    const [a, b] = [await floats(ours), await floats(theirs)];
    const size = Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));
    const error = Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0));
    expect(error / size).toBeLessThan(0.05);
    const moved = (await subject.engine.open(await ours.memory())) as Sequence;
    await moved.feed([9]);
    await ours.feed([9]);
    const [here, there] = [await ours.pick({ alternatives: 3 }), await moved.pick({ alternatives: 3 })];
    expect(Math.abs(here.logprob - there.logprob)).toBeLessThan(0.3);
    const back = (await kernel.open(await theirs.memory())) as Sequence;
    await back.feed([9]);
    expect(Math.abs((await back.pick()).logprob - here.logprob)).toBeLessThan(0.3);
    theirs.close();
    moved.close();
  });

  test("sequences take turns without losing their place", async () => {
    const [one, two] = [await openOf(subject.engine), await openOf(subject.engine)];
    await one.feed([1, 2, 3]);
    const alone = await one.pick({ alternatives: 4 });
    await two.feed([9, 8, 7]);
    const again = await one.pick({ alternatives: 4 });
    expect(again.token).toBe(alone.token);
    expect(again.logprob).toBeCloseTo(alone.logprob, 4);
    one.close();
    two.close();
  });

  test("the lazy check finds what the full one finds", async () => {
    const sequence = await openOf(subject.engine);
    await sequence.feed([5, 6, 7]);
    for (let seed = 1; seed < 40; seed++) {
      const mask = Uint32Array.from(
        { length: 9 },
        (_, i) => Math.imul(seed * 9 + i, 0x9e3779b1) & (seed % 3 ? -1 : 0x11),
      );
      expect((await sequence.pick({ mask, scores: false })).token).toBe((await sequence.pick({ mask })).token);
    }
    sequence.close();
  });

  test("a file with our pre-tokenizer's own name", async () => {
    const engine = await opened("marks.gguf", tinyModel(1));
    expect(engine.tokenizer!.encode("!!")).toHaveLength(2);
    expect((await written(engine, { prompt: "the ", max_tokens: 3 })).end.why).toBe("max-tokens");
    await engine.close();
  });

  test("longer than the context", async () => {
    const { end } = await written(subject.engine, { prompt: "x".repeat(5000), max_tokens: 5 });
    expect(end.refusal).toMatchObject({ refused: "text-too-long" });
  });

  test("a pre-tokenizer that only llama.cpp knows", async () => {
    const engine = await opened("qwen.gguf", tinyModel(1, { "tokenizer.ggml.pre": "qwen2" }));
    expect(engine.tokenizer!.decode(engine.tokenizer!.encode("the thing, é"))).toBe("the thing, é");
    const { text } = await written(engine, { prompt: "a", max_tokens: 9, constraint: new OneOf(engine, ["yes"]) });
    expect(text).toBe("yes");
    await engine.close();
  });

  test("what is no model", async () => {
    writeFileSync(join(work, "bad.gguf"), tinyModel(1).subarray(0, 20_000));
    expect(await openLlamaCppEngine({ model: join(work, "bad.gguf"), folder: folder! })).toMatchObject({
      refused: "engine-failed",
    });
    expect(await openLlamaCppEngine({ model: join(work, "none.gguf"), folder: folder! })).toMatchObject({
      refused: "model-malformed",
    });
  });
});

test("without the package the refusal says how to get it", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "logic-absent-")), "one.gguf");
  writeFileSync(path, tinyModel(1));
  const refusal = await openLlamaCppEngine({ model: path, folder: tmpdir() });
  expect(refusal).toMatchObject({ refused: "engine-absent", why: expect.stringContaining("npm install") });
});
