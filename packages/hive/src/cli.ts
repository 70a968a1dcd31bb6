/**
 * The command line. `commands-*.ts` are its tables, by subject: each command, its flags, and what it runs. The code behind a
 * command (`cli-*.ts`) is loaded when the command is chosen, so that the thin ones stay fast.
 */
import { Command, CommanderError } from "commander";
import type { Action, Tree } from "./command.ts";
import { hiveCommands } from "./commands-hive.ts";
import { keyCommands } from "./commands-keys.ts";
import { latticeCommands } from "./commands-lattice.ts";
import { machineCommands } from "./commands-machine.ts";
import { recordCommands } from "./commands-record.ts";
import { tripCommands } from "./commands-trip.ts";
import { homeOf } from "./daemon-file.ts";
import { nearest } from "./nearest.ts";
import { EXIT, nodeTerminal, type Terminal, UsageError } from "./terminal.ts";

/** Runs one command line; gives the exit code. */
export async function main(argv: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const terminal = nodeTerminal(environment, homeOf(environment));
  let code: number = EXIT.ok;
  const program = makeProgram(terminal, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    return exitOf(error, terminal);
  }
}

function exitOf(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError) {
    terminal.say(`usage: ${error.message}`);
    return EXIT.usage;
  }
  if (terminal.signal.aborted) return EXIT.interrupted;
  const connection = (error as NodeJS.ErrnoException).code;
  if (connection === "ECONNREFUSED" || connection === "ECONNRESET") {
    // Cut off in the middle: the next start reports what it found.
    const list = connection === "ECONNRESET" ? "axiom list shows what became of its work; " : "";
    terminal.say(`the daemon does not answer (${connection}); ${list}axiom doctor says more`);
    return EXIT.refused;
  }
  terminal.say(`fault: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT.fault;
}

export function makeProgram(terminal: Terminal, ended: (code: number) => void): Command {
  const program = new Command("axiom");
  const action =
    (run: Action) =>
    async (...given: unknown[]) => {
      const flags = program.opts<{ json?: boolean; quiet?: boolean }>();
      const own = (given.at(-2) ?? {}) as { json?: boolean; quiet?: boolean };
      terminal.json = flags.json === true || own.json === true;
      terminal.quiet = flags.quiet === true || own.quiet === true;
      ended(await run(...(given as never[])));
    };
  program
    .description("A sovereign AI workstation: every action ends in a proof that strangers can check.")
    .usage("[command]")
    .addHelpText("after", HELP)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.say(text.trimEnd()) });
  const context: Tree = { program, terminal, action };
  program.hook("preAction", (_, command) => refuseExcess(command));
  program
    .helpCommand("help [command]", "What there is, or how one command is used")
    .allowExcessArguments()
    .action(
      action(async () => {
        if (program.args.length > 0) throw unknownCommand(program);
        return (await import("./cli-serve.ts")).serve(terminal);
      }),
    );
  tripCommands(context);
  hiveCommands(context);
  keyCommands(context);
  recordCommands(context);
  latticeCommands(context);
  machineCommands(context);
  for (const command of everyCommand(program)) addCommonOptions(command);
  return program;
}

function unknownCommand(program: Command): UsageError {
  const name = program.args[0]!;
  const near = nearest(
    name,
    program.commands.map((command) => command.name()),
  );
  return new UsageError(`there is no command ${name}; the nearest is ${near} (axiom --help lists all)`);
}

/** A mistyped command below a group would else run the group's default as if it had been asked for. */
function refuseExcess(command: Command): void {
  const { parent, args, registeredArguments } = command;
  const excess = args[registeredArguments.length];
  if (parent === null || excess === undefined || registeredArguments.at(-1)?.variadic === true) return;
  const path: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) path.unshift(at.name());
  const group = path.slice(0, -1).join(" ");
  throw new UsageError(`${path.join(" ")} does not take ${JSON.stringify(excess)}; ${group} --help lists the commands`);
}

const HELP = `
Without a command: starts the daemon and prints the address of the HUD.

Exit codes: 0 done · 1 refused, or a proof that does not verify · 2 wrong command line · 3 waits for approval ·
4 ran, but not to its end (the proof card says how) · 5 result quarantined (red proof card) · 70 our own fault · 130 interrupted

Environment: AXIOM_HOME (default ~/.axiom), AXIOM_URL and AXIOM_KEY (a daemon elsewhere), AXIOM_PASSPHRASE_FILE or
AXIOM_PASSPHRASE, NO_COLOR, and AXIOM_SECTION_NAME for each setting of \`axiom config show\`.`;

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)];

function addCommonOptions(command: Command): void {
  command.option("--json", "one JSON value on standard output, and nothing else there");
  command.option("-q, --quiet", "no steps and no progress on standard error");
  command.exitOverride().configureHelp({ sortSubcommands: false });
}
