// Boot: from a bare clone to a running hive, with built-ins only, on any Node from 20 on.
// Steps: runtime (the pinned Node 24, taken from npm when the running one is older) → packages (`npm ci`) → kernel and HUD build → run.
// Each step writes its stamp last, so a boot that was killed is simply done again.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const CACHE = join(ROOT, ".cache");
const NODE_MAJOR = 24;
const LOCK_WAIT_S = 600;
const PARENT_CHECK_MS = 500;

const say = (text) => process.stderr.write(`${text}\n`);
const fail = (what, fix) => {
  say(`boot: ${what}\n  fix: ${fix}`);
  process.exit(1);
};

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function digest(paths) {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(relative(ROOT, path)).update("\0").update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

/** Runs `work` unless the stamp already holds `key`; two boots at once take turns on a lock directory. */
function once(stamp, key, work) {
  const fresh = () => existsSync(stamp) && readFileSync(stamp, "utf8") === key;
  if (fresh()) return;
  const release = takeLock();
  try {
    if (fresh()) return;
    work();
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, key);
  } finally {
    release();
  }
}

function takeLock() {
  const lock = join(CACHE, "boot.lock");
  mkdirSync(CACHE, { recursive: true });
  for (let waited_s = 0; waited_s < LOCK_WAIT_S; waited_s++) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, "pid"), String(process.pid));
      return () => rmSync(lock, { recursive: true, force: true });
    } catch {
      if (holderIsGone(lock)) rmSync(lock, { recursive: true, force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    }
  }
  return fail(`another set-up has held ${lock} for ${LOCK_WAIT_S} s`, `end it, or remove that folder`);
}

function holderIsGone(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, "pid"), "utf8")), 0);
    return false;
  } catch (error) {
    // ENOENT: the holder has made the folder but not yet written its pid. EPERM: it lives, under another user.
    return error.code === "ESRCH";
  }
}

/** `npm` itself, as a script that any Node can run. */
function npmCli() {
  const beside = join(dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");
  const found = [process.env.npm_execpath, beside].find((path) => path?.endsWith(".js") && existsSync(path));
  return found ?? fail("npm was not found", "start through npm: `npm start` or `npm test`");
}

function npmCi(node, folder) {
  // Flags stated outright: NODE_ENV=production or a user's omit setting would drop the tools and native bindings.
  const flags = [
    "ci",
    "--include=dev",
    "--include=optional",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const done = spawnSync(node, [npmCli(), ...flags], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, NODE_ENV: "" },
  });
  if (done.status !== 0)
    fail(
      `npm ci failed in ${folder} (exit ${done.status})`,
      "read the lines above; often the registry was out of reach",
    );
}

function ensureNode() {
  if (Number(process.versions.node.split(".")[0]) >= NODE_MAJOR) return process.execPath;
  const folder = join(ROOT, "runtime");
  const node = join(folder, "node_modules", ".bin", "node");
  once(join(folder, "node_modules", ".stamp"), digest([join(folder, "package-lock.json")]), () => {
    say(`boot: Node ${process.versions.node} is older than ${NODE_MAJOR}; taking the pinned one from npm`);
    npmCi(process.execPath, folder);
    if (!existsSync(node))
      fail(
        `npm has no Node ${NODE_MAJOR} for ${process.platform}-${process.arch}`,
        `install Node ${NODE_MAJOR} or newer yourself`,
      );
  });
  return node;
}

function ensurePackages(node) {
  const manifests = readdirSync(join(ROOT, "packages"))
    .map((name) => join(ROOT, "packages", name, "package.json"))
    .filter(existsSync);
  const inputs = [join(ROOT, "package-lock.json"), join(ROOT, "package.json"), ...manifests];
  once(join(ROOT, "node_modules", ".stamp"), digest(inputs), () => {
    say("boot: installing packages");
    npmCi(node, ROOT);
  });
}

function ensureHud(node) {
  const prism = join(ROOT, "packages", "prism");
  if (!existsSync(join(prism, "index.html"))) return;
  const inputs = [
    ...filesUnder(join(prism, "src")),
    ...filesUnder(join(prism, "public")),
    ...filesUnder(join(ROOT, "packages", "lop", "src")),
    join(prism, "index.html"),
    join(prism, "vite.config.ts"),
    join(ROOT, "package-lock.json"),
  ];
  once(join(prism, "dist", ".stamp"), digest(inputs), () => {
    say("boot: building the HUD");
    const done = spawnSync(
      node,
      [join(ROOT, "node_modules", "vite", "bin", "vite.js"), "build", "--logLevel", "warn"],
      { cwd: prism, stdio: ["ignore", 2, 2] },
    );
    if (done.status !== 0) fail("the HUD did not build", "read the lines above");
  });
}

/** The deterministic kernel: AssemblyScript to WebAssembly. */
function ensureKernel(node) {
  const logic = join(ROOT, "packages", "logic");
  const inputs = [...filesUnder(join(logic, "kernel")), join(logic, "asconfig.json"), join(ROOT, "package-lock.json")];
  once(join(logic, "dist", ".stamp"), digest(inputs), () => {
    say("boot: building the kernel");
    const asc = join(ROOT, "node_modules", "assemblyscript", "bin", "asc.js");
    const done = spawnSync(node, [asc, "--config", "asconfig.json"], { cwd: logic, stdio: ["ignore", 2, 2] });
    if (done.status !== 0) fail("the kernel did not build", "read the lines above");
  });
}

/** The daemon, now or as a service: other commands need no page built first. */
const servesHud = ([command]) => command === undefined || command.startsWith("-") || command === "service";

/** Becomes, as far as Node allows, the given script under the pinned Node: same streams, signals and exit code. */
function become(node, script, args) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", script, ...args], { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  stopWithParent(child);
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** npm starts scripts through a shell that does not hand signals on: when npm is ended, we find ourselves with another parent. */
function stopWithParent(child) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), PARENT_CHECK_MS).unref();
}

const [verb, ...args] = process.argv.slice(2);
const node = ensureNode();
ensurePackages(node);
ensureKernel(node);
if (verb === "exec") become(node, resolve(args[0]), args.slice(1));
else if (verb === "start") {
  if (servesHud(args)) ensureHud(node);
  become(node, join(ROOT, "packages", "hive", "src", "axiom.ts"), args);
} else if (verb === "test") {
  ensureHud(node);
  become(node, join(ROOT, "node_modules", "vitest", "vitest.mjs"), ["run", ...args]);
} else if (verb === "build") ensureHud(node);
else fail(`unknown verb ${verb}`, "one of: start, test, build, exec FILE");
