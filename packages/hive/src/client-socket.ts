/** Requests to a daemon, on one connection that stays open between them. node:http, because it loads in a third of fetch's time. */
import { Agent, request as plain } from "node:http";
import type { Answer, Transport } from "./client.ts";

export const CONNECT_TIMEOUT_MS = 5000;

export class SocketTransport {
  readonly #url: URL;
  readonly #agent: Agent;

  constructor(url: string) {
    this.#url = new URL(url);
    this.#agent = new Agent({ keepAlive: true, maxSockets: 4 });
  }

  readonly send: Transport = async (method, path, { headers, body, signal }) => {
    const request = this.#url.protocol === "https:" ? (await import("node:https")).request : plain;
    return new Promise<Answer>((resolve, reject) => {
      const sent = request(
        {
          method,
          host: this.#url.hostname.replace(/^\[|\]$/g, ""),
          port: this.#url.port,
          path,
          headers: { ...headers, ...(body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) }) },
          ...(this.#url.protocol === "https:" ? {} : { agent: this.#agent }),
          ...(signal === undefined ? {} : { signal }),
        },
        (answer) => resolve({ status: answer.statusCode ?? 0, body: answer }),
      );
      sent.on("error", reject);
      sent.on("socket", (socket) => {
        if (!socket.connecting) return;
        const late = setTimeout(() => sent.destroy(new Error("the daemon does not answer")), CONNECT_TIMEOUT_MS);
        socket.once("connect", () => clearTimeout(late));
        socket.once("close", () => clearTimeout(late));
      });
      sent.end(body);
    });
  };

  close(): void {
    this.#agent.destroy();
  }
}
