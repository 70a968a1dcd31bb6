import { describe, expect, test } from "vitest";
import { SimClock } from "../src/clock-sim.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import type { KeyDirectory } from "../src/manifest.ts";
import { holderKey, type PermitFields, readPermit, writePermit } from "../src/permit.ts";
import { PERMIT_MAX_HELD, PermitBook } from "../src/permit-book.ts";
import type { BootClock } from "../src/permit-time.ts";
import { codeOf, directoryOf, granted, NOW_MS, signerOf } from "./helpers.ts";
import { holder, issuer, permitFields, permitId, permitRequest } from "./permits.ts";

const DAY_MS = 86_400_000;
const JOURNAL = "permits/permits.journal";
const guest = signerOf("guest");
const keys = directoryOf([issuer, "permit-issuer"], [holder, "operator"]);

interface World {
  disk: SimDisk;
  clock: SimClock;
  keys: KeyDirectory;
  boot: BootClock | null;
}
const world = (change: Partial<World> = {}): World => ({
  disk: new SimDisk(),
  clock: new SimClock(NOW_MS),
  keys,
  boot: null,
  ...change,
});
const open = async (w: World) => granted(await PermitBook.open({ ...w, folder: "permits", crypto: nodeCrypto }));
const wide = (change: Partial<PermitFields> = {}) => writePermit(issuer, permitFields(change));
const digestOf = (envelope: ReturnType<typeof wide>) =>
  granted(readPermit(nodeCrypto, envelope, (id) => [issuer, holder, guest].find((s) => s.keyId === id)?.publicKey))
    .digest;
const childOf = (parent: ReturnType<typeof wide>, change: Partial<PermitFields> = {}, signer = holder) =>
  writePermit(
    signer,
    permitFields({ id: permitId("child"), cnf: holderKey(guest), parent: digestOf(parent), ...change }),
  );
const request = permitRequest();
const guestRequest = permitRequest({ holder: guest.keyId });

describe("a permit book", () => {
  test("allows what a granted permit covers, and names the reason when it does not", async () => {
    const book = await open(world());
    expect(codeOf(book.check(request))).toBe("permit-missing");
    const { id } = granted(await book.grant(wide()));
    expect(book.check(request)).toBeNull();
    expect(book.check({ ...request, permit: id })).toBeNull();
    expect(book.find(request)).toBe(id);
    expect(codeOf(book.check({ ...request, permit: id, host: "elsewhere.net" }))).toBe("permit-out-of-scope");
    expect(codeOf(book.check({ ...request, permit: id, holder: guest.keyId }))).toBe("permit-out-of-scope");
    expect(codeOf(book.check({ ...request, permit: "nobody" }))).toBe("permit-missing");
    expect(codeOf(book.check({ ...request, bytes: 1_000_001 }))).toBe("permit-exhausted");
  });

  test("takes permits of an active issuer only, and each once", async () => {
    const book = await open(world());
    expect(codeOf(await book.grant(writePermit(holder, permitFields())))).toBe("key-role-wrong");
    expect(codeOf(await book.grant(writePermit(signerOf("x"), permitFields())))).toBe("key-unknown");
    granted(await book.grant(wide()));
    expect(codeOf(await book.grant(wide()))).toBe("permit-invalid");
    const retired = await open(world({ keys: directoryOf([issuer, "permit-issuer", "retired"]) }));
    expect(codeOf(await retired.grant(wide()))).toBe("key-revoked");
  });

  test("denies on revocation before it is durable, and its children with it", async () => {
    const w = world();
    const book = await open(w);
    const parent = wide();
    const { id } = granted(await book.grant(parent));
    granted(await book.grant(childOf(parent)));
    expect(book.check(guestRequest)).toBeNull();
    const durable = book.revoke(id);
    expect(codeOf(book.check(guestRequest))).toBe("permit-revoked");
    expect(codeOf(book.check(request))).toBe("permit-revoked");
    expect(await durable).toBeNull();
    expect(codeOf((await open(w)).check(request))).toBe("permit-revoked");
  });

  test("ends all permits of an issuer that is revoked", async () => {
    let live = keys;
    const book = await open(world({ keys: { find: (id) => live.find(id) } }));
    granted(await book.grant(wide()));
    live = directoryOf([issuer, "permit-issuer", "retired"]);
    expect(book.check(request)).toBeNull();
    for (live of [directoryOf([issuer, "permit-issuer", "revoked"]), directoryOf()])
      expect(codeOf(book.check(request))).toBe("permit-revoked");
  });

  test("counts a child's spending on every permit above it", async () => {
    const w = world();
    const book = await open(w);
    const parent = wide({ max_uses: 3 });
    const top = granted(await book.grant(parent)).id;
    const child = granted(await book.grant(childOf(parent, { max_uses: 2 }))).id;
    expect(await book.spend(child, { uses: 2, bytes: 10 })).toBeNull();
    expect(codeOf(await book.spend(child, { uses: 1, bytes: 0 }))).toBe("permit-exhausted");
    expect(await book.spend(top, { uses: 1, bytes: 0 })).toBeNull();
    expect(codeOf(book.check(request))).toBe("permit-exhausted");
    const again = await open(w);
    expect(codeOf(again.check(request))).toBe("permit-exhausted");
    expect(again.list().map(({ uses_left }) => uses_left)).toEqual([0, 0]);
  });

  test("lets a hundred spenders at once take no more than there is", async () => {
    const book = await open(world());
    const { id } = granted(await book.grant(wide({ max_uses: 10 })));
    const answers = await Promise.all(Array.from({ length: 100 }, () => book.spend(id, { uses: 1, bytes: 0 })));
    expect(answers.filter((answer) => answer === null)).toHaveLength(10);
    for (const bad of [-1, 0.5, Number.NaN])
      expect(codeOf(await book.spend(id, { uses: bad, bytes: 0 }))).toBe("permit-invalid");
  });

  test("refuses chains that are too long, and children without their parent", async () => {
    const book = await open(world());
    let parent = wide({ cnf: holderKey(holder) });
    expect(codeOf(await book.grant(childOf(parent)))).toBe("permit-invalid");
    granted(await book.grant(parent));
    for (let depth = 2; depth <= 5; depth++) {
      parent = childOf(parent, { id: permitId(`depth ${depth}`), cnf: holderKey(holder) });
      expect(codeOf(await book.grant(parent)), `depth ${depth}`).toEqual(
        depth <= 4 ? { id: permitId(`depth ${depth}`) } : "permit-invalid",
      );
    }
  });

  test("refuses one more than it holds, until some have ended", async () => {
    const w = world();
    const book = await open(w);
    const many = Array.from({ length: PERMIT_MAX_HELD }, (_, i) =>
      wide({ id: permitId(`many ${i}`), exp: NOW_MS + 1000 }),
    );
    for (const answer of await Promise.all(many.map((envelope) => book.grant(envelope)))) granted(answer);
    expect(codeOf(await book.grant(wide()))).toBe("permits-full");
    await w.clock.advance(1000);
    granted(await book.grant(wide()));
    expect(codeOf(await book.grant(many[0]!))).toBe("permit-expired");
  });
});

describe("a permit's time", () => {
  test("begins with its grant, also between two ticks of the clock", async () => {
    const clock = new SimClock(NOW_MS);
    await clock.advance(0.3);
    const book = await open(world({ clock }));
    granted(await book.grant(wide({ nbf: NOW_MS })));
    expect(book.check(request)).toBeNull();
  });

  const minute = () => wide({ exp: NOW_MS + 60_000 });

  test.each([0, DAY_MS, -DAY_MS, 40 * DAY_MS, -NOW_MS])(
    "is not moved by a step of %d ms of the wall clock",
    async (step_ms) => {
      const w = world();
      const book = await open(w);
      granted(await book.grant(minute()));
      w.clock.step(step_ms);
      await w.clock.advance(59_950);
      expect(book.check(request)).toBeNull();
      await w.clock.advance(50);
      expect(codeOf(book.check(request))).toBe("permit-expired");
      w.clock.step(-2 * step_ms);
      expect(codeOf(book.check(request))).toBe("permit-expired");
    },
  );

  test("is never longer than its span, whatever the clock said when it was granted", async () => {
    const w = world({ clock: new SimClock(NOW_MS - DAY_MS) });
    const book = await open(w);
    granted(await book.grant(minute()));
    expect(codeOf(book.check(request))).toBe("permit-early");
    await w.clock.advance(DAY_MS);
    expect(book.check(request)).toBeNull();
    await w.clock.advance(60_000);
    expect(codeOf(book.check(request))).toBe("permit-expired");
  });

  test("goes on across a restart, also with the clock set back in the same boot", async () => {
    const boot = (up: number): BootClock => ({ boot: "boot 1", uptime_ms: () => up });
    const w = world({ boot: boot(5000) });
    granted(await (await open(w)).grant(minute()));
    const back = { ...w, clock: new SimClock(NOW_MS - DAY_MS) };
    expect((await open({ ...back, boot: boot(64_900) })).check(request)).toBeNull();
    expect(codeOf((await open({ ...back, boot: boot(65_001) })).check(request))).toBe("permit-expired");
  });

  test("does not stand still in a container that began its uptime anew", async () => {
    const w = world({ boot: { boot: "boot 1", uptime_ms: () => 5000 } });
    granted(await (await open(w)).grant(minute()));
    const later = { ...w, boot: { boot: "boot 1", uptime_ms: () => 1 }, clock: new SimClock(NOW_MS + 60_001) };
    expect(codeOf((await open(later)).check(request))).toBe("permit-expired");
  });

  test("after another boot keeps at most what it had left", async () => {
    const w = world({ boot: { boot: "boot 1", uptime_ms: () => 0 } });
    const book = await open(w);
    granted(await book.grant(minute()));
    await w.clock.advance(30_000);
    await book.close();
    const boot = { boot: "boot 2", uptime_ms: () => 0 };
    const later = new SimClock(NOW_MS + 60_001);
    expect(codeOf((await open({ ...w, boot, clock: later })).check(request))).toBe("permit-expired");
    const back = new SimClock(NOW_MS - DAY_MS);
    const reopened = await open({ ...w, boot, clock: back });
    expect(reopened.check(request)).toBeNull();
    await back.advance(30_000);
    expect(codeOf(reopened.check(request))).toBe("permit-expired");
  });

  test("counts the hours that the machine slept", async () => {
    let up = 0;
    const w = world({ boot: { boot: "boot 1", uptime_ms: () => up } });
    const book = await open(w);
    granted(await book.grant(minute()));
    up = 3_600_000; // asleep: the monotonic clock stood still, the wall clock did not
    w.clock.step(3_600_000);
    expect(codeOf(book.check(request))).toBe("permit-expired");
  });
});

describe("the permit journal", () => {
  test("survives a torn last line, and refuses damage before it", async () => {
    const w = world();
    const book = await open(w);
    const { id } = granted(await book.grant(wide()));
    await book.spend(id, { uses: 1, bytes: 0 });
    await book.spend(id, { uses: 1, bytes: 0 });
    const whole = await w.disk.read(JOURNAL);
    for (let cut = 1; cut < 60; cut += 7) {
      await w.disk.writeAtomic(JOURNAL, whole.subarray(0, whole.length - cut));
      expect((await open(w)).list()[0]?.uses_left, `cut ${cut}`).toBe(9);
    }
    await w.disk.writeAtomic(
      JOURNAL,
      whole.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
    );
    expect(codeOf(await PermitBook.open({ ...w, folder: "permits", crypto: nodeCrypto }))).toBe("permits-damaged");
  });

  test("is compacted without losing a use, also of children that have ended", async () => {
    const w = world();
    const book = await open(w);
    const parent = wide({ max_uses: 1_000_000 });
    const { id } = granted(await book.grant(parent));
    const child = granted(await book.grant(childOf(parent, { exp: NOW_MS + 1000, max_uses: 500 })));
    await book.spend(child.id, { uses: 500, bytes: 3 });
    await w.clock.advance(2000);
    let spent = 500;
    let largest = 0;
    for (let size = 0; size >= largest; spent += 1000) {
      largest = size;
      const some = Array.from({ length: 1000 }, () => book.spend(id, { uses: 1, bytes: 0 }));
      expect((await Promise.all(some)).every((answer) => answer === null)).toBe(true);
      size = (await w.disk.read(JOURNAL)).length;
      expect(spent).toBeLessThan(100_000);
    }
    const view = (await open(w)).list().find(({ permit }) => permit.id === id);
    expect(view).toMatchObject({ uses_left: 1_000_000 - spent, bytes_left: 1_000_000 - 3 });
    expect(codeOf(await (await open(w)).grant(childOf(parent, { exp: NOW_MS + 1000, max_uses: 500 })))).toBe(
      "permit-expired",
    );
  });

  test("that cannot be written denies, then and for ever", async () => {
    const w = world();
    const book = await open(w);
    const { id } = granted(await book.grant(wide()));
    w.disk.faults = ({ do: verb }) => (verb === "sync" ? { code: "io" } : null);
    expect(codeOf(await book.spend(id, { uses: 1, bytes: 0 }))).toBe("permits-unwritable");
    w.disk.faults = null;
    expect(codeOf(await book.spend(id, { uses: 1, bytes: 0 }))).toBe("permits-unwritable");
    expect(codeOf(await book.grant(wide({ id: permitId("later") })))).toBe("permits-unwritable");
  });
});
