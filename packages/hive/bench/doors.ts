/**
 * `npm run bench -w hive -- doors [--count N]`: what a caller waits for. The daemon is a process of its own on a fresh home;
 * "warm" waits between directives until a fresh interpreter stands ready, "in a row" does not.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Transport } from "../src/client.ts";
import { SocketTransport } from "../src/client-socket.ts";

export const name = "doors";

const BIN = fileURLToPath(new URL("../src/axiom.ts", import.meta.url));
const ONE_LINERS = { javascript: "console.log(6*7)", python: "print(6*7)" } as const;
const GOALS_MS = { javascript: 10, python: 150, process: 150, cold: 3000 };
const REFILL_MS = 400;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function run(args: readonly string[]): Promise<void> {
  const count = Number(args[args.indexOf("--count") + 1] ?? Number.NaN) || 30;
  const home = mkdtempSync(join(tmpdir(), "axiom-bench-"));
  const environment = { ...process.env, AXIOM_HOME: home, AXIOM_HTTP_PORT: "0", NO_COLOR: "1" };
  try {
    await bareProcesses();
    await coldProcesses(environment);
    const daemon = await startDaemon(environment);
    const transport = new SocketTransport(daemon.url);
    const headers = { Authorization: `Bearer ${readFileSync(join(home, "keys", "api"), "utf8").trim()}` };
    await lookups(transport.send, headers, count);
    for (const language of ["javascript", "python"] as const)
      await directives(transport.send, headers, language, count);
    await processes(environment, Math.min(count, 20));
    transport.close();
    await daemon.stop();
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** What this machine takes now for a process that does nothing: the measure for all the others. */
async function bareProcesses(): Promise<void> {
  console.log(
    `load average ${loadavg()
      .map((load) => load.toFixed(1))
      .join(" ")} on ${availableParallelism()} cores`,
  );
  const bare = () =>
    new Promise<void>((resolve) =>
      spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }).on("close", () => resolve()),
    );
  const times: number[] = [];
  for (let i = 0; i < 10; i++) times.push(await timed(bare));
  report("node -e 0, whole process", times);
}

async function coldProcesses(environment: NodeJS.ProcessEnv): Promise<void> {
  for (const language of ["javascript", "python"] as const) {
    const times: number[] = [];
    for (let i = 0; i < 3; i++) times.push(await timed(() => axiom(environment, language)));
    report(`axiom do, ${language}, no daemon, whole process`, times, GOALS_MS.cold);
  }
}

async function lookups(send: Transport, headers: Record<string, string>, count: number): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push(await timed(() => exchange(send, "GET", "/v1/status", headers)));
  report("GET /v1/status", times);
}

async function directives(
  send: Transport,
  headers: Record<string, string>,
  language: keyof typeof ONE_LINERS,
  count: number,
): Promise<void> {
  const body = JSON.stringify({ card: { tool: "exec.run", parameters: { language, code: ONE_LINERS[language] } } });
  const asked = { ...headers, Prefer: "wait=30", "Content-Type": "application/json" };
  const steps = new Map<string, number[]>();
  const once = async () => {
    const view = JSON.parse(await exchange(send, "POST", "/v1/directives", asked, body)) as View;
    if (view.outcome?.stdout !== "42\n" || view.verified !== true)
      throw new Error(`not a verified 42: ${JSON.stringify(view)}`);
    for (const { step, took_us } of view.steps)
      if (took_us !== null) steps.set(step, [...(steps.get(step) ?? []), took_us / 1000]);
  };
  const [warm, row]: [number[], number[]] = [[], []];
  for (let i = 0; i < count; i++) {
    await pause(REFILL_MS);
    warm.push(await timed(once));
  }
  report(`POST /v1/directives, ${language}, warm`, warm, GOALS_MS[language]);
  for (const [step, times] of steps) report(`  of it ${step}`, times);
  for (let i = 0; i < count; i++) row.push(await timed(once));
  report(`POST /v1/directives, ${language}, in a row`, row);
}

interface View {
  verified: boolean | null;
  outcome: { stdout: string } | null;
  steps: { step: string; took_us: number | null }[];
}

async function processes(environment: NodeJS.ProcessEnv, count: number): Promise<void> {
  for (const language of ["javascript", "python"] as const) {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      await pause(REFILL_MS);
      times.push(await timed(() => axiom(environment, language)));
    }
    report(`axiom do, ${language}, through the daemon, whole process`, times, GOALS_MS.process);
  }
}

function axiom(environment: NodeJS.ProcessEnv, language: keyof typeof ONE_LINERS): Promise<void> {
  const args = ["do", "exec.run", "--language", language, "--code", ONE_LINERS[language], "-q"];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], { env: environment, stdio: ["ignore", "ignore", "inherit"] });
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`axiom ended with ${code}`))));
  });
}

async function startDaemon(environment: NodeJS.ProcessEnv): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [BIN, "--json", "-q"], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (data) => resolve(String(data)));
    void closed.then(() => reject(new Error("the daemon did not start")));
  });
  const stop = () => {
    child.kill("SIGTERM");
    return closed;
  };
  return { url: (JSON.parse(line) as { url: string }).url, stop };
}

async function exchange(
  send: Transport,
  method: "GET" | "POST",
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<string> {
  const answer = await send(method, path, { headers, ...(body === undefined ? {} : { body }) });
  const parts: Uint8Array[] = [];
  for await (const part of answer.body) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function report(what: string, times: number[], goal_ms?: number): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)];
  const verdict = goal_ms === undefined ? "" : `  goal ${goal_ms} ms: ${p50 <= goal_ms ? "met" : "missed"} at p50`;
  console.log(
    `${what.padEnd(62)} p50 ${p50.toFixed(1)}  p95 ${p95.toFixed(1)}  p99 ${p99.toFixed(1)} ms  n=${times.length}${verdict}`,
  );
}
