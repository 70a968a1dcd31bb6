import { expect, inject, test } from "vitest";
import { tryRestarts } from "./protocol-crash.ts";

test("5,000 restarts after power cuts repeat no counter, no packet and no use of a permit", async () => {
  const seed = inject("seed");
  console.log(`protocol power cuts: seed ${seed} (AXIOM_SEED)`);
  const count = await tryRestarts({ seed, restarts: 5000 });
  expect(count).toEqual({ restarts: 5000, reaccepted: [], reused: [], permits: [] });
});
