import { describe, expect, test } from "vitest";
import { toBase64, utf8 } from "../src/bytes.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { webCrypto } from "../src/crypto-web.ts";
import { sealEnvelope } from "../src/dsse.ts";
import {
  hiveName,
  KEY_ROLES,
  MANIFEST_MAX_KEYS,
  MANIFEST_PAYLOAD_TYPE,
  type ManifestFields,
  manifestKey,
  readManifest,
  writeManifest,
} from "../src/manifest.ts";
import { codeOf, granted, NOW_MS, signerOf } from "./helpers.ts";

const at = new Date(NOW_MS).toISOString();
const signers = Object.fromEntries(KEY_ROLES.map((role) => [role, signerOf(role)]));
const root = signers.root!;
const fields = (change: Partial<ManifestFields> = {}): ManifestFields => ({
  v: 1,
  hive: hiveName(root.keyId),
  serial: 1,
  issued_at: at,
  root: toBase64(root.publicKey),
  keys: KEY_ROLES.map((role) => manifestKey(signers[role]!, role, at)),
  ...change,
});
const keys = fields().keys;
const raw = (text: string, signer = root) => sealEnvelope(signer, MANIFEST_PAYLOAD_TYPE, utf8(text));

describe("a key manifest", () => {
  test("gives its keys by id, the same in Node and in a browser", () => {
    for (const crypto of [nodeCrypto, webCrypto]) {
      const manifest = granted(readManifest(crypto, writeManifest(root, fields()), root.keyId));
      expect(manifest.rootKeyId).toBe(root.keyId);
      for (const role of KEY_ROLES) expect(manifest.directory.find(signers[role]!.keyId)?.role).toBe(role);
      expect(manifest.directory.find("00")).toBeUndefined();
    }
  });

  const other = signerOf("another root");
  const manifest = (change: Partial<ManifestFields>, signer = root) => raw(JSON.stringify(fields(change)), signer);
  const first = keys[0]!;
  test.each<[string, ReturnType<typeof raw>, string]>([
    ["signed by another key than its root", manifest({}, other), "key-unknown"],
    ["of another purpose", sealEnvelope(root, "text/plain", utf8(JSON.stringify(fields()))), "packet-malformed"],
    ["with another hive's name", manifest({ hive: "axiom-hive/00000000" }), "packet-malformed"],
    ["without a root", manifest({ keys: keys.slice(1) }), "packet-malformed"],
    ["with two roots", manifest({ keys: [...keys, manifestKey(other, "root", at)] }), "packet-malformed"],
    [
      "with a revoked root",
      manifest({ keys: [{ ...first, status: "revoked" }, ...keys.slice(1)] }),
      "packet-malformed",
    ],
    ["with a key listed twice", manifest({ keys: [...keys, { ...keys[1]!, role: "guest" }] }), "packet-malformed"],
    [
      "with a wrong id",
      manifest({ keys: [...keys, { ...manifestKey(other, "guest", at), id: "0".repeat(64) }] }),
      "packet-malformed",
    ],
    [
      "with a key of small order",
      manifest({ keys: [...keys, { ...first, public_key: toBase64(new Uint8Array(32)) }] }),
      "packet-malformed",
    ],
    ["with loose base64", manifest({ root: `${fields().root} ` }), "packet-malformed"],
    ["with an unknown role", raw(JSON.stringify(fields()).replace('"guest"', '"god"')), "packet-malformed"],
    ["with an unknown field", raw(JSON.stringify({ ...fields(), extra: 1 })), "packet-malformed"],
    [
      "with a duplicate key",
      raw(JSON.stringify(fields()).replace('"serial":1', '"serial":1,"serial":2')),
      "packet-malformed",
    ],
    ["with serial 0", manifest({ serial: 0 }), "packet-malformed"],
    ["that is no JSON", raw("keys"), "packet-malformed"],
    [
      "with too many keys",
      manifest({ keys: Array.from({ length: MANIFEST_MAX_KEYS + 1 }, () => first) }),
      "packet-malformed",
    ],
  ])("%s is refused", (_, envelope, code) => {
    expect(codeOf(readManifest(nodeCrypto, envelope))).toBe(code);
  });

  test("of another root than the trusted one is refused", () => {
    expect(codeOf(readManifest(nodeCrypto, writeManifest(root, fields()), other.keyId))).toBe("key-unknown");
  });

  test("is not written with fields that no reader would take", () => {
    expect(() => writeManifest(root, fields({ serial: -1 }))).toThrow();
  });
});
