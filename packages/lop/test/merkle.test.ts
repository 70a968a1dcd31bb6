import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import {
  consistencyRanges,
  foldPeaks,
  inclusionRanges,
  leafHash,
  peaksOf,
  type Range,
  rootOf,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from "../src/merkle.ts";
import { VECTORS } from "./vectors.ts";

type Case = { file: string; wantErr: boolean } & Fields;
interface Fields {
  readonly kind: "inclusion" | "consistency" | "subtreeinclusion" | "subtreeconsistency";
  readonly proof: string[] | null;
  readonly [name: string]: unknown;
}

const bytes = (text: unknown) => new Uint8Array(Buffer.from(String(text ?? ""), "base64"));
const size = (value: unknown) => BigInt(value as number | string);

const CHECKS: Record<Fields["kind"], (c: Case, proof: Uint8Array[]) => boolean> = {
  inclusion: (c, proof) =>
    verifyInclusion(nodeCrypto, {
      index: size(c.leafIdx),
      size: size(c.treeSize),
      leaf: bytes(c.leafHash),
      root: bytes(c.root),
      proof,
    }),
  consistency: (c, proof) =>
    verifyConsistency(nodeCrypto, {
      size1: size(c.size1),
      size2: size(c.size2),
      root1: bytes(c.root1),
      root2: bytes(c.root2),
      proof,
    }),
  subtreeinclusion: (c, proof) =>
    verifySubtreeInclusion(nodeCrypto, {
      index: size(c.leafIdx),
      start: size(c.start),
      end: size(c.end),
      leaf: bytes(c.leafHash),
      root: bytes(c.root),
      proof,
    }),
  subtreeconsistency: (c, proof) =>
    verifySubtreeConsistency(nodeCrypto, {
      start: size(c.start),
      end: size(c.end),
      size: size(c.size),
      root1: bytes(c.root1),
      root2: bytes(c.root2),
      proof,
    }),
};

test("published Merkle cases: every verdict is the published one", () => {
  const lines = readFileSync(join(VECTORS, "merkle-proofs.jsonl"), "utf8").trim().split("\n");
  const cases = lines.map((line) => JSON.parse(line) as Case);
  const wrong = cases.filter((c) => CHECKS[c.kind](c, (c.proof ?? []).map(bytes)) === c.wantErr);
  console.log(`${cases.length - wrong.length} of ${cases.length} cases`);
  expect(wrong.map((c) => c.file)).toEqual([]);
});

const leaves = Array.from({ length: 70 }, (_, i) => leafHash(nodeCrypto, utf8(`leaf ${i}`)));
const rangeRoot = (range: Range) =>
  foldPeaks(
    nodeCrypto,
    peaksOf(range).map((peak) => rootOf(nodeCrypto, leaves.slice(peak.start, peak.end))),
  );

test("peaks fold into the root that the definition gives", () => {
  for (let end = 0; end <= leaves.length; end++)
    expect(rangeRoot({ start: 0, end })).toEqual(rootOf(nodeCrypto, leaves.slice(0, end)));
});

test("every inclusion proof up to 70 leaves verifies, and for no other index", () => {
  for (let end = 1; end <= leaves.length; end++) {
    const root = rangeRoot({ start: 0, end });
    for (let index = 0; index < end; index++) {
      const proof = inclusionRanges(index, end).map(rangeRoot);
      const claim = { index, size: end, leaf: leaves[index]!, proof, root };
      expect(verifyInclusion(nodeCrypto, claim)).toBe(true);
      if (end > 1) expect(verifyInclusion(nodeCrypto, { ...claim, index: (index + 1) % end })).toBe(false);
      expect(verifyInclusion(nodeCrypto, { ...claim, proof: [...proof, root] })).toBe(false);
    }
  }
});

test("every consistency proof up to 70 leaves verifies, and with no other root", () => {
  for (let newer = 1; newer <= leaves.length; newer++) {
    for (let older = 1; older <= newer; older++) {
      const [root1, root2] = [rangeRoot({ start: 0, end: older }), rangeRoot({ start: 0, end: newer })];
      const proof = consistencyRanges(older, newer).map(rangeRoot);
      const claim = { size1: older, size2: newer, root1, root2, proof };
      expect(verifyConsistency(nodeCrypto, claim)).toBe(true);
      expect(verifyConsistency(nodeCrypto, { ...claim, root1: leaves[69]! })).toBe(false);
      expect(verifyConsistency(nodeCrypto, { ...claim, root2: leaves[69]! })).toBe(false);
    }
  }
});

test("from size 0 nothing is proved", () => {
  const root = rootOf(nodeCrypto, []);
  for (const size2 of [0, 1, 8])
    expect(verifyConsistency(nodeCrypto, { size1: 0, size2, root1: root, root2: root, proof: [] })).toBe(false);
});
