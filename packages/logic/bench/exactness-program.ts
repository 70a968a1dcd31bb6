/** The program that `exactness` starts in each environment: KERNEL.wasm MODEL.gguf MODE TOKENS WAY THREADS plain|shipped → a hash. */
import { readFileSync } from "node:fs";
import { readGguf } from "../src/gguf.ts";
import type { KernelMode } from "../src/quantise.ts";
import { readMamba } from "../src/weights.ts";
import { hashRun, type Way } from "./exactness-hash.ts";

const [wasm, model, mode, tokens, way, threads, compiled] = process.argv.slice(2);
const hire = threads === "2" ? { hire: (await import("../src/kernel-threads-node.ts")).hireThread } : {};
const shipped =
  compiled === "shipped" ? { compile: (await import("../src/kernel-vectors-node.ts")).compileKernel } : {};
const options = {
  wasm: new Uint8Array(readFileSync(wasm!)),
  weights: readMamba(readGguf(new Uint8Array(readFileSync(model!)))),
  mode: mode as KernelMode,
  ...hire,
  ...shipped,
};
console.log(await hashRun(options, Number(tokens), way as Way));
