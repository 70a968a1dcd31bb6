/** What a killed daemon leaves. FORGE_KILLS=200 for the full size. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { crucibleFolder, vm } from "../src/index.ts";
import { vmLacks } from "./vm-here.ts";

const KILLS = Number(process.env.FORGE_KILLS ?? 4);

/** An ended process that nobody has collected yet does not live. */
function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return false;
  }
}

it(`${KILLS} daemons killed at random moments: no monitor outlives the next start`, async (ctx) => {
  if (vmLacks !== null) return ctx.skip(vmLacks);
  const folder = mkdtempSync(join(tmpdir(), "axiom-left-"));
  for (const name of await readdir(crucibleFolder()))
    if (name !== "monitors") symlinkSync(join(crucibleFolder(), name), join(folder, name));
  const file = new URL("./vm-left-child.ts", import.meta.url).pathname;
  const pids = new Set<number>();
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, ["--no-warnings", file, folder], { stdio: ["ignore", "pipe", "inherit"] });
    await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
    await new Promise((done) => setTimeout(done, Math.random() * 400));
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    expect(child.signalCode).toBe("SIGKILL");
    for (const name of await readdir(join(folder, "monitors"))) pids.add(Number.parseInt(name, 10));
  }
  const chamber = vm({ folder });
  expect(await chamber.probe()).toEqual({ ready: true });
  // Each start ends what the one before it left; this one finds the last.
  expect(chamber.leftovers.map((one) => one.pid)).toEqual([[...pids].at(-1)]);
  await chamber.close();
  for (const pid of pids) expect(lives(pid), `${pid} lives`).toBe(false);
  expect(await readdir(join(folder, "monitors"))).toEqual([]);
  rmSync(folder, { recursive: true });
}, 120_000);
