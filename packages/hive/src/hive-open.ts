/** Opening a hive: takes its home, its keys, its policies and its ledger, and settles what the last run left open. */
import { NeedleMemories } from "lex";
import { nodeSealer } from "logic";
import {
  type Crypto,
  DiskError,
  isRefusal,
  type JsonObject,
  Keyring,
  type Ledger,
  PermitBook,
  PolicySet,
  type Refusal,
  ReplayGuard,
  refuse,
  SendCounter,
  type Signer,
  toHex,
  utf8,
} from "lop";
import { CardJournal } from "./card-journal.ts";
import { egressBook, mayReachOut } from "./egress-book.ts";
import { completeProof } from "./flow/prove.ts";
import { type ProofParts, partsPath } from "./flow/record.ts";
import type { SigningDesk } from "./flow/sign.ts";
import type { TripParts } from "./flow.ts";
import { FreezeGate } from "./freeze-gate.ts";
import { HeldRuns } from "./held-runs.ts";
import { Hive } from "./hive.ts";
import { openHiveLedger } from "./hive-ledger.ts";
import type { HivePorts, HiveSettings, HiveStatus } from "./hive-types.ts";
import { type Recovered, recover } from "./recovery.ts";
import { SnapshotShelf } from "./snapshot-shelf.ts";
import { type OwnEntry, Statements, sentence } from "./statements.ts";
import { ToolTable } from "./tool.ts";
import { execTools } from "./tools-exec.ts";
import { filesTools } from "./tools-files.ts";
import { guardTools } from "./tools-guard.ts";
import { latticeTools } from "./tools-lattice.ts";
import { permitTools } from "./tools-permit.ts";
import { Turns } from "./turns.ts";

const FOLDERS = ["keys", "proofs", "quarantine", "permits"] as const;
const SID_BYTES = 16;

/** What a home is opened with, once its keys are open. */
export interface HomeKeys {
  readonly keyring: Keyring;
  readonly policy: PolicySet;
}

/** Refusals: `home-in-use`, those of the keyring, `policy-invalid`, those of the ledger, `disk-full`. */
export async function openHive(
  ports: HivePorts,
  settings: HiveSettings,
  unlock: { passphrase: string | null },
): Promise<Hive | Refusal> {
  return holdingHome(ports, async (home) => {
    const keyring = await openKeys(ports, unlock.passphrase);
    if (isRefusal(keyring)) return keyring;
    const policy = await PolicySet.load(settings.policies);
    return isRefusal(policy) ? policy : openUnder(ports, settings, { keyring, policy }, home);
  });
}

/** The same with keys and policies that are open already: the simulation restarts a hive some hundred thousand times. */
export const reopenHive = (ports: HivePorts, settings: HiveSettings, keys: HomeKeys): Promise<Hive | Refusal> =>
  holdingHome(ports, (home) => openUnder(ports, settings, keys, home));

/** What was opened so far, to be closed again in reverse order. */
class HeldHome {
  readonly #closers: (() => Promise<void>)[] = [];

  hold(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  async release(): Promise<void> {
    for (const close of this.#closers.splice(0).toReversed()) await close();
  }
}

async function holdingHome(
  { disk }: HivePorts,
  open: (home: HeldHome) => Promise<Hive | Refusal>,
): Promise<Hive | Refusal> {
  const home = new HeldHome();
  try {
    for (const folder of FOLDERS) await disk.makeFolder(folder);
    const lock = await disk.lock("lock");
    if (lock === null) return refuse("home-in-use", "Another daemon holds the lock of this home.");
    home.hold(() => lock.release());
    const hive = await open(home);
    if (isRefusal(hive)) await home.release();
    return hive;
  } catch (error) {
    await home.release();
    if (error instanceof DiskError && error.code === "full") return refuse("disk-full", `${error.message}.`);
    throw error;
  }
}

async function openUnder(
  ports: HivePorts,
  settings: HiveSettings,
  { keyring, policy }: HomeKeys,
  home: HeldHome,
): Promise<Hive | Refusal> {
  const { disk, crypto, clock, chance } = ports;
  const signer = keyring.signer("hive");
  if (isRefusal(signer)) return signer;
  const ledger = await openHiveLedger({ disk, crypto, clock, ...settings.ledger }, keyring, signer);
  if (isRefusal(ledger)) return ledger;
  home.hold(() => ledger.close());

  const permits = await openPermits(ports, keyring);
  if (isRefusal(permits)) return permits;
  home.hold(() => permits.close());

  const replay = new ReplayGuard();
  const recovered = await recover(ledger, replay);
  const gate = new FreezeGate(recovered.frozen);
  const statements: Statements = new Statements({
    ledger,
    signer,
    clock,
    floor_ms: recovered.latest_ms,
    unwritable: (refusal) => gate.unwritable(refusal, statements.now()),
  });
  ports.egress?.bind(egressBook({ permits, keyring, statements }));
  if (recovered.frozen !== null) ports.egress?.shut(recovered.frozen.why);
  const shelf = new SnapshotShelf(disk);
  const fault = ports.fault ?? (() => {});
  const { held_runs, held_ms } = settings.limits;
  const runs = new HeldRuns({ crypto, clock, statements, shelf, fault, held_runs, held_ms });
  const tools = new ToolTable({
    ...execTools({ ...ports, runs, mayReachOut: () => ports.egress !== undefined && mayReachOut(permits) }),
    ...filesTools(ports),
    ...permitTools({ permits, keyring, statements, chance, policy_set: policy.id }),
    ...(ports.lattice === undefined ? {} : latticeTools({ lattice: ports.lattice, crypto })),
    ...guardTools({ gate, statements, runs, chambers: () => ports.ladder.probeAll() }),
  });
  const parts: TripParts = {
    ...ports,
    settings,
    statements,
    gate,
    replay,
    policy,
    tools,
    signer,
    keys: () => keyring.keys,
    manifest: () => keyring.manifest(),
    root: keyring.keys.rootKeyId,
    chamberTurns: new Turns(settings.limits.chambers_at_once),
    journal: new CardJournal(disk),
    memories: new NeedleMemories(disk, nodeSealer(memoryKey(signer, crypto)), (bytes) => crypto.sha256(bytes)),
    fault,
  };
  const desk: SigningDesk = {
    keyring,
    counter: await SendCounter.open(disk, "keys/operator.counter"),
    chance,
    sid: toHex(chance.bytes(SID_BYTES)),
    packet_ms: settings.limits.packet_ms,
    now_ms: () => statements.now_ms(),
  };
  const settled = await settle(parts, recovered, ledger);
  if (isRefusal(settled)) return settled;
  // After their ends are on record; no key opens them any more.
  await shelf.clear();
  const markBody = (from: number): JsonObject => ({
    version: settings.version,
    from,
    frozen: gate.frozen === null ? null : { ...gate.frozen },
    keys: keyring.keys.id,
    policy_set: policy.id,
  });
  statements.openWith(() =>
    opening(parts, recovered, markBody(recovered.window.from(statements.now_ms(), ledger.size))),
  );
  const mayWait = settings.start === "when-acting" && recovered.lastStart !== null && recovered.open.length === 0;
  const refused = mayWait ? null : await statements.open();
  if (refused !== null) return refused;
  return new Hive({
    parts,
    keyring,
    desk,
    permits,
    egress: ports.egress ?? null,
    runs,
    lattice: ports.lattice ?? null,
    window: recovered.window,
    recovered: settled,
    markBody,
    release: () => home.release(),
  });
}

/** Key for the needles' memories: whoever holds the hive's key can open them, and nobody else. Ed25519 signs alike each time. */
const memoryKey = (signer: Signer, crypto: Crypto): Uint8Array =>
  crypto.sha256(signer.sign(utf8("axiom-hive needle memories, version 1")));

const openPermits = ({ disk, crypto, clock, boot }: HivePorts, keyring: Keyring): Promise<PermitBook | Refusal> =>
  PermitBook.open({
    disk,
    folder: "permits",
    crypto,
    clock,
    // Asked at each look, so that a revoked issuer's permits end at once.
    keys: { find: (keyId) => keyring.keys.directory.find(keyId) },
    boot: boot ?? null,
  });

/** Keys that are there are opened; a home without keys and without a ledger gets new ones. */
async function openKeys(ports: HivePorts, passphrase: string | null): Promise<Keyring | Refusal> {
  const { disk, chance, clock, crypto, vault } = ports;
  const options = {
    disk,
    folder: "keys",
    chance,
    clock,
    crypto,
    passphrase,
    ...(vault === undefined ? {} : { vault }),
  };
  const keyring = await Keyring.open(options);
  if (!isRefusal(keyring) || keyring.refused !== "keys-missing") return keyring;
  // A ledger without its keys is a damaged home: new keys would only hide that.
  return (await disk.exists("ledger")) ? keyring : Keyring.create(options);
}

/** Every directive that the last run left open ends here, on record. None is run again. */
async function settle(
  parts: TripParts,
  recovered: Recovered,
  ledger: Ledger,
): Promise<HiveStatus["recovered"] | Refusal> {
  for (const { id, intent, held } of recovered.open) {
    // Before the entry: once that stands, no later start would look for these parts again.
    if (await parts.disk.exists(partsPath(id))) await parts.disk.remove(partsPath(id));
    const step = intent === null ? "admit" : "execute";
    const stood = held === null ? {} : { held };
    const body = { why: sentence(INTERRUPTED[held === null ? step : "held"]), intent, step, ...stood };
    const written = await parts.statements.write("interrupted", id, body);
    if (isRefusal(written)) return written;
    recovered.window.ended(id);
  }
  const completed: string[] = [];
  for (const { id, index } of recovered.outcomes)
    if (await completeCutOff(parts, ledger, id, index)) completed.push(id);
  return {
    interrupted: recovered.open.map(({ id }) => id),
    proofs_completed: completed,
    ledger: repairOf(ledger),
  };
}

const INTERRUPTED = {
  admit: "The hive stopped before the directive began; nothing was done.",
  execute: "The hive stopped between intent and outcome; what was begun may be done in part.",
  held: "The hive stopped while a freeze held the run; it never goes on, and its snapshot lost its key.",
};

/** The outcome is sealed and on the ledger; only the proof's file was cut off. */
async function completeCutOff(parts: TripParts, ledger: Ledger, id: string, index: number): Promise<boolean> {
  const path = partsPath(id);
  if (!(await parts.disk.exists(path))) return false;
  const made = JSON.parse(Buffer.from(await parts.disk.read(path)).toString()) as ProofParts;
  const proof = await completeProof({ ...parts, ledger }, made, index);
  if (isRefusal(proof)) parts.fault(`proof of ${id}`, new Error(proof.why));
  return !isRefusal(proof);
}

function repairOf({ repaired }: Ledger): string | null {
  if (repaired === null) return null;
  const { torn, rebuilt } = repaired;
  const cut =
    torn === null ? [] : [`${torn.bytes} bytes of an unfinished batch were cut off; nobody had been told of them.`];
  return [...cut, ...(rebuilt ? ["Tiles were made again from the segments."] : [])].join(" ");
}

/** First words of this run: who the hive is, what changed since the last start, and how far back the next start must read. */
function opening({ keys, policy, root }: TripParts, { lastStart }: Recovered, body: JsonObject): OwnEntry[] {
  const { hive, id } = keys();
  const entries: OwnEntry[] = [];
  if (lastStart === null) entries.push(["genesis", { hive, root, keys: id, policy_set: policy.id }]);
  else {
    if (lastStart.keys !== id) entries.push(["keys", { keys: id }]);
    if (lastStart.policy_set !== policy.id) entries.push(["policy", { policy_set: policy.id }]);
  }
  return [...entries, ["start", body]];
}
