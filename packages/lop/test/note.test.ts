import { expect, test } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { nodeCrypto, nodeSigner } from "../src/crypto-node.ts";
import {
  cosign,
  NOTE_COSIGNATURE,
  NOTE_ED25519,
  NOTE_MAX_SIGNATURES,
  type NoteKey,
  readVerifierKey,
  signatureLine,
  signNote,
  splitNote,
  verifierKey,
  verifyNote,
} from "../src/note.ts";

const signer = nodeSigner(new Uint8Array(32).fill(1));
const other = nodeSigner(new Uint8Array(32).fill(2));
const key: NoteKey = { name: "example.com/log", type: NOTE_ED25519, publicKey: signer.publicKey };
const TEXT = "first\n\nlast\n";
const signed = signNote(nodeCrypto, signer, key.name, TEXT);
const otherLine = signNote(nodeCrypto, other, "other.example", TEXT).split("\n").at(-2);
const verdict = (text: string) => {
  const note = splitNote(text);
  return note !== null && verifyNote(nodeCrypto, note, key);
};

test("a signed note verifies; its text may hold empty lines", () => {
  expect(splitNote(signed)!.text).toBe(TEXT);
  expect(verdict(signed)).toBe(true);
  expect(verdict(signed.replace("first", "First"))).toBe(false);
});

test("signatures of unknown keys are passed over, wherever they stand", () => {
  const own = signed.split("\n").at(-2);
  expect(verdict(`${TEXT}\n${otherLine}\n${own}\n`)).toBe(true);
  expect(verdict(`${TEXT}\n${own}\n${otherLine}\n`)).toBe(true);
  expect(verdict(`${TEXT}\n${otherLine}\n`)).toBe(false);
});

test("a bad signature under our key's name and id spoils the note", () => {
  const own = signed.split("\n").at(-2)!;
  const bad = own.replace(/(.{6})==$|(.{8})$/, (end) => (end[0] === "A" ? `B${end.slice(1)}` : `A${end.slice(1)}`));
  expect(verdict(`${TEXT}\n${bad}\n${own}\n`)).toBe(false);
});

test("what has not the form of a note is none", () => {
  const many = `${TEXT}\n${`${otherLine}\n`.repeat(NOTE_MAX_SIGNATURES + 1)}`;
  const bad = [
    "",
    "text\n",
    signed.slice(0, -1),
    `${signed}\n`,
    signed.replace("— ", "- "),
    signed.replace("— ", "—  "),
    signed.replace("first", "fir\tst"),
    signed.replace("first", "fir\u0000st"),
    signed.replace("example.com/log", "example.com/+log"),
    many,
  ];
  for (const text of bad) expect(splitNote(text), JSON.stringify(text).slice(0, 60)).toBeNull();
  expect(splitNote(Uint8Array.of(0xff, 10, 10))).toBeNull();
  expect(() => signNote(nodeCrypto, signer, "a name", TEXT)).toThrow(TypeError);
  expect(() => signNote(nodeCrypto, signer, key.name, "no newline")).toThrow(TypeError);
});

test("verifier keys have one spelling", () => {
  const text = verifierKey(nodeCrypto, key);
  expect(readVerifierKey(nodeCrypto, text)).toEqual(key);
  const bad = [
    "",
    "a+b",
    text.replace("+", "++"),
    text.toUpperCase(),
    `${text}=`,
    text.replace("example", "exbmple"),
    text.slice(0, -4),
  ];
  for (const one of bad) expect(readVerifierKey(nodeCrypto, one), one).toBeNull();
});

test("a cosignature holds for its text and its time, and not as a log's signature", () => {
  const cosigner: NoteKey = { name: "witness.example/w", type: NOTE_COSIGNATURE, publicKey: other.publicKey };
  const line = signatureLine(cosign(nodeCrypto, other, cosigner.name, TEXT, 1_679_315_147));
  const note = splitNote(signed + line)!;
  expect(verifyNote(nodeCrypto, note, cosigner)).toBe(true);
  expect(verifyNote(nodeCrypto, note, { ...cosigner, type: NOTE_ED25519 })).toBe(false);
  const { signature } = note.signatures[1]!;
  const later = { ...note.signatures[1]!, signature: signature.with(7, signature[7]! + 1) };
  expect(verifyNote(nodeCrypto, { ...note, signatures: [later] }, cosigner)).toBe(false);
  expect(utf8(line).length).toBeGreaterThan(100);
});
