// The house as data: every source file with its text and imports, so that rules are plain functions over it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const SKIPPED = new Set(["node_modules", "dist", ".git", ".cache", "golden", "vectors"]);

export interface Import {
  readonly line: number;
  /** As written, e.g. `./bytes.ts`, `lop`, `node:fs`. */
  readonly from: string;
  /** `type` leaves no trace at run time; `program` is a file that is started (worker, child), not imported. */
  readonly kind: "value" | "type" | "program";
}

export interface SourceFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Package folder name, or null outside `packages/`. */
  readonly package: string | null;
  readonly part: "src" | "test" | "bench" | "other";
  readonly text: string;
  /** The text with comments blanked out, lines kept. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export interface Manifest {
  readonly name: string;
  readonly exports?: Record<string, string>;
  readonly bin?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

export interface House {
  readonly sources: readonly SourceFile[];
  /** Path → text of every Markdown file. */
  readonly pages: ReadonlyMap<string, string>;
  /** Every path in the house. */
  readonly paths: ReadonlySet<string>;
  /** Package folder name → its package.json. */
  readonly manifests: ReadonlyMap<string, Manifest>;
  readonly lock: string;
}

export function readHouse(root: string = ROOT): House {
  const paths = new Set(walk(root, root));
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const ending = (pattern: RegExp) => [...paths].filter((path) => pattern.test(path));
  const manifests = ending(/^packages\/[^/]+\/package\.json$/).map(
    (path) => [path.split("/")[1]!, JSON.parse(read(path)) as Manifest] as const,
  );
  return {
    sources: ending(/\.tsx?$/).map((path) => sourceFile(path, read(path))),
    pages: new Map(ending(/\.md$/).map((path) => [path, read(path)])),
    paths,
    manifests: new Map(manifests),
    lock: read("package-lock.json"),
  };
}

function walk(folder: string, root: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path, root) : [relative(root, path)];
  });
}

export function sourceFile(path: string, text: string): SourceFile {
  const inPackage = /^packages\/([^/]+)\/(?:(src|test|bench)\/)?/.exec(path);
  const code = blankComments(text);
  return {
    path,
    package: inPackage?.[1] ?? null,
    part: (inPackage?.[2] as "src" | undefined) ?? "other",
    text,
    code,
    imports: findImports(code),
  };
}

/** Comments become blanks, so that rules do not trip over prose; strings stay, since imports are strings. */
export function blankComments(text: string): string {
  const token = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replace(token, (found) =>
    found.startsWith("/*") || found.startsWith("//") ? found.replace(/[^\n]/g, " ") : found,
  );
}

function findImports(code: string): Import[] {
  const statement =
    /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|new URL\(\s*"(\.[^"]+)",\s*import\.meta\.url/gm;
  return [...code.matchAll(statement)].map((match) => ({
    line: code.slice(0, match.index).split("\n").length,
    from: (match[2] ?? match[3] ?? match[4])!,
    kind: match[4] !== undefined ? "program" : match[1] !== undefined ? "type" : "value",
  }));
}

/** The path that a relative import points at, or null for a bare one. */
export const targetOf = (file: SourceFile, from: string): string | null =>
  from.startsWith(".") ? normalize(join(dirname(file.path), from)) : null;

/** `@scope/name` or `name` of a bare import; null for relative ones and `node:`. */
export function packageOf(from: string): string | null {
  if (from.startsWith(".") || from.startsWith("node:")) return null;
  return from
    .split("/")
    .slice(0, from.startsWith("@") ? 2 : 1)
    .join("/");
}
