/** A PostgreSQL cluster of one test run: in a temporary folder, on a Unix socket only, as a user that is not root, synced as in earnest. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";

export const NEEDED = "needs PostgreSQL with PostGIS (apt install postgresql-15 postgresql-15-postgis-3)";
const ROOT = "/usr/lib/postgresql";
const START_TRIES = 150;

export interface Cluster {
  readonly connection: pg.PoolConfig;
  /** As a machine loses power: at once, with what is under way. */
  crash(): Promise<void>;
  /** After a crash. */
  start(): Promise<void>;
  end(): Promise<void>;
}

/** The newest version that has PostGIS; null when there is none. */
export function findPostgres(): string | null {
  if (!existsSync(ROOT)) return null;
  const versions = readdirSync(ROOT).sort((a, b) => Number(b) - Number(a));
  const version = versions.find(
    (name) =>
      existsSync(join(ROOT, name, "bin", "initdb")) &&
      existsSync(`/usr/share/postgresql/${name}/extension/postgis.control`),
  );
  return version === undefined ? null : join(ROOT, version, "bin");
}

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
function lowered(): { readonly prefix: readonly string[]; readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const of = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  const [uid, gid] = [of("-u"), of("-g")];
  return { prefix: ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--"], uid, gid };
}

export async function startCluster(bin: string): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "lattice-pg-"));
  const low = lowered();
  if (low !== null) chownSync(folder, low.uid, low.gid);
  const run = (program: string, args: readonly string[]): [string, string[]] => {
    const [first, ...rest] = [...(low?.prefix ?? []), join(bin, program), ...args];
    return [first!, rest];
  };
  const data = join(folder, "data");
  const [initdb, initArgs] = run("initdb", [
    "-D",
    data,
    "-U",
    "lattice",
    "--auth=trust",
    "-E",
    "UTF8",
    "--locale=C",
    "--no-sync",
  ]);
  execFileSync(initdb, initArgs, { stdio: "pipe", cwd: folder });
  const settings = { listen_addresses: "", unix_socket_directories: folder, max_connections: "100", fsync: "on" };
  const [postgres, args] = run("postgres", [
    "-D",
    data,
    ...Object.entries(settings).flatMap(([k, v]) => ["-c", `${k}=${v}`]),
  ]);
  const connection = { host: folder, user: "lattice", database: "postgres" };
  let server: ChildProcess;
  const start = async (): Promise<void> => {
    server = spawn(postgres, args, { stdio: "ignore", cwd: folder });
    await ready(connection, server);
  };
  await start();
  return {
    connection,
    start,
    crash: () => stop(server, "SIGQUIT"), // immediate shutdown
    end: async () => {
      await stop(server, "SIGINT"); // fast shutdown
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ready(connection: pg.PoolConfig, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < START_TRIES && server.exitCode === null; tries++) {
    const client = new pg.Client(connection as pg.ClientConfig);
    const reached = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (reached) return;
    await pause(200);
  }
  throw new Error("the cluster does not start");
}

async function stop(server: ChildProcess, signal: "SIGINT" | "SIGQUIT"): Promise<void> {
  if (server.exitCode !== null) return;
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill(signal);
  await gone;
}
