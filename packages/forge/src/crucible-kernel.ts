/** The guest's kernel from Debian's source and our configuration: no modules, no drivers but virtio, bit for bit the same again. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fetchPackages, type PackageFile, tool } from "./crucible-packages.ts";

const SOURCE_PACKAGE = "linux-source-6.1";
const CONFIG = new URL("../crucible/kernel.config", import.meta.url).pathname;
/** Who built it and when is said the same on every machine. */
const FIXED = {
  KBUILD_BUILD_TIMESTAMP: "2026-01-01T00:00:00Z",
  KBUILD_BUILD_USER: "axiom",
  KBUILD_BUILD_HOST: "crucible",
  KBUILD_BUILD_VERSION: "1",
  LC_ALL: "C",
};

export interface Kernel {
  readonly path: string;
  readonly source: PackageFile;
}

/** The kept kernel for this source and configuration, or a new one: some six minutes of one processor. */
export function buildKernel(cache: string, say: (words: string) => void): Kernel {
  const [source] = fetchPackages([SOURCE_PACKAGE], join(cache, "packages"));
  const compiler = tool("gcc", ["-dumpfullversion"]).trim();
  const key = createHash("sha256")
    .update(readFileSync(CONFIG))
    .update(JSON.stringify([source!.sha256, compiler, FIXED]))
    .digest("hex")
    .slice(0, 32);
  const path = join(cache, "kernels", `vmlinux-${key}`);
  if (existsSync(path)) return { path, source: source! };
  say(`compiling the guest's kernel from ${source!.name} ${source!.version}`);
  const work = join(cache, `kernel.${process.pid}`);
  try {
    compile(work, source!);
    mkdirSync(join(cache, "kernels"), { recursive: true });
    copyFileSync(join(work, "build/vmlinux"), `${path}.new`);
    renameSync(`${path}.new`, path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { path, source: source! };
}

function compile(work: string, source: PackageFile): void {
  const build = join(work, "build");
  mkdirSync(build, { recursive: true });
  tool("dpkg-deb", ["-x", source.path, join(work, "package")]);
  const packed = join(work, "package/usr/src");
  const name = readdirSync(packed).find((file) => file.endsWith(".tar.xz"))!;
  tool("tar", ["-xJf", join(packed, name), "-C", build, "--strip-components=1"]);
  const env = { ...process.env, ...FIXED };
  const make = (...args: string[]): string => tool("make", ["-s", ...args], { cwd: build, env });
  make("tinyconfig");
  tool("scripts/kconfig/merge_config.sh", ["-m", ".config", CONFIG], { cwd: build, env });
  make("olddefconfig");
  make(`-j${availableParallelism()}`, "vmlinux");
  tool("strip", ["vmlinux"], { cwd: build });
}
