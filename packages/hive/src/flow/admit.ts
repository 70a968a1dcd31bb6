/**
 * admit: packet → Admitted. Signature, role, time, freeze state, replay; then the `admitted` entry, durable before anything
 * else happens. A packet that is refused here leaves no entry: strangers must not be able to fill the ledger.
 */
import { DirectiveBody, type Envelope, isRefusal, type OpenedPacket, type Refusal, readPacket, refuse } from "lop";
import type { FlowParts } from "./parts.ts";

class AdmittedDirective {
  readonly #minted = true;
  /** Digest of the packet's payload bytes. */
  readonly id: string;
  readonly envelope: Envelope;
  readonly operator: string;
  readonly body: DirectiveBody;
  readonly at: string;
  /** Index of the `admitted` entry. */
  readonly entry: number;
  /** When the packet runs out, Unix ms. */
  readonly exp_ms: number;

  constructor(opened: OpenedPacket, body: DirectiveBody, at: string, entry: number) {
    this.id = opened.id;
    this.envelope = opened.envelope;
    this.operator = opened.keyId;
    this.body = body;
    this.at = at;
    this.entry = entry;
    this.exp_ms = opened.packet.exp;
  }

  static made(value: object): boolean {
    return #minted in value && value.#minted;
  }
}
export type Admitted = AdmittedDirective;

type AdmitParts = Pick<FlowParts, "crypto" | "statements" | "gate" | "replay" | "keys">;

export async function admit(parts: AdmitParts, envelope: Envelope): Promise<Admitted | Refusal> {
  const opened = openOperatorPacket(parts, envelope, "directive");
  if (isRefusal(opened)) return opened;
  const body = DirectiveBody.safeParse(opened.packet.body);
  if (!body.success) return refuse("packet-malformed", "The packet's body is neither words nor a card.");
  const tool = "card" in body.data ? body.data.card.tool : null;
  const refusal = parts.gate.check(tool) ?? takeCounter(parts, opened);
  if (refusal !== null) return refusal;
  const written = await parts.statements.write("admitted", opened.id, { ...replayMark(opened), tool });
  return isRefusal(written) ? written : new AdmittedDirective(opened, body.data, written.at, written.index);
}

export function openOperatorPacket(
  parts: Pick<FlowParts, "crypto" | "statements" | "keys">,
  envelope: Envelope,
  type: "directive" | "approval",
): OpenedPacket | Refusal {
  const { directory } = parts.keys();
  const opened = readPacket(parts.crypto, envelope, {
    keys: directory,
    now_ms: parts.statements.now_ms(),
    accept: [type],
  });
  if (isRefusal(opened)) return opened;
  const role = directory.find(opened.keyId)?.role;
  return role === "operator"
    ? opened
    : refuse("key-role-wrong", `A ${type} wants an operator's key; ${opened.keyId} is a key of role ${role}.`);
}

/** Looks and takes in one turn of the event loop, so that two copies of a packet cannot both pass. */
export function takeCounter({ replay }: Pick<FlowParts, "replay">, { packet, keyId }: OpenedPacket): Refusal | null {
  const mark = [keyId, packet.sid, packet.chan, packet.ctr, packet.nonce, packet.exp] as const;
  const refusal = replay.check(...mark);
  if (refusal === null) replay.accept(...mark);
  return refusal;
}

/** Everything that rebuilds the replay window from the ledger. */
export const replayMark = ({ packet, keyId }: OpenedPacket) => ({
  key: keyId,
  sid: packet.sid,
  chan: packet.chan,
  ctr: packet.ctr,
  nonce: packet.nonce,
  exp: packet.exp,
});
