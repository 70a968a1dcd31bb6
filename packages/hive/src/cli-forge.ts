import {
  BACKENDS,
  type Backend,
  checkDefinitions,
  driftOf,
  libvirtOfXl,
  readPlan,
  renderDefinitions,
  writeDefinitions,
} from "forge";
import { isRefusal } from "lop";
import { EXIT, readInput, showRefusal, type Terminal, UsageError } from "./terminal.ts";

export interface RenderOptions {
  config: string;
  out: string;
  backend: string;
  check?: boolean;
}

/** With `check` nothing is written: exit code 1 when the folder is not what the plan gives. */
export function runForgeRender(terminal: Terminal, { config, out, backend, check }: RenderOptions): number {
  const plan = readPlan(config);
  if (isRefusal(plan)) return showRefusal(terminal, plan);
  const definitions = renderDefinitions(plan, backendsNamed(backend));
  const { files, left_out } = definitions;
  if (check !== true) writeDefinitions(out, definitions);
  const drifts = driftOf(out, definitions).filter(({ how }) => check === true || how === "no longer rendered");
  if (terminal.json) terminal.out(JSON.stringify({ folder: out, files: [...files.keys()], left_out, drifts }));
  else {
    if (check !== true) for (const path of files.keys()) terminal.out(`wrote     ${path}`);
    for (const { backend: where, what, why } of left_out) terminal.out(`left out  ${where}/${what}: ${why}`);
    for (const { path, how } of drifts) terminal.out(`${how.padEnd(9)} ${path}`);
    if (check === true && drifts.length === 0)
      terminal.out(`matches   ${out}: ${files.size} files as the plan gives them`);
  }
  return check === true && drifts.length > 0 ? EXIT.refused : EXIT.ok;
}

function backendsNamed(name: string): readonly Backend[] {
  if (name === "all") return BACKENDS;
  const found = BACKENDS.find((one) => one === name);
  if (found === undefined) throw new UsageError(`--backend is one of all, ${BACKENDS.join(", ")}`);
  return [found];
}

export async function runForgeCheck(terminal: Terminal, folder: string): Promise<number> {
  const rows = await terminal.patiently("checking with the tools of this host", checkDefinitions(folder));
  if (isRefusal(rows)) return showRefusal(terminal, rows);
  const counts = { passed: 0, failed: 0, "not run": 0 };
  for (const { result } of rows) counts[result]++;
  if (terminal.json) terminal.out(JSON.stringify({ rows, counts }));
  else {
    for (const { result, file, tool, words } of rows) {
      const colour = result === "passed" ? "gold" : result === "failed" ? "red" : "ice";
      terminal.out(
        `${terminal.paint(colour, result.padEnd(8), "stdout")} ${file}  ${tool}${words === "" ? "" : `: ${words}`}`,
      );
    }
    terminal.out(`${counts.passed} passed, ${counts.failed} failed, ${counts["not run"]} not run`);
  }
  return counts.failed === 0 ? EXIT.ok : EXIT.refused;
}

/** A file of xl's as libvirt's XML, on standard output. */
export function runForgeConvert(terminal: Terminal, path: string): number {
  const converted = libvirtOfXl(readInput(path).toString("utf8"));
  if (isRefusal(converted)) return showRefusal(terminal, converted);
  terminal.out(terminal.json ? JSON.stringify({ xml: converted }) : converted);
  return EXIT.ok;
}
