/** Directives in words through the whole trip, with needles that follow a script instead of weights. */

import { Needle, replay } from "lex";
import { isRefusal, nodeCrypto, type ProofCard, ReplayData } from "lop";
import { verifyProof } from "lop/verify";
import { describe, expect, it } from "vitest";
import { FakeEngine, type Script } from "../../lex/test/fake-engine.ts";
import { behaviorCards, scriptedSupervisor } from "../../lex/test/needles.ts";
import { type DirectiveView, openHive, type WordsPort } from "../src/index.ts";
import { must, run, settings, simHome, type TestHome } from "./hive-home.ts";

const RUN = "run this python: print(6*7)";
const LET = "let docs.example.org through for 15 minutes";
const SCRIPTS: Readonly<Record<string, Script>> = {
  [RUN]: { tool: "exec.run", choices: { language: "python" }, spans: [{ key: "code", text: " print(6*7)" }] },
  [LET]: {
    tool: "permit.grant",
    spans: [
      { key: "host", text: " docs.example.org" },
      { key: "minutes", text: " 15 minutes" },
    ],
  },
  "sing a song": { tool: "none", sure: 0.97 },
  "make a snapshot": { tool: "snapshot.create" },
};

const words: WordsPort = {
  writer: async () => scriptedSupervisor(SCRIPTS).supervisor,
  status: () => ({ ready: true, why: null, model: "scripted", lost: [] }),
  needles: async () => [
    {
      id: "exec",
      version: "1.0.0",
      does: "runs code",
      tools: ["exec.run"],
      card: "ab".repeat(32),
      start: null,
      ready: true,
    },
  ],
};

async function speaking(home: TestHome) {
  return must(await openHive({ ...home.ports, words }, settings(), { passphrase: null }));
}

const detailOf = (view: DirectiveView, step: string) =>
  view.steps.find((event) => event.step === step && event.phase === "passed")?.detail;

async function proofOf(home: TestHome, body: { words: string }) {
  const hive = await speaking(home);
  const id = must(await hive.submit(must(await hive.sign(body)))).id;
  const view = must(await hive.ended(id));
  const bytes = must(await hive.proof(id));
  return { hive, view, bytes, proof: JSON.parse(Buffer.from(bytes).toString()) as ProofCard };
}

describe("words become proofs", () => {
  it("routes with reasons, decodes with every token, runs, proves, and remembers", async () => {
    const { hive, view, bytes, proof } = await proofOf(await simHome(), { words: RUN });
    expect(view).toMatchObject({ state: "done", verified: true, words: RUN });
    expect(view.card).toMatchObject({ tool: "exec.run", needle: "exec", by: "needle" });
    expect(view.card?.parameters).toEqual({ language: "python", code: "print(6*7)" });
    expect(detailOf(view, "route")).toMatchObject({ asked: ["exec"], reasons: expect.any(Array) });
    const decoded = detailOf(view, "decode") as { tokens: { text: string; forced: boolean }[] };
    expect(decoded.tokens[0]).toMatchObject({ text: "<|tool:exec.run|>", forced: false });
    expect(decoded.tokens.some(({ forced }) => forced)).toBe(true);
    expect(verifyProof(bytes, nodeCrypto).verified).toBe(true);
    expect(ReplayData.parse(proof.replay).picks.length).toBeGreaterThan(3);
    expect(must(await hive.needle("exec")).memory).toMatchObject({ bytes: 8 });
    await hive.close();
  });

  it("replays from the proof card alone", async () => {
    const { hive, proof } = await proofOf(await simHome(), { words: RUN });
    const tools = { engine: new FakeEngine(SCRIPTS), crypto: nodeCrypto, monotonic_ms: () => 0 };
    const needle = must(Needle.of(behaviorCards().find(({ id }) => id === "exec")!, null, tools));
    const { tool, parameters } = proof.card;
    const recorded = { words: RUN, call: { tool, parameters } };
    expect(await replay(ReplayData.parse(proof.replay), recorded, needle, nodeCrypto)).toBeNull();
    await hive.close();
  });

  it("refuses a proof whose replay data was changed", async () => {
    const { hive, proof } = await proofOf(await simHome(), { words: RUN });
    const changed = { ...proof, replay: { ...proof.replay, seed: 1 } };
    const bytes = Buffer.from(`${JSON.stringify(changed, null, 2)}\n`);
    expect(verifyProof(bytes, nodeCrypto)).toMatchObject({ verified: false, part: "replay" });
    await hive.close();
  });

  it("carries a permit in words through the operator's approval", async () => {
    const home = await simHome();
    const hive = await speaking(home);
    const id = must(await hive.submit(must(await hive.sign({ words: LET })))).id;
    for await (const event of hive.events(id, 0, AbortSignal.timeout(100_000))) if (event.phase === "waiting") break;
    expect(await hive.approve(id)).toBeNull();
    const view = must(await hive.ended(id));
    expect(view).toMatchObject({ state: "done", verified: true });
    expect(view.card).toMatchObject({ tool: "permit.grant", parameters: { host: "docs.example.org", minutes: 15 } });
    expect(hive.permits()).toHaveLength(1);
    await hive.close();
  });

  it.each([
    ["sing a song", "no-needle-fits", "route"],
    ["make a snapshot", "tool-absent", "decode"],
  ])("refuses %j", async (said, refused, step) => {
    const hive = await speaking(await simHome());
    const view = await run(hive, { words: said });
    expect(view).toMatchObject({ state: "refused", step, refusal: { refused } });
    await hive.close();
  });

  it("refuses words without an engine, and says so in its status", async () => {
    const { ports } = await simHome();
    const hive = must(await openHive(ports, settings(), { passphrase: null }));
    expect(hive.status().engine).toMatchObject({ ready: false });
    expect(await run(hive, { words: RUN })).toMatchObject({ refusal: { refused: "engine-absent" } });
    expect(isRefusal(await hive.needle("exec"))).toBe(true);
    await hive.close();
  });
});
