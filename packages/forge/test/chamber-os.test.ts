import { describe, expect, test } from "vitest";
import { osChamber } from "../src/index.ts";
import { chamberContract } from "./chamber.contract.ts";
import { osMissing } from "./os-available.ts";

const WITH_FOLDER = "mkdir -p out";

if (osMissing !== null) test("the os rung", (ctx) => ctx.skip(osMissing!));
else {
  describe("javascript", () =>
    chamberContract(osChamber(), {
      language: "javascript",
      hello: 'console.log("hello")',
      loop: "for (;;);",
      printThenLoop: 'print("first"); for (;;);',
      files: 'const text = fs.readFile("in"); fs.writeFile("out/twice", text + text);',
      chance: null,
      // Node itself takes longer than the others to its first line.
      first_ms: 1500,
      flood: 'for (;;) print("x");',
      exitSeven: "process.exit(7)",
      pauses: true,
    }));
  describe("python", () =>
    chamberContract(osChamber(), {
      language: "python",
      hello: 'print("hello")',
      loop: "while True: pass",
      printThenLoop: 'print("first")\nwhile True: pass',
      files: 'import os\ntext = open("in").read()\nos.makedirs("out")\nopen("out/twice", "w").write(text * 2)',
      chance: null,
      flood: 'while True: print("x")',
      exitSeven: "raise SystemExit(7)",
      pauses: true,
    }));
  describe("shell", () =>
    chamberContract(osChamber(), {
      language: "shell",
      hello: "echo hello",
      loop: "while :; do :; done",
      printThenLoop: "echo first; while :; do :; done",
      files: `${WITH_FOLDER}; cat in in > out/twice`,
      chance: null,
      flood: "yes x",
      exitSeven: "exit 7",
      pauses: true,
    }));
}

test("a daemon that shuts everybody out of its files runs chambers all the same", async (ctx) => {
  if (osMissing !== null) return ctx.skip(osMissing);
  const before = process.umask(0o077);
  const chamber = osChamber({ pool: 0 });
  try {
    expect(await chamber.probe()).toEqual({ ready: true });
  } finally {
    process.umask(before);
    await chamber.close();
  }
});
