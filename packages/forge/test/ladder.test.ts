import { afterAll, expect, test } from "vitest";
import { type Chamber, DEFAULT_LIMITS, Ladder, runInChamber, wasmJs, wasmPy } from "../src/index.ts";

const ladder = new Ladder([wasmPy({ pool: 0 }), wasmJs({ pool: 0 })]);
afterAll(() => ladder.close());

test("a rung is probed when it is first needed, and no other with it", async () => {
  const lazy = new Ladder([wasmJs({ pool: 0 }), wasmPy({ pool: 0 })]);
  try {
    expect(lazy.report()).toMatchObject([
      { rung: "wasm-js", ready: false, why: "it was not probed yet" },
      { rung: "wasm-py", ready: false, why: "it was not probed yet" },
    ]);
    const [first, second] = await Promise.all([lazy.pick(null, "python"), lazy.pick(null, "python")]);
    expect(first).toMatchObject({ rung: "wasm-py" });
    expect(second).toBe(first);
    expect(lazy.report()).toMatchObject([{ ready: false, why: "it was not probed yet" }, { ready: true }]);
  } finally {
    await lazy.close();
  }
});

test("the next rung up stands in for one that does not boot, and what is broken says why", async () => {
  const broken = (rung: "wasm-js" | "os"): Chamber => ({
    rung,
    languages: ["javascript"],
    probe: async () => ({ ready: false, why: `${rung} is broken`, fix: "Mend it." }),
    open: async () => {
      throw new Error("nobody opens it");
    },
    close: async () => {},
  });
  const sound = { ...broken("os"), probe: async () => ({ ready: true }) as const };
  expect(await new Ladder([sound, broken("wasm-js")]).pick(null, "javascript")).toBe(sound);
  const none = await new Ladder([broken("os"), broken("wasm-js")]).pick(null, "javascript");
  expect(none).toMatchObject({ refused: "rung-unavailable", why: expect.stringContaining("wasm-js is broken; os") });
});

test("both rungs prove themselves, and the weakest that runs the language is picked", async () => {
  const report = await ladder.probeAll();
  expect(report.map(({ rung, ready, why }) => ({ rung, ready, why }))).toEqual([
    { rung: "wasm-js", ready: true, why: null },
    { rung: "wasm-py", ready: true, why: null },
  ]);
  expect(await ladder.pick(null, "javascript")).toMatchObject({ rung: "wasm-js" });
  expect(await ladder.pick(null, "python")).toMatchObject({ rung: "wasm-py" });
});

test("up, never down", async () => {
  expect(await ladder.pick("wasm-py", "javascript")).toMatchObject({ refused: "rung-unavailable" });
  expect(await ladder.pick("os", "python")).toMatchObject({ refused: "rung-unavailable" });
  expect(await ladder.pick(null, "shell")).toMatchObject({ refused: "rung-unavailable" });
});

test("a picked chamber runs a program", async () => {
  const chamber = await ladder.pick(null, "python");
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
