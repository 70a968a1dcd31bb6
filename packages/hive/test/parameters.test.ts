import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { splitOwnFlags } from "../src/cli-do.ts";
import { describeFlags, readParameters, toolSchema } from "../src/parameters.ts";
import { UsageError } from "../src/terminal.ts";
import { freshHome } from "./http-world.ts";

const schema = toolSchema({
  required: ["code"],
  properties: {
    code: { type: "string" },
    language: { enum: ["javascript", "python"] },
    timeout_seconds: { type: "integer", minimum: 1, maximum: 600 },
    ratio: { type: "number" },
    deep: { type: "boolean" },
    tags: { type: "array", items: { type: "string" } },
    extra: { type: "object" },
  },
});
const file = join(freshHome(), "code.py");
writeFileSync(file, "print(1)\n");
const stdin = () => new TextEncoder().encode("from stdin");
const read = (...args: string[]) => readParameters(args, schema, stdin);

describe("flags from a tool's schema", () => {
  it.each<[string[], object]>([
    [["--code", "1"], { code: "1" }],
    [["--code=a=b"], { code: "a=b" }],
    [["--code", ""], { code: "" }],
    [["--code", "--x"], { code: "--x" }],
    [["--code", "-"], { code: "from stdin" }],
    [["--code", `@${file}`], { code: "print(1)\n" }],
    [["--code", "@@home"], { code: "@home" }],
    [["--code", "1", "--timeout-seconds", "5"], { code: "1", timeout_seconds: 5 }],
    [["--code", "1", "--timeout_seconds=5"], { code: "1", timeout_seconds: 5 }],
    [["--code", "1", "--ratio", "-0.5"], { code: "1", ratio: -0.5 }],
    [["--code", "1", "--deep"], { code: "1", deep: true }],
    [["--code", "1", "--no-deep"], { code: "1", deep: false }],
    [["--code", "1", "--tags", "a", "--tags", "b"], { code: "1", tags: ["a", "b"] }],
    [["--code", "1", "--tags", '["a","b"]'], { code: "1", tags: ["a", "b"] }],
    [["--code", "1", "--extra", '{"a":1}'], { code: "1", extra: { a: 1 } }],
  ])("%j", (args, values) => {
    expect(read(...args)).toEqual(values);
  });

  it.each<[string[], string]>([
    [[], "--code is required"],
    [["1"], "is no flag"],
    [["--cod", "1"], "unknown flag --cod; flags are --code, --language"],
    [["--code"], "--code wants a value"],
    [["--code", "1", "--code", "2"], "--code is given twice"],
    [["--code", "1", "--language", "ruby"], "--language is one of javascript, python"],
    [["--code", "1", "--timeout-seconds", "soon"], "--timeout-seconds wants a whole number"],
    [["--code", "1", "--timeout-seconds", "1.5"], "--timeout-seconds wants a whole number"],
    [["--code", "1", "--ratio", ""], "--ratio wants a number"],
    [["--code", "1", "--extra", "{"], "--extra wants JSON"],
    [["--code", "@/nowhere/at/all"], "cannot be read (ENOENT)"],
    [["--no-code", "1"], "unknown flag --no-code"],
  ])("refuses %j", (args, why) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(why);
  });

  it("leaves ranges to the hive, and explains them", () => {
    expect(read("--code", "1", "--timeout-seconds", "9999")).toEqual({ code: "1", timeout_seconds: 9999 });
    expect(describeFlags(schema).slice(0, 3)).toEqual([
      "  --code STRING                                required",
      "  --language javascript|python                 optional",
      "  --timeout-seconds INTEGER (1–600)            optional",
    ]);
  });
});

describe("flags of `do` among those of the tool", () => {
  it.each<[string[], object, string[]]>([
    [["--code", "1", "--json"], { json: true }, ["--code", "1"]],
    [["--json", "--code=1", "-o", "p.json"], { json: true, output: "p.json" }, ["--code=1"]],
    [["--code", "-q", "-q"], { quiet: true }, ["--code", "-q"]],
    [["--rung=vm", "--approve"], { rung: "vm", approve: true }, []],
  ])("%j", (args, own, rest) => {
    expect(splitOwnFlags(args)).toEqual({ own, rest });
  });
});
