import { expect, test } from "vitest";
import { toBase64, utf8 } from "../src/bytes.ts";
import { openCheckpoint, readCheckpointText, readDecimal, signCheckpoint } from "../src/checkpoint.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import { inclusionRanges, leafHash, rootOf } from "../src/merkle.ts";
import { readTlogProof, tlogProofText, verifyTlogProof } from "../src/tlog-proof.ts";

const signer = nodeSigner(new Uint8Array(32).fill(1));
const log = { origin: "example.com/log", publicKey: signer.publicKey };
const entries = Array.from({ length: 13 }, (_, i) => utf8(`entry ${i}`));
const leaves = entries.map((entry) => leafHash(nodeCrypto, entry));
const note = signCheckpoint(nodeCrypto, signer, { origin: log.origin, size: 13, root: rootOf(nodeCrypto, leaves) });
const proofOf = (index: number) =>
  tlogProofText(
    index,
    inclusionRanges(index, 13).map(({ start, end }) => rootOf(nodeCrypto, leaves.slice(start, end))),
    note,
  );

test("every proof goes round and verifies", () => {
  for (const [index, entry] of entries.entries()) {
    const text = proofOf(index);
    const proof = readTlogProof(text)!;
    expect(tlogProofText(Number(proof.index), proof.path, proof.checkpoint)).toBe(text);
    expect(verifyTlogProof(nodeCrypto, text, entry, log)).toEqual({ index, size: 13 });
  }
});

test("the text is the one that the specification shows", () => {
  const [head, index, first] = proofOf(4).split("\n");
  expect([head, index, first]).toEqual(["c2sp.org/tlog-proof@v1", "index 4", toBase64(leaves[5]!)]);
  expect(proofOf(4).endsWith(`\n\n${note}`)).toBe(true);
});

test("with any one byte changed, a proof is refused", () => {
  const text = proofOf(6);
  const bytes = utf8(text);
  for (let i = 0; i < bytes.length; i++) {
    const changed = new TextDecoder().decode(bytes.with(i, bytes[i]! ^ 1));
    expect(verifyTlogProof(nodeCrypto, changed, entries[6]!, log), `byte ${i}`).toMatchObject({
      refused: "proof-invalid",
    });
  }
});

test("another entry, another key, another origin: refused", () => {
  expect(verifyTlogProof(nodeCrypto, proofOf(6), entries[7]!, log)).toMatchObject({ refused: "proof-invalid" });
  const stranger = nodeSigner(new Uint8Array(32).fill(2));
  for (const wrong of [
    { ...log, publicKey: stranger.publicKey },
    { ...log, origin: "example.com/other" },
  ])
    expect(verifyTlogProof(nodeCrypto, proofOf(6), entries[6]!, wrong)).toMatchObject({ refused: "proof-invalid" });
});

test("an extra line is read and proves nothing; other lines are refused", () => {
  const text = proofOf(2);
  const extra = text.replace("index 2", "extra aGVsbG8=\nindex 2");
  expect(readTlogProof(extra)!.extra).toBe("aGVsbG8=");
  expect(verifyTlogProof(nodeCrypto, extra, entries[2]!, log)).toEqual({ index: 2, size: 13 });
  for (const bad of [
    text.replace("index 2", "index 02"),
    text.replace("index 2", "index -2"),
    text.replace("index 2", "index 2\nindex 2"),
    text.replace("@v1", "@v2"),
    text.replace("\n\n", "\n"),
    `\n${text}`,
  ])
    expect(readTlogProof(bad) === null || "refused" in verifyTlogProof(nodeCrypto, bad, entries[2]!, log)).toBe(true);
});

test("checkpoints: decimals have one spelling and 64 bits, extensions are kept", () => {
  expect(readDecimal("18446744073709551615")).toBe(2n ** 64n - 1n);
  for (const bad of ["", "00", "01", "-1", "+1", "1 ", "18446744073709551616", "0x1", "１"])
    expect(readDecimal(bad), bad).toBeNull();
  const root = toBase64(leaves[0]!);
  expect(readCheckpointText(`a\n1\n${root}\nmore\n`)?.extensions).toEqual(["more"]);
  for (const bad of [`a\n1\n${root}`, `\n1\n${root}\n`, `a\n1\n${root.slice(0, -1)}\n`, `a\n1\n${root}\n\n`, "a\n1\n"])
    expect(readCheckpointText(bad), bad).toBeNull();
  expect(openCheckpoint(nodeCrypto, note, { ...log, origin: "example.com" })).toBeNull();
});
