/** Whether two compilations of the kernel compute the same bits: a small model of made-up weights, run by both, along every path of the matrices. */
import type { Tensor } from "./gguf.ts";
import { Kernel, type KernelOptions } from "./kernel.ts";
import { KERNEL_MODES } from "./quantise.ts";
import type { MambaLayer, MambaShape, MambaWeights } from "./weights.ts";

const SHAPE: MambaShape = {
  width: 64,
  layers: 2,
  inner: 128,
  heads: 4,
  state: 16,
  groups: 1,
  kernel: 4,
  channels: 160,
  vocabulary: 64,
  epsilon: 1e-5,
};
/** Once four columns at a time and one left over, once one by one. */
const TOKENS = [3, 41, 7, 7, 60, 12, 33, 0, 25];

export type Compile = NonNullable<KernelOptions["compile"]>;

export function sameBits(wasm: Uint8Array<ArrayBuffer>, one: Compile, other: Compile): boolean {
  const weights = madeUp();
  return KERNEL_MODES.every((mode) => {
    const [a, b] = [one, other].map((compile) => trace(Kernel.load({ wasm, weights, mode, slots: 1, compile })));
    return a!.every((word, i) => word === b![i]);
  });
}

/** Logits after every step, and the memory at the end, as bits. */
function trace(kernel: Kernel): Uint32Array {
  const logits: Float32Array[] = [];
  kernel.blank(0);
  for (const chunk of [TOKENS, ...TOKENS.map((token) => [token])]) {
    kernel.feed(0, chunk);
    logits.push(kernel.logits(0).slice());
  }
  const words = logits.flatMap((each) => [...new Uint32Array(each.buffer)]);
  return Uint32Array.from([...words, ...kernel.read(0)]);
}

/** Values in [−1, 1), well spread and the same everywhere. */
function madeUp(): MambaWeights {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  };
  const tensor = (shape: readonly number[], value: () => number): Tensor => {
    const values = Float32Array.from({ length: shape.reduce((all, each) => all * each) }, value);
    return { name: "made up", shape, type: "F32", data: new Uint8Array(values.buffer) };
  };
  const { width, inner, channels, heads, kernel, vocabulary } = SHAPE;
  const near = (middle: number, spread: number) => () => middle + spread * next();
  const layer = (): MambaLayer => ({
    norm: tensor([width], near(1, 0.2)),
    in: tensor([width, inner + channels + heads], near(0, 0.2)),
    conv: tensor([kernel, channels], near(0, 0.5)),
    convBias: tensor([channels], near(0, 0.1)),
    dtBias: tensor([heads], near(-4, 2)),
    a: tensor([1, heads], near(-8, 7)),
    d: tensor([1, heads], near(1, 0.2)),
    gateNorm: tensor([inner, 1], near(1, 0.2)),
    out: tensor([inner, width], near(0, 0.2)),
  });
  const embedding = tensor([width, vocabulary], near(0, 1));
  return { shape: SHAPE, embedding, head: embedding, norm: tensor([width], near(1, 0.2)), layers: [layer(), layer()] };
}
