import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { SimChance } from "../src/chance-sim.ts";
import { DiskError } from "../src/disk.ts";
import { crashStates, SECTOR_BYTES } from "../src/disk-crash.ts";
import { nodeDisk } from "../src/disk-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { diskContract } from "./disk.contract.ts";

const folders: string[] = [];
async function folder(): Promise<string> {
  folders.push(await mkdtemp(join(tmpdir(), "axiom-disk-")));
  return folders.at(-1)!;
}
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

diskContract("nodeDisk", async () => nodeDisk(await folder()));
diskContract("SimDisk", async () => new SimDisk());

test("files are for their owner alone", async () => {
  const root = await folder();
  const disk = nodeDisk(root);
  await disk.makeFolder("keys");
  await disk.writeAtomic("keys/a", utf8("x"));
  await (await disk.open("keys/b", "create")).close();
  expect((await stat(join(root, "keys"))).mode & 0o777).toBe(0o700);
  expect((await stat(join(root, "keys/a"))).mode & 0o777).toBe(0o600);
  expect((await stat(join(root, "keys/b"))).mode & 0o777).toBe(0o600);
});

test("a killed holder's lock is free at once", async () => {
  const root = await folder();
  const source = `import { nodeDisk } from ${JSON.stringify(join(import.meta.dirname, "../src/disk-node.ts"))};
    await nodeDisk(${JSON.stringify(root)}).lock("lock"); console.log("held"); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module-typescript", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  expect(await nodeDisk(root).lock("lock")).toBeNull();
  holder.kill("SIGKILL");
  await once(holder, "exit");
  const lock = await nodeDisk(root).lock("lock");
  expect(lock).not.toBeNull();
  await lock!.release();
});

test("a full simulated disk says so and keeps what it had", async () => {
  const disk = new SimDisk({ capacity_bytes: 10 });
  const file = await disk.open("a", "create");
  await file.write(0, utf8("12345"));
  await expect(file.write(5, utf8("678901"))).rejects.toMatchObject({ code: "full" });
  expect(await disk.read("a")).toEqual(utf8("12345"));
});

test("a planned fault strikes where it was planned", async () => {
  const disk = new SimDisk();
  const file = await disk.open("a", "create");
  disk.faults = ({ do: verb }) => (verb === "write" ? { code: "io", keep_bytes: 2 } : null);
  await expect(file.write(0, utf8("12345"))).rejects.toThrow(DiskError);
  disk.faults = null;
  expect(await disk.read("a")).toEqual(utf8("12"));
});

test("power cuts leave torn sectors of what was not synced, and only of that", async () => {
  const disk = new SimDisk({ record: true });
  const file = await disk.open("a", "create");
  await file.writeDurably(0, new Uint8Array(SECTOR_BYTES).fill(1));
  await file.write(SECTOR_BYTES, new Uint8Array(3 * SECTOR_BYTES).fill(2));
  const from = { files: new Map(), folders: new Set([""]) };
  const seen = new Set<string>();
  for (const { after, image } of crashStates(disk.operations, { from, chance: new SimChance(1), samples: 8 })) {
    const bytes = image.files.get("a");
    if (after < disk.operations.length) continue;
    expect(bytes!.subarray(0, SECTOR_BYTES).every((byte) => byte === 1)).toBe(true);
    seen.add([1, 2, 3].map((sector) => bytes![sector * SECTOR_BYTES] ?? 0).join(""));
  }
  expect([...seen].sort()).toEqual(["000", "002", "020", "022", "200", "202", "220", "222"]);
});

test("what a killed process wrote is there for the next one, and not yet durable", async () => {
  const disk = new SimDisk({ record: true });
  const file = await disk.open("a", "create");
  await disk.lock("lock");
  await file.write(0, utf8("seen"));
  const next = disk.killed();
  expect(await next.read("a")).toEqual(utf8("seen"));
  expect(await next.lock("lock")).not.toBeNull();
  const from = { files: new Map(), folders: new Set([""]) };
  const contents = [...crashStates(next.operations, { from, chance: new SimChance(1), samples: 0 })].map(
    ({ image }) => image.files.get("a")?.length,
  );
  expect(contents).toContain(0);
  expect(contents).toContain(4);
});
