/** The real daemon for tests, on a home of its own and a free port. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { ROOT } from "./screen.ts";

const AXIOM = join(ROOT, "../hive/src/axiom.ts");
const ARGS = ["--disable-warning=ExperimentalWarning", AXIOM];
export const START_MAX_MS = 120_000;

const environment = (home: string) => ({
  ...process.env,
  AXIOM_HOME: home,
  AXIOM_HTTP_PORT: "0",
  AXIOM_LATTICE_TZ: "UTC",
});

export const startDaemon = (home: string): ChildProcess =>
  spawn(process.execPath, ARGS, { env: environment(home), stdio: ["ignore", "pipe", "pipe"] });

/** A command on a home that no daemon has. */
export async function runAxiom(home: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [...ARGS, ...args], { env: environment(home) });
}

export async function stopDaemon(daemon: ChildProcess | undefined): Promise<void> {
  if (daemon === undefined || daemon.exitCode !== null) return;
  daemon.kill("SIGTERM");
  await once(daemon, "exit");
}

/** The address that the daemon prints for people, with its key. */
export async function addressOf(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  child.stderr!.on("data", (piece: Buffer) => said.push(piece.toString()));
  const timer = setTimeout(() => child.kill(), START_MAX_MS);
  for await (const line of createInterface({ input: child.stdout! })) {
    const found = /http:\/\/127\.0\.0\.1:\d+\/#key=\S+/.exec(line)?.[0];
    if (found === undefined) continue;
    clearTimeout(timer);
    return found;
  }
  throw new Error(`the daemon printed no address: ${said.join("")}`);
}
