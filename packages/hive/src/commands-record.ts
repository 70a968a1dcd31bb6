/** Commands on what is allowed and on record: permits, the ledger, policy. */
import { readCount, type Tree } from "./command.ts";

export function recordCommands({ program, terminal, action }: Tree): void {
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
