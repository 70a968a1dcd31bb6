/** The real program on a temporary home, and what it said, as a transcript. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../src/axiom.ts", import.meta.url));
/** For a program that hangs; a loaded machine takes its time. */
const RUN_LIMIT_MS = 170_000;

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  stdin?: string;
}

const environment = (home: string, env: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH ?? "",
  HOME: home,
  AXIOM_HOME: home,
  AXIOM_HTTP_PORT: "0",
  // Booting interpreters that no test uses would cost most of the time.
  AXIOM_LIMITS_CHAMBERS_WARM: "0",
  // What is said must not depend on what this machine has; tests of the rung itself switch it on.
  AXIOM_CHAMBERS_VM: "off",
  ...env,
});

export function start(home: string, args: readonly string[], env?: Record<string, string>): ChildProcess {
  const flags = ["--disable-warning=ExperimentalWarning", BIN, ...args];
  return spawn(process.execPath, flags, { env: environment(home, env), stdio: ["pipe", "pipe", "pipe"] });
}

export function ended(child: ChildProcess, stdin = ""): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const ran = { stdout: "", stderr: "" };
    const limit = setTimeout(() => child.kill("SIGKILL"), RUN_LIMIT_MS);
    child.stdout!.on("data", (data) => {
      ran.stdout += data;
    });
    child.stderr!.on("data", (data) => {
      ran.stderr += data;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(limit);
      resolve({ code: code ?? -1, ...ran });
    });
    child.stdin!.end(stdin);
  });
}

export const axiom = (home: string, args: readonly string[], { env, stdin }: RunOptions = {}): Promise<Ran> =>
  ended(start(home, args, env), stdin);

export interface RunningDaemon {
  child: ChildProcess;
  url: string;
  key: string;
  /** All that it has said on stderr. */
  said(): string;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Resolves when it has printed its address. @throws what it said instead. */
export async function startDaemon(home: string, env?: Record<string, string>): Promise<RunningDaemon> {
  const child = start(home, ["--json"], env);
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  let stderr = "";
  child.stderr!.on("data", (data) => {
    stderr += data;
  });
  const line = await new Promise<string>((resolve, reject) => {
    let stdout = "";
    child.stdout!.on("data", (data) => {
      stdout += data;
      if (stdout.includes("\n")) resolve(stdout);
    });
    void closed.then((code) => reject(new Error(`the daemon ended with ${code}: ${stdout}${stderr}`)));
  });
  const { url } = JSON.parse(line) as { url: string };
  const stop = (signal: NodeJS.Signals = "SIGTERM") => {
    child.kill(signal);
    return closed;
  };
  return { child, url, key: readFileSync(join(home, "keys", "api"), "utf8").trim(), said: () => stderr, stop };
}

/** Commands and what they said, with everything that differs from run to run replaced by its name. */
export class Transcript {
  readonly #home: string;
  readonly #lines: string[] = [];

  constructor(home: string) {
    this.#home = home;
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const ran = await axiom(this.#home, args, options);
    const variables = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${quoted(value)} `);
    this.#lines.push(this.#plain(`$ ${variables.join("")}axiom ${args.map(quoted).join(" ")}`));
    this.#add("", ran.stdout);
    this.#add("! ", ran.stderr);
    this.#lines.push(`→ ${ran.code}`, "");
    return ran;
  }

  toString(): string {
    return `${this.#lines.join("\n")}`;
  }

  #add(mark: string, text: string): void {
    if (text !== "")
      this.#lines.push(
        ...this.#plain(text.replace(/\n$/, ""))
          .split("\n")
          .map((line) => `${mark}${line}`.trimEnd()),
      );
  }

  #plain(text: string): string {
    return text
      .replaceAll(this.#home, "HOME")
      .replace(/axiom_([a-z]+_)?[\w-]{43}/g, "axiom_$1KEY")
      .replace(/[0-9a-f]{64}/g, "ID")
      .replace(/[0-9a-f]{8}…[0-9a-f]{8}/g, "ID")
      .replace(/\b[0-9a-f]{16}\b/g, "ID16")
      .replace(/\b[0-9a-f]{32}\b/g, "ID32")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
      .replace(/axiom-hive\/[0-9a-f]{8}/g, "axiom-hive/ID8")
      .replace(/ +\d+(\.\d+)? (µs|ms|s)\b/g, " TOOK")
      .replace(/\b\d+ ms\b/g, "TOOK")
      .replace(/(entry|sealed|id) [0-9a-f]+( of \d+)?/g, "$1 N")
      .replace(/\b(at byte|bytes|to) \d+( to \d+)?/g, "$1 N")
      .replace(/\d+ entries, \d+ bytes/g, "N entries, N bytes")
      .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
      .replace(/tools: none \d.*$/gm, "SCORES")
      .replace(/process \d+/g, "process PID")
      .replace(
        /^(opening the hive|starting the hive|examining|waiting for the hive|looking at the chambers) …\n?/gm,
        "",
      );
  }
}

const quoted = (arg: string): string => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`);
