/** The program that `writing` starts in each environment: TOKENS → one hash over what was written, each log-probability's bits, and the memory. */
import { nodeSha256 } from "../src/seal-node.ts";
import { kernelOver } from "../test/kernel-over.ts";
import { tinyModel } from "../test/models.ts";

const CUTS = [{}, { top_k: 20 }, { top_p: 0.9 }, { min_p: 0.05, temperature: 1.7 }];

const engine = kernelOver(tinyModel(7));
const said: unknown[] = [];
for (const cut of CUTS) {
  const sampling = { temperature: 0.8, seed: 11, ...cut };
  const prompt = "the thing is 42, naïve 🦙: ";
  for await (const piece of engine.write({ prompt, max_tokens: Number(process.argv[2]), sampling, alternatives: 4 }))
    said.push(piece);
}
const sequence = await engine.open();
if ("refused" in sequence) throw new Error(sequence.why);
await sequence.feed(Array.from({ length: 500 }, (_, i) => (i * 31) % 264));
said.push((await sequence.memory()).hash);
console.log(Buffer.from(nodeSha256(new TextEncoder().encode(JSON.stringify(said)))).toString("hex"));
