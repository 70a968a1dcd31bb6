import { afterAll, beforeAll, expect, test } from "vitest";
import { HostOracles } from "../bench/hostile-oracles.ts";
import { runProgram } from "../bench/hostile-run.ts";
import { readSet } from "../bench/hostile-set.ts";
import { osChamber } from "../src/index.ts";
import { osMissing } from "./os-available.ts";

const set = readSet(new URL("./hostile-os", import.meta.url).pathname, "os");
const chamber = osChamber({ pool: 0, pids: set.manifest.limits_for_the_set.pids + 3 });
let oracles: HostOracles;

beforeAll(async () => {
  if (osMissing !== null) return;
  await chamber.probe();
  oracles = await HostOracles.set();
});
afterAll(async () => {
  await chamber.close();
  await oracles?.close();
});

test("the set is as big as it should be", () => {
  expect(set.programs.filter(({ kind }) => kind === "hostile").length).toBeGreaterThanOrEqual(60);
  expect(set.programs.filter(({ kind }) => kind === "benign").length).toBeGreaterThanOrEqual(12);
});

test.for(set.programs)("$kind $file", async (program, ctx) => {
  if (osMissing !== null) return ctx.skip(osMissing);
  if (!chamber.languages.includes(program.language)) return ctx.skip("needs Python (apt install python3)");
  const verdict = await runProgram(chamber, set, program, oracles, "os");
  expect(verdict.verdict, verdict.why).toBe("pass");
});
