/** What the egress needs of the world, and what it says of each stream. */
import type { Socket } from "node:net";
import type { Refusal } from "lop";

export interface EgressRequest {
  /** Lower case, without a final dot; an address as it stands in a URL. */
  host: string;
  port: number;
  /** `CONNECT` for a TLS tunnel, whose inner method nobody but its ends can see. */
  method: string;
}

export interface EgressPermits {
  /** Id of a live permit that covers the request, whether it names this very host, and how long it lives; else why not. */
  find(request: EgressRequest): { id: string; literal: boolean; ends_in_ms: number } | Refusal;
  /** Books before the effect, durably. */
  spend(id: string, cost: { uses: number; bytes: number }): Promise<Refusal | null>;
}

/** One line of the record: what was asked, what was said, what went through. */
export interface EgressDecision {
  /** What the session was opened for: a directive's id. */
  session: string;
  decision: "allowed" | "refused" | "closed";
  host: string;
  port: number;
  method: string;
  permit: string | null;
  /** The address that was taken; null before that was known. */
  address: string | null;
  bytes_up: number;
  bytes_down: number;
  why: string | null;
}

/** Who allows and who remembers. */
export interface EgressBook {
  readonly permits: EgressPermits;
  /** @returns a refusal when it cannot be recorded; the stream is then not opened. */
  record(decision: EgressDecision): Promise<Refusal | null>;
}

/** The network as the host has it. */
export interface EgressNet {
  /** All addresses of a name. */
  resolve(host: string): Promise<readonly string[]>;
  connect(address: string, port: number): Socket;
}

export interface EgressPorts extends EgressBook, EgressNet {}

/** A stream under way. */
export interface LiveStream {
  readonly request: EgressRequest;
  readonly permit: string;
  readonly address: string;
  up: number;
  down: number;
  /** Ends both sides at once. */
  end(why: string): void;
}
