/** What `axiom doctor` finds of the machine itself: its runtime, disk, clock, memory, port, chambers and tools. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, realpathSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { basename } from "node:path";
import { type Chamber, osChamber, vm, wasmJs, wasmPy } from "forge";
import type { Config } from "./config.ts";
import { readDaemon } from "./daemon-file.ts";
import { broken, type Finding, missing, ok, within } from "./doctor-finding.ts";

export const NODE_MAJOR = 24;
export const DISK_MIN_BYTES = 512 * 1024 * 1024;
/** No clock before this is right. */
const BUILT_MS = Date.UTC(2026, 0, 1);
const TOOL_TIMEOUT_MS = 15_000;

export function checkNode(): Finding {
  const { node } = process.versions;
  return Number(node.split(".")[0]) >= NODE_MAJOR
    ? ok("Node", node)
    : broken("Node", `${node}; ${NODE_MAJOR} is needed`, "start through `npm start`, which takes the right one");
}

export function checkSqlite(): Finding {
  const { sqlite } = process.versions;
  return sqlite === undefined
    ? broken("SQLite", "this Node was built without it", "use Node from npm: npm start")
    : ok("SQLite", sqlite);
}

export function checkSpace(home: string): Finding {
  const folder = existsSync(home) ? home : "/";
  const { bavail, bsize } = statfsSync(folder);
  const free_bytes = bavail * bsize;
  const detail = `${(free_bytes / 2 ** 30).toFixed(1)} GiB free`;
  return free_bytes >= DISK_MIN_BYTES
    ? ok("disk", detail)
    : broken("disk", detail, `free space on the disk of ${folder}`);
}

export const checkClock = (): Finding =>
  Date.now() > BUILT_MS
    ? ok("clock", new Date().toISOString())
    : broken("clock", new Date().toISOString(), "sudo timedatectl set-ntp true");

/** Memory of keys and chambers that the kernel puts to a disk in the clear stays there over every wipe. */
export function checkSwap(): Finding {
  const swaps = existsSync("/proc/swaps") ? readFileSync("/proc/swaps", "utf8").trim().split("\n").slice(1) : [];
  const open = swaps.map((line) => line.split(/\s+/)[0]!).filter((path) => !staysSecret(path));
  return open.length === 0
    ? ok("swap", swaps.length === 0 ? "none" : "in memory or encrypted")
    : missing(
        "swap",
        `memory may come to ${open.join(", ")} in the clear`,
        `swapoff ${open[0]}, or put it on dm-crypt or zram`,
      );
}

function staysSecret(path: string): boolean {
  const name = basename(realpathSync(path));
  const uuid = `/sys/class/block/${name}/dm/uuid`;
  return name.startsWith("zram") || (existsSync(uuid) && readFileSync(uuid, "utf8").startsWith("CRYPT-"));
}

export async function checkPort(home: string, { http }: Config): Promise<Finding> {
  const daemon = readDaemon(home);
  if (daemon !== null) return ok("daemon", `process ${daemon.pid} at ${daemon.url}`);
  const free = await new Promise<boolean>((resolve) => {
    const probe = createServer().once("error", () => resolve(false));
    probe.listen({ port: http.port, host: http.bind }, () => probe.close(() => resolve(true)));
  });
  return free
    ? ok("port", `${http.bind}:${http.port} is free`)
    : broken("port", `${http.bind}:${http.port} is taken`, "axiom config set http.port 4181");
}

/** Some say what caps this machine lets them set. */
type CappedChamber = Chamber & { caps?(): string | null };

const CHAMBERS: readonly (() => CappedChamber)[] = [
  () => wasmJs({ pool: 0 }),
  () => wasmPy({ pool: 0 }),
  () => osChamber({ pool: 0 }),
  () => vm(),
];
/** Rungs that need the system's tools may be absent; a directive that asks for one is then refused. */
const OPTIONAL_RUNGS: ReadonlySet<string> = new Set(["os", "vm"]);

const checkChamber = (chamber: CappedChamber): Promise<Finding> =>
  within(`chamber ${chamber.rung}`, probed(chamber), () => void chamber.close());

async function probed(chamber: CappedChamber): Promise<Finding> {
  const probe = await chamber.probe();
  const caps = chamber.caps?.() ?? "";
  await chamber.close();
  const what = `chamber ${chamber.rung}`;
  const detail = [chamber.languages.join(", "), caps].filter((part) => part !== "").join("; ");
  const bad = OPTIONAL_RUNGS.has(chamber.rung) ? missing : broken;
  return probe.ready ? ok(what, detail) : bad(what, probe.why, probe.fix);
}

interface Tool {
  command: string;
  args: readonly string[];
  serves: string;
  fix: string;
}

/** Nothing here is needed to run directives; each makes something more possible. */
const TOOLS: readonly Tool[] = [
  { command: "bwrap", args: ["--version"], serves: "chambers of rung os", fix: "apt install bubblewrap" },
  {
    command: "qemu-system-x86_64",
    args: ["--version"],
    serves: "chambers of rung vm",
    fix: "apt install qemu-system-x86",
  },
  { command: "chromium", args: ["--version"], serves: "the HUD's tests and screenshots", fix: "apt install chromium" },
  { command: "openssl", args: ["version"], serves: "checking proofs elsewhere", fix: "apt install openssl" },
  {
    command: "go",
    args: ["version"],
    serves: "checking proofs elsewhere",
    fix: "apt install golang-go golang-golang-x-mod-dev",
  },
  { command: "age", args: ["--version"], serves: "opening a copy of the keys by hand", fix: "apt install age" },
  { command: "promtool", args: ["--version"], serves: "the test of /metrics", fix: "apt install prometheus" },
  { command: "systemd-analyze", args: ["--version"], serves: "the test of the unit", fix: "apt install systemd" },
];

const SHOWN_WIDTH = 60;

function checkTool({ command, args, serves, fix }: Tool): Promise<Finding> {
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: TOOL_TIMEOUT_MS, killSignal: "SIGKILL" }, (fault, stdout, stderr) => {
      // Without what a distribution adds in brackets.
      const first = (stdout || stderr)
        .trim()
        .split("\n")[0]!
        .replace(/\s*\(.*/, "")
        .slice(0, SHOWN_WIDTH);
      if (fault === null) resolve(ok(command, first));
      else if (fault.code === "ENOENT") resolve(missing(command, `not here; for ${serves}`, fix));
      else
        resolve(
          missing(command, `does not start (${fault.killed === true ? "no answer" : first}); for ${serves}`, fix),
        );
    });
  });
}

/** Every rung there is, each in its own time. */
export const checkChambers = (): Promise<Finding>[] => CHAMBERS.map((make) => checkChamber(make()));
export const checkTools = (): Promise<Finding>[] => TOOLS.map(checkTool);
