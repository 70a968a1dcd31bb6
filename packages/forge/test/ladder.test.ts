import { afterAll, expect, test } from "vitest";
import { DEFAULT_LIMITS, Ladder, runInChamber, wasmJs, wasmPy } from "../src/index.ts";

const ladder = new Ladder([wasmPy({ pool: 0 }), wasmJs({ pool: 0 })]);
afterAll(() => ladder.close());

test("a rung that was not probed is off, and says so", () => {
  expect(ladder.pick(null, "python")).toMatchObject({
    refused: "rung-unavailable",
    why: expect.stringContaining("not probed"),
  });
});

test("both rungs prove themselves, and the weakest that runs the language is picked", async () => {
  const report = await ladder.probeAll();
  expect(report.map(({ rung, ready, why }) => ({ rung, ready, why }))).toEqual([
    { rung: "wasm-js", ready: true, why: null },
    { rung: "wasm-py", ready: true, why: null },
  ]);
  expect(ladder.pick(null, "javascript")).toMatchObject({ rung: "wasm-js" });
  expect(ladder.pick(null, "python")).toMatchObject({ rung: "wasm-py" });
});

test("up, never down", () => {
  expect(ladder.pick("wasm-py", "javascript")).toMatchObject({ refused: "rung-unavailable" });
  expect(ladder.pick("os", "python")).toMatchObject({ refused: "rung-unavailable" });
  expect(ladder.pick(null, "shell")).toMatchObject({ refused: "rung-unavailable" });
});

test("a picked chamber runs a program", async () => {
  const chamber = ladder.pick(null, "python");
  if ("refused" in chamber) throw new Error(chamber.why);
  const files = new Map([["in.txt", Buffer.from("7")]]);
  const code = 'open("out.txt", "w").write(str(6 * int(open("in.txt").read()))); print("done")';
  const result = await runInChamber(chamber, { language: "python", code, files, limits: DEFAULT_LIMITS });
  if ("refused" in result) throw new Error(result.why);
  expect(result).toMatchObject({ status: "ok", exit_code: 0, why: null });
  expect(Buffer.from(result.stdout).toString()).toBe("done\n");
  expect([...result.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
    ["in.txt", "7"],
    ["out.txt", "42"],
  ]);
});
