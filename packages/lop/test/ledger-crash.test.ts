import { expect, inject, test } from "vitest";
import { tryCrashes } from "./ledger-crash.ts";

test("5,000 power cuts lose no acknowledged entry and hide no repair", async () => {
  const seed = inject("seed");
  console.log(`seed ${seed} (AXIOM_SEED)`);
  const count = await tryCrashes({ seed, states: 5000 });
  expect(count.states).toBe(5000);
  expect(count.torn).toBeGreaterThan(100);
});
