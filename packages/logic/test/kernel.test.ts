// The fast kernel against the float64 reference: near it on the golden vectors, and the same bits however it is called.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readGguf } from "../src/gguf.ts";
import { Kernel } from "../src/kernel.ts";
import { KERNEL_BATCH, KernelError } from "../src/kernel-layout.ts";
import { readKernelFile } from "../src/kernel-node.ts";
import { hireThread } from "../src/kernel-threads-node.ts";
import { blankMemory, MambaReference } from "../src/mamba-reference.ts";
import { KERNEL_MODES, type KernelMode } from "../src/quantise.ts";
import { readMamba } from "../src/weights.ts";
import { MODEL_FORMS, makeModel } from "./make-model.ts";

const wasm = readKernelFile().bytes;
const golden = (name: string) => {
  const path = (ending: string) => new URL(`vectors/${name}.${ending}`, import.meta.url);
  const { tokens } = JSON.parse(readFileSync(path("json"), "utf8")) as { tokens: number[] };
  return { tokens, weights: readMamba(readGguf(new Uint8Array(readFileSync(path("gguf"))))) };
};
const bits = (values: Float32Array) => Buffer.from(values.slice().buffer).toString("hex");
const LIMIT: Record<KernelMode, number> = { exact: 5e-4, row: 4e-2 };

describe.each(["a_d64l2n16p32_q8_0", "e_d64l2n16p32_f32"])("%s", (name) => {
  const { tokens, weights } = golden(name);
  test.each(KERNEL_MODES)("%s: error relative to float64", (mode) => {
    const kernel = Kernel.load({ wasm, weights, mode });
    const reference = new MambaReference(weights);
    const memory = blankMemory(weights.shape);
    let error = 0;
    let size = 0;
    for (const token of tokens) {
      kernel.feed(0, [token]);
      const logits = kernel.logits(0);
      for (const [i, wanted] of reference.step(memory, token).entries()) {
        error += (logits[i]! - wanted) ** 2;
        size += wanted ** 2;
      }
    }
    expect(Math.sqrt(error / size)).toBeLessThan(LIMIT[mode]);
  });
});

describe.each(KERNEL_MODES)("%s: the same bits", (mode) => {
  const weights = readMamba(readGguf(makeModel({ ...MODEL_FORMS.small, groups: 2, tied: false })));
  const kernel = Kernel.load({ wasm, weights, mode, slots: 20 });
  const tokens = Array.from({ length: 150 }, (_, i) => (i * 101) % weights.shape.vocabulary);
  kernel.blank(0);
  for (const token of tokens) kernel.feed(0, [token]);
  const wanted = { logits: bits(kernel.logits(0)), memory: kernel.read(0) };
  const same = (slot: number) => {
    expect(bits(kernel.logits(slot))).toBe(wanted.logits);
    expect(kernel.read(slot)).toEqual(wanted.memory);
  };

  test.each([[[150]], [[1, 149]], [[64, 64, 22]], [[7, 130, 13]]])("fed in parts of %j", (parts) => {
    kernel.blank(1);
    let from = 0;
    for (const part of parts) {
      kernel.feed(1, tokens.slice(from, from + part));
      from += part;
    }
    same(1);
  });
  test("beside eighteen other sequences", () => {
    const slots = Array.from({ length: 19 }, (_, i) => i + 1);
    for (const slot of slots) kernel.blank(slot);
    for (const [i, token] of tokens.entries())
      kernel.feedEach(
        slots,
        slots.map((slot) => (slot === 17 ? token : (i * slot) % 288)),
      );
    same(17);
  });
  test.each([1, 2])("logits of many slots at once, %d threads", (threads) => {
    const many = Kernel.load({ wasm, weights, mode, slots: KERNEL_BATCH + 3, hire: hireThread, threads });
    const slots = Array.from({ length: many.slots }, (_, slot) => slot);
    for (const slot of slots) {
      many.blank(slot);
      many.feed(slot, tokens.slice(0, 1 + (slot % 7)));
    }
    const each = many.logitsEach(slots.toReversed()).map(bits);
    expect(each.toReversed()).toEqual(slots.map((slot) => bits(many.logits(slot))));
    many.close();
  });
  test("saved, restored and copied half-way", () => {
    kernel.blank(2);
    kernel.feed(2, tokens.slice(0, 20));
    kernel.write(3, kernel.read(2));
    kernel.writeHidden(3, kernel.readHidden(2));
    expect(bits(kernel.logits(3))).toBe(bits(kernel.logits(2)));
    kernel.copy(3, 4);
    kernel.blank(2);
    kernel.feed(4, tokens.slice(20));
    same(4);
  });
  test("a mask leaves wanted logits as they are and the rest −∞ or true", () => {
    const mask = new Uint32Array(9);
    mask[0] = 1 << 5;
    mask[8] = 1 << 31;
    const whole = kernel.logits(0).slice();
    const some = kernel.logits(0, mask);
    expect([some[5], some[287], some[100]]).toEqual([whole[5], whole[287], Number.NEGATIVE_INFINITY]);
  });
});

describe("misuse is named", () => {
  const weights = readMamba(readGguf(makeModel(MODEL_FORMS.small)));
  const kernel = Kernel.load({ wasm, weights, mode: "exact", slots: 2 });
  test.each<[string, () => unknown, RegExp]>([
    ["a token beyond the vocabulary", () => kernel.feed(0, [288]), /token is 288/],
    ["a slot that is not there", () => kernel.logits(2), /slot 2 of 2/],
    ["another model's memory", () => kernel.write(0, new Uint8Array(4)), /memory of 4 bytes/],
    ["one slot twice in a batch", () => kernel.feedEach([0, 0], [1, 1]), /different slots/],
    ["a short mask", () => kernel.logits(0, new Uint32Array(1)), /mask is shorter/],
    ["too many slots", () => Kernel.load({ wasm, weights, mode: "row", slots: 5000 }), /slots is 5000/],
  ])("%s", (_, call, said) => {
    expect(call).toThrow(KernelError);
    expect(call).toThrow(said);
  });
  test("a model that does not fit is refused before memory is taken", () => {
    const huge = { ...weights, shape: { ...weights.shape, vocabulary: 2 ** 24 } };
    expect(() => Kernel.load({ wasm, weights: huge, mode: "row", slots: 4096 })).toThrow(/limit/);
  });
  test("a head length the kernel cannot compute", () => {
    const odd = readMamba(readGguf(makeModel({ ...MODEL_FORMS.small, state: 18 })));
    expect(() => Kernel.load({ wasm, weights: odd, mode: "row" })).toThrow(/state is 18/);
  });
});
