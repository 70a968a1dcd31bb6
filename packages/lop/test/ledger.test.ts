import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { openCheckpoint } from "../src/checkpoint.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import { nodeDisk } from "../src/disk-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { Ledger, QUEUE_MAX_BYTES } from "../src/ledger.ts";
import { ENTRY_MAX_BYTES } from "../src/ledger-record.ts";
import { verifyConsistency } from "../src/merkle.ts";
import { isRefusal } from "../src/refusal.ts";
import { verifyTlogProof } from "../src/tlog-proof.ts";
import { entryOf, fill, LOG, openLedger, optionsOn } from "./ledger-helpers.ts";

const folders: string[] = [];
function folder(): string {
  folders.push(mkdtempSync(join(tmpdir(), "axiom-ledger-")));
  return folders.at(-1)!;
}
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true });
});

async function checkAll(ledger: Ledger, count: number): Promise<void> {
  expect(ledger.size).toBe(count);
  for (let index = 0; index < count; index += 1 + Math.floor(count / 40)) {
    expect(await ledger.read(index)).toEqual(entryOf(index));
    expect(verifyTlogProof(nodeCrypto, await ledger.prove(index), entryOf(index), LOG)).toEqual({ index, size: count });
  }
  let next = 0;
  for await (const { index, entry } of ledger.entries(0)) {
    expect(index).toBe(next++);
    expect(entry).toEqual(entryOf(index));
  }
  expect(next).toBe(count);
}

test("entries come back, are proved, and survive a clean restart and an unclean one", async () => {
  const disk = new SimDisk();
  const ledger = await openLedger(disk);
  await fill(ledger, 1500);
  await checkAll(ledger, 1500);
  const unclean = await openLedger(new SimDisk({ image: disk.image() }));
  expect(unclean.repaired).toBeNull();
  await checkAll(unclean, 1500);
  await ledger.close();
  const clean = await openLedger(disk);
  expect(clean.repaired).toBeNull();
  await fill(clean, 700);
  await checkAll(clean, 2200);
  await clean.close();
});

test("an empty ledger has a signed checkpoint of the empty tree", async () => {
  const disk = new SimDisk();
  const ledger = await openLedger(disk);
  const opened = openCheckpoint(nodeCrypto, ledger.checkpoint(), LOG)!;
  expect(opened.checkpoint.size).toBe(0n);
  expect(opened.checkpoint.root).toEqual(nodeCrypto.sha256(new Uint8Array(0)));
  await expect(ledger.prove(0)).rejects.toThrow(RangeError);
  expect(await ledger.read(0)).toMatchObject({ refused: "entry-unknown" });
  await ledger.close();
  const again = await openLedger(disk);
  expect(again.checkpoint()).toBe(ledger.checkpoint());
  await again.close();
});

test("an entry may have 65,535 bytes and not one more; an empty one is an entry", async () => {
  const ledger = await openLedger(new SimDisk());
  const largest = new Uint8Array(ENTRY_MAX_BYTES).fill(7);
  expect(await ledger.append(largest)).toEqual({ index: 0 });
  expect(await ledger.append(new Uint8Array(ENTRY_MAX_BYTES + 1))).toMatchObject({ refused: "entry-too-large" });
  expect(await ledger.append(new Uint8Array(0))).toEqual({ index: 1 });
  expect(await ledger.read(0)).toEqual(largest);
  expect(await ledger.read(1)).toEqual(new Uint8Array(0));
  await ledger.close();
});

test("reads from more segments at once than files may be open", async () => {
  const ledger = await openLedger(nodeDisk(folder()), { segmentSizes: { min_bytes: 4096, max_bytes: 4096 } });
  for (let chunk = 0; chunk < 40; chunk++) await fill(ledger, 20);
  const entries = await Promise.all(Array.from({ length: 800 }, (_, index) => ledger.read(index)));
  expect(entries).toEqual(Array.from({ length: 800 }, (_, index) => entryOf(index)));
  await ledger.close();
});

test("consistency is proved between any two sizes", async () => {
  const ledger = await openLedger(new SimDisk());
  const heads: { size: number; root: Uint8Array }[] = [];
  for (const count of [1, 4, 250, 1, 1, 300]) {
    await fill(ledger, count);
    const { checkpoint } = openCheckpoint(nodeCrypto, ledger.checkpoint(), LOG)!;
    heads.push({ size: Number(checkpoint.size), root: checkpoint.root });
  }
  for (const [i, older] of heads.entries())
    for (const newer of heads.slice(i)) {
      const proof = await ledger.proveConsistency(older.size, newer.size);
      const claim = { size1: older.size, size2: newer.size, root1: older.root, root2: newer.root, proof };
      expect(verifyConsistency(nodeCrypto, claim)).toBe(true);
    }
  await expect(ledger.proveConsistency(0)).rejects.toThrow(RangeError);
  await ledger.close();
});

test("one holder at a time; another process too is refused, and a killed one is no hindrance", async () => {
  const root = folder();
  const disk = nodeDisk(root);
  const ledger = await openLedger(disk);
  expect(await Ledger.open(optionsOn(disk))).toMatchObject({ refused: "home-in-use" });
  await fill(ledger, 3);
  await ledger.close();
  expect(await ledger.append(utf8("late"))).toMatchObject({ refused: "ledger-unwritable" });

  const source = `import { openLedger, fill } from ${JSON.stringify(join(import.meta.dirname, "ledger-helpers.ts"))};
    import { nodeDisk } from ${JSON.stringify(join(import.meta.dirname, "../src/disk-node.ts"))};
    const ledger = await openLedger(nodeDisk(${JSON.stringify(root)})); await fill(ledger, 2); console.log("open");
    for (;;) await fill(ledger, 5);`;
  const other = spawn(process.execPath, ["--input-type=module-typescript", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(other.stdout, "data");
  expect(await Ledger.open(optionsOn(disk))).toMatchObject({ refused: "home-in-use" });
  other.kill("SIGKILL");
  await once(other, "exit");
  const after = await openLedger(disk);
  expect(after.size).toBeGreaterThanOrEqual(5);
  await checkAll(after, after.size);
  await after.close();
});

test("a full disk refuses the batch, keeps what was acknowledged, and goes on when there is room", async () => {
  const disk = new SimDisk({ capacity_bytes: 100 * 1024 });
  const ledger = await openLedger(disk);
  let acknowledged = 0;
  let refused = null;
  while (refused === null) {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => ledger.append(entryOf(ledger.size + i))));
    refused = answers.find(isRefusal) ?? null;
    acknowledged += answers.filter((answer) => !isRefusal(answer)).length;
  }
  expect(refused.refused).toBe("disk-full");
  expect(ledger.size).toBe(acknowledged);
  disk.capacity_bytes = Number.POSITIVE_INFINITY;
  await fill(ledger, 50);
  await checkAll(ledger, acknowledged + 50);
  await ledger.close();
});

test("a failed sync stops the ledger for good; the next start finds every acknowledged entry", async () => {
  const disk = new SimDisk();
  const ledger = await openLedger(disk);
  await fill(ledger, 40);
  disk.faults = ({ do: verb, path }) => (verb === "sync-range" && path.includes("/segments/") ? { code: "io" } : null);
  const answers = await Promise.all([0, 1, 2].map(() => ledger.append(utf8("lost"))));
  for (const answer of answers) expect(answer).toMatchObject({ refused: "ledger-unwritable" });
  disk.faults = null;
  expect(await ledger.append(utf8("never again"))).toMatchObject({ refused: "ledger-unwritable" });
  expect(ledger.size).toBe(40);
  expect(await ledger.read(39)).toEqual(entryOf(39));
  await ledger.close();
  const again = await openLedger(disk);
  expect(again.size).toBeGreaterThanOrEqual(40);
  expect(await again.read(39)).toEqual(entryOf(39));
  await again.close();
});

test("a write that the disk tears in the middle is refused, and cut at the next start", async () => {
  const disk = new SimDisk();
  const ledger = await openLedger(disk);
  await fill(ledger, 10);
  disk.faults = ({ do: verb, path }) =>
    verb === "write" && path.includes("/segments/") ? { code: "full", keep_bytes: 100 } : null;
  expect(await ledger.append(new Uint8Array(500).fill(1))).toMatchObject({ refused: "disk-full" });
  disk.faults = null;
  expect(await ledger.append(utf8("x"))).toMatchObject({ refused: "ledger-unwritable" });
  await ledger.close();
  const again = await openLedger(disk);
  expect(again.repaired?.torn).toMatchObject({ bytes: expect.any(Number), entries: 0 });
  await checkAll(again, 10);
  await again.close();
});

test("an entry that looks like later batches does not turn a torn tail into damage", async () => {
  const disk = new SimDisk();
  const ledger = await openLedger(disk);
  await fill(ledger, 5);
  await fill(ledger, 5);
  const past = new Uint8Array([...disk.image().files].find(([path]) => path.endsWith(".seg"))![1].subarray(0, 3000));
  disk.faults = ({ do: verb, path }) =>
    verb === "write" && path.includes("/segments/") ? { code: "io", keep_bytes: 4000 } : null;
  expect(await ledger.append(new Uint8Array([...past, ...new Uint8Array(3000).fill(1)]))).toMatchObject({
    refused: "ledger-unwritable",
  });
  disk.faults = null;
  await ledger.close();
  const again = await openLedger(disk);
  expect(again.repaired?.torn).not.toBeNull();
  await checkAll(again, 10);
  await again.close();
});

test("more than the queue holds is refused, not kept", async () => {
  const ledger = await openLedger(new SimDisk(), { segmentSizes: { min_bytes: 2 ** 26, max_bytes: 2 ** 26 } });
  const entry = new Uint8Array(60_000);
  const many = Math.ceil(QUEUE_MAX_BYTES / entry.length) + 50;
  const answers = await Promise.all(Array.from({ length: many }, () => ledger.append(entry)));
  const busy = answers.filter((answer) => isRefusal(answer) && answer.refused === "ledger-busy").length;
  expect(busy).toBeGreaterThanOrEqual(50);
  expect(ledger.size).toBe(many - busy);
  expect(await ledger.append(entry)).toEqual({ index: many - busy });
  await ledger.close();
});

test("without tiles or mark, or with damaged ones, everything is made again and said so", async () => {
  const disk = new SimDisk();
  const ledger = await openLedger(disk);
  await fill(ledger, 900);
  await ledger.close();
  const image = disk.image();
  const flip = (path: string) => (d: SimDisk) => d.tamper(path, (b) => b.with(b.length >> 1, b[b.length >> 1]! ^ 1));
  for (const harm of [
    flip("ledger/mark"),
    (d: SimDisk) => d.tamper("ledger/tiles/0.tiles", (b) => b.slice(0, 100)),
    (d: SimDisk) => d.tamper("ledger/tiles/positions", () => new Uint8Array(0)),
  ]) {
    const harmed = new SimDisk({ image });
    harm(harmed);
    const again = await openLedger(harmed);
    expect(again.repaired).toEqual({ torn: null, rebuilt: true });
    await checkAll(again, 900);
    await again.close();
  }
});

test("another key's ledger, or one with a damaged, missing or shortened segment, does not open", async () => {
  const disk = new SimDisk();
  const ledger = await openLedger(disk, { segmentSizes: { min_bytes: 8192, max_bytes: 65536 } });
  for (let chunk = 0; chunk < 9; chunk++) await fill(ledger, 100);
  await ledger.close();
  const image = disk.image();
  const segments = [...image.files.keys()].filter((path) => path.endsWith(".seg")).sort();
  expect(segments.length).toBeGreaterThan(2);
  const refusedAfter = async (harm: (d: SimDisk) => unknown) => {
    const harmed = new SimDisk({ image });
    await harm(harmed);
    return Ledger.open(optionsOn(harmed));
  };
  const other = nodeSigner(new Uint8Array(32).fill(8));
  expect(await Ledger.open(optionsOn(new SimDisk({ image }), { signer: other }))).toMatchObject({
    refused: "ledger-damaged",
  });
  for (const path of segments)
    expect(await refusedAfter((d) => d.remove(path)), path).toMatchObject({ refused: "ledger-damaged" });
  expect(await refusedAfter((d) => d.tamper(segments.at(-1)!, (b) => b.slice(0, 50)))).toMatchObject({
    refused: "ledger-damaged",
  });
  expect(await refusedAfter((d) => d.tamper(segments.at(-1)!, (b) => b.fill(0, 200)))).toMatchObject({
    refused: "ledger-damaged",
  });
});
