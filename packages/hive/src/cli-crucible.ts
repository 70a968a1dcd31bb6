/** `axiom crucible build|show`. */
import { buildCrucible, type CrucibleImage, openCrucible } from "forge";
import { isRefusal } from "lop";
import { EXIT, showRefusal, type Terminal } from "./terminal.ts";

const MIB = 1024 * 1024;

export async function runCrucibleBuild(terminal: Terminal, again: boolean): Promise<number> {
  const say = (words: string): void => {
    if (!terminal.json) terminal.out(words);
  };
  const image = await terminal.patiently("building the guest image", buildCrucible({ again, say }));
  if (isRefusal(image)) return showRefusal(terminal, image);
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
