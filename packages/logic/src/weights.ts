/** A GGUF file read as a Mamba-2 model: the shape from the metadata, and every tensor where the architecture wants it. */
import { type Gguf, GgufError, type Tensor } from "./gguf.ts";

export interface MambaShape {
  /** d_model. */
  readonly width: number;
  readonly layers: number;
  /** d_inner = expand · d_model. */
  readonly inner: number;
  readonly heads: number;
  /** N, the state size per channel. */
  readonly state: number;
  readonly groups: number;
  /** Width of the causal convolution. */
  readonly kernel: number;
  /** Convolved channels: inner + 2 · groups · state. */
  readonly channels: number;
  readonly vocabulary: number;
  readonly epsilon: number;
}

export interface MambaLayer {
  readonly norm: Tensor;
  readonly in: Tensor;
  readonly conv: Tensor;
  readonly convBias: Tensor;
  readonly dtBias: Tensor;
  readonly a: Tensor;
  readonly d: Tensor;
  readonly gateNorm: Tensor;
  readonly out: Tensor;
}

export interface MambaWeights {
  readonly shape: MambaShape;
  readonly embedding: Tensor;
  /** The output matrix; the embedding itself when the file has none of its own. */
  readonly head: Tensor;
  readonly norm: Tensor;
  readonly layers: readonly MambaLayer[];
}

/** @throws GgufError naming the key or tensor that is missing or misshapen. */
export function readMamba(file: Gguf): MambaWeights {
  const architecture = file.metadata.get("general.architecture");
  if (architecture !== "mamba2") throw new GgufError(`the architecture is ${String(architecture)}, not mamba2`, 0);
  const shape = readShape(file);
  const { width, inner, channels, heads, groups, kernel, vocabulary } = shape;
  const want = (name: string, ...dimensions: number[]) => tensorOf(file, name, dimensions);
  const embedding = want("token_embd.weight", width, vocabulary);
  const layer = (i: number): MambaLayer => ({
    norm: want(`blk.${i}.attn_norm.weight`, width),
    in: want(`blk.${i}.ssm_in.weight`, width, inner + channels + heads),
    conv: want(`blk.${i}.ssm_conv1d.weight`, kernel, channels),
    convBias: want(`blk.${i}.ssm_conv1d.bias`, channels),
    dtBias: want(`blk.${i}.ssm_dt.bias`, heads),
    a: want(`blk.${i}.ssm_a`, 1, heads),
    d: want(`blk.${i}.ssm_d`, 1, heads),
    gateNorm: want(`blk.${i}.ssm_norm.weight`, inner / groups, groups),
    out: want(`blk.${i}.ssm_out.weight`, inner, width),
  });
  const head = file.tensors.has("output.weight") ? want("output.weight", width, vocabulary) : embedding;
  const layers = Array.from({ length: shape.layers }, (_, i) => layer(i));
  return { shape, embedding, head, norm: want("output_norm.weight", width), layers };
}

function readShape(file: Gguf): MambaShape {
  const whole = (key: string): number => {
    const value = file.metadata.get(`mamba2.${key}`);
    if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
    throw new GgufError(`metadata mamba2.${key} is ${String(value)}; a positive whole number is needed`, 0);
  };
  const inner = whole("ssm.inner_size");
  const heads = whole("ssm.time_step_rank");
  const groups = whole("ssm.group_count");
  const state = whole("ssm.state_size");
  if (inner % heads !== 0 || inner % groups !== 0 || heads % groups !== 0)
    throw new GgufError(`${inner} inner channels cannot be split into ${heads} heads and ${groups} groups`, 0);
  const epsilon = file.metadata.get("mamba2.attention.layer_norm_rms_epsilon");
  if (typeof epsilon !== "number" || !(epsilon > 0))
    throw new GgufError("the RMS norm's epsilon is missing or not positive", 0);
  return {
    width: whole("embedding_length"),
    layers: whole("block_count"),
    inner,
    heads,
    state,
    groups,
    kernel: whole("ssm.conv_kernel"),
    channels: inner + 2 * groups * state,
    vocabulary: file.tensors.get("token_embd.weight")?.shape[1] ?? 0,
    epsilon,
  };
}

function tensorOf(file: Gguf, name: string, shape: readonly number[]): Tensor {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) throw new GgufError(`tensor ${name} is missing`, 0);
  // A vector may be written as [n] or as [n, 1].
  const plain = (dimensions: readonly number[]) => dimensions.filter((length) => length !== 1).join("×");
  if (plain(tensor.shape) !== plain(shape))
    throw new GgufError(
      `tensor ${name} has the shape ${tensor.shape.join("×")}; the metadata wants ${shape.join("×")}`,
      0,
    );
  return tensor;
}
