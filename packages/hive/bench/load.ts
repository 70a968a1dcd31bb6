/**
 * `npm run bench -w hive -- load [--clients 64] [--each 200]`: many clients at one daemon over HTTP. Each client writes a file of
 * its own and then reads it; the answers must be its own (none crossed), proofs must verify, and the ledger must tell the same.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  isRefusal,
  Keyring,
  Ledger,
  nodeChance,
  nodeClock,
  nodeCrypto,
  nodeDisk,
  type Refusal,
  type Signer,
} from "lop";
import { verifyProof } from "lop/verify";
import { HiveClient } from "../src/client.ts";
import { SocketTransport } from "../src/client-socket.ts";
import type { DirectiveView } from "../src/hive-types.ts";
import { readOwn } from "../src/recovery.ts";

export const name = "load";

const BIN = fileURLToPath(new URL("../src/axiom.ts", import.meta.url));
/** One proof in so many is fetched and verified; all of them are checked by the hive as it makes them. */
const PROOF_EVERY = 20;
const POLL_MS = 100;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { clients: { type: "string", default: "64" }, each: { type: "string", default: "200" } },
  });
  const [clients, each] = [Number(values.clients), Number(values.each)];
  const home = mkdtempSync(join(tmpdir(), "axiom-bench-load-"));
  try {
    const daemon = await startDaemon(home);
    const key = readFileSync(join(home, "keys", "api"), "utf8").trim();
    const tally = new Tally();
    // The daemon's set-up states a directive of its own.
    const own = await new HiveClient(new SocketTransport(daemon.url).send, key).list(10);
    if (!isRefusal(own)) for (const { id } of own) tally.before.add(id);
    const began = performance.now();
    await Promise.all(Array.from({ length: clients }, (_, i) => client(daemon.url, key, i, each, tally)));
    const took_s = (performance.now() - began) / 1000;
    await daemon.stop();
    await checkLedger(home, tally);
    tally.report(clients * each, took_s);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

class Tally {
  readonly times_ms: number[] = [];
  readonly ids = new Set<string>();
  readonly before = new Set<string>();
  readonly faults: string[] = [];
  proofs = 0;

  report(asked: number, took_s: number): void {
    const sorted = this.times_ms.toSorted((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!);
    const lost = asked - this.ids.size;
    const figures = { asked, lost, faults: this.faults.length, proofs_verified: this.proofs };
    const speed = { took_s: Math.round(took_s), per_s: Math.round(asked / took_s) };
    console.log(JSON.stringify({ ...figures, ...speed, p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99) }));
    for (const fault of this.faults.slice(0, 20)) console.log(fault);
    process.exitCode = lost === 0 && this.faults.length === 0 ? 0 : 1;
  }
}

async function client(url: string, key: string, number: number, each: number, tally: Tally): Promise<void> {
  const transport = new SocketTransport(url);
  const hive = new HiveClient(transport.send, key);
  for (let turn = 0; turn < each; turn++) {
    const content = `the words of client ${number}`;
    const path = `client-${number}.txt`;
    const began = performance.now();
    const card =
      turn === 0
        ? { tool: "files.write", parameters: { path, content } }
        : { tool: "files.read", parameters: { path } };
    const view = await ended(hive, await hive.state({ card }, { wait_s: 60 }));
    tally.times_ms.push(performance.now() - began);
    if (isRefusal(view)) {
      tally.faults.push(`${content}: ${view.refused}: ${view.why}`);
      continue;
    }
    if (view.state !== "done" || view.verified !== true)
      tally.faults.push(`${content}: ${view.state}, ${view.refusal?.why}`);
    const answer =
      turn === 0 ? view.card?.parameters.content : (view.outcome?.result as { content?: string } | null)?.content;
    if (answer !== content) tally.faults.push(`${content}: crossed with another answer`);
    if (tally.ids.has(view.id)) tally.faults.push(`${content}: the id ${view.id} came twice`);
    tally.ids.add(view.id);
    if (turn % PROOF_EVERY === 0) await fetchProof(hive, view.id, path, tally);
  }
  transport.close();
}

/** On a slow disk a directive may outlast the wait; the client then asks again, as any client would. */
async function ended(hive: HiveClient, answer: DirectiveView | Refusal): Promise<DirectiveView | Refusal> {
  let view = answer;
  while (!isRefusal(view) && view.state === "running") {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    view = await hive.directive(view.id);
  }
  return view;
}

async function fetchProof(hive: HiveClient, id: string, path: string, tally: Tally): Promise<void> {
  const bytes = await hive.proof(id);
  const checked = isRefusal(bytes) ? null : verifyProof(bytes, nodeCrypto);
  if (checked?.verified && checked.proof.card.parameters.path === path) tally.proofs++;
  else tally.faults.push(`${path}: its proof of ${id} does not hold`);
}

/** The ledger against what the clients were told: each directive admitted, begun and ended exactly once, and no other. */
async function checkLedger(home: string, tally: Tally): Promise<void> {
  const disk = nodeDisk(home);
  const o = { disk, folder: "keys", chance: nodeChance, clock: nodeClock, crypto: nodeCrypto, passphrase: null };
  const keyring = await Keyring.open(o);
  if (isRefusal(keyring)) throw new Error(keyring.why);
  const signer = keyring.signer("hive") as Signer;
  const origin = keyring.keys.hive;
  const ledger = await Ledger.open({ disk, folder: "ledger", crypto: nodeCrypto, signer, origin, clock: nodeClock });
  if (isRefusal(ledger)) throw new Error(ledger.why);
  const kinds = new Map<string, string[]>();
  for await (const { entry } of ledger.entries(0)) {
    const statement = readOwn(entry);
    if (statement?.directive)
      kinds.set(statement.directive, [...(kinds.get(statement.directive) ?? []), statement.kind]);
  }
  await ledger.close();
  for (const [id, said] of kinds) {
    if (said.join(" ") !== "admitted intent outcome") tally.faults.push(`${id} is on the ledger as ${said.join(" ")}`);
    if (!tally.ids.has(id) && !tally.before.has(id))
      tally.faults.push(`${id} is on the ledger, but nobody asked for it`);
  }
  for (const id of tally.ids) if (!kinds.has(id)) tally.faults.push(`${id} is not on the ledger`);
}

async function startDaemon(home: string): Promise<{ url: string; stop(): Promise<void> }> {
  const env = { ...process.env, AXIOM_HOME: home, AXIOM_HTTP_PORT: "0", NO_COLOR: "1" };
  const child: ChildProcess = spawn(process.execPath, [BIN, "--json", "-q"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout!.once("data", (data) => resolve(String(data)));
    void closed.then(() => reject(new Error("the daemon did not start")));
  });
  const stop = () => {
    child.kill("SIGTERM");
    return closed;
  };
  return { url: (JSON.parse(line) as { url: string }).url, stop };
}
