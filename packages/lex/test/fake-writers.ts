/** Engines that write what a test wishes: a server's, which nothing holds, and a local one, which follows its constraint byte by byte. */
import {
  byteTokenizer,
  type Engine,
  type EngineInfo,
  type LogicRefusal,
  type WriteRequest,
  type Written,
  type WrittenEnd,
} from "logic";

const info: EngineInfo = {
  kind: "openai",
  model: "general",
  weights: null,
  vocabulary: 0,
  runtime: "openai/example",
  exact: false,
  decode: null,
};

const END: WrittenEnd = { type: "end", why: "end-token", refusal: null, prompt_tokens: 1, written_tokens: 1 };
export const refusedEnd = (refusal: LogicRefusal): WrittenEnd => ({ ...END, why: "refused", refusal });

abstract class FakeWriter implements Engine {
  abstract readonly info: EngineInfo;
  abstract readonly tokenizer: Engine["tokenizer"];
  abstract write(request: WriteRequest): AsyncIterable<Written>;
  readonly asked: WriteRequest[] = [];

  open(): Promise<LogicRefusal> {
    return Promise.resolve({ refused: "engine-without-sequences", why: "It only writes.", fix: "None." });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const pieceOf = (text: string, token: number | null, logprob: number | null): Written => ({
  type: "text",
  text,
  token,
  logprob,
  alternatives: [],
});

/** One answer after the other, in two pieces each. An end instead of a text is given as it is. */
export class FakeServer extends FakeWriter {
  readonly info = info;
  readonly tokenizer = null;
  readonly #answers: (string | WrittenEnd)[];

  constructor(...answers: (string | WrittenEnd)[]) {
    super();
    this.#answers = answers;
  }

  async *write(request: WriteRequest): AsyncIterable<Written> {
    this.asked.push(request);
    const answer = this.#answers.shift() ?? "";
    if (typeof answer !== "string") return yield answer;
    const middle = answer.length >> 1;
    yield pieceOf(answer.slice(0, middle), null, null);
    yield pieceOf(answer.slice(middle), null, null);
    yield END;
  }
}

/** Wishes for a text; takes its bytes where the constraint allows them, else the least byte that is allowed. */
export class FakeLocal extends FakeWriter {
  readonly info: EngineInfo = {
    ...info,
    kind: "llamacpp",
    weights: "a".repeat(64),
    vocabulary: 257,
    runtime: "local/1",
  };
  readonly tokenizer = byteTokenizer;
  readonly #wishes: string[];

  constructor(...wishes: string[]) {
    super();
    this.#wishes = wishes;
  }

  async *write(request: WriteRequest): AsyncIterable<Written> {
    this.asked.push(request);
    const wish = byteTokenizer.encode(this.#wishes.shift() ?? "");
    const { constraint, max_tokens } = request;
    const mask = new Uint32Array(9);
    for (let at = 0; at < max_tokens; at++) {
      constraint!.fillMask(mask);
      const allowed = Array.from({ length: 257 }, (_, token) => token).filter((t) => (mask[t >>> 5]! >>> (t & 31)) & 1);
      const wished = wish[at] ?? 256;
      const token = allowed.includes(wished) ? wished : allowed[0]!;
      if (token === 256) return yield END;
      constraint!.commit(token);
      yield pieceOf(String.fromCharCode(token), token, allowed.length === 1 ? 0 : -0.01);
    }
    yield { ...END, why: "max-tokens" };
  }
}
