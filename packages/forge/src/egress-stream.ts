/** Streams that were allowed: bytes are booked on the permit before they pass, and both sides end together. */
import { type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Duplex, pipeline, Transform } from "node:stream";
import { literalOf } from "./egress-address.ts";
import type { EgressPorts, EgressRequest, LiveStream } from "./egress-port.ts";
import { readClientHello } from "./egress-tls.ts";

const CONNECT_TIMEOUT_MS = 15_000;
const HELLO_TIMEOUT_MS = 10_000;
/** Nothing in either direction for so long ends a stream. */
const IDLE_MS = 120_000;

/** Headers that speak of this hop alone (RFC 9110 §7.6.1). */
const HOP_HEADERS = new Set([
  "connection",
  "proxy-connection",
  "proxy-authorization",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "host",
]);

type Ended = (why: string | null) => void;

/** Lets bytes pass once they are booked. */
function counted(ports: EgressPorts, stream: LiveStream, side: "up" | "down"): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      ports.permits.spend(stream.permit, { uses: 0, bytes: chunk.length }).then(
        (refused) => {
          if (refused !== null) stream.end(refused.why);
          if (refused !== null) return done(new Error(refused.why));
          stream[side] += chunk.length;
          done(null, chunk);
        },
        (fault: Error) => done(fault),
      );
    },
  });
}

/** Ends `all` together, once, and says why. */
function ender(
  stream: LiveStream,
  ended: Ended,
  all: () => readonly { destroy(): void }[],
): (why: string | null) => void {
  let over = false;
  const end = (why: string | null): void => {
    if (over) return;
    over = true;
    for (const one of all()) one.destroy();
    ended(why);
  };
  stream.end = end;
  return end;
}

/** A plain HTTP request: read by our parser, written anew, so that nothing is smuggled beside it. */
export function forwardRequest(
  ports: EgressPorts,
  stream: LiveStream,
  { path, host, port, method }: EgressRequest & { path: string },
  from: IncomingMessage,
  to: ServerResponse,
  ended: Ended,
): void {
  let upstream: ClientRequest | null = null;
  const end = ender(stream, ended, () => [from.socket, ...(upstream === null ? [] : [upstream])]);
  const headers = Object.fromEntries(Object.entries(from.headers).filter(([name]) => !HOP_HEADERS.has(name)));
  upstream = httpRequest({
    createConnection: () => ports.connect(stream.address, port),
    method,
    path,
    setHost: false,
    headers: { ...headers, host: port === 80 ? host : `${host}:${port}`, connection: "close" },
    timeout: IDLE_MS,
  });
  upstream.on("timeout", () => end("nothing came for too long"));
  upstream.on("response", (answer) => {
    const kept = Object.entries(answer.headers).filter(([name]) => !HOP_HEADERS.has(name));
    to.writeHead(answer.statusCode ?? 502, { ...Object.fromEntries(kept), connection: "close" });
    pipeline(answer, counted(ports, stream, "down"), to, (fault) => end(fault?.message ?? null));
  });
  upstream.on("error", (fault) => {
    if (!to.headersSent)
      to.writeHead(502, "The host did not answer", { connection: "close" }).end(`${fault.message}\n`);
    ended(fault.message);
  });
  pipeline(from, counted(ports, stream, "up"), upstream, (fault) => fault && end(fault.message));
  to.on("close", () => end(null));
}

/** A tunnel: the client's first words must be TLS and name the permitted host; then bytes go both ways, unseen. */
export function openTunnel(ports: EgressPorts, stream: LiveStream, client: Duplex, head: Buffer, ended: Ended): void {
  let upstream: Socket | null = null;
  const end = ender(stream, ended, () => [client, ...(upstream === null ? [] : [upstream])]);
  let hello = head;
  const timer = setTimeout(() => end("no client hello came"), HELLO_TIMEOUT_MS);
  const take = (bytes: Buffer): void => {
    hello = Buffer.concat([hello, bytes]);
    const reading = readClientHello(hello);
    if (reading.kind === "more") return;
    clearTimeout(timer);
    client.off("data", take).pause();
    const fault = reading.kind === "not-tls" ? reading.why : nameFault(reading, stream.request.host);
    if (fault !== null) {
      end(fault);
      return;
    }
    upstream = ports.connect(stream.address, stream.request.port);
    join(ports, stream, client, upstream, hello, end);
  };
  client.on("close", () => {
    clearTimeout(timer);
    end(null);
  });
  client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  client.on("data", take);
  if (head.length > 0) take(Buffer.alloc(0));
}

function nameFault({ name, hidden }: { name: string | null; hidden: boolean }, host: string): string | null {
  if (hidden) return "the client hello is encrypted: the server's name cannot be held against the permit";
  if (name === null) return literalOf(host) === null ? "the client hello names no server" : null;
  return name.replace(/\.$/, "") === host
    ? null
    : `the client hello names ${JSON.stringify(name.slice(0, 100))}, not ${host}`;
}

function join(
  ports: EgressPorts,
  stream: LiveStream,
  client: Duplex,
  upstream: Socket,
  hello: Buffer,
  end: Ended,
): void {
  upstream.setTimeout(CONNECT_TIMEOUT_MS, () => end("nothing came for too long"));
  upstream.once("connect", () => upstream.setTimeout(IDLE_MS));
  const finish = (fault?: Error | null): void => {
    if (fault) end(fault.message);
  };
  client.unshift(hello);
  pipeline(client, counted(ports, stream, "up"), upstream, finish);
  pipeline(upstream, counted(ports, stream, "down"), client, finish);
  upstream.on("close", () => end(null));
}
