/** `axiom ledger check|show|checkpoint|export`. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Envelope, findingText, fromBase64, fromUtf8, type Refusal, refuse, Statement } from "lop";
import { withHive } from "./connection.ts";
import { checkLedgerOf } from "./ledger-health.ts";
import { EXIT, isRefused, showRefusal, type Terminal } from "./terminal.ts";
import { allTiles } from "./tiles.ts";

interface Page {
  size: number;
  entries: { index: number; envelope: Envelope }[];
}

export function runLedgerShow(terminal: Terminal, from: number | undefined, limit: number): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const query = new URLSearchParams({ limit: String(limit), ...(from === undefined ? {} : { from: String(from) }) });
    const page = await client.get<Page>(`/v1/ledger/entries?${query}`);
    if (isRefused(page)) return showRefusal(terminal, page);
    if (terminal.json) terminal.out(JSON.stringify(page));
    else for (const { index, envelope } of page.entries) terminal.out(lineOf(index, envelope));
    return EXIT.ok;
  });
}

function lineOf(index: number, envelope: Envelope): string {
  const { kind, at, directive, body } = Statement.parse(JSON.parse(fromUtf8(fromBase64(envelope.payload))));
  const text = JSON.stringify(body);
  return `${String(index).padStart(8)}  ${at}  ${kind.padEnd(14)} ${directive?.slice(0, 16) ?? "".padEnd(16)}  ${text.slice(0, 100)}`;
}

export function runLedgerCheckpoint(terminal: Terminal): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const note = await client.text("/v1/ledger/checkpoint");
    if (isRefused(note)) return showRefusal(terminal, note);
    terminal.out(terminal.json ? JSON.stringify({ checkpoint: note }) : note);
    return EXIT.ok;
  });
}

/** The whole ledger as a folder that any tlog-tiles client reads, from a web server or from the disk. */
export function runLedgerExport(terminal: Terminal, folder: string): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const note = await client.text("/v1/ledger/checkpoint");
    if (isRefused(note)) return showRefusal(terminal, note);
    const size = Number(note.split("\n")[1]);
    const exporting = exportTiles(client, folder, size);
    const written = await terminal.patiently(`exporting ${size} entries`, exporting);
    if (isRefused(written)) return showRefusal(terminal, written);
    // Last, so that a folder with a checkpoint is a whole one.
    writeFileSync(join(folder, "checkpoint"), note);
    terminal.out(
      terminal.json
        ? JSON.stringify({ folder, size, files: written + 1 })
        : `${folder}: ${size} entries in ${written + 1} files`,
    );
    return EXIT.ok;
  });
}

async function exportTiles(
  client: { bytes(path: string): Promise<Uint8Array | Refusal> },
  folder: string,
  size: number,
): Promise<number | Refusal> {
  let files = 0;
  for (const path of allTiles(size)) {
    const bytes = await client.bytes(`/v1/ledger/tile/${path}`);
    if (isRefused(bytes)) return bytes;
    const file = join(folder, "tile", path);
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    } catch (error) {
      return refuse(
        "home-unusable",
        `${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
        "Name a folder that you may write.",
      );
    }
    files++;
  }
  return files;
}

/** Reads every byte of it; needs no daemon. Exit 1 and each finding with its place when something is not as it was written. */
export async function runLedgerCheck(terminal: Terminal, remembered: readonly string[]): Promise<number> {
  const notes = remembered.map((file) => readFileSync(file, "utf8"));
  const report = await terminal.patiently("checking the ledger", checkLedgerOf(terminal.home, { remembered: notes }));
  if (isRefused(report)) return showRefusal(terminal, report);
  if (terminal.json) terminal.out(JSON.stringify(report));
  else {
    for (const finding of report.findings)
      terminal.out(`${terminal.paint("red", "✗", "stdout")} ${findingText(finding)}`);
    if (report.cut) terminal.out("… and more");
    const verdict = report.sound
      ? terminal.paint("gold", "sound", "stdout")
      : terminal.paint("red", "not sound", "stdout");
    terminal.out(`${verdict}: ${report.size} entries, ${report.bytes} bytes in ${report.segments} segments`);
  }
  return report.sound ? EXIT.ok : EXIT.refused;
}
