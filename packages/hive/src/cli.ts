/**
 * The command line as a tree. Each command loads its code when it is chosen, so that the thin ones stay fast; what a command
 * does stands in `cli-*.ts`.
 */
import { Command, CommanderError, Option } from "commander";
import { homeOf } from "./daemon-file.ts";
import { nearest } from "./nearest.ts";
import { EXIT, nodeTerminal, type Terminal, UsageError } from "./terminal.ts";

type Action = (...given: never[]) => Promise<number> | number;

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
    terminal.say(`the daemon does not answer (${connection}); axiom doctor says more`);
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
  program.allowExcessArguments().action(
    action(async () => {
      if (program.args.length > 0) throw unknownCommand(program);
      return (await import("./cli-serve.ts")).serve(terminal);
    }),
  );
  tripCommands(context);
  hiveCommands(context);
  keyCommands(context);
  recordCommands(context);
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

const HELP = `
Without a command: starts the daemon and prints the address of the HUD.

Exit codes: 0 done · 1 refused, or a proof that does not verify · 2 wrong command line · 3 waits for approval ·
4 ran, but not to its end (the proof card says how) · 5 result quarantined (red proof card) · 70 our own fault · 130 interrupted

Environment: AXIOM_HOME (default ~/.axiom), AXIOM_URL and AXIOM_KEY (a daemon elsewhere), AXIOM_PASSPHRASE_FILE or
AXIOM_PASSPHRASE, NO_COLOR, and AXIOM_SECTION_NAME for each setting of \`axiom config show\`.`;

interface Tree {
  program: Command;
  terminal: Terminal;
  action: (run: Action) => (...given: unknown[]) => Promise<void>;
}

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)];

function addCommonOptions(command: Command): void {
  command.option("--json", "one JSON value on standard output, and nothing else there");
  command.option("-q, --quiet", "no steps and no progress on standard error");
  command.exitOverride().configureHelp({ sortSubcommands: false });
}

const statingOptions = (command: Command): Command =>
  command
    .option("-o, --output <file>", "also write the proof card to a file")
    .option("--approve", "approve it at once, when policy asks for that")
    .option("--detach", "print the id and leave; needs a daemon")
    .addOption(new Option("--rung <rung>", "weakest chamber that will do").choices(["wasm-js", "wasm-py", "os", "vm"]))
    .option("--idempotency-key <key>", "the same key again gives the same directive");

function tripCommands({ program, terminal, action }: Tree): void {
  const stating = statingOptions(program.command("do [tool] [parameters...]"));
  stating
    .description("State an action card and get its proof card: axiom do exec.run --language python --code 'print(6*7)'")
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

function hiveCommands({ program, terminal, action }: Tree): void {
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

function keyCommands({ program, terminal, action }: Tree): void {
  const keys = program.command("keys").description("The hive's signing keys");
  keys
    .command("init")
    .description("Make the keys of a fresh home")
    .option("--replace", "make a new identity over an existing one")
    .action(
      action(async (options: { replace?: boolean }) =>
        (await import("./cli-keys.ts")).runKeysInit(terminal, options.replace === true),
      ),
    );
  keys
    .command("list")
    .description("The key manifest")
    .action(action(async () => (await import("./cli-keys.ts")).runKeysList(terminal)));
  keys
    .command("rotate <role>")
    .description("Replace the key of a role")
    .action(action(async (role: string) => (await import("./cli-keys.ts")).runKeysRotate(terminal, role)));
  keys
    .command("revoke <key-id>")
    .description("Revoke a key")
    .requiredOption("--why <sentence>", "the reason, for the record")
    .action(
      action(async (id: string, options: { why: string }) =>
        (await import("./cli-keys.ts")).runKeysRevoke(terminal, id, options.why),
      ),
    );
  keys
    .command("passphrase")
    .description("Set, change or remove the passphrase")
    .action(action(async () => (await import("./cli-keys.ts")).runKeysPassphrase(terminal)));

  const key = program.command("key").description("Bearer keys of the HTTP API");
  key
    .command("show")
    .description("The local key")
    .action(action(async () => (await import("./cli-key.ts")).runKeyShow(terminal)));
  key
    .command("add <name>")
    .description("Make a named key; it is shown once")
    .option("--scope <scope>", "read, operate or admin", "operate")
    .action(
      action(async (name: string, options: { scope: string }) =>
        (await import("./cli-key.ts")).runKeyAdd(terminal, name, options.scope),
      ),
    );
  key
    .command("list")
    .description("Named keys")
    .action(action(async () => (await import("./cli-key.ts")).runKeyList(terminal)));
  key
    .command("revoke <name>")
    .description("Revoke a named key, at once")
    .action(action(async (name: string) => (await import("./cli-key.ts")).runKeyRevoke(terminal, name)));
}

function recordCommands({ program, terminal, action }: Tree): void {
  const permit = program.command("permit").description("Timed allowances for what leaves or enters the machine");
  permit
    .command("grant <host>")
    .description("Let tools reach a host for some minutes")
    .requiredOption("--minutes <n>", "for how long", readCount)
    .option("--approve", "approve it at once")
    .action(
      action(async (host: string, options: { minutes: number; approve?: boolean }) => {
        const { minutes, ...rest } = options;
        return (await import("./cli-permit.ts")).runPermitGrant(terminal, host, minutes, rest);
      }),
    );
  permit
    .command("list")
    .description("Permits, and what is left of each")
    .action(action(async () => (await import("./cli-permit.ts")).runPermitList(terminal)));
  permit
    .command("revoke <id-or-host>")
    .description("Revoke one, at once")
    .action(action(async (what: string) => (await import("./cli-permit.ts")).runPermitRevoke(terminal, what)));
  const ledger = program.command("ledger").description("The tamper-evident record");
  ledger
    .command("check [checkpoints...]")
    .description("Read every byte and locate any tampering; checkpoints that you kept show a rollback or a fork")
    .action(action(async (kept: string[]) => (await import("./cli-ledger.ts")).runLedgerCheck(terminal, kept)));
  ledger
    .command("show")
    .description("Its entries: the latest ones, or those from an index on")
    .option("--from <index>", "begin here", readCount)
    .option("--limit <n>", "how many", readCount, 20)
    .action(
      action(async (options: { from?: number; limit: number }) =>
        (await import("./cli-ledger.ts")).runLedgerShow(terminal, options.from, options.limit),
      ),
    );
  ledger
    .command("checkpoint")
    .description("The latest signed checkpoint")
    .action(action(async () => (await import("./cli-ledger.ts")).runLedgerCheckpoint(terminal)));
  ledger
    .command("export <folder>")
    .description("Write it as C2SP tlog-tiles, for others to check")
    .action(action(async (folder: string) => (await import("./cli-ledger.ts")).runLedgerExport(terminal, folder)));

  const policy = program.command("policy").description("What may be done here, in Cedar");
  policy
    .command("show [file]")
    .description("The policies in force")
    .action(
      action(async (file: string | undefined) => (await import("./cli-policy.ts")).runPolicyShow(terminal, file)),
    );
  policy
    .command("edit")
    .description("Copy the shipped policies into the home, to change them")
    .action(action(async () => (await import("./cli-policy.ts")).runPolicyEdit(terminal)));
  policy
    .command("validate")
    .description("Find faults in the policies")
    .action(action(async () => (await import("./cli-policy.ts")).runPolicyValidate(terminal)));
  policy
    .command("test [file]")
    .description("Run the test cases of the policies")
    .action(
      action(async (file: string | undefined) => (await import("./cli-policy.ts")).runPolicyTest(terminal, file)),
    );
  policy
    .command("dry-run <card>")
    .description('What policy would say of an action card: \'{"tool":…,"parameters":{…}}\', or - for standard input')
    .option("--approval <level>", "none, given or explicit", "none")
    .option("--permit", "as if a live permit covered it")
    .action(
      action(async (card: string, options: { approval: string; permit?: boolean }) =>
        (await import("./cli-policy.ts")).runPolicyDryRun(terminal, card, options),
      ),
    );
}

function machineCommands({ program, terminal, action }: Tree): void {
  const config = program.command("config").description("Settings: axiom.json and AXIOM_* variables");
  config
    .command("show [path]")
    .description("All settings and where each comes from, or one")
    .action(
      action(async (path: string | undefined) => (await import("./cli-config.ts")).runConfigShow(terminal, path)),
    );
  config
    .command("set <path> <value>")
    .description("Write one setting")
    .action(
      action(async (path: string, value: string) =>
        (await import("./cli-config.ts")).runConfigSet(terminal, path, value),
      ),
    );
  config
    .command("unset <path>")
    .description("Back to the default")
    .action(action(async (path: string) => (await import("./cli-config.ts")).runConfigSet(terminal, path, undefined)));
  config
    .command("path")
    .description("Where axiom.json lies")
    .action(action(async () => (await import("./cli-config.ts")).runConfigPath(terminal)));
  config
    .command("schema")
    .description("The JSON Schema of axiom.json")
    .action(action(async () => (await import("./cli-config.ts")).runConfigSchema(terminal)));
  program
    .command("doctor")
    .description("Examine this machine: what is missing, and the command that mends it")
    .action(action(async () => (await import("./doctor.ts")).runDoctor(terminal)));
  const service = program.command("service").description("Run as a systemd service");
  for (const [name, about] of [
    ["print", "Print the unit"],
    ["install", "Write the unit"],
    ["uninstall", "Stop and remove it"],
  ] as const)
    service
      .command(name)
      .description(about)
      .option("--system", "for the machine, not for this user")
      .action(action(async (options: { system?: boolean }) => serviceCommand(terminal, name, options.system === true)));
  program
    .command("completion <shell>")
    .description("Completion for bash, zsh or fish: source <(axiom completion bash)")
    .action(action(async (shell: string) => completionCommand(terminal, program, shell)));
  program
    .command("version")
    .description("The version")
    .action(action(async () => versionCommand(terminal)));
}

async function serviceCommand(
  terminal: Terminal,
  name: "print" | "install" | "uninstall",
  system: boolean,
): Promise<number> {
  const { runServicePrint, runServiceInstall, runServiceUninstall } = await import("./cli-service.ts");
  if (name === "print") return runServicePrint(terminal, system);
  return name === "install" ? runServiceInstall(terminal, system) : runServiceUninstall(terminal, system);
}

async function completionCommand(terminal: Terminal, program: Command, shell: string): Promise<number> {
  const { completion, SHELLS } = await import("./completion.ts");
  const known = SHELLS.find((each) => each === shell);
  if (known === undefined) throw new UsageError(`completion is for ${SHELLS.join(", ")}`);
  terminal.out(completion(program, known));
  return EXIT.ok;
}

async function versionCommand(terminal: Terminal): Promise<number> {
  const { VERSION } = await import("./version.ts");
  terminal.out(terminal.json ? JSON.stringify({ version: VERSION, node: process.versions.node }) : VERSION);
  return EXIT.ok;
}

function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${JSON.stringify(text)} is no count`);
  return Number(text);
}
