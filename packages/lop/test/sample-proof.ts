/** Proofs for tests: real keys, packets, statements and a real ledger, all from one seed. */

import { fromBase64, toHex, utf8 } from "../src/bytes.ts";
import { SimChance } from "../src/chance-sim.ts";
import { SimClock } from "../src/clock-sim.ts";
import type { Signer } from "../src/crypto.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { envelopeBytes, sealEnvelope } from "../src/dsse.ts";
import { canonicalBytes, type JsonObject } from "../src/json.ts";
import { Ledger } from "../src/ledger.ts";
import { hiveName, type ManifestKey, manifestKey, writeManifest } from "../src/manifest.ts";
import { type Packet, writePacket } from "../src/packet.ts";
import {
  type ActionCard,
  type ApprovalBody,
  type Checks,
  digestOf,
  type Envelope,
  type Outcome,
  type ProofCard,
  type Seal,
  STATEMENT_PAYLOAD_TYPE,
  type Statement,
  type Verdict,
} from "../src/record.ts";
import { isRefusal } from "../src/refusal.ts";

/** `card`: the operator wrote it. `approved`: so, and policy wanted his yes. `words`: a needle wrote it. */
export type SampleForm = "card" | "approved" | "words";

/** The parts of a proof before they are sealed, and the keys; a test may change any of them to build a proof that lies. */
export interface Draft {
  root: Signer;
  operator: Signer;
  hive: Signer;
  keys: ManifestKey[];
  directive: JsonObject;
  card: ActionCard;
  verdict: Verdict;
  approval: Omit<ApprovalBody, "directive" | "card" | "verdict"> | null;
  outcome: Outcome;
  checks: Checks;
  replay: JsonObject | null;
  statement: Partial<Statement>;
  seal: Partial<Seal>;
  /** Entries in the ledger before the admission and after the seal. */
  before: number;
  after: number;
}

const AT = "2026-11-21T06:00:00.000Z";
const AT_MS = Date.parse(AT);

export function draft(seed: number, form: SampleForm): Draft {
  const chance = new SimChance(seed);
  const [root, operator, hive] = [0, 1, 2].map(() => nodeSigner(chance.bytes(32))) as [Signer, Signer, Signer];
  const parameters = { language: "python", code: `print(6*7) # ${seed} – “ünï”\n` };
  const words = form === "words";
  return {
    root,
    operator,
    hive,
    keys: [manifestKey(root, "root", AT), manifestKey(operator, "operator", AT), manifestKey(hive, "hive", AT)],
    directive: words ? { words: "what is six times seven" } : { card: { tool: "exec.run", parameters } },
    card: { v: 1, tool: "exec.run", needle: "exec", action: "execute", parameters, by: words ? "needle" : "operator" },
    verdict: {
      v: 1,
      decision: form === "approved" ? "approve" : "allow",
      policies: form === "approved" ? ["long-runs-need-approval"] : ["run-python"],
      reasons: [form === "approved" ? "A run of more than five minutes needs approval." : "Python may run here."],
      impact: form === "approved" ? "high" : "low",
      rung: "wasm-py",
      policy_set: toHex(chance.bytes(32)),
    },
    approval: form === "approved" ? { decision: "approve", level: "given" } : null,
    outcome: {
      v: 1,
      status: "ok",
      why: null,
      rung: "wasm-py",
      exit_code: 0,
      stdout: "42\n",
      stderr: "",
      result: { values: [1.5, -0.25, 1e21, null, true, {}, []] },
      files: [{ path: "out/é.txt", change: "added", sha256: toHex(chance.bytes(32)), bytes: 3 }],
      started_at: AT,
      took_ms: 12,
    },
    checks: { v: 1, passed: true, checks: [{ name: "result-schema", passed: true, why: null }] },
    replay: words ? { weights: toHex(chance.bytes(32)), seed: 7 } : null,
    statement: {},
    seal: {},
    before: 3 + (seed % 5),
    after: seed % 7,
  };
}

export const sampleProof = (seed: number, form: SampleForm = "card"): Promise<ProofCard> =>
  seal(seed, draft(seed, form));

/** Signs, seals and records the draft as a hive would. */
export async function seal(seed: number, parts: Draft): Promise<ProofCard> {
  const chance = new SimChance(seed + 1_000_000);
  const packet = (typ: "directive" | "approval", ctr: number, sub: string | null, body: JsonObject): Envelope =>
    writePacket(parts.operator, {
      typ,
      sid: toHex(chance.bytes(16)),
      chan: "operator>hive",
      ctr,
      nonce: toHex(chance.bytes(16)),
      iat: AT_MS,
      exp: AT_MS + 60_000,
      sub,
      body: body as Packet["body"],
      prev: null,
    });
  const { card, verdict, outcome, checks, replay } = parts;
  const digest = (record: JsonObject): string => digestOf(nodeCrypto, record);
  const payloadId = (envelope: Envelope): string => toHex(nodeCrypto.sha256(fromBase64(envelope.payload)));
  const origin = hiveName(parts.root.keyId);
  const root = parts.keys.find((key) => key.role === "root")!.public_key;
  const keys = writeManifest(parts.root, { v: 1, hive: origin, serial: 1, issued_at: AT, root, keys: parts.keys });
  const directive = packet("directive", 1, null, parts.directive);
  const id = payloadId(directive);
  const approval =
    parts.approval &&
    packet("approval", 2, id, { directive: id, card: digest(card), verdict: digest(verdict), ...parts.approval });
  const body: Seal = {
    card: digest(card),
    verdict: digest(verdict),
    approval: approval && payloadId(approval),
    outcome: digest(outcome),
    checks: digest(checks),
    intent: parts.before,
    replay: replay && digest(replay),
    keys: payloadId(keys),
    ...parts.seal,
  };
  const statement: Statement = { v: 1, kind: "outcome", at: AT, directive: id, body, ...parts.statement };
  const sealed = sealEnvelope(parts.hive, STATEMENT_PAYLOAD_TYPE, utf8(JSON.stringify(statement)));
  const ledger = await record(parts, origin, envelopeBytes(sealed));
  return {
    format: "axiom-proof/1",
    id,
    directive,
    card,
    verdict,
    approval,
    outcome,
    checks,
    replay,
    seal: sealed,
    ledger,
    keys,
  };
}

/** The seal as an entry among others, and its tlog-proof against the checkpoint behind them all. */
async function record(parts: Draft, origin: string, entry: Uint8Array): Promise<string> {
  const disk = new SimDisk();
  const ledger = await Ledger.open({
    disk,
    folder: "ledger",
    crypto: nodeCrypto,
    signer: parts.hive,
    origin,
    clock: new SimClock(),
  });
  if (isRefusal(ledger)) throw new Error(ledger.why);
  const filler = (n: number): Uint8Array => canonicalBytes({ entry: n });
  const index = parts.before + 1;
  for (let n = 0; n <= index + parts.after; n++) await ledger.append(n === index ? entry : filler(n));
  const proof = await ledger.prove(index);
  await ledger.close();
  return proof;
}
