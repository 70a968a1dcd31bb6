import { describe, expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { COUNTER_BLOCK, SendCounter } from "../src/counter.ts";
import { DiskError } from "../src/disk.ts";
import { SimDisk } from "../src/disk-sim.ts";

describe("a send counter", () => {
  test("gives each number once to callers that ask together", async () => {
    const counter = await SendCounter.open(new SimDisk(), "ctr");
    const asked = 3 * COUNTER_BLOCK + 5;
    const numbers = await Promise.all(Array.from({ length: asked }, () => counter.next()));
    expect(new Set(numbers).size).toBe(asked);
    expect(Math.max(...numbers)).toBe(asked - 1);
  });

  test("goes on at its mark after a restart", async () => {
    const disk = new SimDisk();
    const first = await (await SendCounter.open(disk, "ctr")).next();
    expect(first).toBe(0);
    expect(await (await SendCounter.open(disk, "ctr")).next()).toBe(COUNTER_BLOCK);
  });

  test("refuses to guess when its file is damaged", async () => {
    const disk = new SimDisk();
    for (const text of ["", "counter/1 ", "counter/1 12", "counter/1 -3\n", "counter/1 9999999999999999\n", "{}"]) {
      await disk.writeAtomic("ctr", utf8(text));
      await expect(SendCounter.open(disk, "ctr"), JSON.stringify(text)).rejects.toBeInstanceOf(DiskError);
    }
  });

  test("stays failed after a failed write, even when the disk recovers", async () => {
    const disk = new SimDisk();
    const counter = await SendCounter.open(disk, "ctr");
    disk.faults = ({ do: verb }) => (verb === "sync" ? { code: "full" } : null);
    await expect(counter.next()).rejects.toThrow("full");
    disk.faults = null;
    await expect(counter.next()).rejects.toThrow("full");
  });
});
