/**
 * DSSE v1.0.2 envelopes, one signature each: the bytes that were signed are the bytes that are read, so nothing is
 * canonicalised and nothing is parsed before its signature held. A second signature is a second envelope.
 */
import { fromBase64, toBase64, utf8 } from "./bytes.ts";
import type { Crypto, Signer } from "./crypto.ts";
import type { Envelope } from "./record.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** Pre-authentication encoding (DSSE protocol, "PAE"): lengths first, so type and payload cannot be shifted into each other. */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  const head = utf8(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const whole = new Uint8Array(head.length + payload.length);
  whole.set(head);
  whole.set(payload, head.length);
  return whole;
}

export function sealEnvelope(signer: Signer, payloadType: string, payload: Uint8Array): Envelope {
  const sig = toBase64(signer.sign(pae(payloadType, payload)));
  return { payloadType, payload: toBase64(payload), signatures: [{ keyid: signer.keyId, sig }] };
}

/** Payload of an envelope whose signature holds under a key that `keyOf` knows. */
export function openEnvelope(
  crypto: Crypto,
  envelope: Envelope,
  payloadType: string,
  keyOf: (keyId: string) => Uint8Array | undefined,
): { payload: Uint8Array; keyId: string } | Refusal {
  if (envelope.payloadType !== payloadType)
    return refuse("packet-malformed", `The envelope's payloadType is not ${payloadType}.`);
  const signature = envelope.signatures[0];
  if (signature === undefined || envelope.signatures.length !== 1)
    return refuse(
      "packet-malformed",
      `The envelope has ${envelope.signatures.length} signatures; exactly one is read.`,
    );
  const payload = decode(envelope.payload);
  const sig = decode(signature.sig);
  if (payload === null || sig === null) return refuse("packet-malformed", "The envelope's base64 is not canonical.");
  const publicKey = keyOf(signature.keyid);
  if (publicKey === undefined) return refuse("key-unknown", `No key with the id ${named(signature.keyid)} is known.`);
  if (!crypto.verify(publicKey, pae(payloadType, payload), sig))
    return refuse("signature-invalid", `The signature does not hold under the key ${named(signature.keyid)}.`);
  return { payload, keyId: signature.keyid };
}

/** A hostile key id must not fill the sentence. */
const named = (keyId: string): string => JSON.stringify(keyId.slice(0, 64));

function decode(text: string): Uint8Array | null {
  try {
    return fromBase64(text);
  } catch {
    return null;
  }
}

/** The envelope's one spelling in bytes: compact JSON, fields in this order. Ledger leaves and frames hold it. */
export function envelopeBytes({ payloadType, payload, signatures }: Envelope): Uint8Array {
  const rows = signatures.map(({ keyid, sig }) => ({ keyid, sig }));
  return utf8(JSON.stringify({ payloadType, payload, signatures: rows }));
}
