import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { Workspace } from "../src/index.ts";
import { filesOfRound } from "./workspace-rounds.ts";

/** FORGE_KILLS=200 for more. */
const KILLS = Number(process.env.FORGE_KILLS ?? 20);
/** A step takes some 20 ms of waiting for the disk; kills are spread over a few of them. */
const SPREAD_MS = 120;
const CHILD = new URL("./workspace-kill-child.ts", import.meta.url).pathname;

/** Kills a process that changes `folder`, `delay_ms` after its first step. @returns the last step that it said was done. */
async function killed(folder: string, first: number, delay_ms: number): Promise<number> {
  const child = spawn(process.execPath, ["--no-warnings", CHILD, folder, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  const begun = new Promise<void>((done, failed) => {
    child.stdout.on("data", (bytes: Buffer) => {
      said += bytes;
      done();
    });
    child.once("exit", () => failed(new Error("the program ended by itself")));
  });
  const closed = new Promise((done) => child.once("close", done));
  await begun;
  await new Promise((done) => setTimeout(done, delay_ms));
  child.kill("SIGKILL");
  await closed;
  return Number(said.slice(0, said.lastIndexOf("\n")).split("\n").at(-1));
}

test(`${KILLS} times kill -9 in the middle of a change: all of it or nothing, and what was said to be done is done`, async () => {
  const seed = String(inject("seed"));
  console.log(`kill -9 of a workspace: seed ${seed}`);
  const home = mkdtempSync(join(tmpdir(), "forge-kill-"));
  const folder = join(home, "workspace");
  let [round, midway] = [0, 0];
  try {
    for (let i = 0; i < KILLS; i++) {
      const chance = createHash("sha256").update(`${seed} ${i}`).digest().readUInt16BE(0) / 65536;
      const done = await killed(folder, round + 1, chance * SPREAD_MS);
      if (existsSync(join(`${folder}.store`, "journal.json"))) midway++;
      const workspace = await Workspace.open(folder);
      const files = await workspace.files();
      await workspace.close();
      if ("refused" in files) throw new Error(files.why);
      const texts = new Map([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]));
      round = Number(texts.get("round"));
      expect([done, done + 1], `kill ${i}`).toContain(round);
      expect(texts).toEqual(new Map([...filesOfRound(round)].sort(([a], [b]) => (a < b ? -1 : 1))));
      expect(existsSync(join(`${folder}.store`, "journal.json"))).toBe(false);
      expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
    }
    console.log(`kill -9 of a workspace: ${KILLS} kills, ${midway} with a journal standing, ${round} changes`);
    expect(midway, "no kill came in the middle of a change").toBeGreaterThan(0);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}, 300_000);
