import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toBase64, utf8 } from "../src/bytes.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { envelopeBytes, sealEnvelope } from "../src/dsse.ts";
import { readManifest } from "../src/manifest.ts";
import {
  PACKET_MAX_BYTES,
  PACKET_MAX_LIFETIME_MS,
  PACKET_MAX_SKEW_MS,
  PACKET_PAYLOAD_TYPE,
  readPacket,
  writePacket,
} from "../src/packet.ts";
import { parentOf, readPermit } from "../src/permit.ts";
import { isRefusal } from "../src/refusal.ts";
import { directoryOf, NOW_MS, packetFields, signerOf } from "./helpers.ts";

const operator = signerOf("operator");
const stranger = signerOf("stranger");
const retired = signerOf("retired");
const keys = directoryOf([operator, "operator"], [retired, "operator", "retired"]);
const context = { keys, now_ms: NOW_MS, accept: ["directive"] as const };
const rawPayload = (text: string) => sealEnvelope(operator, PACKET_PAYLOAD_TYPE, utf8(text));
const written = () => JSON.stringify({ v: "3.1", ...packetFields() });
const refusal = (packet: Parameters<typeof readPacket>[1], more = {}) => {
  const read = readPacket(nodeCrypto, packet, { ...context, ...more });
  return isRefusal(read) ? read.refused : "taken";
};

describe("a packet", () => {
  test("comes back as it was written, from the envelope and from its bytes", () => {
    const envelope = writePacket(operator, packetFields());
    for (const form of [envelope, envelopeBytes(envelope)]) {
      const read = readPacket(nodeCrypto, form, context);
      if (isRefusal(read)) throw new Error(read.why);
      expect(read.packet).toEqual({ v: "3.1", ...packetFields() });
      expect(read.keyId).toBe(operator.keyId);
      expect(read.id).toMatch(/^[0-9a-f]{64}$/);
      expect(read.envelope).toEqual(envelope);
    }
  });

  test("is written only when a reader would take its form", () => {
    expect(() => writePacket(operator, packetFields({ nonce: "short" }))).toThrow();
    expect(() => writePacket(operator, packetFields({ body: { big: "x".repeat(PACKET_MAX_BYTES) } }))).toThrow(
      RangeError,
    );
  });

  const duplicate = written().replace('"ctr":1', '"ctr":1,"ctr":2');
  const deep = written().replace('"words":"read my notes"', `"a":${"[".repeat(20)}${"]".repeat(20)}`);
  const good = writePacket(operator, packetFields());
  const two = { ...good, signatures: [good.signatures[0]!, good.signatures[0]!] };
  const loose = { ...good, payload: `${good.payload.slice(0, -1)} ` };
  const table: [string, Parameters<typeof readPacket>[1], string][] = [
    ["not JSON", utf8("hello"), "packet-malformed"],
    ["not UTF-8", Uint8Array.of(0xff, 0xfe), "packet-malformed"],
    ["empty", new Uint8Array(), "packet-malformed"],
    ["an array", utf8("[]"), "packet-malformed"],
    ["too many bytes", new Uint8Array(PACKET_MAX_BYTES + 1), "packet-too-large"],
    ["a field too many in the envelope", utf8(JSON.stringify({ ...good, more: 1 })), "packet-malformed"],
    ["two signatures", two, "packet-malformed"],
    ["base64 with a blank", loose, "packet-malformed"],
    ["another payload type", sealEnvelope(operator, "text/plain", utf8(written())), "packet-malformed"],
    ["a stranger's key", writePacket(stranger, packetFields()), "key-unknown"],
    ["a retired key", writePacket(retired, packetFields()), "key-revoked"],
    ["changed payload", { ...good, payload: toBase64(utf8(written().replace("read", "wipe"))) }, "signature-invalid"],
    ["a duplicate key", rawPayload(duplicate), "packet-malformed"],
    ["nesting too deep", rawPayload(deep), "packet-malformed"],
    [
      "a key that copies drop",
      rawPayload(written().replace('"words":', '"__proto__":{"a":1},"words":')),
      "packet-malformed",
    ],
    ["an unknown field", rawPayload(written().replace('"v":', '"critical":1,"v":')), "packet-malformed"],
    ["an unknown version", rawPayload(written().replace("3.1", "3.0")), "packet-malformed"],
    ["an unknown type", rawPayload(written().replace('"directive"', '"reboot"')), "packet-type-unknown"],
    ["a type not taken here", writePacket(operator, packetFields({ typ: "heartbeat" })), "packet-type-unknown"],
    ["a counter beyond 2^53", rawPayload(written().replace('"ctr":1', '"ctr":9007199254740993')), "packet-malformed"],
    [
      "a life too long",
      writePacket(operator, packetFields({ exp: NOW_MS + PACKET_MAX_LIFETIME_MS + 1 })),
      "packet-malformed",
    ],
    ["exp before iat", writePacket(operator, packetFields({ exp: NOW_MS - 1 })), "packet-malformed"],
    [
      "the exact end of its life",
      writePacket(operator, packetFields({ iat: NOW_MS - 10, exp: NOW_MS })),
      "packet-expired",
    ],
    [
      "an issue time ahead",
      writePacket(
        operator,
        packetFields({ iat: NOW_MS + PACKET_MAX_SKEW_MS + 1, exp: NOW_MS + PACKET_MAX_SKEW_MS + 2 }),
      ),
      "packet-from-future",
    ],
  ];
  test.each(table)("with %s is refused", (_, packet, code) => {
    expect(refusal(packet)).toBe(code);
  });

  test("or anything else that arrives is answered, never thrown at", () => {
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom("3.1", "directive", operator.keyId, "application/json"),
    );
    const envelope = fc.record({
      payloadType: fc.oneof(fc.constant(PACKET_PAYLOAD_TYPE), text),
      payload: fc.oneof(text, text.map(utf8).map(toBase64)),
      signatures: fc.array(fc.record({ keyid: text, sig: text }), { maxLength: 3 }),
    });
    const signed = fc.oneof(
      text,
      fc.json().map((json) => written().replace('{"words":"read my notes"}', json)),
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 200 }), envelope, text.map(utf8), signed.map(rawPayload)),
        (packet) => {
          const read = readPacket(nodeCrypto, packet, context);
          if (!isRefusal(read)) expect(Object.keys(read.packet)).toHaveLength(11);
          for (const other of packet instanceof Uint8Array ? [] : [packet]) {
            expect(isRefusal(readManifest(nodeCrypto, other))).toBe(true);
            expect(isRefusal(readPermit(nodeCrypto, other, () => operator.publicKey))).toBe(true);
            parentOf(other);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("with any bit of its bytes flipped is refused", () => {
    const bytes = envelopeBytes(good);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(refusal(changed), `bit ${bit}`).not.toBe("taken");
    }
  });
});
