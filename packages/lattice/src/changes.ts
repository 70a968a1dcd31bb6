/** Bodies of the journal that carry numbers in columns: changes of free units by the thousand, and base capacities. */
import type { Slots } from "./slot.ts";

export const KIND = { changes: 1, dimension: 2, holds: 3, base: 4, together: 5 } as const;
/** Changes in one body; 12 bytes each. */
export const MAX_CHANGES = 1_000_000;

export interface Change {
  readonly handle: number;
  readonly slots: Slots;
  /** Added to the free units of every slot; negative takes away. */
  readonly units: number;
}

/** dimension: its number in the order of first appearance. */
export function writeChanges(dimension: number, changes: readonly Change[]): Uint8Array {
  const n = changes.length;
  const bytes = new Uint8Array(7 + n * 12);
  const view = new DataView(bytes.buffer);
  bytes[0] = KIND.changes;
  view.setUint16(1, dimension, true);
  view.setUint32(3, n, true);
  for (let i = 0; i < n; i++) {
    const { handle, slots, units } = changes[i]!;
    view.setUint32(7 + i * 4, handle, true);
    view.setUint32(7 + n * 4 + i * 4, slots.from, true);
    view.setUint16(7 + n * 8 + i * 2, slots.until - slots.from, true);
    view.setInt16(7 + n * 10 + i * 2, units, true);
  }
  return bytes;
}

export function readChanges(
  body: Uint8Array,
  each: (dimension: number, handle: number, slots: Slots, units: number) => void,
): void {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const dimension = view.getUint16(1, true);
  const n = view.getUint32(3, true);
  for (let i = 0; i < n; i++) {
    const from = view.getUint32(7 + n * 4 + i * 4, true);
    const slots = { from, until: from + view.getUint16(7 + n * 8 + i * 2, true) };
    each(dimension, view.getUint32(7 + i * 4, true), slots, view.getInt16(7 + n * 10 + i * 2, true));
  }
}

export interface Base {
  readonly handle: number;
  readonly units: number;
}

export function writeBase(dimension: number, base: readonly Base[]): Uint8Array {
  const n = base.length;
  const bytes = new Uint8Array(7 + n * 6);
  const view = new DataView(bytes.buffer);
  bytes[0] = KIND.base;
  view.setUint16(1, dimension, true);
  view.setUint32(3, n, true);
  for (let i = 0; i < n; i++) {
    view.setUint32(7 + i * 4, base[i]!.handle, true);
    view.setUint16(7 + n * 4 + i * 2, base[i]!.units, true);
  }
  return bytes;
}

export function readBase(body: Uint8Array, each: (dimension: number, handle: number, units: number) => void): void {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const n = view.getUint32(3, true);
  for (let i = 0; i < n; i++)
    each(view.getUint16(1, true), view.getUint32(7 + i * 4, true), view.getUint16(7 + n * 4 + i * 2, true));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A body of text: the name of a dimension, or events as JSON. */
export function writeText(kind: typeof KIND.dimension | typeof KIND.holds, text: string): Uint8Array {
  const encoded = encoder.encode(text);
  const bytes = new Uint8Array(1 + encoded.length);
  bytes[0] = kind;
  bytes.set(encoded, 1);
  return bytes;
}

export const readText = (body: Uint8Array): string => decoder.decode(body.subarray(1));

/** Several bodies that are applied all or, when the write was torn, none. */
export function writeTogether(bodies: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(1 + bodies.reduce((sum, body) => sum + 4 + body.length, 0));
  const view = new DataView(bytes.buffer);
  bytes[0] = KIND.together;
  let at = 1;
  for (const body of bodies) {
    view.setUint32(at, body.length, true);
    bytes.set(body, at + 4);
    at += 4 + body.length;
  }
  return bytes;
}

export function readTogether(body: Uint8Array, each: (inner: Uint8Array) => void): void {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let at = 1; at < body.length; ) {
    const size = view.getUint32(at, true);
    each(body.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
}
