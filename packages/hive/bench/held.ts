/**
 * A counting program that is frozen and resumed through the whole hive, on a real disk: how long a freeze takes until the run stands on
 * record, what is shown while it is held, what is lost. `-- held --rung os|vm --cycles N [--every_ms N]`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Ladder, osChamber, vm } from "forge";
import { nodeDisk } from "lop";
import { type Hive, openHive } from "../src/index.ts";
import { card, must, settings, simHome, start } from "../test/hive-home.ts";
import { statementsOf } from "../test/statements-of.ts";

export const name = "held";

/** Numbers without a pause, a line each, until a million: the run is killed long before. */
const COUNTING = "for n in range(1000000):\n    print(n, flush=True)\n    for _ in range(20000): pass\n";
const RUN_SECONDS = 290;
const OUTPUT_BYTES = 64 << 20;

interface Seen {
  text: string;
}

export async function run(args: readonly string[]): Promise<void> {
  const options = { rung: { type: "string" }, cycles: { type: "string" }, every_ms: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const rung = values.rung === "vm" ? "vm" : "os";
  const folder = mkdtempSync(join(tmpdir(), "axiom-held-bench-"));
  const chamber = rung === "vm" ? vm({ pool: 1 }) : osChamber({ pool: 1 });
  try {
    const home = await simHome();
    const ports = { ...home.ports, disk: nodeDisk(folder), ladder: new Ladder([chamber]) };
    const wanted = settings();
    const roomy = { ...wanted, chamber: { ...wanted.chamber, output_bytes: OUTPUT_BYTES } };
    const hive = must(await openHive(ports, roomy, { passphrase: null }));
    await cycles(hive, rung, Number(values.cycles ?? 100), Number(values.every_ms ?? 20));
    await hive.close();
  } finally {
    await chamber.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function cycles(hive: Hive, rung: "os" | "vm", count: number, every_ms: number): Promise<void> {
  const body = { ...card("exec.run", { language: "python", code: COUNTING, timeout_seconds: RUN_SECONDS }), rung };
  const id = await start(hive, body);
  const stop = new AbortController();
  const seen: Seen = { text: "" };
  void listen(hive, id, seen, stop.signal);
  while (seen.text === "") await pause(5);
  const took_ms: number[] = [];
  let while_held = 0;
  for (let cycle = 0; cycle < count; cycle++) {
    const freezing_ms = performance.now();
    const freezing = hive.freeze("a bench");
    const before = (await hive.directive(id))!.steps.length;
    must((await freezing) ?? undefined);
    took_ms.push(performance.now() - freezing_ms);
    if (hive.status().held.length !== 1) throw new Error("the run is not held");
    await pause(5);
    // One step more: that it is held.
    while_held += (await hive.directive(id))!.steps.length - before - 1;
    must((await hive.resume()) ?? undefined);
    await pause(every_ms);
  }
  await hive.cancel(id);
  const view = must(await hive.ended(id));
  stop.abort();
  await report(hive, { rung, count, took_ms, while_held, stdout: view.outcome!.stdout });
}

async function listen(hive: Hive, id: string, seen: Seen, signal: AbortSignal): Promise<void> {
  for await (const { phase, detail } of hive.events(id, 0, signal))
    if (phase === "output") seen.text += String(detail.text);
}

interface Found {
  rung: string;
  count: number;
  took_ms: number[];
  while_held: number;
  stdout: string;
}

async function report(hive: Hive, { rung, count, took_ms, while_held, stdout }: Found): Promise<void> {
  // The last line may be cut by the cancel.
  const lines = stdout.split("\n").slice(0, -1);
  const lost = lines.filter((line, n) => Number(line) !== n).length;
  const all = await statementsOf(hive);
  const keys = new Set(all.filter(({ kind }) => kind === "thawed").map(({ body }) => body.keys));
  const sorted = took_ms.toSorted((a, b) => a - b);
  const at = (share: number): string => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1);
  console.log(
    `${rung}: ${count} freezes and resumes through the hive, freeze to held on record p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)} ms; ` +
      `counted to ${lines.length}, ${lost} lost, ${while_held} steps told while held, ` +
      `${all.filter(({ kind }) => kind === "held").length} held and ${all.filter(({ kind }) => kind === "thawed").length} thawed entries, ${keys.size} key sessions`,
  );
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
