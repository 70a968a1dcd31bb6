/** Where a monitor writes the state of its machine: a socket that only this monitor can reach. */
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Owner } from "./vm-jail.ts";

/** Devices and registers of these machines take some 50 KiB. */
export const STATE_MAX_BYTES = 4 * 1024 * 1024;

/** Short: the path of a socket has 108 bytes at most (unix(7)). */
export const outletFolder = (): string => join(tmpdir(), `axiom-vm-${randomBytes(6).toString("hex")}`);

export class StateOutlet {
  readonly folder: string;
  readonly path: string;
  readonly #owner: Owner | null;
  #server: Server | null = null;

  /** @param folder is made here, and removed with the outlet; see `outletFolder`. */
  constructor(folder: string, owner: Owner | null) {
    this.#owner = owner;
    this.folder = folder;
    mkdirSync(folder, { mode: 0o700 });
    this.path = join(this.folder, "state");
    if (owner) chownSync(this.folder, owner.uid, owner.gid);
  }

  /** Listens for one state. @returns what gives it once the monitor has said that it is whole. */
  async open(): Promise<() => Promise<Uint8Array>> {
    rmSync(this.path, { force: true });
    const chunks: Uint8Array[] = [];
    const whole = Promise.withResolvers<Uint8Array>();
    whole.promise.catch(() => {});
    this.#server?.close();
    this.#server = createServer((socket) => {
      let size = 0;
      socket.on("data", (chunk: Uint8Array) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > STATE_MAX_BYTES) socket.destroy(new Error("the machine's state is too big"));
      });
      socket.on("error", whole.reject);
      socket.on("end", () => whole.resolve(Buffer.concat(chunks)));
    });
    const server = this.#server.unref();
    await new Promise<void>((done, fail) => server.once("error", fail).listen(this.path, done));
    if (this.#owner) chownSync(this.path, this.#owner.uid, this.#owner.gid);
    chmodSync(this.path, 0o600);
    return () => whole.promise;
  }

  close(): void {
    this.#server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
