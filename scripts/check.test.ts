// The house rules hold, each rule can fail, and types and lint are clean.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { findFaults, RULES } from "./check.ts";
import { blankComments, type House, type Manifest, ROOT, readHouse, sourceFile } from "./house.ts";

const DOORS: Manifest = { name: "x", exports: { ".": "./src/index.ts" } };

/** A small house drawn as `path: text`. */
function draw(files: Record<string, string>, change: Partial<House> = {}): House {
  const sources = Object.entries(files)
    .filter(([path]) => /\.tsx?$/.test(path))
    .map(([path, text]) => sourceFile(path, text));
  return {
    sources,
    pages: new Map(Object.entries(files).filter(([path]) => path.endsWith(".md"))),
    paths: new Set(Object.keys(files)),
    manifests: new Map([
      ["lop", DOORS],
      ["forge", DOORS],
    ]),
    lock: "{}",
    ...change,
  };
}

const faultsOf = (rule: string, house: House): string[] =>
  RULES.find((one) => one.name === rule)!
    .find(house)
    .map(({ what }) => what);

describe("the house rules", () => {
  test("hold", () => expect(findFaults(readHouse()).map(({ where, what }) => `${where}: ${what}`)).toEqual([]));

  // rule, a house that breaks it, what is said
  const broken: [string, House, RegExp][] = [
    ["walls", draw({ "packages/lop/src/a.ts": 'import { x } from "forge";' }), /lop may not import forge/],
    ["walls", draw({ "packages/forge/src/a.ts": 'import { x } from "lop/src/a.ts";' }), /no door/],
    ["fences", draw({ "packages/forge/src/a.ts": 'import { x } from "../../lop/src/a.ts";' }), /leaves the package/],
    ["purity", draw({ "packages/lop/src/a.ts": "const t = Date.now();" }), /Date\.now/],
    ["purity", draw({ "packages/lop/src/a.ts": 'import "node:fs";' }), /node:fs/],
    ["mints", draw({ "packages/hive/src/a.ts": "run(card as Approved);" }), /minted/],
    [
      "circles",
      draw({ "packages/lop/src/a.ts": 'import "./b.ts";', "packages/lop/src/b.ts": 'import "./a.ts";' }),
      /a\.ts → .*b\.ts → .*a\.ts/,
    ],
    ["dead files", draw({ "packages/lop/src/index.ts": "", "packages/lop/src/lost.ts": "" }), /no door/],
    ["dead links", draw({ "README.md": "[gone](docs/gone.md)" }), /docs\/gone\.md/],
    ["dependencies", draw({ "packages/lop/src/a.ts": 'import z from "zod";' }), /zod is not declared/],
    [
      "dependencies",
      draw({}, { manifests: new Map([["lop", { name: "lop", dependencies: { zod: "^4.0.0" } }]]) }),
      /exact version/,
    ],
    ["lock file", draw({}, { lock: '"resolved": "https://example.org/x.tgz"' }), /addresses/],
    ["package names", draw({}, { manifests: new Map([["utils", DOORS]]) }), /refused/],
    ["package shape", draw({}), /missing/],
    ["leftovers", draw({ "packages/lop/src/a.ts": "// TODO: later" }), /TODO/],
    ["any", draw({ "packages/lop/src/a.ts": `const x: ${"any"} = 1;` }), /any/],
  ];
  test.each(broken)("%s can fail", (rule, house, said) => expect(faultsOf(rule, house).join("\n")).toMatch(said));

  test("every rule is shown to fail", () =>
    expect(new Set(broken.map(([rule]) => rule))).toEqual(new Set(RULES.map((rule) => rule.name))));

  test("comments do not count as code", () =>
    expect(blankComments('a; // Date.now()\n"//b" /* c */')).toBe('a;              \n"//b"        '));
});

describe("the tools", () => {
  const run = (script: string, ...args: string[]) => {
    const done = spawnSync(process.execPath, [script, ...args], { cwd: ROOT, encoding: "utf8" });
    return { code: done.status, output: `${done.stdout}${done.stderr}` };
  };
  test(
    "types hold",
    () => expect(run("node_modules/typescript/bin/tsc", "-p", "tsconfig.json")).toEqual({ code: 0, output: "" }),
    300_000,
  );
  test(
    "biome agrees",
    () => expect(run("node_modules/@biomejs/biome/bin/biome", "check", ".")).toMatchObject({ code: 0 }),
    300_000,
  );
});
