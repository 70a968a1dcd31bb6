/** The workspace of the simulation: files in memory, with the rules of the real one that the flow depends on. */
import type { WorkspacePort } from "hive";
import { type Crypto, equal, type FileChange, type Refusal, refuse, toHex } from "lop";

export class SimWorkspace implements WorkspacePort {
  readonly #crypto: Pick<Crypto, "sha256">;
  readonly #files: Map<string, Uint8Array>;

  constructor(crypto: Pick<Crypto, "sha256">, files: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.#crypto = crypto;
    this.#files = new Map(files);
  }

  async list(path = "") {
    const inside = [...this.#files].filter(([name]) => path === "" || name.startsWith(`${path}/`));
    return inside.map(([name, bytes]) => ({ path: name, kind: "file", bytes: bytes.length }));
  }

  async read(path: string): Promise<Uint8Array | Refusal> {
    const outside = outsideOf(path);
    if (outside !== null) return outside;
    return this.#files.get(path) ?? refuse("path-not-found", `${path} does not exist`);
  }

  async files(): Promise<ReadonlyMap<string, Uint8Array>> {
    return new Map(this.#files);
  }

  async diff() {
    const changes = [...this.#files.keys()].map((path) => this.#change(path, null, this.#files.get(path)!));
    return { since: null, changes, text: "" };
  }

  async apply(
    changes: ReadonlyMap<string, Uint8Array | null>,
    base?: ReadonlyMap<string, Uint8Array>,
  ): Promise<readonly FileChange[] | Refusal> {
    for (const path of changes.keys()) {
      const now = this.#files.get(path) ?? null;
      const seen = base?.get(path) ?? null;
      const refusal = outsideOf(path);
      if (refusal !== null) return refusal;
      if (base !== undefined && !same(now, seen))
        return refuse("workspace-changed", `${path} was changed by somebody else in the meantime`);
    }
    const made = [...changes].map(([path, bytes]) => this.#change(path, this.#files.get(path) ?? null, bytes));
    for (const [path, bytes] of changes) bytes === null ? this.#files.delete(path) : this.#files.set(path, bytes);
    return made;
  }

  #change(path: string, before: Uint8Array | null, after: Uint8Array | null): FileChange {
    if (after === null) return { path, change: "removed", sha256: null, bytes: null };
    const sha256 = toHex(this.#crypto.sha256(after));
    return { path, change: before === null ? "added" : "changed", sha256, bytes: after.length };
  }
}

const same = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : equal(a, b);

const outsideOf = (path: string): Refusal | null =>
  path.startsWith("/") || path.split("/").includes("..") || path.includes("\0")
    ? refuse("path-outside-workspace", `${JSON.stringify(path)} leads out of the workspace`)
    : null;
