/**
 * The trace: debugging output for people, never evidence (that is the ledger) and never secrets. JSON lines to stderr, to
 * `AXIOM_HOME/trace/hive.jsonl`, or to both. Bodies, keys and passphrases are not handed to it at all; the redaction list is
 * the second wall.
 */
import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { destination, type Logger, multistream, pino, type StreamEntry } from "pino";
import type { Config } from "./config.ts";

export const TRACE_FILE_MAX_BYTES = 16 * 1024 * 1024;
export const TRACE_FILES_KEPT = 4;
/** How many lines may pass between two looks at the file's size. */
const LINES_BETWEEN_LOOKS = 1024;

const SECRET_NAMES = ["authorization", "passphrase", "key", "apiKey", "seed", "secret", "cookie", "body", "packet"];

export type Trace = Logger;

export interface OpenTrace {
  trace: Trace;
  close(): void;
}

export function openTrace(home: string, settings: Config["trace"]): OpenTrace {
  const streams: StreamEntry[] = [];
  const file = settings.to === "stderr" ? null : openTraceFile(join(home, "trace"));
  if (file !== null) streams.push({ level: "debug", stream: file });
  if (settings.to !== "file") streams.push({ level: "debug", stream: destination({ fd: 2, sync: true }) });
  const trace = pino(
    {
      level: settings.level,
      base: { pid: process.pid },
      redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
    },
    multistream(streams),
  );
  return { trace, close: () => file?.close() };
}

/** A file that is moved aside when it is full; a few old ones are kept. */
function openTraceFile(folder: string): { write(line: string): void; close(): void } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "hive.jsonl");
  const open = () => destination({ dest: path, sync: true, append: true, mode: 0o600 });
  rotateWhenFull(path);
  let file = open();
  let lines = 0;
  return {
    write(line) {
      // A full disk must not end the hive for the sake of its trace.
      try {
        file.write(line);
        if (++lines % LINES_BETWEEN_LOOKS !== 0 || !isFull(path)) return;
        file.end();
        rotateWhenFull(path);
        file = open();
      } catch {}
    },
    close: () => file.end(),
  };
}

const isFull = (path: string): boolean =>
  (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= TRACE_FILE_MAX_BYTES;

function rotateWhenFull(path: string): void {
  if (!isFull(path)) return;
  const old = (i: number) => path.replace(/\.jsonl$/, `.${i}.jsonl`);
  rmSync(old(TRACE_FILES_KEPT), { force: true });
  for (let i = TRACE_FILES_KEPT - 1; i >= 1; i--)
    if (statSync(old(i), { throwIfNoEntry: false }) !== undefined) renameSync(old(i), old(i + 1));
  renameSync(path, old(1));
}
