/** Just enough PNG (W3C PNG, 8 bits a channel, not interlaced) to tell how far two screenshots of the same size are apart. */
import { inflateSync } from "node:zlib";

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly bytes: Uint8Array;
}

function decode(file: Uint8Array): Pixels {
  const view = Buffer.from(file);
  const data: Buffer[] = [];
  for (let at = 8; at < view.length; at += 12 + view.readUInt32BE(at))
    if (view.toString("latin1", at + 4, at + 8) === "IDAT")
      data.push(view.subarray(at + 8, at + 8 + view.readUInt32BE(at)));
  const [width, height, channels] = [view.readUInt32BE(16), view.readUInt32BE(20), view[25] === 6 ? 4 : 3];
  return {
    width,
    height,
    channels,
    bytes: unfilter(inflateSync(Buffer.concat(data)), width * channels, height, channels),
  };
}

/** Undoes the five line filters (PNG §9). */
function unfilter(raw: Uint8Array, row: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)]!;
    for (let x = 0; x < row; x++) {
      const at = y * row + x;
      const left = x >= step ? out[at - step]! : 0;
      const up = y > 0 ? out[at - row]! : 0;
      const corner = x >= step && y > 0 ? out[at - row - step]! : 0;
      out[at] = raw[y * (row + 1) + 1 + x]! + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  return filter === 4 ? paeth(left, up, corner) : 0;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value)) as [number, number, number];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

const NOTICEABLE = 24;

/** Share of pixels, 0 to 1, that differ by more than an eye forgives. 1 when the sizes differ. */
export function differingShare(one: Uint8Array, other: Uint8Array): number {
  const [a, b] = [decode(one), decode(other)];
  if (a.width !== b.width || a.height !== b.height || a.channels !== b.channels) return 1;
  let differing = 0;
  for (let at = 0; at < a.bytes.length; at += a.channels) {
    let furthest = 0;
    for (let i = 0; i < 3; i++) furthest = Math.max(furthest, Math.abs(a.bytes[at + i]! - b.bytes[at + i]!));
    if (furthest > NOTICEABLE) differing++;
  }
  return differing / (a.width * a.height);
}
