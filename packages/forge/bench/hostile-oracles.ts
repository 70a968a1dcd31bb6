/** What a hostile program would have to touch to prove an escape, and how we see that it did. Linux only where said. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";

const SYSCTLS = [
  ...["core_pattern", "hostname", "modprobe", "sysrq", "randomize_va_space", "dmesg_restrict"].map(
    (one) => `kernel/${one}`,
  ),
  ...["overcommit_memory", "swappiness", "drop_caches", "max_map_count"].map((one) => `vm/${one}`),
  ...["protected_symlinks", "suid_dumpable"].map((one) => `fs/${one}`),
  ...["net/ipv4/ip_forward", "net/core/somaxconn", "user/max_user_namespaces"],
];

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

export class HostOracles {
  readonly placeholders: Record<string, string>;
  readonly secret: string;
  readonly #home: string;
  readonly #canaryFile: number;
  readonly #servers: Server[];
  readonly #udp: UdpSocket;
  readonly #sleeper: ChildProcess;
  #touched: string[] = [];
  #before: string;

  private constructor(home: string, servers: Server[], udp: UdpSocket, port: number) {
    this.#home = home;
    this.#servers = servers;
    this.#udp = udp;
    this.secret = randomBytes(16).toString("hex");
    const folder = join(home, "canary");
    mkdirSync(folder);
    for (const name of ["a", "b"]) writeFileSync(join(folder, name), randomBytes(64));
    const secretFile = join(home, "secret");
    writeFileSync(secretFile, this.secret);
    process.env.AXIOM_CANARY_SECRET = this.secret;
    const held = join(home, `held-${randomBytes(6).toString("hex")}`);
    writeFileSync(held, this.secret);
    this.#canaryFile = openSync(held, "r");
    this.#sleeper = spawn("sleep", ["3600"], { stdio: "ignore" });
    for (const server of servers) server.on("connection", (socket) => this.#touch(`a connection to a canary`, socket));
    udp.on("message", () => this.#touch("a datagram to the canary"));
    this.placeholders = {
      CANARY_DIR: folder,
      SECRET_FILE: secretFile,
      SECRET: this.secret,
      CANARY_NAME: basename(held),
      CANARY_PORT: String(port),
      CANARY_UDP: String(udp.address().port),
      CANARY_SOCK: join(home, "canary.sock"),
      CANARY_ABSTRACT: basename(home),
      CANARY_PID: String(this.#sleeper.pid),
      HOSTNAME: hostname(),
      MACHINE_ID: textOf("/etc/machine-id").trim() || "no-machine-id",
    };
    this.#before = this.#facts();
  }

  static async set(): Promise<HostOracles> {
    const home = mkdtempSync(join(tmpdir(), "forge-canary-"));
    const [first, port] = await listening({ host: "127.0.0.1", port: 0 });
    const others = [{ host: "::1", port }, { path: join(home, "canary.sock") }, { path: `\0${basename(home)}` }];
    const servers = [first];
    // A machine without IPv6 or abstract sockets has nothing there to be reached.
    for (const where of others)
      servers.push(
        ...(await listening(where)
          .then(([server]) => [server])
          .catch(() => [])),
      );
    const udp = createSocket("udp4");
    await new Promise<void>((done) => udp.bind(0, "127.0.0.1", done));
    return new HostOracles(home, servers, udp, port);
  }

  /** The program with its placeholders filled. */
  fill(text: string, own: Record<string, string>): string {
    return text.replace(/@@([A-Z_]+)@@/g, (whole, name: string) => own[name] ?? this.placeholders[name] ?? whole);
  }

  /** What was touched since the last look; empty when all oracles hold. */
  faults(): string[] {
    const faults = [...this.#touched];
    this.#touched = [];
    const facts = this.#facts();
    if (facts !== this.#before) faults.push(`the host changed: ${difference(this.#before, facts)}`);
    this.#before = facts;
    const status = textOf(`/proc/${this.#sleeper.pid}/status`);
    faults.push(...survivors().map((pid) => `process ${pid} of a run is alive`));
    if (this.#sleeper.exitCode !== null || this.#sleeper.signalCode !== null) faults.push("the canary process is dead");
    if (status !== "" && !/^TracerPid:\s+0$/m.test(status)) faults.push("the canary process is traced");
    return faults;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close();
    this.#udp.close();
    closeSync(this.#canaryFile);
    this.#sleeper.kill();
    delete process.env.AXIOM_CANARY_SECRET;
    rmSync(this.#home, { recursive: true, force: true });
  }

  #touch(what: string, socket?: { destroy(): void }): void {
    this.#touched.push(what);
    socket?.destroy();
  }

  #facts(): string {
    const folder = join(this.#home, "canary");
    const files = [
      this.#home,
      folder,
      ...readdirSync(folder).map((name) => join(folder, name)),
      join(this.#home, "secret"),
    ];
    return [
      ...files.map((path) => `${path} ${fingerprint(path)}`),
      ...SYSCTLS.map((name) => `${name} ${textOf(`/proc/sys/${name}`).trim()}`),
      ...listeners().map((one) => `listener ${one}`),
      ...children()
        .filter((pid) => pid !== this.#sleeper.pid)
        .map((pid) => `child ${pid}`),
    ].join("\n");
  }
}

function fingerprint(path: string): string {
  const stat = statSync(path);
  if (stat.isDirectory()) return `${readdirSync(path).join(",")} ${stat.mode} ${stat.uid}`;
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
  return `${digest} ${stat.mode} ${stat.mtimeMs} ${stat.nlink}`;
}

function listening(where: { host?: string; port?: number; path?: string }): Promise<[Server, number]> {
  const server = createServer();
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(where, () => {
      const address = server.address();
      done([server, typeof address === "object" && address !== null ? address.port : 0]);
    });
  });
}

/** Listening TCP sockets that this process owns (/proc; none elsewhere). */
function listeners(): string[] {
  const own = new Set<string>();
  try {
    for (const fd of readdirSync("/proc/self/fd")) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/self/fd/${fd}`))?.[1];
      if (inode) own.add(inode);
    }
  } catch {
    return [];
  }
  return ["tcp", "tcp6"].flatMap((family) =>
    textOf(`/proc/self/net/${family}`)
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A" && own.has(fields[9] ?? ""))
      .map((fields) => fields[1]!),
  );
}

/**
 * Processes in a control group of a chamber of ours. Without such groups a run's processes are our descendants or nobody's:
 * see `child`.
 */
function survivors(): string[] {
  return readdirSync("/proc").filter(
    (name) =>
      /^\d+$/.test(name) &&
      textOf(`/proc/${name}/cgroup`).includes(`/axiom-os-${process.pid}-`) &&
      !/^State:\s+Z/m.test(textOf(`/proc/${name}/status`)),
  );
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function children(): number[] {
  try {
    return readdirSync("/proc/self/task").flatMap((task) =>
      textOf(`/proc/self/task/${task}/children`)
        .split(" ")
        .filter((pid) => pid !== "")
        .map(Number),
    );
  } catch {
    return [];
  }
}

function difference(before: string, after: string): string {
  const old = new Set(before.split("\n"));
  const fresh = new Set(after.split("\n"));
  const gone = [...old].filter((line) => !fresh.has(line)).map((line) => `-${line}`);
  return [...gone, ...[...fresh].filter((line) => !old.has(line)).map((line) => `+${line}`)].join(" ").slice(0, 400);
}
