/** One process of the restart test: reads a text through the cache in a folder, continues it, and says what came. */
import { PrefixCache, readThrough } from "../src/prefix-cache.ts";
import { folderShelf } from "../src/prefix-cache-node.ts";
import { isLogicRefusal } from "../src/refusal.ts";
import { nodeSealer, nodeSha256 } from "../src/seal-node.ts";
import { kernelOver } from "./kernel-over.ts";
import { tinyModel } from "./models.ts";

const engine = kernelOver(tinyModel(1));
const sealer = nodeSealer(new Uint8Array(32).fill(9));
const cache = await PrefixCache.open({ shelf: await folderShelf(process.argv[2]!), sealer, sha256: nodeSha256 });
const tokens = Uint32Array.from({ length: 500 }, (_, i) => (i * 41) % 264);
const read = await readThrough(engine, cache, { weights: engine.info.weights!, behavior: null }, tokens);
if (isLogicRefusal(read)) throw new Error(read.why);
const picked: unknown[] = [];
for (let i = 0; i < 40; i++) {
  const next = await read.sequence.pick({ sampling: { temperature: 1, seed: 3 }, alternatives: 3 });
  picked.push(next);
  await read.sequence.feed([next.token]);
}
console.log(JSON.stringify({ reused: read.reused, picked, memory: (await read.sequence.memory()).hash }));
