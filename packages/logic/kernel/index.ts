// One step of a Mamba-2 model for a batch of columns (src/mamba-reference.ts has the equations). Columns are tokens of one
// sequence in order, or of several sequences; matrices are shared by the batch, memories move on column by column, and so
// the results are those of single steps, bit for bit. Threads split rows and heads; each value is computed by exactly one.
import { normalise, quantise } from "./activation";
import { meet } from "./barrier";
import { multiply } from "./matrix";
import { Bench, Layer, Matrix, Model } from "./model";

export { benchBytes, layerBytes, matrixBytes, modelBytes } from "./model";

import { convolve, gate, scan, timeSteps } from "./recurrence";

/** Moves `count` columns through all layers: embeddings stand in `model.residual` before, the last layer's output after. */
export function forward(model: Model, bench: Bench, count: i32): void {
  for (let i = 0; i < model.layers; i++) {
    const layer = changetype<Layer>(load<usize>(model.table + ((<usize>i) << 2)));
    project(model, bench, layer, i, count);
    meet(model.meeting, model.threads);
    recur(model, bench, layer, i, count);
    meet(model.meeting, model.threads);
    contract(model, bench, layer, count);
    meet(model.meeting, model.threads);
  }
}

/** Logits of one column; with a mask, only those of tiles with an allowed token, −∞ elsewhere. */
export function logits(model: Model, bench: Bench, residual: usize, out: usize, mask: usize): void {
  const matrix = changetype<Matrix>(model.head);
  prepare(model, bench, residual, 0);
  const from = share(matrix.tiles, bench.part, model.threads);
  const to = share(matrix.tiles, bench.part + 1, model.threads);
  multiply(matrix, from, to, 1, bench.activations, 0, bench.activationScales, out + tileRows(from), 0, mask);
  meet(model.meeting, model.threads);
}

/**
 * Logits of `count` columns: the matrix is read once for all of them. `ends`: for each column the address of its last layer's
 * output and that of its logits.
 */
export function logitsEach(model: Model, bench: Bench, ends: usize, count: i32): void {
  const matrix = changetype<Matrix>(model.head);
  const stride = (<usize>matrix.columns) << 1;
  for (let j = 0; j < count; j++) prepare(model, bench, load<usize>(ends + ((<usize>j) << 3)), j);
  const to = share(matrix.tiles, bench.part + 1, model.threads);
  for (let tile = share(matrix.tiles, bench.part, model.threads); tile < to; tile++) {
    multiply(
      matrix,
      tile,
      tile + 1,
      count,
      bench.activations,
      stride,
      bench.activationScales,
      bench.tile,
      tileRows(1),
      0,
    );
    for (let j = 0; j < count; j++) {
      const out = load<usize>(ends + ((<usize>j) << 3), 4) + tileRows(tile);
      copyRows(out, bench.tile + tileRows(j));
    }
  }
  meet(model.meeting, model.threads);
}

/** The head's activations for one column. */
function prepare(model: Model, bench: Bench, residual: usize, column: i32): void {
  const matrix = changetype<Matrix>(model.head);
  const activations = bench.activations + ((<usize>column * <usize>matrix.columns) << 1);
  normalise(residual, model.norm, model.width, model.epsilon, bench.normed);
  const step = quantise(bench.normed, model.width, matrix.columns, matrix.limit, activations);
  store<f32>(bench.activationScales + ((<usize>column) << 2), step);
}

/** Bytes of the results of `tiles` tiles for one column. */
function tileRows(tiles: i32): usize {
  return (<usize>tiles) << 6;
}

function copyRows(out: usize, from: usize): void {
  v128.store(out, v128.load(from, 0), 0);
  v128.store(out, v128.load(from, 16), 16);
  v128.store(out, v128.load(from, 32), 32);
  v128.store(out, v128.load(from, 48), 48);
}

/** Where part `part` of `threads` begins among `things`. */
function share(things: i32, part: i32, threads: i32): i32 {
  return (things * part) / threads;
}

/** `[z | x | B | C | dt] = W·rms(residual)`, then the convolution over this thread's share of x, B, C. */
function project(model: Model, bench: Bench, layer: Layer, index: i32, count: i32): void {
  const matrix = changetype<Matrix>(layer.input);
  const stride = (<usize>matrix.columns) << 1;
  for (let j = 0; j < count; j++) {
    const residual = model.residual + ((<usize>(j * model.widthStride)) << 2);
    normalise(residual, layer.norm, model.width, model.epsilon, bench.normed);
    const step = quantise(
      bench.normed,
      model.width,
      matrix.columns,
      matrix.limit,
      bench.activations + <usize>j * stride,
    );
    store<f32>(bench.activationScales + ((<usize>j) << 2), step);
  }
  const from = share(matrix.tiles, bench.part, model.threads);
  const to = share(matrix.tiles, bench.part + 1, model.threads);
  const outStride = (<usize>model.projectedStride) << 2;
  multiply(
    matrix,
    from,
    to,
    count,
    bench.activations,
    stride,
    bench.activationScales,
    model.projected + tileRows(from),
    outStride,
    0,
  );
  const first = max(from * 16 - model.inner, 0);
  const last = min(to * 16 - model.inner, model.channels);
  if (first >= last) return;
  for (let j = 0; j < count; j++) {
    const x = model.projected + <usize>j * outStride + ((<usize>model.inner) << 2);
    convolve(model, layer, pastOf(model, j, index), x, first, last);
  }
}

function memoryOf(model: Model, column: i32): usize {
  return load<usize>(model.memories + ((<usize>column) << 2));
}

/** Memory of a sequence: `[layers][inner][state]` f32, then `[layers][kernel − 1][channels]` f32. */
function pastOf(model: Model, column: i32, index: i32): usize {
  const before = model.layers * model.inner * model.state + index * (model.kernel - 1) * model.channels;
  return memoryOf(model, column) + ((<usize>before) << 2);
}

/** The scan over this thread's share of the heads. Neighbouring columns of one sequence go together. */
function recur(model: Model, bench: Bench, layer: Layer, index: i32, count: i32): void {
  const timeStride = timesBytes(model);
  for (let j = 0; j < count; j++) {
    const raw = model.projected + ((<usize>(j * model.projectedStride + model.inner + model.channels)) << 2);
    timeSteps(model, layer, raw, bench.dt + <usize>j * timeStride, bench.decay + <usize>j * timeStride);
  }
  for (let j = 0; j < count; ) {
    const first = j++;
    while (j < count && memoryOf(model, j) === memoryOf(model, first)) j++;
    recurTogether(model, bench, layer, index, first, j);
  }
}

/** One sequence's columns `first` to `last`, head by head: so a head's part of the memory stays near from token to token. */
function recurTogether(model: Model, bench: Bench, layer: Layer, index: i32, first: i32, last: i32): void {
  const perHead = model.inner / model.heads;
  const perGroup = model.heads / model.groups;
  const memory = memoryOf(model, first) + ((<usize>(index * model.inner * model.state)) << 2);
  const to = share(model.heads, bench.part + 1, model.threads);
  for (let h = share(model.heads, bench.part, model.threads); h < to; h++) {
    const at = (<usize>(h * perHead)) << 2;
    const b = (<usize>(2 * model.inner + (h / perGroup) * model.state)) << 2;
    const c = b + ((<usize>(model.groups * model.state)) << 2);
    const s = memory + at * <usize>model.state;
    const d = load<f32>(layer.d + ((<usize>h) << 2));
    for (let j = first; j < last; j++) {
      const z = model.projected + ((<usize>(j * model.projectedStride)) << 2);
      const x = z + ((<usize>model.inner) << 2) + at;
      const out = model.mixed + ((<usize>(j * model.innerStride)) << 2) + at;
      const when = <usize>j * timesBytes(model) + ((<usize>h) << 2);
      const dt = load<f32>(bench.dt + when);
      scan(model, bench.sums, dt, load<f32>(bench.decay + when), d, s, x, z + b, z + c, out);
      gate(out, z + at, perHead);
    }
  }
}

/** Bytes of one column's time steps. */
function timesBytes(model: Model): usize {
  return (<usize>((model.heads + 3) & ~3)) << 2;
}

/** `residual += W·rms(mixed)`, the norm over each group of channels. */
function contract(model: Model, bench: Bench, layer: Layer, count: i32): void {
  const matrix = changetype<Matrix>(layer.output);
  const stride = (<usize>matrix.columns) << 1;
  const perGroup = model.inner / model.groups;
  for (let j = 0; j < count; j++) {
    const mixed = model.mixed + ((<usize>(j * model.innerStride)) << 2);
    for (let g = 0; g < model.groups; g++) {
      const at = (<usize>(g * perGroup)) << 2;
      normalise(mixed + at, layer.gateNorm + at, perGroup, model.epsilon, bench.normed + at);
    }
    const step = quantise(
      bench.normed,
      model.inner,
      matrix.columns,
      matrix.limit,
      bench.activations + <usize>j * stride,
    );
    store<f32>(bench.activationScales + ((<usize>j) << 2), step);
  }
  const from = share(matrix.tiles, bench.part, model.threads);
  const to = share(matrix.tiles, bench.part + 1, model.threads);
  const outStride = (<usize>model.projectedStride) << 2;
  multiply(
    matrix,
    from,
    to,
    count,
    bench.activations,
    stride,
    bench.activationScales,
    model.projected + tileRows(from),
    outStride,
    0,
  );
  for (let j = 0; j < count; j++) {
    const out = model.projected + <usize>j * outStride;
    add(model.residual + ((<usize>(j * model.widthStride)) << 2), out, (<usize>from) << 6, (<usize>to) << 6);
  }
}

function add(target: usize, x: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i += 16) v128.store(target + i, f32x4.add(v128.load(target + i), v128.load(x + i)));
}
