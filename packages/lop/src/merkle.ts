/**
 * RFC 6962 §2.1 hash trees: where the hashes of a proof stand, and checking proofs (RFC 9162 §2.1.3–2.1.4, and subtrees as in
 * draft-ietf-plants-merkle-tree-certs §4). Pure. Checking takes 64-bit sizes; making proofs takes sizes up to 2^48.
 *
 * Size 0: a consistency proof from the empty tree says nothing about anything, so `verifyConsistency` refuses it; callers
 * for whom "nothing seen yet" is a case of its own (a witness) decide it before they ask.
 */
import { equal, utf8 } from "./bytes.ts";
import type { Crypto } from "./crypto.ts";

type Hasher = Pick<Crypto, "sha256">;

export const HASH_BYTES = 32;
/** Proofs in a tree of 2^64 leaves are not longer. */
export const PROOF_MAX_HASHES = 64;

export const emptyRoot = (crypto: Hasher): Uint8Array => crypto.sha256(utf8(""));

export function leafHash(crypto: Hasher, entry: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(1 + entry.length);
  prefixed.set(entry, 1);
  return crypto.sha256(prefixed);
}

export function nodeHash(crypto: Hasher, left: Uint8Array, right: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(1 + 2 * HASH_BYTES);
  prefixed[0] = 1;
  prefixed.set(left, 1);
  prefixed.set(right, 1 + HASH_BYTES);
  return crypto.sha256(prefixed);
}

/** Leaves `start` up to, not including, `end`: a subtree whose root a proof needs. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Ranges of the inclusion proof of leaf `index` in a tree of `size`, leaf's sibling first. */
export function inclusionRanges(index: number, size: number): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/** Ranges of the consistency proof from `older` to `newer`, 0 < older ≤ newer; none when they are equal. */
export function consistencyRanges(older: number, newer: number): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  let end = newer;
  while (end !== older) {
    const middle = start + splitOf(end - start);
    if (older <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // The older tree's own root is known to whoever asks; a smaller subtree's is not.
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

/** The complete subtrees, largest first, whose roots fold (`foldPeaks`) into the root of a range that a proof needs. */
export function peaksOf({ start, end }: Range): Range[] {
  const peaks: Range[] = [];
  for (let left = end - start, from = start; left > 0; ) {
    // Whole or not: a range of a proof begins at a multiple of any power of two that fits into it.
    const width = left === 1 ? 1 : splitOf(left + 1);
    peaks.push({ start: from, end: from + width });
    from += width;
    left -= width;
  }
  return peaks;
}

/** Root over complete subtrees, given largest first. */
export const foldPeaks = (crypto: Hasher, peaks: readonly Uint8Array[]): Uint8Array =>
  peaks.length === 0 ? emptyRoot(crypto) : peaks.reduceRight((right, left) => nodeHash(crypto, left, right));

/** The largest power of two below `size` (RFC 6962's k). */
function splitOf(size: number): number {
  if (size <= 0x8000_0000) return 2 ** (31 - Math.clz32(size - 1));
  let split = 0x8000_0000;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Root of a whole list of leaf hashes, by the definition. For tests and for small trees. */
export function rootOf(crypto: Hasher, leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return emptyRoot(crypto);
  if (leaves.length === 1) return leaves[0]!;
  const split = splitOf(leaves.length);
  return nodeHash(crypto, rootOf(crypto, leaves.slice(0, split)), rootOf(crypto, leaves.slice(split)));
}

type Size = number | bigint;

/** RFC 9162 §2.1.3.2. Null when the proof cannot belong to that index and size. */
export function inclusionRoot(
  crypto: Hasher,
  o: { index: Size; size: Size; leaf: Uint8Array; proof: readonly Uint8Array[] },
): Uint8Array | null {
  let fn = BigInt(o.index);
  let sn = BigInt(o.size) - 1n;
  if (fn < 0n || fn > sn || !areHashes([o.leaf, ...o.proof])) return null;
  let hash = o.leaf;
  for (const sibling of o.proof) {
    if (sn === 0n) return null;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(crypto, sibling, hash);
      while (!isOdd(fn) && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else hash = nodeHash(crypto, hash, sibling);
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n ? hash : null;
}

export function verifyInclusion(
  crypto: Hasher,
  o: { index: Size; size: Size; leaf: Uint8Array; proof: readonly Uint8Array[]; root: Uint8Array },
): boolean {
  const root = inclusionRoot(crypto, o);
  return root !== null && equal(root, o.root);
}

/** That the tree of `size1` with `root1` is a prefix of the tree of `size2` with `root2`. RFC 9162 §2.1.4.2. */
export function verifyConsistency(
  crypto: Hasher,
  o: { size1: Size; size2: Size; root1: Uint8Array; root2: Uint8Array; proof: readonly Uint8Array[] },
): boolean {
  if (BigInt(o.size1) <= 0n) return false;
  return verifySubtreeConsistency(crypto, { start: 0n, end: o.size1, size: o.size2, ...o });
}

/** That `root1` is the root of leaves [start, end) of the tree of `size` with `root2`. */
export function verifySubtreeConsistency(
  crypto: Hasher,
  o: { start: Size; end: Size; size: Size; root1: Uint8Array; root2: Uint8Array; proof: readonly Uint8Array[] },
): boolean {
  const [start, end, size] = [BigInt(o.start), BigInt(o.end), BigInt(o.size)];
  if (!isSubtree(start, end) || end > size || !areHashes(o.proof)) return false;
  if (start === end) return o.proof.length === 0 && equal(o.root1, emptyRoot(crypto));
  let [fn, sn, tn] = [start, end - 1n, size - 1n];
  while (fn !== sn && (sn === tn || isOdd(sn))) [fn, sn, tn] = [fn >> 1n, sn >> 1n, tn >> 1n];
  const rest = [...o.proof];
  const first = fn === sn ? o.root1 : rest.shift();
  if (first === undefined) return false;
  let older = first;
  let newer = first;
  for (const hash of rest) {
    if (tn === 0n) return false;
    if (isOdd(sn) || sn === tn) {
      if (fn < sn) older = nodeHash(crypto, hash, older);
      newer = nodeHash(crypto, hash, newer);
      while (!isOdd(sn) && sn !== 0n) [fn, sn, tn] = [fn >> 1n, sn >> 1n, tn >> 1n];
    } else newer = nodeHash(crypto, newer, hash);
    [fn, sn, tn] = [fn >> 1n, sn >> 1n, tn >> 1n];
  }
  return tn === 0n && equal(older, o.root1) && equal(newer, o.root2);
}

/** That the leaf stands at `index` in the subtree [start, end) with the root. */
export function verifySubtreeInclusion(
  crypto: Hasher,
  o: { index: Size; start: Size; end: Size; leaf: Uint8Array; proof: readonly Uint8Array[]; root: Uint8Array },
): boolean {
  const [start, end] = [BigInt(o.start), BigInt(o.end)];
  if (!isSubtree(start, end)) return false;
  return verifyInclusion(crypto, { ...o, index: BigInt(o.index) - start, size: end - start });
}

/** A range is a subtree when its start is a multiple of its width rounded up to a power of two. */
function isSubtree(start: bigint, end: bigint): boolean {
  if (start < 0n || end < start) return false;
  let width = 1n;
  while (width < end - start) width *= 2n;
  return start % width === 0n;
}

const areHashes = (hashes: readonly Uint8Array[]): boolean => hashes.every((hash) => hash.length === HASH_BYTES);

const isOdd = (value: bigint): boolean => (value & 1n) === 1n;
