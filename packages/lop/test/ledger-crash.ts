/** A ledger at work on a recorded disk, and the judge of every state that a power cut could have left. */

import { concat, equal } from "../src/bytes.ts";
import { SimChance } from "../src/chance-sim.ts";
import { SimClock } from "../src/clock-sim.ts";
import type { Crypto, Signer } from "../src/crypto.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { crashStates } from "../src/disk-crash.ts";
import { type DiskImage, type DiskOperation, SimDisk } from "../src/disk-sim.ts";
import { Ledger } from "../src/ledger.ts";
import { isRefusal } from "../src/refusal.ts";
import { verifyTlogProof } from "../src/tlog-proof.ts";

/** Crashes do not ask who signed: a hash in the place of Ed25519 lets ten times as many states be judged. */
const publicKey = nodeCrypto.sha256(Uint8Array.of(1));
const seal = (message: Uint8Array) => {
  const half = nodeCrypto.sha256(concat(publicKey, message));
  return concat(half, nodeCrypto.sha256(half));
};
export const fastCrypto: Crypto = { ...nodeCrypto, verify: (_, message, signature) => equal(seal(message), signature) };
export const fastSigner: Signer = { keyId: "00", publicKey, sign: seal };

const ORIGIN = "axiom-hive/crash";

export const openOn = (disk: SimDisk) =>
  Ledger.open({
    disk,
    folder: "ledger",
    crypto: fastCrypto,
    signer: fastSigner,
    origin: ORIGIN,
    clock: new SimClock(),
    segmentSizes: { min_bytes: 8192, max_bytes: 16384 },
    mark_every_entries: 24,
  });

interface Work {
  readonly operations: readonly DiskOperation[];
  readonly entries: Uint8Array[];
  /** How many entries were acknowledged when so many operations had been done; ascending. */
  readonly acknowledged: { readonly after: number; readonly count: number }[];
}

/** Appends in groups, now and then a clean restart or a killed process; all from the seed. */
async function work(
  chance: SimChance,
  image: DiskImage | undefined,
  before: readonly Uint8Array[],
  groups: number,
): Promise<Work> {
  let disk = new SimDisk({ record: true, ...(image === undefined ? {} : { image }) });
  const { operations } = disk;
  let ledger = await opened(disk);
  const done: Work = {
    operations,
    entries: before.slice(0, ledger.size),
    acknowledged: [{ after: 0, count: ledger.size }],
  };
  for (let group = 0; group < groups; group++) {
    const kind = chance.below(12);
    if (kind === 0) {
      await ledger.close();
      ledger = await opened(disk);
    }
    if (kind === 2) {
      for (let turn = 0; turn < chance.below(10); turn++) done.entries.push(chance.bytes(chance.below(900)));
      for (const entry of done.entries.slice(ledger.size)) void ledger.append(entry);
      for (let turn = 0; turn < chance.below(60); turn++) await Promise.resolve();
      disk = disk.killed();
      ledger = await opened(disk);
      // What the killed process had written and not acknowledged may be there or not; from here on it counts.
      done.entries.length = ledger.size;
      done.acknowledged.push({ after: operations.length, count: ledger.size });
    }
    const batch = Array.from({ length: 1 + chance.below(kind === 1 ? 40 : 6) }, () => chance.bytes(chance.below(500)));
    done.entries.push(...batch);
    await Promise.all(
      batch.map(async (entry) => {
        const answer = await ledger.append(entry);
        if (isRefusal(answer)) throw new Error(answer.why);
        done.acknowledged.push({ after: operations.length, count: answer.index + 1 });
      }),
    );
  }
  if (chance.below(2) === 0) await ledger.close();
  return done;
}

async function opened(disk: SimDisk): Promise<Ledger> {
  const ledger = await openOn(disk);
  if (isRefusal(ledger)) throw new Error(`${ledger.refused}: ${ledger.why}`);
  return ledger;
}

export interface CrashCount {
  states: number;
  torn: number;
  rebuilt: number;
}

/** Tries power cuts until `states` of them are judged. Throws, with the seed, at the first one that loses or hides something. */
export async function tryCrashes(o: {
  seed: number;
  states: number;
  progress?: (states: number) => void;
}): Promise<CrashCount> {
  const count: CrashCount = { states: 0, torn: 0, rebuilt: 0 };
  for (let seed = o.seed; count.states < o.states; seed++) {
    const chance = new SimChance(seed);
    try {
      const first = await work(chance, undefined, [], 4 + chance.below(12));
      await judgeAll(first, chance, count, o, 2);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
    o.progress?.(count.states);
  }
  return count;
}

/** `deeper`: so many times a crashed disk is worked on further and crashed again. */
async function judgeAll(
  done: Work,
  chance: SimChance,
  count: CrashCount,
  o: { states: number },
  deeper: number,
  from?: DiskImage,
): Promise<void> {
  const empty: DiskImage = { files: new Map(), folders: new Set(["", "ledger", "ledger/segments", "ledger/tiles"]) };
  for (const { after, image } of crashStates(done.operations, { from: from ?? empty, chance, samples: 4 })) {
    if (count.states >= o.states) return;
    const held = done.acknowledged.findLast((one) => one.after <= after)?.count ?? 0;
    await judge(image, done.entries, held, chance, count);
    if (deeper > 0 && chance.below(200) === 0) {
      const again = await work(chance, image, done.entries, 1 + chance.below(4));
      await judgeAll(again, chance, count, o, deeper - 1, image);
    }
  }
}

async function judge(
  image: DiskImage,
  entries: readonly Uint8Array[],
  acknowledged: number,
  chance: SimChance,
  count: CrashCount,
): Promise<void> {
  const disk = new SimDisk({ image });
  const ledger = await opened(disk);
  count.states++;
  if (ledger.size < acknowledged) throw new Error(`lost: ${ledger.size} of ${acknowledged} acknowledged entries`);
  for await (const { index, entry } of ledger.entries(0))
    if (!equal(entry, entries[index]!)) throw new Error(`entry ${index} is not what was appended`);
  if (changedBytes(image, disk.image()) && ledger.repaired?.torn == null) throw new Error("repaired without saying so");
  if (ledger.repaired?.torn != null) count.torn++;
  if (ledger.repaired?.rebuilt) count.rebuilt++;
  if (chance.below(8) === 0) await judgeFurther(ledger, chance);
}

/** Whether opening changed a byte that stood in a segment. */
function changedBytes(before: DiskImage, after: DiskImage): boolean {
  for (const [path, bytes] of before.files)
    if (path.endsWith(".seg") && !equal(bytes, after.files.get(path) ?? new Uint8Array(0))) return true;
  return false;
}

/** The ledger goes on: it takes an entry, and proves that and an older one. */
async function judgeFurther(ledger: Ledger, chance: SimChance): Promise<void> {
  const fresh = chance.bytes(100);
  const answer = await ledger.append(fresh);
  if (isRefusal(answer)) throw new Error(`after the crash: ${answer.why}`);
  for (const index of [answer.index, chance.below(answer.index + 1)]) {
    const entry = await ledger.read(index);
    if (isRefusal(entry)) throw new Error(entry.why);
    const verdict = verifyTlogProof(fastCrypto, await ledger.prove(index), entry, { origin: ORIGIN, publicKey });
    if (isRefusal(verdict)) throw new Error(verdict.why);
  }
  await ledger.close();
}
