/** The shipped model: plain words become verified proofs that replay. Skipped where the repository has no model. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replay } from "lex";
import { nodeCrypto, type ProofCard, ReplayData } from "lop";
import { verifyProof } from "lop/verify";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { Config } from "../src/config.ts";
import { type DirectiveView, type Hive, openHive } from "../src/index.ts";
import { NeedleDesk, SHIPPED_MODEL } from "../src/needle-desk.ts";
import { must, settings, simHome } from "./hive-home.ts";
import { cityLattice } from "./lattice-world.ts";

const folder = mkdtempSync(join(tmpdir(), "axiom-model-"));
const desk = () => new NeedleDesk({ home: folder, engine: Config.parse({}).engine });

beforeEach((context) => {
  if (!existsSync(SHIPPED_MODEL)) context.skip(`needs the model at models/ (train it: training/README.md)`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** States words and gives every approval that is asked for. */
async function carried(hive: Hive, words: string): Promise<DirectiveView> {
  const id = must(await hive.submit(must(await hive.sign({ words })))).id;
  for await (const event of hive.events(id, 0, AbortSignal.timeout(100_000)))
    if (event.phase === "waiting") expect(await hive.approve(id, { explicit: true })).toBeNull();
  return must(await hive.ended(id));
}

describe("the shipped model", () => {
  it.each([
    ["run this python: print(6*7)", "exec.run", { language: "python", code: "print(6*7)" }],
    ["let docs.example.org through for 15 minutes", "permit.grant", { host: "docs.example.org", minutes: 15 }],
    ["list files", "files.list", {}],
  ])("%j ends in a verified proof that replays", async (words, tool, parameters) => {
    const home = await simHome();
    const hive = must(await openHive({ ...home.ports, words: desk() }, settings(), { passphrase: null }));
    const view = await carried(hive, words);
    expect(view, view.refusal?.why).toMatchObject({ state: "done", verified: true });
    expect(view.card).toMatchObject({ tool, parameters, by: "needle" });
    const bytes = must(await hive.proof(view.id));
    expect(verifyProof(bytes, nodeCrypto).verified).toBe(true);
    const proof = JSON.parse(Buffer.from(bytes).toString()) as ProofCard;
    const needle = must(await desk().needle(proof.card.needle));
    expect(await replay(ReplayData.parse(proof.replay), { words, call: proof.card }, needle, nodeCrypto)).toBeNull();
    await hive.close();
  });

  it("finds a café from words alone", async () => {
    const { desk: lattice, clock } = await cityLattice();
    const home = await simHome({ clock });
    const hive = must(await openHive({ ...home.ports, words: desk(), lattice }, settings(), { passphrase: null }));
    const view = await carried(hive, "find a quiet café with wifi near Old Town tomorrow at 9am");
    expect(view, view.refusal?.why).toMatchObject({
      state: "done",
      verified: true,
      card: { tool: "lattice.find", by: "needle" },
    });
    const { found } = view.outcome!.result as unknown as { found: readonly unknown[] };
    expect(found.length).toBeGreaterThan(0);
    await hive.close();
  });

  it.each(["what is the capital of France?", "hello there", "grant it"])("refuses %j", async (words) => {
    const home = await simHome();
    const hive = must(await openHive({ ...home.ports, words: desk() }, settings(), { passphrase: null }));
    expect(await carried(hive, words)).toMatchObject({ state: "refused", refusal: { refused: "no-needle-fits" } });
    await hive.close();
  });
});
