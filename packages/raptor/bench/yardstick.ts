/** W: CPU time of one full walk of the vocabulary's trie in the JSON-string state, in plain JavaScript. */
import type { Vocabulary } from "../src/index.ts";
import { beginSpan, endSpan_us } from "./clock-node.ts";

export function yardstick_us(v: Vocabulary): number {
  const table = stringTable();
  const out = new Uint32Array(v.words);
  const states = new Uint8Array(v.longest + 2);
  const spans: number[] = [];
  for (let i = 0; i < 25; i++) {
    beginSpan();
    walk(v, table, states, out);
    spans.push(endSpan_us());
  }
  return spans.sort((a, b) => a - b)[spans.length >> 1]!;
}

/** States: 0 text, 1 behind a backslash, 2–5 hexadecimal digits, 6–8 continuation bytes; 255 dead. */
function stringTable(): Uint8Array {
  const t = new Uint8Array(9 * 256).fill(255);
  for (let b = 0x20; b < 0x80; b++) if (b !== 0x22) t[b] = b === 0x5c ? 1 : 0;
  for (let b = 0xc2; b < 0xf5; b++) t[b] = b < 0xe0 ? 6 : b < 0xf0 ? 7 : 8;
  for (const c of '"\\/bfnrt') t[256 + c.charCodeAt(0)] = 0;
  t[256 + 0x75] = 2;
  for (let s = 2; s < 6; s++)
    for (const c of "0123456789abcdefABCDEF") t[s * 256 + c.charCodeAt(0)] = s === 5 ? 0 : s + 1;
  for (let s = 6; s < 9; s++) for (let b = 0x80; b < 0xc0; b++) t[s * 256 + b] = s === 6 ? 0 : s - 1;
  return t;
}

function walk(v: Vocabulary, table: Uint8Array, states: Uint8Array, out: Uint32Array): void {
  const { bytes, skip, depth, first, order } = v;
  for (let p = 0; p < bytes.length; ) {
    const d = depth[p]!;
    const next = table[states[d]! * 256 + bytes[p]!]!;
    if (next === 255) {
      p = skip[p]!;
      continue;
    }
    states[d + 1] = next;
    for (let i = first[p]!; i < first[p + 1]!; i++) out[order[i]! >>> 5]! |= 1 << (order[i]! & 31);
    p++;
  }
}
