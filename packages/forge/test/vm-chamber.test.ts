import { describe, test } from "vitest";
import { vm } from "../src/index.ts";
import { chamberContract } from "./chamber.contract.ts";
import { vmLacks } from "./vm-here.ts";

/** An emulated processor on a shared one may be late for a wall limit of 300 ms; what is wrong is wrong three times. */
const TRIES = { retry: 2 };

if (vmLacks === null) {
  describe("python", TRIES, () => {
    chamberContract(vm({ pool: 1 }), {
      language: "python",
      hello: 'print("hello")',
      loop: "while True: pass",
      printThenLoop: 'print("first", flush=True)\nwhile True: pass',
      files: 'import os\ntext = open("in").read()\nos.mkdir("out")\nopen("out/twice", "w").write(text + text)',
      chance:
        'import os, random, time\nprint(random.random(), os.urandom(4).hex(), time.time(), hash("a"), {"b", "a"})',
      flood: 'while True: print("x" * 63)',
      exitSeven: "raise SystemExit(7)",
      pauses: true,
      first_ms: 2500,
    });
  });
  describe("javascript", TRIES, () => {
    chamberContract(vm(), {
      language: "javascript",
      hello: 'console.log("hello")',
      loop: "for (;;);",
      printThenLoop: 'console.log("first"); for (;;);',
      files:
        'import * as fs from "node:fs"; const text = fs.readFileSync("in"); fs.mkdirSync("out"); fs.writeFileSync("out/twice", text + text);',
      chance: "console.log(Math.random(), crypto.randomUUID(), Date.now(), new Date().toISOString())",
      flood: 'for (;;) console.log("x".repeat(63));',
      exitSeven: "process.exit(7)",
      pauses: true,
      first_ms: 2500,
    });
  });
  describe("shell", TRIES, () => {
    chamberContract(vm(), {
      language: "shell",
      hello: "echo hello",
      loop: "while :; do :; done",
      printThenLoop: "echo first; while :; do :; done",
      files: "mkdir out; cat in in > out/twice",
      // The shell has no chance of its own that could be seeded: busybox asks the kernel without the library between them.
      chance: "date +%s",
      flood: "while :; do echo x; done",
      exitSeven: "exit 7",
      pauses: true,
      first_ms: 2500,
    });
  });
} else test("the vm rung keeps the chamber contract", (ctx) => ctx.skip(vmLacks!));
