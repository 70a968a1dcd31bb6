/** What a killed daemon leaves. FORGE_KILLS=200 for the full size. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Leftover, vm } from "../src/index.ts";
import { startOf } from "../src/process-start.ts";
import { vmLacks } from "./vm-here.ts";

const KILLS = Number(process.env.FORGE_KILLS ?? 4);

interface Noted {
  readonly init: { readonly pid: number; readonly started: string } | null;
  readonly folders: readonly string[];
}

/** A daemon with a program that never ends, killed a moment after that was running. @returns what its journal names. */
async function killedDaemon(journal: string): Promise<Noted[]> {
  const file = new URL("./vm-left-child.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--no-warnings", file, journal], { stdio: ["ignore", "pipe", "inherit"] });
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  await new Promise((done) => setTimeout(done, Math.random() * 400));
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  expect(child.signalCode).toBe("SIGKILL");
  return readdirSync(journal).map((name) => JSON.parse(readFileSync(join(journal, name), "utf8")));
}

it(`${KILLS} daemons killed at random moments: no machine and no folder outlives the next start`, async (ctx) => {
  if (vmLacks !== null) return ctx.skip(vmLacks);
  const journal = mkdtempSync(join(tmpdir(), "axiom-left-"));
  for (let kill = 0; kill < KILLS; kill++) {
    const left = await killedDaemon(journal);
    expect(left).toHaveLength(1);
    const told: Leftover[] = [];
    const chamber = vm({ journal, leftover: async (one) => void told.push(one) });
    expect(await chamber.probe("boot")).toEqual({ ready: true });
    await chamber.close();
    expect(told.map(({ folders }) => folders)).toEqual(left.map(({ folders }) => folders));
    for (const { init, folders } of left) {
      expect(startOf(init!.pid), `${init!.pid} lives`).not.toBe(init!.started);
      for (const folder of folders) expect(existsSync(folder), folder).toBe(false);
    }
    expect(readdirSync(journal)).toEqual([]);
  }
  rmSync(journal, { recursive: true });
}, 3_600_000);
