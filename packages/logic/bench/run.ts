/** `npm run bench -w logic -- NAME [options]`: NAME.ts beside this file exports `run(args)`. Only that file is loaded. */
const NAMES = ["speed", "exactness", "fuzz", "memory", "writing"];

interface Bench {
  run(args: readonly string[]): Promise<void>;
}

const [wanted, ...args] = process.argv.slice(2);
if (wanted === undefined || !NAMES.includes(wanted)) {
  console.error(`usage: npm run bench -w logic -- NAME [options]\nbenches: ${NAMES.join(", ")}`);
  process.exitCode = 2;
} else await ((await import(`./${wanted}.ts`)) as Bench).run(args);
