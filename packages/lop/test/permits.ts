/** Permits for tests: a wide one, changed field by field. */
import { toHex, utf8 } from "../src/bytes.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { holderKey, type PermitFields, type PermitRequest } from "../src/permit.ts";
import { NOW_MS, signerOf } from "./helpers.ts";

export const issuer = signerOf("permit issuer");
export const holder = signerOf("holder");

export const permitId = (name: string): string => toHex(nodeCrypto.sha256(utf8(name))).slice(0, 32);

export const permitFields = (change: Partial<PermitFields> = {}): PermitFields => ({
  id: permitId("wide"),
  cnf: holderKey(holder),
  actions: ["web.fetch"],
  resources: { hosts: ["example.com", "*.example.org"], ports: [443], methods: ["GET", "HEAD"] },
  nbf: NOW_MS,
  exp: NOW_MS + 600_000,
  max_uses: 10,
  max_bytes: 1_000_000,
  parent: null,
  policy: null,
  ...change,
});

export const permitRequest = (change: Partial<PermitRequest> = {}): PermitRequest => ({
  holder: holder.keyId,
  action: "web.fetch",
  host: "example.com",
  port: 443,
  method: "GET",
  ...change,
});
