import { wasmJs } from "../src/index.ts";
import { chamberContract } from "./chamber.contract.ts";

chamberContract(wasmJs(), {
  language: "javascript",
  hello: 'print("hello")',
  loop: "for (;;);",
  printThenLoop: 'print("first"); for (;;);',
  files: 'const text = fs.readFile("in"); fs.writeFile("out/twice", text + text);',
  chance: "print(Math.random(), Math.random(), Date.now(), new Date().toISOString())",
  flood: 'for (;;) print("x");',
  exitSeven: "exit(7)",
});
