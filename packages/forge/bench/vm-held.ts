/**
 * What a frozen machine keeps and what a wiped one leaves: `npm run bench -w forge -- cycles --count N`, a program that counts
 * through so many freezes; `… wipe --count N [--state DIR]`, words that stood in wiped machines' memory, looked for on the disk.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRefusal, type Refusal } from "lop";
import { type ChamberEvent, crucibleFolder, DEFAULT_LIMITS, MAX_LIMITS, type VmSession, vm } from "../src/index.ts";
import { nothingYet, type Search, SHARED_MEMORY, searchDumps, searchFolder, searchSwap } from "./wipe-search.ts";

const LIMITS = { ...DEFAULT_LIMITS, wall_ms: MAX_LIMITS.wall_ms, output_bytes: MAX_LIMITS.output_bytes };
const COUNTING = "n=0; while :; do n=$((n+1)); echo $n; done";

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

export interface WipeReport extends Search {
  wiped: number;
}

/**
 * Frozen, put to an encrypted snapshot that lies on the disk, wiped, again and again; then every place is read where a byte of the
 * machines' memory could have come to: journal, temporary files, snapshots, shared memory, templates and images, core dumps, swap.
 * @param more further folders, such as a hive's home.
 */
export async function wipeTrials(trials: number, more: readonly string[] = []): Promise<WipeReport> {
  const home = mkdtempSync(join(tmpdir(), "forge-wipe-"));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = join(home, "tmp");
  // Monitors have users of their own, and look for their socket there.
  chmodSync(home, 0o711);
  for (const name of ["tmp", "state"]) mkdirSync(join(home, name));
  const chamber = vm({ journal: join(home, "state", "journal") });
  const words: string[] = [];
  try {
    while (words.length < trials) {
      const word = `canary${randomBytes(12).toString("hex")}`;
      words.push(word);
      const session = must(await chamber.open({ language: "python", limits: LIMITS }));
      await wipeOne(session, word, join(home, "state", `${words.length}.snapshot`), words.length % 2 === 0);
      proveSearch(home, word);
    }
    const search = nothingYet();
    for (const folder of [home, SHARED_MEMORY, crucibleFolder(), ...more]) searchFolder(folder, words, search);
    searchDumps(words, search);
    searchSwap(words, search);
    return { wiped: words.length, ...search };
  } finally {
    await chamber.close();
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(home, { recursive: true });
  }
}

/** A search that finds nothing proves little unless it finds what is there. */
function proveSearch(home: string, word: string): void {
  const control = join(home, "control");
  // Over the edge of a block.
  writeFileSync(control, `${"x".repeat((1 << 20) - 7)}${word}`);
  const search = nothingYet();
  searchFolder(home, [word], search);
  rmSync(control);
  if (!search.found.includes(control)) throw new Error("the search does not find what is there");
}

/** @param crashes the monitor dies as one does of a fault of its own, with a core dump where the system makes any. */
async function wipeOne(session: VmSession, word: string, file: string, crashes: boolean): Promise<void> {
  // The whole word stands in the machine's memory alone: the program puts it together.
  const code = `held = [("${word.slice(0, 9)}" + "${word.slice(9)}") * 40 for _ in range(2000)]\nprint("held", flush=True)\nimport time\ntime.sleep(9999)`;
  const events = session.exec({ code })[Symbol.asyncIterator]();
  if ((await printed(events)) === null) throw new Error("the program did not begin");
  await session.freeze();
  writeFileSync(file, must(await session.snapshot()));
  if (crashes) crashMonitors(process.pid);
  await session.resume({ wipe: true });
  if ((await printed(events)) !== null) throw new Error("a wiped machine printed");
  await session.kill("wiped");
}

/** To every monitor among the descendants: a fault of memory, as far as the system can tell. */
function crashMonitors(parent: number): void {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8")
    .split(" ")
    .filter((pid) => pid !== "");
  for (const pid of children.map(Number)) {
    crashMonitors(pid);
    if (readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("qemu-")) process.kill(pid, "SIGSEGV");
  }
}

export async function benchCycles(count = 100): Promise<void> {
  const { cycles, counted, lost, keys } = await holdCycles(count);
  const met = lost === 0 && keys === cycles ? "met" : "missed";
  console.log(
    `vm ${cycles} freezes and resumes of one machine: counted to ${counted}, ${lost} lost, ${keys} keys; 0 lost: ${met}`,
  );
}

export async function benchWipe(count = 5, more: readonly string[] = []): Promise<void> {
  const { wiped, read, read_bytes, found, unread } = await wipeTrials(count, more);
  console.log(
    `vm ${wiped} wiped machines: ${read} files read, ${Math.round(read_bytes / (1 << 20))} MiB; a word in ${found.length}; 0: ${found.length === 0 ? "met" : "missed"}`,
  );
  for (const path of found) console.log(`  found in ${path}`);
  console.log(unread.length === 0 ? "  nothing was left unread; no swap is on" : `  not read: ${unread.join("; ")}`);
}
