/** Reads a hostile set of format 1: the manifest, the programs, and which of them a rung must run. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { Language } from "../src/index.ts";

const LANGUAGES: Readonly<Record<string, Language>> = { ".js": "javascript", ".py": "python", ".sh": "shell" };

export type Strength = "wasm" | "os" | "vm";

export interface SetLimits {
  wall_s: number;
  cpu_s: number;
  mem_mib: number;
  pids: number;
  stdout_bytes: number;
  disk_mib: number;
}

export interface BenignExpectation {
  /** Last line of stdout. */
  out?: string;
  exit?: number | "nonzero";
  stderr_has?: string;
  stdin?: string;
  /** Files put before the run: a map of path to text, or a list of `{path, text}`. */
  inject?: Record<string, unknown> | { path: string; text?: string; content?: string }[];
  artifact?: unknown;
  chambers?: Strength[];
  first_line_before_ms_after_start?: number;
  lines?: number;
}

interface Manifest {
  format: number;
  limits_for_the_set: SetLimits;
  applies: Record<string, Record<string, unknown>>;
  pairs?: unknown[];
  benign_expected: Record<string, BenignExpectation>;
  /** Ours only: the terminal statuses a hostile program may end with, and its exit code. */
  hostile_expected?: Record<string, { statuses: string[]; exit?: number; wall_s?: number }>;
}

export interface SetProgram {
  id: string;
  file: string;
  /** A mutant is judged by what the host sees of it, not by what it says: its own judgement may be what was changed. */
  kind: "hostile" | "benign" | "mutant";
  language: Language;
  text: string;
  /** Why it is not run on this rung; null when it is. */
  skip: string | null;
  /** Changed at random: the host's oracles judge it, not what it prints or how it ends. */
  mutated?: true;
}

export interface HostileSet {
  manifest: Manifest;
  programs: SetProgram[];
}

/** `j11-environ.js` is named j11 in the manifest. */
const shortId = (file: string): string => /^[a-z]+\d+[a-z]?/i.exec(file)?.[0] ?? file;

const globToPattern = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );

function named(token: string, file: string): boolean {
  const range = /^([a-z]+)(\d+)\s*(?:-|–|\.\.)\s*([a-z]*)(\d+)$/i.exec(token);
  if (range) {
    const own = /^([a-z]+)(\d+)/i.exec(file);
    if (own?.[1] !== range[1]) return false;
    return Number(own![2]) >= Number(range[2]) && Number(own![2]) <= Number(range[4]);
  }
  const stem = file.replace(/\.\w+$/, "");
  return [file, stem, shortId(file), `hostile/${file}`].some((name) => globToPattern(token).test(name));
}

const tokensOf = (text: string): string[] =>
  text.match(/[a-z]+\d+\s*(?:-|–|\.\.)\s*[a-z]*\d+(?![\w*])|[\w./*?-]*\*[\w./*?-]*|\b[jps]\d+[\w.-]*/gi) ?? [];

/** Reads a sentence such as "all j*.js except j05, j11". @returns why the file is left out, or null. */
export function leftOut(sentence: string, file: string): string | null {
  const [head = "", ...tail] = sentence.split(/\bexcept\b/i);
  const except = tokensOf(tail.join(" ")).map((token) => token.replace(/[.,;]+$/, ""));
  if (except.some((token) => named(token, file))) return `left out by the set: ${sentence}`;
  if (/^\s*(none|no|not|n\/a|-)\b/i.test(head)) return `left out by the set: ${sentence}`;
  const globs = tokensOf(head).map((token) => token.replace(/[.,;]+$/, ""));
  return globs.length === 0 || globs.some((token) => named(token, file)) ? null : `not named by the set: ${sentence}`;
}

function skipReason(manifest: Manifest, kind: SetProgram["kind"], file: string, strength: Strength): string | null {
  if (kind === "benign") {
    const chambers = manifest.benign_expected[file]?.chambers ?? manifest.benign_expected[shortId(file)]?.chambers;
    return !chambers || chambers.includes(strength) ? null : `only for ${chambers.join(", ")}`;
  }
  const sentence = manifest.applies[extname(file).slice(1)]?.[strength];
  if (sentence === undefined || sentence === true) return null;
  if (sentence === false || sentence === null) return "left out by the set";
  return leftOut(Array.isArray(sentence) ? sentence.join(", ") : String(sentence), file);
}

export function readSet(folder: string, strength: Strength): HostileSet {
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Manifest;
  if (manifest.format !== 1) throw new Error(`format ${manifest.format} of the hostile set is not known`);
  const programs = (["hostile", "benign"] as const).flatMap((kind) =>
    readdirSync(join(folder, kind))
      .filter((file) => extname(file) in LANGUAGES)
      .sort()
      .map(
        (file): SetProgram => ({
          id: file.replace(/\.\w+$/, ""),
          file,
          kind,
          language: LANGUAGES[extname(file)]!,
          text: readFileSync(join(folder, kind, file), "utf8"),
          skip: skipReason(manifest, kind, file, strength),
        }),
      ),
  );
  return { manifest, programs: inPairs(programs, manifest.pairs ?? []) };
}

/** The second of a pair runs right after the first. */
function inPairs(programs: SetProgram[], pairs: unknown[]): SetProgram[] {
  let order = programs;
  for (const pair of pairs) {
    const names = JSON.stringify(pair).match(/[jpsb]\d+[\w.-]*/g) ?? [];
    const members = names.flatMap((name) => order.filter((one) => named(name.replace(/\.(js|py|sh)$/, "*"), one.file)));
    const [first] = members;
    if (!first) continue;
    const at = order.indexOf(first);
    const rest = order.filter((one) => !members.includes(one));
    order = [...rest.slice(0, at), ...new Set(members), ...rest.slice(at)];
  }
  return order;
}

export const injected = (inject: BenignExpectation["inject"]): Map<string, Uint8Array> => {
  const pairs = Array.isArray(inject)
    ? inject.map((one) => [one.path, one.text ?? one.content ?? ""] as const)
    : Object.entries(inject ?? {}).map(([path, value]) => [path, contentOf(value)] as const);
  return new Map(pairs.map(([path, text]) => [path.replace(/^\/work\//, ""), Buffer.from(text)]));
};

function contentOf(value: unknown): string {
  if (typeof value === "string") return value;
  const { text, content, base64 } = value as Record<string, string | undefined>;
  return base64 === undefined ? (text ?? content ?? "") : Buffer.from(base64, "base64").toString("latin1");
}
