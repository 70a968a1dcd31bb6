/**
 * Server-sent events over fetch (WHATWG HTML §9.2): EventSource cannot send the bearer header, so the page reads the stream itself.
 * Reconnects with `Last-Event-ID`, waiting longer each time, up to a limit.
 */

export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** Characters that one unfinished event may hold; a server that sends more is not speaking this protocol. */
export const EVENT_MAX_CHARS = 4_000_000;
export const RECONNECT_FIRST_MS = 250;
export const RECONNECT_MAX_MS = 8_000;

/** Cuts a text stream into events. Feed it pieces of any size; it keeps what is unfinished. */
export class EventParser {
  #rest = "";
  #data: string[] = [];
  #event = "message";
  #id = "";

  /** @throws RangeError when an event outgrows {@link EVENT_MAX_CHARS}. */
  push(piece: string): StreamEvent[] {
    this.#rest += piece;
    if (this.#rest.length > EVENT_MAX_CHARS) throw new RangeError(`event longer than ${EVENT_MAX_CHARS} characters`);
    // A carriage return at the very end may be the first half of a CRLF: it waits for the next piece.
    const held = this.#rest.endsWith("\r") ? 1 : 0;
    const lines = this.#rest.slice(0, this.#rest.length - held).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? "") + (held ? "\r" : "");
    return lines.flatMap((line) => this.#line(line) ?? []);
  }

  #line(line: string): StreamEvent | null {
    if (line === "") return this.#dispatch();
    if (line.startsWith(":")) return null;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return null;
  }

  #dispatch(): StreamEvent | null {
    const event = { event: this.#event || "message", id: this.#id, data: this.#data.join("\n") };
    const empty = this.#data.length === 0;
    this.#data = [];
    this.#event = "message";
    return empty ? null : event;
  }
}

export type StreamEnd = "unauthorized" | "stopped";

export interface StreamPorts {
  /** Opens the stream after the given event id; rejects or answers not-ok when it cannot. */
  open(lastId: string, signal: AbortSignal): Promise<Response>;
  sleep(wait_ms: number, signal: AbortSignal): Promise<void>;
  onEvent(event: StreamEvent): void;
  /** True when events flow, false when the line is down and will be tried again. */
  onLine(up: boolean): void;
}

/** Reads until `signal` aborts or the key is no longer good. Never throws. */
export async function readEvents(ports: StreamPorts, signal: AbortSignal, fromId = ""): Promise<StreamEnd> {
  let lastId = fromId;
  let wait_ms = RECONNECT_FIRST_MS;
  const onEvent = (event: StreamEvent) => {
    if (event.id !== "") lastId = event.id;
    wait_ms = RECONNECT_FIRST_MS;
    ports.onEvent(event);
  };
  while (!signal.aborted) {
    const end = await readOnce(ports, lastId, signal, onEvent);
    if (end === "unauthorized") return end;
    if (signal.aborted) break;
    if (end === "failed") ports.onLine(false);
    await ports.sleep(wait_ms, signal).catch(() => undefined);
    wait_ms = Math.min(RECONNECT_MAX_MS, wait_ms * 2);
  }
  return "stopped";
}

async function readOnce(
  ports: StreamPorts,
  lastId: string,
  signal: AbortSignal,
  onEvent: (event: StreamEvent) => void,
): Promise<"unauthorized" | "failed" | "closed"> {
  try {
    const answer = await ports.open(lastId, signal);
    if (answer.status === 401) return "unauthorized";
    if (!answer.ok || answer.body === null) return "failed";
    ports.onLine(true);
    const parser = new EventParser();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read())
      for (const event of parser.push(piece.value)) onEvent(event);
    return "closed";
  } catch {
    return "failed";
  }
}
