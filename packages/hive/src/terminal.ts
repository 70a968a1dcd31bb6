/**
 * The terminal, handed to every command: results on stdout, everything else on stderr, colour only where a person looks.
 * Nothing here loads a library: a command through a running daemon must be done in a blink.
 */
import { accessSync, constants, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Refusal } from "lop";

/** Exit codes of `axiom`; README.md lists them. */
export const EXIT = {
  ok: 0,
  /** Refused, or `verify` found a fault. */
  refused: 1,
  /** The command line itself was wrong. */
  usage: 2,
  /** The directive waits for an approval. */
  awaiting: 3,
  /** It ran, and its status is not `ok`: the proof card says which. */
  unsuccessful: 4,
  /** Validation withheld the result: a red proof card. */
  quarantined: 5,
  /** Our own fault. */
  fault: 70,
  interrupted: 130,
} as const;

export type Colour = "gold" | "red" | "ice" | "muted" | "bold";
const CODES: Record<Colour, string> = { gold: "33", red: "31", ice: "36", muted: "2", bold: "1" };
/** Work that takes longer than this is announced. */
export const PATIENCE_MS = 1000;
const STDIN_MAX_BYTES = 16 * 1024 * 1024;

export interface Terminal {
  readonly environment: NodeJS.ProcessEnv;
  readonly home: string;
  json: boolean;
  quiet: boolean;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  /** Aborts with the first SIGINT. */
  readonly signal: AbortSignal;
  out(text: string): void;
  bytes(bytes: Uint8Array): void;
  /** A line for a person, on stderr. */
  say(text: string): void;
  paint(colour: Colour, text: string, stream?: "stdout" | "stderr"): string;
  /** Says what takes long, when it does. */
  patiently<T>(what: string, work: Promise<T>): Promise<T>;
  stdin(): Uint8Array;
}

export function nodeTerminal(environment: NodeJS.ProcessEnv, home: string): Terminal {
  const stop = new AbortController();
  let said = false;
  const coloured = {
    stdout: wantsColour(environment, process.stdout),
    stderr: wantsColour(environment, process.stderr),
  };
  const terminal: Terminal = {
    environment,
    home,
    json: false,
    quiet: false,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    get signal() {
      if (!said) process.once("SIGINT", () => stop.abort());
      said = true;
      return stop.signal;
    },
    out: (text) => writeAll(1, Buffer.from(text.endsWith("\n") ? text : `${text}\n`)),
    bytes: (bytes) => writeAll(1, bytes),
    say: (text) => writeAll(2, Buffer.from(`${text}\n`)),
    paint: (colour, text, stream = "stderr") => (coloured[stream] ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text),
    patiently: (what, work) => announceLate(terminal, what, work),
    stdin: () => readStdin(),
  };
  return terminal;
}

function wantsColour({ NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv, stream: NodeJS.WriteStream): boolean {
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "0") return true;
  return stream.isTTY === true && TERM !== "dumb";
}

/** Synchronous, so that nothing is lost when the process ends right after. A closed pipe ends us quietly, as `head` expects. */
function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") process.exit(EXIT.ok);
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

async function announceLate<T>(terminal: Terminal, what: string, work: Promise<T>): Promise<T> {
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1000);
  const tty = process.stderr.isTTY === true;
  const timer = setInterval(() => {
    if (terminal.quiet) return;
    if (tty) process.stderr.write(`\r${terminal.paint("muted", `${what} … ${seconds()} s`)}`);
    else if (seconds() === 1) terminal.say(`${what} …`);
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (tty && seconds() >= 1 && !terminal.quiet) process.stderr.write("\r\x1b[K");
  }
}

function readStdin(): Uint8Array {
  const bytes = readFileSync(0);
  if (bytes.length > STDIN_MAX_BYTES) throw new RangeError(`standard input is longer than ${STDIN_MAX_BYTES} bytes`);
  return bytes;
}

/** A refusal, as JSON or as three lines; gives the exit code. */
export function showRefusal(terminal: Terminal, refused: Refusal): number {
  if (terminal.json) terminal.out(JSON.stringify({ refused: refused.refused, why: refused.why, fix: refused.fix }));
  else {
    terminal.say(`${terminal.paint("red", `refused: ${refused.refused}`)}`);
    terminal.say(`  why: ${refused.why}`);
    terminal.say(`  fix: ${refused.fix}`);
  }
  return EXIT.refused;
}

/** A wrong command line. */
export class UsageError extends Error {}

/** Like lop's `isRefusal`; here, so that a thin command need not load lop. */
export const isRefused = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "refused" in value && "why" in value && "fix" in value;

/** A file that the operator named. @throws UsageError */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Into a file that the operator named, his alone to read. @throws UsageError */
export function writeOutput(file: string, content: string | Uint8Array): void {
  try {
    writeFileSync(file, content, { mode: 0o600 });
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** Before work whose result shall go there. Makes nothing. @throws UsageError */
export function checkOutput(file: string): void {
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    accessSync(there === undefined ? dirname(resolve(file)) : file, constants.W_OK);
    if (there?.isDirectory() === true) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
  } catch (error) {
    throw unwritable(file, error);
  }
}

const unwritable = (file: string, error: unknown): UsageError =>
  new UsageError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code})`);
