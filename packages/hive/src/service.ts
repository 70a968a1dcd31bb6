/** `axiom service print|install|uninstall`: a hardened systemd unit, for the user or for the machine. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Refusal, refuse } from "lop";
import { CREDENTIAL_NAME } from "./passphrase.ts";

export const UNIT_NAME = "axiom.service";
/** Longer than `stop.grace_s` may be by default, so that systemd does not cut a stop short. */
const STOP_TIMEOUT_S = 30;

export interface UnitOptions {
  /** The user's own manager, or the machine's. */
  system: boolean;
  home: string;
  node: string;
  program: string;
}

export const unitOptions = (home: string, system: boolean): UnitOptions => ({
  system,
  home,
  node: process.execPath,
  program: fileURLToPath(new URL("./axiom.ts", import.meta.url)),
});

export const unitPath = (system: boolean): string =>
  system ? join("/etc/systemd/system", UNIT_NAME) : join(homedir(), ".config", "systemd", "user", UNIT_NAME);

/**
 * Everything that neither the daemon nor its chambers need is taken away; docs/service.md says of each door why it is open. Node
 * compiles code at run time, so memory cannot be W^X.
 */
export function unitText({ system, home, node, program }: UnitOptions): string {
  const lines = [
    "[Unit]",
    "Description=Axiom Hive",
    "Documentation=man:systemd.exec(5)",
    "After=local-fs.target",
    "StartLimitIntervalSec=60",
    "StartLimitBurst=5",
    "",
    "[Service]",
    "Type=exec",
    ...(system ? SYSTEM_FOLDERS : [`Environment=AXIOM_HOME=${escapeUnit(home)}`]),
    "Environment=AXIOM_TRACE_TO=stderr",
    "# The passphrase, when there is one: systemd-creds encrypt --name=axiom-passphrase - /etc/credstore.encrypted/axiom-passphrase",
    ...(system ? [`LoadCredentialEncrypted=${CREDENTIAL_NAME}`] : []),
    `ExecStart=${quote(node)} --disable-warning=ExperimentalWarning ${quote(program)}`,
    "Restart=on-failure",
    "RestartSec=2",
    `TimeoutStopSec=${STOP_TIMEOUT_S}`,
    "KillSignal=SIGTERM",
    "UMask=0077",
    "LimitNOFILE=16384",
    `TasksMax=${TASKS_MAX}`,
    "# Runs have control groups of their own below the unit's.",
    "Delegate=yes",
    "NoNewPrivileges=yes",
    ...(system
      ? [...SYSTEM_WALLS, `ProtectHome=${[node, program].some(isBelowHome) ? "read-only" : "yes"}`]
      : USER_WALLS),
    ...(system ? NO_NETWORK : []),
    "",
    "[Install]",
    `WantedBy=${system ? "multi-user.target" : "default.target"}`,
    "",
  ];
  return lines.join("\n");
}

/** The daemon's threads, and runs of 128 processes and threads each. */
const TASKS_MAX = 4096;

/** A user that exists while the unit runs has no home: state and guest image lie where systemd keeps them for it. */
const SYSTEM_FOLDERS = [
  ...["DynamicUser=yes", "StateDirectory=axiom", "StateDirectoryMode=0700", "Environment=AXIOM_HOME=/var/lib/axiom"],
  ...["CacheDirectory=axiom", "CacheDirectoryMode=0700", "Environment=AXIOM_CRUCIBLE=/var/cache/axiom/crucible"],
];

/** What bubblewrap makes a chamber with: it starts as a user without rights, and has these inside its own namespaces alone. */
export const CHAMBER_CALLS = ["mount", "umount2", "pivot_root", "sethostname", "capset", "seccomp"] as const;
export const CHAMBER_NAMESPACES = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"] as const;
/** It brings up the loopback of a chamber without network over netlink. */
export const CHAMBER_FAMILY = "AF_NETLINK";

/** Work without root: seccomp and the limits of the process itself. */
const USER_WALLS = [
  "LockPersonality=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "SystemCallArchitectures=native",
  `RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX ${CHAMBER_FAMILY}`,
  `RestrictNamespaces=${CHAMBER_NAMESPACES.join(" ")}`,
  "SystemCallFilter=@system-service",
  "SystemCallFilter=~@privileged @resources",
  `SystemCallFilter=${CHAMBER_CALLS.join(" ")}`,
  "SystemCallErrorNumber=EPERM",
];

/**
 * ProtectKernelTunables, ProtectKernelLogs and ProcSubset are not among them: a chamber has a /proc of its own, and the kernel
 * gives it none while a part of the one outside is covered.
 */
const SYSTEM_WALLS = [
  ...USER_WALLS,
  "CapabilityBoundingSet=",
  "AmbientCapabilities=",
  "DevicePolicy=closed",
  "PrivateDevices=yes",
  "PrivateMounts=yes",
  "PrivateTmp=yes",
  "PrivateUsers=yes",
  "PrivateIPC=yes",
  "ProtectClock=yes",
  "ProtectKernelModules=yes",
  "ProtectProc=invisible",
  "ProtectSystem=strict",
  "RemoveIPC=yes",
];

const NO_NETWORK = [
  "# Permits reach nobody while these two lines stand: axiom doctor says how to let them.",
  "IPAddressDeny=any",
  "IPAddressAllow=localhost",
];

/** Where ProtectHome=yes lets nobody look. */
const isBelowHome = (path: string): boolean => /^\/(home|root|run\/user)\//.test(path);

/** systemd.unit(5): `%` begins a specifier, and a word with blanks is quoted. */
const escapeUnit = (text: string): string => text.replaceAll("%", "%%");
const quote = (path: string): string => {
  const escaped = escapeUnit(path).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("$", "$$$$");
  return /[\s"'\\]/.test(path) ? `"${escaped}"` : escaped;
};

/** Writes the unit and tells systemd. Gives the commands that start it. */
export function installUnit(options: UnitOptions): { path: string; next: string } | Refusal {
  const path = unitPath(options.system);
  const refused = toolMissing();
  if (refused !== null) return refused;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, unitText(options), { mode: 0o644 });
  } catch (error) {
    return refuse(
      "home-unusable",
      `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      "Use sudo, or leave out --system.",
    );
  }
  systemctl(options.system, "daemon-reload");
  return { path, next: `systemctl ${options.system ? "" : "--user "}enable --now ${UNIT_NAME}` };
}

export function removeUnit(system: boolean): { path: string } | Refusal {
  const refused = toolMissing();
  if (refused !== null) return refused;
  systemctl(system, "disable", "--now", UNIT_NAME);
  const path = unitPath(system);
  try {
    rmSync(path, { force: true });
  } catch (error) {
    return refuse(
      "home-unusable",
      `${path} cannot be removed (${(error as NodeJS.ErrnoException).code}).`,
      "Use sudo.",
    );
  }
  systemctl(system, "daemon-reload");
  return { path };
}

function toolMissing(): Refusal | null {
  const found = spawnSync("systemctl", ["--version"], { stdio: "ignore" });
  return found.error === undefined ? null : refuse("tool-missing", "systemctl is not here.", "apt install systemd");
}

/** A manager that does not run (a container) is no reason to fail: the unit lies there for when it does. */
function systemctl(system: boolean, ...args: string[]): void {
  spawnSync("systemctl", [...(system ? [] : ["--user"]), ...args], { stdio: "ignore" });
}
