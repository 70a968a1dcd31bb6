import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeBoot } from "../src/boot-node.ts";

test("the machine's boot has one name and an uptime that rises; null where the system does not tell", async () => {
  const boot = nodeBoot();
  if (!existsSync("/proc/sys/kernel/random/boot_id")) return expect(boot).toBeNull();
  const before = boot!.uptime_ms();
  expect(nodeBoot()!.boot).toBe(boot!.boot);
  expect(boot!.boot).toMatch(/^[0-9a-f-]{36}$/);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const passed_ms = boot!.uptime_ms() - before;
  expect(passed_ms).toBeGreaterThanOrEqual(30);
  expect(passed_ms).toBeLessThan(30_000);
});
