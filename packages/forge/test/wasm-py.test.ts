import { wasmPy } from "../src/index.ts";
import { chamberContract } from "./chamber.contract.ts";

chamberContract(wasmPy(), {
  language: "python",
  hello: 'print("hello")',
  loop: "while True: pass",
  printThenLoop: 'print("first")\nwhile True: pass',
  files: 'import os\ntext = open("in").read()\nos.mkdir("out")\nout = open("out/twice", "w")\nout.write(text * 2)',
  chance:
    'import os, random, time\nprint(random.random(), os.urandom(4).hex(), time.time(), hash("a"), {"b", "a", "c"}, id(object()))',
  flood: 'while True: print("x")',
  exitSeven: "import sys\nsys.exit(7)",
});
