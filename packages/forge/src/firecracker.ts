/**
 * A driver for Firecracker: its API over a Unix socket, and streams to the guest through its vsock. Every body is held against the
 * API's own definition before it is sent. It conforms to that definition and was tested against a VMM made from it; it has never
 * met the real binary, and no chamber uses it yet.
 */
import { request } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Refusal, refuse } from "lop";
import { type FirecrackerMethod, requestFault } from "./firecracker-api.ts";

export const API_TIMEOUT_MS = 5000;
export const HANDSHAKE_TIMEOUT_MS = 2000;
/** Of the line that answers CONNECT. */
const ANSWER_MAX_BYTES = 32;
/** Of an answer's body; only errors have one that is read. */
const BODY_MAX_BYTES = 64 * 1024;

export interface FirecrackerMachine {
  kernel: string;
  boot_args: string;
  /** squashfs, given read-only. */
  root: string;
  memory_mib: number;
  vsock_path: string;
}

/** Context id of the guest; Firecracker gives every machine its own socket, so all may have the same. */
const GUEST_CID = 3;

export class Firecracker {
  readonly #api_path: string;

  constructor(api_path: string) {
    this.#api_path = api_path;
  }

  /** Configures and starts. Stops at the first request that is refused. */
  async boot({ kernel, boot_args, root, memory_mib, vsock_path }: FirecrackerMachine): Promise<Refusal | null> {
    const drive = { drive_id: "root", path_on_host: root, is_root_device: true, is_read_only: true };
    return this.#inOrder([
      ["PUT", "/machine-config", { vcpu_count: 1, mem_size_mib: memory_mib }],
      ["PUT", "/boot-source", { kernel_image_path: kernel, boot_args }],
      ["PUT", "/drives/root", drive],
      ["PUT", "/vsock", { guest_cid: GUEST_CID, uds_path: vsock_path }],
      ["PUT", "/actions", { action_type: "InstanceStart" }],
    ]);
  }

  pause(): Promise<Refusal | null> {
    return this.send("PATCH", "/vm", { state: "Paused" });
  }

  resume(): Promise<Refusal | null> {
    return this.send("PATCH", "/vm", { state: "Resumed" });
  }

  /** The machine must be paused. Its vsock connections do not survive. */
  snapshot(snapshot_path: string, mem_file_path: string): Promise<Refusal | null> {
    return this.send("PUT", "/snapshot/create", { snapshot_type: "Full", snapshot_path, mem_file_path });
  }

  /** Into a VMM that was just started; the guest runs on at once. */
  restore(snapshot_path: string, mem_file_path: string, vsock_path: string): Promise<Refusal | null> {
    const mem_backend = { backend_type: "File", backend_path: mem_file_path };
    const body = { snapshot_path, mem_backend, resume_vm: true, vsock_override: { uds_path: vsock_path } };
    return this.send("PUT", "/snapshot/load", body);
  }

  async #inOrder(steps: readonly (readonly [FirecrackerMethod, string, object])[]): Promise<Refusal | null> {
    for (const [method, path, body] of steps) {
      const refusal = await this.send(method, path, body);
      if (refusal) return refusal;
    }
    return null;
  }

  /** One request. @throws TypeError on a body that the API's definition does not take: the driver's own fault. */
  async send(method: FirecrackerMethod, path: string, body: object): Promise<Refusal | null> {
    const fault = requestFault(method, path, body);
    if (fault !== null) throw new TypeError(fault);
    const text = JSON.stringify(body);
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    const options = { socketPath: this.#api_path, method, path, headers, timeout: API_TIMEOUT_MS };
    return new Promise((done) => {
      const refused = (why: string): void => done(refuse("rung-unavailable", `firecracker: ${method} ${path}: ${why}`));
      const call = request(options, (answer) => {
        let words = "";
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => {
          words = (words + part).slice(0, BODY_MAX_BYTES);
        });
        answer.on("end", () => (answer.statusCode === 204 ? done(null) : refused(wordsOf(words))));
      });
      call.on("timeout", () => call.destroy(new Error(`no answer in ${API_TIMEOUT_MS} ms`)));
      call.on("error", (fault) => refused(fault.message));
      call.end(text);
    });
  }
}

function wordsOf(text: string): string {
  try {
    return String((JSON.parse(text) as { fault_message?: string }).fault_message ?? text);
  } catch {
    return text;
  }
}

/** A stream to a port of the guest: `CONNECT port\n`, answered by `OK hostport\n`. @throws Error when the guest does not listen. */
export async function connectGuest(vsock_path: string, port: number): Promise<Socket> {
  const socket = connect(vsock_path);
  const timer = setTimeout(() => socket.destroy(new Error("the guest did not answer in time")), HANDSHAKE_TIMEOUT_MS);
  try {
    socket.write(`CONNECT ${port}\n`);
    const line = await firstLine(socket);
    if (!/^OK \d+$/.test(line)) throw new Error(`the guest answered ${JSON.stringify(line)}`);
    return socket;
  } catch (fault) {
    socket.destroy();
    throw fault;
  } finally {
    clearTimeout(timer);
  }
}

/** Byte by byte: what follows the line belongs to whoever gets the socket. */
function firstLine(socket: Socket): Promise<string> {
  return new Promise((done, fail) => {
    let line = "";
    const over = (fault: Error): void => {
      socket.off("readable", read);
      fail(fault);
    };
    const read = (): void => {
      for (let byte = socket.read(1) as Buffer | null; byte; byte = socket.read(1) as Buffer | null) {
        if (byte[0] === 10) {
          for (const [event, listener] of [
            ["readable", read],
            ["error", over],
            ["end", ended],
          ] as const)
            socket.off(event, listener);
          done(line);
          return;
        }
        line += byte.toString("latin1");
        if (line.length > ANSWER_MAX_BYTES) over(new Error("the answer is too long"));
      }
    };
    const ended = (): void => over(new Error("the guest does not listen there"));
    socket.on("readable", read).on("error", over).on("end", ended);
  });
}

/** Streams that the guest begins: Firecracker connects to `PATH_PORT`. */
export async function listenForGuest(
  vsock_path: string,
  port: number,
  take: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer(take);
  await new Promise<void>((done, fail) => server.once("error", fail).listen(`${vsock_path}_${port}`, done));
  return server;
}
