import { expect, inject, test } from "vitest";
import { FUZZ_MAX_BYTES, fuzzFiles } from "./fuzz-files.ts";

test("2,000 hostile model files: each read or refused, within bounds", () => {
  const seed = inject("seed");
  const report = fuzzFiles(2000, seed);
  console.log(
    `fuzz: seed ${seed}, ${report.refused} refused, ${report.read} read, largest ${report.largest_bytes} bytes`,
  );
  expect(report.refused).toBeGreaterThan(1000);
  expect(report.read).toBeGreaterThan(10);
  expect(report.largest_bytes).toBeLessThan(FUZZ_MAX_BYTES);
});
