/** The crucible: kernel, root file system and manifest that every microVM starts from. Made by `axiom crucible build`. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isRefusal, type Refusal, refuse } from "lop";
import { z } from "zod";

const Digest = z.string().regex(/^[0-9a-f]{64}$/);
const Part = z.strictObject({ file: z.string(), sha256: Digest, bytes: z.int().nonnegative() });

/** Raised when the agent in it speaks another stream than before: an older image is then built again, never guessed at. */
export const IMAGE_VERSION = 3;

/** `image.json`, beside the files that it names. */
export const CrucibleManifest = z.strictObject({
  v: z.literal(IMAGE_VERSION),
  /** `microvm`: own kernel, virtio-mmio. `pc`: the distribution's kernel, virtio-pci, drivers in an initial file system. */
  machine: z.enum(["microvm", "pc"]),
  kernel: Part,
  root: Part,
  initrd: Part.nullable(),
  /** What went in: name, version and digest of each. */
  packages: z.array(z.strictObject({ name: z.string(), version: z.string(), sha256: Digest })),
  /** Digest of everything that the image was made from; the image's name. */
  inputs: Digest,
});
export type CrucibleManifest = z.infer<typeof CrucibleManifest>;

export interface CrucibleImage {
  readonly folder: string;
  readonly manifest: CrucibleManifest;
  /** SHA-256 of the manifest's bytes: names kernel, root and everything in them. */
  readonly digest: string;
  readonly kernel: string;
  readonly root: string;
  readonly initrd: string | null;
}

export const CRUCIBLE_FIX = "Run `axiom crucible build`.";
/** The file that names the image in use. */
export const CURRENT = "current";
const MANIFEST_FILE = "image.json";

/** AXIOM_CRUCIBLE, or the user's cache: images are big, the same for every hive, and can be made again. */
export function crucibleFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const cache = environment.XDG_CACHE_HOME || join(homedir(), ".cache");
  return environment.AXIOM_CRUCIBLE || join(cache, "axiom", "crucible");
}

/** The image in use. Sizes are compared here; `verifyCrucible` compares every byte. */
export function openCrucible(folder: string = crucibleFolder()): CrucibleImage | Refusal {
  const current = join(folder, CURRENT);
  if (!existsSync(current)) return refuse("rung-unavailable", `there is no guest image in ${folder}`, CRUCIBLE_FIX);
  return readCrucible(join(folder, readFileSync(current, "utf8").trim()));
}

export function readCrucible(folder: string): CrucibleImage | Refusal {
  try {
    const bytes = readFileSync(join(folder, MANIFEST_FILE));
    const json = JSON.parse(bytes.toString()) as { v?: unknown };
    if (json.v !== IMAGE_VERSION)
      return refuse("rung-unavailable", `the guest image in ${folder} is of another version`, CRUCIBLE_FIX);
    const manifest = CrucibleManifest.parse(json);
    const at = (part: z.infer<typeof Part>): string => join(folder, part.file);
    return {
      folder,
      manifest,
      digest: createHash("sha256").update(bytes).digest("hex"),
      kernel: at(manifest.kernel),
      root: at(manifest.root),
      initrd: manifest.initrd && at(manifest.initrd),
    };
  } catch (fault) {
    return refuse(
      "rung-unavailable",
      `the guest image in ${folder} is unreadable: ${(fault as Error).message}`,
      CRUCIBLE_FIX,
    );
  }
}

/** Every byte against the manifest. @returns null when all is as it was built. */
export async function verifyCrucible(image: CrucibleImage): Promise<Refusal | null> {
  const { kernel, root, initrd } = image.manifest;
  for (const part of [kernel, root, initrd]) {
    if (part === null) continue;
    const found = await digestFile(join(image.folder, part.file)).catch((fault: Error) =>
      refuse("rung-unavailable", fault.message),
    );
    if (isRefusal(found)) return found;
    if (found !== part.sha256)
      return refuse("rung-unavailable", `${part.file} of the guest image is not what was built`, CRUCIBLE_FIX);
  }
  return null;
}

export async function digestFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
