/** A VMM made from Firecracker's API definition: takes what that takes, in the order that its documents give, and boots nothing. */
import { createServer, type Server } from "node:http";
import { connect, createServer as createSocketServer, type Socket, type Server as SocketServer } from "node:net";
import { requestFault } from "../src/firecracker-api.ts";

type Phase = "empty" | "configured" | "running" | "paused";

const BEFORE_BOOT =
  /^PUT \/(boot-source|machine-config|cpu-config|drives\/|network-interfaces\/|vsock|entropy|serial|pmem\/)/;
const AFTER_BOOT = /^PATCH \/(vm|drives\/|network-interfaces\/|pmem\/)|^PUT \/snapshot\/create/;

export class FakeFirecracker {
  readonly seen: string[] = [];
  readonly #server: Server;
  readonly #set = new Map<string, Record<string, unknown>>();
  readonly #echoPort: number;
  #vsock: SocketServer | null = null;
  #phase: Phase = "empty";

  constructor(echoPort: number) {
    this.#echoPort = echoPort;
    this.#server = createServer((request, answer) => {
      let text = "";
      request.on("data", (part: Buffer) => {
        text += part;
      });
      request.on("end", () => {
        const fault = this.#take(request.method!, request.url!, text);
        answer.writeHead(fault === null ? 204 : 400, { "content-type": "application/json" });
        answer.end(fault === null ? "" : JSON.stringify({ fault_message: fault }));
      });
    });
  }

  listen(path: string): Promise<void> {
    return new Promise((done) => this.#server.listen(path, done));
  }

  /** As a program in the guest would: Firecracker connects to the host's socket of that port. */
  guestConnect(port: number): Socket {
    return connect(`${String(this.#set.get("/vsock")!.uds_path)}_${port}`);
  }

  async close(): Promise<void> {
    this.#vsock?.close();
    await new Promise((done) => this.#server.close(done));
  }

  #take(method: string, path: string, text: string): string | null {
    const body = JSON.parse(text) as Record<string, unknown>;
    const fault = requestFault(method, path, body) ?? this.#outOfTurn(`${method} ${path}`, body);
    if (fault !== null) return fault;
    this.seen.push(`${method} ${path}`);
    this.#apply(path, body);
    return null;
  }

  #outOfTurn(name: string, body: Record<string, unknown>): string | null {
    const booted = this.#phase === "running" || this.#phase === "paused";
    const late = "The requested operation is not supported after starting the microVM.";
    const early = "The requested operation is not supported before starting the microVM.";
    if (BEFORE_BOOT.test(name) && booted) return late;
    if (AFTER_BOOT.test(name) && !booted) return early;
    if (name === "PUT /snapshot/load" && this.#phase !== "empty")
      return "Loading a snapshot is only allowed before configuration.";
    if (name === "PUT /snapshot/create" && this.#phase !== "paused") return "The microVM must be paused.";
    if (body.action_type !== "InstanceStart") return null;
    if (booted) return late;
    return this.#set.has("/boot-source") ? null : "Cannot start microvm without kernel configuration.";
  }

  #apply(path: string, body: Record<string, unknown>): void {
    this.#set.set(path, body);
    if (this.#phase === "empty") this.#phase = "configured";
    if (body.action_type === "InstanceStart") this.#begin(this.#set.get("/vsock"));
    if (path === "/snapshot/load") this.#begin(body.vsock_override as Record<string, unknown>);
    if (path === "/vm") this.#phase = body.state === "Paused" ? "paused" : "running";
  }

  #begin(vsock: Record<string, unknown> | undefined): void {
    this.#phase = "running";
    if (vsock === undefined) return;
    this.#vsock?.close();
    this.#vsock = createSocketServer((socket) => this.#shake(socket)).listen(String(vsock.uds_path));
  }

  /** Hybrid vsock: the first line names the port; on the port that listens, everything comes back. */
  #shake(socket: Socket): void {
    socket.once("data", (first: Buffer) => {
      const match = /^CONNECT (\d+)\n/.exec(first.toString("latin1"));
      if (match === null || Number(match[1]) !== this.#echoPort) {
        socket.end();
        return;
      }
      socket.write(`OK ${1 << 30}\n`);
      socket.write(first.subarray(match[0].length));
      socket.pipe(socket);
    });
    socket.on("error", () => {});
  }
}
