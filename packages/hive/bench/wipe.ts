/**
 * `npm run bench -w hive -- wipe [--count N]`: a daemon with runs in microVMs that hold a word in their memory, frozen, wiped and
 * stopped; then its whole home and its temporary folder are read: no file may hold the word.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { crucibleFolder } from "forge";
import { SimChance } from "lop";
import { axiom, type RunningDaemon, startDaemon } from "../test/axiom-bin.ts";

export const name = "wipe";

const POLL_MS = 50;

interface Wiped {
  files: number;
  bytes: number;
  found: string[];
}

/** The program puts the word together, so that it stands whole in the machine's memory alone. */
const holding = (word: string): string =>
  `held = [("${word.slice(0, 9)}" + "${word.slice(9)}") * 40 for _ in range(2000)]\nprint("held", flush=True)\nimport time\ntime.sleep(9999)`;

async function asked<T>({ url, key }: RunningDaemon, path: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const answer = await fetch(
    `${url}${path}`,
    body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers },
  );
  return (await answer.json()) as T;
}

async function freezeAndWipe(daemon: RunningDaemon, home: string, word: string): Promise<void> {
  const card = { tool: "exec.run", parameters: { language: "python", code: holding(word) } };
  const { id } = await asked<{ id: string }>(daemon, "/v1/directives", { card, rung: "vm" });
  for (let begun = false; !begun; await new Promise((done) => setTimeout(done, POLL_MS))) {
    const { state, steps } = await asked<{ state: string; steps: { phase: string }[] }>(daemon, `/v1/directives/${id}`);
    if (state !== "running") throw new Error(`the run came to ${state}`);
    begun = steps.some(({ phase }) => phase === "output");
  }
  for (const [args, wanted] of [
    [["freeze", "the bench"], /frozen/],
    [["held"], /vm/],
    [["resume", "--wipe", "--approve"], /.*/],
  ] as const) {
    const { code, stdout, stderr } = await axiom(home, args);
    if (code !== 0 || !wanted.test(stdout)) throw new Error(`axiom ${args.join(" ")}: ${code} ${stdout} ${stderr}`);
  }
}

function search(root: string, words: readonly string[]): Wiped {
  const seen: Wiped = { files: 0, bytes: 0, found: [] };
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    const path = join(root, name);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) continue;
    const bytes = readFileSync(path);
    seen.files++;
    seen.bytes += bytes.length;
    if (words.some((word) => bytes.includes(word))) seen.found.push(name);
  }
  return seen;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { count: { type: "string", default: "3" }, seed: { type: "string", default: "1" } },
  });
  const chance = new SimChance(Number(values.seed));
  const root = mkdtempSync(join(tmpdir(), "axiom-bench-wipe-"));
  const [home, TMPDIR] = [join(root, "home"), join(root, "tmp")];
  mkdirSync(home, { mode: 0o700 });
  // Monitors have users of their own, and look for their socket there.
  for (const folder of [root, TMPDIR]) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o711);
  }
  const env = { AXIOM_CHAMBERS_VM: "auto", AXIOM_CRUCIBLE: crucibleFolder(), TMPDIR };
  const words: string[] = [];
  try {
    const daemon = await startDaemon(home, env);
    while (words.length < Number(values.count)) {
      const word = `canary${Buffer.from(chance.bytes(12)).toString("hex")}`;
      words.push(word);
      await freezeAndWipe(daemon, home, word);
    }
    const alive = search(root, words);
    await daemon.stop();
    const stopped = search(root, words);
    // A search that finds nothing proves little unless it finds what is there.
    writeFileSync(join(root, "control"), words[0]!);
    if (!search(root, words).found.includes("control")) throw new Error("the search does not find what is there");
    console.log(JSON.stringify({ wiped: words.length, alive, stopped }));
    process.exitCode = alive.found.length + stopped.found.length === 0 ? 0 : 1;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
