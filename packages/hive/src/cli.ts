/**
 * The command line. `commands-*.ts` are its tables, by subject: each command, its flags, and what it runs. The code behind a
 * command (`cli-*.ts`) is loaded when the command is chosen, so that the thin ones stay fast.
 */
import { type Argument, Command, CommanderError } from "commander";
import type { Action, Tree } from "./command.ts";
import { hiveCommands } from "./commands-hive.ts";
import { keyCommands } from "./commands-keys.ts";
import { latticeCommands } from "./commands-lattice.ts";
import { machineCommands } from "./commands-machine.ts";
import { recordCommands } from "./commands-record.ts";
import { tripCommands } from "./commands-trip.ts";
import { homeOf } from "./daemon-file.ts";
import { nearestHint } from "./nearest.ts";
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
  terminal.say(faultText(error, terminal));
  return EXIT.fault;
}

/** What the machine refuses us (a full disk, a folder that is not ours) is said in its words; where in our code, only when asked. */
function faultText(error: unknown, { environment, paint }: Terminal): string {
  if (!(error instanceof Error)) return `fault: ${String(error)}`;
  const machine = (error as NodeJS.ErrnoException).syscall !== undefined;
  const next = machine ? "axiom doctor says more" : "this is ours to mend; AXIOM_STACK=1 shows where it happened";
  const where = environment.AXIOM_STACK === undefined ? "" : `\n${error.stack}`;
  return `${paint("red", `fault: ${error.message}`)}\n  ${next}${where}`;
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
    .helpCommand(false)
    .allowExcessArguments()
    .action(
      action(async () => {
        if (program.args.length > 0) throw unknownCommand(program, program.args[0]!);
        return (await import("./cli-serve.ts")).serve(terminal);
      }),
    );
  for (const [heading, add] of GROUPS) {
    program.commandsGroup(heading);
    add(context);
  }
  program
    .command("help [command...]")
    .description("What there is, or how one command is used")
    .action(action((names: string[]) => showHelp(program, names)));
  for (const command of everyCommand(program)) setCommonWays(command);
  return program;
}

const GROUPS: readonly (readonly [string, (context: Tree) => void])[] = [
  ["Directives, from the words to the proof:", tripCommands],
  ["The hive:", hiveCommands],
  ["Keys:", keyCommands],
  ["What may be done, and what was:", recordCommands],
  ["The Capability Lattice:", latticeCommands],
  ["This machine:", machineCommands],
];

function showHelp(program: Command, names: readonly string[]): number {
  let at = program;
  for (const name of names) {
    const below = at.commands.find((command) => command.name() === name);
    if (below === undefined) throw unknownCommand(at, name);
    at = below;
  }
  at.outputHelp();
  return EXIT.ok;
}

function unknownCommand(program: Command, name: string): UsageError {
  const near = nearestHint(
    name,
    program.commands.map((command) => command.name()),
  );
  return new UsageError(`there is no command ${JSON.stringify(name)}${near} (${pathOf(program)} --help lists all)`);
}

/** A mistyped command below a group would else run the group's default as if it had been asked for. */
function refuseExcess(command: Command): void {
  const { parent, args, registeredArguments } = command;
  const excess = args[registeredArguments.length];
  if (parent === null || excess === undefined || registeredArguments.at(-1)?.variadic === true) return;
  // A group's default command, when it was not typed itself: then the group has no such command.
  if (parent.args[0] !== command.name()) throw unknownCommand(parent, excess);
  throw new UsageError(
    `${pathOf(command)} does not take ${JSON.stringify(excess)} (${pathOf(command)} --help says how)`,
  );
}

/** As it is typed: `axiom keys rotate`. */
const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

const HELP = `
Without a command: starts the daemon and prints the address of the HUD.

Exit codes: 0 done · 1 refused, or a proof that does not verify · 2 wrong command line · 3 waits for approval ·
4 ran, but not to its end (the proof card says how) · 5 result quarantined (red proof card) · 70 our own fault · 130 interrupted

Environment: AXIOM_HOME (default ~/.axiom), AXIOM_URL and AXIOM_KEY (a daemon elsewhere), AXIOM_PASSPHRASE_FILE or
AXIOM_PASSPHRASE, NO_COLOR, and AXIOM_SECTION_NAME for each setting of \`axiom config show\`.`;

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)];

const HELP_WIDTH = 110;

/** The flags that all take, and one way of showing help and of saying what is wrong with a line. */
function setCommonWays(command: Command): void {
  command.option("--json", "one JSON value on standard output, and nothing else there");
  command.option("-q, --quiet", "no steps and no progress on standard error");
  command.exitOverride();
  command.configureHelp({
    helpWidth: HELP_WIDTH,
    // That every command takes flags need not be said of each.
    subcommandTerm: (each) => [each.name(), ...each.registeredArguments.map(argumentTerm)].join(" "),
  });
  command.configureOutput({
    outputError: (text, write) =>
      write(
        `usage: ${text
          .trim()
          .replace(/^error: /, "")
          .replace(/\s+/g, " ")} (${pathOf(command)} --help says how)`,
      ),
  });
}

const argumentTerm = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};
