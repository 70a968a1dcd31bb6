const { Worker } = require("node:worker_threads");
const { execFileSync } = require("node:child_process");
new Worker("require('node:worker_threads').parentPort.postMessage(6 * 7)", { eval: true }).on("message", (n) => console.log(n, execFileSync("/bin/echo", ["child"], { encoding: "utf8" }).trim()));
