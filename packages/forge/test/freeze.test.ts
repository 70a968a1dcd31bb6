import { afterAll, describe, expect, test } from "vitest";
import { freezeTrials } from "../bench/freeze-trials.ts";
import { DEFAULT_LIMITS, osChamber, vm, wasmJs, wasmPy } from "../src/index.ts";
import { osMissing } from "./os-available.ts";
import { vmLacks } from "./vm-here.ts";

/** FORGE_FREEZES=10000 for the full count; `npm run bench -w forge -- freeze` does the same. */
const TRIALS = Number(process.env.FORGE_FREEZES ?? 30);
const SEED = 20_260_101;

describe("no byte is released after the freeze instant", () => {
  const os = osChamber();
  const subjects = [
    { name: "os", chamber: os, language: "shell", pauses: true, trials: TRIALS },
    { name: "vm", chamber: vm(), language: "shell", pauses: true, trials: TRIALS },
    { name: "wasm-js", chamber: wasmJs(), language: "javascript", pauses: false, trials: Math.ceil(TRIALS / 6) },
    { name: "wasm-py", chamber: wasmPy(), language: "python", pauses: false, trials: Math.ceil(TRIALS / 6) },
  ] as const;
  afterAll(() => Promise.all(subjects.map(({ chamber }) => chamber.close())));

  test.for(subjects)("$name", { timeout: 3_600_000 }, async ({ name, chamber, language, pauses, trials }, ctx) => {
    if (name === "os" && osMissing !== null) return ctx.skip(osMissing);
    if (name === "vm" && vmLacks !== null) return ctx.skip(vmLacks);
    const report = await freezeTrials(chamber, language, { trials, seed: SEED, pauses });
    expect(report, `seed ${SEED}`).toMatchObject({ after_bytes: 0, trials });
    expect(report.before_bytes).toBeGreaterThan(0);
  });
});

test("a held run keeps its wall time, loses nothing, and goes on where it stood", async (ctx) => {
  if (osMissing !== null) return ctx.skip(osMissing);
  const chamber = osChamber({ pool: 0 });
  const spec = { language: "python", limits: { ...DEFAULT_LIMITS, wall_ms: 8000 } } as const;
  const session = await chamber.open(spec);
  if ("refused" in session) throw new Error(session.why);
  let printed = "";
  const ended = (async () => {
    for await (const event of session.exec({
      code: "import time\nfor n in range(40):\n  print(n)\n  time.sleep(0.02)",
    })) {
      if (event.type === "stdout") printed += Buffer.from(event.bytes).toString();
      if (event.type === "exit") return event;
    }
    return null;
  })();
  await expect.poll(() => printed.length, { timeout: 8000 }).toBeGreaterThan(0);
  for (let i = 0; i < 4; i++) {
    await session.freeze();
    const before = printed;
    await new Promise((done) => setTimeout(done, 150));
    expect(printed).toBe(before);
    await session.resume({ wipe: false });
    await new Promise((done) => setTimeout(done, 30));
  }
  expect(await ended).toMatchObject({ status: "ok", exit_code: 0 });
  expect(printed).toBe(Array.from({ length: 40 }, (_, n) => `${n}\n`).join(""));
  await session.kill("done");
  await chamber.close();
});

test("a killed run that is held dies held", async (ctx) => {
  if (osMissing !== null) return ctx.skip(osMissing);
  const chamber = osChamber({ pool: 0 });
  const session = await chamber.open({ language: "shell", limits: DEFAULT_LIMITS });
  if ("refused" in session) throw new Error(session.why);
  const events: string[] = [];
  for await (const event of session.exec({ code: "echo begun; sleep 30; echo late" })) {
    events.push(event.type === "exit" ? event.status : event.type);
    if (event.type === "stdout") void session.freeze().then(() => session.kill("no more"));
  }
  expect(events).toEqual(["started", "stdout", "killed"]);
  await chamber.close();
});
