/** exec.run: a program in a chamber, on a copy of the workspace. What it changed is handed to validation as a plan. */
import type { ChamberEvent, ChamberRun, ExitEvent } from "forge";
import { type Crypto, equal, type FileChange, isRefusal, type Refusal, toHex } from "lop";
import type { HeldRuns } from "./held-runs.ts";
import type { WorkspacePort } from "./hive-types.ts";
import type { LiveRun } from "./live-run.ts";
import type { PlannedChange, ToolDoer, ToolWork, ToolYield } from "./tool.ts";

type Files = ReadonlyMap<string, Uint8Array>;

interface ExecWorld {
  readonly crypto: Crypto;
  readonly workspace: WorkspacePort;
  readonly runs: HeldRuns;
  /** Whether a permit stands that a run could use. */
  mayReachOut(): boolean;
}

const DIGEST = { type: "string", pattern: "^[0-9a-f]{64}$" };
const RESULT = {
  type: "object",
  properties: {
    language: { enum: ["javascript", "python", "shell"] },
    peak_memory_bytes: { type: "integer", minimum: 0 },
    limits: { type: "array", items: { type: "string" } },
    violations: { type: "array", items: { type: "string" } },
    // On the rung vm: digests of what the machine was made from and of what it was allowed.
    origin: {
      type: "object",
      properties: { image: DIGEST, template: DIGEST, limits: DIGEST },
      required: ["image", "template", "limits"],
      additionalProperties: false,
    },
    // Of a run that was frozen: how often, and how long it stood.
    freezes: {
      type: "object",
      properties: { times: { type: "integer", minimum: 1 }, held_ms: { type: "integer", minimum: 0 } },
      required: ["times", "held_ms"],
      additionalProperties: false,
    },
  },
  required: ["language", "peak_memory_bytes", "limits", "violations"],
  additionalProperties: false,
};

/** Names of caps and of violations that a result lists; a hostile program can cause any number. */
export const NOTES_MAX = 32;

export const execTools = (world: ExecWorld): Record<string, ToolDoer> => ({
  "exec.run": {
    result: RESULT,
    language: (parameters) => String(parameters.language),
    changes: "any-file",
    run: (work) => runProgram(world, work),
  },
});

async function runProgram(world: ExecWorld, work: ToolWork): Promise<ToolYield | Refusal> {
  const { parameters } = work.card;
  const language = parameters.language as "javascript" | "python" | "shell";
  if (work.chamber === null) throw new TypeError("exec.run without a chamber");
  const files = await world.workspace.files();
  if (isRefusal(files)) return files;
  const session = await work.chamber.open({
    language,
    limits: work.limits,
    ...(world.mayReachOut() ? { egress: work.directive } : {}),
  });
  if (isRefusal(session)) return session;
  const run = world.runs.begin({ directive: work.directive, rung: work.chamber.rung, session });
  const stop = () => void run.stop(work.signal.reason as Refusal);
  work.signal.addEventListener("abort", stop, { once: true });
  try {
    if (work.signal.aborted) return work.signal.reason as Refusal;
    return await collect(world, run, { code: String(parameters.code), files }, language, work);
  } finally {
    work.signal.removeEventListener("abort", stop);
    await world.runs.end(run);
    await session.kill("the run is over");
  }
}

async function collect(
  world: ExecWorld,
  live: LiveRun,
  run: ChamberRun & { files: Files },
  language: string,
  work: ToolWork,
): Promise<ToolYield | Refusal> {
  const seen = {
    stdout: [] as Uint8Array[],
    stderr: [] as Uint8Array[],
    limits: [] as string[],
    violations: [] as string[],
  };
  const { session } = live;
  let exit: ExitEvent | null = null;
  for await (const event of session.exec(run)) {
    const passes = await live.passes();
    if (event.type === "exit") exit = live.told(event);
    else if (passes) note(event, seen, work);
  }
  if (exit === null) throw new Error("the chamber ended its stream without an exit event");
  // A run that did not end well leaves the workspace as it was.
  const changes = exit.status === "ok" ? changesOf(run.files, await session.get()) : [];
  const { limits, violations } = seen;
  const origin = session.origin ? { origin: { ...session.origin } } : {};
  const { freezes } = live;
  return {
    status: exit.status,
    why: exit.status === "ok" ? null : (exit.why ?? `The run ended with status ${exit.status}.`),
    exit_code: exit.exit_code,
    stdout: textOf(seen.stdout),
    stderr: textOf(seen.stderr),
    result: {
      language,
      peak_memory_bytes: exit.peak_bytes,
      limits,
      violations,
      ...origin,
      ...(freezes === null ? {} : { freezes }),
    },
    files: changes.map((change) => reported(world, change)),
    changes,
  };
}

function note(
  event: Exclude<ChamberEvent, ExitEvent>,
  seen: { stdout: Uint8Array[]; stderr: Uint8Array[]; limits: string[]; violations: string[] },
  work: ToolWork,
): void {
  if (event.type === "stdout" || event.type === "stderr") {
    seen[event.type].push(event.bytes);
    work.output(event.type, event.bytes);
  } else if (event.type === "limit" && seen.limits.length < NOTES_MAX) seen.limits.push(event.which);
  else if (event.type === "violation" && seen.violations.length < NOTES_MAX) seen.violations.push(event.what);
}

/** Programs print bytes; the proof holds text. Bytes that are not UTF-8 become U+FFFD. */
const textOf = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString("utf8");

function changesOf(before: Files, after: Files): PlannedChange[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    const old = before.get(path);
    const fresh = after.get(path);
    if (old !== undefined && fresh !== undefined && equal(old, fresh)) return [];
    return [{ path, before: old ?? null, content: fresh ?? null }];
  });
}

/** A planned change as the outcome reports it. */
export function reported({ crypto }: Pick<ExecWorld, "crypto">, { path, before, content }: PlannedChange): FileChange {
  if (content === null) return { path, change: "removed", sha256: null, bytes: null };
  const change = before === null ? "added" : "changed";
  return { path, change, sha256: toHex(crypto.sha256(content)), bytes: content.length };
}
