/** C2SP signed-note v1: text under Ed25519 signatures (type 0x01) and witness cosignatures (type 0x04, tlog-cosignature). */
import { concat, equal, fromBase64, fromUtf8, toBase64, toHex, utf8 } from "./bytes.ts";
import type { Crypto, Signer } from "./crypto.ts";

export const NOTE_ED25519 = 0x01;
export const NOTE_COSIGNATURE = 0x04;
export const NOTE_MAX_SIGNATURES = 64;
export const NOTE_MAX_BYTES = 64 * 1024;

export interface NoteKey {
  readonly name: string;
  readonly type: typeof NOTE_ED25519 | typeof NOTE_COSIGNATURE;
  readonly publicKey: Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Note {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Not empty, no plus sign, no Unicode space, no control character. */
export const isKeyName = (name: string): boolean => /^[^\s+\u0000-\u001f\u0085]+$/u.test(name);

/** First four bytes of SHA-256(name, newline, type, public key). */
export const noteKeyId = (crypto: Pick<Crypto, "sha256">, key: NoteKey): Uint8Array =>
  crypto.sha256(concat(utf8(`${key.name}\n`), Uint8Array.of(key.type), key.publicKey)).slice(0, 4);

/** `name+keyid+base64(type || key)`: what Go's sumdb/note calls a verifier key. */
export const verifierKey = (crypto: Pick<Crypto, "sha256">, key: NoteKey): string =>
  `${key.name}+${toHex(noteKeyId(crypto, key))}+${toBase64(concat(Uint8Array.of(key.type), key.publicKey))}`;

/** Null on anything that is not exactly a verifier key of a known type. */
export function readVerifierKey(crypto: Pick<Crypto, "sha256">, text: string): NoteKey | null {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  if (parts === null || !isKeyName(parts[1]!)) return null;
  const bytes = base64OrNull(parts[3]!);
  if (bytes === null || bytes.length !== 33) return null;
  const type = bytes[0];
  if (type !== NOTE_ED25519 && type !== NOTE_COSIGNATURE) return null;
  const key: NoteKey = { name: parts[1]!, type, publicKey: bytes.slice(1) };
  return toHex(noteKeyId(crypto, key)) === parts[2] ? key : null;
}

export const signatureLine = (signature: NoteSignature): string =>
  `— ${signature.name} ${toBase64(concat(signature.keyId, signature.signature))}\n`;

/** Puts one Ed25519 signature under texts. @throws TypeError on a name, and later on a text, that no note can carry. */
export function noteSigner(crypto: Pick<Crypto, "sha256">, signer: Signer, name: string): (text: string) => string {
  if (!isKeyName(name)) throw new TypeError("name does not fit a signed note");
  const keyId = noteKeyId(crypto, { name, type: NOTE_ED25519, publicKey: signer.publicKey });
  return (text) => {
    if (!isNoteText(text)) throw new TypeError("text does not fit a signed note");
    return `${text}\n${signatureLine({ name, keyId, signature: signer.sign(utf8(text)) })}`;
  };
}

export const signNote = (crypto: Pick<Crypto, "sha256">, signer: Signer, name: string, text: string): string =>
  noteSigner(crypto, signer, name)(text);

const isNoteText = (text: string): boolean => text.endsWith("\n") && !/[\u0000-\u0009\u000b-\u001f]/.test(text);

/** The parts of a note, unverified. Null when it has not the form of one. */
export function splitNote(bytes: Uint8Array | string): Note | null {
  const whole = typeof bytes === "string" ? bytes : utf8OrNull(bytes);
  if (whole === null || whole.length > NOTE_MAX_BYTES || !isNoteText(whole)) return null;
  const blank = whole.lastIndexOf("\n\n");
  if (blank < 0) return null;
  const lines = whole.slice(blank + 2, -1).split("\n");
  if (lines.length > NOTE_MAX_SIGNATURES) return null;
  const signatures = lines.map(readSignatureLine);
  if (signatures.some((signature) => signature === null)) return null;
  return { text: whole.slice(0, blank + 1), signatures: signatures as NoteSignature[] };
}

function readSignatureLine(line: string): NoteSignature | null {
  const parts = /^— (\S+) ([A-Za-z0-9+/=]+)$/u.exec(line);
  const bytes = parts === null ? null : base64OrNull(parts[2]!);
  if (parts === null || bytes === null || bytes.length < 5 || !isKeyName(parts[1]!)) return null;
  return { name: parts[1]!, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/**
 * That the note carries a good signature of the key. Signatures of other keys are passed over; one under this key's
 * name and id that does not verify spoils the note (signed-note, "Signatures").
 */
export function verifyNote(crypto: Crypto, note: Note, key: NoteKey): boolean {
  const keyId = noteKeyId(crypto, key);
  const own = note.signatures.filter((signature) => signature.name === key.name && equal(signature.keyId, keyId));
  return own.length > 0 && own.every((signature) => verifySignature(crypto, note.text, signature.signature, key));
}

function verifySignature(crypto: Crypto, text: string, signature: Uint8Array, key: NoteKey): boolean {
  if (key.type === NOTE_ED25519) return signature.length === 64 && crypto.verify(key.publicKey, utf8(text), signature);
  if (signature.length !== 72) return false;
  const time_s = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  if (time_s >= 1n << 63n) return false;
  return crypto.verify(key.publicKey, cosignedMessage(text, time_s), signature.subarray(8));
}

/** What an Ed25519 witness signs (tlog-cosignature, "Ed25519 signed message"). */
const cosignedMessage = (text: string, time_s: bigint): Uint8Array => utf8(`cosignature/v1\ntime ${time_s}\n${text}`);

/** A witness's signature line for the note's text. `time_s`: Unix seconds. */
export function cosign(
  crypto: Pick<Crypto, "sha256">,
  signer: Signer,
  name: string,
  text: string,
  time_s: number,
): NoteSignature {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(time_s));
  const key: NoteKey = { name, type: NOTE_COSIGNATURE, publicKey: signer.publicKey };
  const signature = concat(time, signer.sign(cosignedMessage(text, BigInt(time_s))));
  return { name, keyId: noteKeyId(crypto, key), signature };
}

function base64OrNull(text: string): Uint8Array | null {
  try {
    return fromBase64(text);
  } catch {
    return null;
  }
}

function utf8OrNull(bytes: Uint8Array): string | null {
  try {
    return fromUtf8(bytes);
  } catch {
    return null;
  }
}
