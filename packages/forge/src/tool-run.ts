/** Runs a tool of the host to its end, without a shell, with a deadline and no more of its words than are read. */
import { execFile } from "node:child_process";

export const TOOL_DEADLINE_MS = 120_000;
const WORDS_MAX_BYTES = 1024 * 1024;

export interface ToolRun {
  /** The host has no such tool. */
  readonly missing: boolean;
  readonly passed: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ToolOptions {
  readonly cwd?: string;
  /** Beside PATH, HOME and a plain locale. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly ids?: { uid: number; gid: number } | null;
}

export function runTool(command: string, args: readonly string[], o: ToolOptions = {}): Promise<ToolRun> {
  const { PATH = "/usr/bin:/bin", HOME = "/" } = process.env;
  // Daemons and checkers stand where users' paths do not always lead.
  const env = { PATH: `${PATH}:/usr/sbin:/sbin`, HOME, LC_ALL: "C.UTF-8", ...o.environment };
  const options = {
    env,
    cwd: o.cwd,
    timeout: TOOL_DEADLINE_MS,
    killSignal: "SIGKILL",
    maxBuffer: WORDS_MAX_BYTES,
    ...o.ids,
  } as const;
  return new Promise((done) => {
    execFile(command, [...args], options, (fault, stdout, stderr) => {
      const late = fault?.killed === true ? `no end in ${TOOL_DEADLINE_MS / 1000} s` : "";
      done({ missing: fault?.code === "ENOENT", passed: fault === null, stdout, stderr: stderr + late });
    });
  });
}

const WORDS_SHOWN = 300;

/** What a tool said, on one line. */
export const shortWords = (text: string): string => text.trim().replace(/\s+/g, " ").slice(0, WORDS_SHOWN);
