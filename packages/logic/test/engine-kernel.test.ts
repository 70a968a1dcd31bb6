import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openKernelEngine } from "../src/engine-kernel-node.ts";
import { readGguf } from "../src/gguf.ts";
import { blankMemory, MambaReference } from "../src/mamba-reference.ts";
import { choose } from "../src/sampler.ts";
import { readMamba } from "../src/weights.ts";
import { constraintContract, openOf, sequenceContract, writeContract } from "./engine.contract.ts";
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
