/** The socket. Loopback as it is; wider only with TLS. */
import { readFileSync } from "node:fs";
import { createServer as createPlain, type Server, type ServerOptions } from "node:http";
import { createServer as createTls } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type Refusal, refuse } from "lop";
import type { Config } from "./config.ts";
import { isLoopbackName } from "./http-guards.ts";

export const HEAD_TIMEOUT_MS = 10_000;
/** A request's body must be here within this time. */
export const REQUEST_TIMEOUT_MS = 30_000;
export const KEEP_ALIVE_MS = 65_000;
export const CONNECTIONS_MAX = 2048;
export const HEADERS_MAX_BYTES = 16_384;

export type Fetch = (request: Request, bindings: object) => Response | Promise<Response>;

export interface Listener {
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, lets open answers end within the limit, then cuts them. */
  close(limit_ms: number): Promise<void>;
}

export async function listen(settings: Config["http"], fetch: Fetch): Promise<Listener | Refusal> {
  const tls = readTls(settings);
  if (tls !== null && "refused" in tls) return tls;
  if (!isLoopbackName(settings.bind) && tls === null)
    return refuse("bind-refused", `http.bind is ${settings.bind}, which others can reach, and no certificate is set.`);
  const options: ServerOptions = {
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: HEADERS_MAX_BYTES,
  };
  const answer = getRequestListener(fetch, { overrideGlobalObjects: false });
  const server = tls === null ? createPlain(options, answer) : createTls({ ...options, ...tls }, answer);
  server.maxConnections = CONNECTIONS_MAX;
  const refused = await opened(server, settings);
  if (refused !== null) return refused;
  const { port } = server.address() as AddressInfo;
  const host = settings.bind.includes(":") ? `[${settings.bind}]` : settings.bind;
  return {
    url: `${tls === null ? "http" : "https"}://${host}:${port}`,
    port,
    close: (limit_ms) => shut(server, limit_ms),
  };
}

function readTls({ tls_cert, tls_key }: Config["http"]): { cert: Buffer; key: Buffer } | null | Refusal {
  if (tls_cert === null && tls_key === null) return null;
  if (tls_cert === null || tls_key === null)
    return refuse("bind-refused", "Of http.tls_cert and http.tls_key only one is set.");
  try {
    return { cert: readFileSync(tls_cert), key: readFileSync(tls_key) };
  } catch (error) {
    return refuse("bind-refused", `The TLS files cannot be read: ${(error as Error).message}.`);
  }
}

function opened(server: Server, { port, bind }: Config["http"]): Promise<Refusal | null> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(refuse("port-taken", `Something else listens on ${bind}:${port}.`));
      else if (error.code === "EACCES") resolve(refuse("port-taken", `Port ${port} is for the administrator alone.`));
      else if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
        resolve(refuse("bind-refused", `${bind} is no address of this machine.`, "Correct `http.bind`."));
      else reject(error);
    });
    server.listen({ port, host: bind }, () => resolve(null));
  });
}

function shut(server: Server, limit_ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), limit_ms);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
