import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { pieceOf, readSet, SetFault } from "../bench/hostile-set.ts";

const root = mkdtempSync(join(tmpdir(), "forge-set-"));
afterAll(() => rmSync(root, { recursive: true }));

const LIMITS = { wall_s: 5, mem_mib: 64, stdout_bytes: 1000, disk_mib: 4 };
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(root, "set-"));
  for (const kind of ["hostile", "benign"]) mkdirSync(join(folder, kind));
  for (const name of ["j01-a.js", "j02-b.js", "j03-c.js", "p01-d.py", "notes.txt", ".p02.swp"])
    writeFileSync(join(folder, "hostile", name), "");
  writeFileSync(join(folder, "benign", "b01-e.py"), "");
});
const write = (manifest: unknown): void => writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));

test.for([
  [null, /manifest\.json cannot be read/],
  ["{", /no JSON/],
  ["[]", /the whole: /],
  ['{"format":2}', /format: .*\n.*limits_for_the_set: /],
  [JSON.stringify({ format: 1, limits_for_the_set: { ...LIMITS, wall_s: "5" } }), /limits_for_the_set\.wall_s: /],
  [
    JSON.stringify({ format: 1, limits_for_the_set: LIMITS, benign_expected: { "b01-e.py": { exit: "bad" } } }),
    /benign_expected\.b01-e\.py\.exit: /,
  ],
] as const)("what is broken in a manifest is said: %s", ([text, says]) => {
  if (text !== null) writeFileSync(join(folder, "manifest.json"), text);
  expect(() => readSet(folder, "os")).toThrow(says);
  expect(() => readSet(folder, "os")).toThrow(SetFault);
});

test("a set of somebody else: exceptions, numbers for names, pairs, files of no language, what fits nothing", () => {
  const expected = { b01: { out: 42, chambers: ["os"] }, "b07-absent.py": {} };
  const applies = { js: { os: "all j*.js except j02" } };
  write({
    format: 1,
    limits_for_the_set: LIMITS,
    applies,
    pairs: [
      ["j03", "j01"],
      ["p01", "p09"],
    ],
    benign_expected: expected,
  });
  const { programs, doubts } = readSet(folder, "os");
  expect(programs.map(({ id, skip, follows }) => [id, skip !== null, follows ?? false])).toEqual([
    ["j02-b", true, false],
    ["j03-c", false, false],
    ["j01-a", false, true],
    ["notes", true, false],
    ["p01-d", false, false],
    ["b01-e", false, false],
  ]);
  expect(doubts).toEqual([expect.stringContaining("b07-absent.py"), expect.stringContaining("p09")]);
  expect(readSet(folder, "vm").programs.at(-1)?.skip).toBe("only for os");
});

test("pieces hold every program once, in order, and part no pair", () => {
  write({ format: 1, limits_for_the_set: LIMITS, pairs: [["j01", "j02"]] });
  const { programs } = readSet(folder, "os");
  for (const n of [1, 2, 3, 4, 5, 9]) {
    const pieces = Array.from({ length: n }, (_, k) => pieceOf(programs, k + 1, n));
    expect(pieces.flat()).toEqual(programs);
    for (const [first] of pieces) expect(first?.follows).toBeUndefined();
  }
});

test("a folder without programs is no set", () => {
  rmSync(join(folder, "hostile"), { recursive: true });
  rmSync(join(folder, "benign"), { recursive: true });
  write({ format: 1, limits_for_the_set: LIMITS });
  expect(() => readSet(folder, "os")).toThrow(/no program/);
});
