/** `npm run bench -w logic -- NAME [options]`. Every file beside this one that exports `name` and `run(args)` is a bench. */
import { readdirSync } from "node:fs";

interface Bench {
  readonly name: string;
  run(args: readonly string[]): Promise<void>;
}

const isBench = (module: object): module is Bench => "name" in module && "run" in module;

const files = readdirSync(new URL(".", import.meta.url)).filter((file) => file.endsWith(".ts") && file !== "run.ts");
const modules: object[] = await Promise.all(files.sort().map((file) => import(`./${file}`)));
const benches = modules.filter(isBench);

const [wanted, ...args] = process.argv.slice(2);
const bench = benches.find(({ name }) => name === wanted);
if (bench === undefined) {
  console.error(
    `usage: npm run bench -w logic -- NAME [options]\nbenches: ${benches.map(({ name }) => name).join(", ")}`,
  );
  process.exitCode = 2;
} else await bench.run(args);
