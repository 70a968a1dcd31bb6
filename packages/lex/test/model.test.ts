/** Needles over our kernel and a model of random weights: nonsense, but the same nonsense in every process. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRefusal, nodeCrypto, nodeSigner, sealEnvelope, toBase64, toHex, utf8 } from "lop";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWriter } from "../bench/eval.ts";
import { type ReplayRecord, rerun } from "../bench/replay.ts";
import { RELEASE_PAYLOAD_TYPE } from "../src/index.ts";
import { openModelFolder } from "../src/model-folder-node.ts";
import { made } from "./needles.ts";
import { randomModel } from "./random-model.ts";

const CARDS = 20;
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "axiom-lex-"));
  file = join(folder, "axiom-needle-1.gguf");
  writeFileSync(file, randomModel());
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Random weights are never sure: the cards are taken from the needles, past the supervisor's doubts. */
async function recorded(): Promise<ReplayRecord[]> {
  const { replayData } = await import("../src/replay.ts");
  const writer = await openWriter(file, "exact");
  const records: ReplayRecord[] = [];
  for (let n = 0; records.length < CARDS; n++) {
    const words = `allow host${n}.example for ${n + 1} minutes and note "lamp ${n}"`;
    const needle = writer.needles[n % writer.needles.length]!;
    const decoded = await needle.decode(words);
    if (!isRefusal(decoded) && decoded.call !== null)
      records.push({ words, call: decoded.call, replay: replayData(needle, decoded, nodeCrypto) });
  }
  return records;
}

describe("a needle over the kernel", () => {
  it(`${CARDS} cards replay to the same bits in another process`, async () => {
    const path = join(folder, "records.json");
    writeFileSync(path, JSON.stringify(await recorded()));
    const script = join(import.meta.dirname, "..", "bench", "replay.ts");
    const child = spawnSync(process.execPath, [script, path, file], { encoding: "utf8" });
    expect(child.stdout.trim(), child.stderr).toBe(`${CARDS} of ${CARDS} replay to the same bits`);
  });

  it("names the weights when they are others", async () => {
    const records = await recorded();
    const other = join(folder, "other");
    mkdirSync(other);
    const changed = randomModel("small", 2);
    writeFileSync(join(other, "axiom-needle-1.gguf"), changed);
    const { same, first } = await rerun(
      await openWriter(join(other, "axiom-needle-1.gguf"), "exact"),
      records.slice(0, 1),
    );
    expect(same).toBe(0);
    expect(JSON.parse(first!)).toMatchObject({ part: "weights", is: toHex(nodeCrypto.sha256(changed)) });
  });

  it("names the runtime when the kernel counts otherwise", async () => {
    const { first } = await rerun(await openWriter(file, "row"), (await recorded()).slice(0, 1));
    expect(JSON.parse(first!)).toMatchObject({ part: "runtime" });
  });
});

describe("a model folder", () => {
  const released = (name: string, files: Readonly<Record<string, string>>): string => {
    const home = join(folder, name);
    mkdirSync(home);
    const signer = nodeSigner(new Uint8Array(32).fill(3));
    writeFileSync(join(home, "axiom-needle-1.gguf"), randomModel());
    writeFileSync(join(home, "release.pub"), toBase64(signer.publicKey));
    const envelope = sealEnvelope(signer, RELEASE_PAYLOAD_TYPE, utf8(JSON.stringify(files)));
    writeFileSync(join(home, "release.json"), JSON.stringify(envelope));
    return join(home, "axiom-needle-1.gguf");
  };
  const digest = () => toHex(nodeCrypto.sha256(randomModel()));

  it("opens what was released", async () => {
    const model = made(
      await openModelFolder({ file: released("good", { "axiom-needle-1.gguf": digest() }), needles: [] }),
    );
    expect(model).toMatchObject({ released: true, supervisor: null });
    await model.engine.close();
  });

  it.each([
    ["a changed model", () => ({ "axiom-needle-1.gguf": "a".repeat(64) })],
    ["a model that nobody released", () => ({})],
    ["a missing initial memory", () => ({ "axiom-needle-1.gguf": digest(), "states/exec.memory": "a".repeat(64) })],
  ])("refuses %s", async (name, files) => {
    const opened = await openModelFolder({ file: released(name, files()), needles: ["exec"] });
    expect(opened).toMatchObject({ refused: "model-damaged" });
  });

  it("says where it looked when there is none", async () => {
    expect(await openModelFolder({ file: join(folder, "none.gguf"), needles: [] })).toMatchObject({
      refused: "engine-absent",
    });
  });
});
