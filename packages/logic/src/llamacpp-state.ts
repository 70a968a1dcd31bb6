/**
 * A memory as llama.cpp keeps it in a file of one sequence (v0.5.0, llama-context.cpp and llama-memory-recurrent.cpp): one cell, per
 * layer first the conv inputs `[channels][kernel − 1]`, then the SSM state `[inner][state]`. So one memory serves both engines.
 */

import { type MemoryShape, memoryBytes } from "./memory.ts";
import { type LogicRefusal, refuse } from "./refusal.ts";

const MAGIC = 0x67677371; // "ggsq"
const VERSION = 3;
/** magic, version, token count, token · cells, position, sequences · transposed, layers. */
const HEADER_WORDS = 9;
const ROW_HEADER_BYTES = 12;
const F32 = 0;

interface Row {
  /** Of the floats, in the state file. */
  readonly at: number;
  /** Of the floats, in the memory. */
  readonly from: number;
  readonly count: number;
  readonly conv: boolean;
}

function rowsOf({ layers, inner, state, kernel, channels }: MemoryShape): Row[] {
  const ssm = inner * state;
  const conv = (kernel - 1) * channels;
  let at = 4 * HEADER_WORDS + ROW_HEADER_BYTES;
  return Array.from({ length: 2 * layers }, (_, i) => {
    const layer = i % layers;
    const count = i < layers ? conv : ssm;
    const row = { at, from: i < layers ? layers * ssm + layer * conv : layer * ssm, count, conv: i < layers };
    at += 4 * count + ROW_HEADER_BYTES;
    return row;
  });
}

const fileBytes = (shape: MemoryShape): number =>
  4 * HEADER_WORDS + 2 * shape.layers * ROW_HEADER_BYTES + memoryBytes(shape);

/** @param bytes of a memory. The sequence it makes has one token, at position 0. */
export function writeLlamaState(shape: MemoryShape, bytes: Uint8Array): Uint8Array {
  const file = new Uint8Array(fileBytes(shape));
  const view = new DataView(file.buffer);
  for (const [i, word] of [MAGIC, VERSION, 1, 0, 1, 0, 0, 0, shape.layers].entries()) view.setUint32(4 * i, word, true);
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const row of rowsOf(shape)) {
    view.setUint32(row.at - ROW_HEADER_BYTES, F32, true);
    view.setBigUint64(row.at - 8, BigInt(4 * row.count), true);
    moveRow(shape, row, (to, from) =>
      view.setFloat32(row.at + 4 * to, source.getFloat32(4 * (row.from + from), true), true),
    );
  }
  return file;
}

/** The memory's bytes. Refuses `engine-failed` where llama.cpp wrote another form. */
export function readLlamaState(shape: MemoryShape, file: Uint8Array): Uint8Array | LogicRefusal {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const rows = rowsOf(shape);
  const asKnown =
    file.length === fileBytes(shape) &&
    [MAGIC, VERSION, 1].every((word, i) => view.getUint32(4 * i, true) === word) &&
    view.getUint32(4 * 8, true) === shape.layers &&
    rows.every(
      ({ at, count }) =>
        view.getUint32(at - ROW_HEADER_BYTES, true) === F32 && view.getBigUint64(at - 8, true) === BigInt(4 * count),
    );
  if (!asKnown) return refuse("engine-failed", "llama.cpp wrote a sequence's state in a form that is not known.");
  const bytes = new Uint8Array(memoryBytes(shape));
  const target = new DataView(bytes.buffer);
  for (const row of rows)
    moveRow(shape, row, (at, to) =>
      target.setFloat32(4 * (row.from + to), view.getFloat32(row.at + 4 * at, true), true),
    );
  return bytes;
}

/** Pairs of (index in llama.cpp's row, index in ours): conv inputs are transposed. */
function moveRow({ kernel, channels }: MemoryShape, row: Row, move: (theirs: number, ours: number) => void): void {
  if (!row.conv) for (let i = 0; i < row.count; i++) move(i, i);
  else
    for (let channel = 0; channel < channels; channel++)
      for (let time = 0; time < kernel - 1; time++) move(channel * (kernel - 1) + time, time * channels + channel);
}
