/** The systemd unit that keeps an SSH tunnel from a machine to the hive: autossh, loopback on both ends, host keys strict. */
import type { BridgePlan } from "./hypervisor-plan.ts";

export const UNIT_FILE = "axiom-bridge.service";

/** Options of ssh_config(5). A bridge whose port is taken or whose other end changed its key ends; it never goes on without. */
export const sshOptions = (known_hosts: string): readonly string[] =>
  [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile=${known_hosts}`,
    "GlobalKnownHostsFile=/dev/null",
    "UpdateHostKeys=no",
    "IdentitiesOnly=yes",
    "PreferredAuthentications=publickey",
    "ExitOnForwardFailure=yes",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=3",
    "ConnectTimeout=15",
    "ForwardAgent=no",
    "ForwardX11=no",
    "PermitLocalCommand=no",
    "ControlMaster=no",
    "ControlPath=none",
    "GatewayPorts=no",
  ].flatMap((option) => ["-o", option]);

/** The arguments behind `autossh -M 0`, which are ssh's. No configuration file of anybody's is read. */
export function sshArguments(bridge: BridgePlan, identity: string, known_hosts: string): readonly string[] {
  const { listen_port, hive_port, host, port, user } = bridge;
  const forward = `127.0.0.1:${listen_port}:127.0.0.1:${hive_port}`;
  const way = ["-p", String(port), "-l", user, "--", host];
  return ["-F", "none", "-N", "-T", "-i", identity, ...sshOptions(known_hosts), "-L", forward, ...way];
}

/** Every word of it is of letters, digits and `_./:@=-` by the plan's rules, so that nothing needs quoting (systemd.service(5)). */
export function bridgeUnit(bridge: BridgePlan): string {
  const line = ["/usr/bin/autossh", "-M", "0", ...sshArguments(bridge, "%d/identity", "%d/known_hosts")];
  return `# Made by axiom forge render from plan.json. Change the plan, not this file.
[Unit]
Description=Bridge from this machine to Axiom Hive
Documentation=man:autossh(1) man:ssh_config(5)
Wants=network-online.target
After=network-online.target
ConditionPathExists=${bridge.identity_file}
ConditionPathExists=${bridge.known_hosts_file}
StartLimitIntervalSec=0

[Service]
Type=exec
DynamicUser=yes
# Copies that the unit's own user can read, and nobody else.
LoadCredential=identity:${bridge.identity_file}
LoadCredential=known_hosts:${bridge.known_hosts_file}
# A first connection that fails is tried again too.
Environment=AUTOSSH_GATETIME=0
ExecStart=${line.join(" ")}
Restart=always
RestartSec=5
${WALLS.join("\n")}

[Install]
WantedBy=multi-user.target
`;
}

const WALLS = [
  "UMask=0077",
  "NoNewPrivileges=yes",
  "CapabilityBoundingSet=",
  "AmbientCapabilities=",
  "DevicePolicy=closed",
  "PrivateDevices=yes",
  "PrivateTmp=yes",
  "PrivateIPC=yes",
  "ProtectClock=yes",
  "ProtectControlGroups=yes",
  "ProtectHome=yes",
  "ProtectHostname=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectProc=invisible",
  "ProtectSystem=strict",
  "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "LockPersonality=yes",
  "MemoryDenyWriteExecute=yes",
  "SystemCallArchitectures=native",
  "SystemCallFilter=@system-service",
  "SystemCallFilter=~@privileged @resources",
  "SystemCallErrorNumber=EPERM",
  "LimitNOFILE=256",
  "TasksMax=16",
  "MemoryMax=128M",
];
