import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Hold, isFault, LiveSurface } from "../src/index.ts";
import { nodeSha256, openJournalFile } from "../src/journal-node.ts";
import { chance } from "./city.ts";
import { SimFile } from "./journal-sim.ts";
import { openLive, SimClock } from "./live-world.ts";

const SLOTS = { from: 100, until: 104 };
const seats = (handle: number, units: number, slots = SLOTS) => ({ handle, dimension: "seats", slots, units });

async function stocked(
  file = new SimFile(),
  clock = new SimClock(),
): Promise<{ live: LiveSurface; file: SimFile; clock: SimClock }> {
  const live = await openLive(file, clock);
  expect(
    await live.setBase(
      "seats",
      [0, 1, 2, 3].map((handle) => ({ handle, units: 4 })),
    ),
  ).toBeNull();
  return { live, file, clock };
}

function sure<T>(value: T): Exclude<T, { refused: string }> {
  if (isFault(value)) throw new Error(value.why);
  return value as Exclude<T, { refused: string }>;
}

describe("live surface", () => {
  it("adds changes up, slot by slot, and gives the worst slot of a window", async () => {
    const { live } = await stocked();
    expect(await live.change("seats", [{ handle: 1, slots: { from: 90, until: 200 }, units: -1 }])).toBeNull();
    expect(await live.change("seats", [{ handle: 1, slots: { from: 191, until: 193 }, units: 5 }])).toBeNull();
    expect([89, 90, 191, 193, 200].map((slot) => live.freeIn(1, "seats", { from: slot, until: slot + 1 }))).toEqual([
      4, 3, 8, 3, 4,
    ]);
    expect(live.freeIn(1, "seats", { from: 80, until: 300 })).toBe(3);
    expect(live.free(1, "seats", { from_ms: 191 * 900_000 + 1, until_ms: 192 * 900_000 })).toBe(8);
  });

  it("equals a plain table under random changes (seed 4)", async () => {
    const { live } = await stocked();
    const random = chance(4);
    const table = Array.from({ length: 4 }, () => new Array<number>(600).fill(4));
    for (let i = 0; i < 2000; i++) {
      const handle = Math.floor(random() * 4);
      const from = Math.floor(random() * 500);
      const until = from + 1 + Math.floor(random() * 99);
      const units = Math.floor(random() * 7) - 3;
      await live.change("seats", [{ handle, slots: { from, until }, units }]);
      for (let slot = from; slot < until; slot++) table[handle]![slot]! += units;
      const at = Math.floor(random() * 590);
      expect(live.freeIn(handle, "seats", { from: at, until: at + 10 })).toBe(
        Math.min(...table[handle]!.slice(at, at + 10)),
      );
    }
  });

  it("keeps room for the units of holds, which come back", async () => {
    const { live } = await stocked();
    const most = 32_767;
    expect(await live.change("seats", [{ handle: 1, slots: SLOTS, units: 20_000 }])).toBeNull();
    const hold = sure(await live.hold({ items: [seats(1, 20_000)], ttl_ms: 1000 }));
    const wrong = await live.change("seats", [{ handle: 1, slots: SLOTS, units: most - 4 }]);
    expect(isFault(wrong) && wrong.refused).toBe("units-beyond");
    expect(await live.change("seats", [{ handle: 1, slots: SLOTS, units: most - 20_004 }])).toBeNull();
    sure(await live.release(hold.fence));
    expect(live.freeIn(1, "seats", SLOTS)).toBe(most);
  });

  it("refuses changes beyond what a slot holds, and then makes none of them", async () => {
    const { live } = await stocked();
    const wrong = await live.change("seats", [
      { handle: 0, slots: SLOTS, units: 1 },
      { handle: 1, slots: SLOTS, units: 32_766 },
    ]);
    expect(isFault(wrong) && [wrong.refused, wrong.at]).toEqual(["units-beyond", "changes.1"]);
    expect(live.freeIn(0, "seats", SLOTS)).toBe(4);
  });
});

describe("holds", () => {
  it("put all items aside, or none", async () => {
    const { live } = await stocked();
    const both = sure(await live.hold({ items: [seats(0, 3), seats(1, 4)], ttl_ms: 1000 }));
    expect([live.freeIn(0, "seats", SLOTS), live.freeIn(1, "seats", SLOTS)]).toEqual([1, 0]);
    const none = await live.hold({ items: [seats(0, 1), seats(1, 1)], ttl_ms: 1000 });
    expect(isFault(none) && [none.refused, none.at]).toEqual(["hold-too-much", "items.1"]);
    expect(live.freeIn(0, "seats", SLOTS)).toBe(1);
    expect(sure(await live.release(both.fence)).state).toBe("released");
    expect(live.freeIn(1, "seats", SLOTS)).toBe(4);
  });

  it("run out by the monotonic clock, whatever the wall clock does", async () => {
    const { live, clock } = await stocked();
    const { fence } = sure(await live.hold({ items: [seats(0, 4)], ttl_ms: 1000 }));
    clock.jump(-86_400_000);
    clock.pass(999);
    expect(sure(live.look(fence)).state).toBe("held");
    clock.pass(1);
    expect(sure(live.look(fence)).state).toBe("expired");
    expect(live.freeIn(0, "seats", SLOTS)).toBe(4);
    const late = await live.confirm(fence);
    expect(isFault(late) && late.refused).toBe("hold-over");
  });

  it("give the same hold for the same key, and refuse the key for another request", async () => {
    const { live } = await stocked();
    const request = { items: [seats(2, 2)], ttl_ms: 1000, key: "order-7" };
    const [first, again] = await Promise.all([live.hold(request), live.hold(request)]);
    expect(sure(again).fence).toBe(sure(first).fence);
    expect(live.freeIn(2, "seats", SLOTS)).toBe(2);
    const other = await live.hold({ ...request, items: [seats(3, 2)] });
    expect(isFault(other) && other.refused).toBe("key-reused");
  });

  it("come back after a stop as they were acknowledged", async () => {
    const { live, file, clock } = await stocked();
    const held = sure(await live.hold({ items: [seats(0, 2)], ttl_ms: 10_000, key: "a" }));
    const confirmed = sure(await live.hold({ items: [seats(1, 3)], ttl_ms: 10_000 }));
    await live.confirm(confirmed.fence);
    const after = await openLive(file.crash(1), new SimClock(clock.now_ms() + 4000));
    expect(sure(after.look(confirmed.fence)).state).toBe("confirmed");
    expect(sure(after.look(held.fence)).state).toBe("held");
    expect(after.freeIn(1, "seats", SLOTS)).toBe(1);
    const next = sure(await after.hold({ items: [seats(3, 1)], ttl_ms: 10 }));
    expect(next.fence).toBeGreaterThan(confirmed.fence);
  });

  it("stop taking anything once the journal cannot be written", async () => {
    const { live, file } = await stocked();
    file.beforeSync = () => {
      throw new Error("disk full");
    };
    const first = await live.hold({ items: [seats(0, 1)], ttl_ms: 1000 });
    expect(isFault(first) && first.refused).toBe("journal-unwritable");
    file.beforeSync = () => undefined;
    const second = await live.hold({ items: [seats(1, 1)], ttl_ms: 1000 });
    expect(isFault(second) && second.refused).toBe("journal-unwritable");
  });
});

describe("journal", () => {
  it("names damage before its end, and cuts a torn tail off (every byte of a small journal)", async () => {
    const { file } = await (async () => {
      const made = await stocked();
      for (let i = 0; i < 3; i++) await made.live.hold({ items: [seats(i, 1)], ttl_ms: 1000 });
      return made;
    })();
    let refused = 0;
    for (let offset = 0; offset < file.size_bytes; offset++) {
      const copy = file.crash(offset);
      copy.damage(offset, offset % 8);
      const opened = await LiveSurface.open({ file: copy, sha256: nodeSha256, clock: new SimClock() });
      if (isFault(opened)) {
        expect(opened.refused).toBe("journal-damaged");
        refused++;
      } else expect(opened.lost_bytes).toBeGreaterThan(0);
    }
    expect(refused).toBeGreaterThan(file.size_bytes / 2);
  });

  it("takes a write that was cut off anywhere, with zeros behind it, for a torn tail", async () => {
    const made = await stocked();
    await made.live.hold({ items: [seats(0, 1)], ttl_ms: 1000 });
    const before = made.file.size_bytes;
    await made.live.change("seats", [{ handle: 1, slots: { from: 5, until: 300 }, units: 2 }]);
    const whole = await made.file.read();
    for (let cut = before; cut < whole.length; cut++) {
      const bytes = new Uint8Array(whole.length);
      bytes.set(whole.subarray(0, cut));
      const file = new SimFile();
      await file.append(bytes);
      const live = sure(await LiveSurface.open({ file, sha256: nodeSha256, clock: new SimClock() }));
      expect([cut, live.freeIn(0, "seats", SLOTS), live.freeIn(1, "seats", SLOTS)]).toEqual([cut, 3, 4]);
    }
  });

  it("is the same on a real disk", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lattice-"));
    const clock = new SimClock();
    const open = async () =>
      sure(await LiveSurface.open({ file: await openJournalFile(join(folder, "journal")), sha256: nodeSha256, clock }));
    const live = await open();
    await live.setBase("seats", [{ handle: 0, units: 9 }]);
    const granted: Hold[] = [];
    for (const result of await Promise.all(
      Array.from({ length: 12 }, () => live.hold({ items: [seats(0, 1)], ttl_ms: 60_000 })),
    )) {
      if (!isFault(result)) granted.push(result);
    }
    expect(granted).toHaveLength(9);
    await live.close();
    const again = await open();
    expect(again.freeIn(0, "seats", SLOTS)).toBe(0);
    expect(granted.every(({ fence }) => sure(again.look(fence)).state === "held")).toBe(true);
    await again.close();
    await rm(folder, { recursive: true });
  });
});
