// A process that has used both rungs in every way that leaves something behind, closes them, and has nothing more to do.
import { DEFAULT_LIMITS, Ladder, runInChamber, wasmJs, wasmPy } from "../src/index.ts";

const ladder = new Ladder([wasmJs({ pool: 1 }), wasmPy({ pool: 1 })]);
for (const [language, loop] of [
  ["javascript", "for (;;);"],
  ["python", "while True: pass"],
] as const) {
  const chamber = await ladder.pick(null, language);
  if ("refused" in chamber) throw new Error(chamber.why);
  const files = new Map();
  await runInChamber(chamber, { language, code: "print(1)", files, limits: DEFAULT_LIMITS });
  await runInChamber(chamber, { language, code: loop, files, limits: { ...DEFAULT_LIMITS, wall_ms: 100 } });
  const left = await chamber.open({ language, limits: DEFAULT_LIMITS });
  if ("refused" in left) throw new Error(left.why);
  const events = left.exec({ code: loop })[Symbol.asyncIterator]();
  await events.next();
  // Nobody reads on: closing has to end it.
  void events.next();
}
await ladder.close();
process.stdout.write("closed\n");
