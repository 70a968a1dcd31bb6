/** `axiom doctor`: what this machine has, what is missing, and the exact command that mends it. */
import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { findingText, isRefusal, Keyring, nodeChance, nodeClock, nodeCrypto, nodeDisk } from "lop";
import { type Config, loadConfig, SETTINGS } from "./config.ts";
import { readDaemon } from "./daemon-file.ts";
import { broken, type Finding, missing, ok, within } from "./doctor-finding.ts";
import {
  checkChambers,
  checkClock,
  checkNode,
  checkPort,
  checkSpace,
  checkSqlite,
  checkSwap,
  checkTools,
} from "./doctor-machine.ts";
import { checkDaemon, checkUnits } from "./doctor-service.ts";
import { askServer } from "./general-engine.ts";
import { Hud } from "./http-hud.ts";
import { LATTICE_FOLDER, latticeDesk, latticeSettings } from "./lattice-engine.ts";
import { heard } from "./lattice-refusal.ts";
import { checkLedgerOf } from "./ledger-health.ts";
import { NeedleDesk } from "./needle-desk.ts";
import { EXIT, type Terminal } from "./terminal.ts";

const NAME_WIDTH = 18;

export async function runDoctor(terminal: Terminal): Promise<number> {
  const findings = await terminal.patiently("examining", examine(terminal));
  const bad = findings.filter(({ state }) => state === "broken").length;
  if (terminal.json) terminal.out(JSON.stringify({ findings, broken: bad }));
  else {
    for (const finding of findings) terminal.out(lineOf(finding, terminal));
    terminal.out(
      `${findings.filter(({ state }) => state === "ok").length} ok, ${findings.filter(({ state }) => state === "missing").length} missing, ${bad} broken`,
    );
  }
  return bad === 0 ? EXIT.ok : EXIT.refused;
}

function lineOf({ what, state, detail, fix }: Finding, terminal: Terminal): string {
  const colour = state === "ok" ? "gold" : state === "missing" ? "ice" : "red";
  const head = `${terminal.paint(colour, state.padEnd(8), "stdout")}${what.padEnd(NAME_WIDTH)} ${detail}`;
  return fix === null ? head : `${head}\n${" ".repeat(9 + NAME_WIDTH)}fix: ${fix}`;
}

async function examine(terminal: Terminal): Promise<Finding[]> {
  const { home, environment } = terminal;
  const loaded = loadConfig(home, environment);
  const config = isRefusal(loaded) ? null : loaded.config;
  const configured = (what: string, look: (config: Config) => Promise<Finding>) =>
    config === null ? [] : [within(what, look(config))];
  const daemon = checkDaemon(terminal);
  // All at once: most of them wait for a process or a worker of their own.
  const looks = [
    checkNode(),
    checkSqlite(),
    isRefusal(loaded) ? broken("configuration", loaded.why, loaded.fix) : ok("configuration", loaded.path),
    ...strayVariables(environment),
    ...checkHome(home),
    checkSpace(home),
    checkClock(),
    checkSwap(),
    ...configured("port", (at) => checkPort(home, at)),
    ...checkChambers(),
    ...checkUnits(),
    within("keys", checkKeyring(home)),
    within("ledger", checkRecord(home)),
    ...configured("model", (at) => checkModel(terminal, at)),
    ...configured("lattice", (at) => checkLattice(home, at)),
    new Hud().built ? ok("HUD", "built") : missing("HUD", "not built", "npm run build -w prism"),
    ...checkTools(),
  ];
  return [...(await Promise.all(looks)), ...(await daemon)];
}

/** `AXIOM_*` names that nobody reads: most often a slip of the pen. */
function strayVariables(environment: NodeJS.ProcessEnv): Finding[] {
  const known = new Set([...SETTINGS.map(({ variable }) => variable), ...OTHER_VARIABLES]);
  const stray = Object.keys(environment).filter((name) => name.startsWith("AXIOM_") && !known.has(name));
  return stray.map((name) =>
    missing("environment", `${name} means nothing to the hive`, `unset ${name}; axiom config show lists the names`),
  );
}

/** Variables beside those of the configuration; README.md explains each. */
export const OTHER_VARIABLES = [
  "AXIOM_CRUCIBLE",
  "AXIOM_HOME",
  "AXIOM_URL",
  "AXIOM_KEY",
  "AXIOM_PASSPHRASE",
  "AXIOM_PASSPHRASE_FILE",
  "AXIOM_NEW_PASSPHRASE",
  "AXIOM_STACK",
  "AXIOM_WRITE_DOCS",
];

/** Opens the model as the first words would: every digest and the signature are checked. */
async function checkModel({ home, environment }: Terminal, { engine }: Config): Promise<Finding> {
  const desk = new NeedleDesk({ home, engine, environment });
  const { ready, why, model, lost } = desk.status();
  if (!ready)
    return missing("model", why ?? "absent", "axiom config unset engine.model; axiom config unset engine.kind");
  const writer = await desk.writer();
  await desk.close();
  const fault = isRefusal(writer) ? writer : engine.kind === "openai" ? await askServer(engine, environment) : null;
  return fault !== null
    ? broken("model", fault.why, fault.fix)
    : ok("model", [`${model}, needles can write`, ...lost].join("; "));
}

/** Looks at what is there; while a daemon runs, the lattice is its own to open. */
async function checkLattice(home: string, { lattice: config }: Config): Promise<Finding> {
  if (config.engine === "none") return missing("lattice", "the engine is none", "axiom config unset lattice.engine");
  const absent = config.engine === "embedded" && !existsSync(join(home, LATTICE_FOLDER));
  if (absent) return missing("lattice", "no capabilities yet", "axiom lattice import FILE, or axiom lattice demo");
  if (readDaemon(home) !== null) return ok("lattice", `${config.engine}, held by the daemon`);
  const desk = latticeDesk(home, config);
  const open = await desk.open();
  const count = isRefusal(open) ? open : heard(await open.lattice.count());
  const found = isRefusal(count)
    ? broken("lattice", count.why, count.fix)
    : ok("lattice", `${config.engine}, ${count} records, times in ${latticeSettings(config).tz}`);
  await desk.close();
  return found;
}

function checkHome(home: string): Finding[] {
  const stat = statSync(home, { throwIfNoEntry: false });
  if (stat === undefined) return [missing("home", `${home} does not exist yet`, "axiom")];
  if (!stat.isDirectory()) return [broken("home", `${home} is no folder`, `rm ${home}`)];
  if (process.getuid !== undefined && stat.uid !== process.getuid())
    return [broken("home", `${home} belongs to another user`, `sudo chown -R "$(id -u):$(id -g)" ${home}`)];
  if (!isWritable(home))
    return [
      broken("home", `${home} cannot be written`, `mount -o remount,rw "$(df --output=target ${home} | tail -1)"`),
    ];
  const keys = join(home, "keys");
  const secret = [home, keys, ...(existsSync(keys) ? readdirSync(keys).map((name) => join(keys, name)) : [])];
  const open = secret.filter((path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0);
  return open.length === 0
    ? [ok("home", `${home}, private to its owner`)]
    : [broken("home", `others can reach ${open.join(", ")}`, `chmod -R go= ${home}`)];
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function checkKeyring(home: string): Promise<Finding> {
  const options = {
    disk: nodeDisk(home),
    folder: "keys",
    chance: nodeChance,
    clock: nodeClock,
    crypto: nodeCrypto,
    passphrase: null,
  };
  if (!existsSync(join(home, "keys")))
    return missing("keys", "none yet; the first start makes them", "axiom keys init");
  const keyring = await Keyring.open(options);
  if (isRefusal(keyring))
    return keyring.refused === "keys-missing"
      ? missing("keys", keyring.why, "axiom keys init")
      : broken("keys", keyring.why, keyring.fix);
  if (keyring.how === "passphrase") return ok("keys", `${keyring.keys.hive}, under a passphrase`);
  return missing(
    "keys",
    `${keyring.keys.hive}, without passphrase: who can read this user's files can sign`,
    "axiom keys passphrase",
  );
}

async function checkRecord(home: string): Promise<Finding> {
  if (!existsSync(join(home, "ledger"))) return missing("ledger", "none yet; the first start makes it", "axiom");
  const report = await checkLedgerOf(home);
  if (isRefusal(report)) return broken("ledger", report.why, report.fix);
  if (report.sound) return ok("ledger", `${report.size} entries, sound`);
  return broken(
    "ledger",
    findingText(report.findings[0]!),
    "axiom ledger check shows all; restore the folder from a copy",
  );
}
