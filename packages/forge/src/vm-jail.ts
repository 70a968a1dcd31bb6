/** How a monitor is started: under its own user where that is possible, and inside bubblewrap where that is installed. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { QEMU } from "./vm-machine.ts";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Users that monitors run under when the hive runs as root; each machine takes the next one. */
const FIRST_UID = 61_000;
const UIDS = 512;
const PROBE_TIMEOUT_MS = 5000;
let next_uid = 0;

/** A user that owns nothing but one machine's memory; null when this process may not change users. */
export function nextOwner(): Owner | null {
  if (process.getuid?.() !== 0) return null;
  const uid = FIRST_UID + (next_uid++ % UIDS);
  return { uid, gid: uid };
}

export interface Jail {
  /** False: bubblewrap is absent or does not work here; the monitor has QEMU's own system call filter only. */
  readonly bubblewrap: boolean;
  /** `folders`: what the monitor may see beside its program. */
  command(folders: readonly string[], args: readonly string[]): { file: string; args: string[] };
}

const ROOTS = ["/usr", "/lib", "/lib64", "/bin", "/etc/alternatives"];

const wrapped = (folders: readonly string[]): string[] => [
  ...["--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"],
  ...[...ROOTS.filter((path) => existsSync(path)), ...folders].flatMap((path) => ["--ro-bind", path, path]),
  ...["--proc", "/proc", "--dev", "/dev", "--chdir", "/"],
];

/** Tries bubblewrap once, as the user that monitors will have. */
export function findJail(): Jail {
  const owner = nextOwner();
  const works = runs("bwrap", [...wrapped([]), QEMU, "--version"], owner);
  if (!works) return { bubblewrap: false, command: (_, args) => ({ file: QEMU, args: [...args] }) };
  return {
    bubblewrap: true,
    command: (folders, args) => ({ file: "bwrap", args: [...wrapped(folders), QEMU, ...args] }),
  };
}

export const hasQemu = (): boolean => runs(QEMU, ["--version"], null);

function runs(command: string, args: readonly string[], owner: Owner | null): boolean {
  const run = spawnSync(command, args, { timeout: PROBE_TIMEOUT_MS, stdio: "ignore", ...owner, env: PLAIN_PATH });
  return run.status === 0;
}

/** All that a monitor finds in its environment. */
export const PLAIN_PATH = { PATH: "/usr/local/bin:/usr/bin:/bin" };

/** The version is part of a template's name: another monitor cannot be trusted to restore it. */
export function qemuVersion(): string {
  const run = spawnSync(QEMU, ["--version"], { timeout: PROBE_TIMEOUT_MS, encoding: "utf8" });
  return run.stdout?.split("\n")[0]?.trim() ?? "";
}
