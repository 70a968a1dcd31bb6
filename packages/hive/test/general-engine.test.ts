// A server of the OpenAI protocol as the hive's engine: whole trips over a fake one, and what is said about it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeCrypto, type ProofCard, ReplayData } from "lop";
import { verifyProof } from "lop/verify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Asked, chatChunk, serve, stream, type TestServer } from "../../logic/test/openai-server.ts";
import { Config } from "../src/config.ts";
import { askServer, ENGINE_KEY_CREDENTIAL, lostOver, readEngineKey } from "../src/general-engine.ts";
import { openHive } from "../src/index.ts";
import { NeedleDesk } from "../src/needle-desk.ts";
import { axiom } from "./axiom-bin.ts";
import { must, run, settings, simHome } from "./hive-home.ts";

const RUN = "run this python: print(6*7)";
const KEY = "sk-a-very-secret-key";
const CARD = { language: "python", code: "print(6*7)", timeout_seconds: null };

let home: string;
let server: TestServer;
let answer: (asked: Asked, response: ServerResponse) => void;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "axiom-openai-"));
  answer = saying({ tool: "exec.run" }, CARD);
  server = await serve((asked, response) => answer(asked, response));
});
afterEach(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

/** The tool, then the parameters; the list of models whenever it is asked for. */
const saying =
  (tool: object | string, parameters: object) =>
  ({ path, body }: Asked, response: ServerResponse): void => {
    if (path === "/v1/models") return void response.end('{"data":[{"id":"general-7b"}]}');
    const asksTool = JSON.stringify(body.response_format).includes('"none"');
    const said = asksTool ? tool : parameters;
    stream(response, [chatChunk(typeof said === "string" ? said : JSON.stringify(said), "stop")]);
  };

const engineOf = (more: object = {}) =>
  Config.parse({ engine: { kind: "openai", url: server.url, model: "general-7b", timeout_s: 5, ...more } }).engine;
const deskOf = (more: object = {}) => new NeedleDesk({ home, engine: engineOf(more) });

async function carried(words: string, desk = deskOf()) {
  const { ports } = await simHome();
  const hive = must(await openHive({ ...ports, words: desk }, settings(), { passphrase: null }));
  const view = await run(hive, { words });
  return { view, hive, desk };
}

describe("words over a server", () => {
  it("become a proof that verifies, and says that nobody can replay it", async () => {
    const { view, hive, desk } = await carried(RUN);
    expect(view, view.refusal?.why).toMatchObject({ state: "done", verified: true });
    expect(view.card).toMatchObject({ tool: "exec.run", needle: "exec", by: "needle" });
    expect(view.card?.parameters).toEqual({ language: "python", code: "print(6*7)" });
    const bytes = must(await hive.proof(view.id));
    expect(verifyProof(bytes, nodeCrypto).verified).toBe(true);
    const proof = JSON.parse(Buffer.from(bytes).toString()) as ProofCard;
    expect(ReplayData.parse(proof.replay)).toMatchObject({ decode: "json/1.1", weights: null });
    expect(await desk.needle("exec")).toMatchObject({ refused: "replay-impossible" });
    expect(must(await hive.needle("exec"))).toMatchObject({ ready: true, memory: null });
    expect(hive.status().engine).toMatchObject({ ready: true, model: expect.stringContaining("general-7b at http") });
    expect(hive.status().engine.lost.join()).toMatch(/cannot be replayed.*nothing is masked.*no memory/);
    await hive.close();
  });

  it.each<[string, object | string, object, string, RegExp]>([
    ["no tool", { tool: "none" }, {}, "no-needle-fits", /general-7b says that no tool/],
    ["a made-up text", { tool: "exec.run" }, { ...CARD, code: "import os" }, "parameters-invalid", /code/],
    ["prose", "I would run it.", {}, "engine-failed", /did not keep to it: "I would run it/],
  ])("refuse %s", async (_, tool, parameters, refused, why) => {
    answer = saying(tool, parameters);
    const { view, hive } = await carried(RUN);
    expect(view).toMatchObject({ state: "refused", refusal: { refused, why: expect.stringMatching(why) } });
    await hive.close();
  });

  it("say what to do where the server takes no schema", async () => {
    answer = (_, response) =>
      void response.writeHead(400).end('{"error":{"message":"response_format json_schema is not supported"}}');
    const { view, hive } = await carried(RUN);
    expect(view.refusal).toMatchObject({
      refused: "engine-failed",
      why: expect.stringContaining("response_format json_schema is not supported"),
      fix: expect.stringContaining("vLLM or llama-server"),
    });
    await hive.close();
  });

  it("end in a refusal when the server is silent, or not there", async () => {
    answer = () => {};
    const silent = await carried(RUN, deskOf({ timeout_s: 1 }));
    expect(silent.view.refusal).toMatchObject({ refused: "engine-failed", why: expect.stringContaining("in time") });
    const nobody = await carried(RUN, deskOf({ url: "http://127.0.0.1:9/v1" }));
    expect(nobody.view.refusal).toMatchObject({ refused: "engine-failed", why: expect.stringContaining("be asked") });
    await Promise.all([silent.hive.close(), nobody.hive.close()]);
  });
});

describe("what is refused before anybody is asked", () => {
  it.each<[string, object, RegExp]>([
    ["no address", { url: null }, /engine.url or engine.model/],
    ["no model", { model: null }, /engine.url or engine.model/],
    ["no URL", { url: "nonsense" }, /no URL/],
    ["another machine", { url: "https://models.example/v1" }, /engine.elsewhere does not allow/],
  ])("%s", async (_, more, why) => {
    expect(deskOf(more).status()).toMatchObject({ ready: false, why: expect.stringMatching(why) });
    expect(await deskOf(more).writer()).toMatchObject({ refused: "engine-absent", why: expect.stringMatching(why) });
    expect(server.asked).toHaveLength(0);
  });

  it("the doctor asks for the list of models", async () => {
    expect(await askServer(engineOf(), {})).toBeNull();
    const why = expect.stringContaining("has no model other; it has: general-7b");
    expect(await askServer(engineOf({ model: "other" }), {})).toMatchObject({ refused: "engine-failed", why });
    await server.close();
    expect(await askServer(engineOf(), {})).toMatchObject({ why: expect.stringContaining("does not answer") });
    expect(await askServer(engineOf({ url: null }), {})).toMatchObject({ refused: "engine-absent" });
  });

  it("another machine is asked only where it is allowed, and that is said", () => {
    const away = engineOf({ url: "http://10.0.0.7:8000/v1", elsewhere: true });
    expect(lostOver(away).at(-1)).toBe("words leave this machine for 10.0.0.7:8000, unencrypted");
    expect(lostOver(engineOf()).join()).not.toContain("leave this machine");
  });
});

describe("the server's key", () => {
  const file = () => {
    const path = join(home, "server-key");
    writeFileSync(path, `${KEY}\n`, { mode: 0o600 });
    return path;
  };

  it("goes from its file into one header, and into no proof", async () => {
    const { view, hive } = await carried(RUN, deskOf({ key_file: file() }));
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`]);
    expect(Buffer.from(must(await hive.proof(view.id))).toString()).not.toContain(KEY);
    await hive.close();
  });

  it("comes from a credential of the service where no file is set", () => {
    writeFileSync(join(home, ENGINE_KEY_CREDENTIAL), KEY);
    expect(readEngineKey(engineOf(), { CREDENTIALS_DIRECTORY: home })).toEqual({ key: KEY });
    expect(readEngineKey(engineOf(), {})).toEqual({ key: null });
  });

  it.each(["", "two words", "näh", "x".repeat(5000)])("%.12j is none", (text) => {
    const path = join(home, "bad");
    writeFileSync(path, text);
    expect(readEngineKey(engineOf({ key_file: path }), {})).toMatchObject({ refused: "engine-failed" });
    expect(readEngineKey(engineOf({ key_file: join(home, "absent") }), {})).toMatchObject({ refused: "engine-failed" });
  });
});

describe("the program over a server", () => {
  const env = () => ({ AXIOM_ENGINE_KIND: "openai", AXIOM_ENGINE_URL: server.url, AXIOM_ENGINE_MODEL: "general-7b" });
  const findings = async () => {
    const ran = await axiom(home, ["doctor", "--json"], { env: env() });
    return (JSON.parse(ran.stdout) as { findings: { what: string; state: string; detail: string }[] }).findings;
  };

  it("doctor and needles name what is lost; a replay is refused", async () => {
    const model = (await findings()).find(({ what }) => what === "model");
    expect(model).toMatchObject({ state: "ok", detail: expect.stringContaining("cannot be replayed") });
    const listed = await axiom(home, ["needles"], { env: env() });
    expect(listed.stdout).toMatch(/general-7b at http:\S+ writes for them, and so:\n {2}cards cannot be replayed/);
    const done = await axiom(home, ["do", "--json", RUN], { env: env() });
    expect(done.code, done.stderr).toBe(0);
    const { id } = JSON.parse(done.stdout) as { id: string };
    const proof = await axiom(home, ["proof", id]);
    const path = join(home, "proof.json");
    writeFileSync(path, proof.stdout);
    const replayed = await axiom(home, ["replay", path]);
    expect([replayed.code, replayed.stderr]).toEqual([
      1,
      expect.stringContaining("does not promise the same bits twice"),
    ]);
  });
});
