import { readFileSync } from "node:fs";
import { dsse } from "@sigstore/core";
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../src/bytes.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { envelopeBytes, openEnvelope, pae, sealEnvelope } from "../src/dsse.ts";
import { isRefusal } from "../src/refusal.ts";
import { signerOf } from "./helpers.ts";

const signer = signerOf("dsse");
const keyOf = (id: string) => (id === signer.keyId ? signer.publicKey : undefined);

describe("pae", () => {
  test("is the specification's example", () => {
    const vector = JSON.parse(readFileSync(new URL("./vectors/dsse-vector.json", import.meta.url), "utf8"));
    expect(fromUtf8(pae(vector.payloadType, utf8(vector.payload)))).toBe(vector.pae);
  });

  test("equals another implementation's, also where bytes and characters differ in number", () => {
    for (const [type, payload] of [
      ["a", ""],
      ["https://example.com/ünïcode", "päyload"],
      ["x y", "1 2 3"],
    ] as const)
      expect(Buffer.from(pae(type, utf8(payload)))).toEqual(dsse.preAuthEncoding(type, Buffer.from(payload)));
  });
});

describe("an envelope", () => {
  const envelope = sealEnvelope(signer, "text/x", utf8("hello"));

  test("opens to the bytes that were sealed", () => {
    const opened = openEnvelope(nodeCrypto, envelope, "text/x", keyOf);
    expect(opened).toEqual({ payload: utf8("hello"), keyId: signer.keyId });
  });

  test("has one spelling, whatever order its fields came in", () => {
    const shuffled = {
      signatures: [{ sig: envelope.signatures[0]!.sig, keyid: signer.keyId }],
      payload: envelope.payload,
    };
    const bytes = envelopeBytes({ ...shuffled, payloadType: "text/x" });
    expect(bytes).toEqual(envelopeBytes(envelope));
    expect(fromUtf8(bytes)).toMatch(/^\{"payloadType":.*,"payload":.*,"signatures":\[\{"keyid":.*,"sig":.*\}\]\}$/);
  });

  test("for another purpose is refused, though its signature holds", () => {
    const opened = openEnvelope(nodeCrypto, envelope, "text/y", keyOf);
    expect(isRefusal(opened) && opened.refused).toBe("packet-malformed");
  });
});
