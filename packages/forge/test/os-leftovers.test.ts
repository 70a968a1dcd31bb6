import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Leftover, osChamber } from "../src/index.ts";
import { osMissing } from "./os-available.ts";

/** FORGE_KILLS=200 for the full count. */
const KILLS = Number(process.env.FORGE_KILLS ?? 3);

/** Kills a daemon some milliseconds after its first run printed. */
async function killedDaemon(journal: string, after_ms: number): Promise<void> {
  const file = new URL("./os-kill-child.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--no-warnings", file, journal], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((done) => child.stdout.once("data", done));
  await new Promise((done) => setTimeout(done, after_ms));
  child.kill("SIGKILL");
  await new Promise((done) => child.once("close", done));
}

/** Folders of control groups and of the stage that the journal's files name. */
const standing = (journal: string): string[] =>
  readdirSync(journal).flatMap((name) => {
    // One that was being written when the daemon was killed.
    if (!name.endsWith(".json")) return [];
    const { cgroups, folders } = JSON.parse(readFileSync(join(journal, name), "utf8")) as Leftover;
    return [...cgroups, ...folders];
  });

test("what a killed daemon left is found, told and ended at the next start", { timeout: 3_600_000 }, async (ctx) => {
  if (osMissing !== null) return ctx.skip(osMissing);
  const journal = mkdtempSync(join(tmpdir(), "forge-journal-"));
  let told = 0;
  for (let n = 0; n < KILLS; n++) {
    await killedDaemon(journal, (n * 37) % 400);
    const left = standing(journal);
    expect(left.length).toBeGreaterThan(0);
    const found: Leftover[] = [];
    const chamber = osChamber({ journal, pool: 0, leftover: async (one) => void found.push(one) });
    expect(await chamber.probe()).toEqual({ ready: true });
    expect(found.flatMap(({ cgroups, folders }) => [...cgroups, ...folders]).sort()).toEqual(left.sort());
    for (const path of left) expect(existsSync(path), path).toBe(false);
    told += found.length;
    await chamber.close();
    expect(readdirSync(journal)).toEqual([]);
  }
  expect(told).toBeGreaterThanOrEqual(KILLS);
  rmSync(journal, { recursive: true });
});

test("what a live daemon has is left alone", async (ctx) => {
  if (osMissing !== null) return ctx.skip(osMissing);
  const journal = mkdtempSync(join(tmpdir(), "forge-journal-"));
  const first = osChamber({ journal });
  const found: Leftover[] = [];
  const second = osChamber({ journal, leftover: async (one) => void found.push(one) });
  expect(await first.probe()).toEqual({ ready: true });
  expect(await second.probe()).toEqual({ ready: true });
  expect(found).toEqual([]);
  await Promise.all([first.close(), second.close()]);
  rmSync(journal, { recursive: true });
});
