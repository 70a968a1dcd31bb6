/** `axiom crucible build|show`. */
import { buildCrucible, buildTwice, type CrucibleImage, openCrucible } from "forge";
import { isRefusal } from "lop";
import { EXIT, showRefusal, type Terminal } from "./terminal.ts";

const MIB = 1024 * 1024;

export interface CrucibleBuild {
  /** Builds even when it is there. */
  again?: boolean;
  /** Builds a second time elsewhere and compares the bits: `root`, or `all` with the kernel. */
  twice?: string | true;
}

export async function runCrucibleBuild(terminal: Terminal, o: CrucibleBuild): Promise<number> {
  const say = (words: string): void => {
    if (!terminal.json) terminal.out(words);
  };
  const again = o.again === true;
  const image = await terminal.patiently("building the guest image", buildCrucible({ again, say }));
  if (isRefusal(image)) return showRefusal(terminal, image);
  if (o.twice !== undefined) {
    const second = buildTwice(image, { kernel: o.twice === "all", say });
    const differs = await terminal.patiently("building it a second time", second);
    if (differs !== null) return showRefusal(terminal, differs);
    say("built twice: the same bits");
  }
  return show(terminal, image);
}

export function runCrucibleShow(terminal: Terminal): number {
  const image = openCrucible();
  if (isRefusal(image)) return showRefusal(terminal, image);
  return show(terminal, image);
}

function show(terminal: Terminal, { folder, digest, manifest }: CrucibleImage): number {
  if (terminal.json) {
    terminal.out(JSON.stringify({ folder, digest, manifest }));
    return EXIT.ok;
  }
  const size = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
  terminal.out(`image    ${digest}`);
  terminal.out(`kernel   ${manifest.kernel.sha256}  ${size(manifest.kernel.bytes)}`);
  terminal.out(`root     ${manifest.root.sha256}  ${size(manifest.root.bytes)}`);
  terminal.out(`made of  ${manifest.packages.map(({ name, version }) => `${name} ${version}`).join(", ")}`);
  terminal.out(`folder   ${folder}`);
  return EXIT.ok;
}
