// Starts threads without end.
const { Worker } = require("node:worker_threads");
for (let n = 0; n < 64; n++) new Worker("for (;;);", { eval: true }).on("error", () => {});
