/** Reads a hostile set of format 1: the manifest, the programs, and which of them a rung must run. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { z } from "zod";
import type { Language } from "../src/index.ts";

const LANGUAGES: Readonly<Record<string, Language>> = { ".js": "javascript", ".py": "python", ".sh": "shell" };

export type Strength = "wasm" | "os" | "vm";

const Limits = z.looseObject({
  wall_s: z.number().positive(),
  cpu_s: z.number().positive().optional(),
  mem_mib: z.number().positive(),
  pids: z.int().positive().default(64),
  stdout_bytes: z.int().positive(),
  disk_mib: z.number().positive(),
});
export type SetLimits = Pick<z.infer<typeof Limits>, "wall_s" | "mem_mib" | "stdout_bytes" | "disk_mib">;

const Injected = z.looseObject({ path: z.string(), text: z.string().optional(), content: z.string().optional() });
const Text = z.union([z.string(), z.number().transform(String)]);
const Benign = z.looseObject({
  /** Last line of stdout. */
  out: Text.optional(),
  exit: z.union([z.int(), z.literal("nonzero")]).optional(),
  stderr_has: Text.optional(),
  stdin: Text.optional(),
  /** Files put before the run: a map of path to text, or a list of `{path, text}`. */
  inject: z.union([z.array(Injected), z.record(z.string(), z.unknown())]).optional(),
  artifact: z.unknown().optional(),
  /** Of wasm, os and vm. */
  chambers: z.array(z.string()).optional(),
  first_line_before_ms_after_start: z.number().positive().optional(),
  lines: z.int().nonnegative().optional(),
});
export type BenignExpectation = z.infer<typeof Benign>;

const Manifest = z.looseObject({
  format: z.literal(1),
  limits_for_the_set: Limits,
  /** A sentence with globs and exceptions for each language and rung; also a list of such, or all and none. */
  applies: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  pairs: z.array(z.unknown()).default([]),
  benign_expected: z.record(z.string(), Benign).default({}),
  /** Ours only: the terminal statuses a hostile program may end with, and its exit code. */
  hostile_expected: z
    .record(
      z.string(),
      z.looseObject({ statuses: z.array(z.string()), exit: z.int().optional(), wall_s: z.number().optional() }),
    )
    .optional(),
});
type Manifest = z.infer<typeof Manifest>;

/** What is wrong with a set, in words for whoever wrote it. */
export class SetFault extends Error {}

export interface SetProgram {
  id: string;
  file: string;
  kind: "hostile" | "benign";
  language: Language;
  text: string;
  /** Why it is not run on this rung; null when it is. */
  skip: string | null;
  /** The second of a pair: right after the first. */
  follows?: true;
  /** Changed at random: the host's oracles judge it, not what it prints or how it ends. */
  mutated?: true;
}

export interface HostileSet {
  manifest: Manifest;
  /** What of the manifest fits nothing in the folder. */
  doubts: readonly string[];
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
    const { chambers } = benignExpectation(manifest, file);
    return !chambers || chambers.includes(strength) ? null : `only for ${chambers.join(", ")}`;
  }
  const sentence = manifest.applies[extname(file).slice(1)]?.[strength];
  if (sentence === undefined || sentence === true) return null;
  if (sentence === false || sentence === null) return "left out by the set";
  return leftOut(Array.isArray(sentence) ? sentence.join(", ") : String(sentence), file);
}

/** @throws SetFault when the folder is not a set of format 1. */
export function readSet(folder: string, strength: Strength): HostileSet {
  const manifest = readManifest(join(folder, "manifest.json"));
  const files = KINDS.flatMap((kind) => filesOf(folder, kind).map((file) => ({ kind, file })));
  if (files.length === 0) throw new SetFault(`${folder} has no program in hostile/ or benign/`);
  const programs = files.map(({ kind, file }): SetProgram => {
    const language = LANGUAGES[extname(file)];
    return {
      id: file.replace(/\.\w+$/, ""),
      file,
      kind,
      language: language ?? "shell",
      text: readFileSync(join(folder, kind, file), "utf8"),
      skip:
        language === undefined
          ? `no language is known by ${extname(file) || "no ending"}`
          : skipReason(manifest, kind, file, strength),
    };
  });
  const doubts = doubtsOf(manifest, files);
  return { manifest, programs: inPairs(programs, manifest.pairs), doubts };
}

const KINDS = ["hostile", "benign"] as const;

function readManifest(path: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (fault) {
    const { code, message } = fault as NodeJS.ErrnoException;
    throw new SetFault(code === undefined ? `${path} is no JSON: ${message}` : `${path} cannot be read: ${message}`);
  }
  const read = Manifest.safeParse(json);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path: at, message }) => `${at.join(".") || "the whole"}: ${message}`);
  throw new SetFault([`${path} is no manifest of format 1`, ...faults].join("\n  "));
}

/** A set may have only the one or the other; what begins with a dot is nobody's program. */
function filesOf(folder: string, kind: SetProgram["kind"]): string[] {
  const at = join(folder, kind);
  if (!existsSync(at)) return [];
  return readdirSync(at, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .sort();
}

/** What a manifest names and nobody finds is a promise that is never tried. */
function doubtsOf(manifest: Manifest, files: readonly { kind: string; file: string }[]): string[] {
  const absent = (kind: string, name: string): boolean =>
    !files.some((one) => one.kind === kind && namesOf(one.file).includes(name));
  return [
    ...Object.keys(manifest.benign_expected)
      .filter((name) => absent("benign", name))
      .map((name) => `benign_expected names ${name}, which is not in benign/`),
    ...Object.keys(manifest.hostile_expected ?? {})
      .filter((name) => absent("hostile", name))
      .map((name) => `hostile_expected names ${name}, which is not in hostile/`),
    ...manifest.pairs
      .filter((pair) => pairNames(pair).filter((name) => files.some(({ file }) => named(name, file))).length < 2)
      .map((pair) => `pairs: ${JSON.stringify(pair)} does not name two programs of the set`),
  ];
}

/** How a manifest may name a file: in full, without its ending, by its number. */
const namesOf = (file: string): string[] => [file, file.replace(/\.\w+$/, ""), shortId(file)];

export const benignExpectation = ({ benign_expected }: Manifest, file: string): BenignExpectation =>
  namesOf(file)
    .map((name) => benign_expected[name])
    .find((one) => one !== undefined) ?? {};

const pairNames = (pair: unknown): string[] =>
  (JSON.stringify(pair).match(/[jpsb]\d+[\w.-]*/g) ?? []).map((name) => name.replace(/\.(js|py|sh)$/, "*"));

/** The second of a pair runs right after the first. */
function inPairs(programs: SetProgram[], pairs: readonly unknown[]): SetProgram[] {
  let order = programs;
  for (const pair of pairs) {
    const members = [...new Set(pairNames(pair).flatMap((name) => order.filter((one) => named(name, one.file))))];
    const [first, ...others] = members;
    if (first === undefined) continue;
    const rest = order.filter((one) => !others.includes(one));
    const at = rest.indexOf(first) + 1;
    order = [...rest.slice(0, at), ...others.map((one) => ({ ...one, follows: true as const })), ...rest.slice(at)];
  }
  return order;
}

/** Piece `k` of `n` (from 1), so that a long set can be run bit by bit; a pair stays together. */
export function pieceOf(programs: readonly SetProgram[], k: number, n: number): SetProgram[] {
  const groups: SetProgram[][] = [];
  for (const program of programs)
    if (program.follows && groups.length > 0) groups.at(-1)!.push(program);
    else groups.push([program]);
  const [from, to] = [k - 1, k].map((part) => Math.round((part * groups.length) / n));
  return groups.slice(from, to).flat();
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
