// The program that is killed: a real hive on a real disk. It reads orders from standard input, one JSON a line, and says what
// became of them on standard output, one JSON a line. `dispatched.txt` is what the chamber saw, written as each program begins.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  type Chamber,
  type ChamberRun,
  Ladder,
  type Leftover,
  osChamber,
  type Session,
  vm,
  Workspace,
  wasmJs,
} from "forge";
import { type Envelope, fromBase64, fromUtf8, isRefusal, nodeChance, nodeClock, nodeCrypto, nodeDisk } from "lop";
import { openHive } from "../src/index.ts";
import { card, must, settings } from "./hive-home.ts";

const home = process.argv[2]!;
const rung = process.argv[3] as "wasm-js" | "os" | "vm";
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Notes each program that begins, outside the hive's own records, before it runs. */
function noting(chamber: Chamber): Chamber {
  const note = (run: ChamberRun) => appendFileSync(join(home, "dispatched.txt"), `${run.code.split("\n")[0]}\n`);
  const noted = (session: Session): Session =>
    new Proxy(session, {
      get: (target, name) => {
        if (name === "exec")
          return (run: ChamberRun) => {
            note(run);
            return target.exec(run);
          };
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  return {
    rung: chamber.rung,
    languages: chamber.languages,
    probe: async () => ({ ready: true }),
    open: async (spec) => {
      const session = await chamber.open(spec);
      return isRefusal(session) ? session : noted(session);
    },
    close: () => chamber.close(),
  };
}

const opened = Promise.withResolvers<Awaited<ReturnType<typeof openHive>>>();
const hard = {
  pool: 0,
  journal: join(home, "chambers", rung),
  leftover: async (one: Leftover) => {
    await must(await opened.promise).leftover(rung, one);
  },
};
const CHAMBERS = { "wasm-js": () => wasmJs({ pool: 1 }), os: () => osChamber(hard), vm: () => vm(hard) };
const chamber = CHAMBERS[rung]();
const ladder = new Ladder([noting(chamber)]);
const probing = chamber.probe(rung === "vm" ? "boot" : "run");
const workspace = await Workspace.open(join(home, "workspace"));
const disk = nodeDisk(home);
const ports = { clock: nodeClock, chance: nodeChance, disk, crypto: nodeCrypto, ladder, workspace };
opened.resolve(await openHive(ports, settings(), { passphrase: null }));
const hive = must(await opened.promise);
const probe = await probing;
if (!probe.ready) throw new Error(probe.why);
say({ ready: hive.status().recovered });

/** The first line is what the chamber notes; the rest takes a moment, so that a kill finds it running. */
const TEXTS: Record<typeof rung, (name: string) => [language: string, text: string]> = {
  "wasm-js": (name) => ["javascript", `// ${name}\nconsole.log(${JSON.stringify(name)})`],
  os: (name) => ["shell", `# ${name}\nsleep 0.2; echo ${name}`],
  vm: (name) => ["shell", `# ${name}\nsleep 0.2; echo ${name}`],
};

/** How often each directive came to an end in the ledger (outcome, interrupted, refused, cancelled), and each leftover was told. */
async function counted(): Promise<{ ends: Record<string, number>; leftovers: Record<string, number> }> {
  const ends: Record<string, number> = {};
  const leftovers: Record<string, number> = {};
  for await (const { entry } of hive.entries()) {
    const { payload } = JSON.parse(Buffer.from(entry).toString()) as { payload: string };
    const { kind, directive, body } = JSON.parse(fromUtf8(fromBase64(payload))) as Told;
    if (directive !== null && ENDS.has(kind)) ends[directive] = (ends[directive] ?? 0) + 1;
    if (kind === "leftover") leftovers[body.id] = (leftovers[body.id] ?? 0) + 1;
  }
  return { ends, leftovers };
}
interface Told {
  kind: string;
  directive: string | null;
  body: { id: string };
}
const ENDS = new Set(["outcome", "interrupted", "refused", "cancelled"]);

async function go(name: string): Promise<void> {
  const [language, text] = TEXTS[rung](name);
  const body = { ...card("exec.run", { language, code: text }), rung };
  const packet = must(await hive.sign(body));
  say({ signed: name, packet });
  const taken = await hive.submit(packet);
  if (isRefusal(taken)) return say({ refused: name, code: taken.refused });
  say({ acknowledged: name, id: taken.id });
  const view = must(await hive.ended(taken.id));
  say({ ended: name, id: taken.id, state: view.state, verified: view.verified });
}

async function again(packet: Envelope): Promise<void> {
  const taken = await hive.submit(packet);
  say({ again: isRefusal(taken) ? taken.refused : "admitted" });
}

async function show(id: string): Promise<void> {
  const view = await hive.directive(id);
  say({ shown: id, state: view?.state ?? null });
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as { go?: string; again?: Envelope; show?: string; ends?: true; close?: true };
  if (order.go !== undefined) void go(order.go);
  else if (order.again !== undefined) void again(order.again);
  else if (order.show !== undefined) void show(order.show);
  else if (order.ends) say(await counted());
  else break;
}
await hive.close();
await ladder.close();
await workspace.close();
say({ closed: true });
process.stdin.destroy(); // else the open pipe keeps the process
