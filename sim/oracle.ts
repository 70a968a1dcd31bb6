/** Opens a home as a crash left it, and holds it against everything that the hive had promised before. */
import { type Hive, type HiveSettings, type HomeKeys, readOwn } from "hive";
import { type DiskImage, digestOf, isRefusal, nodeCrypto, type Statement } from "lop";
import { verifyProof } from "lop/verify";
import { counterOf, openWorld, type Promised } from "./simulation.ts";

/** Long enough after the last life for any clock; short enough that its packets have not run out. */
const LATER_MS = 1000;
const ENDS: ReadonlySet<Statement["kind"]> = new Set(["outcome", "refused", "cancelled", "interrupted"]);

interface History {
  /** Kinds of entries by directive, in the order of the ledger. */
  readonly byDirective: Map<string, Statement["kind"][]>;
  /** Digests of the action cards that `intent` entries name. */
  readonly intents: Set<string>;
}

export interface Looked {
  /** Sentences; empty when every promise held. */
  readonly faults: string[];
  readonly interrupted: number;
  readonly completed: number;
  readonly torn: boolean;
}

export async function lookAfterCrash(
  image: DiskImage,
  promises: readonly Promised[],
  o: { keys: HomeKeys; settings: HiveSettings; now_ms: number; seed: number; proof: number },
): Promise<Looked> {
  const world = await openWorld(image, o.keys, o.settings, { seed: o.seed, now_ms: o.now_ms + LATER_MS });
  const { hive, disk, chamber } = world;
  try {
    const { recovered } = hive.status();
    const history = await readHistory(hive);
    const faults = [
      ...checkHistory(history, recovered.interrupted),
      ...checkPromises(history, promises),
      ...(await checkReplays(hive, promises)),
      ...(await checkCounter(hive, promises)),
      ...(await checkOneProof(hive, promises, o.proof)),
    ];
    if (chamber.began.size > 0) faults.push("something was dispatched by the start itself");
    const left = (await disk.list("proofs")).filter((name) => name.endsWith(".parts.json"));
    if (left.length > 0) faults.push(`${left.length} cut-off proofs were left lying about`);
    return {
      faults,
      interrupted: recovered.interrupted.length,
      completed: recovered.proofs_completed.length,
      torn: recovered.ledger !== null,
    };
  } finally {
    await hive.close();
  }
}

async function readHistory(hive: Hive): Promise<History> {
  const byDirective = new Map<string, Statement["kind"][]>();
  const intents = new Set<string>();
  for await (const { entry } of hive.entries()) {
    const statement = readOwn(entry);
    if (statement === null) throw new Error("an entry is no statement");
    if (statement.directive === null) continue;
    byDirective.set(statement.directive, [...(byDirective.get(statement.directive) ?? []), statement.kind]);
    if (statement.kind === "intent") intents.add(String(statement.body.card));
  }
  return { byDirective, intents };
}

/** Each directive: admitted once, begun at most once, ended exactly once, in this order. */
function checkHistory({ byDirective }: History, interrupted: readonly string[]): string[] {
  const faults: string[] = [];
  const count = (kinds: readonly string[], kind: string) => kinds.filter((one) => one === kind).length;
  for (const [id, kinds] of byDirective) {
    if (count(kinds, "admitted") !== 1 || kinds[0] !== "admitted") faults.push(`${id} was admitted ${kinds.join(" ")}`);
    if (count(kinds, "intent") > 1) faults.push(`${id} was begun twice`);
    const ends = kinds.filter((kind) => ENDS.has(kind));
    if (ends.length !== 1 || !ENDS.has(kinds.at(-1)!)) faults.push(`${id} has the ends ${ends.join(" ") || "none"}`);
    if (ends[0] === "outcome" && count(kinds, "intent") === 0) faults.push(`${id} has an outcome without an intent`);
  }
  for (const id of interrupted)
    if (byDirective.get(id)?.at(-1) !== "interrupted")
      faults.push(`${id} is reported as interrupted, but not on record`);
  return faults;
}

function checkPromises({ byDirective, intents }: History, promises: readonly Promised[]): string[] {
  const faults: string[] = [];
  for (const promised of promises) {
    if (promised.kind === "acknowledged" && !byDirective.has(promised.id)) faults.push(`${promised.id} is lost`);
    if (promised.kind === "began" && !intents.has(cardDigest(promised.code)))
      faults.push(`a program began without a durable intent: ${promised.code.split("\n")[0]}`);
    if (promised.kind !== "ended" || promised.state === "interrupted") continue;
    const end = byDirective.get(promised.id)?.at(-1);
    if (end === undefined || end === "interrupted")
      faults.push(`${promised.id} ended as ${promised.state}, now ${end}`);
  }
  return faults;
}

const cardDigest = (code: string): string =>
  digestOf(nodeCrypto, {
    v: 1,
    tool: "exec.run",
    needle: "exec",
    action: "execute",
    parameters: { language: "python", code },
    by: "operator",
  });

/** The newest packets again: these are the ones that a window rebuilt too short would let in. */
async function checkReplays(hive: Hive, promises: readonly Promised[]): Promise<string[]> {
  const faults: string[] = [];
  const packets = promises.filter((promised) => promised.kind === "acknowledged").slice(-3);
  for (const { id, packet } of packets) {
    const taken = await hive.submit(packet);
    if (!isRefusal(taken)) faults.push(`${id} was admitted again`);
  }
  return faults;
}

async function checkCounter(hive: Hive, promises: readonly Promised[]): Promise<string[]> {
  const used = promises.flatMap((promised) => (promised.kind === "signed" ? [promised.ctr] : []));
  const packet = await hive.sign({ words: "the next counter" });
  if (isRefusal(packet)) return [`signing is refused: ${packet.why}`];
  const next = counterOf(packet);
  return next > Math.max(-1, ...used) ? [] : [`the counter ${next} was used before`];
}

/** One proof of those that were handed out, another one for each state: all of them get their turn. */
async function checkOneProof(hive: Hive, promises: readonly Promised[], turn: number): Promise<string[]> {
  const proven = promises.filter((promised) => promised.kind === "ended" && promised.state === "done");
  const one = proven[turn % Math.max(1, proven.length)];
  if (one === undefined || one.kind !== "ended") return [];
  const bytes = await hive.proof(one.id);
  if (isRefusal(bytes)) return [`the proof of ${one.id} is gone: ${bytes.refused}`];
  const checked = verifyProof(bytes, nodeCrypto);
  return checked.verified ? [] : [`the proof of ${one.id} is refused: ${checked.part}`];
}
