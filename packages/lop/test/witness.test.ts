import { beforeEach, expect, test } from "vitest";
import { toBase64, utf8 } from "../src/bytes.ts";
import { checkpointText, signCheckpoint } from "../src/checkpoint.ts";
import { SimClock } from "../src/clock-sim.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { Ledger } from "../src/ledger.ts";
import { cosignLedger } from "../src/ledger-witness.ts";
import { consistencyRanges, emptyRoot, foldPeaks, leafHash, peaksOf, type Range, rootOf } from "../src/merkle.ts";
import { signNote, splitNote, verifyNote } from "../src/note.ts";
import { readTlogProof, verifyTlogProof } from "../src/tlog-proof.ts";
import { Witness, witnessRequest } from "../src/witness.ts";
import { entryOf, fill, LOG, ORIGIN, openLedger, optionsOn, signer } from "./ledger-helpers.ts";

const witnessSigner = nodeSigner(new Uint8Array(32).fill(11));
const leaves = Array.from({ length: 20 }, (_, i) => leafHash(nodeCrypto, utf8(`leaf ${i}`)));
const rootAt = (size: number) => rootOf(nodeCrypto, leaves.slice(0, size));
const rangeRoot = (range: Range) =>
  foldPeaks(
    nodeCrypto,
    peaksOf(range).map((p) => rootOf(nodeCrypto, leaves.slice(p.start, p.end))),
  );
const noteAt = (size: number, root = rootAt(size)) =>
  signCheckpoint(nodeCrypto, signer, { origin: ORIGIN, size, root });
const proofOf = (older: number, newer: number) =>
  consistencyRanges(older, newer).map((range) => toBase64(rangeRoot(range)));

let disk: SimDisk;
let witness: Witness;
const open = (on: SimDisk) =>
  new Witness({
    disk: on,
    folder: "witness",
    crypto: nodeCrypto,
    clock: new SimClock(),
    signer: witnessSigner,
    name: "witness.example/file",
    logs: new Map([[ORIGIN, signer.publicKey]]),
  });
beforeEach(() => {
  disk = new SimDisk();
  witness = open(disk);
});

const add = (old: number, newer: number, o: { proof?: string[]; note?: string } = {}) =>
  witness.addCheckpoint(
    witnessRequest(old, o.proof ?? (old === 0 ? [] : proofOf(old, newer)), o.note ?? noteAt(newer)),
  );

test("200: first contact, growth, and the same again; the cosignature verifies", async () => {
  for (const [old, newer] of [
    [0, 3],
    [3, 8],
    [8, 8],
    [8, 17],
  ] as const) {
    const answer = await add(old, newer);
    expect(answer.status).toBe(200);
    const note = splitNote(`${checkpointText(ORIGIN, newer, rootAt(newer))}\n${answer.body}`)!;
    expect(verifyNote(nodeCrypto, note, witness.key)).toBe(true);
    const other = { ...note, text: checkpointText(ORIGIN, newer + 1, rootAt(newer)) };
    expect(verifyNote(nodeCrypto, other, witness.key)).toBe(false);
  }
});

test("200: the empty tree", async () => {
  expect((await add(0, 0, { note: noteAt(0, emptyRoot(nodeCrypto)) })).status).toBe(200);
  expect((await add(0, 0, { note: noteAt(0, rootAt(1)) })).status).toBe(409);
  expect((await add(0, 5)).status).toBe(200);
});

test("400: what is no request, or has an old size beyond the checkpoint", async () => {
  await add(0, 3);
  const good = new TextDecoder().decode(witnessRequest(3, proofOf(3, 8), noteAt(8)));
  const bad = [
    "",
    "old 3",
    good.replace("old 3", "old 03"),
    good.replace("old 3", "old -3"),
    good.replace("old 3", "old 18446744073709551616"),
    good.replace("old 3", "size 3"),
    good.replace(/\n\n/, "\nnot base64\n\n"),
    good.replace(/\n\n/, `\n${"A".repeat(43)}=`.repeat(64).concat("\n\n")),
    good.replace(/— .*\n$/, ""),
    good.replace(`${ORIGIN}\n8\n`, `${ORIGIN}\neight\n`),
    `${good}\u0001`,
  ];
  for (const request of bad) expect((await witness.addCheckpoint(utf8(request))).status, request).toBe(400);
  expect((await witness.addCheckpoint(Uint8Array.of(0xff, 0xfe))).status).toBe(400);
  expect((await add(9, 8, { proof: [] })).status).toBe(400);
});

test("403 and 404: a signature of another key, an origin that nobody told us of", async () => {
  const stranger = nodeSigner(new Uint8Array(32).fill(12));
  const text = checkpointText(ORIGIN, 3, rootAt(3));
  expect((await add(0, 3, { note: signNote(nodeCrypto, stranger, ORIGIN, text) })).status).toBe(403);
  expect((await add(0, 3, { note: signNote(nodeCrypto, signer, "other.example", text) })).status).toBe(403);
  const other = checkpointText("other.example", 3, rootAt(3));
  expect((await add(0, 3, { note: signNote(nodeCrypto, signer, "other.example", other) })).status).toBe(404);
});

test("409: another old size than the one cosigned, with the right one as the body; another root at the same size", async () => {
  await add(0, 8);
  for (const old of [0, 3])
    expect(await add(old, 17)).toMatchObject({ status: 409, contentType: "text/x.tlog.size", body: "8\n" });
  expect(await add(8, 8, { note: noteAt(8, rootAt(7)), proof: [] })).toMatchObject({ status: 409, body: "8\n" });
  expect((await add(8, 17)).status).toBe(200);
  expect(await add(8, 9)).toMatchObject({ status: 409, body: "17\n" });
});

test("422: a proof that does not prove, or stands where none may", async () => {
  expect((await add(0, 3, { proof: [toBase64(rootAt(1))] })).status).toBe(422);
  await add(0, 3);
  expect((await add(3, 8, { proof: proofOf(4, 8) })).status).toBe(422);
  expect((await add(3, 8, { proof: [] })).status).toBe(422);
  expect((await add(3, 8, { note: noteAt(8, rootAt(9)) })).status).toBe(422);
  expect((await add(3, 3, { proof: [toBase64(rootAt(1))] })).status).toBe(422);
  expect((await add(3, 8)).status).toBe(200);
});

test("what was cosigned is on disk before the answer, and outlives a restart", async () => {
  disk.faults = ({ do: verb }) => (verb === "sync" ? { code: "io" } : null);
  await expect(add(0, 3)).rejects.toMatchObject({ code: "io" });
  disk.faults = null;
  expect((await add(0, 3)).status).toBe(200);
  witness = open(new SimDisk({ image: disk.image() }));
  expect(await add(0, 8)).toMatchObject({ status: 409, body: "3\n" });
});

test("of two requests at once from the same size, one wins", async () => {
  await add(0, 3);
  const answers = await Promise.all([add(3, 8), add(3, 17), add(3, 5)]);
  expect(answers.map((answer) => answer.status)).toEqual([200, 409, 409]);
});

test("a cosigned ledger carries the cosignature in its proofs, and keeps it over a restart", async () => {
  const home = new SimDisk();
  let ledger = await openLedger(home);
  await fill(ledger, 300);
  expect(await cosignLedger(nodeCrypto, ledger, witness)).toEqual({ size: 300 });
  await fill(ledger, 10);
  for (let round = 0; round < 2; round++) {
    const proof = await ledger.prove(299);
    expect(verifyTlogProof(nodeCrypto, proof, entryOf(299), LOG)).toEqual({ index: 299, size: 300 });
    expect(verifyNote(nodeCrypto, splitNote(readTlogProof(proof)!.checkpoint)!, witness.key)).toBe(true);
    expect(verifyTlogProof(nodeCrypto, await ledger.prove(305), entryOf(305), LOG)).toEqual({ index: 305, size: 310 });
    await ledger.close();
    ledger = await openLedger(home);
  }
  expect(await cosignLedger(nodeCrypto, ledger, witness)).toEqual({ size: 310 });
  expect(await cosignLedger(nodeCrypto, ledger, witness, 310)).toEqual({ size: 310 });
  await ledger.close();
});

test("a ledger that was rolled back, or grew another past, is caught by its witness", async () => {
  const home = new SimDisk();
  const ledger = await openLedger(home);
  await fill(ledger, 50);
  const early = home.image();
  await fill(ledger, 50);
  expect(await cosignLedger(nodeCrypto, ledger, witness)).toEqual({ size: 100 });
  const rolledBack = await openLedger(new SimDisk({ image: early }));
  expect(await cosignLedger(nodeCrypto, rolledBack, witness)).toMatchObject({ refused: "ledger-damaged" });
  for (let i = 0; i < 60; i++) await rolledBack.append(utf8(`another past ${i}`));
  expect(await cosignLedger(nodeCrypto, rolledBack, witness)).toMatchObject({ refused: "ledger-damaged" });

  const withOldSegments = new Map([
    ...early.files,
    ["ledger/cosigned", home.image().files.get("ledger/cosigned")!] as const,
  ]);
  expect(await Ledger.open(optionsOn(new SimDisk({ image: { ...early, files: withOldSegments } })))).toMatchObject({
    refused: "ledger-damaged",
  });
});
