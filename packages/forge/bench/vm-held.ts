/**
 * What a frozen machine keeps and what a wiped one leaves: `npm run bench -w forge -- cycles --count N`, a program that counts
 * through so many freezes; `… wipe --count N`, a word that stood in a wiped machine's memory, looked for on the disk.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRefusal, type Refusal } from "lop";
import { type ChamberEvent, DEFAULT_LIMITS, MAX_LIMITS, type VmSession, vm } from "../src/index.ts";

const LIMITS = { ...DEFAULT_LIMITS, wall_ms: MAX_LIMITS.wall_ms, output_bytes: MAX_LIMITS.output_bytes };
const COUNTING = "n=0; while :; do n=$((n+1)); echo $n; done";
/** Shared memory, where machines live; else their files are in the temporary folder. */
const SHARED_MEMORY = "/dev/shm";

type Events = AsyncIterator<ChamberEvent>;

function must<T>(value: T | Refusal): T {
  if (isRefusal(value)) throw new Error(value.why);
  return value;
}

/** The next printed text; null at the end of the run. */
async function printed(events: Events): Promise<string | null> {
  for (;;) {
    const { value, done } = await events.next();
    if (done || value.type === "exit") return null;
    if (value.type === "stdout") return Buffer.from(value.bytes).toString();
  }
}

export interface CycleReport {
  cycles: number;
  counted: number;
  /** Lines that were not the one after the line before. */
  lost: number;
  /** Different key sessions: one a resume. */
  keys: number;
}

/** One machine, frozen and resumed again and again while its program counts. */
export async function holdCycles(cycles: number): Promise<CycleReport> {
  const chamber = vm();
  const session = must(await chamber.open({ language: "shell", limits: LIMITS }));
  const events = session.exec({ code: COUNTING })[Symbol.asyncIterator]();
  const report: CycleReport = { cycles: 0, counted: 0, lost: 0, keys: 0 };
  const keys = new Set<string | null>();
  let rest = "";
  const take = async (): Promise<void> => {
    const text = await printed(events);
    if (text === null) throw new Error(`the counting ended after ${report.cycles} cycles`);
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (Number(line) !== ++report.counted) report.lost++;
  };
  for (; report.cycles < cycles; report.cycles++) {
    await take();
    await session.freeze();
    const refusal = await session.resume({ wipe: false });
    if (refusal !== null) throw new Error(refusal.why);
    keys.add(session.keySession);
  }
  await take();
  await session.kill("counted");
  await chamber.close();
  return { ...report, keys: keys.size };
}

/** Files below the folder that hold the word, and how many were read. */
function filesWith(word: string, folder: string): { read: number; found: string[] } {
  const seen = { read: 0, found: [] as string[] };
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) continue;
    seen.read++;
    if (readFileSync(path).includes(word)) seen.found.push(path);
  }
  return seen;
}

export interface WipeReport {
  wiped: number;
  files_read: number;
  found: string[];
}

/** Frozen, put to an encrypted snapshot that lies on the disk, wiped; then every file that the product could have written is read. */
export async function wipeTrials(trials: number): Promise<WipeReport> {
  const home = mkdtempSync(join(tmpdir(), "forge-wipe-"));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = join(home, "tmp");
  // Monitors have users of their own, and look for their socket there.
  chmodSync(home, 0o711);
  for (const name of ["tmp", "state"]) mkdirSync(join(home, name));
  const chamber = vm({ journal: join(home, "state", "journal") });
  const report: WipeReport = { wiped: 0, files_read: 0, found: [] };
  try {
    for (; report.wiped < trials; report.wiped++) {
      const word = `canary${randomBytes(12).toString("hex")}`;
      const session = must(await chamber.open({ language: "python", limits: LIMITS }));
      await wipeOne(session, word, join(home, "state", `${report.wiped}.snapshot`));
      // The search itself is tried: a file with the word in it is found.
      writeFileSync(join(home, "control"), word);
      const shared = filesWith(word, SHARED_MEMORY);
      const { read, found } = filesWith(word, home);
      if (!found.includes(join(home, "control"))) throw new Error("the search does not find what is there");
      report.files_read += read + shared.read;
      report.found.push(...shared.found, ...found.filter((path) => path !== join(home, "control")));
    }
  } finally {
    await chamber.close();
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(home, { recursive: true });
  }
  return report;
}

async function wipeOne(session: VmSession, word: string, file: string): Promise<void> {
  // The whole word stands in the machine's memory alone: the program puts it together.
  const code = `held = [("${word.slice(0, 9)}" + "${word.slice(9)}") * 40 for _ in range(2000)]\nprint("held", flush=True)\nimport time\ntime.sleep(9999)`;
  const events = session.exec({ code })[Symbol.asyncIterator]();
  if ((await printed(events)) === null) throw new Error("the program did not begin");
  await session.freeze();
  writeFileSync(file, must(await session.snapshot()));
  await session.resume({ wipe: true });
  if ((await printed(events)) !== null) throw new Error("a wiped machine printed");
  await session.kill("wiped");
}

export async function benchCycles(count = 100): Promise<void> {
  const { cycles, counted, lost, keys } = await holdCycles(count);
  const met = lost === 0 && keys === cycles ? "met" : "missed";
  console.log(
    `vm ${cycles} freezes and resumes of one machine: counted to ${counted}, ${lost} lost, ${keys} keys; 0 lost: ${met}`,
  );
}

export async function benchWipe(count = 5): Promise<void> {
  const { wiped, files_read, found } = await wipeTrials(count);
  console.log(
    `vm ${wiped} wiped machines: ${files_read} files read, the word in ${found.length}; 0: ${found.length === 0 ? "met" : "missed"}`,
  );
  for (const path of found) console.log(`  ${path}`);
}
