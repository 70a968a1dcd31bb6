/** Beside A4: a real process on the real disk, killed in the middle of its appends, again and again. `--kills 100` */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { utf8 } from "../src/bytes.ts";
import { nodeClock } from "../src/clock-node.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import { nodeDisk } from "../src/disk-node.ts";
import { Ledger } from "../src/ledger.ts";
import { checkLedger } from "../src/ledger-check.ts";
import { findingText } from "../src/ledger-report.ts";
import { NOTE_ED25519, verifierKey } from "../src/note.ts";
import { isRefusal } from "../src/refusal.ts";
import { report } from "./goal.ts";

export const name = "kills";

const signer = nodeSigner(new Uint8Array(32).fill(9));
const origin = "axiom-hive/kills";
const LIFE_MAX_MS = 400;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { kills: { type: "string", default: "100" }, victim: { type: "string" } },
  });
  if (values.victim !== undefined) return live(values.victim);
  const folder = mkdtempSync(join(tmpdir(), "axiom-kills-"));
  try {
    let lost = 0;
    let torn = 0;
    for (let kill = 0; kill < Number(values.kills); kill++) {
      const acknowledged = await killOne(folder, Math.floor(Math.random() * LIFE_MAX_MS));
      const ledger = await openAt(folder);
      if (ledger.size < acknowledged) lost += acknowledged - ledger.size;
      if (ledger.repaired?.torn != null) torn++;
      await ledger.close();
    }
    const publicKey = signer.publicKey;
    const key = verifierKey(nodeCrypto, { name: origin, type: NOTE_ED25519, publicKey });
    const checked = await checkLedger({
      disk: nodeDisk(folder),
      folder: "ledger",
      crypto: nodeCrypto,
      verifierKey: key,
    });
    for (const finding of checked.findings.slice(0, 5)) console.log(findingText(finding));
    console.log(`${values.kills} kills, ${checked.size} entries, ${torn} torn tails cut`);
    report("A4 acknowledged entries lost to kill -9", String(lost), lost === 0);
    report("A4 the ledger afterwards", checked.sound ? "sound" : `${checked.findings.length} findings`, checked.sound);
  } finally {
    rmSync(folder, { recursive: true });
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
  if (isRefusal(ledger)) throw new Error(`${ledger.refused}: ${ledger.why}`);
  return ledger;
}

/** Says after each acknowledgement how many entries there are. */
async function live(folder: string): Promise<void> {
  const ledger = await openAt(folder);
  await Promise.all(
    Array.from({ length: 32 }, async (_, writer) => {
      for (let turn = 0; ; turn++) {
        const answer = await ledger.append(utf8(`${writer} ${turn} ${"x".repeat((writer * turn) % 900)}`));
        if (isRefusal(answer)) throw new Error(answer.why);
        process.stdout.write(`${answer.index + 1}\n`);
      }
    }),
  );
}

/** Lets the victim live for a while after its first word; returns the highest count that it said. */
async function killOne(folder: string, after_ms: number): Promise<number> {
  const victim = spawn(process.execPath, [import.meta.filename, "--victim", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  let most = 0;
  victim.stdout.on("data", (chunk: Buffer) => {
    const lines = (said + chunk.toString()).split("\n");
    said = lines.pop()!;
    for (const line of lines) most = Math.max(most, Number(line));
  });
  const gone = new Promise((done) => victim.once("close", done));
  await once(victim.stdout, "data");
  await nodeClock.sleep(after_ms);
  victim.kill("SIGKILL");
  await gone;
  return most;
}

if (import.meta.main) await run(process.argv.slice(2));
