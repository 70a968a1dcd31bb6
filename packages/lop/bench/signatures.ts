/** P1 and P2: the strict verdict on all vectors; what an envelope costs over the bare signature; signed round trips a second. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import sodium from "libsodium-wrappers";
import { fromBase64, fromUtf8, utf8 } from "../src/bytes.ts";
import { nodeClock } from "../src/clock-node.ts";
import type { Crypto } from "../src/crypto.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { webCrypto } from "../src/crypto-web.ts";
import { envelopeBytes, openEnvelope, pae, sealEnvelope } from "../src/dsse.ts";
import { FrameWriter, readFrames } from "../src/frame.ts";
import { PACKET_PAYLOAD_TYPE, readPacket, writePacket } from "../src/packet.ts";
import type { Envelope } from "../src/record.ts";
import { isRefusal } from "../src/refusal.ts";
import { ReplayGuard } from "../src/replay-guard.ts";
import { NOW_MS, packetFields } from "../test/helpers.ts";
import { BAD_FLAGS, type SignatureVector, signatureVectors, VECTORS } from "../test/vectors.ts";
import { answerer, asker, keys, socketSink } from "./echo-worker.ts";
import { cpu_us, median, quantile, report } from "./goal.ts";

export const name = "signatures";

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      vectors: { type: "string", default: VECTORS },
      rounds: { type: "string", default: "15" },
      seconds: { type: "string", default: "5" },
    },
  });
  await verdicts(values.vectors);
  overhead(Number(values.rounds));
  for (const in_flight of [1, 8, 32]) await roundTrips(in_flight, Number(values.seconds) * 1000);
}

async function verdicts(folder: string): Promise<void> {
  await sodium.ready;
  const vectors = signatureVectors(folder);
  const libsodium = ({ publicKey, message, signature }: SignatureVector) =>
    signature.length === 64 && sodium.crypto_sign_verify_detached(signature, message, publicKey);
  for (const [twin, crypto] of [
    ["crypto-node", nodeCrypto],
    ["crypto-web", webCrypto],
  ] as const)
    judge(twin, crypto, vectors, libsodium);
}

function judge(
  twin: string,
  crypto: Crypto,
  vectors: SignatureVector[],
  libsodium: (v: SignatureVector) => boolean,
): void {
  const accepts = (v: SignatureVector) => crypto.verify(v.publicKey, v.message, v.signature);
  const known = vectors.filter(({ valid }) => valid !== null);
  const right = known.filter((v) => accepts(v) === v.valid).length;
  report(`P1 ${twin}: Wycheproof verdicts`, `${right}/${known.length}`, right === known.length && right > 0);
  const bad = vectors.filter(({ flags }) => flags.some((flag) => BAD_FLAGS.includes(flag)));
  const accepted = bad.filter(accepts).length;
  report(`P1 ${twin}: small-order, non-canonical, residue`, `${accepted} of ${bad.length} accepted`, accepted === 0);
  const equal = vectors.filter((v) => accepts(v) === libsodium(v)).length;
  report(`P1 ${twin}: equal to libsodium`, `${equal}/${vectors.length}`, equal === vectors.length);
}

interface Bare {
  readonly secret: KeyObject;
  readonly open: KeyObject;
}

/** The same key, held by node:crypto itself. */
function bareKeys(): Bare {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), asker.seed]);
  const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return { secret, open: createPublicKey(secret) };
}

const PER_BLOCK = 200;
/** Above this load average a latency says more about the neighbours. */
const IDLE_LOAD = 1;

/** Blocks of the bare call and of the envelope take turns; the ratio is taken within each pair, the median over all. */
function overhead(rounds: number): void {
  const { secret, open } = bareKeys();
  const envelope = writePacket(asker.signer, packetFields());
  const payload = fromBase64(envelope.payload);
  const signed = pae(PACKET_PAYLOAD_TYPE, payload);
  const sig = fromBase64(envelope.signatures[0]!.sig);
  const bytes = envelopeBytes(envelope);
  const fields = packetFields();
  const keyOf = (id: string) => keys.find(id)?.publicKey;
  const context = { keys, now_ms: NOW_MS, accept: ["directive"] as const };
  const openBytes = () => {
    const opened = openEnvelope(nodeCrypto, JSON.parse(fromUtf8(bytes)) as Envelope, PACKET_PAYLOAD_TYPE, keyOf);
    if (isRefusal(opened)) throw new Error(opened.why);
    JSON.parse(fromUtf8(opened.payload));
  };
  const readBytes = () => {
    if (isRefusal(readPacket(nodeCrypto, bytes, context))) throw new Error("refused");
  };
  const bareVerify = () => {
    if (!verify(null, signed, open, sig)) throw new Error("refused");
  };
  const bareSign = () => void sign(null, signed, secret);
  const sealBytes = () =>
    void envelopeBytes(sealEnvelope(asker.signer, PACKET_PAYLOAD_TYPE, utf8(JSON.stringify(fields))));
  const writeBytes = () => void envelopeBytes(writePacket(asker.signer, fields));
  console.log(
    `payload ${payload.length} B, envelope ${bytes.length} B, ${rounds} pairs of ${PER_BLOCK} calls, CPU-µs a call`,
  );
  compare("P2 DSSE open (from bytes to parsed payload) / bare verify", bareVerify, openBytes, rounds, 1.25);
  compare("P2 DSSE seal (from fields to bytes) / bare sign", bareSign, sealBytes, rounds, 1.4);
  compare("   readPacket (all checks of BARK) / bare verify", bareVerify, readBytes, rounds, null);
  compare("   writePacket (schema checked) / bare sign", bareSign, writeBytes, rounds, null);
}

function compare(what: string, bare: () => void, whole: () => void, rounds: number, goal: number | null): void {
  for (const warm of [bare, whole]) cpu_us(PER_BLOCK * 5, warm);
  const pairs = Array.from({ length: rounds }, () => ({
    bare: cpu_us(PER_BLOCK, bare),
    whole: cpu_us(PER_BLOCK, whole),
  }));
  const ratio = median(pairs.map((pair) => pair.whole / pair.bare));
  const figure = `${ratio.toFixed(3)} × (${median(pairs.map((p) => p.whole)).toFixed(1)} / ${median(pairs.map((p) => p.bare)).toFixed(1)})`;
  report(what, `${figure}${goal === null ? "" : `, goal ≤ ${goal}`}`, goal === null ? null : ratio <= goal);
}

/** A directive out, a signed answer back, over a Unix socket to another thread; both sides read, guard against replay, and sign. */
async function roundTrips(in_flight: number, ms: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "axiom-signatures-"));
  const path = join(folder, "bark.sock");
  const worker = new Worker(new URL("./echo-worker.ts", import.meta.url), { workerData: { path } });
  try {
    await new Promise((resolve) => worker.once("message", resolve));
    const cpu = process.cpuUsage();
    const times = await exchange(path, in_flight, ms);
    const { user, system } = process.cpuUsage(cpu);
    const each_us = (user + system) / times.length;
    judgeTrips(in_flight, times, ms, each_us);
  } finally {
    await worker.terminate();
    rmSync(folder, { recursive: true });
  }
}

/** The rate is judged by the CPU it takes, which a busy machine does not change much; latency only where nobody else runs. */
function judgeTrips(in_flight: number, times: readonly number[], ms: number, each_us: number): void {
  const sorted = times.toSorted((a, b) => a - b);
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
  const what = `P2 signed round trips, ${in_flight} in flight`;
  const pair = 2e6 / each_us;
  report(
    `${what}: CPU of both sides`,
    `${each_us.toFixed(0)} µs: ${Math.round(pair)}/s a core pair, goal ≥ 2,000`,
    pair >= 2000,
  );
  const busy = loadavg()[0]! > IDLE_LOAD;
  const seen = `${Math.round(times.length / (ms / 1000))}/s, p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)} ms`;
  const judged = in_flight === 1 && !busy;
  report(
    `${what}: seen`,
    `${seen}${in_flight === 1 ? `, goal p99 ≤ 2 idle${busy ? "; machine busy" : ""}` : ""}`,
    judged ? p99 <= 2 : null,
  );
}

async function exchange(path: string, in_flight: number, ms: number): Promise<number[]> {
  const socket = createConnection(path);
  const writer = new FrameWriter(socketSink(socket));
  const guard = new ReplayGuard();
  const sent_at: number[] = [];
  const times: number[] = [];
  const end = performance.now() + ms;
  const ask = () => {
    const ctr = sent_at.push(performance.now()) - 1;
    void writer.send(envelopeBytes(writePacket(asker.signer, packetFields({ ctr }))));
  };
  for (let i = 0; i < in_flight; i++) ask();
  for await (const body of readFrames(socket, { clock: nodeClock })) {
    const ctr = answerer.open(body, guard, "result");
    times.push(performance.now() - sent_at[ctr]!);
    if (performance.now() < end) ask();
    else if (times.length === sent_at.length) break;
  }
  socket.destroy();
  return times;
}
