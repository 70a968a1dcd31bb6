/** A vocabulary of single bytes and a few merges of the kind that training finds, with the special tokens of "marks/1". */
import { VIEWS } from "../src/tool-shape.ts";

const KEYS =
  "path content since label snapshot text tag query limit url max_pages max_depth every_minutes what near radius_km require at units from until minutes each_minutes capability reservation value unit amount currency category note days sql host code timeout_seconds";
const TOOLS =
  "exec.run files.list files.read files.write files.diff snapshot.create snapshot.list snapshot.restore snapshot.check recall.add recall.search fetch.page fetch.crawl watch.add watch.list watch.remove lattice.find lattice.plan lattice.reserve lattice.cancel vitality.record vitality.status wealth.record wealth.status wealth.forecast query.sql permit.grant permit.revoke permit.list guard.freeze guard.resume guard.status none";
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  language: ["javascript", "python", "shell"],
  wipe: ["", "true", "false"],
  view: ["", ...VIEWS],
  metric: " heart_rate hrv sleep_hours steps weight temperature blood_pressure glucose oxygen".split(" "),
  kind: ["income", "expense", "transfer"],
  period: ["", "today", "week", "month", "quarter", "year"],
};
export const SPECIALS: readonly string[] = [
  ...["bos", "card", "mark", "end", "go", "-", "leg"],
  ...TOOLS.split(" ").map((tool) => `tool:${tool}`),
  ...Object.entries(CHOICES).flatMap(([name, values]) => values.map((value) => `${name}=${value}`)),
  ...KEYS.split(" ").map((key) => `+${key}`),
].map((name) => `<|${name}|>`);

/** Text is cut into the pieces of the vocabulary's pattern; the first bytes of a long piece are one token, the rest single. */
export class FakeTokenizer {
  readonly size = 256 + 4096 + SPECIALS.length;
  readonly begin = null;
  readonly ends: readonly number[] = [];
  readonly #ids = new Map<string, number>();
  readonly #bytes: Uint8Array[] = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  readonly #specials = new Map(SPECIALS.map((name, i) => [name, 256 + 4096 + i]));

  encode(text: string): Uint32Array {
    const tokens: number[] = [];
    for (const [piece] of text.matchAll(/ ?\p{L}+| ?\p{N}{1,3}| ?[^\s\p{L}\p{N}]|\s/gu)) {
      const bytes = new TextEncoder().encode(piece);
      const cut = bytes.length > 6 ? [bytes.subarray(0, 4), bytes.subarray(4)] : [bytes];
      for (const part of cut) tokens.push(this.#idOf(part));
    }
    return Uint32Array.from(tokens);
  }

  decode(tokens: ArrayLike<number>): string {
    return Buffer.concat(Array.from(tokens, (token) => this.bytesOf(token))).toString("utf8");
  }

  bytesOf(token: number): Uint8Array {
    return this.#bytes[token] ?? new Uint8Array();
  }

  special(name: string): number | undefined {
    return this.#specials.get(name);
  }

  #idOf(bytes: Uint8Array): number {
    if (bytes.length === 1) return bytes[0]!;
    const key = Buffer.from(bytes).toString("latin1");
    const id = this.#ids.get(key) ?? this.#bytes.length;
    if (id === this.#bytes.length) this.#bytes.push(bytes);
    this.#ids.set(key, id);
    return id;
  }
}
