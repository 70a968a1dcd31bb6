/** Runs one program of a hostile set in a fresh session and judges it. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Chamber, ChamberRequest, ChamberResult, ExitEvent, Language, Limits } from "../src/index.ts";
import type { HostOracles } from "./hostile-oracles.ts";
import {
  type BenignExpectation,
  benignExpectation,
  type HostileSet,
  injected,
  type SetLimits,
  type SetProgram,
  type Strength,
} from "./hostile-set.ts";

const MIB = 1024 * 1024;
/** Beyond the guest's own memory: a worker thread, the interpreter's code, what waits in the channel. */
export const OVERHEAD_BYTES = 96 * MIB;
export const RSS_GROWTH_BYTES = 64 * MIB;
export const LATE_MS = 2000;
/** Changed programs are many, and show within this what they can. */
const MUTATED_WALL_S = 3;
/** Where memory is watched and not held: what a flood may grow by between two looks, on a machine that has no time. */
export const WATCHED_SLACK_BYTES = 128 * MIB;

export interface Verdict {
  id: string;
  rung: string;
  verdict: "pass" | "FAIL" | "skip";
  why: string;
  exit: ExitEvent | null;
}

const WARM_UP: Readonly<Record<Language, string>> = { javascript: "print(1)", python: "print(1)", shell: "echo 1" };

export const limitsOf = (limits: SetLimits): Limits => ({
  wall_ms: limits.wall_s * 1000,
  memory_bytes: limits.mem_mib * MIB,
  output_bytes: limits.stdout_bytes,
  disk_bytes: limits.disk_mib * MIB,
  files: 4096,
});

interface Observed extends ChamberResult {
  took_host_ms: number;
  first_line_ms: number;
  rss_peak_bytes: number;
  rss_growth_bytes: number;
}

/** Runs the request while watching the size of the whole process. */
async function observe(chamber: Chamber, request: ChamberRequest): Promise<Observed> {
  const before = process.memoryUsage.rss();
  let rss_peak_bytes = before;
  const watch = setInterval(() => {
    rss_peak_bytes = Math.max(rss_peak_bytes, process.memoryUsage.rss());
  }, 20);
  const session = await chamber.open(request);
  if ("refused" in session) throw new Error(`${session.refused}: ${session.why}`);
  const parts = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const limits: string[] = [];
  let exit: ExitEvent | null = null;
  let [started_ms, first_line_ms] = [0, Number.POSITIVE_INFINITY];
  try {
    for await (const event of session.exec(request)) {
      if (exit) throw new Error(`an event ${event.type} came after the exit`);
      if (event.type === "started") started_ms = performance.now();
      else if (event.type === "limit") limits.push(event.which);
      else if (event.type === "exit") exit = event;
      else if (event.type === "stdout" || event.type === "stderr") {
        parts[event.type].push(event.bytes);
        first_line_ms = Math.min(first_line_ms, performance.now() - started_ms);
      }
    }
  } finally {
    clearInterval(watch);
  }
  const took_host_ms = performance.now() - started_ms;
  const files = await session.get();
  await session.kill("done");
  if (!exit) throw new Error("there was no exit event");
  const rss_growth_bytes = await settledGrowth(before);
  const [stdout, stderr] = [Buffer.concat(parts.stdout), Buffer.concat(parts.stderr)];
  return {
    ...exit,
    stdout,
    stderr,
    files,
    limits,
    took_host_ms,
    first_line_ms,
    rss_peak_bytes: rss_peak_bytes - before,
    rss_growth_bytes,
  };
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Memory of an ended thread is given back a moment later, and what a run brought is garbage until somebody collects it. */
async function settledGrowth(before: number): Promise<number> {
  for (let i = 0; i < 20 && process.memoryUsage.rss() - before > RSS_GROWTH_BYTES; i++) {
    collectGarbage();
    await new Promise((done) => setTimeout(done, 100));
  }
  return process.memoryUsage.rss() - before;
}

/** Compiles and boots for the caps of the set, so that no program pays for that. */
export async function warmUp(chamber: Chamber, set: HostileSet): Promise<void> {
  const [language] = chamber.languages;
  const limits = limitsOf({ ...set.manifest.limits_for_the_set, wall_s: 20 });
  for (let i = 0; i < 2; i++)
    await observe(chamber, { language: language!, code: WARM_UP[language!], files: new Map(), limits });
}

export async function runProgram(
  chamber: Chamber,
  set: HostileSet,
  program: SetProgram,
  oracles: HostOracles,
  strength: Strength = "wasm",
): Promise<Verdict> {
  const expected = expectationOf(set, program);
  const wall_s = program.mutated ? MUTATED_WALL_S : set.manifest.hostile_expected?.[program.file]?.wall_s;
  const request: ChamberRequest = {
    language: program.language,
    code: oracles.fill(program.text, { WORK: "/work", CHAMBER: strength }),
    files: program.kind === "benign" ? injected(expected.inject) : new Map(),
    stdin: Buffer.from(expected.stdin ?? ""),
    limits: limitsOf({ ...set.manifest.limits_for_the_set, ...(wall_s === undefined ? {} : { wall_s }) }),
  };
  const base = { id: program.id, rung: chamber.rung };
  try {
    const seen = await observe(chamber, request);
    const faults = [
      ...hostFaults(seen, request.limits, oracles, slackOf(chamber)),
      ...ownFaults(seen, set, program, chamber.rung),
    ];
    const told = `${seen.status}${seen.exit_code === null ? "" : ` exit ${seen.exit_code}`}, ${Math.round(seen.took_ms)} ms, ${Math.round(seen.peak_bytes / MIB)} MiB`;
    const { stdout: _o, stderr: _e, files: _f, limits: _l, ...rest } = seen;
    const exit: ExitEvent = { ...rest, type: "exit" };
    if (faults.length === 0) return { ...base, verdict: "pass", why: told, exit };
    return { ...base, verdict: "FAIL", why: `${faults.join("; ")} (${told})`, exit };
  } catch (fault) {
    return { ...base, verdict: "FAIL", why: `the runner failed: ${(fault as Error).message}`, exit: null };
  }
}

const slackOf = (chamber: Chamber & { holdsMemory?(): boolean }): number =>
  chamber.holdsMemory?.() === false ? WATCHED_SLACK_BYTES : 0;

function hostFaults(seen: Observed, limits: Limits, oracles: HostOracles, slack_bytes: number): string[] {
  const faults = oracles.faults();
  const record = JSON.stringify({
    status: seen.status,
    why: seen.why,
    limits: seen.limits,
    paths: [...seen.files.keys()],
  });
  const texts: [string, string][] = [
    ["stdout", Buffer.from(seen.stdout).toString("latin1")],
    ["stderr", Buffer.from(seen.stderr).toString("latin1")],
    ["the record", record],
    ...[...seen.files].map(([path, bytes]): [string, string] => [path, Buffer.from(bytes).toString("latin1")]),
  ];
  // A program is given the secret's path, never the secret, unless its own text names it: that text is not an escape.
  for (const [where, text] of texts) if (text.includes(oracles.secret)) faults.push(`the secret stands in ${where}`);
  const late_ms = seen.took_host_ms - limits.wall_ms;
  if (late_ms > LATE_MS) faults.push(`ended ${Math.round(late_ms)} ms after its limit`);
  if (seen.stdout.length + seen.stderr.length > limits.output_bytes) faults.push("more output than allowed");
  if (seen.peak_bytes > limits.memory_bytes + slack_bytes) faults.push(`peak memory ${seen.peak_bytes}`);
  if (seen.rss_peak_bytes > limits.memory_bytes + limits.disk_bytes + OVERHEAD_BYTES)
    faults.push(`the process grew by ${Math.round(seen.rss_peak_bytes / MIB)} MiB at its peak`);
  if (seen.rss_growth_bytes > RSS_GROWTH_BYTES)
    faults.push(`the process stayed ${Math.round(seen.rss_growth_bytes / MIB)} MiB bigger`);
  return faults;
}

function hostileFaults(seen: Observed, set: HostileSet, program: SetProgram, rung: string): string[] {
  const faults = Buffer.from(seen.stdout)
    .toString()
    .split("\n")
    // Inside a machine the kernel that was reached is the guest's own.
    .filter((line) => (rung === "vm" ? /^ESCAPED/ : /^(ESCAPED|REACHED)/).test(line))
    .map((line) => line.slice(0, 120));
  const expected = set.manifest.hostile_expected?.[program.file];
  // A machine without hardware help computes some fifteen times slower: there a flood may meet the clock before its own limit.
  const fits = expected?.statuses.includes(seen.status) || (rung === "vm" && seen.status === "timeout");
  if (expected && !fits) faults.push(`status ${seen.status}, expected ${expected.statuses.join(" or ")}: ${seen.why}`);
  if (expected?.exit !== undefined && seen.exit_code !== expected.exit)
    faults.push(`exit ${seen.exit_code}, expected ${expected.exit}`);
  return faults;
}

/** What the program was to do or to leave, by its own account. */
function ownFaults(seen: Observed, set: HostileSet, program: SetProgram, rung: string): string[] {
  if (program.mutated) return [];
  return program.kind === "benign"
    ? benignFaults(seen, expectationOf(set, program))
    : hostileFaults(seen, set, program, rung);
}

const expectationOf = ({ manifest }: HostileSet, { file }: SetProgram): BenignExpectation =>
  benignExpectation(manifest, file);

function benignFaults(seen: Observed, expected: BenignExpectation): string[] {
  const faults: string[] = [];
  const stdout = Buffer.from(seen.stdout).toString().replace(/\n$/, "");
  const stderr = Buffer.from(seen.stderr).toString();
  const lines = stdout.split("\n");
  if (expected.out !== undefined && lines.at(-1) !== expected.out)
    faults.push(
      `last line ${JSON.stringify(lines.at(-1)?.slice(0, 100))}; stderr ${JSON.stringify(stderr.slice(-200))}`,
    );
  const exit = expected.exit ?? 0;
  if (exit === "nonzero" ? !seen.exit_code : seen.exit_code !== exit)
    faults.push(`exit ${seen.exit_code}, not ${exit}`);
  if (expected.stderr_has !== undefined && !stderr.includes(expected.stderr_has))
    faults.push(`stderr lacks ${expected.stderr_has}: ${stderr.slice(-200)}`);
  if (expected.lines !== undefined && lines.length !== expected.lines)
    faults.push(`${lines.length} lines, not ${expected.lines}`);
  const first_ms = expected.first_line_before_ms_after_start;
  if (first_ms !== undefined && seen.first_line_ms > first_ms)
    faults.push(`first line after ${Math.round(seen.first_line_ms)} ms, not ${first_ms}`);
  faults.push(...artifactFaults(seen, expected.artifact));
  return faults;
}

function artifactFaults(seen: Observed, artifact: unknown): string[] {
  if (artifact === undefined || artifact === null) return [];
  const wanted = typeof artifact === "string" ? { path: artifact } : (artifact as { path?: string; text?: string });
  const path = (wanted.path ?? "").replace(/^@@WORK@@\/|^\/work\//, "");
  const found = seen.files.get(path);
  if (!found) return [`artifact ${path} is missing`];
  const text = Buffer.from(found).toString();
  return wanted.text === undefined || wanted.text === text ? [] : [`artifact ${path} holds ${text.slice(0, 100)}`];
}
