"use strict";
// Waits, booted, for the one program that it will run. V8 seeds Math.random at its first use, which must come after the restore.
const fs = require("node:fs");
const { registerHooks, runMain } = require("node:module");
const v8 = require("node:v8");

fs.writeSync(1, "+");
const go = Buffer.alloc(16);
const replay = Number(go.subarray(0, fs.readSync(3, go)).toString());
fs.closeSync(3);
process.dlopen({ exports: {} }, "/usr/lib/crucible/reseed.node");
const crypto = require("node:crypto");
if (replay & 2) require("/usr/lib/crucible/seeded.cjs")(crypto);
v8.setFlagsFromString(`--random-seed=${crypto.randomBytes(4).readInt32LE() & 0x7fffffff || 1}`);
require("/usr/lib/crucible/words.cjs");
process.chdir("/work");

// Imports of the program begin at its work folder, wherever its text stands.
const PROGRAM = "/run/job/program.js";
registerHooks({
  resolve: (name, context, next) =>
    next(
      name,
      context.parentURL === `file://${PROGRAM}` ? { ...context, parentURL: "file:///work/program.js" } : context,
    ),
});
process.argv = [process.execPath, PROGRAM];
runMain(PROGRAM);
