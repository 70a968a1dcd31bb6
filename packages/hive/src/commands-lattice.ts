/** Commands on the lattice. */
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { readCount, type Tree } from "./command.ts";

const readNumber = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0)) throw new InvalidArgumentError("it is no number above 0.");
  return value;
};
const more = (text: string, before: string[] = []): string[] => [...before, text];

export function latticeCommands({ program, terminal, action }: Tree): void {
  const lattice = program.command("lattice").description("Who can do what, where and when");
  fillingCommands({ program: lattice, terminal, action });
  askingCommands({ program: lattice, terminal, action });
  holdCommands({ program: lattice.command("hold").description("Units put aside"), terminal, action });
}

function fillingCommands({ program, terminal, action }: Tree): void {
  program
    .command("show", { isDefault: true })
    .description("What it holds")
    .action(action(async () => (await import("./cli-lattice.ts")).runLatticeShow(terminal)));
  program
    .command("import <file>")
    .description("Take capabilities from GeoJSON, OSM JSON, lines of JSON or CSV (also .gz); every bad line is told")
    .option("--keep-good", "take the good ones when some are bad")
    .addOption(new Option("--format <format>", "when the name does not say it").choices(["geojson", "jsonl", "csv"]))
    .option("--tz <zone>", "IANA time zone of the hours; the lattice's when absent")
    .action(
      action(async (file: string, options: { keepGood?: boolean; format?: "geojson" | "jsonl" | "csv"; tz?: string }) =>
        (await import("./cli-lattice.ts")).runLatticeImport(terminal, file, options),
      ),
    );
  program
    .command("demo")
    .description("Fill it with a made-up city")
    .option("--seed <n>", "the same seed is the same city", readCount, 1)
    .option("--capabilities <n>", "how many", readCount)
    .action(
      action(async (options: { seed: number; capabilities?: number }) =>
        (await import("./cli-lattice.ts")).runLatticeDemo(terminal, options),
      ),
    );
}

function askingCommands({ program, terminal, action }: Tree): void {
  const ask = () => import("./cli-lattice-ask.ts");
  program
    .command("find")
    .description("Find capabilities: the directive lattice.find, as a table")
    .option("--what <phrase>", "kind or name")
    .option("--near <place>", "quarter, street, name, me, or LATITUDE,LONGITUDE")
    .option("--radius-km <km>", "how far", readNumber)
    .option("--require <attribute>", "may be repeated", more)
    .option("--at <time>", "open at that time: tomorrow 9am")
    .option("--units <n>", "so many free at once", readCount)
    .option("--limit <n>", "how many results", readCount)
    .action(action(async (options: object) => (await ask()).runLatticeFind(terminal, options)));
  program
    .command("plan")
    .description("Plan legs in their order: the directive lattice.plan, as a table")
    .requiredOption("--leg <leg>", '"what=café; near=Old Town; from=9am; minutes=45"; may be repeated', more)
    .action(action(async ({ leg }: { leg: string[] }) => (await ask()).runLatticePlan(terminal, leg)));
  program
    .command("coordinate <file>")
    .description(
      "Plan many tasks that compete, from a JSON file (- is standard input); tasks in words end in a proof card",
    )
    .action(action(async (file: string) => (await ask()).runLatticeCoordinate(terminal, file)));
  surfaceCommand(program).action(action(async (options: never) => (await ask()).runLatticeSurface(terminal, options)));
}

const surfaceCommand = (program: Command): Command =>
  program
    .command("surface")
    .description("What is free, and what it is worth, by place and time")
    .requiredOption("--near <place>", "the middle")
    .option("--radius-km <km>", "how far", readNumber, 1)
    .option("--dimension <name>", "seats, units, …", "units")
    .option("--at <time>", "from when", "now")
    .option("--hours <n>", "for how long", readNumber, 8);

function holdCommands({ program, terminal, action }: Tree): void {
  const ask = () => import("./cli-lattice-ask.ts");
  program
    .command("list", { isDefault: true })
    .description("The latest, ended ones too")
    .option("--limit <n>", "how many", readCount, 20)
    .action(action(async ({ limit }: { limit: number }) => (await ask()).runHoldList(terminal, limit)));
  program
    .command("take <id>")
    .description("Put units of a capability aside until they are confirmed or the time runs out")
    .requiredOption("--at <time>", "from when: tomorrow 9am")
    .option("--minutes <n>", "for how long", readCount, 60)
    .option("--units <n>", "how many", readCount, 1)
    .option("--dimension <name>", "when the capability has several")
    .option("--ttl-minutes <n>", "how long it stands unconfirmed", readCount, 15)
    .action(action(async (id: string, options: never) => (await ask()).runHoldTake(terminal, id, options)));
  for (const verb of ["confirm", "release"] as const)
    program
      .command(`${verb} <hold>`)
      .description(verb === "confirm" ? "Make it stand" : "Give the units back")
      .action(action(async (given: string) => (await ask()).runHoldEnd(terminal, verb, given)));
}
