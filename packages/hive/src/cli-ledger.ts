/** `axiom ledger check|show|checkpoint|export`. */
import { basename, dirname, resolve } from "node:path";
import {
  DiskError,
  type Envelope,
  exportTiles,
  findingText,
  fromBase64,
  fromUtf8,
  nodeDisk,
  refuse,
  Statement,
} from "lop";
import { withHive } from "./connection.ts";
import { checkLedgerOf } from "./ledger-health.ts";
import { EXIT, isRefused, readInput, showRefusal, type Terminal } from "./terminal.ts";

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
    const files = {
      size: Number(note.split("\n")[1]),
      checkpoint: note,
      read: (path: string) => client.bytes(`/v1/ledger/${path}`),
    };
    const written = await terminal.patiently(`exporting ${files.size} entries`, exportTo(folder, files));
    if (isRefused(written)) return showRefusal(terminal, written);
    terminal.out(
      terminal.json
        ? JSON.stringify({ folder, ...written })
        : `${folder}: ${written.size} entries in ${written.files} files`,
    );
    return EXIT.ok;
  });
}

async function exportTo(folder: string, files: Parameters<typeof exportTiles>[0]): ReturnType<typeof exportTiles> {
  const path = resolve(folder);
  try {
    return await exportTiles(files, { disk: nodeDisk(dirname(path)), folder: basename(path) });
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return refuse(
      "home-unusable",
      `${folder} cannot be written: ${error.message}.`,
      "Name a folder that you may write.",
    );
  }
}

/** Reads every byte of it; needs no daemon. Exit 1 and each finding with its place when something is not as it was written. */
export async function runLedgerCheck(terminal: Terminal, remembered: readonly string[]): Promise<number> {
  const notes = remembered.map((file) => readInput(file).toString("utf8"));
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
    terminal.out(
      `${verdict}: ${report.size} entries, ${report.bytes} bytes in ${report.segments} ${report.segments === 1 ? "segment" : "segments"}`,
    );
  }
  return report.sound ? EXIT.ok : EXIT.refused;
}
