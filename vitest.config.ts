import { defineConfig } from "vitest/config";

/** One seed for everything that tests draw, so that a run can be repeated: `AXIOM_SEED=7 npm test`, or `AXIOM_SEED=random` to wander. */
const FIXED_SEED = 20_261_121;
const SEED_END = 2 ** 31;

function readSeed(said = process.env.AXIOM_SEED): number {
  if (said === undefined || said === "") return FIXED_SEED;
  if (said === "random") return Math.floor(Math.random() * SEED_END);
  const seed = Number(said);
  if (!/^\d+$/.test(said) || seed >= SEED_END)
    throw new Error(`AXIOM_SEED is "${said}": give a whole number below ${SEED_END}, or "random"`);
  return seed;
}

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "packages/*/test/**/*.test.tsx", "scripts/*.test.ts", "sim/**/*.test.ts"],
    reporters: ["./scripts/reporter.ts"],
    setupFiles: ["./scripts/test-seed.ts"],
    provide: { seed: readSeed() },
    // Two workers: the machines this must pass on have two cores, and some tests measure time.
    maxWorkers: 2,
    // For what hangs; a machine under load takes its time, and no test may fail for that.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
