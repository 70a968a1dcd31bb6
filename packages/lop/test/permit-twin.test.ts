/** A permit book beside a twin that keeps plain lists and asks every permit of a chain, over random lives of a hive. */
import { expect, inject, test } from "vitest";
import { toHex } from "../src/bytes.ts";
import { SimChance } from "../src/chance-sim.ts";
import { SimClock } from "../src/clock-sim.ts";
import type { Crypto } from "../src/crypto.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { beyondScope, type OpenedPermit, type PermitRequest, readPermit, writePermit } from "../src/permit.ts";
import { PermitBook } from "../src/permit-book.ts";
import type { Envelope } from "../src/record.ts";
import { isRefusal } from "../src/refusal.ts";
import { directoryOf, granted, NOW_MS } from "./helpers.ts";
import { holder, issuer, permitFields, permitRequest } from "./permits.ts";

const LIVES = 150;
const STEPS = 40;
/** Signatures are asked about elsewhere; here thousands of permits are granted. */
const trusting: Crypto = { ...nodeCrypto, verify: () => true };
const HOSTS = ["example.com", "a.example.org", "b.a.example.org", "elsewhere.net"];
const PATTERNS = ["example.com", "*.example.org", "*.a.example.org", "a.example.org"];

/** What the twin knows of one permit. */
interface Row extends OpenedPermit {
  readonly parent: Row | null;
  uses: number;
  bytes: number;
  revoked: boolean;
}

const chainOf = (row: Row | null): Row[] => (row === null ? [] : [row, ...chainOf(row.parent)]);
const allows = (row: Row, request: PermitRequest, now_ms: number): boolean =>
  chainOf(row).every(
    ({ permit, uses, bytes, revoked }) =>
      !revoked &&
      beyondScope(permit, request) === null &&
      now_ms >= permit.nbf &&
      now_ms < permit.exp &&
      uses < permit.max_uses &&
      bytes + (request.bytes ?? 0) <= permit.max_bytes,
  );

async function live(seed: number): Promise<{ asked: number; allowed: number }> {
  const chance = new SimChance(seed);
  const clock = new SimClock(NOW_MS);
  const disk = new SimDisk();
  const open = async () =>
    granted(
      await PermitBook.open({
        disk,
        folder: "permits",
        crypto: trusting,
        clock,
        keys: directoryOf([issuer, "permit-issuer"]),
      }),
    );
  let book = await open();
  const rows: Row[] = [];
  const count = { asked: 0, allowed: 0 };
  let passed_ms = 0;
  for (let step = 0; step < STEPS; step++) {
    const row = rows[chance.below(Math.max(1, rows.length))] ?? null;
    switch (chance.below(8)) {
      case 0:
      case 1: {
        const fresh = randomPermit(chance, chance.below(2) === 0 ? row : null, NOW_MS + passed_ms);
        if (!isRefusal(await book.grant(fresh.envelope))) rows.push(fresh.row!);
        break;
      }
      case 2: {
        const cost = { uses: chance.below(3), bytes: chance.below(40) };
        if (row !== null && (await book.spend(row.permit.id, cost)) === null)
          for (const one of chainOf(row)) {
            one.uses += cost.uses;
            one.bytes += cost.bytes;
          }
        break;
      }
      case 3:
        if (row !== null && chance.below(4) === 0 && (await book.revoke(row.permit.id)) === null) row.revoked = true;
        break;
      case 4: {
        const ms = chance.below(120);
        await clock.advance(ms);
        passed_ms += ms;
        break;
      }
      case 5:
        clock.step(chance.below(172_800_000) - 86_400_000);
        clock.step(NOW_MS + passed_ms - clock.now_ms());
        break;
      case 6:
        if (chance.below(3) === 0) book = await open();
        break;
      default:
    }
    for (const one of rows) {
      const request = permitRequest({ host: HOSTS[chance.below(HOSTS.length)]!, bytes: chance.below(60) });
      const allowed = book.check({ ...request, permit: one.permit.id }) === null;
      count.asked++;
      count.allowed += allowed ? 1 : 0;
      // The twin counts in wall time, which nobody has moved for good: to the millisecond the same.
      if (allowed !== allows(one, request, NOW_MS + passed_ms))
        throw new Error(
          `seed ${seed}, step ${step}: the book says ${allowed} of ${JSON.stringify({ permit: one.permit, request })}`,
        );
    }
  }
  return count;
}

function randomPermit(chance: SimChance, parent: Row | null, now_ms: number): { envelope: Envelope; row: Row | null } {
  const above = parent?.permit;
  const hosts = PATTERNS.filter(() => chance.below(3) > 0);
  const envelope = writePermit(
    parent === null ? issuer : holder,
    permitFields({
      id: toHex(chance.bytes(16)),
      resources: { ...permitFields().resources, hosts: above && chance.below(3) > 0 ? above.resources.hosts : hosts },
      nbf: Math.max(now_ms + chance.below(50), above?.nbf ?? 0),
      exp: Math.min(now_ms + 60 + chance.below(500), (above?.exp ?? Number.MAX_SAFE_INTEGER) + chance.below(2)),
      max_uses: Math.max(1, (above?.max_uses ?? 12) - chance.below(3)),
      max_bytes: Math.max(0, (above?.max_bytes ?? 300) - chance.below(30)),
      parent: parent?.digest ?? null,
    }),
  );
  const opened = readPermit(trusting, envelope, () => issuer.publicKey);
  // Without sense of its own (an end before its beginning): the book must refuse it too, and the twin needs no row.
  const row = isRefusal(opened) ? null : { ...opened, parent, uses: 0, bytes: 0, revoked: false };
  return { envelope, row };
}

test(`a book says of every permit what its twin says, over ${LIVES} random lives`, async () => {
  const seed = inject("seed");
  let [asked, allowed] = [0, 0];
  for (let life = 0; life < LIVES; life++) {
    const count = await live(seed + life);
    asked += count.asked;
    allowed += count.allowed;
  }
  console.log(`permit book and twin: ${asked} checks, ${allowed} allowed, seed ${seed}`);
  expect(allowed).toBeGreaterThan(500);
  expect(asked - allowed).toBeGreaterThan(500);
});
