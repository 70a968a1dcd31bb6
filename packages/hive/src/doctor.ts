/** `axiom doctor`: what this machine has, what is missing, and the exact command that mends it. */
import { execFile } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statfsSync,
  statSync,
} from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { type Chamber, osChamber, vm, wasmJs, wasmPy } from "forge";
import { findingText, isRefusal, Keyring, nodeChance, nodeClock, nodeCrypto, nodeDisk } from "lop";
import { type Config, loadConfig, SETTINGS } from "./config.ts";
import { readDaemon } from "./daemon-file.ts";
import { broken, type Finding, missing, ok } from "./doctor-finding.ts";
import { checkDaemon, checkUnits } from "./doctor-service.ts";
import { askServer } from "./general-engine.ts";
import { Hud } from "./http-hud.ts";
import { LATTICE_FOLDER, latticeDesk, latticeSettings } from "./lattice-engine.ts";
import { heard } from "./lattice-refusal.ts";
import { checkLedgerOf } from "./ledger-health.ts";
import { NeedleDesk } from "./needle-desk.ts";
import { EXIT, type Terminal } from "./terminal.ts";

export const NODE_MAJOR = 24;
export const DISK_MIN_BYTES = 512 * 1024 * 1024;
/** No clock before this is right. */
const BUILT_MS = Date.UTC(2026, 0, 1);
const NAME_WIDTH = 18;
const TOOL_TIMEOUT_MS = 15_000;
/** The slowest look, at a chamber, takes a second; a machine under load gets its time. */
const LOOK_TIMEOUT_MS = 60_000;

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
    ...CHAMBERS.map((make) => checkChamber(make())),
    ...checkUnits(),
    within("keys", checkKeyring(home)),
    within("ledger", checkRecord(home)),
    ...configured("model", (at) => checkModel(terminal, at)),
    ...configured("lattice", (at) => checkLattice(home, at)),
    new Hud().built ? ok("HUD", "built") : missing("HUD", "not built", "npm run build -w prism"),
    ...TOOLS.map((tool) => checkTool(tool)),
  ];
  return [...(await Promise.all(looks)), ...(await daemon)];
}

/** A look that never ends is a finding, too. `leave` lets go of what it waits for. */
async function within(what: string, look: Promise<Finding>, leave?: () => void): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    const why = `no answer within ${LOOK_TIMEOUT_MS / 1000} s`;
    timer = setTimeout(() => {
      leave?.();
      resolve(broken(what, why, "axiom doctor, once the machine is less busy"));
    }, LOOK_TIMEOUT_MS);
  });
  return Promise.race([look, late]).finally(() => clearTimeout(timer));
}

function checkNode(): Finding {
  const { node } = process.versions;
  return Number(node.split(".")[0]) >= NODE_MAJOR
    ? ok("Node", node)
    : broken("Node", `${node}; ${NODE_MAJOR} is needed`, "start through `npm start`, which takes the right one");
}

function checkSqlite(): Finding {
  const { sqlite } = process.versions;
  return sqlite === undefined
    ? broken("SQLite", "this Node was built without it", "use Node from npm: npm start")
    : ok("SQLite", sqlite);
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

function checkSpace(home: string): Finding {
  const folder = existsSync(home) ? home : "/";
  const { bavail, bsize } = statfsSync(folder);
  const free_bytes = bavail * bsize;
  const detail = `${(free_bytes / 2 ** 30).toFixed(1)} GiB free`;
  return free_bytes >= DISK_MIN_BYTES
    ? ok("disk", detail)
    : broken("disk", detail, `free space on the disk of ${folder}`);
}

const checkClock = (): Finding =>
  Date.now() > BUILT_MS
    ? ok("clock", new Date().toISOString())
    : broken("clock", new Date().toISOString(), "sudo timedatectl set-ntp true");

/** Memory of keys and chambers that the kernel puts to a disk in the clear stays there over every wipe. */
function checkSwap(): Finding {
  const swaps = existsSync("/proc/swaps") ? readFileSync("/proc/swaps", "utf8").trim().split("\n").slice(1) : [];
  const open = swaps.map((line) => line.split(/\s+/)[0]!).filter((path) => !staysSecret(path));
  return open.length === 0
    ? ok("swap", swaps.length === 0 ? "none" : "in memory or encrypted")
    : missing(
        "swap",
        `memory may come to ${open.join(", ")} in the clear`,
        `swapoff ${open[0]}, or put it on dm-crypt or zram`,
      );
}

function staysSecret(path: string): boolean {
  const name = basename(realpathSync(path));
  const uuid = `/sys/class/block/${name}/dm/uuid`;
  return name.startsWith("zram") || (existsSync(uuid) && readFileSync(uuid, "utf8").startsWith("CRYPT-"));
}

async function checkPort(home: string, { http }: Config): Promise<Finding> {
  const daemon = readDaemon(home);
  if (daemon !== null) return ok("daemon", `process ${daemon.pid} at ${daemon.url}`);
  const free = await new Promise<boolean>((resolve) => {
    const probe = createServer().once("error", () => resolve(false));
    probe.listen({ port: http.port, host: http.bind }, () => probe.close(() => resolve(true)));
  });
  return free
    ? ok("port", `${http.bind}:${http.port} is free`)
    : broken("port", `${http.bind}:${http.port} is taken`, "axiom config set http.port 4181");
}

/** Some say what caps this machine lets them set. */
type CappedChamber = Chamber & { caps?(): string | null };

const CHAMBERS: readonly (() => CappedChamber)[] = [
  () => wasmJs({ pool: 0 }),
  () => wasmPy({ pool: 0 }),
  () => osChamber({ pool: 0 }),
  () => vm(),
];
/** Rungs that need the system's tools may be absent; a directive that asks for one is then refused. */
const OPTIONAL_RUNGS: ReadonlySet<string> = new Set(["os", "vm"]);

const checkChamber = (chamber: CappedChamber): Promise<Finding> =>
  within(`chamber ${chamber.rung}`, probed(chamber), () => void chamber.close());

async function probed(chamber: CappedChamber): Promise<Finding> {
  const probe = await chamber.probe();
  const caps = chamber.caps?.() ?? "";
  await chamber.close();
  const what = `chamber ${chamber.rung}`;
  const detail = [chamber.languages.join(", "), caps].filter((part) => part !== "").join("; ");
  const bad = OPTIONAL_RUNGS.has(chamber.rung) ? missing : broken;
  return probe.ready ? ok(what, detail) : bad(what, probe.why, probe.fix);
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

interface Tool {
  command: string;
  args: readonly string[];
  serves: string;
  fix: string;
}

/** Nothing here is needed to run directives; each makes something more possible. */
const TOOLS: readonly Tool[] = [
  { command: "bwrap", args: ["--version"], serves: "chambers of rung os", fix: "apt install bubblewrap" },
  {
    command: "qemu-system-x86_64",
    args: ["--version"],
    serves: "chambers of rung vm",
    fix: "apt install qemu-system-x86",
  },
  { command: "chromium", args: ["--version"], serves: "the HUD's tests and screenshots", fix: "apt install chromium" },
  { command: "openssl", args: ["version"], serves: "checking proofs elsewhere", fix: "apt install openssl" },
  {
    command: "go",
    args: ["version"],
    serves: "checking proofs elsewhere",
    fix: "apt install golang-go golang-golang-x-mod-dev",
  },
  { command: "age", args: ["--version"], serves: "opening a copy of the keys by hand", fix: "apt install age" },
  { command: "promtool", args: ["--version"], serves: "the test of /metrics", fix: "apt install prometheus" },
  { command: "systemd-analyze", args: ["--version"], serves: "the test of the unit", fix: "apt install systemd" },
];

const SHOWN_WIDTH = 60;

function checkTool({ command, args, serves, fix }: Tool): Promise<Finding> {
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: TOOL_TIMEOUT_MS, killSignal: "SIGKILL" }, (fault, stdout, stderr) => {
      // Without what a distribution adds in brackets.
      const first = (stdout || stderr)
        .trim()
        .split("\n")[0]!
        .replace(/\s*\(.*/, "")
        .slice(0, SHOWN_WIDTH);
      if (fault === null) resolve(ok(command, first));
      else if (fault.code === "ENOENT") resolve(missing(command, `not here; for ${serves}`, fix));
      else
        resolve(
          missing(command, `does not start (${fault.killed === true ? "no answer" : first}); for ${serves}`, fix),
        );
    });
  });
}
