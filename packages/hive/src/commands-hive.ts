/** Commands to the hive as a whole. */
import type { Tree } from "./command.ts";

export function hiveCommands({ program, terminal, action }: Tree): void {
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
    .description("Stop all work at once and admit nothing")
    .action(action(async (why: string) => (await import("./cli-decide.ts")).runFreeze(terminal, why)));
  program
    .command("resume")
    .description("End a freeze")
    .action(action(async () => (await import("./cli-decide.ts")).runResume(terminal)));
}
