/**
 * A libvirt daemon of our own (`qemu:///session`), for one check: a user without rights, a folder that goes afterwards, no
 * network. It starts machines under TCG, so that a definition is not only read but booted.
 */
import { type ChildProcess, spawn } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool, type ToolRun } from "./tool-run.ts";

const START_DEADLINE_MS = 20_000;
const POLL_MS = 50;
const END_DEADLINE_MS = 5000;
/** `nobody`. Only used when we are root. */
const NOBODY = { uid: 65534, gid: 65534 };

export class LibvirtSession {
  /** Belongs to the session's user; what its machines need is put here. */
  readonly folder: string;
  readonly #daemon: ChildProcess;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(folder: string, daemon: ChildProcess, environment: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#daemon = daemon;
    this.#environment = environment;
  }

  /** @returns a sentence when there is no such daemon here, or it does not come up. */
  static async open(): Promise<LibvirtSession | string> {
    const lacking = await missingTool();
    if (lacking !== null) return lacking;
    const folder = makeFolder();
    const environment = environmentOf(folder);
    const env = { ...environment, PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
    const daemon = spawn("libvirtd", [], { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"], ...sessionIds() });
    let words = "";
    daemon.stderr?.setEncoding("utf8").on("data", (part: string) => {
      words = (words + part).slice(-2000);
    });
    daemon.on("error", (fault) => {
      words += fault.message;
    });
    const session = new LibvirtSession(folder, daemon, environment);
    if (await session.#isUp()) return session;
    await session.close();
    return `libvirtd did not come up: ${words.trim() || "it said nothing"}`;
  }

  virsh(...args: readonly string[]): Promise<ToolRun> {
    const options = { environment: this.#environment, ids: sessionIds(), cwd: this.folder };
    return runTool("virsh", ["--connect", "qemu:///session", ...args], options);
  }

  /** A file in the session's folder that its user can read. */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    own(path);
    return path;
  }

  /** Ends machines that are still there, then the daemon, then everything on the disk. */
  async close(): Promise<void> {
    for (const pid of machinesIn(join(this.folder, "run/libvirt/qemu/run"))) kill(pid);
    const daemon = this.#daemon;
    if (daemon.exitCode === null && daemon.signalCode === null && daemon.pid !== undefined) {
      const ended = new Promise((done) => daemon.once("close", done));
      daemon.kill("SIGTERM");
      const timer = setTimeout(() => daemon.kill("SIGKILL"), END_DEADLINE_MS);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #isUp(): Promise<boolean> {
    const socket = join(this.folder, "run/libvirt/libvirt-sock");
    for (let waited_ms = 0; waited_ms < START_DEADLINE_MS; waited_ms += POLL_MS) {
      if (existsSync(socket)) return (await this.virsh("version")).passed;
      if (this.#daemon.exitCode !== null || this.#daemon.pid === undefined) return false;
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
    return false;
  }
}

const sessionIds = (): { uid: number; gid: number } | null => (process.getuid?.() === 0 ? NOBODY : null);

function own(path: string): void {
  const ids = sessionIds();
  if (ids !== null) chownSync(path, ids.uid, ids.gid);
}

async function missingTool(): Promise<string | null> {
  for (const [tool, from] of [
    ["libvirtd", "libvirt-daemon"],
    ["virsh", "libvirt-clients"],
    ["qemu-system-x86_64", "qemu-system-x86"],
  ] as const)
    if ((await runTool(tool, ["--version"])).missing) return `needs ${tool} (apt install ${from})`;
  return null;
}

function makeFolder(): string {
  // Short: sockets below it have names of 107 bytes at most.
  const folder = mkdtempSync(join(tmpdir(), "axv-"));
  own(folder);
  for (const name of ["run", "config", "config/libvirt", "cache", "data"]) {
    mkdirSync(join(folder, name), { mode: 0o700 });
    own(join(folder, name));
  }
  // Without this a second daemon is started for the machines' words, which nobody would end.
  const settings = join(folder, "config/libvirt/qemu.conf");
  writeFileSync(settings, 'stdio_handler = "file"\n');
  own(settings);
  return folder;
}

const environmentOf = (folder: string): Readonly<Record<string, string>> => ({
  HOME: folder,
  XDG_RUNTIME_DIR: join(folder, "run"),
  XDG_CONFIG_HOME: join(folder, "config"),
  XDG_CACHE_HOME: join(folder, "cache"),
  XDG_DATA_HOME: join(folder, "data"),
});

/** libvirt notes each machine's process here. */
function machinesIn(folder: string): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".pid"))
    .map((name) => Number(readFileSync(join(folder, name), "utf8")))
    .filter((pid) => Number.isInteger(pid) && pid > 1);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
