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

const unitPath = (system: boolean): string =>
  system ? join("/etc/systemd/system", UNIT_NAME) : join(homedir(), ".config", "systemd", "user", UNIT_NAME);

/** Everything that the daemon does not need is taken away. Node compiles code at run time, so memory cannot be W^X. */
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
    ...(system
      ? ["DynamicUser=yes", "StateDirectory=axiom", "StateDirectoryMode=0700", "Environment=AXIOM_HOME=/var/lib/axiom"]
      : [`Environment=AXIOM_HOME=${escapeUnit(home)}`]),
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
    "TasksMax=512",
    "NoNewPrivileges=yes",
    ...(system ? SYSTEM_WALLS : USER_WALLS),
    "",
    "[Install]",
    `WantedBy=${system ? "multi-user.target" : "default.target"}`,
    "",
  ];
  return lines.join("\n");
}

/** Work without root: seccomp and the limits of the process itself. */
const USER_WALLS = [
  "LockPersonality=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "SystemCallArchitectures=native",
  "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
  "SystemCallFilter=@system-service",
  "SystemCallFilter=~@privileged @resources",
  "SystemCallErrorNumber=EPERM",
];

const SYSTEM_WALLS = [
  ...USER_WALLS,
  "CapabilityBoundingSet=",
  "AmbientCapabilities=",
  "DevicePolicy=closed",
  "PrivateDevices=yes",
  "PrivateTmp=yes",
  "PrivateUsers=yes",
  "PrivateIPC=yes",
  "ProtectClock=yes",
  "ProtectControlGroups=yes",
  "ProtectHome=read-only",
  "ProtectHostname=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectProc=invisible",
  "ProcSubset=pid",
  "ProtectSystem=strict",
  "RemoveIPC=yes",
  "RestrictNamespaces=yes",
  "IPAddressDeny=any",
  "IPAddressAllow=localhost",
];

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
