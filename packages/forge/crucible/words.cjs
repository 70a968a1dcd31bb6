"use strict";
// The few words of the wasm-js rung beside Node itself, so that a program which was moved up the ladder runs unchanged.
const files = require("node:fs");
const { dirname } = require("node:path");
const { format } = require("node:util");

const words = {
  print: (...values) => void process.stdout.write(`${format(...values)}\n`),
  exit: (code) => process.exit(code),
  sleep: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, ms)),
  fs: {
    readFile: (path, how) =>
      how === "bytes" ? new Uint8Array(files.readFileSync(path)) : files.readFileSync(path, "utf8"),
    writeFile: (path, content) => {
      files.mkdirSync(dirname(path), { recursive: true });
      files.writeFileSync(path, content);
    },
    list: (path = ".") => files.readdirSync(path).sort(),
    remove: (path) => files.rmSync(path),
  },
};
words.fetch = () => Promise.reject(new TypeError("fetch failed: the rung vm has no way out"));
for (const [name, value] of Object.entries(words))
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
