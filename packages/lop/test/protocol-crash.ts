/**
 * Sender, receiver and permits at work on a recorded disk, and the judge of every state that a power cut could have left:
 * no counter twice, no packet acted on twice, no use of a permit given twice, no revocation undone.
 */
import { fromUtf8, utf8 } from "../src/bytes.ts";
import { SimChance } from "../src/chance-sim.ts";
import { SimClock } from "../src/clock-sim.ts";
import { COUNTER_BLOCK, SendCounter } from "../src/counter.ts";
import type { Crypto } from "../src/crypto.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { crashStates } from "../src/disk-crash.ts";
import { type DiskImage, type DiskOperation, SimDisk } from "../src/disk-sim.ts";
import type { Ledger } from "../src/ledger.ts";
import { writePermit } from "../src/permit.ts";
import { PermitBook } from "../src/permit-book.ts";
import { ReplayGuard } from "../src/replay-guard.ts";
import { directoryOf, granted, NOW_MS } from "./helpers.ts";
import { openOn } from "./ledger-crash.ts";
import { issuer, permitFields, permitId } from "./permits.ts";

const COUNTER = "sender.counter";
const EXP = NOW_MS + 60_000;
const MAX_USES = 1000;
/** Permits are always the same here; whether their signatures hold is asked elsewhere. */
const trusting: Crypto = { ...nodeCrypto, verify: () => true };
const keys = directoryOf([issuer, "permit-issuer"]);
const envelopes = Array.from({ length: 4 }, (_, i) =>
  writePermit(issuer, permitFields({ id: permitId(`crash ${i}`), max_uses: MAX_USES })),
);
const ids = envelopes.map((_, i) => permitId(`crash ${i}`));

/** Something that became true when so many operations had been done. */
interface Fact {
  readonly after: number;
  readonly kind: "used" | "dispatched" | "granted" | "spent" | "revoked";
  /** A counter, or the place of a permit. */
  readonly what: number;
}

interface Home {
  readonly counter: SendCounter;
  readonly ledger: Ledger;
  readonly guard: ReplayGuard;
  readonly book: PermitBook;
}

async function openHome(disk: SimDisk): Promise<Home> {
  const ledger = granted(await openOn(disk));
  const guard = new ReplayGuard();
  for await (const { entry } of ledger.entries(0)) guard.accept(...mark(Number(fromUtf8(entry))));
  const book = granted(
    await PermitBook.open({ disk, folder: "permits", crypto: trusting, clock: new SimClock(NOW_MS), keys }),
  );
  return { counter: await SendCounter.open(disk, COUNTER), ledger, guard, book };
}

const mark = (ctr: number) => ["key", "sid", "chan", ctr, String(ctr), EXP] as const;

/** A packet arrives: looked at and taken in one turn, durable, then acted on. */
async function deliver({ guard, ledger }: Home, ctr: number): Promise<boolean> {
  if (guard.check(...mark(ctr)) !== null) return false;
  guard.accept(...mark(ctr));
  granted(await ledger.append(utf8(String(ctr))));
  return true;
}

/** One life between two power cuts; `known` is what was true before it. */
async function live(chance: SimChance, image: DiskImage | undefined, known: readonly Fact[]) {
  const disk = new SimDisk({ record: true, ...(image === undefined ? {} : { image }) });
  const operations: readonly DiskOperation[] = disk.operations;
  const home = await openHome(disk);
  const facts: Fact[] = known.map((fact) => ({ ...fact, after: 0 }));
  const note = (kind: Fact["kind"], what: number) => facts.push({ after: operations.length, kind, what });
  if (chance.below(3) === 0)
    for (let burnt = 0; burnt < COUNTER_BLOCK - 2; burnt++) note("used", await home.counter.next());
  const acts: Promise<unknown>[] = [];
  for (let turn = 0; turn < 6; turn++) {
    acts.push(act(home, chance, facts, note));
    if (chance.below(2) === 0) await Promise.all(acts.splice(0));
  }
  await Promise.all(acts);
  return { operations, facts, end: disk.image() };
}

async function act(
  home: Home,
  chance: SimChance,
  facts: readonly Fact[],
  note: (kind: Fact["kind"], what: number) => void,
) {
  const permit = chance.below(ids.length);
  switch (chance.below(6)) {
    case 0:
    case 1: {
      const ctr = await home.counter.next();
      note("used", ctr);
      if (await deliver(home, ctr)) note("dispatched", ctr);
      return;
    }
    case 2: {
      const sent = facts.filter(({ kind }) => kind === "used");
      const ctr = sent[chance.below(Math.max(1, sent.length))]?.what ?? 0;
      if (sent.length > 0 && (await deliver(home, ctr))) note("dispatched", ctr);
      return;
    }
    case 3:
      if ("id" in (await home.book.grant(envelopes[permit]!))) note("granted", permit);
      return;
    case 4:
      if ((await home.book.spend(ids[permit]!, { uses: 1, bytes: 0 })) === null) note("spent", permit);
      return;
    default:
      if (chance.below(4) === 0 && (await home.book.revoke(ids[permit]!)) === null) note("revoked", permit);
  }
}

export interface RestartCount {
  restarts: number;
  reaccepted: string[];
  reused: string[];
  permits: string[];
}

/** Restarts after enumerated power cuts until `restarts` of them are judged. */
export async function tryRestarts(o: { seed: number; restarts: number; progress?: (count: RestartCount) => void }) {
  const count: RestartCount = { restarts: 0, reaccepted: [], reused: [], permits: [] };
  for (let seed = o.seed; count.restarts < o.restarts; seed++) {
    await descend(new SimChance(seed), count, o.restarts, `seed ${seed}`, 3);
    o.progress?.(count);
  }
  return count;
}

/** `deeper`: so many more lives are lived on a disk that a power cut has left. */
async function descend(
  chance: SimChance,
  count: RestartCount,
  limit: number,
  where: string,
  deeper: number,
  from?: DiskImage,
  known: readonly Fact[] = [],
) {
  const empty: DiskImage = {
    files: new Map(),
    folders: new Set(["", "ledger", "ledger/segments", "ledger/tiles", "permits"]),
  };
  const { operations, facts } = await live(chance, from, known);
  for (const { after, image } of crashStates(operations, { from: from ?? empty, chance, samples: 4 })) {
    if (count.restarts >= limit) return;
    const held = facts.filter((fact) => fact.after <= after);
    const place = `${where}, cut after ${after}`;
    await judge(await openHome(new SimDisk({ image })), held, count, place);
    if (deeper > 0 && chance.below(60) === 0) await descend(chance, count, limit, place, deeper - 1, image, held);
  }
}

async function judge(home: Home, facts: readonly Fact[], count: RestartCount, where: string): Promise<void> {
  count.restarts++;
  const next = await home.counter.next();
  for (const { kind, what } of facts) {
    if (kind === "used" && what >= next) count.reused.push(`${where}: counter ${next} after ${what}`);
    if (kind === "dispatched" && home.guard.check(...mark(what)) === null)
      count.reaccepted.push(`${where}: packet ${what}`);
  }
  const views = new Map(home.book.list().map((view) => [view.permit.id, view]));
  for (const [permit, id] of ids.entries()) {
    const of = (kind: Fact["kind"]) => facts.filter((fact) => fact.kind === kind && fact.what === permit).length;
    const view = views.get(id);
    if (of("granted") > 0 && view === undefined) count.permits.push(`${where}: permit ${permit} is gone`);
    if (view !== undefined && view.uses_left > MAX_USES - of("spent"))
      count.permits.push(`${where}: permit ${permit} got uses back`);
    if (of("revoked") > 0 && view?.state !== "revoked")
      count.permits.push(`${where}: permit ${permit} is ${view?.state}`);
  }
}
