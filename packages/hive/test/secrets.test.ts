import { utf8 } from "lop";
import { expect, test } from "vitest";
import { LineGate, SecretScanner } from "../src/secrets.ts";

const scanner = new SecretScanner(["axk_aaaaaaaaaaaaaaaaaaaa", "short"]);

test.each([
  ["-----BEGIN PRIVATE KEY-----", "private key"],
  ["-----BEGIN RSA PRIVATE KEY-----", "private key"],
  ["-----BEGIN PGP PRIVATE KEY BLOCK-----", "private key"],
  [`age-secret-key-1${"q".repeat(58)}`, "age"],
  ["authorization: bearer abcdefghijklmnopqrstuvwxyz", "bearer"],
  ["x axk_aaaaaaaaaaaaaaaaaaaa y", "key of this hive"],
])("%s is found, and never repeated", (text, kind) => {
  expect(scanner.find(text)).toContain(kind);
  expect(scanner.find(text)).not.toContain(text);
  expect(scanner.findIn(utf8(`\u0000\u0001${text}`))).toContain(kind);
});

test.each(["-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----", "the bearer of good news", "short", ""])(
  "%s is none",
  (text) => expect(scanner.find(text)).toBeNull(),
);

test("live output is let out by whole lines, also when a letter comes in two halves", () => {
  const gate = new LineGate(scanner);
  const bytes = utf8("grüße\nmehr");
  expect(gate.push(bytes.subarray(0, 3)) + gate.push(bytes.subarray(3))).toBe("grüße\n");
  expect(gate.end()).toBe("mehr");
});

test("a secret that comes in pieces shuts the gate for good", () => {
  const gate = new LineGate(scanner);
  expect(gate.push(utf8("before\n-----BEGIN PRI"))).toBe("before\n");
  expect(gate.push(utf8("VATE KEY-----\nMIIE\n"))).toBe("");
  expect(gate.push(utf8("after\n")) + gate.end()).toBe("");
});
