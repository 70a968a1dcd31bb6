import { describe, expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { COUNTER_BLOCK, SendCounter } from "../src/counter.ts";
import { DiskError } from "../src/disk.ts";
import { MemoryDisk } from "./memory-disk.ts";

describe("a send counter", () => {
  test("gives each number once to callers that ask together", async () => {
    const counter = await SendCounter.open(new MemoryDisk(), "ctr");
    const asked = 3 * COUNTER_BLOCK + 5;
    const numbers = await Promise.all(Array.from({ length: asked }, () => counter.next()));
    expect(new Set(numbers).size).toBe(asked);
    expect(Math.max(...numbers)).toBe(asked - 1);
  });

  test("goes on at its mark after a restart", async () => {
    const disk = new MemoryDisk();
    const first = await (await SendCounter.open(disk, "ctr")).next();
    expect(first).toBe(0);
    expect(await (await SendCounter.open(disk, "ctr")).next()).toBe(COUNTER_BLOCK);
  });

  test("refuses to guess when its file is damaged", async () => {
    const disk = new MemoryDisk();
    for (const text of ["", "counter/1 ", "counter/1 12", "counter/1 -3\n", "counter/1 9999999999999999\n", "{}"]) {
      disk.files.set("ctr", utf8(text));
      await expect(SendCounter.open(disk, "ctr"), JSON.stringify(text)).rejects.toBeInstanceOf(DiskError);
    }
  });

  test("stays failed after a failed write, even when the disk recovers", async () => {
    const disk = new MemoryDisk();
    const counter = await SendCounter.open(disk, "ctr");
    const write = disk.writeAtomic.bind(disk);
    disk.writeAtomic = async () => {
      throw new DiskError("full", "no space");
    };
    await expect(counter.next()).rejects.toThrow("no space");
    disk.writeAtomic = write;
    await expect(counter.next()).rejects.toThrow("no space");
  });
});
