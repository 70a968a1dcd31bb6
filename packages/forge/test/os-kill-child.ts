/** A daemon with runs on the rung os, to be killed. Argument: folder of the journal. */
import { DEFAULT_LIMITS, osChamber } from "../src/index.ts";

const chamber = osChamber({ journal: process.argv[2]! });
const talk = async (): Promise<void> => {
  for (;;) {
    const session = await chamber.open({ language: "shell", limits: DEFAULT_LIMITS });
    if ("refused" in session) throw new Error(session.why);
    const code =
      "(setsid sh -c 'trap \"\" TERM HUP; sleep 300' &) ; for n in 1 2 3 4 5 6 7 8; do echo $n; sleep 0.05; done";
    for await (const event of session.exec({ code })) if (event.type === "stdout") process.stdout.write(".");
    await session.kill("done");
  }
};
await Promise.all([talk(), talk()]);
