/** What every engine must do, whatever is behind it. Run over each of them with models made by the tests. */
import { describe, expect, test } from "vitest";
import type { Constraint, Engine, Sequence, WriteRequest, Written, WrittenEnd } from "../src/engine.ts";
import { isLogicRefusal, type LogicRefusal } from "../src/refusal.ts";

export interface ContractSubject {
  readonly engine: Engine;
  /** An engine over other weights; its memories must be refused. Null: the engine gives out no memories. */
  readonly stranger: Engine | null;
}

export const openOf = async (engine: Engine): Promise<Sequence> => {
  const sequence = await engine.open();
  if (isLogicRefusal(sequence)) throw new Error(sequence.why);
  return sequence;
};

export async function written(engine: Engine, request: WriteRequest) {
  const all: Written[] = [];
  for await (const piece of engine.write(request)) all.push(piece);
  const end = all.at(-1) as WrittenEnd;
  expect(all.filter(({ type }) => type === "end")).toHaveLength(1);
  expect(end.type).toBe("end");
  const pieces = all.flatMap((piece) => (piece.type === "text" ? [piece] : []));
  return { text: pieces.map(({ text }) => text).join(""), pieces, end };
}

/** Exactly one of the given texts, byte by byte: the smallest grammar there is. */
export class OneOf implements Constraint {
  readonly #bytesOf: (token: number) => Uint8Array;
  readonly #size: number;
  readonly #ends: readonly number[];
  #left: Uint8Array[];

  constructor(engine: Pick<Engine, "tokenizer">, texts: readonly string[]) {
    const tokenizer = engine.tokenizer!;
    this.#bytesOf = (token) => tokenizer.bytesOf(token);
    this.#size = tokenizer.size;
    this.#ends = tokenizer.ends;
    this.#left = texts.map((text) => new TextEncoder().encode(text));
  }

  fillMask(words: Uint32Array): null {
    words.fill(0);
    for (let token = 0; token < this.#size; token++)
      if (this.#after(token).length > 0 || (this.accepting() && this.#ends.includes(token)))
        words[token >>> 5]! |= 1 << (token & 31);
    return null;
  }

  commit(token: number): boolean {
    this.#left = this.#after(token);
    return this.#left.length > 0;
  }

  accepting(): boolean {
    return this.#left.some(({ length }) => length === 0);
  }

  #after(token: number): Uint8Array[] {
    const bytes = this.#bytesOf(token);
    if (bytes.length === 0) return [];
    return this.#left
      .filter((rest) => bytes.every((byte, i) => rest[i] === byte))
      .map((rest) => rest.subarray(bytes.length));
  }
}

/** Engines whose sequences can be held. */
export function sequenceContract(subject: () => ContractSubject): void {
  const engine = () => subject().engine;
  const prompt = () => Array.from(engine().tokenizer!.encode("the thing is 42, "));
  const greedy = async (sequence: Sequence, count: number) => {
    const tokens: number[] = [];
    while (tokens.length < count) {
      const { token } = await sequence.pick();
      tokens.push(token);
      await sequence.feed([token]);
    }
    return tokens;
  };

  test("says what it is", () => {
    expect(engine().info).toMatchObject({ weights: expect.stringMatching(/^[0-9a-f]{64}$/), model: "random" });
    expect(engine().info.vocabulary).toBe(engine().tokenizer!.size);
    expect(engine().info.runtime).not.toBe("");
  });

  test("a pick changes nothing; greedy takes the best", async () => {
    const sequence = await openOf(engine());
    await sequence.feed(prompt());
    const first = await sequence.pick({ alternatives: 5 });
    expect(await sequence.pick({ alternatives: 5 })).toEqual(first);
    expect(sequence.length).toBe(prompt().length);
    const scores = [first, ...first.alternatives].map(({ logprob }) => logprob);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores).toHaveLength(6);
    expect(scores.reduce((sum, score) => sum + Math.exp(score), 0)).toBeLessThanOrEqual(1.000001);
    sequence.close();
  });

  test("a mask leaves only what it allows, and log-probabilities are over that", async () => {
    const sequence = await openOf(engine());
    await sequence.feed(prompt());
    const mask = new Uint32Array(Math.ceil(engine().info.vocabulary / 32));
    for (const token of [7, 31, 32, 200]) mask[token >>> 5]! |= 1 << (token & 31);
    const picked = await sequence.pick({ mask, alternatives: 10 });
    const all = [picked, ...picked.alternatives];
    expect(all.map(({ token }) => token).sort((a, b) => a - b)).toEqual([7, 31, 32, 200]);
    expect(all.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 5);
    expect((await sequence.pick({ mask, scores: false })).token).toBe(picked.token);
    await expect(sequence.pick({ mask: mask.fill(0) })).rejects.toThrow(RangeError);
    sequence.close();
  });

  test("seeded sampling repeats itself", async () => {
    const sequence = await openOf(engine());
    await sequence.feed(prompt());
    const draw = async (seed: number) => (await sequence.pick({ sampling: { temperature: 2, seed } })).token;
    const seeds = Array.from({ length: 20 }, (_, i) => i);
    const first = await Promise.all(seeds.map(draw));
    expect(await Promise.all(seeds.map(draw))).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
    sequence.close();
  });

  test("misuse is thrown, not guessed at", async () => {
    const sequence = await openOf(engine());
    await expect(sequence.pick()).rejects.toThrow(RangeError);
    await expect(sequence.feed([engine().info.vocabulary])).rejects.toThrow(RangeError);
    await expect(sequence.feed([-1])).rejects.toThrow(RangeError);
    sequence.close();
    await expect(sequence.feed([1])).rejects.toThrow(/closed/);
  });

  test("a fork goes its own way, and both say the same after the same", async () => {
    const sequence = await openOf(engine());
    await sequence.feed(prompt());
    const fork = await sequence.fork();
    await fork.feed([5, 6, 7]);
    const other = await sequence.fork();
    expect(await greedy(other, 8)).toEqual(await greedy(sequence, 8));
    expect(fork.length).toBe(prompt().length + 3);
    for (const each of [sequence, fork, other]) each.close();
  });

  test("a memory restores the place; its hash names it", async () => {
    const sequence = await openOf(engine());
    await sequence.feed(prompt());
    const memory = await sequence.memory();
    expect(memory.hash).toBe((await sequence.memory()).hash);
    await sequence.feed([9]);
    expect((await sequence.memory()).hash).not.toBe(memory.hash);
    const wanted = await greedy(sequence, 8);
    const restored = (await engine().open(memory)) as Sequence;
    await restored.feed([9]);
    expect((await restored.memory()).weights).toBe(engine().info.weights);
    expect(await greedy(restored, 8)).toEqual(wanted);
    sequence.close();
    restored.close();
  });

  test("a memory of other weights is refused", async () => {
    const foreign = await openOf(subject().stranger!);
    await foreign.feed([1, 2, 3]);
    expect(await engine().open(await foreign.memory())).toMatchObject({ refused: "memory-of-another-model" });
    foreign.close();
  });
}

/** Every engine that writes. `prompt` must lead to at least 12 tokens without an end. */
export function writeContract(subject: () => ContractSubject, prompt = "the thing is "): void {
  const engine = () => subject().engine;
  const refusalOf = async (request: WriteRequest): Promise<LogicRefusal | null> => {
    const { end } = await written(engine(), request);
    expect(end.why).toBe("refused");
    return end.refusal;
  };

  test("writes up to max_tokens, the same each time", async () => {
    const first = await written(engine(), { prompt, max_tokens: 12 });
    expect(first.end).toMatchObject({ why: "max-tokens", refusal: null, written_tokens: 12 });
    expect((await written(engine(), { prompt, max_tokens: 12 })).text).toBe(first.text);
  });
  test("a stop ends it and is no part of it", async () => {
    const whole = (await written(engine(), { prompt, max_tokens: 12 })).text;
    const stop = whole.slice(4, 6);
    const { text, end } = await written(engine(), { prompt, max_tokens: 12, stop: [stop, "\u0000never"] });
    expect([text, end.why]).toEqual([whole.slice(0, whole.indexOf(stop)), "stop"]);
  });
  test("what is out of range is refused", async () => {
    expect(await refusalOf({ prompt, max_tokens: -1 })).toMatchObject({ refused: "request-malformed" });
    expect(await refusalOf({ prompt, max_tokens: 1, stop: [""] })).toMatchObject({ refused: "request-malformed" });
    expect(await refusalOf({ prompt, max_tokens: 1, alternatives: 99 })).toMatchObject({
      refused: "request-malformed",
    });
    const sampling = { temperature: -1, seed: 1 };
    expect(await refusalOf({ prompt, max_tokens: 1, sampling })).toMatchObject({ refused: "sampling-malformed" });
  });
  test("a cancelled request ends as such", async () => {
    const signal = AbortSignal.abort();
    expect(await refusalOf({ prompt, max_tokens: 5, signal })).toMatchObject({ refused: "cancelled" });
  });
  test("log-probabilities when asked for", async () => {
    const { pieces } = await written(engine(), { prompt, max_tokens: 3, alternatives: 2 });
    const scored = pieces.filter(({ logprob }) => logprob !== null);
    expect(scored.length).toBeGreaterThan(0);
    for (const { logprob } of scored) expect(logprob).toBeLessThanOrEqual(1e-6);
    expect((await written(engine(), { prompt, max_tokens: 3 })).pieces.every(({ logprob }) => logprob === null)).toBe(
      true,
    );
  });
}

/** Engines that take masks: the text is one of those the constraint knows, whatever the model would rather say. */
export function constraintContract(subject: () => ContractSubject): void {
  const engine = () => subject().engine;
  const texts = ['{"go": true}', '{"go": false}', '{"stay": 42}'];
  describe("under a constraint", () => {
    test.each([undefined, { temperature: 3, seed: 5 }, { temperature: 1, seed: 9, top_k: 3 }])(
      "%j",
      async (sampling) => {
        const request = { prompt: "the ", max_tokens: 40, constraint: new OneOf(engine(), texts) };
        const { text, end } = await written(engine(), sampling === undefined ? request : { ...request, sampling });
        expect(texts).toContain(text);
        expect(end.why).toMatch(/complete|end-token/);
      },
    );
    test("one that allows nothing, or fails, is a refusal", async () => {
      const nothing = {
        fillMask: (words: Uint32Array) => {
          words.fill(0);
          return null;
        },
        commit: () => true,
        accepting: () => false,
      };
      const ends = [nothing, { ...nothing, fillMask: () => ({ why: "fuel spent" }) }].map(
        async (constraint) => (await written(engine(), { prompt: "x", max_tokens: 4, constraint })).end,
      );
      for (const end of await Promise.all(ends)) expect(end.refusal).toMatchObject({ refused: "constraint-unmet" });
    });
  });
}
