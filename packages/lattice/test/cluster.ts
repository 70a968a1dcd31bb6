/** A private PostgreSQL in a folder of its own: no TCP, a Unix socket, never as root, gone at the end. For tests and benches. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const DEBIAN_FOLDER = "/usr/lib/postgresql";
const READY_WITHIN_MS = 60_000;
const USER = "lattice";

export interface Cluster {
  /** Folder of the socket: the `host` of a client. The port is 5432, the user `lattice`, the database `postgres`, no password. */
  readonly host: string;
  readonly user: string;
  readonly port: number;
  stop(): Promise<void>;
}

export interface Absent {
  readonly absent: string;
}

/** Folder with PostgreSQL's programs; null when it is not installed. */
export function postgresPrograms(): string | null {
  if (!existsSync(DEBIAN_FOLDER)) return null;
  const versions = readdirSync(DEBIAN_FOLDER).sort((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => join(DEBIAN_FOLDER, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "initdb"))) ?? null;
}

/** @param settings of postgresql.conf. */
export async function startCluster(settings: Readonly<Record<string, string>> = {}): Promise<Cluster | Absent> {
  const programs = postgresPrograms();
  if (programs === null) return { absent: "PostgreSQL (apt install postgresql-15)" };
  const owner = ownerOfCluster();
  if (owner === null) return { absent: "a user other than root for PostgreSQL (apt install postgresql-15)" };
  const host = mkdtempSync(join(tmpdir(), "lattice-pg-"));
  if (owner.uid !== process.getuid?.()) chownSync(host, owner.uid, owner.gid);
  const data = join(host, "data");
  const initial = ["-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  await run(join(programs, "initdb"), initial, { ...owner, cwd: host });
  const all = { ...settings, listen_addresses: "", unix_socket_directories: host };
  const options = Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const server = spawn(join(programs, "postgres"), ["-D", data, ...options], { ...owner, cwd: host, stdio: "ignore" });
  const kill = (): void => void server.kill("SIGQUIT");
  process.once("exit", kill);
  await ready(programs, host, server);
  const stop = async (): Promise<void> => {
    process.removeListener("exit", kill);
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGINT");
    await ended;
    rmSync(host, { recursive: true });
  };
  return { host, user: USER, port: 5432, stop };
}

/** PostgreSQL refuses to run as root: then it is Debian's own user for it, or nobody. */
function ownerOfCluster(): { readonly uid: number; readonly gid: number } | null {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (uid !== 0) return { uid, gid };
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const user = users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody");
  return user === undefined ? null : { uid: Number(user[2]), gid: Number(user[3]) };
}

async function ready(programs: string, host: string, server: ChildProcess): Promise<void> {
  for (const until = Date.now() + READY_WITHIN_MS; ; await sleep(100)) {
    const asked = run(join(programs, "pg_isready"), ["-q", "-h", host]);
    if (await asked.then(() => true).catch(() => false)) return;
    if (server.exitCode !== null || Date.now() > until) throw new Error("PostgreSQL did not start");
  }
}
