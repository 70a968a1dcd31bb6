/** A1: durable, proof-carrying appends per second, against a naive ledger in the same run, in turns. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { utf8 } from "../src/bytes.ts";
import { signCheckpoint } from "../src/checkpoint.ts";
import { nodeClock } from "../src/clock-node.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import { nodeDisk } from "../src/disk-node.ts";
import { Ledger } from "../src/ledger.ts";
import { LedgerTree } from "../src/ledger-tree.ts";
import { leafHash } from "../src/merkle.ts";
import { isRefusal } from "../src/refusal.ts";
import { verifyTlogProof } from "../src/tlog-proof.ts";
import { median, report } from "./goal.ts";

export const name = "ledger";

const SYNC = "one fdatasync";
const NAIVE = "naive: sign, fdatasync";
const NAIVE_PROOFS = "naive with signed head";

const origin = "axiom-hive/bench";
const signer = nodeSigner(new Uint8Array(32).fill(9));

interface Round {
  readonly per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly cpu_us: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "2" },
      rounds: { type: "string", default: "5" },
      bytes: { type: "string", default: "600" },
      writers: { type: "string", default: "1,8,64,256" },
      folder: { type: "string", default: tmpdir() },
    },
  });
  const folder = mkdtempSync(join(values.folder, "axiom-ledger-bench-"));
  try {
    await measure(folder, {
      ms: Number(values.seconds) * 1000,
      rounds: Number(values.rounds),
      entry_bytes: Number(values.bytes),
      writers: values.writers.split(",").map(Number),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  folder: string,
  o: { ms: number; rounds: number; entry_bytes: number; writers: readonly number[] },
): Promise<void> {
  const results = new Map<string, Round[]>();
  const note = (what: string, round: Round) => results.set(what, [...(results.get(what) ?? []), round]);
  for (let round = 0; round < o.rounds; round++) {
    note(SYNC, await fdatasyncs(join(folder, `sync-${round}`), o));
    note(NAIVE, await naive(join(folder, `naive-${round}`), o));
    note(NAIVE_PROOFS, await naiveWithProofs(join(folder, `proofs-${round}`), o));
    for (const writers of o.writers)
      note(`${writers} writers`, await ledger(join(folder, `ledger-${round}-${writers}`), writers, o));
  }
  print(results);
}

async function ledger(folder: string, writers: number, o: { ms: number; entry_bytes: number }): Promise<Round> {
  const opened = await Ledger.open({
    disk: nodeDisk(folder),
    folder: "ledger",
    crypto: nodeCrypto,
    signer,
    origin,
    clock: nodeClock,
  });
  if (isRefusal(opened)) throw new Error(opened.why);
  const round = await timed(writers, o.ms, async (writer, turn) => {
    const answer = await opened.append(entryOf(o.entry_bytes, writer, turn));
    if (isRefusal(answer)) throw new Error(answer.why);
  });
  await checkProofs(opened);
  await opened.close();
  rmSync(folder, { recursive: true });
  return round;
}

/** The figure counts only if what was appended can be proved. */
async function checkProofs(opened: Ledger): Promise<void> {
  for (let i = 0; i < 32; i++) {
    const index = Math.floor((opened.size * i) / 32);
    const entry = await opened.read(index);
    if (isRefusal(entry)) throw new Error(entry.why);
    const verdict = verifyTlogProof(nodeCrypto, await opened.prove(index), entry, {
      origin,
      publicKey: signer.publicKey,
    });
    if (isRefusal(verdict)) throw new Error(verdict.why);
  }
}

async function fdatasyncs(path: string, o: { ms: number; entry_bytes: number }): Promise<Round> {
  const handle = await open(path, "w+");
  await handle.writeFile(new Uint8Array(8 * 1024 * 1024));
  await handle.sync();
  const bytes = entryOf(o.entry_bytes, 0, 0);
  let at = 0;
  const round = await timed(1, o.ms, async () => {
    await handle.write(bytes, 0, bytes.length, at);
    await handle.datasync();
    at = (at + bytes.length) % (7 * 1024 * 1024);
  });
  await handle.close();
  return round;
}

async function naive(path: string, o: { ms: number; entry_bytes: number }): Promise<Round> {
  const handle = await open(path, "a");
  const round = await timed(1, o.ms, async (writer, turn) => {
    const entry = entryOf(o.entry_bytes, writer, turn);
    await handle.write(entry);
    await handle.write(signer.sign(entry));
    await handle.datasync();
  });
  await handle.close();
  return round;
}

/** The simplest that can prove what it acknowledges: after each entry the signed head is replaced atomically. */
async function naiveWithProofs(folder: string, o: { ms: number; entry_bytes: number }): Promise<Round> {
  const disk = nodeDisk(folder);
  mkdirSync(folder);
  const file = await disk.open("entries", "create");
  const tree = new LedgerTree(nodeCrypto, () => undefined);
  let at = 0;
  const round = await timed(1, o.ms, async (writer, turn) => {
    const entry = entryOf(o.entry_bytes, writer, turn);
    await file.write(at, entry);
    await file.sync();
    at += entry.length;
    tree.append(leafHash(nodeCrypto, entry));
    const note = signCheckpoint(nodeCrypto, signer, { origin, size: tree.size, root: tree.root() });
    await disk.writeAtomic("checkpoint", utf8(note));
  });
  await file.close();
  return round;
}

function entryOf(size: number, writer: number, turn: number): Uint8Array {
  const entry = new Uint8Array(size).fill(turn);
  new DataView(entry.buffer).setUint32(0, writer);
  new DataView(entry.buffer).setUint32(4, turn);
  return entry;
}

async function timed(
  writers: number,
  ms: number,
  work: (writer: number, turn: number) => Promise<void>,
): Promise<Round> {
  const waits: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + ms;
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let turn = 0, now = start; now < end; turn++) {
        await work(writer, turn);
        const after = performance.now();
        waits.push(after - now);
        now = after;
      }
    }),
  );
  const took_ms = performance.now() - start;
  const used = process.cpuUsage(cpu);
  waits.sort((a, b) => a - b);
  return {
    per_second: (waits.length / took_ms) * 1000,
    p50_ms: waits[Math.floor(waits.length * 0.5)]!,
    p99_ms: waits[Math.floor(waits.length * 0.99)]!,
    cpu_us: (used.user + used.system) / waits.length,
  };
}

function print(results: ReadonlyMap<string, readonly Round[]>): void {
  const of = (what: string, field: keyof Round) => median(results.get(what)!.map((round) => round[field]));
  for (const [what, rounds] of results) {
    const rates = rounds.map((round) => Math.round(round.per_second)).sort((a, b) => a - b);
    console.log(
      `${what.padEnd(28)} ${Math.round(of(what, "per_second"))}/s (${rates[0]}–${rates.at(-1)})  ` +
        `p50 ${of(what, "p50_ms").toFixed(3)} ms  p99 ${of(what, "p99_ms").toFixed(2)} ms  ${of(what, "cpu_us").toFixed(1)} CPU-us`,
    );
  }
  const rate = (what: string) => of(what, "per_second");
  const ratio = (what: string) => rate(what) / rate(NAIVE);
  if (results.has("256 writers")) {
    report("A1 appends/s, 256 writers (goal 100,000)", rate("256 writers").toFixed(0), rate("256 writers") >= 100_000);
    report(
      "A1 p99, 256 writers (goal 10 ms)",
      `${of("256 writers", "p99_ms").toFixed(2)} ms`,
      of("256 writers", "p99_ms") <= 10,
    );
  }
  if (results.has("64 writers")) {
    report(
      "A1 appends/s, 64 writers (at the least 40,000)",
      rate("64 writers").toFixed(0),
      rate("64 writers") >= 40_000,
    );
    report(
      "A1 against naive, 64 writers (at the least 200)",
      `${ratio("64 writers").toFixed(1)} x`,
      ratio("64 writers") >= 200,
    );
    report(
      "   against naive with proofs, 64 writers",
      `${(rate("64 writers") / rate(NAIVE_PROOFS)).toFixed(1)} x`,
      null,
    );
  }
  if (results.has("1 writers")) {
    const one = of("1 writers", "p50_ms") / of(SYNC, "p50_ms");
    report("A1 one writer against one fdatasync (goal 1.3)", `${one.toFixed(2)} x`, one <= 1.3);
  }
}

if (import.meta.main) await run(process.argv.slice(2));
