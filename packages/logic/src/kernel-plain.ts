/**
 * The fast kernel said plainly: the same model, the same integers, the same roundings in the same order, one number at a
 * time. It is the specification that `kernel/` must equal bit for bit, and runs wherever JavaScript does, slowly.
 * `r` rounds one operation to f32; integer sums are exact, so their order is free.
 */
import { exp, silu, softplus, sumOfEight, whole } from "./arithmetic-plain.ts";
import { dequantise } from "./dequantise.ts";
import type { Tensor } from "./gguf.ts";
import { memoryBytesOf } from "./kernel-layout.ts";
import {
  BLOCK,
  type KernelMode,
  type MatrixShape,
  matrixShape,
  type QuantisedRow,
  quantiseRow,
  rowOf,
} from "./quantise.ts";
import type { MambaLayer, MambaShape, MambaWeights } from "./weights.ts";

const r = Math.fround;
const LEAST = r(1e-30);

interface Matrix extends MatrixShape {
  readonly parts: readonly QuantisedRow[];
}
type PlainLayer = ReturnType<typeof layerOf>;

function matrixOf(tensor: Tensor, mode: KernelMode): Matrix {
  const shape = matrixShape(tensor, mode);
  return { ...shape, parts: Array.from({ length: shape.rows }, (_, row) => quantiseRow(tensor, row, shape)) };
}

const layerOf = (layer: MambaLayer, mode: KernelMode) => ({
  norm: dequantise(layer.norm),
  input: matrixOf(layer.in, mode),
  /** `[channels][kernel]`, as in the file. */
  conv: dequantise(layer.conv),
  convBias: dequantise(layer.convBias),
  dtBias: dequantise(layer.dtBias),
  a: dequantise(layer.a),
  d: dequantise(layer.d),
  gateNorm: dequantise(layer.gateNorm),
  output: matrixOf(layer.out, mode),
});

export class PlainKernel {
  readonly shape: MambaShape;
  /** One sequence's memory, as `Kernel.read` gives it: `[layers][inner][state]`, then `[layers][kernel − 1][channels]`. */
  readonly memory: Float32Array;
  readonly #embedding: Tensor;
  readonly #layers: readonly PlainLayer[];
  readonly #norm: Float32Array;
  readonly #head: Matrix;

  constructor(weights: MambaWeights, mode: KernelMode) {
    this.shape = weights.shape;
    this.memory = new Float32Array(memoryBytesOf(weights.shape) / 4);
    this.#embedding = weights.embedding;
    this.#layers = weights.layers.map((layer) => layerOf(layer, mode));
    this.#norm = dequantise(weights.norm);
    this.#head = matrixOf(weights.head, mode);
  }

  /** Feeds one token; logits `[vocabulary]`. */
  step(token: number): Float32Array {
    const { layers, inner, state, kernel, channels } = this.shape;
    const residual = dequantise(rowOf(this.#embedding, token));
    for (const [i, layer] of this.#layers.entries()) {
      const ssm = this.memory.subarray(i * inner * state, (i + 1) * inner * state);
      const begin = layers * inner * state + i * (kernel - 1) * channels;
      const past = this.memory.subarray(begin, begin + (kernel - 1) * channels);
      const out = this.#mix(layer, ssm, past, this.#normalise(residual, layer.norm));
      for (const [j, value] of out.entries()) residual[j]! += value;
    }
    return multiply(this.#head, this.#normalise(residual, this.#norm));
  }

  #mix(layer: PlainLayer, ssm: Float32Array, past: Float32Array, input: Float32Array): Float32Array {
    const { inner, channels, groups } = this.shape;
    const projected = multiply(layer.input, input); // [z | x | B | C | dt]
    const mixed = this.#convolve(layer, past, projected.subarray(inner, inner + channels));
    const y = this.#scan(layer, ssm, mixed, projected.subarray(inner + channels));
    for (let i = 0; i < inner; i++) y[i]! *= silu(projected[i]!);
    const perGroup = inner / groups;
    const normed = Array.from({ length: groups }, (_, g) => {
      const part = (x: Float32Array) => x.subarray(g * perGroup, (g + 1) * perGroup);
      return [...this.#normalise(part(y), part(layer.gateNorm))];
    });
    return multiply(layer.output, Float32Array.from(normed.flat()));
  }

  /** From the newest input back to the oldest. */
  #convolve(layer: PlainLayer, past: Float32Array, now: Float32Array): Float32Array {
    const { channels, kernel } = this.shape;
    const out = now.map((value, c) => {
      const weight = (k: number) => layer.conv[c * kernel + k]!;
      let sum = r(layer.convBias[c]! + r(weight(kernel - 1) * value));
      for (let k = kernel - 2; k >= 0; k--) sum = r(sum + r(weight(k) * past[k * channels + c]!));
      return silu(sum);
    });
    past.copyWithin(0, channels);
    past.set(now, (kernel - 2) * channels);
    return out;
  }

  #scan(layer: PlainLayer, ssm: Float32Array, mixed: Float32Array, raw: Float32Array): Float32Array {
    const { inner, heads, state, groups } = this.shape;
    const perHead = inner / heads;
    const y = new Float32Array(inner);
    for (let h = 0; h < heads; h++) {
      const dt = softplus(r(raw[h]! + layer.dtBias[h]!));
      const decay = exp(r(dt * layer.a[h]!));
      const b = inner + Math.floor((h * groups) / heads) * state;
      const c = b + groups * state;
      for (let i = h * perHead; i < (h + 1) * perHead; i++) {
        const u = r(dt * mixed[i]!);
        const sum = sumOfEight(state, (n) => {
          const next = r(r(decay * ssm[i * state + n]!) + r(u * mixed[b + n]!));
          ssm[i * state + n] = next;
          return r(next * mixed[c + n]!);
        });
        y[i] = sum + r(layer.d[h]! * mixed[i]!);
      }
    }
    return y;
  }

  #normalise(x: Float32Array, weight: Float32Array): Float32Array {
    const mean = r(sumOfEight(x.length, (i) => r(x[i]! * x[i]!)) / x.length);
    const scale = r(1 / r(Math.sqrt(r(mean + r(this.shape.epsilon)))));
    return x.map((value, i) => r(r(value * scale) * weight[i]!));
  }
}

/** Activations as int16 with one step for the vector; then whole-number products, scaled. */
function multiply(matrix: Matrix, x: Float32Array): Float32Array {
  const greatest = x.reduce((most, value) => Math.max(most, Math.abs(value)), LEAST);
  const steps = r(matrix.limit / greatest);
  const step = r(greatest / matrix.limit);
  const activations = new Int16Array(matrix.columns);
  for (const [i, value] of x.entries()) activations[i] = whole(r(value * steps));
  return Float32Array.from(matrix.parts, (row) => rowTimes(matrix, row, activations, step));
}

function rowTimes({ columns, perRow }: MatrixShape, row: QuantisedRow, activations: Int16Array, step: number): number {
  const { values, scales } = row;
  const length = perRow ? columns : BLOCK;
  let sum = 0;
  for (const [block, scale] of scales.entries()) {
    let products = 0;
    for (let i = block * length; i < (block + 1) * length; i++) products += values[i]! * activations[i % columns]!;
    sum = perRow ? r(r(products) * scale) : r(sum + r(r(products) * scale));
  }
  return r(sum * step);
}
