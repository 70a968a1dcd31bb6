// What makes a compilation trusted: the same bits as a plain one. Whole runs in every environment: kernel-places.test.ts.
import { expect, test } from "vitest";
import { readGguf } from "../src/gguf.ts";
import { Kernel } from "../src/kernel.ts";
import { readKernelFile } from "../src/kernel-node.ts";
import { type Compile, sameBits } from "../src/kernel-trial.ts";
import { compileKernel } from "../src/kernel-vectors-node.ts";
import { readMamba } from "../src/weights.ts";
import { MODEL_FORMS, makeModel } from "./make-model.ts";

const wasm = readKernelFile().bytes;
const plain: Compile = (bytes) => new WebAssembly.Module(bytes);

/** Puts another instruction in the place of the last one of its kind, as a faulty compiler would. */
function changed(simd: number, by: number): Compile {
  return (bytes) => {
    const copy = bytes.slice();
    const code = [0xfd, (simd & 0x7f) | 0x80, simd >> 7];
    const at = copy.findLastIndex((_, i) => code.every((byte, j) => copy[i + j] === byte));
    copy.set([0xfd, (by & 0x7f) | 0x80, by >> 7], at);
    return new WebAssembly.Module(copy);
  };
}

test("a plain compilation agrees with itself, and with the shipped one", () => {
  expect(sameBits(wasm, plain, plain)).toBe(true);
  expect(sameBits(wasm, compileKernel, plain)).toBe(true);
});

test("the file as a single thread compiles it can be tried too", () => {
  const compiled: Uint8Array<ArrayBuffer>[] = [];
  const kept: Compile = (bytes) => {
    compiled.push(bytes);
    return plain(bytes);
  };
  Kernel.load({
    wasm,
    weights: readMamba(readGguf(makeModel(MODEL_FORMS.small))),
    mode: "row",
    slots: 1,
    compile: kept,
  });
  expect(compiled).toHaveLength(1);
  expect(sameBits(compiled[0]!, compileKernel, plain)).toBe(true);
});

test.each([
  ["f32x4.add is f32x4.sub", 0xe4, 0xe5],
  ["f32x4.mul is f32x4.add", 0xe6, 0xe4],
  ["i32x4.add is i32x4.sub", 0xae, 0xb1],
])("a compilation in which one %s is found out", (_, simd, by) => {
  expect(sameBits(wasm, changed(simd, by), plain)).toBe(false);
});

test("afterwards V8 compiles as it did before, and both kinds live in one process", () => {
  const weights = readMamba(readGguf(makeModel(MODEL_FORMS.small)));
  const kernels = [compileKernel, plain].map((compile) =>
    Kernel.load({ wasm, weights, mode: "exact", slots: 1, compile }),
  );
  const logits = kernels.map((kernel) => {
    kernel.feed(0, [1, 2, 3, 4, 5]);
    return kernel.logits(0).slice();
  });
  expect(logits[0]).toEqual(logits[1]);
});
