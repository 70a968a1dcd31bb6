import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WORKSPACE_LIMITS, Workspace } from "../src/index.ts";

let home: string;
let folder: string;
let workspace: Workspace;
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (value: unknown): string => Buffer.from(value as Uint8Array).toString();

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "forge-"));
  folder = join(home, "workspace");
  workspace = await Workspace.open(folder);
});
afterEach(async () => {
  await workspace.close();
  rmSync(home, { recursive: true, force: true });
});

test("writes, reads, lists, removes", async () => {
  expect(await workspace.write("a/b.txt", bytes("hello"))).toMatchObject({
    path: "a/b.txt",
    change: "added",
    bytes: 5,
  });
  expect(await workspace.write("a/b.txt", bytes("hello!"))).toMatchObject({ change: "changed", bytes: 6 });
  expect(text(await workspace.read("a/b.txt"))).toBe("hello!");
  expect(await workspace.list()).toEqual([
    { path: "a", kind: "folder", bytes: 0 },
    { path: "a/b.txt", kind: "file", bytes: 6 },
  ]);
  expect(await workspace.list("a")).toHaveLength(1);
  expect(await workspace.remove("a/b.txt")).toMatchObject({ change: "removed", sha256: null });
  expect(await workspace.list()).toEqual([]);
});

test.each([
  "../x",
  "a/../../x",
  "/etc/passwd",
  "a//b",
  "",
  ".",
  "./a",
  "a\0b",
  "C:\\x",
  "\\\\host\\x",
  "x".repeat(300),
  "a/".repeat(600),
  "\ud800",
])("refuses the path %j for reading and writing", async (path) => {
  const refusal = { refused: "path-outside-workspace" };
  expect(await workspace.read(path)).toMatchObject(refusal);
  expect(await workspace.write(path, bytes("x"))).toMatchObject(refusal);
  expect(await workspace.remove(path)).toMatchObject(refusal);
});

test("refuses links of every kind, and leaves what they point to alone", async () => {
  const secret = join(home, "secret");
  writeFileSync(secret, "secret");
  mkdirSync(join(home, "outside"));
  symlinkSync(secret, join(folder, "link"));
  symlinkSync(join(home, "outside"), join(folder, "folder-link"));
  symlinkSync("nowhere", join(folder, "dangling"));
  linkSync(secret, join(folder, "hard"));
  for (const path of ["link", "folder-link/x", "dangling", "hard"]) {
    expect(await workspace.read(path), path).toMatchObject({ refused: "path-outside-workspace" });
    expect(await workspace.write(path, bytes("x")), path).toMatchObject({ refused: "path-outside-workspace" });
  }
  expect(await workspace.list("folder-link")).toMatchObject({ refused: "path-outside-workspace" });
  expect(readFileSync(secret, "utf8")).toBe("secret");
  expect(existsSync(join(home, "outside", "x"))).toBe(false);
  expect([...((await workspace.files()) as Map<string, Uint8Array>).keys()]).toEqual([]);
  expect(await workspace.list()).toMatchObject([
    { kind: "link" },
    { kind: "link" },
    { kind: "link" },
    { kind: "link" },
  ]);
});

test("refuses pipes, devices and folders without waiting for them", async () => {
  expect(spawnSync("mkfifo", [join(folder, "pipe")]).status).toBe(0);
  mkdirSync(join(folder, "folder"));
  for (const path of ["pipe", "folder"]) {
    expect(await workspace.read(path), path).toMatchObject({ refused: "path-not-a-file" });
    expect(await workspace.write(path, bytes("x")), path).toMatchObject({ refused: "path-not-a-file" });
  }
  expect(await workspace.read("missing")).toMatchObject({ refused: "path-not-found" });
  expect(await workspace.read("missing/deep")).toMatchObject({ refused: "path-not-found" });
});

test("a folder that is swapped for a link while it is in use never leads outside", async () => {
  const outside = join(home, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "f"), "outside");
  await workspace.write("d/f", bytes("inside"));
  const script = `cd "$1"; end=$(( $(date +%s) + 2 )); while [ $(date +%s) -lt $end ]; do mv d d2; ln -s "$2" d; rm d; mv d2 d; done`;
  const child = spawn("sh", ["-c", script, "sh", folder, outside]);
  const gone = new Promise((done) => child.on("exit", done));
  const seen = new Map<string, number>();
  let running = true;
  void gone.then(() => {
    running = false;
  });
  while (running) {
    const got = await workspace.read("d/f");
    const key = got instanceof Uint8Array ? text(got) : got.refused;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  expect(seen.has("outside")).toBe(false);
  expect(seen.get("inside")).toBeGreaterThan(0);
});

test("too large, too many, too much", async () => {
  await workspace.close();
  workspace = await Workspace.open(folder, { ...WORKSPACE_LIMITS, file_bytes: 10, total_bytes: 25, files: 3 });
  expect(await workspace.write("a", new Uint8Array(11))).toMatchObject({ refused: "file-too-large" });
  for (const path of ["a", "b"]) await workspace.write(path, new Uint8Array(10));
  expect(await workspace.write("c", new Uint8Array(6))).toMatchObject({ refused: "workspace-full" });
  await workspace.write("c", new Uint8Array(1));
  expect(await workspace.write("d", new Uint8Array(1))).toMatchObject({ refused: "workspace-full" });
  writeFileSync(join(folder, "a"), new Uint8Array(100));
  expect(await workspace.read("a")).toMatchObject({ refused: "file-too-large" });
});

test("shows what changed since a mark", async () => {
  await workspace.write("same", bytes("same\n"));
  await workspace.write("old", bytes("old\n"));
  await workspace.write("edit", bytes("one\ntwo\n"));
  const mark = await workspace.mark("before");
  if ("refused" in mark) throw new Error(mark.why);
  await workspace.write("edit", bytes("one\nTWO\n"));
  await workspace.remove("old");
  await workspace.write("new", bytes("new\n"));
  const diff = await workspace.diff("before");
  if ("refused" in diff) throw new Error(diff.why);
  expect(diff.since).toBe(mark.id);
  expect(diff.changes.map(({ path, change }) => `${path} ${change}`)).toEqual([
    "edit changed",
    "new added",
    "old removed",
  ]);
  expect(diff.text).toContain("-two\n+TWO\n");
  expect(await workspace.diff("nothing")).toMatchObject({ refused: "path-not-found" });
  await workspace.close();
  workspace = await Workspace.open(folder);
  expect(await workspace.diff(mark.id)).toEqual(diff);
});

test("without a mark everything is new", async () => {
  await workspace.write("a", bytes("a\n"));
  expect(await workspace.diff()).toMatchObject({ since: null, changes: [{ path: "a", change: "added" }] });
});

test("applies all or nothing", async () => {
  await workspace.write("a", bytes("1"));
  const bad = new Map([
    ["a", bytes("2")],
    ["../b", bytes("2")],
  ]);
  expect(await workspace.apply(bad)).toMatchObject({ refused: "path-outside-workspace" });
  expect(text(await workspace.read("a"))).toBe("1");
  const good = new Map([
    ["a", bytes("2")],
    ["b/c", bytes("3")],
  ]);
  expect(await workspace.apply(good)).toMatchObject([
    { path: "a", change: "changed" },
    { path: "b/c", change: "added" },
  ]);
  expect(
    await workspace.apply(
      new Map([
        ["a", null],
        ["a/x", bytes("")],
      ]),
    ),
  ).toMatchObject({ refused: "path-not-a-file" });
  const base = new Map([["a", bytes("stale")]]);
  expect(await workspace.apply(new Map([["a", bytes("4")]]), base)).toMatchObject({ refused: "workspace-changed" });
  expect(text(await workspace.read("a"))).toBe("2");
});

test("a change that was cut short is finished at the next open", async () => {
  await workspace.write("a", bytes("1"));
  await workspace.mark();
  await workspace.close();
  // What a crash leaves behind: the journal stands, both contents are kept, one of two files is changed.
  const sha = (value: string): string => createHash("sha256").update(value).digest("hex");
  for (const value of ["1", "2"]) {
    mkdirSync(join(`${folder}.store`, "objects", sha(value).slice(0, 2)), { recursive: true });
    writeFileSync(join(`${folder}.store`, "objects", sha(value).slice(0, 2), sha(value)), value);
  }
  const steps = [
    { path: "a", before: sha("1"), after: sha("2") },
    { path: "b", before: null, after: sha("1") },
  ];
  writeFileSync(join(`${folder}.store`, "journal.json"), JSON.stringify(steps));
  writeFileSync(join(folder, ".axiom-write-left"), "half");
  workspace = await Workspace.open(folder);
  expect(text(await workspace.read("a"))).toBe("2");
  expect(text(await workspace.read("b"))).toBe("1");
  expect(existsSync(join(`${folder}.store`, "journal.json"))).toBe(false);
  expect(existsSync(join(folder, ".axiom-write-left"))).toBe(false);
});

test("two writers at once take turns", async () => {
  const writes = Array.from({ length: 20 }, (_, i) => workspace.write(`f${i % 3}`, bytes(`${i}`)));
  for (const write of writes) expect(await write).not.toHaveProperty("refused");
  expect(text(await workspace.read("f1"))).toBe("19");
});
