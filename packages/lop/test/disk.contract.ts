/** What every disk must do, whoever makes it. */
import { beforeEach, describe, expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { type Disk, DiskError, type DiskErrorCode } from "../src/disk.ts";

export function diskContract(name: string, makeDisk: () => Promise<Disk>): void {
  describe(`${name} is a disk`, () => {
    let disk: Disk;
    beforeEach(async () => {
      disk = await makeDisk();
    });

    test("bytes come back from where they were written, and a gap reads as zeros", async () => {
      const file = await disk.open("a", "create");
      await file.write(4, utf8("later"));
      await file.writeDurably(0, utf8("x"));
      expect(await file.size()).toBe(9);
      expect(await file.read(0, 100)).toEqual(utf8("x\0\0\0later"));
      expect(await file.read(9, 5)).toEqual(new Uint8Array(0));
      await file.sync();
      await file.close();
      expect(await disk.read("a")).toEqual(utf8("x\0\0\0later"));
    });

    test("truncate cuts, and what grows back is zeros", async () => {
      const file = await disk.open("a", "update");
      await file.write(0, utf8("secret"));
      await file.truncate(2);
      await file.truncate(4);
      expect(await file.read(0, 10)).toEqual(utf8("se\0\0"));
      await file.close();
    });

    test("each way of opening keeps to its word", async () => {
      await refuses("not-found", disk.open("a", "read"));
      await (await disk.open("a", "update")).close();
      await refuses("exists", disk.open("a", "create"));
      const reader = await disk.open("a", "read");
      await expect(reader.write(0, utf8("x"))).rejects.toThrow(DiskError);
      await expect(reader.writeDurably(0, utf8("x"))).rejects.toThrow(DiskError);
      await reader.close();
      await refuses("not-found", disk.open("no/folder", "create"));
    });

    test("an atomic write replaces the whole file and leaves nothing beside it", async () => {
      await disk.writeAtomic("a", utf8("a long first version"));
      await disk.writeAtomic("a", utf8("second"));
      expect(await disk.read("a")).toEqual(utf8("second"));
      expect(await disk.list("")).toEqual(["a"]);
    });

    test("folders are made with their parents, listed in order, and removed when empty", async () => {
      await disk.makeFolder("b/c");
      await disk.makeFolder("b/c");
      await disk.writeAtomic("b/z", utf8("1"));
      await disk.writeAtomic("b/a", utf8("2"));
      expect(await disk.list("b")).toEqual(["a", "c", "z"]);
      await refuses("exists", disk.remove("b"));
      await disk.remove("b/c");
      expect(await disk.exists("b/c")).toBe(false);
      await refuses("not-found", disk.list("b/c"));
      await disk.syncNames("b");
    });

    test("rename replaces, and remove forgets", async () => {
      await disk.writeAtomic("a", utf8("1"));
      await disk.writeAtomic("b", utf8("2"));
      await disk.rename("a", "b");
      expect(await disk.read("b")).toEqual(utf8("1"));
      expect(await disk.exists("a")).toBe(false);
      await disk.remove("b");
      await refuses("not-found", disk.read("b"));
      await refuses("not-found", disk.remove("b"));
      await refuses("not-found", disk.rename("a", "b"));
    });

    test("an open file follows its new name", async () => {
      const file = await disk.open("a", "create");
      await disk.rename("a", "b");
      await file.writeDurably(0, utf8("still me"));
      await file.close();
      expect(await disk.read("b")).toEqual(utf8("still me"));
    });

    test("paths stay inside", async () => {
      for (const path of ["/a", "../a", "a/../../b", "a//b", ".", "", "a\0b", "a/."])
        await refuses("denied", disk.open(path, "update"));
    });

    test("a lock has one holder, and comes free", async () => {
      const first = await disk.lock("lock");
      expect(first).not.toBeNull();
      expect(await disk.lock("lock")).toBeNull();
      await first!.release();
      await first!.release();
      const second = await disk.lock("lock");
      expect(second).not.toBeNull();
      await second!.release();
    });
  });
}

async function refuses(code: DiskErrorCode, attempt: Promise<unknown>): Promise<void> {
  await expect(attempt).rejects.toSatisfy((error) => error instanceof DiskError && error.code === code);
}
