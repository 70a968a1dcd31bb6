import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeProgram } from "../src/cli.ts";
import { completion, SHELLS } from "../src/completion.ts";
import { nodeTerminal } from "../src/terminal.ts";

const script = (shell: (typeof SHELLS)[number]) =>
  completion(
    makeProgram(nodeTerminal({}, "/nowhere"), () => {}),
    shell,
  );

/** What bash offers for a half-written line. */
function offered(line: string): string[] {
  const words = line.split(" ");
  const program = `${script("bash")}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
_axiom; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", program], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.trim().split("\n");
}

describe("completion", () => {
  it.each<[string, string[]]>([
    ["axiom ver", ["verify", "version"]],
    ["axiom keys ro", ["rotate"]],
    ["axiom do exec.", ["exec.run"]],
    ["axiom do exec.run --la", ["--language"]],
    ["axiom do exec.run --language python --ti", ["--timeout-seconds"]],
    ["axiom verify --r", ["--root"]],
  ])("%s", (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  it.for(SHELLS)("the script for %s is one that it can read", (shell, context) => {
    if (spawnSync(shell, ["--version"]).error !== undefined) context.skip(`needs ${shell} (apt install ${shell})`);
    const path = join(mkdtempSync(join(tmpdir(), "axiom-completion-")), "script");
    writeFileSync(path, script(shell));
    expect(spawnSync(shell, ["-n", path], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });
});
