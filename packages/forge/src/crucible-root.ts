/** Lays out the guest's root folder and packs it, bit for bit the same for the same inputs. */
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type PackageFile, tool } from "./crucible-packages.ts";
import { compileModules } from "./crucible-python.ts";

/** 2026-01-01. All times in the image. */
export const IMAGE_TIME_S = 1_767_225_600;
const SOURCES = new URL("../crucible", import.meta.url).pathname;
const LIBRARY = "usr/lib/crucible";

/** Never read by a program in the guest. */
const PRUNED = [
  "usr/share/doc",
  "usr/share/man",
  "usr/share/locale",
  "usr/share/lintian",
  "usr/share/bug",
  "usr/share/gcc",
  "usr/share/binfmts",
  "usr/share/applications",
  "usr/share/pixmaps",
  "usr/share/libc-bin",
  "usr/lib/x86_64-linux-gnu/gconv",
  "usr/lib/python3.11/idlelib",
  "usr/lib/python3.11/lib2to3",
  "usr/lib/python3.11/ensurepip",
  "usr/lib/python3.11/pydoc_data",
  "usr/lib/python3.11/test",
  "usr/lib/python3.11/turtledemo",
  "usr/lib/python3.11/turtle.py",
  "usr/lib/python3.11/pydoc.py",
  "usr/lib/python3.11/msilib",
  "usr/lib/python3.11/curses",
  // Debian's certifi reads the bundle of all authorities instead.
  "usr/lib/python3/dist-packages/certifi/cacert.pem",
  "usr/share/gdb",
  "usr/share/initramfs-tools",
  "usr/share/python3",
  "usr/lib/x86_64-linux-gnu/engines-3",
  "usr/lib/x86_64-linux-gnu/ossl-modules",
  "usr/lib/x86_64-linux-gnu/libmvec.so.1",
  "etc",
  "var",
];

/** Modules of Python for its own tests, and those whose libraries are left out: terminals and Berkeley databases. */
const UNLINKED = /^(_test|_xxtest|_curses|readline|_dbm|nis|ossaudiodev)/;

/** Of Node, which throws no C++ exceptions: only they, and a debugger, read this. It is 1.3 MB of the packed image. */
const UNWINDING = [".eh_frame", ".eh_frame_hdr", ".gcc_except_table"];

/** Digest of every file of ours that goes in, by path: a changed agent is another image. */
export const rootSources = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(SOURCES, name)).isFile())
      .sort()
      .map((name) => [
        name,
        createHash("sha256")
          .update(readFileSync(join(SOURCES, name)))
          .digest("hex"),
      ]),
  );

export interface RootParts {
  readonly packages: readonly PackageFile[];
  readonly node: PackageFile;
  readonly sodium: PackageFile;
}

/** Makes the root in `folder`, which must be empty. @throws Error naming the tool that failed. */
export function layOutRoot(folder: string, { packages, node, sodium }: RootParts): void {
  for (const file of packages) tool("dpkg-deb", ["-x", file.path, folder]);
  mergeUsr(folder);
  for (const path of PRUNED) rmSync(join(folder, path), { recursive: true, force: true });
  const modules = join(folder, "usr/lib/python3.11/lib-dynload");
  for (const name of readdirSync(modules)) if (UNLINKED.test(name)) rmSync(join(modules, name));
  for (const path of ["dev", "proc", "sys", "run", "tmp", "work", "etc", LIBRARY])
    mkdirSync(join(folder, path), { recursive: true });
  symlinkSync("python3.11", join(folder, "usr/bin/python3"));
  for (const name of ["passwd", "group"])
    writeFileSync(join(folder, "etc", name), `root:x:0:0:::\nnobody:x:65534:65534:::\n`);
  writeFileSync(join(folder, "etc/hosts"), "127.0.0.1 localhost crucible\n");
  bundleAuthorities(folder);
  tool("strip", [...UNWINDING.flatMap((name) => ["-R", name]), "-o", join(folder, "usr/bin/node"), node.path]);
  for (const name of ["worker.py", "worker.cjs", "worker.sh", "seeded.cjs", "warm.mjs", "words.cjs"])
    copyFileSync(join(SOURCES, name), join(folder, LIBRARY, name));
  compileAgent(folder, sodium);
  compileModules(folder);
  linkApplets(folder);
  tool("chmod", ["-R", "a+rX,go-w", folder]);
}

/** One file of all authorities, where Debian has it and where OpenSSL looks. */
function bundleAuthorities(folder: string): void {
  const from = join(folder, "usr/share/ca-certificates");
  const names = readdirSync(from, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".crt"));
  const bundle = names.sort().map((name) => readFileSync(join(from, name), "utf8"));
  mkdirSync(join(folder, "etc/ssl/certs"), { recursive: true });
  mkdirSync(join(folder, "usr/lib/ssl"), { recursive: true });
  writeFileSync(join(folder, "etc/ssl/certs/ca-certificates.crt"), bundle.join(""));
  symlinkSync("/etc/ssl/certs/ca-certificates.crt", join(folder, "usr/lib/ssl/cert.pem"));
  rmSync(from, { recursive: true });
}

/** Debian's packages of this release still ship files in /bin and /lib. */
function mergeUsr(folder: string): void {
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    const from = join(folder, name);
    const to = join(folder, "usr", name);
    if (statSync(from, { throwIfNoEntry: false })) cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    rmSync(from, { recursive: true, force: true });
    mkdirSync(to, { recursive: true });
    symlinkSync(`usr/${name}`, from);
  }
}

/** Every command that busybox knows and nothing better is there for. */
function linkApplets(folder: string): void {
  const bin = join(folder, "usr/bin");
  const there = new Set(readdirSync(bin));
  const applets = tool(join(bin, "busybox"), ["--list"])
    .split("\n")
    .filter((name) => /^[a-z0-9[]+$/.test(name));
  for (const name of applets) if (!there.has(name)) symlinkSync("busybox", join(bin, name));
}

function compileAgent(folder: string, sodium: PackageFile): void {
  const scratch = `${folder}.sodium`;
  tool("dpkg-deb", ["-x", sodium.path, scratch]);
  const agent = join(SOURCES, "agent");
  const sources = readdirSync(agent)
    .filter((name) => name.endsWith(".c"))
    .sort();
  const preloaded = new Set(["replay.c", "reseed.c"]);
  const flags = ["-O2", "-g0", "-Wall", "-Wextra", "-Werror", "-Wl,--build-id=none"];
  const compile = (args: readonly string[]): string => tool("gcc", [...flags, ...args], { cwd: agent });
  const include = [`-I${join(scratch, "usr/include")}`, `-L${join(scratch, "usr/lib/x86_64-linux-gnu")}`];
  compile([
    "-static",
    ...include,
    "-o",
    join(folder, "init"),
    ...sources.filter((name) => !preloaded.has(name)),
    "-lsodium",
  ]);
  for (const [from, to] of [
    ["replay.c", "replay.so"],
    ["reseed.c", "reseed.node"],
  ] as const)
    compile(["-shared", "-fPIC", "-o", join(folder, LIBRARY, to), from]);
  tool("strip", [join(folder, "init")]);
  chmodSync(join(folder, "init"), 0o755);
  rmSync(scratch, { recursive: true });
}

/** Compiled modules come first, so that they lie together: what is read with one of them is another of them. */
function packingOrder(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".pyc"))
    .sort()
    .map((name) => `${name} 1\n`)
    .join("");
}

/** squashfs with zstd: one order, one owner, one time. */
export function packRoot(folder: string, file: string): void {
  const order = `${file}.order`;
  writeFileSync(order, packingOrder(folder));
  const fixed = ["-all-root", "-no-xattrs", "-no-exports", "-noappend", "-quiet", "-no-progress"];
  const compression = ["-comp", "zstd", "-Xcompression-level", "22", "-b", "1M"];
  tool(
    "mksquashfs",
    [
      folder,
      file,
      "-sort",
      order,
      ...fixed,
      ...compression,
      "-all-time",
      String(IMAGE_TIME_S),
      "-mkfs-time",
      String(IMAGE_TIME_S),
    ],
    {
      env: { PATH: process.env.PATH, LC_ALL: "C" },
    },
  );
  rmSync(order);
}
