/** What the guest's root is made of: Debian packages, this Node, and our agent. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** Python with the libraries of its standard library and `requests`, what Node links to, whom TLS trusts. */
export const ROOT_PACKAGES = [
  "busybox",
  "ca-certificates",
  "libbz2-1.0",
  "libc6",
  "libcrypt1",
  "libexpat1",
  "libffi8",
  "libgcc-s1",
  "liblzma5",
  "libpython3.11-minimal",
  "libpython3.11-stdlib",
  "libsqlite3-0",
  "libssl3",
  "libstdc++6",
  "libuuid1",
  "media-types",
  "python3-certifi",
  "python3-chardet",
  "python3-idna",
  "python3-requests",
  "python3-six",
  "python3-urllib3",
  "python3.11-minimal",
  "zlib1g",
] as const;
/** Only to make the agent. */
export const AGENT_PACKAGES = ["libsodium-dev"] as const;

export interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly path: string;
}

/** Runs a tool to its end. @throws Error with the last words of a tool that fails. */
export function tool(
  command: string,
  args: readonly string[],
  o: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  const run = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, ...o });
  if (run.error) throw new Error(`${command}: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`${command} ${args[0] ?? ""} failed: ${run.stderr.trim().slice(-500)}`);
  return run.stdout;
}

/** Takes the packages from the distribution's archive into `folder`; those that lie there already are not taken again. */
export function fetchPackages(names: readonly string[], folder: string): PackageFile[] {
  mkdirSync(folder, { recursive: true });
  const wanted = tool("apt-cache", ["show", "--no-all-versions", ...names]);
  const files = new Map(fields(wanted).map((row) => [row.Package!, row]));
  const missing = names.filter((name) => !readdirSync(folder).includes(fileName(files.get(name))));
  if (missing.length > 0) tool("apt-get", ["-q", "download", ...missing], { cwd: folder });
  return names.map((name) => readPackage(folder, files.get(name)));
}

type Row = Record<string, string>;

const fields = (text: string): Row[] =>
  text
    .split("\n\n")
    .filter((block) => block.includes("Package:"))
    .map((block) =>
      Object.fromEntries([...block.matchAll(/^(\w[\w-]*): (.*)$/gm)].map((match) => [match[1]!, match[2]!])),
    );

/** As `apt-get download` spells it: the colon of an epoch is escaped. */
function fileName(row: Row | undefined): string {
  if (row === undefined) throw new Error("apt-cache does not know every package; run `apt-get update`");
  return `${row.Package}_${row.Version!.replaceAll(":", "%3a")}_${row.Architecture}.deb`;
}

function readPackage(folder: string, row: Row | undefined): PackageFile {
  const path = join(folder, fileName(row));
  const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
  if (row!.SHA256 !== undefined && row!.SHA256 !== sha256) throw new Error(`${path} is not what the archive lists`);
  return { name: row!.Package!, version: row!.Version!, sha256, path };
}

/** The Node that runs this program: the guest's results are then those of the host's version. */
export function ownNode(): PackageFile {
  const path = realpathSync(process.execPath);
  const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
  return { name: "node", version: process.versions.node, sha256, path };
}
