/**
 * Where everything lies in the kernel's linear memory, and how weights get there. Planned first as plain numbers, so that a
 * model that does not fit is refused before a byte is reserved. The records mirror `kernel/model.ts`, field by field.
 */
import { dequantise } from "./dequantise.ts";
import type { Tensor } from "./gguf.ts";
import { type KernelMode, type MatrixShape, matrixShape, quantiseRow } from "./quantise.ts";
import type { MambaLayer, MambaShape, MambaWeights } from "./weights.ts";

/** The whole linear memory of one kernel. */
export const KERNEL_MAX_BYTES = 2 ** 31 - 2 ** 16;
/** Columns that go through the matrices together. */
export const KERNEL_BATCH = 64;
export const KERNEL_MAX_SLOTS = 4096;
export const KERNEL_MAX_THREADS = 2;
/** Longest matrix row: up to here an activation keeps 8 bits in row mode. */
export const KERNEL_MAX_COLUMNS = 65_536;

/** The model cannot be run by this kernel; `why` says what would have to be different. */
export class KernelError extends Error {
  readonly code: "shape" | "too-large" | "not-finite" | "misuse";
  constructor(code: KernelError["code"], why: string) {
    super(`kernel: ${why}`);
    this.name = "KernelError";
    this.code = code;
  }
}

const TILE_ROWS = 16;
const ALIGNMENT = 64;
const PAGE = 65_536;
/** Fields of the records of kernel/model.ts, which exports its own count of bytes; a test compares. */
export const RECORD_WORDS = { matrix: 7, layer: 9, model: 21, bench: 8 } as const;
/** Zero stays free, so that a null pointer is never an address. */
const FIRST_ADDRESS = 1024;

interface MatrixPlan extends MatrixShape {
  readonly tiles: number;
  readonly record: number;
  readonly weights: number;
  readonly scales: number;
}

const VECTORS = ["norm", "conv", "convBias", "dtBias", "a", "d", "gateNorm"] as const;
type LayerPlan = { readonly [name in (typeof VECTORS)[number]]: number } & {
  readonly record: number;
  readonly in: MatrixPlan;
  readonly out: MatrixPlan;
};

/** One sequence's room: its memory, the last layer's output for its last token, and its logits. */
export interface SlotPlan {
  readonly memory: number;
  readonly hidden: number;
  readonly logits: number;
}

interface BenchPlan {
  readonly record: number;
  readonly normed: number;
  readonly activations: number;
  readonly activationScales: number;
  readonly dt: number;
  readonly decay: number;
  readonly sums: number;
  readonly tile: number;
}

export interface KernelPlan {
  readonly shape: MambaShape;
  readonly mode: KernelMode;
  readonly model: number;
  readonly table: number;
  readonly norm: number;
  readonly head: MatrixPlan;
  readonly layers: readonly LayerPlan[];
  readonly residual: number;
  readonly projected: number;
  readonly mixed: number;
  readonly memories: number;
  readonly mask: number;
  /** Where `logitsEach` begins and ends, for each column. */
  readonly ends: number;
  /** Barrier and orders of the threads. */
  readonly meeting: number;
  readonly orders: number;
  readonly benches: readonly BenchPlan[];
  readonly slots: readonly SlotPlan[];
  readonly widthStride: number;
  readonly innerStride: number;
  readonly projectedStride: number;
  /** Bytes of one sequence's memory: the SSM state, then the convolution's inputs. */
  readonly memoryBytes: number;
  readonly pages: number;
}

const up = (length: number, multiple: number) => Math.ceil(length / multiple) * multiple;

/** @throws KernelError when the shape is not one of this kernel's, or the whole does not fit. */
export function planKernel(weights: MambaWeights, mode: KernelMode, slots: number, threads: number): KernelPlan {
  const { shape } = weights;
  checkShape(shape);
  let end = FIRST_ADDRESS;
  const take = (bytes: number): number => {
    const begin = end;
    end = up(end + bytes, ALIGNMENT);
    return begin;
  };
  const floats = (length: number) => take(4 * length);
  const record = (kind: keyof typeof RECORD_WORDS) => take(4 * RECORD_WORDS[kind]);
  const matrix = (tensor: Tensor): MatrixPlan => {
    const form = matrixShape(tensor, mode);
    const tiles = Math.ceil(form.rows / TILE_ROWS);
    const values = tiles * TILE_ROWS * form.planes * form.columns;
    const scales = form.perRow ? tiles * TILE_ROWS : values / 32;
    return { ...form, tiles, record: record("matrix"), weights: take(values), scales: floats(scales) };
  };
  const layer = (tensors: MambaLayer): LayerPlan => ({
    record: record("layer"),
    norm: floats(shape.width),
    in: matrix(tensors.in),
    conv: floats(shape.kernel * shape.channels),
    convBias: floats(shape.channels),
    dtBias: floats(up(shape.heads, 4)),
    a: floats(up(shape.heads, 4)),
    d: floats(shape.heads),
    gateNorm: floats(shape.inner),
    out: matrix(tensors.out),
  });
  const widthStride = up(shape.width, TILE_ROWS);
  const innerStride = up(shape.inner, TILE_ROWS);
  const projectedStride = up(Math.max(shape.inner + shape.channels + shape.heads, shape.width), TILE_ROWS);
  const longest = Math.max(up(shape.width, 32), up(shape.inner, 32));
  const memoryBytes = memoryBytesOf(shape);
  const plan = {
    shape,
    mode,
    widthStride,
    innerStride,
    projectedStride,
    memoryBytes,
    model: record("model"),
    table: take(4 * shape.layers),
    norm: floats(shape.width),
    layers: weights.layers.map(layer),
    head: matrix(weights.head),
    residual: floats(KERNEL_BATCH * widthStride),
    projected: floats(KERNEL_BATCH * projectedStride),
    mixed: floats(KERNEL_BATCH * innerStride),
    memories: take(4 * KERNEL_BATCH),
    mask: take(up(shape.vocabulary, 32) / 8 + 4),
    ends: take(8 * KERNEL_BATCH),
    meeting: take(8),
    orders: take(32),
    benches: Array.from({ length: threads }, () => ({
      record: record("bench"),
      normed: floats(longest),
      activations: take(2 * KERNEL_BATCH * longest),
      activationScales: floats(KERNEL_BATCH),
      dt: floats(KERNEL_BATCH * up(shape.heads, 4)),
      decay: floats(KERNEL_BATCH * up(shape.heads, 4)),
      sums: floats(32),
      tile: floats(KERNEL_BATCH * TILE_ROWS),
    })),
    slots: Array.from({ length: slots }, () => ({
      memory: take(memoryBytes),
      hidden: floats(widthStride),
      logits: floats(up(shape.vocabulary, TILE_ROWS)),
    })),
  };
  if (end > KERNEL_MAX_BYTES)
    throw new KernelError("too-large", `${end} bytes are needed; ${KERNEL_MAX_BYTES} is the limit`);
  return { ...plan, pages: Math.ceil(end / PAGE) };
}

/** `[layers][inner][state]` and `[layers][kernel − 1][channels]`, f32. */
export const memoryBytesOf = ({ layers, inner, state, kernel, channels }: MambaShape): number =>
  4 * layers * (inner * state + (kernel - 1) * channels);

function checkShape(shape: MambaShape): void {
  const perHead = shape.inner / shape.heads;
  const eights = { width: shape.width, state: shape.state, perHead, perGroup: shape.inner / shape.groups };
  for (const [name, length] of Object.entries(eights))
    if (length % 8 !== 0) throw new KernelError("shape", `${name} is ${length}; multiples of 8 are computed`);
  if (Math.max(shape.width, shape.inner) > KERNEL_MAX_COLUMNS)
    throw new KernelError("shape", `rows longer than ${KERNEL_MAX_COLUMNS} would leave activations too few bits`);
}

/** Writes weights and records. The memory must be fresh (all zero). */
export function fillKernel(memory: ArrayBufferLike, plan: KernelPlan, weights: MambaWeights): void {
  const target = new Filler(memory);
  plan.layers.forEach((layer, i) => {
    const tensors = weights.layers[i]!;
    for (const name of VECTORS) target.vector(layer[name], vectorOf(tensors[name], name, plan.shape));
    target.matrix(layer.in, tensors.in);
    target.matrix(layer.out, tensors.out);
    const { norm, conv, convBias, dtBias, a, d, gateNorm } = layer;
    target.record("layer", layer.record, [
      norm,
      layer.in.record,
      conv,
      convBias,
      dtBias,
      a,
      d,
      gateNorm,
      layer.out.record,
    ]);
  });
  target.vector(plan.norm, dequantise(weights.norm));
  target.matrix(plan.head, weights.head);
  target.words(
    plan.table,
    plan.layers.map((layer) => layer.record),
  );
  for (const [part, bench] of plan.benches.entries())
    target.record("bench", bench.record, [
      part,
      bench.normed,
      bench.activations,
      bench.activationScales,
      bench.dt,
      bench.decay,
      bench.sums,
      bench.tile,
    ]);
  target.model(plan);
}

function vectorOf(tensor: Tensor, name: (typeof VECTORS)[number], shape: MambaShape): Float32Array {
  const values = dequantise(tensor);
  if (name === "a" && values.some((value) => value > 0))
    throw new KernelError("shape", `tensor ${tensor.name} is above zero somewhere: the memory would grow without end`);
  return name === "conv" ? turned(values, shape.channels, shape.kernel) : values;
}

/** `[rows][columns]` → `[columns][rows]`. */
function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]!;
  return out;
}

class Filler {
  readonly #bytes: Int8Array;
  readonly #words: Int32Array;
  readonly #floats: Float32Array;

  constructor(memory: ArrayBufferLike) {
    this.#bytes = new Int8Array(memory);
    this.#words = new Int32Array(memory);
    this.#floats = new Float32Array(memory);
  }

  record(kind: keyof typeof RECORD_WORDS, at: number, words: readonly number[]): void {
    if (words.length !== RECORD_WORDS[kind]) throw new Error(`a ${kind} record of ${words.length} words`);
    this.words(at, words);
  }

  words(at: number, words: readonly number[]): void {
    this.#words.set(words, at / 4);
  }

  vector(at: number, values: Float32Array): void {
    if (!values.every(Number.isFinite)) throw new KernelError("not-finite", "a weight is not a finite number");
    this.#floats.set(values, at / 4);
  }

  model(plan: KernelPlan): void {
    const { shape } = plan;
    this.record("model", plan.model, [
      ...[shape.width, shape.layers, shape.inner, shape.heads, shape.state, shape.groups, shape.kernel, shape.channels],
      0,
      ...[plan.table, plan.norm, plan.head.record, plan.widthStride, plan.innerStride, plan.projectedStride],
      ...[plan.residual, plan.projected, plan.mixed, plan.memories, plan.benches.length, plan.meeting],
    ]);
    this.#floats[plan.model / 4 + 8] = shape.epsilon;
  }

  /** Packs into tiles of 16 rows, pairs of columns (kernel/matrix.ts). */
  matrix(plan: MatrixPlan, tensor: Tensor): void {
    const { columns, planes, perRow, rows, tiles } = plan;
    for (let row = 0; row < rows; row++) {
      const { values, scales } = quantiseRow(tensor, row, plan);
      if (!scales.every(Number.isFinite))
        throw new KernelError("not-finite", `tensor ${tensor.name} holds a weight that is not a finite number`);
      const tile = Math.floor(row / TILE_ROWS);
      const lane = row % TILE_ROWS;
      let at = plan.weights + tile * TILE_ROWS * planes * columns + 2 * lane;
      for (let i = 0; i < values.length; i += 2, at += 2 * TILE_ROWS) {
        this.#bytes[at] = values[i]!;
        this.#bytes[at + 1] = values[i + 1]!;
      }
      const first = plan.scales / 4 + tile * TILE_ROWS * scales.length + lane;
      for (let i = 0; i < scales.length; i++) this.#floats[first + i * TILE_ROWS] = scales[i]!;
    }
    this.record("matrix", plan.record, [tiles, columns, planes, perRow ? 1 : 0, 0, plan.weights, plan.scales]);
    this.#floats[plan.record / 4 + 4] = plan.limit;
  }
}
