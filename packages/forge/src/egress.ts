/**
 * The one way out of a chamber: an HTTP proxy on the host, one listener a session, reached over a UNIX socket that lies in the
 * chamber. Every stream needs a permit that covers host, port and method; names are resolved here, once, and the stream goes
 * to that very address; each decision is recorded. docs/decisions/0111-egress.md.
 */
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { isRefusal, type Refusal, refuse } from "lop";
import { isOpenAddress, literalOf } from "./egress-address.ts";
import type { EgressBook, EgressDecision, EgressNet, EgressPorts, EgressRequest, LiveStream } from "./egress-port.ts";
import { forwardRequest, openTunnel } from "./egress-stream.ts";

/** Streams of one session at once. */
export const EGRESS_MAX_STREAMS = 32;
/** Decisions of one session that are recorded one by one; further ones are counted in the last entry. */
export const EGRESS_MAX_RECORDS = 256;
const HEAD_MAX_BYTES = 32 * 1024;
const HEAD_TIMEOUT_MS = 10_000;
/** How often live streams are held against their permit again. */
const RECHECK_MS = 500;
const HTTP_PORT = 80;
const SOCKET_NAME = "egress";

export class EgressDesk {
  readonly #net: EgressNet;
  readonly #sessions = new Set<EgressSession>();
  #book: EgressBook | null;
  #shut: string | null = null;

  /** Without a book nothing is open: it is handed in when it is known who allows. */
  constructor(net: EgressNet, book: EgressBook | null = null) {
    this.#net = net;
    this.#book = book;
  }

  bind(book: EgressBook): void {
    this.#book = book;
  }

  /** Listens for one session. `stage` is a folder on the host; the socket's folder in it belongs to `ids`. */
  async open(session: string, stage: string, ids: { uid: number; gid: number } | null): Promise<EgressSession> {
    const opened = this.begin(session);
    await opened.listen(stage, ids);
    return opened;
  }

  /** A session that listens nowhere: its streams are handed to `take`. */
  begin(session: string): EgressSession {
    const ports = { ...this.#net, ...(this.#book ?? NOBODY) };
    const opened = new EgressSession(
      ports,
      session,
      () => this.#shut,
      () => this.#sessions.delete(opened),
    );
    this.#sessions.add(opened);
    return opened;
  }

  /** Ends every stream in this very turn and lets no other begin. */
  shut(why: string): void {
    this.#shut = why;
    for (const session of this.#sessions) session.endStreams(why);
  }

  reopen(): void {
    this.#shut = null;
  }

  /** Holds every stream against its permit now: after a revocation. */
  recheck(): void {
    for (const session of this.#sessions) session.recheck();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }
}

const NOBODY: EgressBook = {
  permits: {
    find: () => refuse("permit-missing", "Nobody grants permits here."),
    spend: async () => refuse("permit-missing", "Nobody grants permits here."),
  },
  record: async () => null,
};

export class EgressSession {
  readonly #ports: EgressPorts;
  readonly #session: string;
  readonly #shut: () => string | null;
  readonly #onClosed: () => void;
  readonly #streams = new Set<LiveStream>();
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  /** Tunnels that carry plain HTTP, and where they lead. */
  readonly #plain = new WeakMap<Duplex, EgressRequest>();
  #timer: NodeJS.Timeout | null = null;
  #folder: string | null = null;
  #recorded = 0;
  #unrecorded = 0;

  constructor(ports: EgressPorts, session: string, shut: () => string | null, onClosed: () => void) {
    this.#ports = ports;
    this.#session = session;
    this.#shut = shut;
    this.#onClosed = onClosed;
    this.#server = createServer({
      maxHeaderSize: HEAD_MAX_BYTES,
      headersTimeout: HEAD_TIMEOUT_MS,
      requestTimeout: 0,
      insecureHTTPParser: false,
    });
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("request", (request, response) => void this.#forward(request, response));
    this.#server.on("connect", (request, socket, head) => void this.#tunnel(request, socket, head));
  }

  /** Folder on the host that holds the socket and nothing else. */
  get folder(): string {
    return this.#folder!;
  }

  async listen(stage: string, ids: { uid: number; gid: number } | null): Promise<void> {
    const folder = mkdtempSync(join(stage, "egress-"));
    this.#folder = folder;
    const path = join(folder, SOCKET_NAME);
    await new Promise<void>((done, failed) => this.#server.once("error", failed).listen(path, done));
    this.#server.unref();
    chmodSync(path, 0o600);
    if (ids !== null) for (const one of [path, folder]) chownSync(one, ids.uid, ids.gid);
  }

  /** A connection that came by another way than the socket. */
  take(stream: Duplex): void {
    this.#server.emit("connection", stream);
  }

  endStreams(why: string): void {
    for (const stream of [...this.#streams]) stream.end(why);
    // Requests that are still being read or judged end too.
    for (const socket of [...this.#sockets]) socket.destroy();
  }

  recheck(): void {
    for (const stream of [...this.#streams]) {
      const found = this.#ports.permits.find(stream.request);
      if (isRefusal(found)) stream.end(found.why);
    }
  }

  async close(): Promise<void> {
    this.#onClosed();
    this.endStreams("the run is over");
    if (this.#timer !== null) clearInterval(this.#timer);
    await new Promise<void>((done) => this.#server.close(() => done()));
    if (this.#unrecorded > 0)
      await this.#ports.record({
        ...blank(this.#session),
        decision: "refused",
        why: `${this.#unrecorded} more decisions`,
      });
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = readForward(request, this.#plain.get(request.socket));
    const judged = isRefusal(asked) ? asked : await this.#judge(asked);
    if (isRefusal(judged)) return refuseResponse(response, judged);
    forwardRequest(
      this.#ports,
      judged,
      asked as EgressRequest & { path: string },
      request,
      response,
      this.#follow(judged),
    );
  }

  async #tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const asked = readConnect(request.url ?? "");
    if (!isRefusal(asked) && asked.port === HTTP_PORT) return this.#plainTunnel(asked, socket, head);
    const judged = isRefusal(asked) ? asked : await this.#judge(asked);
    if (isRefusal(judged)) return void socket.end(refusalText(judged));
    openTunnel(this.#ports, judged, socket, head, this.#follow(judged));
  }

  /**
   * Some clients ask for a tunnel even for plain HTTP. What they then say is read like any other request, and each is judged
   * by its own method; the tunnel itself only has to lead to a host that some permit covers.
   */
  async #plainTunnel(asked: EgressRequest, socket: Duplex, head: Buffer): Promise<void> {
    const refusal = this.#check({ ...asked, method: "GET" });
    if (isRefusal(refusal)) return void socket.end(refusalText(await this.#refused(asked, null, refusal)));
    this.#plain.set(socket, asked);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    this.#server.emit("connection", socket);
  }

  /** The whole decision, in its order: open at all, permit, address, use booked, record written. */
  async #judge(request: EgressRequest): Promise<LiveStream | Refusal> {
    const permit = this.#check(request);
    if (isRefusal(permit)) return this.#refused(request, null, permit);
    const address = await this.#address(request.host, permit.literal);
    if (isRefusal(address)) return this.#refused(request, permit.id, address);
    const spent = await this.#ports.permits.spend(permit.id, { uses: 1, bytes: 0 });
    if (spent !== null) return this.#refused(request, permit.id, spent);
    const stream: LiveStream = { request, permit: permit.id, address, up: 0, down: 0, end: () => {} };
    const unwritten = await this.#record({ ...this.#about(stream), decision: "allowed" });
    if (unwritten !== null) return unwritten;
    // Time has passed since the first look: what was shut or revoked meanwhile holds.
    const again = this.#check(request);
    return isRefusal(again) ? this.#refused(request, permit.id, again) : stream;
  }

  #check(request: EgressRequest): { id: string; literal: boolean } | Refusal {
    const shut = this.#shut();
    if (shut !== null) return refuse("hive-frozen", shut);
    if (this.#streams.size >= EGRESS_MAX_STREAMS)
      return refuse("chambers-busy", `${EGRESS_MAX_STREAMS} streams of this run are open.`);
    return this.#ports.permits.find(request);
  }

  /** Resolved once: what is judged is what is connected to. One closed address among several refuses the name. */
  async #address(host: string, literal: boolean): Promise<string | Refusal> {
    const own = literalOf(host);
    if (own !== null) return isOpenAddress(own) || literal ? own : closedAddress(host, own);
    const addresses = await this.#ports.resolve(host).catch(() => []);
    const closed = addresses.find((one) => !isOpenAddress(one));
    if (closed !== undefined) return closedAddress(host, closed);
    return addresses[0] ?? refuse("permit-out-of-scope", `The name ${host} has no address.`, "Check the name.");
  }

  /** Live from here on: counted, rechecked, and told of when it ends. */
  #follow(stream: LiveStream): (why: string | null) => void {
    this.#streams.add(stream);
    this.#timer ??= setInterval(() => this.recheck(), RECHECK_MS).unref();
    return (why) => {
      if (!this.#streams.delete(stream)) return;
      void this.#record({ ...this.#about(stream), decision: "closed", why });
    };
  }

  async #refused(request: EgressRequest, permit: string | null, refusal: Refusal): Promise<Refusal> {
    await this.#record({ ...blank(this.#session), ...request, decision: "refused", permit, why: refusal.why });
    return refusal;
  }

  #about({ request, permit, address, up, down }: LiveStream): EgressDecision {
    return { ...blank(this.#session), ...request, permit, address, bytes_up: up, bytes_down: down };
  }

  async #record(decision: EgressDecision): Promise<Refusal | null> {
    if (decision.decision === "refused" && this.#recorded >= EGRESS_MAX_RECORDS) {
      this.#unrecorded++;
      return null;
    }
    this.#recorded++;
    return this.#ports.record(decision);
  }
}

const blank = (session: string): EgressDecision => ({
  session,
  decision: "refused",
  host: "",
  port: 0,
  method: "",
  permit: null,
  address: null,
  bytes_up: 0,
  bytes_down: 0,
  why: null,
});

const closedAddress = (host: string, address: string): Refusal =>
  refuse(
    "permit-out-of-scope",
    `${host} leads to ${address}, which is not on the open internet.`,
    "Grant a permit that names this very address.",
  );

const hostOf = (url: URL): string => url.hostname.toLowerCase().replace(/\.$/, "");
const badRequest = (why: string): Refusal =>
  refuse("parameters-invalid", why, "Ask as a client of an HTTP proxy does.");

/** `CONNECT host:port`. */
function readConnect(target: string): EgressRequest | Refusal {
  const port = Number(/:(\d{1,5})$/.exec(target)?.[1]);
  // As an https URL, so that an address is read in every spelling and comes out in one.
  const url = URL.canParse(`https://${target}`) ? new URL(`https://${target}`) : null;
  if (
    url === null ||
    !Number.isInteger(port) ||
    port < 1 ||
    port > 65_535 ||
    url.pathname !== "/" ||
    url.username !== ""
  )
    return badRequest(`${JSON.stringify(target.slice(0, 100))} is no host and port.`);
  return { host: hostOf(url), port, method: "CONNECT" };
}

/** A plain request in absolute form (RFC 9112 §3.2.2), or in a tunnel to `through`; its Host header says the same. */
function readForward(request: IncomingMessage, through?: EgressRequest): (EgressRequest & { path: string }) | Refusal {
  const target = through && request.url?.startsWith("/") ? `http://${through.host}${request.url}` : (request.url ?? "");
  const url = URL.canParse(target) ? new URL(target) : null;
  if (url === null || url.protocol !== "http:" || url.username !== "" || url.password !== "")
    return badRequest("There is no network in this chamber; a proxy for http:// and https:// is all there is.");
  const asked = {
    host: hostOf(url),
    port: Number(url.port || HTTP_PORT),
    method: request.method ?? "",
    path: url.pathname + url.search,
  };
  const { host } = request.headers;
  if (host !== undefined && host.toLowerCase() !== url.host)
    return badRequest(`The Host header says ${JSON.stringify(host.slice(0, 100))}, the address ${url.host}.`);
  if (through && (asked.host !== through.host || asked.port !== through.port))
    return badRequest(`The tunnel leads to ${through.host}, the request to ${asked.host}.`);
  return asked;
}

/** Said in the status line too: clients print that one. */
const STATUS: Readonly<Record<string, number>> = {
  "parameters-invalid": 400,
  "hive-frozen": 503,
  "chambers-busy": 503,
};
const statusOf = ({ refused }: Refusal): number => STATUS[refused] ?? 403;
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 400);
const bodyOf = ({ refused, why, fix }: Refusal): string => `${JSON.stringify({ refused, why, fix })}\n`;

function refuseResponse(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(statusOf(refusal), printable(refusal.why), {
    "content-type": "application/json",
    connection: "close",
  });
  response.end(bodyOf(refusal));
}

function refusalText(refusal: Refusal): string {
  const body = bodyOf(refusal);
  const head = [
    `HTTP/1.1 ${statusOf(refusal)} ${printable(refusal.why)}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
