/** Invented directives for the demo states. Nothing here ever reaches the real room. */

import {
  type ActionCard,
  type DirectiveState,
  type DirectiveView,
  type HiveStatus,
  type JsonObject,
  type Outcome,
  STEPS,
  type StepEvent,
  type StepName,
  type StepPhase,
  type ToolInfo,
  type Verdict,
} from "./wire.ts";
import { readTool } from "./wire-read.ts";

const START = Date.UTC(2026, 10, 21, 14, 2, 7, 120);
export const DEMO_NOW_MS = START;
const instant = (after_ms: number): string => new Date(START + after_ms).toISOString();

/** A digest-shaped name that is the same in every run. */
export function demoHash(seed: number): string {
  let x = (seed * 2_654_435_761) >>> 0;
  return Array.from({ length: 64 }, () => {
    x = (Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return (x >>> 28).toString(16);
  }).join("");
}

export const DEMO_STATUS: HiveStatus = {
  version: "0.1.0",
  hive: demoHash(1),
  origin: "axiom-hive/1f2e3d4c",
  unlocked: true,
  frozen: null,
  ledger: { size: 1284, checkpoint: "axiom-hive/1f2e3d4c\n1284\nn+1cq0PHLwgKGiqH1yzA3w8xZk0vV2m0l1Zs5kR8aYc=\n" },
  chambers: [
    { rung: "wasm-js", ready: true, why: null },
    { rung: "wasm-py", ready: true, why: null },
    { rung: "os", ready: false, why: "bubblewrap is not installed" },
    { rung: "vm", ready: false, why: "no access to /dev/kvm" },
  ],
  engine: { ready: false, why: "No model is installed. State action cards yourself." },
  running: 0,
  awaiting: 0,
};

const string = { type: "string" };
const tool = (
  name: string,
  does: string,
  action: string,
  properties: JsonObject,
  required: string[],
  part: string | null = null,
): ToolInfo =>
  readTool({
    name,
    needle: name.split(".")[0]!.replace("permit", "guard").replace("lattice", "find"),
    does,
    action,
    parameters: { type: "object", properties, required },
    ready: part === null,
    part,
  });

export const DEMO_TOOLS: readonly ToolInfo[] = [
  tool(
    "exec.run",
    "Run code in a chamber",
    "execute",
    {
      language: { enum: ["javascript", "python", "shell"] },
      code: string,
      timeout_seconds: { type: "integer", minimum: 1, maximum: 600 },
    },
    ["language", "code"],
  ),
  tool("files.list", "List the workspace", "analyze", { path: string }, []),
  tool("files.read", "Read a file of the workspace", "analyze", { path: string }, ["path"]),
  tool("files.write", "Write a file in the workspace", "execute", { path: string, content: string }, [
    "path",
    "content",
  ]),
  tool("files.diff", "Show what changed", "analyze", { since: string }, []),
  tool(
    "permit.grant",
    "Let one host through for some minutes",
    "execute",
    { host: string, minutes: { type: "integer", minimum: 1, maximum: 1440 } },
    ["host", "minutes"],
  ),
  tool("permit.list", "List permits", "analyze", {}, []),
  tool("guard.freeze", "Stop everything", "execute", {}, []),
  tool("guard.resume", "Resume after a freeze", "execute", { wipe: { type: "boolean" } }, []),
  tool("guard.status", "Report the hive's state", "analyze", {}, []),
  tool("snapshot.create", "Keep a snapshot", "execute", { label: string }, [], "nest"),
  tool(
    "recall.search",
    "Find remembered text",
    "analyze",
    { query: string, limit: { type: "integer", minimum: 1, maximum: 100 } },
    ["query"],
    "nest",
  ),
  tool("fetch.page", "Bring a page in", "execute", { url: string }, ["url"], "hunt"),
  tool("lattice.find", "Find a capability", "analyze", { what: string, near: string }, [], "lattice"),
  tool("query.sql", "Ask the hive's records", "analyze", { sql: string }, ["sql"], "nest"),
];

const TOOK_US: { readonly [step in StepName]: number } = {
  sign: 210,
  admit: 2400,
  route: 0,
  decode: 0,
  judge: 640,
  approve: 0,
  execute: 31_800,
  validate: 380,
  seal: 190,
  record: 2100,
  prove: 260,
};

/** Events up to and with `last`, which is in `phase`; `skip` were passed over. */
export function demoSteps(
  id: string,
  last: StepName,
  phase: StepPhase,
  skip: readonly StepName[],
  detail: JsonObject = {},
): StepEvent[] {
  const upTo = STEPS.indexOf(last);
  return STEPS.slice(0, upTo + 1).map((step, index) => ({
    seq: index + 1,
    directive: id,
    step,
    phase: index === upTo ? phase : skip.includes(step) ? "skipped" : "passed",
    at: instant(index * 4),
    took_us: index === upTo && phase !== "passed" ? null : skip.includes(step) ? null : TOOK_US[step],
    detail: index === upTo ? detail : {},
  }));
}

export const OWN_CARD: readonly StepName[] = ["route", "decode"];
export const OWN_CARD_ALLOWED: readonly StepName[] = ["route", "decode", "approve"];

export const demoCard = (tool: string, needle: string, parameters: JsonObject): ActionCard => ({
  v: 1,
  tool,
  needle,
  action: "execute",
  parameters,
  by: "operator",
});

export const demoVerdict = (
  decision: Verdict["decision"],
  impact: Verdict["impact"],
  reasons: string[],
  rung: Verdict["rung"] = null,
): Verdict => ({
  v: 1,
  decision,
  policies: [`${decision}-${impact}`],
  reasons,
  impact,
  rung,
  policy_set: demoHash(9),
});

export const demoOutcome = (fields: Partial<Outcome>): Outcome => ({
  v: 1,
  status: "ok",
  why: null,
  rung: "wasm-py",
  exit_code: 0,
  stdout: "",
  stderr: "",
  result: null,
  files: [],
  started_at: instant(20),
  took_ms: 31,
  ...fields,
});

export function demoView(seed: number, state: DirectiveState, fields: Partial<DirectiveView>): DirectiveView {
  const id = demoHash(seed);
  const over = state !== "running" && state !== "held" && state !== "awaiting-approval";
  return {
    id,
    state,
    step: "prove",
    words: null,
    card: null,
    verdict: null,
    outcome: null,
    refusal: null,
    submitted_at: instant(-seed * 97_000),
    ended_at: over ? instant(-seed * 97_000 + 41) : null,
    steps: demoSteps(id, "prove", "passed", OWN_CARD_ALLOWED),
    ...fields,
  };
}

const PRIMES = `def primes(limit):
    sieve = bytearray([1]) * (limit + 1)
    for n in range(2, int(limit ** 0.5) + 1):
        if sieve[n]:
            sieve[n * n :: n] = bytes(len(sieve[n * n :: n]))
    return [n for n in range(2, limit + 1) if sieve[n]]

print(len(primes(100_000)), "primes below 100 000")
print("largest:", primes(100_000)[-1])
`;

export const PRIMES_CARD = demoCard("exec.run", "exec", { language: "python", code: PRIMES });
export const PRIMES_OUTPUT = "9592 primes below 100 000\nlargest: 99991\n";
export const LOW = demoVerdict("allow", "low", ["Code in a chamber without network may run."], "wasm-py");

export const NOTES_CARD = demoCard("files.write", "files", {
  path: "notes/roadmap.md",
  content: "# Roadmap\n\n- the house\n- Logic and LEX\n- the lattice\n",
});
export const NOTES_DIFF = " # Roadmap\n \n-- the shed\n+- the house\n+- Logic and LEX\n - the lattice\n";

/** Earlier directives, for the history list. */
export const DEMO_PAST: readonly DirectiveView[] = [
  demoView(2, "done", {
    card: demoCard("files.read", "files", { path: "notes/roadmap.md" }),
    verdict: demoVerdict("allow", "none", ["Reading the workspace is allowed."]),
  }),
  demoView(3, "done", {
    card: NOTES_CARD,
    verdict: demoVerdict("approve", "high", ["Changing files needs your approval."]),
  }),
  demoView(4, "refused", {
    words: "Book a table for two near the harbour tonight",
    step: "decode",
    refusal: {
      refused: "engine-absent",
      why: "No engine is present to write an action card from words.",
      fix: "State the action card yourself.",
    },
    steps: demoSteps(demoHash(4), "decode", "refused", []),
  }),
  demoView(5, "done", {
    card: demoCard("exec.run", "exec", { language: "javascript", code: "console.log(6 * 7)" }),
    verdict: LOW,
  }),
  demoView(6, "cancelled", {
    card: demoCard("exec.run", "exec", { language: "python", code: "while True: pass" }),
    step: "execute",
    steps: demoSteps(demoHash(6), "execute", "began", OWN_CARD_ALLOWED),
  }),
];
