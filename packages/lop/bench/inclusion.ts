/**
 * A2 and half of A4: proofs in a ledger of 10^7 entries, and opening it after a crash. `--entries 10000000 --folder DIR`
 * The ledger is built by appending, so the first run takes a while; `--keep` keeps the folder for the next.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SimChance } from "../src/chance-sim.ts";
import { nodeClock } from "../src/clock-node.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import { nodeDisk } from "../src/disk-node.ts";
import { Ledger, MARK_EVERY_ENTRIES } from "../src/ledger.ts";
import { isRefusal } from "../src/refusal.ts";
import { verifyTlogProof } from "../src/tlog-proof.ts";
import { report } from "./goal.ts";

export const name = "inclusion";

const signer = nodeSigner(new Uint8Array(32).fill(9));
const origin = "axiom-hive/1f2e3d4c";

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      entries: { type: "string", default: "1000000" },
      proofs: { type: "string", default: "5000" },
      bytes: { type: "string", default: "64" },
      folder: { type: "string", default: join(tmpdir(), "axiom-inclusion-bench") },
      keep: { type: "boolean", default: false },
      crash: { type: "boolean", default: false },
    },
  });
  if (values.crash) return crash(values.folder);
  mkdirSync(values.folder, { recursive: true });
  try {
    if (!existsSync(join(values.folder, "ledger")))
      await build(values.folder, Number(values.entries), Number(values.bytes));
    await measureOpen(values.folder);
    await measureProofs(values.folder, Number(values.proofs));
  } finally {
    if (!values.keep) rmSync(values.folder, { recursive: true });
  }
}

async function openAt(folder: string): Promise<Ledger> {
  const ledger = await Ledger.open({
    disk: nodeDisk(folder),
    folder: "ledger",
    crypto: nodeCrypto,
    signer,
    origin,
    clock: nodeClock,
  });
  if (isRefusal(ledger)) throw new Error(ledger.why);
  return ledger;
}

const entryOf = (index: number, bytes: number): Uint8Array => {
  const entry = new Uint8Array(bytes);
  new DataView(entry.buffer).setFloat64(0, index);
  return entry;
};

async function build(folder: string, entries: number, bytes: number): Promise<void> {
  const ledger = await openAt(folder);
  const start = nodeClock.monotonic_ms();
  while (ledger.size < entries) {
    const count = Math.min(20_000, entries - ledger.size);
    const first = ledger.size;
    const answers = await Promise.all(
      Array.from({ length: count }, (_, i) => ledger.append(entryOf(first + i, bytes))),
    );
    const no = answers.find(isRefusal);
    if (no !== undefined) throw new Error(no.why);
  }
  console.log(`built ${entries} entries in ${((nodeClock.monotonic_ms() - start) / 1000).toFixed(0)} s`);
  await ledger.close();
}

/** Opened by a process that is killed with entries behind the mark, then by this one. */
async function measureOpen(folder: string): Promise<void> {
  spawnSync(process.execPath, [import.meta.filename, "--folder", folder, "--crash"], { stdio: "inherit" });
  for (const what of ["after a crash", "after a clean close"]) {
    const start = nodeClock.monotonic_ms();
    const ledger = await openAt(folder);
    const took = nodeClock.monotonic_ms() - start;
    report(`A4 open ${what}, ${ledger.size} entries (goal 200 ms)`, `${took.toFixed(0)} ms`, took <= 200);
    await ledger.close();
  }
}

async function crash(folder: string): Promise<void> {
  const ledger = await openAt(folder);
  await Promise.all(Array.from({ length: MARK_EVERY_ENTRIES - 1 }, (_, i) => ledger.append(entryOf(i, 600))));
  process.kill(process.pid, "SIGKILL");
}

async function measureProofs(folder: string, count: number): Promise<void> {
  const ledger = await openAt(folder);
  const chance = new SimChance(1);
  const log = { origin, publicKey: signer.publicKey };
  for (const where of ["anywhere", "in the last 10,000"]) {
    const indexes = Array.from({ length: count }, () =>
      where === "anywhere" ? chance.below(ledger.size) : ledger.size - 1 - chance.below(Math.min(10_000, ledger.size)),
    );
    const proofs: string[] = [];
    const cpu = process.cpuUsage();
    const start = nodeClock.monotonic_ms();
    for (const index of indexes) proofs.push(await ledger.prove(index));
    const wall_us = ((nodeClock.monotonic_ms() - start) * 1000) / count;
    const used = process.cpuUsage(cpu);
    const largest = Math.max(...proofs.map((proof) => proof.length));
    const cpu_us = (used.user + used.system) / count;
    report(`A2 prove ${where} (goal 60 us)`, `${cpu_us.toFixed(1)} CPU-us, ${wall_us.toFixed(1)} us`, cpu_us <= 60);
    report("A2 size of a proof (goal 1,500)", `${largest} bytes`, largest <= 1500);
    await measureVerify(ledger, indexes, proofs, log);
  }
  await ledger.close();
}

async function measureVerify(
  ledger: Ledger,
  indexes: number[],
  proofs: string[],
  log: { origin: string; publicKey: Uint8Array },
): Promise<void> {
  const entries = await Promise.all(indexes.slice(0, 1000).map((index) => ledger.read(index)));
  const timed = (crypto: typeof nodeCrypto) => {
    const cpu = process.cpuUsage();
    for (const [i, entry] of entries.entries()) {
      if (isRefusal(entry)) throw new Error(entry.why);
      const verdict = verifyTlogProof(crypto, proofs[i]!, entry, log);
      if (isRefusal(verdict)) throw new Error(verdict.why);
    }
    const used = process.cpuUsage(cpu);
    return (used.user + used.system) / entries.length;
  };
  timed(nodeCrypto);
  const whole = timed(nodeCrypto);
  const path = timed({ ...nodeCrypto, verify: () => true });
  report("A2 verify, beside the signature (goal 80)", `${path.toFixed(1)} CPU-us of ${whole.toFixed(1)}`, path <= 80);
}

if (import.meta.main) await run(process.argv.slice(2));
