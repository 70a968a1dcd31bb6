/** Reads the server name that a TLS client asks for (RFC 8446 §4.1.2, RFC 6066 §3) out of its first bytes; nothing is decrypted. */

/** A client hello that is longer is nobody's. */
export const CLIENT_HELLO_MAX_BYTES = 32 * 1024;

export type HelloReading =
  | { kind: "more" }
  | { kind: "not-tls"; why: string }
  /** `name` is null when the client names no server; `hidden` when it brings an encrypted hello that names another. */
  | { kind: "hello"; name: string | null; hidden: boolean };

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const ENCRYPTED_HELLO = 0xfe0d;

class Short extends Error {}

/** Walks over bytes; running out of them is `Short`. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  get left(): number {
    return this.#bytes.length - this.#at;
  }
  number(size: number): number {
    return this.take(size).reduce((value, byte) => value * 256 + byte, 0);
  }
  take(size: number): Uint8Array {
    if (this.left < size) throw new Short();
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
  /** A field that says its own length in `size` bytes. */
  field(size: number): Reader {
    return new Reader(this.take(this.number(size)));
  }
}

export function readClientHello(bytes: Uint8Array): HelloReading {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE) return { kind: "not-tls", why: "the tunnel does not begin with TLS" };
  let hello: Uint8Array;
  try {
    hello = handshakeOf(bytes);
  } catch (fault) {
    if (!(fault instanceof Short)) throw fault;
    return bytes.length > CLIENT_HELLO_MAX_BYTES
      ? { kind: "not-tls", why: "the client hello has no end" }
      : { kind: "more" };
  }
  try {
    return parseHello(hello);
  } catch (fault) {
    if (!(fault instanceof Short)) throw fault;
    return { kind: "not-tls", why: "the client hello is malformed" };
  }
}

/** Body of the first handshake message, put together from its records. @throws Short while parts are missing. */
function handshakeOf(bytes: Uint8Array): Uint8Array {
  const records = new Reader(bytes);
  const parts: Uint8Array[] = [];
  for (;;) {
    const joined = new Reader(Buffer.concat(parts));
    if (joined.left >= 4) {
      const type = joined.number(1);
      if (type !== CLIENT_HELLO) return new Uint8Array(0);
      const size = joined.number(3);
      if (joined.left >= size) return joined.take(size);
    }
    if (records.number(1) !== HANDSHAKE) return new Uint8Array(0);
    records.take(2);
    parts.push(records.take(records.number(2)));
  }
}

function parseHello(body: Uint8Array): HelloReading {
  const hello = new Reader(body);
  hello.take(2 + 32);
  hello.field(1);
  hello.field(2);
  hello.field(1);
  const found = { kind: "hello" as const, name: null as string | null, hidden: false };
  if (hello.left === 0) return found;
  const extensions = hello.field(2);
  let seen = 0;
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const content = extensions.field(2);
    if (type === ENCRYPTED_HELLO) found.hidden = true;
    if (type !== SERVER_NAME) continue;
    const list = content.field(2);
    const kind = list.number(1);
    const name = list.field(2);
    // One name of the one kind there is: a second one could be what the server goes by.
    if (++seen > 1 || kind !== 0 || list.left > 0)
      return { kind: "not-tls", why: "the client hello names several servers" };
    found.name = Buffer.from(name.take(name.left)).toString("latin1").toLowerCase();
  }
  return found;
}
