// Before each test file: fast-check draws from the run's one seed (vitest.config.ts), and so does what a test draws by hand,
// `inject("seed")`. The same seed, the same run.
import fc from "fast-check";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** The run's seed, 0 … 2³¹ − 1: AXIOM_SEED or the fixed one. */
    readonly seed: number;
  }
}

fc.configureGlobal({ seed: inject("seed") });
