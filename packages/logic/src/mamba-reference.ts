/**
 * Mamba-2 as its equations stand (Dao & Gu 2024; state-spaces/mamba, modules/mamba2.py, `step`), in doubles and without haste.
 * It is the judge of the fast kernel: read this to know what is computed, and compare with it to know whether it was.
 */
import { dequantise } from "./dequantise.ts";
import type { MambaShape, MambaWeights } from "./weights.ts";

/** One needle's memory: per layer the SSM state `[heads][head][state]` and the last `kernel − 1` conv inputs `[k][channels]`, oldest first. */
export interface ReferenceMemory {
  readonly ssm: readonly Float64Array[];
  readonly conv: readonly Float64Array[];
}

export const blankMemory = (shape: MambaShape): ReferenceMemory => ({
  ssm: Array.from({ length: shape.layers }, () => new Float64Array(shape.inner * shape.state)),
  conv: Array.from({ length: shape.layers }, () => new Float64Array((shape.kernel - 1) * shape.channels)),
});

type Dequantised = ReturnType<typeof layerOf>;

function layerOf(layer: MambaWeights["layers"][number]) {
  const { norm, in: input, conv, convBias, dtBias, a, d, gateNorm, out } = layer;
  const all = { norm, input, conv, convBias, dtBias, a, d, gateNorm, out };
  return Object.fromEntries(Object.entries(all).map(([name, tensor]) => [name, dequantise(tensor)])) as {
    [name in keyof typeof all]: Float32Array;
  };
}

export class MambaReference {
  readonly shape: MambaShape;
  readonly #embedding: Float32Array;
  readonly #head: Float32Array;
  readonly #norm: Float32Array;
  readonly #layers: readonly Dequantised[];

  constructor(weights: MambaWeights) {
    this.shape = weights.shape;
    this.#embedding = dequantise(weights.embedding);
    this.#head = weights.head === weights.embedding ? this.#embedding : dequantise(weights.head);
    this.#norm = dequantise(weights.norm);
    this.#layers = weights.layers.map(layerOf);
  }

  /** Feeds one token, changes `memory` in place, gives the logits `[vocabulary]`. */
  step(memory: ReferenceMemory, token: number): Float64Array {
    const { width, epsilon, vocabulary } = this.shape;
    const residual = Float64Array.from(this.#embedding.subarray(token * width, (token + 1) * width));
    this.#layers.forEach((layer, i) => {
      const out = this.#mix(layer, memory.ssm[i]!, memory.conv[i]!, rmsNorm(residual, layer.norm, epsilon));
      for (let j = 0; j < width; j++) residual[j]! += out[j]!;
    });
    return multiply(this.#head, rmsNorm(residual, this.#norm, epsilon), vocabulary);
  }

  /** One layer's mixer: `[width]` in, `[width]` out. */
  #mix(layer: Dequantised, ssm: Float64Array, conv: Float64Array, input: Float64Array): Float64Array {
    const { inner, channels, heads, width, groups, epsilon } = this.shape;
    const projected = multiply(layer.input, input, 2 * inner + (channels - inner) + heads); // [z | x | B | C | dt]
    const gate = projected.subarray(0, inner);
    const mixed = this.#convolve(layer, conv, projected.subarray(inner, inner + channels));
    const y = this.#scan(layer, ssm, mixed, projected.subarray(inner + channels));
    for (let i = 0; i < inner; i++) y[i]! *= silu(gate[i]!);
    const perGroup = inner / groups;
    for (let g = 0; g < groups; g++) {
      const part = y.subarray(g * perGroup, (g + 1) * perGroup);
      part.set(rmsNorm(part, layer.gateNorm.subarray(g * perGroup, (g + 1) * perGroup), epsilon));
    }
    return multiply(layer.out, y, width);
  }

  /** Depthwise causal convolution over time, then SiLU: `[channels]` in and out. */
  #convolve(layer: Dequantised, past: Float64Array, now: Float64Array): Float64Array {
    const { channels, kernel } = this.shape;
    const out = new Float64Array(channels);
    for (let c = 0; c < channels; c++) {
      let sum = layer.convBias[c]! + layer.conv[c * kernel + kernel - 1]! * now[c]!;
      for (let k = 0; k < kernel - 1; k++) sum += layer.conv[c * kernel + k]! * past[k * channels + c]!;
      out[c] = silu(sum);
    }
    past.copyWithin(0, channels);
    past.set(now, (kernel - 2) * channels);
    return out;
  }

  /** `S ← exp(dt·A)·S + dt·x⊗B`, `y = S·C + D·x`, head by head; `[inner]` out. */
  #scan(layer: Dequantised, ssm: Float64Array, mixed: Float64Array, dts: Float64Array): Float64Array {
    const { inner, heads, state, groups } = this.shape;
    const perHead = inner / heads;
    const y = new Float64Array(inner);
    for (let h = 0; h < heads; h++) {
      const dt = softplus(dts[h]! + layer.dtBias[h]!);
      const decay = Math.exp(dt * layer.a[h]!);
      const b = inner + Math.floor((h * groups) / heads) * state;
      const c = b + groups * state;
      for (let i = h * perHead; i < (h + 1) * perHead; i++) {
        const x = mixed[i]!;
        let sum = 0;
        for (let n = 0; n < state; n++) {
          const next = decay * ssm[i * state + n]! + dt * x * mixed[b + n]!;
          ssm[i * state + n] = next;
          sum += next * mixed[c + n]!;
        }
        y[i] = sum + layer.d[h]! * x;
      }
    }
    return y;
  }
}

const silu = (x: number): number => x / (1 + Math.exp(-x));
/** The identity above 20, as in the reference implementation. */
const softplus = (x: number): number => (x > 20 ? x : Math.log1p(Math.exp(x)));

function rmsNorm(x: Float64Array, weight: Float32Array, epsilon: number): Float64Array {
  let sum = 0;
  for (const value of x) sum += value * value;
  const scale = 1 / Math.sqrt(sum / x.length + epsilon);
  return x.map((value, i) => value * scale * weight[i]!);
}

/** Rows of `matrix` `[rows][x.length]` times `x`. */
function multiply(matrix: Float32Array, x: Float64Array, rows: number): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += matrix[r * x.length + i]! * x[i]!;
    out[r] = sum;
  }
  return out;
}
