/** Needles over our kernel and a model of random weights: nonsense, but the same nonsense in every process. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRefusal, nodeCrypto, nodeSigner, type ReplayData, sealEnvelope, toBase64, toHex, utf8 } from "lop";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ENGINES_INSTALL } from "../../logic/bench/exactness-places.ts";
import { openWriter } from "../bench/open-writer.ts";
import { replayElsewhere } from "../bench/replay.ts";
import { type ReplayRecord, rerun } from "../bench/replay-records.ts";
import { Needle, RELEASE_PAYLOAD_TYPE, replay } from "../src/index.ts";
import { MODEL_FILE, openModelFolder } from "../src/model-folder-node.ts";
import { replayData } from "../src/replay.ts";
import { made } from "./needles.ts";
import { randomModel } from "./random-model.ts";

const CARDS = 20;
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "axiom-lex-"));
  file = join(folder, MODEL_FILE);
  writeFileSync(file, randomModel());
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Random weights are never sure: the cards are taken from the needles, past the supervisor's doubts. */
async function recorded(threads: 1 | 2 = 1): Promise<ReplayRecord[]> {
  const writer = await openWriter(file, "exact", threads);
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

/** The needle that wrote a record, its behavior card changed on the way. */
async function needleOf({ replay: { card: hash } }: ReplayRecord, model: string, change = (text: string) => text) {
  const writer = await openWriter(model, "exact");
  const { card, engine } = writer.needles.find(({ cardHash }) => cardHash === hash)!;
  const changed = { ...card, canonical: change(card.canonical) };
  return made<Needle>(Needle.of(changed, null, { engine, crypto: nodeCrypto, monotonic_ms: () => 0 }));
}

/** The model with one bit of one weight changed, in a folder of its own. */
function oneBitOff(): string {
  const home = mkdtempSync(join(folder, "bit-"));
  const bytes = randomModel();
  bytes[bytes.length - 40]! ^= 1;
  writeFileSync(join(home, MODEL_FILE), bytes);
  return join(home, MODEL_FILE);
}

describe("a needle over the kernel", () => {
  it.for([
    ["node", 2],
    ["bun", 1],
    ["bun", 2],
  ] as const)(
    `${CARDS} cards replay to the same bits in another process: %s, threads %i`,
    async ([engine, threads], context) => {
      const path = join(folder, "records.json");
      writeFileSync(path, JSON.stringify(await recorded()));
      const { said, took } = replayElsewhere(engine, process.env.AXIOM_ENGINES ?? null, [path, file, `${threads}`]);
      if (took === null) context.skip(`needs ${ENGINES_INSTALL}, and AXIOM_ENGINES to name the folder`);
      expect(said).toBe(`${CARDS} of ${CARDS} replay to the same bits`);
    },
  );

  it("two threads write the same records as one", async () => expect(await recorded(2)).toEqual(await recorded(1)));

  it("names what is changed: weight, behavior card, seed, token", async () => {
    const [record] = (await recorded()) as [ReplayRecord];
    const { words, call, replay: data } = record;
    const same = await needleOf(record, file);
    const part = async (changed: ReplayData, needle = same) => {
      const found = await replay(changed, { words, call }, needle, nodeCrypto);
      return found === null || isRefusal(found) ? found : found.part;
    };
    expect(await part(data)).toBeNull();
    expect(await part(data, await needleOf(record, oneBitOff()))).toBe("weights");
    const reworded = await needleOf(record, file, (text) => text.replace('"does":"', '"does":"also '));
    expect(await part(data, reworded)).toBe("behavior card");
    expect(await part({ ...data, seed: 1 })).toBe("seed");
    const last = data.picks.length - 1;
    expect(await part({ ...data, picks: data.picks.with(last, data.picks[last]! - 1) })).toBe("token");
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
    writeFileSync(join(home, MODEL_FILE), randomModel());
    writeFileSync(join(home, "release.pub"), toBase64(signer.publicKey));
    const envelope = sealEnvelope(signer, RELEASE_PAYLOAD_TYPE, utf8(JSON.stringify(files)));
    writeFileSync(join(home, "release.json"), JSON.stringify(envelope));
    return join(home, MODEL_FILE);
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
