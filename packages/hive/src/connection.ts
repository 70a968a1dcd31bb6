/**
 * How a command reaches the hive: AXIOM_URL when it is set, the daemon of this home when one runs, else the hive opened inside
 * this process and closed again.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Refusal } from "lop";
import { type Connection, HiveClient } from "./client.ts";
import { SocketTransport } from "./client-socket.ts";
import { readDaemon } from "./daemon-file.ts";
import type { ChambersWanted } from "./local-hive.ts";
import type { Terminal } from "./terminal.ts";
import { isRefused, showRefusal } from "./terminal.ts";

/** `chambers`: those that are opened when there is no daemon. */
export async function connect(terminal: Terminal, chambers: ChambersWanted = "none"): Promise<Connection | Refusal> {
  const remote = await daemonOf(terminal);
  if (isRefused(remote)) return remote;
  if (remote !== null) return throughSocket(remote);
  const { openInside } = await import("./inside.ts");
  return terminal.patiently("opening the hive", openInside(terminal, chambers));
}

/** What a running daemon answers; `here` when none runs, for what can be known without opening the hive. */
export async function askDaemonOr<T>(
  terminal: Terminal,
  ask: (client: HiveClient) => Promise<T | Refusal>,
  here: () => Promise<T | Refusal>,
): Promise<T | Refusal> {
  const remote = await daemonOf(terminal);
  if (isRefused(remote)) return remote;
  if (remote === null) return here();
  const { client, close } = throughSocket(remote);
  try {
    return await ask(client);
  } finally {
    await close();
  }
}

/** Only a daemon will do. */
export async function connectDaemon(terminal: Terminal): Promise<Connection | Refusal> {
  const remote = await daemonOf(terminal);
  if (remote !== null) return connect(terminal);
  const { refuse } = await import("lop");
  return refuse("daemon-absent", `No daemon runs on ${terminal.home}.`);
}

function throughSocket({ url, key }: { url: string; key: string }): Connection {
  const transport = new SocketTransport(url);
  return { client: new HiveClient(transport.send, key), daemon: true, close: async () => transport.close() };
}

async function daemonOf({ environment, home }: Terminal): Promise<{ url: string; key: string } | null | Refusal> {
  const url = environment.AXIOM_URL ?? readDaemon(home)?.url;
  if (url === undefined) return null;
  const key = environment.AXIOM_KEY ?? readLocalKey(home);
  if (key !== null) return { url, key };
  const { refuse } = await import("lop");
  return refuse("unauthorized", `A daemon is at ${url}, but there is no key for it.`, "Set AXIOM_KEY.");
}

function readLocalKey(home: string): string | null {
  try {
    return readFileSync(join(home, "keys", "api"), "utf8").trim();
  } catch {
    return null;
  }
}

/** Opens a connection, works on it, closes it. */
export async function withHive(
  terminal: Terminal,
  work: (connection: Connection) => Promise<number>,
  open: (terminal: Terminal) => Promise<Connection | Refusal> = (at) => connect(at),
): Promise<number> {
  const connection = await open(terminal);
  if (isRefused(connection)) return showRefusal(terminal, connection);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
