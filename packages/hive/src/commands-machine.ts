/** Commands about this machine: settings, health, the service, the shell. */
import type { Command } from "commander";
import type { CrucibleBuild } from "./cli-crucible.ts";
import type { RenderOptions } from "./cli-forge.ts";
import type { Tree } from "./command.ts";
import { EXIT, type Terminal, UsageError } from "./terminal.ts";

export function machineCommands({ program, terminal, action }: Tree): void {
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
  const crucible = program.command("crucible").description("The guest image that microVMs start from");
  crucible
    .command("build")
    .description("Build it from Debian packages, or find it built already")
    .option("--again", "build even when it is there")
    .option("--twice [what]", "build it a second time elsewhere and compare the bits; `all`: the kernel too")
    .action(
      action(async (options: CrucibleBuild) => (await import("./cli-crucible.ts")).runCrucibleBuild(terminal, options)),
    );
  crucible
    .command("show")
    .description("What the image is made of")
    .action(action(async () => (await import("./cli-crucible.ts")).runCrucibleShow(terminal)));
  forgeCommands({ program, terminal, action });
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

function forgeCommands({ program, terminal, action }: Tree): void {
  const forge = program.command("forge").description("Definitions for a KVM or Xen host of your own, and for Vagrant");
  forge
    .command("render")
    .description("Write them from a plan (docs/hypervisors.md)")
    .requiredOption("--config <file>", "the plan")
    .requiredOption("--out <folder>", "where to")
    .option("--backend <name>", "kvm, xen, xl, vagrant or all", "all")
    .option("--check", "write nothing; fail when the folder is not what the plan gives")
    .action(action(async (o: RenderOptions) => (await import("./cli-forge.ts")).runForgeRender(terminal, o)));
  forge
    .command("check <folder>")
    .description("Hold them against the real tools of this host, and say what was not run")
    .action(action(async (folder: string) => (await import("./cli-forge.ts")).runForgeCheck(terminal, folder)));
  forge
    .command("convert <file>")
    .description("A domain's file of Xen's xl as libvirt's XML")
    .action(action(async (file: string) => (await import("./cli-forge.ts")).runForgeConvert(terminal, file)));
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
