/** The shipped model and its initial memories: a signed list of file digests, checked before anything is loaded. */
import {
  type Crypto,
  Envelope,
  fromBase64,
  isRefusal,
  keyIdOf,
  openEnvelope,
  parseStrict,
  type Refusal,
  refuse,
  toHex,
} from "lop";

export const RELEASE_PAYLOAD_TYPE = "application/vnd.axiom.release.v1+json";
export const RELEASE_MAX_BYTES = 65_536;

/** File name → hex SHA-256. */
export type Release = ReadonlyMap<string, string>;

/** @param envelope bytes of release.json. @param key text of release.pub: 32 bytes in base64. Refusal `model-damaged`. */
export function readRelease(crypto: Crypto, envelope: Uint8Array, key: string): Release | Refusal {
  const publicKey = keyBytes(key);
  if (publicKey === null) return damaged("release.pub does not hold a key");
  const parsed = parse(envelope);
  const read = Envelope.safeParse(parsed);
  if (!read.success) return damaged("release.json is no envelope");
  const id = keyIdOf(crypto, publicKey);
  const opened = openEnvelope(crypto, read.data, RELEASE_PAYLOAD_TYPE, (keyId) =>
    keyId === id ? publicKey : undefined,
  );
  if (isRefusal(opened)) return damaged(`release.json: ${opened.why.replace(/[.]$/, "")}`);
  const files = parse(opened.payload);
  if (typeof files !== "object" || files === null || Array.isArray(files))
    return damaged("its payload is no list of files");
  const rows = Object.entries(files);
  const good = rows.every(([, digest]) => typeof digest === "string" && /^[0-9a-f]{64}$/.test(digest));
  return good ? new Map(rows as [string, string][]) : damaged("its payload names something that is no digest");
}

/** Null: the file is the one that was released. */
export function checkFile(
  crypto: Pick<Crypto, "sha256">,
  release: Release,
  name: string,
  bytes: Uint8Array,
): Refusal | null {
  const wanted = release.get(name);
  if (wanted === undefined) return damaged(`${name} is not part of the release`);
  const is = toHex(crypto.sha256(bytes));
  return is === wanted
    ? null
    : damaged(`${name} has the digest ${is.slice(0, 16)}…; the release says ${wanted.slice(0, 16)}…`);
}

const damaged = (what: string): Refusal => refuse("model-damaged", `The model was changed: ${what}.`);

function keyBytes(text: string): Uint8Array | null {
  try {
    const bytes = fromBase64(text.trim());
    return bytes.length === 32 ? bytes : null;
  } catch {
    return null;
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return parseStrict(bytes, { max_bytes: RELEASE_MAX_BYTES });
  } catch {
    return null;
  }
}
