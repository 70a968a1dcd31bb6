/** Commands that state a directive, decide on it, and show what became of it. */
import { type Command, Option } from "commander";
import { readCount, type Tree } from "./command.ts";

const statingOptions = (command: Command): Command =>
  command
    .option("-o, --output <file>", "also write the proof card to a file")
    .option("--approve", "approve it at once, when policy asks for that")
    .option("--detach", "print the id and leave; needs a daemon")
    .addOption(new Option("--rung <rung>", "weakest chamber that will do").choices(["wasm-js", "wasm-py", "os", "vm"]))
    .option("--idempotency-key <key>", "the same key again gives the same directive");

export function tripCommands({ program, terminal, action }: Tree): void {
  const stating = statingOptions(program.command("do [tool] [parameters...]"));
  stating
    .description(
      "State a directive, in words or as an action card, and get its proof card: axiom do 'run this python: print(6*7)', axiom do exec.run --language python --code 'print(6*7)'",
    )
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .addHelpText(
      "after",
      "\nA value @FILE is read from the file, - from standard input. `axiom tools NAME` shows a tool's flags.",
    )
    .action(
      action(async (tool: string | undefined, args: string[], options: object) => {
        const { runDoLine } = await import("./cli-do.ts");
        return runDoLine(terminal, tool, args, options, () => stating.outputHelp());
      }),
    );
  statingOptions(program.command("say <words>"))
    .description("State a directive in words")
    .action(
      action(async (words: string, options: object) => (await import("./cli-do.ts")).runSay(terminal, words, options)),
    );
  program
    .command("list")
    .description("Directives, newest first")
    .option("--limit <n>", "how many", readCount, 20)
    .option("--before <id>", "older than this one")
    .action(
      action(async (options: { limit: number; before?: string }) =>
        (await import("./cli-show.ts")).runList(terminal, options),
      ),
    );
  program
    .command("show <id>")
    .description("One directive and its steps; the first letters of an id will do")
    .action(action(async (id: string) => (await import("./cli-show.ts")).runShow(terminal, id)));
  program
    .command("events [id]")
    .description("Follow the steps of one directive, or of all")
    .option("--after <seq>", "only events with a higher number", readCount)
    .action(
      action(async (id: string | undefined, options: { after?: number }) =>
        (await import("./cli-show.ts")).runEvents(terminal, id, options.after),
      ),
    );
  program
    .command("approve <id>")
    .description("Approve the action card of a waiting directive")
    .option("--explicit", "also what cannot be undone")
    .action(
      action(async (id: string, options: { explicit?: boolean }) =>
        (await import("./cli-decide.ts")).runDecision(terminal, "approve", id, options),
      ),
    );
  program
    .command("refuse <id>")
    .description("Refuse it")
    .option("--why <sentence>", "the reason, for the record")
    .action(
      action(async (id: string, options: { why?: string }) =>
        (await import("./cli-decide.ts")).runDecision(terminal, "refuse", id, options),
      ),
    );
  program
    .command("cancel <id>")
    .description("Cancel a directive that has not ended")
    .action(action(async (id: string) => (await import("./cli-decide.ts")).runDecision(terminal, "cancel", id, {})));
  program
    .command("proof <id>")
    .description("The proof card of a directive")
    .option("-o, --output <file>", "write it to a file")
    .action(
      action(async (id: string, options: { output?: string }) =>
        (await import("./cli-proof.ts")).runProof(terminal, id, options.output),
      ),
    );
  program
    .command("verify <file>")
    .description("Check a proof card, offline and without a home; - reads standard input")
    .option("--root <key-id>", "the root key that it must stand on")
    .action(
      action(async (file: string, options: { root?: string }) =>
        (await import("./cli-proof.ts")).runVerify(terminal, file, options.root),
      ),
    );
  program
    .command("replay <file>")
    .description("Run the needle of a proof card again and compare the bits")
    .action(action(async (file: string) => (await import("./cli-proof.ts")).runReplay(terminal, file)));
}
