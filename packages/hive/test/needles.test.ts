// A thirteenth needle end to end, and what needles remember: over the shipped model.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RELEASE_PAYLOAD_TYPE, replay } from "lex";
import { emptyMemory, type Memory, nodeSha256, readGguf, readMamba, writeMemory } from "logic";
import {
  isRefusal,
  nodeCrypto,
  nodeSigner,
  type ProofCard,
  ReplayData,
  SimDisk,
  sealEnvelope,
  toBase64,
  utf8,
} from "lop";
import { BEHAVIORS_FOLDER } from "raptor/behaviors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Added, addNeedle } from "../src/cli-needle-add.ts";
import { Config } from "../src/config.ts";
import { type Hive, openHive } from "../src/index.ts";
import { NeedleDesk, SHIPPED_MODEL } from "../src/needle-desk.ts";
import { axiom } from "./axiom-bin.ts";
import { must, run, settings, simHome } from "./hive-home.ts";

const LET = "let docs.example.org through for 15 minutes";
let home: string;

beforeEach((context) => {
  if (!existsSync(SHIPPED_MODEL)) context.skip("needs the model at models/ (train it: training/README.md)");
  home = mkdtempSync(join(tmpdir(), "axiom-needles-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const shape = () => readMamba(readGguf(new Uint8Array(readFileSync(SHIPPED_MODEL)))).shape;
const weights = () => Buffer.from(nodeSha256(new Uint8Array(readFileSync(SHIPPED_MODEL)))).toString("hex");

/** A file of the operator's, outside of the hive's own folders. */
function file(name: string, content: string | Uint8Array): string {
  mkdirSync(join(home, "mine"), { recursive: true });
  writeFileSync(join(home, "mine", name), content);
  return join(home, "mine", name);
}

type CardFields = Record<string, unknown> & { tools: Record<string, unknown> };
/** The shipped needle for permits, narrowed to one tool and under another id. */
function gate(change: (card: CardFields) => object = (card) => card): string {
  const guard = JSON.parse(readFileSync(join(BEHAVIORS_FOLDER, "guard.json"), "utf8")) as CardFields;
  const tools = { "permit.grant": guard.tools["permit.grant"] };
  const policy = { scope: ["permit.grant"], permits: false };
  const card = change({ ...guard, id: "gate", does: "lets hosts through", tools, policy });
  return file("gate.json", JSON.stringify(card));
}

const initial = (memory: Memory): string => file("gate.memory", writeMemory(memory, nodeSha256));
const deskOf = () => new NeedleDesk({ home, engine: Config.parse({}).engine });

async function refusalOf(card: string, how: Added = {}, environment: Record<string, string> = {}): Promise<string> {
  try {
    const added = await addNeedle({ home, environment }, card, how);
    return isRefusal(added) ? `${added.refused}: ${added.why}` : "none";
  } catch (error) {
    return String(error);
  }
}

async function approved(hive: Hive, words: string) {
  const id = must(await hive.submit(must(await hive.sign({ words })))).id;
  for await (const event of hive.events(id, 0, AbortSignal.timeout(100_000)))
    if (event.phase === "waiting") expect(await hive.approve(id)).toBeNull();
  return must(await hive.ended(id));
}

describe("a thirteenth needle", () => {
  it("is added, listed, inspected, asked, and replayed", async () => {
    const start = emptyMemory(shape(), weights(), nodeSha256);
    const added = await axiom(home, ["needles", "add", gate(), "--state", initial(start)]);
    expect([added.code, added.stdout], added.stderr).toEqual([0, expect.stringContaining("gate is added")]);
    expect(statSync(join(home, "needles", "gate.memory")).mode & 0o077).toBe(0);
    const listed = await axiom(home, ["needles"]);
    expect(listed.stdout.trim().split("\n")).toHaveLength(13);
    expect(listed.stdout).toMatch(/^gate +lets hosts through – permit.grant$/m);
    const shown = await axiom(home, ["needles", "show", "gate", "--json"]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ id: "gate", start: start.hash, ready: true, memory: null });

    const { ports } = await simHome();
    const hive = must(await openHive({ ...ports, words: deskOf() }, settings(), { passphrase: null }));
    const view = await approved(hive, LET);
    expect(view, view.refusal?.why).toMatchObject({ state: "done", verified: true });
    expect(view.card).toMatchObject({ needle: "gate", tool: "permit.grant", parameters: { host: "docs.example.org" } });
    const proof = JSON.parse(Buffer.from(must(await hive.proof(view.id))).toString()) as ProofCard;
    const data = ReplayData.parse(proof.replay);
    expect(data.start).toBe(start.hash);
    const again = await replay(data, { words: LET, call: proof.card }, must(await deskOf().needle("gate")), nodeCrypto);
    expect(again).toBeNull();
    await hive.close();
  });

  it.each<[string, () => string, RegExp]>([
    ["no JSON", () => file("gate.json", "{"), /needle-unfit.*gate.json/],
    ["another version", () => gate((card) => ({ ...card, v: 2 })), /needle-unfit.*\/v must be 1/],
    ["an unknown field", () => gate((card) => ({ ...card, shell: "rm" })), /needle-unfit.*shell/],
    ["no tools", () => gate((card) => ({ ...card, tools: {} })), /needle-unfit.*at least one tool/],
    ["an id that is a path", () => gate((card) => ({ ...card, id: "../gate" })), /needle-unfit.*\/id/],
    ["a schema that is none", () => gate((card) => broken(card, { host: { type: "strin" } })), /needle-unfit/],
    [
      "a tool that the model never saw",
      () => gate((card) => ({ ...card, tools: { "moon.land": card.tools["permit.grant"] } })),
      /needle-unfit.*moon.land/,
    ],
    [
      "a parameter that it never saw",
      () => gate((card) => broken(card, { crater: { type: "string" } })),
      /needle-unfit/,
    ],
    ["a needle that there is", () => gate((card) => ({ ...card, id: "guard" })), /needle-known.*guard/],
    ["a file that is not there", () => join(home, "absent.json"), /cannot be read \(ENOENT\)/],
  ])("is refused: %s", async (_, made, why) => {
    expect(await refusalOf(made())).toMatch(why);
    expect(existsSync(join(home, "needles", "gate.json"))).toBe(false);
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    [
      "of other weights",
      () => writeMemory(emptyMemory(shape(), "a".repeat(64), nodeSha256), nodeSha256),
      /needle-unfit.*weights/,
    ],
    [
      "of another form",
      () => writeMemory(emptyMemory({ ...shape(), layers: 2 }, weights(), nodeSha256), nodeSha256),
      /needle-unfit/,
    ],
    [
      "with a changed byte",
      () => writeMemory(emptyMemory(shape(), weights(), nodeSha256), nodeSha256).fill(1, 900, 901),
      /needle-unfit/,
    ],
    ["that is none", () => utf8("memory"), /needle-unfit/],
  ])("is refused: an initial memory %s", async (_, bytes, why) => {
    expect(await refusalOf(gate(), { state: file("bad.memory", bytes()) })).toMatch(why);
    expect(existsSync(join(home, "needles", "gate.memory"))).toBe(false);
  });

  it("is refused over a model whose release is not signed, or by a stranger", async () => {
    const folder = join(home, "models");
    mkdirSync(folder);
    copyFileSync(SHIPPED_MODEL, join(folder, "mine.gguf"));
    const key = nodeSigner(new Uint8Array(32).fill(1));
    writeFileSync(join(folder, "release.pub"), toBase64(key.publicKey));
    const list = utf8(JSON.stringify({ "mine.gguf": weights() }));
    const envelope = sealEnvelope(nodeSigner(new Uint8Array(32).fill(2)), RELEASE_PAYLOAD_TYPE, list);
    const env = { AXIOM_ENGINE_MODEL: join(folder, "mine.gguf") };
    for (const release of [{ ...envelope, signatures: [] }, envelope]) {
      writeFileSync(join(folder, "release.json"), JSON.stringify(release));
      expect(await refusalOf(gate(), {}, env)).toMatch(/^model-damaged/);
    }
    writeFileSync(join(folder, "release.json"), JSON.stringify(sealEnvelope(key, RELEASE_PAYLOAD_TYPE, list)));
    expect(await refusalOf(gate(), {}, env)).toBe("none");
  });

  it("takes the place of another only when told so", async () => {
    const guard = () => gate((card) => ({ ...card, id: "guard", version: "2.0.0" }));
    expect(await refusalOf(guard())).toMatch(/^needle-known/);
    expect(await refusalOf(guard(), { replace: true })).toBe("none");
    const shown = must(await deskOf().needles()).find(({ id }) => id === "guard");
    expect(shown).toMatchObject({ version: "2.0.0", tools: ["permit.grant"] });
  });
});

const broken = (card: CardFields, parameters: object): object => {
  const grant = card.tools["permit.grant"] as { parameters: object };
  return { ...card, tools: { "permit.grant": { ...grant, parameters: { ...grant.parameters, ...parameters } } } };
};

describe("what a needle remembers", () => {
  const hiveOn = async (disk: SimDisk) => {
    const { ports } = await simHome({ disk });
    return must(await openHive({ ...ports, words: deskOf() }, settings(), { passphrase: null }));
  };

  it("is sealed on disk, there after a restart, unreadable under another key, and forgotten when told", async () => {
    const disk = new SimDisk();
    const first = await hiveOn(disk);
    expect(await first.needleMemory("files")).toMatchObject({ refused: "memory-absent" });
    const done = await run(first, { words: "list files" });
    expect(done.card?.needle, done.refusal?.why).toBe("files");
    const { memory } = must(await first.needle("files"));
    const plain = must(await first.needleMemory("files"));
    expect(plain.length).toBeGreaterThan(memory!.bytes);
    await first.close();
    const sealed = disk.image().files.get("memories/files.sealed")!;
    expect(Buffer.from(sealed).includes(Buffer.from(plain).subarray(4096, 4160))).toBe(false);

    const second = await hiveOn(new SimDisk({ image: disk.image() }));
    expect(must(await second.needle("files")).memory).toEqual(memory);
    expect(Buffer.from(must(await second.needleMemory("files"))).equals(plain)).toBe(true);
    const again = await run(second, { words: "list files" });
    expect(again.card).toEqual(done.card);
    expect(must(await second.needle("files")).memory).toEqual(memory);
    expect(await second.forgetNeedleMemory("files")).toBeNull();
    expect(must(await second.needle("files")).memory).toBeNull();
    expect(await second.forgetNeedleMemory("files")).toMatchObject({ refused: "memory-absent" });
    expect(await second.forgetNeedleMemory("../keys")).toMatchObject({ refused: "needle-unknown" });
    await second.close();

    const stranger = new SimDisk();
    await (await hiveOn(stranger)).close();
    await stranger.makeFolder("memories");
    await stranger.writeAtomic("memories/files.sealed", sealed);
    const other = await hiveOn(stranger);
    expect(isRefusal(await other.needle("files"))).toBe(true);
    expect(await other.needleMemory("files")).toMatchObject({ refused: "model-damaged" });
    await other.close();
  });

  it("is saved by the program as the initial memory of another needle", async () => {
    expect((await axiom(home, ["do", "list files"])).code).toBe(0);
    const path = join(home, "files.memory");
    const saved = await axiom(home, ["needles", "memory", "files", "--save", path, "--forget"]);
    expect([saved.code, saved.stdout], saved.stderr).toEqual([0, "files remembers nothing\n"]);
    const state = ["--state", path];
    expect((await axiom(home, ["needles", "add", gate(), ...state])).code).toBe(0);
  });
});
