import { describe, expect, inject, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { SimChance } from "../src/chance-sim.ts";
import { nodeCrypto } from "../src/crypto-node.ts";
import { sealEnvelope } from "../src/dsse.ts";
import {
  beyondParent,
  beyondScope,
  holderKey,
  type OpenedPermit,
  PERMIT_MAX_LIFETIME_MS,
  PERMIT_PAYLOAD_TYPE,
  Permit,
  type PermitFields,
  readPermit,
  writePermit,
} from "../src/permit.ts";
import { codeOf, granted, NOW_MS, signerOf } from "./helpers.ts";
import { childAllowsMore } from "./permit-chains.ts";
import { holder, issuer, permitFields, permitId, permitRequest } from "./permits.ts";

const keyOf = (id: string) => [issuer, holder].find(({ keyId }) => keyId === id)?.publicKey;
const opened = (fields: PermitFields, signer = issuer): OpenedPermit =>
  granted(readPermit(nodeCrypto, writePermit(signer, fields), keyOf));

describe("a permit", () => {
  test("comes back as it was written", () => {
    const { permit, holder: bound } = opened(permitFields());
    expect(permit).toEqual({ v: 1, iss: issuer.keyId, ...permitFields() });
    expect(bound).toBe(holder.keyId);
  });

  const raw = (change: object) =>
    sealEnvelope(
      issuer,
      PERMIT_PAYLOAD_TYPE,
      utf8(JSON.stringify({ v: 1, iss: issuer.keyId, ...permitFields(), ...change })),
    );
  const resources = permitFields().resources;
  test.each([
    ["an unknown field", { sudo: true }],
    ["no uses", { max_uses: 0 }],
    ["a host that is a bare star", { resources: { ...resources, hosts: ["*"] } }],
    ["a star inside a host", { resources: { ...resources, hosts: ["a.*.example.com"] } }],
    ["a host in capitals", { resources: { ...resources, hosts: ["Example.com"] } }],
    ["a host with a port", { resources: { ...resources, hosts: ["example.com:443"] } }],
    ["port 0", { resources: { ...resources, ports: [0] } }],
    ["a method in small letters", { resources: { ...resources, methods: ["get"] } }],
    ["an end before its beginning", { exp: NOW_MS }],
    ["a life too long", { exp: NOW_MS + PERMIT_MAX_LIFETIME_MS + 1 }],
    ["another issuer than its signer", { iss: holder.keyId }],
    ["a holder key of small order", { cnf: holderKey({ publicKey: new Uint8Array(32) }) }],
    ["too many actions", { actions: Array.from({ length: 65 }, (_, i) => `tool.${i}`) }],
  ])("with %s is refused", (_, change) => {
    expect(codeOf(readPermit(nodeCrypto, raw(change), keyOf))).toBe("permit-invalid");
  });

  test("signed by a stranger, or changed, is refused", () => {
    expect(codeOf(readPermit(nodeCrypto, writePermit(signerOf("x"), permitFields()), keyOf))).toBe("key-unknown");
    const envelope = writePermit(issuer, permitFields());
    const wider = writePermit(issuer, permitFields({ max_uses: 11 }));
    const mixed = { ...wider, signatures: envelope.signatures };
    expect(codeOf(readPermit(nodeCrypto, mixed, keyOf))).toBe("signature-invalid");
  });
});

describe("scope", () => {
  const { permit } = opened(permitFields());
  test.each([
    ["the host", {}, null],
    ["the host in capitals with a dot", { host: "EXAMPLE.com." }, null],
    ["a host below a star", { host: "a.b.example.org" }, null],
    ["the star's own host", { host: "example.org" }, "hosts"],
    ["a host that only ends alike", { host: "evilexample.org" }, "hosts"],
    ["a host below a plain one", { host: "www.example.com" }, "hosts"],
    ["the pattern itself as a host", { host: "*.example.org" }, "hosts"],
    ["no letters before the dot", { host: ".example.org" }, "hosts"],
    ["a host with a blank", { host: "a b.example.org" }, "hosts"],
    ["another port", { port: 80 }, "ports"],
    ["another method", { method: "POST" }, "methods"],
    ["another action", { action: "web.post" }, "actions"],
  ])("of %s", (_, change, beyond) => {
    expect(beyondScope(permit, permitRequest(change))).toBe(beyond);
  });
});

describe("a child permit", () => {
  const parent = opened(permitFields());
  const child = (change: Partial<PermitFields>) =>
    opened(permitFields({ id: permitId("child"), parent: parent.digest, ...change }), holder);
  const resources = permitFields().resources;

  test("may say the same or less", () => {
    expect(beyondParent(parent, child({}))).toBeNull();
    const less = { hosts: ["x.example.org", "*.y.example.org"], ports: [], methods: ["GET"] };
    expect(beyondParent(parent, child({ resources: less, max_uses: 1, max_bytes: 0, exp: NOW_MS + 1 }))).toBeNull();
  });

  test.each<[string, Partial<PermitFields>]>([
    ["parent", { parent: null }],
    ["actions", { actions: ["web.fetch", "web.post"] }],
    ["hosts", { resources: { ...resources, hosts: ["*.example.com"] } }],
    ["hosts", { resources: { ...resources, hosts: ["example.org"] } }],
    ["hosts", { resources: { ...resources, hosts: ["*.org"] } }],
    ["ports", { resources: { ...resources, ports: [443, 80] } }],
    ["methods", { resources: { ...resources, methods: ["POST"] } }],
    ["nbf", { nbf: NOW_MS - 1 }],
    ["exp", { exp: NOW_MS + 600_001 }],
    ["max_uses", { max_uses: 11 }],
    ["max_bytes", { max_bytes: 1_000_001 }],
    ["policy", { policy: "0".repeat(64) }],
  ])("may not reach beyond in %s", (field, change) => {
    expect(beyondParent(parent, child(change))).toBe(field);
  });

  test("must be signed by the parent's holder", () => {
    const stolen = opened(permitFields({ id: permitId("child"), parent: parent.digest }), issuer);
    expect(beyondParent(parent, stolen)).toBe("iss");
  });

  test("never allows what its parent denies", () => {
    const seed = inject("seed");
    const found = childAllowsMore(new SimChance(seed), 20_000);
    console.log(
      `permit chains: ${found.chains} (${found.accepted} accepted, ${found.allowed} of ${found.asked} requests allowed), seed ${seed}`,
    );
    expect(found.allowed).toBeGreaterThan(1000);
    expect(found.violations).toEqual([]);
  });
});

test("every permit that is written can be read", () => {
  expect(() => writePermit(issuer, permitFields({ id: "short" }))).toThrow();
  expect(Permit.safeParse({ v: 1, iss: issuer.keyId, ...permitFields() }).success).toBe(true);
});
