import { mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bootId, homeOf, readDaemon } from "../src/daemon-file.ts";
import { FOLDERS, makeHome, refuseDisk, removeDaemon, writeDaemon, writeWhole } from "../src/home.ts";

const place = (): string => join(mkdtempSync(join(tmpdir(), "axiom-home-")), "home");

describe("the home", () => {
  it("is made for its owner alone, and made so again", () => {
    const home = place();
    expect(makeHome(home)).toBeNull();
    expect(makeHome(home)).toBeNull();
    for (const path of [home, ...FOLDERS.map((name) => join(home, name))])
      expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it("stands where AXIOM_HOME says", () => {
    expect(homeOf({ AXIOM_HOME: "/x/../y" })).toBe("/y");
    expect(homeOf({})).toMatch(/\/\.axiom$/);
  });

  it("cannot be a file", () => {
    const home = place();
    writeFileSync(home, "");
    expect(makeHome(home)).toMatchObject({ refused: "home-unusable" });
    expect(makeHome(join(home, "below"))).toMatchObject({ refused: "home-unusable" });
  });

  it.each([
    ["ENOSPC", "disk-full"],
    ["EDQUOT", "disk-full"],
    ["EACCES", "home-unusable"],
    ["EROFS", "home-unusable"],
    ["EIO", "home-unusable"],
  ])("%s is refused as %s", (code, refused) => {
    expect(refuseDisk(Object.assign(new Error("x"), { code }), "/p")).toMatchObject({ refused });
  });

  it("a full disk leaves the old file whole", () => {
    const home = place();
    makeHome(home);
    const path = join(home, "file");
    writeWhole(path, "old");
    // What is written beside the file goes to a device that is always full.
    symlinkSync("/dev/full", `${path}.${process.pid}.new`);
    expect(() => writeWhole(path, "new")).toThrow("ENOSPC");
    expect([readFileSync(path, "utf8"), readdirSync(home).includes(`file.${process.pid}.new`)]).toEqual(["old", false]);
  });

  it("knows the daemon while it lives, and not one that was killed", () => {
    const home = place();
    makeHome(home);
    expect(readDaemon(home)).toBeNull();
    const facts = {
      pid: process.pid,
      url: "http://127.0.0.1:1",
      started_at: "2026-01-01T00:00:00.000Z",
      boot: bootId(),
    };
    writeDaemon(home, facts);
    expect(readDaemon(home)).toEqual(facts);
    writeDaemon(home, { ...facts, pid: 2 ** 22 + 1 });
    expect(readDaemon(home)).toBeNull();
    writeDaemon(home, { ...facts, boot: "an earlier one" });
    expect(readDaemon(home)).toBeNull();
    writeFileSync(join(home, "daemon.json"), "{");
    expect(readDaemon(home)).toBeNull();
    removeDaemon(home);
    removeDaemon(home);
  });
});
