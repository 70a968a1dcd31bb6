import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CgroupV2, delegate, findCgroupRoom } from "../src/cgroup.ts";

const root = mkdtempSync(join(tmpdir(), "forge-cgroup-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const CAPS = { memory_bytes: 64 << 20, pids: 16, cpus: 0.5 };

test("v2: the caps go into the files that the kernel documents", async () => {
  const group = new CgroupV2(join(root, "run"), CAPS, true);
  const holds = (name: string): string => readFileSync(join(root, "run", name), "utf8");
  expect([holds("memory.max"), holds("pids.max"), holds("cpu.max")]).toEqual(["67108864", "16", "50000 100000"]);
  expect([holds("memory.swap.max"), holds("memory.oom.group")]).toEqual(["0", "1"]);
  group.add(4711);
  expect(holds("cgroup.procs")).toBe("4711");
  writeFileSync(join(root, "run", "cgroup.events"), "populated 1\nfrozen 1\n");
  expect(await group.freeze()).toBe(true);
  expect(holds("cgroup.freeze")).toBe("1");
  writeFileSync(join(root, "run", "memory.events"), "oom 2\noom_kill 1\n");
  writeFileSync(join(root, "run", "memory.peak"), "1234\n");
  expect([group.oomKills(), group.peak_bytes()]).toEqual([1, 1234]);
});

test("v2: controllers are asked for once", () => {
  const parent = join(root, "parent");
  mkdirSync(parent);
  writeFileSync(join(parent, "cgroup.subtree_control"), "memory\n");
  delegate(parent, ["memory", "pids"]);
  expect(readFileSync(join(parent, "cgroup.subtree_control"), "utf8")).toBe("+memory +pids");
  writeFileSync(join(parent, "cgroup.subtree_control"), "cpu memory pids\n");
  delegate(parent, ["memory", "pids"]);
  expect(readFileSync(join(parent, "cgroup.subtree_control"), "utf8")).toBe("cpu memory pids\n");
});

test("a real group is made, filled and removed where this machine lets us", async (ctx) => {
  const room = findCgroupRoom(`axiom-test-probe-${process.pid}`);
  if (typeof room === "string") return ctx.skip(`needs a writable cgroup hierarchy: ${room}`);
  const group = room.make(`axiom-test-${process.pid}`, CAPS);
  for (const folder of group.folders) expect(existsSync(folder)).toBe(true);
  expect([group.pids(), group.oomKills()]).toEqual([[], 0]);
  expect(await group.end()).toBe(true);
  for (const folder of group.folders) expect(existsSync(folder)).toBe(false);
});
