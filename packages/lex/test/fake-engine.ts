/** An engine that follows a script instead of weights: it wants certain marks, and takes another where the mask forbids them. */
import type { Engine, Memory, Picked, PickOptions, Sequence } from "logic";
import { FakeTokenizer } from "./fake-tokenizer.ts";

/** What the needle should write for a directive. Spans are found by their text, in order, each behind the one before unless `from` is given. */
export interface Script {
  readonly tool: string;
  readonly choices?: Readonly<Record<string, string>>;
  readonly spans?: readonly { readonly key: string; readonly text: string }[];
  /** Texts at which a new leg begins. */
  readonly legs?: readonly string[];
  /** Probability of the wanted token at each pick; the others share the rest. */
  readonly sure?: number;
  /** Probabilities that the first pick gives to further tools. */
  readonly others?: Readonly<Record<string, number>>;
}

export const fakeMemory = (): Memory => ({
  shape: { layers: 1, inner: 1, state: 1, kernel: 2, channels: 1 },
  weights: "0".repeat(64),
  bytes: new Uint8Array(8),
  hash: "1".repeat(64),
});

export class FakeEngine implements Engine {
  readonly tokenizer = new FakeTokenizer();
  readonly info = {
    kind: "kernel",
    model: "scripted",
    weights: "0".repeat(64),
    vocabulary: this.tokenizer.size,
    runtime: "scripted/1",
    exact: true,
    decode: "marks/1",
  } as const;
  readonly #scripts: ReadonlyMap<string, Script>;
  /** Tokens that were fed, of all sequences. */
  fed = 0;

  constructor(scripts: Readonly<Record<string, Script>>) {
    this.#scripts = new Map(Object.entries(scripts));
  }

  open(): Promise<Sequence> {
    return Promise.resolve(new FakeSequence(this, this.#scripts));
  }

  // biome-ignore lint/correctness/useYield: a scripted engine writes nothing by itself
  async *write(): AsyncGenerator<never> {
    throw new TypeError("the scripted engine only marks");
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class FakeSequence implements Sequence {
  readonly #engine: FakeEngine;
  readonly #scripts: ReadonlyMap<string, Script>;
  readonly #fed: number[] = [];

  constructor(engine: FakeEngine, scripts: ReadonlyMap<string, Script>) {
    this.#engine = engine;
    this.#scripts = scripts;
  }

  get length(): number {
    return this.#fed.length;
  }

  feed(tokens: ArrayLike<number>): Promise<void> {
    this.#fed.push(...Array.from(tokens));
    this.#engine.fed += tokens.length;
    return Promise.resolve();
  }

  memory(): Promise<Memory> {
    return Promise.resolve(fakeMemory());
  }

  fork(): Promise<Sequence> {
    const other = new FakeSequence(this.#engine, this.#scripts);
    return other.feed(this.#fed).then(() => other);
  }

  close(): void {}

  pick({ mask, alternatives = 0 }: PickOptions = {}): Promise<Picked> {
    const script = this.#script();
    const allowed = mask === undefined ? [] : bitsIn(mask);
    const wanted = this.#special(this.#wanted(script));
    const token = allowed.includes(wanted) ? wanted : allowed[0]!;
    const sure = script.sure ?? 0.99;
    const others = allowed.filter((each) => each !== token);
    const named = this.#fed.at(-1) === this.#special("card") ? (script.others ?? {}) : {};
    const rest = (1 - sure - Object.values(named).reduce((a, b) => a + b, 0)) / Math.max(1, others.length);
    const scored = others.map((each) => ({ token: each, logprob: Math.log(rest + this.#extra(named, each)) }));
    scored.sort((a, b) => b.logprob - a.logprob);
    return Promise.resolve({ token, logprob: Math.log(sure), alternatives: scored.slice(0, alternatives) });
  }

  #extra(named: Readonly<Record<string, number>>, token: number): number {
    const found = Object.entries(named).find(([tool]) => this.#special(`tool:${tool}`) === token);
    return found?.[1] ?? 0;
  }

  #special(name: string): number {
    return this.#engine.tokenizer.special(`<|${name}|>`) ?? -1;
  }

  #text(): string {
    const end = this.#fed.indexOf(this.#special("card"));
    return this.#engine.tokenizer.decode(this.#fed.slice(1, end < 0 ? undefined : end));
  }

  #script(): Script {
    const script = this.#scripts.get(this.#text());
    if (script === undefined) throw new TypeError(`no script for ${JSON.stringify(this.#text())}`);
    return script;
  }

  /** The name of the token that the script wants next. */
  #wanted(script: Script): string {
    const begin = this.#fed.indexOf(this.#special("mark"));
    if (this.#fed.at(-1) === this.#special("card")) return `tool:${script.tool}`;
    if (begin < 0) return this.#wantedChoice(script);
    const second = this.#fed.slice(begin + 1);
    const text = second.filter((token) => this.#engine.tokenizer.bytesOf(token).length > 0).length;
    const ended = second.includes(this.#special("end"));
    const place = ended ? text : text - 1;
    const here = second.length - 1 - second.findLastIndex((token) => this.#engine.tokenizer.bytesOf(token).length > 0);
    return this.#marksAt(script, place)[ended ? 0 : here] ?? "go";
  }

  #wantedChoice(script: Script): string {
    const stated = Object.entries(script.choices ?? {}).map(([name, value]) => `${name}=${value}`);
    return stated.find((name) => !this.#fed.includes(this.#special(name))) ?? "none";
  }

  #marksAt(script: Script, place: number): string[] {
    const text = this.#text();
    const starts = this.#offsets(text);
    const at = (offset: number) =>
      starts.findIndex((start, i) => start <= offset && offset < (starts[i + 1] ?? Infinity));
    const cuts: string[] = [];
    const legs: string[] = [];
    const begins: string[] = [];
    let behind = 0;
    for (const span of script.spans ?? []) {
      const from = text.indexOf(span.text, behind);
      if (from < 0) throw new TypeError(`${span.text} is not in the directive`);
      behind = from + span.text.length;
      if (at(from) === place) begins.push(`+${span.key}`);
      const end = behind >= text.length ? starts.length : at(behind);
      if (end === place) cuts.push("-");
    }
    for (const leg of script.legs ?? []) if (at(text.indexOf(leg)) === place) legs.push("leg");
    return [...cuts, ...legs, ...begins];
  }

  #offsets(text: string): number[] {
    const offsets: number[] = [];
    let bytes = 0;
    const all = new TextEncoder().encode(text);
    for (const token of this.#engine.tokenizer.encode(text)) {
      offsets.push(new TextDecoder().decode(all.subarray(0, bytes)).length);
      bytes += this.#engine.tokenizer.bytesOf(token).length;
    }
    return offsets;
  }
}

const bitsIn = (mask: Uint32Array): number[] => {
  const bits: number[] = [];
  for (const [word, value] of mask.entries())
    for (let bit = 0; bit < 32; bit++) if ((value >>> bit) & 1) bits.push(word * 32 + bit);
  return bits;
};
