import { spawn } from "node:child_process";
import { afterAll, expect, test } from "vitest";
import { type Chamber, DEFAULT_LIMITS, runInChamber, wasmJs, wasmPy } from "../src/index.ts";

const MIB = 1024 * 1024;
/** `npm run bench -w forge -- memory` runs 500 of each. */
const RUNS = 36;
/** Compiled code, heaps of V8 and the pool settle in the first runs. */
const SETTLING_RUNS = 12;
const GROWTH_MIB = 48;

const chambers: Chamber[] = [wasmJs(), wasmPy()];
afterAll(() => Promise.all(chambers.map((chamber) => chamber.close())));

test.each(chambers)("$rung: memory of the host stays flat over many runs", async (chamber) => {
  const [language] = chamber.languages;
  const run = async (): Promise<number> => {
    const request = { language: language!, code: "print(6 * 7)", files: new Map(), limits: DEFAULT_LIMITS };
    const result = await runInChamber(chamber, request);
    expect(result).toMatchObject({ status: "ok" });
    return process.memoryUsage.rss() / MIB;
  };
  let settled = 0;
  for (let i = 0; i < SETTLING_RUNS; i++) settled = Math.max(settled, await run());
  const later: number[] = [];
  for (let i = SETTLING_RUNS; i < RUNS; i++) later.push(await run());
  // The least of the last runs: a leak lifts even that, a collection that is late does not.
  expect(Math.min(...later.slice(-10)) - settled, `${later.map(Math.round).join(" ")}`).toBeLessThan(GROWTH_MIB);
});

/** How a process ends that has nothing left to do but what its chambers keep. */
function ended(): Promise<{ code: number | null; out: string; after_ms: number }> {
  const file = new URL("./close-child.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--no-warnings", file], { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  let closed_ms = 0;
  child.stdout.on("data", (bytes: Buffer) => {
    out += bytes;
    closed_ms = performance.now();
  });
  return new Promise((done) =>
    child.on("close", (code) => done({ code, out, after_ms: performance.now() - closed_ms })),
  );
}

test("after close nothing keeps the process alive, runs that nobody reads included", async () => {
  const end = await ended();
  expect(end).toMatchObject({ code: 0, out: "closed\n" });
  // The runs would go on for 10 s; a busy machine takes its time to end a process.
  expect(end.after_ms).toBeLessThan(8000);
});
