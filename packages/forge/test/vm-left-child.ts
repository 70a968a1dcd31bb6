/** Runs a program that does not end, and is killed. */
import { DEFAULT_LIMITS, vm } from "../src/index.ts";

const chamber = vm({ journal: process.argv[2]! });
const session = await chamber.open({ language: "python", limits: { ...DEFAULT_LIMITS, wall_ms: 600_000 } });
if ("refused" in session) throw new Error(session.why);
for await (const event of session.exec({ code: 'print("on", flush=True)\nwhile True: pass' }))
  if (event.type === "stdout") console.log("running");
