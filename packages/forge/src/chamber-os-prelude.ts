/**
 * What a JavaScript program finds on the os rung beside Node itself: the few words of the wasm-js rung (`print`, `exit`,
 * `sleep`, `fs`), so that a program which was moved up the ladder runs unchanged, and imports that begin at /work.
 */
export const NODE_PRELUDE = `"use strict";
const files = require("node:fs");
const { dirname } = require("node:path");
const { format } = require("node:util");
const { registerHooks } = require("node:module");

registerHooks({
  resolve: (name, context, next) =>
    next(name, context.parentURL === "file:///run/axiom/program.js" ? { ...context, parentURL: "file:///work/program.js" } : context),
});

// Node queues what a pipe does not take at once; a program that prints faster than it is read must wait instead.
for (const name of ["stdout", "stderr"]) {
  const { get } = Object.getOwnPropertyDescriptor(process, name);
  let stream = null;
  const opened = () => {
    if (stream === null) {
      stream = get.call(process);
      stream._handle?.setBlocking?.(true);
    }
    return stream;
  };
  Object.defineProperty(process, name, { configurable: true, enumerable: true, get: opened });
}

const words = {
  print: (...values) => void process.stdout.write(format(...values) + "\\n"),
  exit: (code) => process.exit(code),
  sleep: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, ms)),
  fs: {
    readFile: (path, how) => (how === "bytes" ? new Uint8Array(files.readFileSync(path)) : files.readFileSync(path, "utf8")),
    writeFile: (path, content) => {
      files.mkdirSync(dirname(path), { recursive: true });
      files.writeFileSync(path, content);
    },
    list: (path = ".") => files.readdirSync(path).sort(),
    remove: (path) => files.rmSync(path),
  },
};
if (process.env.NODE_USE_ENV_PROXY === undefined) {
  const { fetch } = globalThis;
  words.fetch = (...request) =>
    fetch(...request).catch((cause) => {
      throw new TypeError("fetch failed: no permit stands for this run (axiom do permit.grant --host HOST --minutes N)", { cause });
    });
}
for (const [name, value] of Object.entries(words))
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
`;
