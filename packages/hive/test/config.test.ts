import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRefusal } from "lop";
import { describe, expect, it } from "vitest";
import { loadConfig, SETTINGS } from "../src/config.ts";
import { nearestHint } from "../src/nearest.ts";
import { freshHome, must } from "./http-world.ts";

const withFile = (text: string | Uint8Array): string => {
  const home = freshHome();
  writeFileSync(join(home, "axiom.json"), text);
  return home;
};

describe("configuration", () => {
  it("has defaults for everything", () => {
    const { config, origins } = must(loadConfig(freshHome(), {}));
    expect([config.http.port, config.http.bind, config.stop.grace_s]).toEqual([4180, "127.0.0.1", 10]);
    expect(new Set(origins.values())).toEqual(new Set(["default"]));
  });

  it("takes the file over the defaults and the environment over the file", () => {
    const home = withFile('{"http":{"port":5000,"wait_max_s":9}}');
    const { config, origins } = must(loadConfig(home, { AXIOM_HTTP_PORT: "6000", AXIOM_TRACE_LEVEL: "debug" }));
    expect([config.http.port, config.http.wait_max_s, config.trace.level]).toEqual([6000, 9, "debug"]);
    expect(["http.port", "http.wait_max_s", "trace.level", "http.bind"].map((path) => origins.get(path))).toEqual([
      "environment",
      "file",
      "environment",
      "default",
    ]);
  });

  it("every setting has a variable that overrides it, and a sentence", () => {
    for (const { path, variable, about, schema } of SETTINGS) {
      const value = schema.parse(undefined);
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const loaded = loadConfig(freshHome(), { [variable]: text });
      expect([path, isRefusal(loaded) ? loaded.why : loaded.origins.get(path), about.length > 0]).toEqual([
        path,
        "environment",
        true,
      ]);
    }
  });

  it.each<[string, string | Uint8Array, Record<string, string>, string]>([
    ["unknown key", '{"http":{"prot":1}}', {}, "unknown key http.prot; the nearest is http.port"],
    ["unknown section", '{"htpp":{}}', {}, "unknown key htpp; the nearest is http"],
    [
      "unknown variable",
      "{}",
      { AXIOM_HTTP_PROT: "1" },
      "unknown variable AXIOM_HTTP_PROT; the nearest is AXIOM_HTTP_PORT",
    ],
    ["wrong type", '{"http":{"port":"x"}}', {}, "http.port"],
    ["out of range", '{"http":{"port":70000}}', {}, "http.port"],
    ["variable out of range", "{}", { AXIOM_HTTP_PORT: "70000" }, "AXIOM_HTTP_PORT"],
    ["variable of the wrong type", "{}", { AXIOM_HTTP_PORT: "many" }, "AXIOM_HTTP_PORT"],
    ["no JSON", "{", {}, "axiom.json"],
    ["duplicate key", '{"http":{},"http":{}}', {}, "duplicate JSON key"],
    ["no object", "[]", {}, "does not hold a JSON object"],
    ["not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d), {}, "axiom.json"],
    ["too long", `{"$schema":"${"x".repeat(70_000)}"}`, {}, "limit"],
  ])("refuses: %s", (_, file, environment, why) => {
    const loaded = loadConfig(withFile(file), environment);
    expect(loaded).toMatchObject({ refused: "config-invalid", why: expect.stringContaining(why) });
  });

  it("finds the nearest name", () => {
    const known = ["trace", "http", "limits.files", "exec.run"];
    for (const [name, near] of [
      ["HTPP", "http"],
      ["files", "limits.files"],
      ["exec", "exec.run"],
      ["limits.flies", "limits.files"],
    ] as const)
      expect(nearestHint(name, known)).toBe(`; the nearest is ${near}`);
    for (const name of ["", "x", "bogus", "nonsense"]) expect(nearestHint(name, known)).toBe("");
  });
});
