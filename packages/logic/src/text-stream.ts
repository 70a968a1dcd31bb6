/** Tokens become text as they come: whole characters, and nothing that may yet turn out to be the beginning of a stop. */

export const MAX_STOPS = 16;
export const MAX_STOP_CHARACTERS = 1024;

export class TextStream {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #stops: readonly string[];
  #held = "";
  #stopped = false;

  /** @throws RangeError on an empty stop, one that is too long, or too many. */
  constructor(stops: readonly string[] = []) {
    if (stops.length > MAX_STOPS || stops.some((stop) => stop === "" || stop.length > MAX_STOP_CHARACTERS))
      throw new RangeError(`at most ${MAX_STOPS} stops of 1 to ${MAX_STOP_CHARACTERS} characters`);
    this.#stops = stops;
  }

  /** A stop was met; the text before it has been given out. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Text that is certain now. */
  push(bytes: Uint8Array): string {
    return this.#release(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What was held back; an incomplete character becomes U+FFFD. */
  finish(): string {
    const text = this.#release(this.#decoder.decode());
    const rest = this.#stopped ? "" : this.#held;
    this.#held = "";
    return text + rest;
  }

  #release(fresh: string): string {
    if (this.#stopped) return "";
    const text = this.#held + fresh;
    const found = this.#stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    this.#stopped = found.length > 0;
    const end = this.#stopped ? Math.min(...found) : text.length - this.#openLength(text);
    this.#held = this.#stopped ? "" : text.slice(end);
    return text.slice(0, end);
  }

  /** Length of the longest end of the text that begins a stop. */
  #openLength(text: string): number {
    const longest = Math.max(0, ...this.#stops.map((stop) => stop.length - 1));
    for (let length = Math.min(longest, text.length); length > 0; length--) {
      const tail = text.slice(text.length - length);
      if (this.#stops.some((stop) => stop.startsWith(tail))) return length;
    }
    return 0;
  }
}
