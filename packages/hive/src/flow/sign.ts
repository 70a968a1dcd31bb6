/** sign: what the operator wants → a packet under his key. */
import {
  type Chance,
  DirectiveBody,
  type Envelope,
  isRefusal,
  type JsonObject,
  type Keyring,
  type OpenedPacket,
  type PacketType,
  type Refusal,
  refuse,
  type SendCounter,
  toHex,
  writePacket,
} from "lop";

/** Channel of packets that this hive signs for its operator. */
export const OPERATOR_CHANNEL = "operator>hive";
const NONCE_BYTES = 16;

export interface SigningDesk {
  readonly keyring: Keyring;
  readonly counter: SendCounter;
  readonly chance: Chance;
  /** Session of the desk: one for the life of the operator's counter, so that a counter never means two packets. */
  readonly sid: string;
  readonly packet_ms: number;
  now_ms(): number;
}

export async function sign(desk: SigningDesk, body: DirectiveBody): Promise<Envelope | Refusal> {
  const read = DirectiveBody.safeParse(body);
  if (!read.success) return refuse("request-malformed", "A directive is {words} or {card: {tool, parameters}}.");
  return signPacket(desk, "directive", null, read.data as JsonObject);
}

/** What an approval binds: this very card under this very verdict. */
export interface ApprovalBody {
  readonly directive: string;
  readonly card: string;
  readonly verdict: string;
  readonly decision: "approve";
  readonly level: "given" | "explicit";
}

export const signApproval = (desk: SigningDesk, body: ApprovalBody): Promise<Envelope | Refusal> =>
  signPacket(desk, "approval", body.directive, { ...body });

async function signPacket(
  desk: SigningDesk,
  typ: PacketType,
  sub: string | null,
  body: JsonObject,
): Promise<Envelope | Refusal> {
  const signer = desk.keyring.signer("operator");
  if (isRefusal(signer)) return signer;
  const ctr = await desk.counter.next();
  const iat = desk.now_ms();
  return writePacket(signer, {
    typ,
    sid: desk.sid,
    chan: OPERATOR_CHANNEL,
    ctr,
    nonce: toHex(desk.chance.bytes(NONCE_BYTES)),
    iat,
    exp: iat + desk.packet_ms,
    sub,
    body: structuredClone(body) as OpenedPacket["packet"]["body"],
    prev: null,
  });
}
