// The program that is killed: it changes many files in one step, again and again, and says each step that is done.
import { Workspace } from "../src/index.ts";
import { changesOfRound } from "./workspace-rounds.ts";

const workspace = await Workspace.open(process.argv[2]!);
for (let round = Number(process.argv[3]); ; round++) {
  const changes = await workspace.apply(changesOfRound(round));
  if ("refused" in changes) throw new Error(changes.why);
  process.stdout.write(`${round}\n`);
}
