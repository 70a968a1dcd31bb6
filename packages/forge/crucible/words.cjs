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
const define = (name, value) =>
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
for (const [name, value] of Object.entries(words)) define(name, value);

/** Without a permit the proxy would answer every page with a refusal; this says it where programs look for it. */
exports.shutFetch = () => {
  const { fetch } = globalThis;
  const why = "fetch failed: no permit stands for this run (axiom do permit.grant --host HOST --minutes N)";
  const local = (url) => ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname) || url.protocol === "data:";
  define("fetch", async (resource, ...more) => {
    const url = URL.canParse(resource?.url ?? resource) ? new URL(resource?.url ?? resource) : null;
    if (url !== null && !local(url)) throw new TypeError(why);
    return fetch(resource, ...more);
  });
};
