import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { readDesk, writeDesk } from "../src/desk-file.ts";
import { EmbeddedLattice } from "../src/embedded.ts";
import { openLattice } from "../src/embedded-node.ts";
import { HoursCompiler, HoursIndex, isFault, type Lattice } from "../src/index.ts";
import { nodeSha256 } from "../src/journal-node.ts";
import { makeCity } from "./city.ts";

const SEED = inject("seed");
const DAY_MS = 86_400_000;
const NOON_MS = Date.UTC(2026, 10, 20, 12);

const records = makeCity({ count: 300, seed: SEED }).map((capability, i) => ({
  ...capability,
  hours: i % 5 === 0 ? null : { kind: "osm", text: `Mo-Su 0${i % 9}:00-1${i % 8}:30` },
}));

describe("a desk file", () => {
  const desk = () => {
    const hours = new HoursIndex(new HoursCompiler({ from_ms: 0, until_ms: 3 * DAY_MS }), null);
    for (let handle = 0; handle < 50; handle++)
      hours.set(
        handle,
        { kind: "osm", text: `Mo-Su 08:00-1${handle % 7}:00${handle % 3 === 0 ? " unknown" : ""}` },
        "UTC",
      );
    return {
      handles: 50,
      hours: hours.kept(50),
      bases: new Map([["seats", Int16Array.from({ length: 50 }, (_, i) => i)]]),
    };
  };

  it("gives back hours and base units", () => {
    const made = desk();
    const stamp = { stamp: "7", compiled: "so" };
    expect(readDesk(writeDesk(made, stamp, nodeSha256), nodeSha256)).toEqual({ ...made, ...stamp });
  });

  it("is refused when it is torn or changed anywhere", () => {
    const bytes = writeDesk(desk(), { stamp: "7", compiled: "so" }, nodeSha256);
    for (let at = 0; at < bytes.length; at += 97) {
      const changed = bytes.slice();
      changed[at]! ^= 1;
      // Bytes 12 to 15 are not looked at.
      if (at < 12 || at > 15) expect(readDesk(changed, nodeSha256)).toMatchObject({ refused: "index-unreadable" });
      expect(readDesk(bytes.slice(0, at), nodeSha256)).toMatchObject({ refused: "index-unreadable" });
    }
  });
});

describe("opening", () => {
  let folder = "";
  let now_ms = NOON_MS;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lattice-desk-"));
    now_ms = NOON_MS;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const opened = async (): Promise<Lattice> => {
    const lattice = await openLattice({ folder, clock: { now_ms: () => now_ms, monotonic_ms: () => now_ms } });
    if (isFault(lattice)) throw new Error(lattice.why);
    return lattice;
  };
  const answers = async (lattice: Lattice) => {
    const all = [];
    for (const hour of [1, 8, 20, 40])
      for (const seats of [1, 4]) {
        const open = { from_ms: now_ms + hour * 3_600_000, until_ms: now_ms + (hour + 1) * 3_600_000 };
        const answer = await lattice.find({
          place: { from: { lat: 52.5, lng: 13.4 } },
          open,
          free: { seats },
          limit: 500,
        });
        if (isFault(answer)) throw new Error(answer.why);
        all.push(answer.found);
      }
    return all;
  };
  const put = async (lattice: Lattice, batch: readonly unknown[]): Promise<void> => {
    const done = await lattice.put(batch);
    if (isFault(done)) throw new Error(done.why);
  };
  /** The same folder, opened from its records alone. */
  const fromRecords = async () => {
    await rm(join(folder, "desk"));
    const lattice = await opened();
    const found = await answers(lattice);
    await lattice.close();
    return found;
  };

  it("from the file, also an older one, answers as opening from the records does", async () => {
    const first = await opened();
    await put(first, records);
    await first.change([{ id: "c1", dimension: "seats", from_ms: NOON_MS, until_ms: NOON_MS + DAY_MS, units: -1 }]);
    const before = await answers(first);
    expect(before[0]!.length).toBeGreaterThan(20);
    await first.close();
    const second = await opened();
    expect(await answers(second)).toEqual(before);
    await copyFile(join(folder, "desk"), join(folder, "older"));
    await put(
      second,
      records.slice(0, 40).map((record, i) => ({ ...record, hours: records[i + 40]!.hours, capacity: { beds: 2 } })),
    );
    await put(second, [{ ...records[0], id: "fresh", capacity: { seats: 9 } }]);
    await second.remove(["c50", "c51"]);
    const after = await answers(second);
    await second.close();
    await copyFile(join(folder, "older"), join(folder, "desk"));
    const third = await opened();
    expect(await answers(third)).toEqual(after);
    await third.close();
    expect(await fromRecords()).toEqual(after);
  });

  it("goes on with hours of some days ago, and compiles them anew meanwhile", async () => {
    const first = await opened();
    await put(first, records);
    await first.close();
    now_ms += 5 * DAY_MS;
    const later = await opened();
    const kept = await answers(later);
    if (!(later instanceof EmbeddedLattice)) throw new Error("another engine");
    await later.tend();
    expect(await answers(later)).toEqual(kept);
    const far = { from_ms: now_ms + 57 * DAY_MS, until_ms: now_ms + 57 * DAY_MS + 60_000 };
    expect(isFault(await later.find({ place: { from: { lat: 52.5, lng: 13.4 } }, open: far }))).toBe(false);
    await later.close();
    expect(await fromRecords()).toEqual(kept);
  });
});
