/**
 * A vocabulary: the byte string of each token as one flat trie in depth-first order. Node i has a byte, the index
 * behind its subtree, and the tokens that end there. One binary file (docs/formats/vocabulary.md) holds it.
 */
import { attempt, fail, type Refusal } from "./refusal.ts";

export const TOKEN_BYTES_LIMIT = 1_024;
export const TOKEN_COUNT_LIMIT = 2_000_000;
const MAGIC = 0x56505241; // "ARPV"
const VERSION = 1;

export interface VocabularySource {
  /** Bytes of each token by id; null for special tokens and unused ids, which text can never produce. */
  readonly tokens: readonly (Uint8Array | null)[];
  /** Tokens that end the text. */
  readonly ends: readonly number[];
}

export class Vocabulary {
  /** Number of token ids; masks have `words` words. */
  readonly size: number;
  readonly words: number;
  readonly ends: readonly number[];
  readonly bytes: Uint8Array;
  /** Index of the first node that is not below this one. */
  readonly skip: Int32Array;
  readonly depth: Uint16Array;
  /** Tokens that end at node i: order[first[i]] … order[first[i+1] − 1]; a subtree's tokens are one run of `order`. */
  readonly first: Int32Array;
  readonly order: Int32Array;
  /** Where each token's bytes lie. */
  readonly starts: Int32Array;
  readonly text: Uint8Array;
  readonly longest: number;

  private constructor(parts: Parts) {
    this.size = parts.size;
    this.words = (parts.size + 31) >>> 5;
    this.ends = [...parts.ends];
    this.bytes = parts.bytes;
    this.skip = parts.skip;
    this.depth = parts.depth;
    this.first = parts.first;
    this.order = parts.order;
    this.starts = parts.starts;
    this.text = parts.text;
    this.longest = longestOf(parts.starts);
  }

  get nodes(): number {
    return this.bytes.length;
  }

  /** Bytes that the typed arrays occupy. */
  get memory_bytes(): number {
    const arrays = [this.bytes, this.skip, this.depth, this.first, this.order, this.starts, this.text];
    return arrays.reduce((sum, a) => sum + a.byteLength, 0);
  }

  tokenBytes(token: number): Uint8Array {
    return this.text.subarray(this.starts[token]!, this.starts[token + 1]!);
  }

  static from(source: VocabularySource): Vocabulary | Refusal {
    return attempt(() => new Vocabulary(build(source)));
  }

  static read(file: Uint8Array): Vocabulary | Refusal {
    return attempt(() => new Vocabulary(readFile(file)));
  }

  /** The binary file: eight words of header, then the arrays, each on a multiple of four bytes. */
  write(): Uint8Array {
    const arrays = [
      Int32Array.from(this.ends),
      this.skip,
      this.first,
      this.order,
      this.starts,
      this.depth,
      this.bytes,
      this.text,
    ];
    const total = arrays.reduce((sum, a) => sum + ((a.byteLength + 3) & ~3), 32);
    const out = new Uint8Array(total);
    const header = [MAGIC, VERSION, this.size, this.nodes, this.order.length, this.text.length, this.ends.length, 0];
    new Int32Array(out.buffer, 0, 8).set(header);
    let at = 32;
    for (const array of arrays) {
      out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
      at += (array.byteLength + 3) & ~3;
    }
    return out;
  }
}

interface Parts {
  readonly size: number;
  readonly ends: ArrayLike<number> & Iterable<number>;
  readonly bytes: Uint8Array;
  readonly skip: Int32Array;
  readonly depth: Uint16Array;
  readonly first: Int32Array;
  readonly order: Int32Array;
  readonly starts: Int32Array;
  readonly text: Uint8Array;
}

function longestOf(starts: Int32Array): number {
  let longest = 0;
  for (let i = 1; i < starts.length; i++) {
    const length = starts[i]! - starts[i - 1]!;
    if (length > longest) longest = length;
  }
  return longest;
}

function readFile(file: Uint8Array): Parts {
  const aligned = file.byteOffset % 4 === 0 ? file : file.slice();
  if (aligned.byteLength < 32) fail("vocabulary-malformed", "The vocabulary file is shorter than its header.");
  const view = new Int32Array(aligned.buffer, aligned.byteOffset, 8);
  const [magic, version, size, nodes, listed, text, ends] = view as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (magic !== MAGIC || version !== VERSION) fail("vocabulary-malformed", "This is no vocabulary file of version 1.");
  const lengths = [ends, nodes, nodes + 1, listed, size + 1].map((n) => n * 4).concat(nodes * 2, nodes, text);
  const total = lengths.reduce((sum, n) => sum + ((n + 3) & ~3), 32);
  if (lengths.some((n) => n < 0) || size > TOKEN_COUNT_LIMIT || total !== aligned.byteLength) {
    fail("vocabulary-malformed", "The vocabulary file's length does not fit its header.");
  }
  let at = aligned.byteOffset + 32;
  const take = (length: number) => {
    const from = at;
    at += (length + 3) & ~3;
    return from;
  };
  const ints = (i: number) => new Int32Array(aligned.buffer, take(lengths[i]!), lengths[i]! / 4);
  const parts = { size, ends: ints(0), skip: ints(1), first: ints(2), order: ints(3), starts: ints(4) };
  const depth = new Uint16Array(aligned.buffer, take(lengths[5]!), nodes);
  const bytes = new Uint8Array(aligned.buffer, take(lengths[6]!), nodes);
  const all = { ...parts, depth, bytes, text: new Uint8Array(aligned.buffer, take(lengths[7]!), text) };
  checkParts(all);
  return all;
}

/** A damaged file must not send the walk astray. */
function checkParts(p: Parts): void {
  const nodes = p.bytes.length;
  const ends =
    p.first[0] === 0 && p.first[nodes] === p.order.length && p.starts[0] === 0 && p.starts[p.size] === p.text.length;
  const listed = areTokens(p.order, p.size) && areTokens(p.ends, p.size);
  if (!ends || !listed || !ascends(p.first) || !ascends(p.starts) || !isTree(p.skip, p.depth)) {
    fail("vocabulary-malformed", "The vocabulary file is damaged.");
  }
}

function areTokens(list: ArrayLike<number>, size: number): boolean {
  for (let i = 0; i < list.length; i++) if (list[i]! < 0 || list[i]! >= size) return false;
  return true;
}

function ascends(list: Int32Array): boolean {
  for (let i = 1; i < list.length; i++) if (list[i - 1]! > list[i]!) return false;
  return true;
}

function isTree(skip: Int32Array, depth: Uint16Array): boolean {
  for (let i = 0; i < skip.length; i++) {
    if (skip[i]! <= i || skip[i]! > skip.length || depth[i]! > TOKEN_BYTES_LIMIT) return false;
  }
  return true;
}

function build(source: VocabularySource): Parts {
  const { tokens, ends } = source;
  if (tokens.length === 0 || tokens.length > TOKEN_COUNT_LIMIT)
    fail("vocabulary-malformed", "A vocabulary needs 1 to 2,000,000 tokens.");
  if (ends.length === 0 || ends.some((t) => !Number.isInteger(t) || t < 0 || t >= tokens.length)) {
    fail("vocabulary-malformed", "A vocabulary needs at least one end token within its ids.");
  }
  const closing = new Set(ends);
  const ids = tokens.flatMap((bytes, id) => (bytes && bytes.length > 0 && !closing.has(id) ? [id] : []));
  if (ids.some((id) => tokens[id]!.length > TOKEN_BYTES_LIMIT))
    fail("vocabulary-malformed", `A token is longer than ${TOKEN_BYTES_LIMIT} bytes.`);
  ids.sort((a, b) => compareBytes(tokens[a]!, tokens[b]!));
  const { starts, text } = packText(tokens, closing);
  return { size: tokens.length, ends, ...buildTrie(tokens, ids), starts, text };
}

function packText(tokens: readonly (Uint8Array | null)[], closing: ReadonlySet<number>) {
  const starts = new Int32Array(tokens.length + 1);
  tokens.forEach((bytes, id) => {
    starts[id + 1] = starts[id]! + (closing.has(id) ? 0 : (bytes?.length ?? 0));
  });
  const text = new Uint8Array(starts[tokens.length]!);
  tokens.forEach((bytes, id) => {
    if (bytes && !closing.has(id)) text.set(bytes, starts[id]!);
  });
  return { starts, text };
}

/** Tokens arrive sorted by bytes, so each shares a prefix with the one before and adds the rest as new nodes. */
function buildTrie(tokens: readonly (Uint8Array | null)[], ids: readonly number[]) {
  const bytes: number[] = [];
  const depth: number[] = [];
  const first: number[] = [];
  const skip: number[] = [];
  const open: number[] = [];
  let previous: Uint8Array = new Uint8Array();
  ids.forEach((id, index) => {
    const token = tokens[id]!;
    let shared = 0;
    while (shared < previous.length && shared < token.length && previous[shared] === token[shared]) shared++;
    while (open.length > shared) skip[open.pop()!] = bytes.length;
    for (let d = shared; d < token.length; d++) {
      open.push(bytes.length);
      bytes.push(token[d]!);
      depth.push(d);
      first.push(index);
      skip.push(0);
    }
    previous = token;
  });
  while (open.length > 0) skip[open.pop()!] = bytes.length;
  return {
    bytes: Uint8Array.from(bytes),
    depth: Uint16Array.from(depth),
    skip: Int32Array.from(skip),
    // A node's own tokens come before those below it, because shorter byte strings sort first.
    first: Int32Array.from([...first, ids.length]),
    order: Int32Array.from(ids),
  };
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
