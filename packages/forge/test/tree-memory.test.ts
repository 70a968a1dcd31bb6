import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { treeBytes, treePids } from "../src/tree-memory.ts";

const MIB = 1024 * 1024;
/** A parent and its child hold 64 MiB together, which they share, and the child another 32 MiB of its own. */
const PROGRAM = `
import mmap, os, sys, time
shared = mmap.mmap(-1, ${64 * MIB})
for at in range(0, len(shared), 4096): shared[at] = 1
if os.fork() == 0:
    for at in range(0, len(shared), 4096): shared[at] = 2
    own = b"x" * ${32 * MIB}
    print("ready", flush=True)
    time.sleep(60)
time.sleep(60)
`;

test("a tree's memory: shared pages are counted once where it matters", async (ctx) => {
  if (process.platform !== "linux") return ctx.skip("needs Linux");
  const parent = spawn("python3", ["-c", PROGRAM], { stdio: ["ignore", "pipe", "ignore"], detached: true });
  const ready = await new Promise<boolean>((done) => {
    parent.once("error", () => done(false));
    parent.stdout.once("data", () => done(true));
  });
  if (!ready) return ctx.skip("needs python3 (apt install python3)");
  try {
    expect(treePids(parent.pid!)).toHaveLength(2);
    const quick = treeBytes(parent.pid!, Number.POSITIVE_INFINITY);
    const exact = treeBytes(parent.pid!, 0);
    expect(quick).toBeGreaterThan(160 * MIB);
    expect(exact).toBeGreaterThan(96 * MIB);
    expect(exact).toBeLessThan(128 * MIB);
  } finally {
    process.kill(-parent.pid!, "SIGKILL");
  }
  await new Promise((done) => parent.once("close", done));
  expect(treeBytes(parent.pid!, 0)).toBe(0);
});
