// From the operator's no to other weights: a trip with a refused card, the export, one small step of DPO and of IPO, a model that opens.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openModelFolder } from "lex/model";
import { afterAll, beforeAll, expect, it } from "vitest";
import { scriptedSupervisor } from "../../lex/test/needles.ts";
import { JOURNAL_PATH } from "../src/card-journal.ts";
import { type Hive, openHive } from "../src/index.ts";
import { SHIPPED_MODEL } from "../src/needle-desk.ts";
import { axiom } from "./axiom-bin.ts";
import { card, must, run, settings, simHome } from "./hive-home.ts";

const HOUSE = fileURLToPath(new URL("../../..", import.meta.url));
const PYTHON = "/usr/bin/python3";
const LET = "let docs.example.org through 👋 for 15 minutes";
const ADD = "add a 45 minute permit for api.example.net";
const host = (text: string) => ({ key: "host", text });
const SCRIPTS = {
  [LET]: { tool: "permit.grant", spans: [host(" docs.example.org"), { key: "minutes", text: " 15 minutes" }] },
  [ADD]: { tool: "permit.grant", spans: [{ key: "minutes", text: " 45 minute" }, host(" api.example.net")] },
};
const folder = mkdtempSync(join(tmpdir(), "axiom-training-"));
const pairs = join(folder, "pairs.jsonl");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function decided(hive: Hive, words: string, decide: (id: string) => Promise<unknown>): Promise<void> {
  const id = must(await hive.submit(must(await hive.sign({ words })))).id;
  for await (const event of hive.events(id, 0, AbortSignal.timeout(100_000))) if (event.phase === "waiting") break;
  expect(await decide(id)).toBeNull();
  await hive.ended(id);
}

/** One card refused and stated anew, one refused without a word, one approved. */
beforeAll(async () => {
  const home = await simHome();
  const words = {
    writer: async () => scriptedSupervisor(SCRIPTS).supervisor,
    status: () => ({ ready: true, why: null, model: "scripted", lost: [] }),
    needles: async () => [],
  };
  const hive = must(await openHive({ ...home.ports, words }, settings(), { passphrase: null }));
  await decided(hive, LET, (id) => hive.refuseApproval(id, "it shall go"));
  await run(hive, card("permit.revoke", { host: "docs.example.org" }));
  await decided(hive, ADD, (id) => hive.refuseApproval(id, "not today"));
  await decided(hive, ADD, (id) => hive.approve(id));
  await hive.close();
  mkdirSync(join(folder, "training"));
  writeFileSync(join(folder, JOURNAL_PATH), await home.disk.read(JOURNAL_PATH));
});

it("exports what was chosen against what was refused, in code points", async () => {
  const ran = await axiom(folder, ["training", "export", "--output", pairs]);
  expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining("1 pairs")]);
  const lines = readFileSync(pairs, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    directive: LET,
    chosen: { tool: "permit.revoke", spans: [{ key: "host", from: 4, to: 20 }] },
    rejected: { tool: "permit.grant", spans: [{ key: "host" }, { key: "minutes", from: 35, to: 45 }] },
  });
});

it.for(["dpo", "ipo"])("%s makes one step of it, and the model opens", async (loss, context) => {
  if (!existsSync(SHIPPED_MODEL)) context.skip("needs the model at models/ (train it: training/README.md)");
  if (spawnSync(PYTHON, ["-c", "import torch, numpy"]).status !== 0)
    context.skip("needs torch (apt install python3-torch)");
  const out = join(folder, `${loss}.gguf`);
  const args = [
    "--model",
    SHIPPED_MODEL,
    "--pairs",
    pairs,
    "--out",
    out,
    "--loss",
    loss,
    "--rounds",
    "2",
    "--rate",
    "1e-4",
  ];
  const { status, stdout, stderr } = spawnSync(PYTHON, ["-m", "training.prefer", ...args], {
    cwd: HOUSE,
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" },
  });
  expect(status, stderr).toBe(0);
  const said = JSON.parse(stdout) as { pairs: number; loss: number[]; sha256: string };
  expect(said.pairs).toBe(1);
  expect(said.loss[1]).toBeLessThan(said.loss[0]!);
  const model = must(await openModelFolder({ file: out, needles: [] }));
  expect(model.engine.info).toMatchObject({ weights: said.sha256, decode: "marks/1" });
  await model.engine.close();
});
