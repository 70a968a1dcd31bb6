/**
 * The command line of the os rung, made in one place: what is bound, what is shut, what the program finds. Every option stands
 * here for a hole that was seen open without it; docs/decisions/0110-os-chamber.md tells which.
 */
import type { Language, Limits } from "./chamber.ts";

/** Descriptors inside, by number. Standard input is a file of the chamber, put there before the program begins. */
export const CONTROL_FD = 3;
export const SPOOL_FD = 4;
export const FILTER_FD = 5;
export const INFO_FD = 6;

/** What is unpacked before the run and what it runs lie here, beside the runtime. */
export const SPOOL = "/run/axiom";
export const WORK = "/work";
const NODE = "/opt/node/bin/node";
const INSIDE_ID = "65534";
const HOST_NAME = "chamber";
const SHM_BYTES = 16 * 1024 * 1024;
const SCRATCH_BYTES = 64 * 1024 * 1024;
const OPEN_FILES = 1024;
const BLOCK_BYTES = 512;

/** What of the host a chamber is built from. All of it is readable for everybody. */
export interface OsParts {
  readonly bwrap: string;
  /** Folder that becomes /etc. */
  readonly etc: string;
  /** Node's binary; null when it is not to be had. */
  readonly node: string | null;
  /** The list of certificate authorities, and /etc/alternatives, which Debian's commands go through; null when absent. */
  readonly certificates: string | null;
  readonly alternatives: string | null;
}

export interface OsShape {
  readonly limits: Limits;
  /** Room for the program's text and its standard input. */
  readonly spool_bytes: number;
  /** Caps by rlimit where no cgroup holds them. */
  readonly rlimits: { readonly pids: number } | null;
  /** Folder on the host with the socket `egress` in it; null when no permit stands. */
  readonly egress: { readonly folder: string } | null;
}

/** Waits for its cgroup, then becomes bubblewrap with nothing in its environment: nothing is forked before the caps hold. */
export const LAUNCH = `read -r _ <&${CONTROL_FD} && unset PWD OLDPWD && exec "$@"`;

/** @param name of the box, in the journal too: whoever sweeps after a killed daemon knows its processes by this word. */
export function bubblewrapLine(parts: OsParts, shape: OsShape, name: string): string[] {
  const { limits, egress } = shape;
  const tmpfs = (size_bytes: number, at: string): string[] => [
    "--size",
    String(Math.max(4096, size_bytes)),
    "--tmpfs",
    at,
  ];
  return [
    parts.bwrap,
    ...["--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"],
    ...["--uid", INSIDE_ID, "--gid", INSIDE_ID, "--hostname", HOST_NAME],
    ...["--seccomp", String(FILTER_FD), "--info-fd", String(INFO_FD)],
    ...["--ro-bind", "/usr", "/usr"],
    ...["bin", "lib", "lib64", "sbin"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
    ...["--ro-bind", parts.etc, "/etc"],
    ...(parts.alternatives === null ? [] : ["--ro-bind", parts.alternatives, "/etc/alternatives"]),
    ...(parts.certificates === null ? [] : ["--ro-bind", parts.certificates, "/etc/ssl/certs/ca-certificates.crt"]),
    ...(parts.node === null ? [] : ["--ro-bind", parts.node, NODE]),
    ...["--proc", "/proc", "--remount-ro", "/proc"],
    ...["--dev", "/dev", ...tmpfs(SHM_BYTES, "/dev/shm"), "--remount-ro", "/dev"],
    ...tmpfs(shape.spool_bytes, SPOOL),
    ...(egress === null ? [] : ["--ro-bind", egress.folder, "/run/egress"]),
    ...tmpfs(Math.min(SCRATCH_BYTES, limits.disk_bytes), "/tmp"),
    ...tmpfs(limits.disk_bytes, WORK),
    ...["--remount-ro", "/", "--chdir", WORK],
    ...environment(egress !== null).flatMap(([name, value]) => ["--setenv", name, value]),
    ...["/bin/sh", "-c", stage(shape), name],
  ];
}

/** Where programs look for a way out: a listener on the chamber's own loopback. */
const SHIM_PORT = 3128;
export const SHIM_FILE = "axiom/shim.pl";

function environment(egress: boolean): [string, string][] {
  return [
    ["PATH", "/opt/node/bin:/usr/local/bin:/usr/bin:/usr/sbin"],
    ["HOME", "/tmp"],
    ["TMPDIR", "/tmp"],
    ["LANG", "C.UTF-8"],
    ["PYTHONDONTWRITEBYTECODE", "1"],
    ["PYTHONUNBUFFERED", "1"],
    // There is none, and looking for it costs a twentieth of Python's start.
    ["PYTHONNOUSERSITE", "1"],
    ["PYTHONPATH", WORK],
    // It makes Node load its whole HTTP client first, tens of milliseconds: only where there is a way out.
    ...(egress ? ([["NODE_USE_ENV_PROXY", "1"]] as [string, string][]) : []),
    ...["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].map((name): [string, string] => [
      name,
      `http://127.0.0.1:${SHIM_PORT}`,
    ]),
    ...["no_proxy", "NO_PROXY"].map((name): [string, string] => [name, "localhost,127.0.0.1,::1"]),
  ];
}

/** Exit code of a stage that could not do its part; nothing of the program has run then. */
export const STAGE_FAILED = 125;

/** Our own first lines inside: rlimits, unpacking, word to the host, and then the program in our place. */
function stage({ limits, rlimits, egress }: OsShape): string {
  const blocks = Math.ceil(limits.disk_bytes / BLOCK_BYTES) + 1;
  const own = rlimits === null ? [] : [`ulimit -p ${rlimits.pids}`];
  return [
    `ulimit -c 0; ulimit -f ${blocks}; ulimit -n ${OPEN_FILES}`,
    ...own,
    `perl /etc/${SHIM_FILE} ${SHIM_PORT} ${egress === null ? "" : "/run/egress/egress"} 2>/dev/null ${CONTROL_FD}<&- ${SPOOL_FD}<&-`,
    `tar -xf - -C / <&${SPOOL_FD} 2>&${CONTROL_FD} || exit ${STAGE_FAILED}`,
    `echo ready >&${CONTROL_FD}`,
    `read -r data how <&${CONTROL_FD} || exit ${STAGE_FAILED}`,
    'ulimit -d "$data"',
    `exec ${CONTROL_FD}<&- ${SPOOL_FD}<&- <${SPOOL}/stdin`,
    "exec $how",
  ].join("\n");
}

/** V8 sets aside room for code, cages and stacks that it hardly uses; a cap on data alone has to let it. */
const NODE_DATA_BYTES = 1024 * 1024 * 1024;

/** The word that lets the stage go on: a cap on each process's data where no control group counts memory, and the program. */
export function goLine(language: Language, memory_bytes: number, capped: boolean): string {
  const data_bytes = memory_bytes + (language === "javascript" ? NODE_DATA_BYTES : 0);
  return `${capped ? "unlimited" : Math.floor(data_bytes / 1024)} ${PROGRAMS[language].command(memory_bytes)}`;
}

/** Name of the program's text in the spool, and how it is run. No word of it holds a blank. */
export const PROGRAMS: Readonly<Record<Language, { file: string; command(memory_bytes: number): string }>> = {
  javascript: {
    file: "program.js",
    // Young and old heap together stay below the cap, so that garbage is collected before the cap is met.
    command: (memory_bytes) =>
      `${NODE} --max-old-space-size=${Math.max(16, Math.floor((memory_bytes * 0.6) / 1048576))} --require ${SPOOL}/prelude.cjs ${SPOOL}/program.js`,
  },
  python: { file: "program.py", command: () => `/usr/bin/python3 ${SPOOL}/program.py` },
  shell: { file: "program.sh", command: () => `/bin/sh ${SPOOL}/program.sh` },
};
