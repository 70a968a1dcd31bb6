/** `npm run bench -w lex -- replay [options]`: see replay.ts. The evaluation has a command of its own: `npm run eval -w lex`. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MODEL_FILE } from "../src/model-folder-node.ts";
import { replayBench } from "./replay.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "1000" },
    "made-with": { type: "string", default: "1" },
    threads: { type: "string", default: "1,2" },
    engine: { type: "string", default: "node" },
    tools: { type: "string", default: "no" },
    model: { type: "string", default: join(import.meta.dirname, "..", "..", "..", "models", MODEL_FILE) },
  },
});
if (positionals.length > 0 && positionals[0] !== "replay")
  throw new TypeError(`no bench ${positionals[0]}; there is: replay`);
await replayBench({
  count: Number(values.count),
  model: values.model,
  madeWith: values["made-with"] === "2" ? 2 : 1,
  threads: values.threads.split(",").map(Number),
  engines: values.engine.split(","),
  tools: values.tools,
});
