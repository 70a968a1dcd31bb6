/** BARK v3.1: what is said between operator, hive, guest and peers. Format: docs/formats/packet.md. */
import { z } from "zod";
import { toHex, utf8 } from "./bytes.ts";
import type { Crypto, Signer } from "./crypto.ts";
import { openEnvelope, sealEnvelope } from "./dsse.ts";
import { JSON_MAX_DEPTH, type Json, parseStrict } from "./json.ts";
import type { KeyDirectory } from "./manifest.ts";
import { Digest, Envelope } from "./record.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";

export const PACKET_PAYLOAD_TYPE = "application/vnd.axiom.bark.v3.1+json";
/** Of the envelope's JSON, in bytes. */
export const PACKET_MAX_BYTES = 256 * 1024;
/** Longest time between `iat` and `exp`; bounds what a replay guard must remember. */
export const PACKET_MAX_LIFETIME_MS = 24 * 60 * 60 * 1000;
/** How far the signer's clock may run ahead of ours. */
export const PACKET_MAX_SKEW_MS = 30_000;

export const PACKET_TYPES = [
  "hello",
  "directive",
  "approval",
  "permit_request",
  "permit_grant",
  "permit_revoke",
  "result",
  "snapshot",
  "freeze",
  "heartbeat",
  "ack",
  "error",
] as const;
export type PacketType = (typeof PACKET_TYPES)[number];

const UnixMs = z.int().nonnegative();
export const Packet = z.strictObject({
  v: z.literal("3.1"),
  typ: z.enum(PACKET_TYPES),
  /** Session: hex digest of what both sides said first, so a recorded session cannot be spliced into another. */
  sid: z.string().regex(/^[0-9a-f]{16,64}$/),
  /** Channel and direction within the session, e.g. `operator>hive`. */
  chan: z.string().regex(/^[a-z0-9][a-z0-9.:>_-]{0,63}$/),
  /** Rises by at least one with each packet of a key, session and channel. */
  ctr: z.int().nonnegative(),
  /** 16 random bytes in hex. */
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  /** Issued at, Unix ms. */
  iat: UnixMs,
  /** Not admitted at or after this time, Unix ms. */
  exp: UnixMs,
  /** What the packet is about: the id of a directive, permit or packet; null when it stands alone. */
  sub: z.string().max(128).nullable(),
  body: z.record(z.string(), z.json()),
  /** Id of the sender's packet before this one on the channel; null at the first. */
  prev: Digest.nullable(),
});
export type Packet = z.infer<typeof Packet>;
export type PacketFields = Omit<Packet, "v">;

export interface PacketContext {
  readonly keys: KeyDirectory;
  readonly now_ms: number;
  readonly accept: readonly PacketType[];
}

export interface OpenedPacket {
  readonly packet: Packet;
  /** Lower-case hex SHA-256 of the payload bytes: the packet's name everywhere. */
  readonly id: string;
  readonly keyId: string;
  readonly payload: Uint8Array;
  readonly envelope: Envelope;
}

/** @throws ZodError on fields that no reader would take, and RangeError on a packet over the size limit: the writer's own fault. */
export function writePacket(signer: Signer, fields: PacketFields): Envelope {
  const payload = utf8(JSON.stringify(Packet.parse({ v: "3.1", ...fields })));
  const envelope = sealEnvelope(signer, PACKET_PAYLOAD_TYPE, payload);
  if (sizeOf(envelope) > PACKET_MAX_BYTES) throw new RangeError(`a packet has at most ${PACKET_MAX_BYTES} bytes`);
  return envelope;
}

/** Envelope bytes without printing them: base64 and names are ASCII, 128 covers keys and punctuation. */
const sizeOf = (envelope: Envelope): number =>
  envelope.signatures.reduce(
    (sum, { keyid, sig }) => sum + keyid.length + sig.length + 24,
    envelope.payload.length + envelope.payloadType.length + 128,
  );

/**
 * Everything that can be said of a packet without memory of earlier ones: form, size, signature, key, type, time.
 * Replay is the next question (replay-guard.ts).
 */
export function readPacket(
  crypto: Crypto,
  packet: Uint8Array | Envelope,
  context: PacketContext,
): OpenedPacket | Refusal {
  const envelope = readEnvelope(packet);
  if (isRefusal(envelope)) return envelope;
  const opened = openEnvelope(crypto, envelope, PACKET_PAYLOAD_TYPE, (id) => context.keys.find(id)?.publicKey);
  if (isRefusal(opened)) return opened;
  if (context.keys.find(opened.keyId)?.status !== "active")
    return refuse("key-revoked", `The key ${opened.keyId} is no longer active.`);
  const read = readPayload(opened.payload);
  if (isRefusal(read)) return read;
  return (
    checkType(read, context.accept) ??
    checkTime(read, context.now_ms) ?? { ...opened, packet: read, id: toHex(crypto.sha256(opened.payload)), envelope }
  );
}

function readEnvelope(packet: Uint8Array | Envelope): Envelope | Refusal {
  const size = packet instanceof Uint8Array ? packet.length : sizeOf(packet);
  if (size > PACKET_MAX_BYTES)
    return refuse("packet-too-large", `The packet has ${size} bytes; the limit is ${PACKET_MAX_BYTES}.`);
  const value = packet instanceof Uint8Array ? readJson(packet) : packet;
  if (isRefusal(value)) return value;
  const envelope = Envelope.safeParse(value);
  return envelope.success ? envelope.data : malformed("envelope", envelope.error);
}

function readPayload(payload: Uint8Array): Packet | Refusal {
  const value = readJson(payload);
  if (isRefusal(value)) return value;
  const typ = (value as { typ?: unknown } | null)?.typ;
  if (typeof typ === "string" && !PACKET_TYPES.includes(typ as PacketType))
    return refuse("packet-type-unknown", `The type ${JSON.stringify(typ.slice(0, 64))} is not on the allowlist.`);
  const packet = Packet.safeParse(value);
  return packet.success ? packet.data : malformed("payload", packet.error);
}

function readJson(bytes: Uint8Array): Json | Refusal {
  try {
    return parseStrict(bytes, { max_bytes: PACKET_MAX_BYTES, max_depth: JSON_MAX_DEPTH });
  } catch (error) {
    return refuse("packet-malformed", `The packet is not the JSON that is read here: ${(error as Error).message}.`);
  }
}

function malformed(part: string, error: z.ZodError): Refusal {
  const issue = error.issues[0]!;
  return refuse("packet-malformed", `The ${part} is wrong at "${issue.path.join(".")}": ${issue.message}.`);
}

function checkType({ typ }: Packet, accept: readonly PacketType[]): Refusal | null {
  return accept.includes(typ)
    ? null
    : refuse("packet-type-unknown", `A packet of type ${typ} is not taken here; only ${accept.join(", ")}.`);
}

function checkTime({ iat, exp }: Packet, now_ms: number): Refusal | null {
  if (exp <= iat || exp - iat > PACKET_MAX_LIFETIME_MS)
    return refuse("packet-malformed", `exp must lie after iat, by at most ${PACKET_MAX_LIFETIME_MS} ms.`);
  if (now_ms >= exp) return refuse("packet-expired", `The packet ran out ${now_ms - exp} ms ago.`);
  if (iat - now_ms > PACKET_MAX_SKEW_MS)
    return refuse("packet-from-future", `The packet was issued ${iat - now_ms} ms ahead of this clock.`);
  return null;
}
