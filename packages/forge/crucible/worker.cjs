"use strict";
// Waits, booted, for the one program that it will run. Whatever a program is likely to touch is touched before; chance is not:
// V8 seeds Math.random at its first use, and OpenSSL is seeded again, both after the restore.
const crypto = require("node:crypto");
const fs = require("node:fs");
const { registerHooks, runMain } = require("node:module");
const v8 = require("node:v8");
const seed = require("/usr/lib/crucible/seeded.cjs");
const { shutFetch } = require("/usr/lib/crucible/words.cjs");

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

function serve() {
  fs.writeSync(1, "+");
  const go = Buffer.alloc(16);
  const flags = Number(go.subarray(0, fs.readSync(3, go)).toString());
  fs.closeSync(3);
  process.dlopen({ exports: {} }, "/usr/lib/crucible/reseed.node");
  if (flags & 2) seed(crypto);
  if (!(flags & 4)) shutFetch();
  v8.setFlagsFromString(`--random-seed=${crypto.randomBytes(4).readInt32LE() & 0x7fffffff || 1}`);
  process.chdir("/work");
  runMain(PROGRAM);
}

// Once through everything that the first program would otherwise load.
void console.log;
// Node queues what a pipe does not take at once; a program that prints faster than it is read must wait instead.
for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true);
import("/usr/lib/crucible/warm.mjs").then(serve);
