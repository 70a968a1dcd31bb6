import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CgroupV2, delegate, findCgroupRoom, roomV2 } from "../src/cgroup.ts";

const root = mkdtempSync(join(tmpdir(), "forge-cgroup-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const CAPS = { memory_bytes: 64 << 20, pids: 16, cpus: 0.5 };

test("v2: the caps go into the files that the kernel documents", async () => {
  const group = new CgroupV2(join(root, "run"), CAPS, ["memory", "pids", "cpu"]);
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

const mounted = (folder: string) => [{ folder, root: "/user.slice", type: "cgroup2", options: [] }];

test("v2: the room is the process's own folder below what is mounted, when memory and processes can be capped there", () => {
  const own = join(root, "tree", "app", "axiom.service");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "cgroup.subtree_control"), "");
  const find = (controllers: string) => {
    writeFileSync(join(own, "cgroup.controllers"), `${controllers}\n`);
    return roomV2(mounted(join(root, "tree")), "4:memory:/elsewhere\n0::/user.slice/app/axiom.service\n");
  };
  expect(find("cpu memory")).toBe(null);
  expect(roomV2([], "0::/\n")).toBe(null);
  const room = find("cpu io memory pids")!;
  expect([room.version, room.holds]).toEqual([2, ["memory", "pids", "cpu", "freezer"]]);
  const leaf = "4:memory:/elsewhere\n0::/user.slice/app/axiom.service/axiom-daemon\n";
  const again = roomV2(mounted(join(root, "tree")), leaf)!.make("run-0", CAPS);
  expect(again.folders).toEqual([join(own, "run-0")]);
  const group = room.make("run-1", CAPS);
  expect(group.folders).toEqual([join(own, "run-1")]);
  expect(readFileSync(join(own, "cgroup.subtree_control"), "utf8")).toBe("+memory +pids +cpu");
  expect(readFileSync(join(own, "run-1", "memory.max"), "utf8")).toBe("67108864");
});

test("v2: a real hierarchy freezes, lets go, kills, and hands controllers down from under the daemon", (ctx) => {
  const child = new URL("./cgroup-v2-child.ts", import.meta.url).pathname;
  const script = 'mount -t cgroup2 none "$0" || exit 77; exec "$@"';
  const at = join(root, "mounted");
  mkdirSync(at);
  const words = ["-m", "sh", "-c", script, at, process.execPath, "--no-warnings", child, at];
  const run = spawnSync("unshare", words, { encoding: "utf8" });
  if (run.error !== undefined || run.status === 77 || /unshare failed/.test(run.stderr))
    return ctx.skip("needs root and a kernel that lets it mount cgroup v2");
  expect([run.status, run.stderr]).toEqual([0, ""]);
  expect(JSON.parse(run.stdout)).toEqual({
    member: true,
    frozen: true,
    stood_still: true,
    went_on: true,
    ended: true,
    dead: true,
    gone: true,
    stepped_aside: true,
  });
});

test("a real group is made, filled and removed where this machine lets us", async (ctx) => {
  const room = findCgroupRoom(`axiom-test-probe-${process.pid}`);
  if (typeof room === "string") return ctx.skip(`needs a writable cgroup hierarchy: ${room}`);
  const group = room.make(`axiom-test-${process.pid}`, CAPS);
  expect(group.folders).toEqual(room.folders(`axiom-test-${process.pid}`));
  for (const folder of group.folders) expect(existsSync(folder)).toBe(true);
  expect([group.pids(), group.oomKills()]).toEqual([[], 0]);
  expect(await group.end()).toBe(true);
  for (const folder of group.folders) expect(existsSync(folder)).toBe(false);
});
