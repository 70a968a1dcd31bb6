/**
 * What the os rung needs of the host: bubblewrap, a user to run as, binaries that this user can reach, a filter for its kernel,
 * and a place for control groups. Looked up once; what is missing is said in words.
 */
import { execFile } from "node:child_process";
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type CgroupRoom, findCgroupRoom } from "./cgroup.ts";
import { type OsParts, SHIM_FILE } from "./chamber-os-line.ts";
import { SHIM } from "./egress-shim.ts";
import { architectureOf, chamberFilter, filterBytes } from "./seccomp.ts";

const BWRAP = ["/usr/bin/bwrap", "/usr/local/bin/bwrap"];
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
const ALTERNATIVES = "/etc/alternatives";
/**
 * First of the user ids that a daemon with root's rights runs chambers as: systemd's table of ids leaves 1879048192 to
 * 2147483647 to nobody (UIDS-GIDS.md), and a fresh one for each run keeps runs from each other.
 */
const FIRST_UID = 0x70000000;
const UIDS = 0x0fffffff;

export interface OsHost {
  readonly parts: OsParts;
  /** Our own folder, readable by the chambers' user. */
  readonly stage: string;
  readonly filter: string;
  /** A sentence when runs can be capped by rlimits only. */
  readonly cgroups: CgroupRoom | string;
  /** The ids that the next run starts under on the host; null for our own. */
  nextIds(): { uid: number; gid: number } | null;
  /** Two pipes: ends to hand to a child, and to read from. Programs open /dev/stdout again; that needs pipes, not sockets. */
  makePipes(folder: string): Promise<void>;
  close(): void;
}

export interface OsHostFault {
  why: string;
  fix: string;
}

const PASSWD = "root:x:0:0:root:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/sh\n";
const ETC: Readonly<Record<string, string>> = {
  passwd: PASSWD,
  group: "root:x:0:\nnogroup:x:65534:\n",
  hosts: "127.0.0.1 localhost chamber\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  "resolv.conf": "",
};

/** @returns what is missing, or the host made ready: what chambers share stands in the folder `stage`, which is made here. */
export function prepareOsHost(stage: string): OsHost | OsHostFault {
  if (process.platform !== "linux") return { why: "bubblewrap needs Linux", fix: "Use another rung." };
  const bwrap = BWRAP.find((path) => existsSync(path));
  if (bwrap === undefined) return { why: "bubblewrap is not installed", fix: "apt install bubblewrap" };
  const architecture = architectureOf(process.arch);
  if (architecture === null)
    return { why: `there is no seccomp table for ${process.arch}`, fix: "Use a machine with x86_64 or aarch64." };
  mkdirSync(stage);
  chmodSync(stage, 0o711);
  const filter = join(stage, "filter.bpf");
  const cgroups = findCgroupRoom(`axiom-os-probe-${process.pid}`);
  const counted = typeof cgroups !== "string";
  writeFileSync(filter, filterBytes(chamberFilter(architecture, counted)), { mode: 0o444 });
  const parts: OsParts = {
    bwrap,
    etc: makeEtc(stage),
    node: reachable(process.execPath, stage),
    certificates: existsSync(CERTIFICATES) ? CERTIFICATES : null,
    alternatives: existsSync(ALTERNATIVES) ? ALTERNATIVES : null,
  };
  const root = process.getuid?.() === 0;
  let next = Math.floor(Math.random() * UIDS);
  return {
    parts,
    stage,
    filter,
    cgroups,
    nextIds: () => {
      if (!root) return null;
      next = (next + 1) % UIDS;
      return { uid: FIRST_UID + next, gid: FIRST_UID + next };
    },
    makePipes: async (folder) => {
      await promisify(execFile)("/usr/bin/mkfifo", ["-m", "666", join(folder, "out"), join(folder, "err")], {
        env: {},
      });
    },
    close: () => rmSync(stage, { recursive: true, force: true }),
  };
}

/** A few files that libraries look for; nothing of the host's own /etc. The modes are set: our own umask may shut everybody out. */
function makeEtc(stage: string): string {
  const etc = join(stage, "etc");
  const folders = [
    etc,
    join(etc, "alternatives"),
    join(etc, "ssl"),
    join(etc, "ssl", "certs"),
    dirname(join(etc, SHIM_FILE)),
  ];
  for (const folder of folders) {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
  }
  const files = { ...ETC, [SHIM_FILE]: SHIM, "ssl/certs/ca-certificates.crt": "" };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(etc, name), text);
    chmodSync(join(etc, name), 0o644);
  }
  return etc;
}

/** The file itself when everybody may read it there, else a second name or a copy of it in the stage. */
function reachable(path: string, stage: string): string {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) break;
    if (folder === "/") return path;
  }
  const twin = join(stage, "node");
  try {
    linkSync(path, twin);
  } catch {
    copyFileSync(path, twin, constants.COPYFILE_FICLONE);
  }
  chmodSync(twin, 0o755);
  return twin;
}

/**
 * Descriptors that a child would inherit because somebody before us left them so (O_CLOEXEC is 02000000 in fdinfo). A child
 * that gets something of its own at such a number does not inherit it.
 */
export function inheritedDescriptors(): number[] {
  const found: number[] = [];
  for (const name of readdirSync("/proc/self/fd")) {
    const fd = Number(name);
    if (fd <= 2) continue;
    try {
      const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "0";
      if ((Number.parseInt(flags, 8) & 0o2000000) === 0) found.push(fd);
    } catch {
      // It was the descriptor of this very listing.
    }
  }
  return found.sort((a, b) => a - b);
}
