/** The HUD's files, as `vite build` left them. Only a listed file can be asked for. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type Refusal, refuse } from "lop";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};

/** Where the build of the package prism lies. */
const hudFolder = (): string => join(fileURLToPath(import.meta.resolve("prism/package.json")), "..", "dist");

export class Hud {
  readonly #folder: string;
  #files: Map<string, string> | null = null;

  constructor(folder: string = hudFolder()) {
    this.#folder = folder;
  }

  get built(): boolean {
    return this.#list().has("/index.html");
  }

  /** `path` as in the address. Null when no file is named so. */
  answer(path: string): Response | Refusal | null {
    // A build may come while the daemon runs; the page that it makes asks for files of other names.
    if (path === "/") this.#files = null;
    if (path === "/" && !this.built) return refuse("hud-absent", "The HUD is not built.");
    const file = this.#list().get(path === "/" ? "/index.html" : path);
    if (file === undefined) return null;
    // Built names carry a digest of the content; the page itself must always be asked for again.
    const cache = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    return new Response(readFileSync(file) as Uint8Array<ArrayBuffer>, {
      headers: { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Cache-Control": cache },
    });
  }

  #list(): Map<string, string> {
    this.#files ??= filesOf(this.#folder);
    return this.#files;
  }
}

function filesOf(folder: string): Map<string, string> {
  try {
    const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const shown = paths.filter((path) => !relative(folder, path).startsWith("."));
    return new Map(shown.map((path) => [`/${relative(folder, path).split(sep).join("/")}`, path]));
  } catch {
    return new Map();
  }
}
