/** Mamba-2 models with seeded random weights, as GGUF files: for tests and benches of everything that runs a model. */
import type { TensorType } from "../src/gguf.ts";
import { type GgufInput, type TensorInput, writeGguf } from "../src/gguf-write.ts";

export interface ModelForm {
  readonly width: number;
  readonly layers: number;
  readonly state: number;
  readonly headSize: number;
  readonly vocabulary: number;
  readonly groups?: number;
  readonly type?: TensorType;
  /** False: an output matrix of its own instead of the embedding. */
  readonly tied?: boolean;
  readonly seed?: number;
  /** Further or other metadata, such as a tokenizer. */
  readonly metadata?: Readonly<Record<string, GgufInput>>;
}

export const MODEL_FORMS = {
  small: { width: 64, layers: 2, state: 16, headSize: 32, vocabulary: 288 },
  "4M": { width: 256, layers: 8, state: 64, headSize: 64, vocabulary: 2048 },
  "20M": { width: 512, layers: 12, state: 64, headSize: 64, vocabulary: 4096 },
  "130M": { width: 768, layers: 24, state: 128, headSize: 64, vocabulary: 50_288 },
} as const satisfies Record<string, ModelForm>;

/** Mulberry32: uniform in [0, 1). */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Sizes as in state-spaces/mamba: dt from 0.001 to 0.1, A from −16 to −1, D = 1. Only + − × ÷, so all machines make the same file. */
export function makeModel(form: ModelForm): Uint8Array<ArrayBuffer> {
  const { width, layers, state, headSize, vocabulary, groups = 1, type = "Q8_0", tied = true } = form;
  const inner = 2 * width;
  const heads = inner / headSize;
  const channels = inner + 2 * groups * state;
  const chance = seededChance(form.seed ?? 1);
  const make = (name: string, shape: number[], as: TensorType, value: () => number): TensorInput => ({
    name,
    shape,
    type: as,
    values: Float32Array.from({ length: shape.reduce((product, length) => product * length) }, value),
  });
  // Three uniform numbers: near enough to a normal, and made of exact sums.
  const spread = (size: number) => () => (chance() + chance() + chance() - 1.5) * 2 * size;
  const near = (middle: number, size: number) => () => middle + (chance() - 0.5) * 2 * size;
  const matrix = (name: string, columns: number, rows: number) =>
    make(name, [columns, rows], type, spread(1 / Math.sqrt(columns)));
  const layer = (i: number): TensorInput[] => [
    make(`blk.${i}.attn_norm.weight`, [width], "F32", near(1, 0.2)),
    matrix(`blk.${i}.ssm_in.weight`, width, inner + channels + heads),
    make(`blk.${i}.ssm_conv1d.weight`, [4, channels], "F32", spread(0.5)),
    make(`blk.${i}.ssm_conv1d.bias`, [channels], "F32", spread(0.1)),
    make(`blk.${i}.ssm_dt.bias`, [heads], "F32", near(-4.5, 2.3)),
    make(`blk.${i}.ssm_a`, [1, heads], "F32", near(-8.5, 7.5)),
    make(`blk.${i}.ssm_d`, [1, heads], "F32", () => 1),
    make(`blk.${i}.ssm_norm.weight`, [inner / groups, groups], "F32", near(1, 0.2)),
    matrix(`blk.${i}.ssm_out.weight`, inner, width),
  ];
  const tensors = [
    make("token_embd.weight", [width, vocabulary], type, spread(1)),
    make("output_norm.weight", [width], "F32", near(1, 0.2)),
    ...(tied ? [] : [matrix("output.weight", width, vocabulary)]),
    ...Array.from({ length: layers }, (_, i) => layer(i)).flat(),
  ];
  return writeGguf({ ...metadataOf(form, inner, heads), ...form.metadata }, tensors);
}

function metadataOf(form: ModelForm, inner: number, heads: number): Record<string, GgufInput> {
  return {
    "general.architecture": "mamba2",
    "general.name": "random",
    "mamba2.context_length": 1_048_576,
    "mamba2.embedding_length": form.width,
    "mamba2.feed_forward_length": 0,
    "mamba2.attention.head_count": 0,
    "mamba2.block_count": form.layers,
    "mamba2.vocab_size": form.vocabulary,
    "mamba2.ssm.conv_kernel": 4,
    "mamba2.ssm.inner_size": inner,
    "mamba2.ssm.state_size": form.state,
    "mamba2.ssm.time_step_rank": heads,
    "mamba2.ssm.group_count": form.groups ?? 1,
    "mamba2.attention.layer_norm_rms_epsilon": { float: 1e-5 },
    ...byteTokens(form.vocabulary),
  };
}

/** A byte-level vocabulary that llama.cpp loads: 256 bytes in GPT-2's alphabet, then plain names; no merges. */
function byteTokens(vocabulary: number): Record<string, GgufInput> {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
  let next = 256;
  const bytes = Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : next++));
  const names = Array.from({ length: Math.max(0, vocabulary - 256) }, (_, i) => `<|${i}|>`);
  const tokens = [...bytes, ...names].slice(0, vocabulary);
  return {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "default",
    "tokenizer.ggml.tokens": tokens,
    "tokenizer.ggml.token_type": tokens.map((_, i) => (i < 256 ? 1 : 3)),
    "tokenizer.ggml.merges": ["a b"],
    "tokenizer.ggml.bos_token_id": 0,
    "tokenizer.ggml.eos_token_id": 0,
  };
}
