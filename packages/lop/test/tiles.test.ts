import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { openCheckpoint } from "../src/checkpoint.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { nodeDisk } from "../src/disk-node.ts";
import { SimDisk } from "../src/disk-sim.ts";
import { leafHash, rootOf } from "../src/merkle.ts";
import { readVerifierKey, verifierKey } from "../src/note.ts";
import { exportTiles, readBundle, readLedgerFile, readTilePath, tileNames, tilePath } from "../src/tiles.ts";
import { agreed, entryOf, fill, LOG_KEY, openLedger } from "./ledger-helpers.ts";
import { VECTORS } from "./vectors.ts";

interface Sample {
  readonly vkey: string;
  readonly leaves: string[];
  readonly files: { path: string; b64: string }[];
}

test("a log of Tessera: checkpoints verify, and our tree gives its roots, tiles and bundles", () => {
  const sample = JSON.parse(readFileSync(join(VECTORS, "tlog-tiles-sample.json"), "utf8")) as Sample;
  const key = readVerifierKey(nodeCrypto, sample.vkey)!;
  expect(verifierKey(nodeCrypto, key)).toBe(sample.vkey);
  const leaves = sample.leaves.map((leaf) => leafHash(nodeCrypto, utf8(leaf)));
  let checkpoints = 0;
  for (const file of sample.files) {
    const bytes = new Uint8Array(Buffer.from(file.b64, "base64"));
    if (file.path.startsWith("checkpoint")) {
      const opened = openCheckpoint(nodeCrypto, bytes, { origin: key.name, publicKey: key.publicKey });
      expect(opened, file.path).not.toBeNull();
      const size = Number(opened!.checkpoint.size);
      expect(opened!.checkpoint.root).toEqual(rootOf(nodeCrypto, leaves.slice(0, size)));
      checkpoints++;
      continue;
    }
    const name = readTilePath(file.path)!;
    expect(tilePath(name)).toBe(file.path);
    if (name.level === "entries") expect(readBundle(bytes)).toEqual(sample.leaves.slice(0, name.width).map(utf8));
    else expect(Buffer.concat(leaves.slice(0, name.width))).toEqual(Buffer.from(bytes));
  }
  expect(checkpoints).toBeGreaterThanOrEqual(16);
});

test("paths have one spelling", () => {
  expect(tilePath({ level: 0, index: 1234067, width: 256 })).toBe("tile/0/x001/x234/067");
  expect(tilePath({ level: "entries", index: 5, width: 12 })).toBe("tile/entries/005.p/12");
  for (const path of [
    "tile/00/001",
    "tile/0/1",
    "tile/0/x000/001",
    "tile/0/001.p/256",
    "tile/0/001.p/0",
    "tile/0/001.p/01",
    "tile/64/001",
    "tile/0/001/",
    "tile/data/001",
    "tile/0/../001",
  ])
    expect(readTilePath(path), path).toBeNull();
});

test("a tree of 70,000 has the tiles that the specification counts", () => {
  const counts = new Map<string, number>();
  for (const { level, width } of tileNames(70_000)) {
    const key = `${level}${width < 256 ? ` partial ${width}` : ""}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(Object.fromEntries(counts)).toEqual({
    entries: 273,
    "entries partial 112": 1,
    0: 273,
    "0 partial 112": 1,
    1: 1,
    "1 partial 17": 1,
    "2 partial 1": 1,
  });
});

test("files beyond the ledger's size are refused", async () => {
  const ledger = await openLedger(new SimDisk());
  await fill(ledger, 300);
  expect(agreed(await readLedgerFile(ledger, "tile/0/001.p/44")).length).toBe(44 * 32);
  for (const path of [
    "tile/0/001.p/45",
    "tile/0/001",
    "tile/1/000",
    "tile/entries/001.p/45",
    "tile/2/000.p/1",
    "nothing",
  ])
    expect(await readLedgerFile(ledger, path), path).toMatchObject({ refused: "entry-unknown" });
  const bundle = readBundle(agreed(await readLedgerFile(ledger, "tile/entries/001.p/44")));
  expect(bundle).toEqual(Array.from({ length: 44 }, (_, i) => entryOf(256 + i)));
  await ledger.close();
});

test("Go's checksum-database packages read an export and check all of it", async (ctx) => {
  const go = ["/usr/local/go/bin/go", "/usr/bin/go"].find((path) => existsSync(path));
  if (go === undefined) ctx.skip("needs go (apt install golang-go)");
  if (!existsSync("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog"))
    ctx.skip("needs golang.org/x/mod (apt install golang-golang-x-mod-dev)");
  const root = mkdtempSync(join(tmpdir(), "axiom-tiles-"));
  try {
    const disk = nodeDisk(root);
    const ledger = await openLedger(disk);
    const program = join(root, "readtiles");
    const env = {
      ...process.env,
      GOPATH: "/usr/share/gocode",
      GO111MODULE: "off",
      GOCACHE: join(tmpdir(), "axiom-go-cache"),
      GOFLAGS: "",
    };
    execFileSync(go!, ["build", "-o", program, join(import.meta.dirname, "go/readtiles.go")], { env });
    let from = 0;
    for (const size of [1, 255, 256, 257, 1000]) {
      await fill(ledger, size - ledger.size);
      const done = agreed(await exportTiles(ledger, { disk, folder: "export", from }));
      expect(done.size).toBe(size);
      from = size;
      const said = execFileSync(program, [join(root, "export"), verifierKey(nodeCrypto, LOG_KEY)], {
        encoding: "utf8",
      });
      expect(said).toMatch(new RegExp(`^${size} entries, root `));
    }
    await ledger.close();
  } finally {
    rmSync(root, { recursive: true });
  }
});
