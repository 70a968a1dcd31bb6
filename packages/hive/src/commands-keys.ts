/** Commands on the signing keys (`keys`) and on the bearer keys of the API (`key`). */
import type { Tree } from "./command.ts";

export function keyCommands({ program, terminal, action }: Tree): void {
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
    .command("add <role> <public-key>")
    .description("Register a key whose secret is elsewhere: base64, hex, or a file")
    .action(
      action(async (role: string, key: string) => (await import("./cli-keys.ts")).runKeysAdd(terminal, role, key)),
    );
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
