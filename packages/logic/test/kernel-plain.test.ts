// The WebAssembly kernel against its twin in plain TypeScript: every bit of every logit and of the memory.
import { describe, expect, test } from "vitest";
import type { TensorType } from "../src/gguf.ts";
import { readGguf } from "../src/gguf.ts";
import { Kernel } from "../src/kernel.ts";
import { RECORD_WORDS } from "../src/kernel-layout.ts";
import { readKernelFile } from "../src/kernel-node.ts";
import { PlainKernel } from "../src/kernel-plain.ts";
import { KERNEL_MODES } from "../src/quantise.ts";
import { readMamba } from "../src/weights.ts";
import { MODEL_FORMS, type ModelForm, makeModel, seededChance } from "./make-model.ts";

const wasm = readKernelFile().bytes;
const SEED = 41;
const TOKENS = 60;

const FORMS: Record<string, ModelForm> = {
  small: MODEL_FORMS.small,
  "two groups, own head": { ...MODEL_FORMS.small, groups: 2, tied: false },
  "nothing a multiple of 16": { width: 40, layers: 2, state: 8, headSize: 8, vocabulary: 77, type: "F32" },
  "wide heads": { width: 96, layers: 1, state: 64, headSize: 192, vocabulary: 50 },
};
const bits = (values: Float32Array) => new Uint32Array(values.slice().buffer);

describe.each(Object.entries(FORMS))("%s", (_, form) => {
  const types: TensorType[] = form.type === undefined ? ["Q8_0", "F16", "F32"] : [form.type];
  const cases = types.flatMap((type) => KERNEL_MODES.map((mode) => [type, mode] as const));
  test.each(cases)(`%s, %s (seed ${SEED})`, (type, mode) => {
    const weights = readMamba(readGguf(makeModel({ ...form, type, seed: SEED })));
    const kernel = Kernel.load({ wasm, weights, mode, slots: 1 });
    const plain = new PlainKernel(weights, mode);
    const chance = seededChance(SEED);
    for (let i = 0; i < TOKENS; i++) {
      const token = Math.floor(chance() * form.vocabulary);
      kernel.feed(0, [token]);
      expect(bits(kernel.logits(0))).toEqual(bits(plain.step(token)));
    }
    expect(kernel.read(0)).toEqual(new Uint8Array(plain.memory.buffer));
  });
});

test("host and kernel agree on the size of their records", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory } });
  for (const [kind, words] of Object.entries(RECORD_WORDS))
    expect([kind, (exports[`${kind}Bytes`] as WebAssembly.Global).value]).toEqual([kind, 4 * words]);
});
