/** A Python program in a microVM ends as under any interpreter, although its own does not take itself apart (0117). */
import { afterAll, describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, type ExitEvent, vm } from "../src/index.ts";
import { vmLacks } from "./vm-here.ts";

const LIMITS = { ...DEFAULT_LIMITS, wall_ms: 20_000 };

/** What a program held in all the ways that an end must let go of. */
const HOLDS = `
import atexit, sys, threading, time
class Held:
    def __init__(self, name): self.name = name
    def __del__(self): print("let go", self.name, WORD)
WORD = "whole"
one = Held("one")
two = Held("two"); two.itself = two
open("unflushed", "w").write("kept")
left = open("left", "w"); left.write("kept too")
atexit.register(lambda: print("at exit", one.name))
threading.Thread(target=lambda: (time.sleep(0.05), print("thread"))).start()
print("end")
sys.exit(7)
`;
const OWN_MODULE = `
with open("own.py", "w") as file: file.write("class Held:\\n  def __del__(self): print('own')\\nheld = Held()")
import own
print("main")
`;

const CASES: readonly [name: string, code: string, exit_code: number, stdout: string, stderr: RegExp][] = [
  [
    "threads, exit functions, then what it held",
    HOLDS,
    7,
    "end\nthread\nat exit one\nlet go one whole\nlet go two whole\n",
    /^$/,
  ],
  ["a module of its own", OWN_MODULE, 0, "main\nown\n", /^$/],
  ["words as the exit code", 'import sys; sys.exit("bye")', 1, "", /^bye\n$/],
  ["a number beyond a byte", "raise SystemExit(300)", 44, "", /^$/],
  ["a fault", "def f(): 1 / 0\nf()", 1, "", /File "main.py", line 1, in f\nZeroDivisionError: division by zero\n$/],
  ["a closed stream", "import sys; sys.stdout.close()", 0, "", /^$/],
  ["a stream that cannot be written", 'import os; print("lost"); os.close(1)', 120, "", /Bad file descriptor/],
  ["without builtins", 'import builtins; print("a"); builtins.__dict__.clear()', 0, "a\n", /^$/],
  ["a child's own end", "import os\nif os.fork() == 0: raise SystemExit(3)\nprint(os.wait()[1] >> 8)", 0, "3\n", /^$/],
];

describe.skipIf(vmLacks !== null)("the end of a Python program", { retry: 2 }, () => {
  const chamber = vm();
  afterAll(() => chamber.close());

  it.each(CASES)("%s", async (_, code, exit_code, stdout, stderr) => {
    const session = await chamber.open({ language: "python", limits: LIMITS });
    if ("refused" in session) throw new Error(session.why);
    const said = { stdout: "", stderr: "" };
    let exit: ExitEvent | null = null;
    for await (const event of session.exec({ code })) {
      if (event.type === "stdout" || event.type === "stderr") said[event.type] += Buffer.from(event.bytes).toString();
      if (event.type === "exit") exit = event;
    }
    const files = await session.get();
    await session.kill("done");
    expect(exit).toMatchObject({ exit_code });
    expect(said.stdout).toBe(stdout);
    expect(said.stderr).toMatch(stderr);
    if (code === HOLDS)
      expect([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]).sort()).toEqual([
        ["left", "kept too"],
        ["unflushed", "kept"],
      ]);
  });
});

it("this machine can run the vm rung", (ctx) => (vmLacks === null ? undefined : ctx.skip(vmLacks)));
