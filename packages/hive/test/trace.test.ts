import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTrace, TRACE_FILE_MAX_BYTES, TRACE_FILES_KEPT } from "../src/trace.ts";
import { freshHome } from "./http-world.ts";

const open = (home: string) => openTrace(home, { level: "info", to: "file" });

describe("the trace", () => {
  it("is one JSON value a line, for its owner alone", () => {
    const home = freshHome();
    const { trace, close } = open(home);
    trace.info({ url: "http://x" }, "started");
    trace.debug("too fine");
    close();
    const path = join(home, "trace", "hive.jsonl");
    const lines = readFileSync(path, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 30, url: "http://x", msg: "started" }]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("withholds secrets that were handed to it by mistake", () => {
    const home = freshHome();
    const { trace, close } = open(home);
    trace.info(
      { passphrase: "s3cret", headers: { authorization: "Bearer s3cret" }, request: { body: "s3cret" } },
      "slip",
    );
    close();
    expect(readFileSync(join(home, "trace", "hive.jsonl"), "utf8")).not.toContain("s3cret");
  });

  it("moves a full file aside and keeps a few", () => {
    const home = freshHome();
    const path = join(home, "trace", "hive.jsonl");
    for (let i = 0; i < TRACE_FILES_KEPT + 2; i++) {
      writeFileSync(path, Buffer.alloc(TRACE_FILE_MAX_BYTES, 0x20));
      open(home).close();
    }
    expect(readdirSync(join(home, "trace")).length).toBe(TRACE_FILES_KEPT + 1);
  });
});
