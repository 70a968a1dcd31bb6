import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "packages/*/test/**/*.test.tsx", "scripts/*.test.ts", "sim/**/*.test.ts"],
    reporters: ["./scripts/reporter.ts"],
    // Two workers: the machines this must pass on have two cores, and some tests measure time.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
