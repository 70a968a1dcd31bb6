/** Run as root in a mount namespace of its own, with cgroup v2 mounted at the path that is given: what the real one does. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CgroupV2, type Controller, delegate } from "../src/cgroup.ts";
import { startOf } from "../src/process-start.ts";

const root = process.argv[2]!;
const name = `axiom-test-${process.pid}`;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Processor time of a process, in ticks. */
const ticks = (pid: number): number =>
  readFileSync(`/proc/${pid}/stat`, "utf8")
    .split(" ")
    .slice(13, 15)
    .map(Number)
    .reduce((sum, one) => sum + one, 0);

async function moved(pid: number): Promise<boolean> {
  const before = ticks(pid);
  for (let round = 0; round < 100; round++) {
    if (ticks(pid) > before) return true;
    await pause(20);
  }
  return false;
}

async function freezeAndKill() {
  const group = new CgroupV2(join(root, name), { memory_bytes: 1 << 26, pids: 16, cpus: 1 }, []);
  const busy = spawn("sh", ["-c", "while :; do :; done"], { stdio: "ignore" });
  const closed = new Promise((done) => busy.once("close", done));
  group.add(busy.pid!);
  const member = group.pids().includes(busy.pid!) && (await moved(busy.pid!));
  const frozen = await group.freeze();
  const at = ticks(busy.pid!);
  await pause(200);
  const stood_still = ticks(busy.pid!) === at;
  group.thaw();
  const went_on = await moved(busy.pid!);
  await group.freeze();
  const ended = await group.end();
  await closed;
  return {
    member,
    frozen,
    stood_still,
    went_on,
    ended,
    dead: startOf(busy.pid!) === null,
    gone: !existsSync(join(root, name)),
  };
}

/** With a controller that no v1 hierarchy holds. A group that has processes cannot hand it down: the daemon moves into a leaf. */
async function stepAside(): Promise<boolean> {
  const offered = readFileSync(join(root, "cgroup.controllers"), "utf8").trim().split(" ");
  const controller = offered[0] as Controller;
  const control = join(root, "cgroup.subtree_control");
  const given = readFileSync(control, "utf8").includes(controller);
  const parent = join(root, `${name}-parent`);
  mkdirSync(parent);
  writeFileSync(control, `+${controller}`);
  // Started before anybody stepped aside: it has to come along.
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  const both = [process.pid, child.pid!].map(String);
  try {
    for (const pid of both) writeFileSync(join(parent, "cgroup.procs"), pid);
    delegate(parent, [controller]);
    const down = readFileSync(join(parent, "cgroup.subtree_control"), "utf8").includes(controller);
    const inside = readFileSync(join(parent, "axiom-daemon", "cgroup.procs"), "utf8")
      .trim()
      .split("\n");
    return down && both.every((pid) => inside.includes(pid));
  } finally {
    for (const pid of both) writeFileSync(join(root, "cgroup.procs"), pid);
    child.kill();
    rmdirSync(join(parent, "axiom-daemon"));
    rmdirSync(parent);
    if (!given) writeFileSync(control, `-${controller}`);
  }
}

console.log(JSON.stringify({ ...(await freezeAndKill()), stepped_aside: await stepAside() }));
