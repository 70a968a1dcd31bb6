/** P6: chains that grow, expiry across clock steps, revocation, and the cost of a check. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SimChance } from "../src/chance-sim.ts";
import type { Clock } from "../src/clock.ts";
import { nodeClock } from "../src/clock-node.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { nodeDisk } from "../src/disk-node.ts";
import { writePermit } from "../src/permit.ts";
import { PermitBook } from "../src/permit-book.ts";
import { isRefusal } from "../src/refusal.ts";
import { directoryOf, granted } from "../test/helpers.ts";
import { childAllowsMore } from "../test/permit-chains.ts";
import { holder, issuer, permitFields, permitId, permitRequest } from "../test/permits.ts";
import { cpu_us, report } from "./goal.ts";

export const name = "permits";

const DAY_MS = 86_400_000;
const LIFE_MS = 1000;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: "string", default: "1000000" },
      seed: { type: "string", default: String(Date.now() >>> 0) },
    },
  });
  const found = childAllowsMore(new SimChance(Number(values.seed)), Number(values.count));
  console.log(
    `seed ${values.seed}: ${found.accepted} chains accepted, ${found.asked} requests, ${found.allowed} allowed`,
  );
  for (const violation of found.violations.slice(0, 5)) console.log(violation);
  report(
    `P6 ${found.chains} chains: child allows what a parent denies`,
    String(found.violations.length),
    found.violations.length === 0,
  );
  const folder = mkdtempSync(join(tmpdir(), "axiom-permits-"));
  try {
    for (const step_ms of [0, DAY_MS, -DAY_MS]) await expiry(join(folder, String(step_ms)), step_ms);
    await revocation(join(folder, "revoke"));
    await checks(join(folder, "check"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The real clocks, with a wall clock that somebody sets. */
function steppedClock(): Clock & { step_ms: number } {
  return {
    ...nodeClock,
    step_ms: 0,
    now_ms() {
      return nodeClock.now_ms() + this.step_ms;
    },
  };
}

const openBook = async (folder: string, clock: Clock) =>
  granted(
    await PermitBook.open({
      disk: nodeDisk(folder),
      folder: "permits",
      crypto: nodeCrypto,
      clock,
      keys: directoryOf([issuer, "permit-issuer"]),
    }),
  );

const fresh = (clock: Clock, life_ms: number, more = {}) => {
  const nbf = clock.now_ms();
  return writePermit(issuer, permitFields({ nbf, exp: nbf + life_ms, max_uses: 1_000_000, ...more }));
};

/** How far from its true end a permit is first denied, when the wall clock steps right after the grant. */
async function expiry(folder: string, step_ms: number): Promise<void> {
  const clock = steppedClock();
  const book = await openBook(folder, clock);
  const end_ms = clock.monotonic_ms() + LIFE_MS;
  granted(await book.grant(fresh(clock, LIFE_MS)));
  clock.step_ms = step_ms;
  while (book.check(permitRequest()) === null) await clock.sleep(1);
  const off_ms = clock.monotonic_ms() - end_ms;
  await book.close();
  report(
    `P6 expiry, wall clock stepped by ${step_ms / DAY_MS} days`,
    `${off_ms.toFixed(1)} ms off`,
    Math.abs(off_ms) <= 50,
  );
}

async function revocation(folder: string): Promise<void> {
  const book = await openBook(folder, nodeClock);
  const { id } = granted(await book.grant(fresh(nodeClock, 60_000)));
  const before = performance.now();
  const durable = book.revoke(id);
  const denied = isRefusal(book.check({ ...permitRequest(), permit: id }));
  const deny_ms = performance.now() - before;
  await durable;
  await book.close();
  report(
    "P6 revoke to deny",
    `${deny_ms.toFixed(3)} ms (durable ${(performance.now() - before).toFixed(1)} ms)`,
    denied && deny_ms <= 10,
  );
}

async function checks(folder: string): Promise<void> {
  const book = await openBook(folder, nodeClock);
  let parent: string | null = null;
  let id = "";
  for (let depth = 1; depth <= 4; depth++) {
    const from = parent === null ? issuer : holder;
    const fields: ReturnType<typeof permitFields> = permitFields({
      id: permitId(`depth ${depth}`),
      nbf: nodeClock.now_ms() - 1000 + depth,
      exp: nodeClock.now_ms() + 600_000 - depth * 10_000,
      parent,
    });
    const envelope = writePermit(from, fields);
    id = granted(await book.grant(envelope)).id;
    parent = Buffer.from(nodeCrypto.sha256(Buffer.from(envelope.payload, "base64"))).toString("hex");
  }
  const request = { ...permitRequest(), permit: id };
  const look = () => {
    if (book.check(request) !== null) throw new Error("denied");
  };
  cpu_us(20_000, look);
  const cost = cpu_us(200_000, look);
  await book.close();
  report("P6 check of a held chain of four", `${cost.toFixed(2)} CPU-µs, goal ≤ 25`, cost <= 25);
}
