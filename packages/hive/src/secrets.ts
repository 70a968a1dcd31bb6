/** Finds secrets in what a run gave back. Named patterns with a clear shape only: a scanner that cries wolf is switched off. */

/** Lines longer than this are let out, or not, as a whole when they end. */
export const LINE_HELD_MAX = 64 * 1024;

const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ["a private key in PEM", /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----/],
  ["an age secret key", /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{40,}/i],
  ["a bearer token", /\bBearer\s+[A-Za-z0-9._~+/-]{20,}/i],
];

export class SecretScanner {
  readonly #exact: readonly string[];

  /** @param exact strings that must not appear at all, such as the API key. */
  constructor(exact: readonly string[]) {
    this.#exact = exact.filter((secret) => secret.length >= 16);
  }

  /** The kind of the first secret in the text; null when there is none. Never the secret itself. */
  find(text: string): string | null {
    if (this.#exact.some((secret) => text.includes(secret))) return "a key of this hive";
    return PATTERNS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
  }

  /** Bytes of a file, read one byte a letter: every pattern is ASCII. */
  findIn(bytes: Uint8Array): string | null {
    return this.find(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"));
  }
}

/**
 * Lets streamed output out line by line, as long as no secret has come. Validation looks at the whole again; this gate only
 * keeps a secret from being shown live before validation had its turn.
 */
export class LineGate {
  readonly #scanner: SecretScanner;
  readonly #decoder = new TextDecoder();
  #held = "";
  #shut = false;

  constructor(scanner: SecretScanner) {
    this.#scanner = scanner;
  }

  /** What may be shown now. */
  push(bytes: Uint8Array): string {
    if (this.#shut) return "";
    this.#held += this.#decoder.decode(bytes, { stream: true });
    const end = this.#held.lastIndexOf("\n") + 1;
    if (end === 0 && this.#held.length <= LINE_HELD_MAX) return "";
    return this.#release(end === 0 ? this.#held.length : end);
  }

  end(): string {
    this.#held += this.#decoder.decode();
    return this.#release(this.#held.length);
  }

  #release(end: number): string {
    const text = this.#held.slice(0, end);
    this.#held = this.#held.slice(end);
    this.#shut ||= this.#scanner.find(text) !== null;
    return this.#shut ? "" : text;
  }
}
