/** Commands to the hive as a whole. */
import type { Tree } from "./command.ts";

export function hiveCommands({ program, terminal, action }: Tree): void {
  needleCommands({ program, terminal, action });
  program
    .command("tools [name]")
    .description("The tools; with a name, its flags")
    .action(action(async (name: string | undefined) => (await import("./cli-show.ts")).runTools(terminal, name)));
  program
    .command("status")
    .description("How the hive is")
    .action(action(async () => (await import("./cli-show.ts")).runStatus(terminal)));
  program
    .command("unlock")
    .description("Open the operator's key")
    .action(action(async () => (await import("./cli-decide.ts")).runUnlock(terminal)));
  program
    .command("lock")
    .description("Drop the operator's key from memory")
    .action(action(async () => (await import("./cli-decide.ts")).runLock(terminal)));
  program
    .command("freeze <why>")
    .description("Stop all work at once and admit nothing; runs on os and vm are held")
    .action(action(async (why: string) => (await import("./cli-held.ts")).runFreeze(terminal, why)));
  program
    .command("held")
    .description("Runs that a freeze holds")
    .action(action(async () => (await import("./cli-held.ts")).runHeld(terminal)));
  program
    .command("resume")
    .description("End a freeze; held runs go on")
    .option("--wipe", "destroy the held runs instead; wants an explicit approval")
    .option("--approve", "approve the wipe at once")
    .action(
      action(async (options: { wipe?: boolean; approve?: boolean }) =>
        (await import("./cli-held.ts")).runResume(terminal, options),
      ),
    );
}

function needleCommands({ program, terminal, action }: Tree): void {
  const needles = program.command("needles").description("Who writes action cards from words");
  needles
    .command("list", { isDefault: true })
    .description("The needles and their tools")
    .action(action(async () => (await import("./cli-needles.ts")).runNeedles(terminal)));
  needles
    .command("show <id>")
    .description("One needle, and what it remembers")
    .action(action(async (id: string) => (await import("./cli-needles.ts")).runNeedleShow(terminal, id)));
  needles
    .command("add <card>")
    .description("Add a needle: its behavior card, a JSON file")
    .option("--state <file>", "the memory that it begins with")
    .option("--replace", "in the place of a needle of the same id")
    .action(
      action(async (card: string, options: { state?: string; replace?: true }) =>
        (await import("./cli-needle-add.ts")).runNeedleAdd(terminal, card, options),
      ),
    );
  needles
    .command("memory <id>")
    .description("What a needle remembers; kept in a file, or forgotten")
    .option("--save <file>", "write it to a file, unsealed, for a needle that goes on from it")
    .option("--forget", "forget it")
    .action(
      action(async (id: string, options: { save?: string; forget?: true }) =>
        (await import("./cli-needles.ts")).runNeedleMemory(terminal, id, options),
      ),
    );
  program
    .command("training")
    .description("Your own decisions as training data")
    .command("export")
    .description("Approved against refused cards, as JSON lines")
    .option("-o, --output <file>", "write them to a file")
    .action(
      action(async (options: { output?: string }) =>
        (await import("./cli-training.ts")).runTrainingExport(terminal, options.output),
      ),
    );
  program
    .command("model")
    .description("Model files")
    .command("inspect <file>")
    .description("What a GGUF file is")
    .action(action(async (file: string) => (await import("./cli-needles.ts")).runModelInspect(terminal, file)));
}
