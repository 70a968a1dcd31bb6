/** `npm run bench -w logic -- fuzz [--count 100000] [--seed 1]`: hostile GGUF files, each read or refused within bounds. */
import { parseArgs } from "node:util";
import { fuzzFiles } from "../test/fuzz-files.ts";

const PART = 5000;

export async function run(args: readonly string[]): Promise<void> {
  const options = { count: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  let [refused, read, largest, longest] = [0, 0, 0, 0];
  for (let done = 0; done < count; done += PART) {
    const report = fuzzFiles(Math.min(PART, count - done), seed + done);
    refused += report.refused;
    read += report.read;
    largest = Math.max(largest, report.largest_bytes);
    longest = Math.max(longest, report.longest_ms);
    console.log(`${done + report.files} of ${count}`);
  }
  console.log(`${count} files from seed ${seed}: ${refused} refused, ${read} read, nothing else`);
  console.log(`largest ${(largest / 2 ** 20).toFixed(1)} MiB, longest ${longest.toFixed(0)} ms`);
}
