/** `axiom crucible build`: makes the guest image from Debian packages, this Node and our agent, the same bits every time. */
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalBytes, isRefusal, type Refusal, refuse } from "lop";
import {
  type CrucibleImage,
  type CrucibleManifest,
  CURRENT,
  crucibleFolder,
  digestFile,
  IMAGE_VERSION,
  readCrucible,
  verifyCrucible,
} from "./crucible-image.ts";
import { buildKernel, type Kernel } from "./crucible-kernel.ts";
import { AGENT_PACKAGES, fetchPackages, ownNode, type PackageFile, ROOT_PACKAGES, tool } from "./crucible-packages.ts";
import { layOutRoot, packRoot, rootSources } from "./crucible-root.ts";

/** Part of an image's name: raised when the way it is built changes. */
const RECIPE = 4;

/** Programs that the build calls, and the packages that bring them. */
const TOOLS = {
  "apt-get": "apt",
  "dpkg-deb": "dpkg",
  gcc: "gcc libc6-dev",
  make: "make",
  flex: "flex",
  bison: "bison",
  bc: "bc",
  xz: "xz-utils",
  strip: "binutils",
  mksquashfs: "squashfs-tools",
};
const NEEDED =
  "apt install gcc libc6-dev make flex bison bc xz-utils libelf-dev binutils squashfs-tools qemu-system-x86";

export interface BuildOptions {
  folder?: string;
  /** Builds even when an image from the same inputs is there. */
  again?: boolean;
  say?: (words: string) => void;
}

/** The image of these inputs, built or found, now in use. @returns a refusal that names what the machine lacks. */
export async function buildCrucible(o: BuildOptions = {}): Promise<CrucibleImage | Refusal> {
  const folder = o.folder ?? crucibleFolder();
  const lacking = Object.keys(TOOLS).filter((name) => !onPath(name));
  if (lacking.length > 0) return refuse("tool-missing", `the build needs ${lacking.join(", ")}`, NEEDED);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  try {
    return await build(folder, o.again ?? false, o.say ?? (() => {}));
  } catch (fault) {
    return refuse("rung-unavailable", `the guest image was not built: ${(fault as Error).message}`, NEEDED);
  }
}

/**
 * Builds the image a second time in a folder of its own, which goes afterwards, and compares every part. The kernel too is compiled
 * anew when `kernel` is asked for: that is most of the work. @returns null when the bits are the same.
 */
export async function buildTwice(
  image: CrucibleImage,
  o: { kernel: boolean; say?: (words: string) => void },
): Promise<Refusal | null> {
  const folder = mkdtempSync(join(tmpdir(), "axiom-crucible-"));
  const cache = join(image.folder, "../..");
  try {
    for (const kept of o.kernel ? ["packages"] : ["packages", "kernels"])
      cpSync(join(cache, kept), join(folder, kept), { recursive: true });
    const second = await buildCrucible({ folder, ...(o.say && { say: o.say }) });
    if (isRefusal(second)) return second;
    if (second.digest === image.digest) return null;
    const parts = (["kernel", "root"] as const).filter(
      (part) => second.manifest[part].sha256 !== image.manifest[part].sha256,
    );
    return refuse("rung-unavailable", `the second image differs: ${parts.join(", ") || "image.json"}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function build(folder: string, again: boolean, say: (words: string) => void): Promise<CrucibleImage | Refusal> {
  const packages = fetchPackages(ROOT_PACKAGES, join(folder, "packages"));
  const [sodium] = fetchPackages(AGENT_PACKAGES, join(folder, "packages"));
  const parts = { packages, node: ownNode(), sodium: sodium! };
  const kernel = buildKernel(folder, say);
  const made = [...packages, parts.node, parts.sodium, kernel.source];
  const inputs = createHash("sha256")
    .update(
      canonicalBytes({
        recipe: RECIPE,
        sources: rootSources(),
        packages: made.map(rowOf),
        compiler: tool("gcc", ["-dumpfullversion"]),
      }),
    )
    .digest("hex");
  const place = join(folder, "images", inputs.slice(0, 32));
  const kept = existsSync(place) && !again ? readCrucible(place) : null;
  const whole = kept !== null && !isRefusal(kept) && (await verifyCrucible(kept)) === null;
  if (!whole) {
    say("packing the guest's root");
    await assemble(place, parts, kernel, { inputs, packages: made.map(rowOf) });
  }
  writeFileSync(join(folder, `${CURRENT}.new`), join("images", inputs.slice(0, 32)));
  renameSync(join(folder, `${CURRENT}.new`), join(folder, CURRENT));
  return readCrucible(place);
}

const rowOf = ({ name, version, sha256 }: PackageFile): CrucibleManifest["packages"][number] => ({
  name,
  version,
  sha256,
});

async function assemble(
  place: string,
  parts: Parameters<typeof layOutRoot>[1],
  kernel: Kernel,
  made: Pick<CrucibleManifest, "inputs" | "packages">,
): Promise<void> {
  const fresh = `${place}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(join(fresh, "root"), { recursive: true });
  layOutRoot(join(fresh, "root"), parts);
  packRoot(join(fresh, "root"), join(fresh, "root.squashfs"));
  rmSync(join(fresh, "root"), { recursive: true });
  copyFileSync(kernel.path, join(fresh, "vmlinux"));
  // Monitors run as a user of their own and open these again by descriptor; a strict umask must not shut them out.
  for (const file of ["vmlinux", "root.squashfs"]) chmodSync(join(fresh, file), 0o644);
  const part = async (file: string): Promise<CrucibleManifest["kernel"]> => ({
    file,
    sha256: await digestFile(join(fresh, file)),
    bytes: statSync(join(fresh, file)).size,
  });
  const manifest: CrucibleManifest = {
    v: IMAGE_VERSION,
    machine: "microvm",
    kernel: await part("vmlinux"),
    root: await part("root.squashfs"),
    initrd: null,
    ...made,
  };
  writeFileSync(join(fresh, "image.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  rmSync(place, { recursive: true, force: true });
  renameSync(fresh, place);
}

function onPath(name: string): boolean {
  return (process.env.PATH ?? "").split(":").some((folder) => folder !== "" && existsSync(join(folder, name)));
}
