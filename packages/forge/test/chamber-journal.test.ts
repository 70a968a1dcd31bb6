import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ChamberJournal, type Leftover } from "../src/index.ts";
import { killNamed } from "../src/process-start.ts";

const folder = mkdtempSync(join(tmpdir(), "forge-journal-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Beyond the greatest number that Linux gives to a process (PID_MAX_LIMIT of 64-bit machines). */
const NOBODY = 2 ** 22 + 1;

/** Two processes, one the other's child, with the name among the words of both. They wait in words of the shell, so no third is begun. */
async function orphans(name: string): Promise<{ ended: Promise<unknown> }> {
  const child = spawn("/bin/sh", ["-c", "exec 3<&0; (echo up; read line <&3; :) & wait", name], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  // The pipe is shut when both are gone.
  const ended = once(child, "close");
  await once(child.stdout, "data");
  return { ended };
}

test("processes of a killed daemon whose numbers nobody noted are found by their name", async () => {
  const journal = new ChamberJournal(folder);
  const id = `run-${randomUUID()}`;
  const { ended } = await orphans(id);
  const standing = { v: 1, owner: { pid: NOBODY, started: "1" }, began: "2026-01-01T00:00:00.000Z" };
  writeFileSync(join(folder, `${id}.json`), JSON.stringify({ ...standing, init: null, cgroups: [], folders: [] }));
  writeFileSync(join(folder, `${id}.json.${NOBODY}.new`), "{");
  const found: Leftover[] = [];
  await journal.sweep(async (one) => void found.push(one));
  expect(found).toMatchObject([{ id, killed: 2 }]);
  expect(readdirSync(folder)).toEqual([]);
  await ended;
});

test("nobody is killed for a part of a name, or for none", async () => {
  const id = `run-${randomUUID()}`;
  const { ended } = await orphans(id);
  expect(killNamed(new Set())).toEqual(new Map());
  expect(killNamed(new Set([id.slice(0, -1)]))).toEqual(new Map());
  expect(killNamed(new Set([id, `run-${randomUUID()}`]))).toEqual(new Map([[id, 2]]));
  await ended;
});
