// The program that is killed: a real hive on a real disk. It reads orders from standard input, one JSON a line, and says what
// became of them on standard output, one JSON a line. `dispatched.txt` is what the chamber saw, written as each program begins.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Chamber, type ChamberRun, Ladder, type Session, Workspace, wasmJs } from "forge";
import { type Envelope, isRefusal, nodeChance, nodeClock, nodeCrypto, nodeDisk } from "lop";
import { openHive } from "../src/index.ts";
import { must, program, settings } from "./hive-home.ts";

const home = process.argv[2]!;
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

const ladder = new Ladder([noting(wasmJs({ pool: 1 }))]);
await ladder.probeAll();
const workspace = await Workspace.open(join(home, "workspace"));
const disk = nodeDisk(home);
const ports = { clock: nodeClock, chance: nodeChance, disk, crypto: nodeCrypto, ladder, workspace };
const hive = must(await openHive(ports, settings(), { passphrase: null }));
say({ ready: hive.status().recovered });

async function go(name: string): Promise<void> {
  const { card } = program(`// ${name}`, `console.log(${JSON.stringify(name)})`) as { card: { parameters: object } };
  const body = { card: { tool: "exec.run", parameters: { ...card.parameters, language: "javascript" } } };
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
  const order = JSON.parse(line) as { go?: string; again?: Envelope; show?: string; close?: true };
  if (order.go !== undefined) void go(order.go);
  else if (order.again !== undefined) void again(order.again);
  else if (order.show !== undefined) void show(order.show);
  else break;
}
await hive.close();
await ladder.close();
await workspace.close();
say({ closed: true });
process.stdin.destroy(); // else the open pipe keeps the process
