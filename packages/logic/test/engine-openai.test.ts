import { existsSync, readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { byteTokenizer } from "../src/byte-tokenizer.ts";
import type { Engine, WriteRequest } from "../src/engine.ts";
import { OPENAI_MAX_ANSWER_BYTES, type OpenAiOptions, openAiEngine } from "../src/engine-openai.ts";
import { openAiModels } from "../src/openai-models.ts";
import { isLogicRefusal } from "../src/refusal.ts";
import { OneOf, writeContract, written } from "./engine.contract.ts";
import { kernelOver } from "./kernel-over.ts";
import { tinyModel } from "./models.ts";
import {
  type Asked,
  chatChunk,
  chunkOf,
  completionChunk,
  engineAnswer,
  serve,
  stream,
  type TestServer,
} from "./openai-server.ts";

const spec = join(
  process.env.AXIOM_DATA ?? join(import.meta.dirname, "../../../../shared/data"),
  "ecosystem/openai-openapi.chat-completions-embeddings-models.json",
);
const KEY = "sk-very-secret";

function engineAt(base_url: string, more: Partial<OpenAiOptions> = {}): Engine {
  const engine = openAiEngine({
    base_url,
    model: "random",
    fetch,
    timeout: AbortSignal.timeout,
    timeout_ms: 10_000,
    ...more,
  });
  if (isLogicRefusal(engine)) throw new Error(engine.why);
  return engine;
}

describe.each(["chat", "completions"] as const)("our own kernel behind the %s door", (door) => {
  let server: TestServer;
  let subject: { engine: Engine; stranger: null };
  beforeAll(async () => {
    server = await serve(engineAnswer(kernelOver(tinyModel(1))));
    subject = { engine: engineAt(server.url, { door }), stranger: null };
  });
  afterAll(() => server.close());
  if (door === "chat") writeContract(() => subject);

  test("the same text as the kernel itself", async () => {
    const request: WriteRequest = { prompt: "the thing is ", max_tokens: 20 };
    const [here, there] = [await written(kernelOver(tinyModel(1)), request), await written(subject.engine, request)];
    expect(there.text).toBe(here.text);
    expect(there.end).toEqual(here.end);
  });
  test("requests and answers are those of the published specification", async (context) => {
    if (!existsSync(spec)) context.skip("needs the data set beside the repository (../shared/data, or AXIOM_DATA)");
    const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: false });
    ajv.addSchema(JSON.parse(readFileSync(spec, "utf8")), "openai");
    const name = door === "chat" ? "CreateChatCompletionRequest" : "CreateCompletionRequest";
    const sampling = { temperature: 0.7, seed: 3, top_p: 0.9 };
    const schema = { type: "object" };
    await written(subject.engine, { prompt: "a", max_tokens: 3, sampling, schema, alternatives: 3, stop: ["x"] });
    const valid = ajv.getSchema(`openai#/components/schemas/${name}`)!;
    for (const { body } of server.asked) expect([valid(body), valid.errors]).toEqual([true, null]);
    const chunk = ajv.getSchema("openai#/components/schemas/CreateChatCompletionStreamResponse")!;
    // A finish_reason of null is `nullable` there, but its list of values leaves null out: only finished chunks are judged.
    for (const said of [chatChunk("a", "length"), chatChunk("", "stop"), chunkOf({ choices: [] })])
      expect([chunk(said), chunk.errors]).toEqual([true, null]);
  });
});

describe("the models of a server", () => {
  const listed = async (status: number, body: string, key?: string) => {
    const server = await serve((_, response) => response.writeHead(status).end(body));
    const ports = { fetch, timeout: AbortSignal.timeout };
    const found = await openAiModels({ base_url: server.url, ...(key === undefined ? {} : { key }), ...ports });
    await server.close();
    return { found, asked: server.asked };
  };

  test("by their names, asked with the key", async () => {
    const { found, asked } = await listed(200, '{"data":[{"id":"a"},{"id":"b"}]}', KEY);
    expect(found).toEqual(["a", "b"]);
    expect([asked[0]!.path, asked[0]!.headers.authorization]).toEqual(["/v1/models", `Bearer ${KEY}`]);
  });
  test.each<[number, string, string]>([
    [401, `{"error":"wrong key ${KEY}"}`, "remote-refused"],
    [503, "", "remote-failed"],
    [200, "<html>", "remote-malformed"],
    [200, '{"data":[{}]}', "remote-malformed"],
    [200, "null", "remote-malformed"],
    [200, "x".repeat(2 << 20), "remote-unreachable"],
  ])("%i %.20s", async (status, body, refused) => {
    const { found } = await listed(status, body, KEY);
    expect(found).toMatchObject({ refused });
    expect(JSON.stringify(found)).not.toContain(KEY);
  });
});

describe("a server's behaviour", () => {
  const open: TestServer[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });
  const asked = async (
    answer: (asked: Asked, response: ServerResponse) => void,
    request: Partial<WriteRequest> = {},
    options: Partial<OpenAiOptions> = {},
  ) => {
    const server = await serve(answer);
    open.push(server);
    const result = await written(engineAt(server.url, { key: KEY, ...options }), {
      prompt: "hi",
      max_tokens: 9,
      ...request,
    });
    return { ...result, asked: server.asked };
  };
  const says =
    (...chunks: unknown[]) =>
    (_: Asked, response: ServerResponse) =>
      stream(response, chunks);
  const json = (status: number, body: string) => (_: Asked, response: ServerResponse) =>
    response.writeHead(status, { "content-type": "application/json" }).end(body);

  test("the key goes into one header", async () => {
    const {
      asked: [request],
      text,
    } = await asked(says(chatChunk("he"), chatChunk("llo", "stop")));
    expect(request!.headers.authorization).toBe(`Bearer ${KEY}`);
    expect([request!.path, text]).toEqual(["/v1/chat/completions", "hello"]);
    expect(JSON.stringify(request!.body)).not.toContain(KEY);
  });
  test("a server that does not stream", async () => {
    const whole = {
      choices: [{ index: 0, message: { role: "assistant", content: "yes" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 4, completion_tokens: 1 },
    };
    const { text, end } = await asked(json(200, JSON.stringify(whole)));
    expect([text, end]).toEqual([
      "yes",
      { type: "end", why: "end-token", refusal: null, prompt_tokens: 4, written_tokens: 1 },
    ]);
  });
  test("lines of any ending, comments, characters cut in two", async () => {
    const bytes = Buffer.from(
      `: hello\r\nevent: x\r\ndata: ${JSON.stringify(chatChunk("né"))}\r\n\r\ndata:${JSON.stringify(chatChunk("e", "length"))}`,
    );
    const { text, end } = await asked(async (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const byte of bytes) response.write(Uint8Array.of(byte));
      response.end();
    });
    expect([text, end.why]).toEqual(["née", "max-tokens"]);
  });
  test("what it is asked for beyond the protocol depends on the dialect", async () => {
    const schema = { type: "object", properties: { a: { type: "integer" } } };
    const request = { schema, sampling: { temperature: 1, seed: 1, top_k: 4, min_p: 0.1 } };
    const plain = await asked(says(chatChunk("{}", "stop")), request);
    const vllm = await asked(says(chatChunk("{}", "stop")), request, { dialect: "vllm" });
    expect(plain.asked[0]!.body).toMatchObject({
      response_format: { type: "json_schema", json_schema: { schema } },
      seed: 1,
    });
    expect(plain.asked[0]!.body).not.toHaveProperty("top_k");
    expect(vllm.asked[0]!.body).toMatchObject({ guided_json: schema, top_k: 4, min_p: 0.1 });
  });
  test("token ids through the completions door alone", async () => {
    const done = await asked(says(completionChunk("b", "stop")), { prompt: [1, 2] }, { door: "completions" });
    expect(done.asked[0]!.body.prompt).toEqual([1, 2]);
    expect((await asked(says(), { prompt: [1, 2] })).end.refusal).toMatchObject({ refused: "request-malformed" });
  });

  describe("under a constraint the whole text is checked first", () => {
    const oneOf = () => new OneOf({ tokenizer: byteTokenizer }, ['{"a": 1}', '{"a": "é"}']);
    test("one that keeps to it", async () => {
      const { text, end } = await asked(says(chatChunk('{"a": '), chatChunk('"é"}', "stop")), { constraint: oneOf() });
      expect([text, end.why]).toEqual(['{"a": "é"}', "end-token"]);
    });
    test.each(['{"a": 2}', '{"a": 1', '{"a": 1} ', "Sure! {", ""])("%j is not given out", async (said) => {
      const { text, end } = await asked(says(chatChunk(said, "stop")), { constraint: oneOf() });
      expect([text, end.refusal?.refused]).toEqual(["", "constraint-unmet"]);
    });
  });

  describe("refusals", () => {
    const error = (message: string) => JSON.stringify({ error: { message, type: "x", param: null, code: null } });
    test.each<[string, (asked: Asked, response: ServerResponse) => void, string, RegExp]>([
      ["a wrong key", json(401, error(`Incorrect key: ${KEY}`)), "remote-refused", /401: Incorrect key: \[key\]/],
      ["an unknown model", json(404, error("no such model")), "remote-refused", /404: no such model/],
      ["too much", json(429, "slow down"), "remote-refused", /answered 429\./],
      ["broken", json(503, "<html>"), "remote-failed", /503/],
      ["no JSON", json(200, "<html>"), "remote-malformed", /form/],
      ["another JSON", json(200, '{"choices": [{}, {}]}'), "remote-malformed", /form/],
      ["text that is no text", says({ choices: [{ delta: { content: 5 } }] }), "remote-malformed", /form/],
      ["an error in the stream", says(JSON.parse(error("out of memory"))), "remote-malformed", /out of memory/],
      ["broken off", says(chatChunk("a")), "remote-malformed", /broke off/],
      ["tool calls", says(chatChunk("", "tool_calls")), "remote-malformed", /tool_calls/],
      ["filtered", says(chatChunk("", "content_filter")), "remote-refused", /filtered/],
      [
        "elsewhere",
        (_, response) => response.writeHead(307, { location: "http://127.0.0.1:9/" }).end(),
        "remote-unreachable",
        /redirect/,
      ],
    ])("%s", async (_, answer, refused, why) => {
      const { end } = await asked(answer);
      expect(end.refusal).toMatchObject({ refused, why: expect.stringMatching(why) });
      expect(JSON.stringify(end)).not.toContain(KEY);
    });
    test.each<[string, number, string]>([
      ["OpenAI", 400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."],
      ["an old vLLM", 422, "extra fields not permitted: guided_json"],
      ["a proxy", 501, "structured output is not implemented"],
    ])("no schema: %s", async (_, status, message) => {
      const { end } = await asked(json(status, error(message)), { schema: { type: "object" } });
      expect(end.refusal).toMatchObject({ refused: "remote-without-schema", why: expect.stringContaining(message) });
      const plain = await asked(json(status, error(message)));
      expect(plain.end.refusal?.refused).toBe(status === 501 ? "remote-failed" : "remote-refused");
    });
    test("the bound of an answer, and of an event", async () => {
      const endless = (piece: string) => (_: Asked, response: ServerResponse) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        const more = (): void => {
          if (!response.destroyed && response.write(piece)) setImmediate(more);
          else response.once("drain", more);
        };
        more();
      };
      const chunk = `data: ${JSON.stringify(chatChunk("x".repeat(60_000)))}\n\n`;
      expect((await asked(endless(chunk))).end.refusal?.why).toContain(`${OPENAI_MAX_ANSWER_BYTES} bytes`);
      expect((await asked(endless("data: xxxxxxxxxxxxxxxxxxxxxxxxxx".repeat(1000)))).end.refusal?.why).toContain(
        "event",
      );
    });
    test("no answer in time, cancelled, nobody there", async () => {
      const silent = (_: Asked, response: ServerResponse) =>
        void response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      expect((await asked(silent, {}, { timeout_ms: 50 })).end.refusal).toMatchObject({ refused: "remote-timeout" });
      const { signal } = { signal: AbortSignal.timeout(50) };
      expect((await asked(silent, { signal })).end.refusal).toMatchObject({ refused: "cancelled" });
      const nobody = engineAt("http://127.0.0.1:9/v1");
      expect((await written(nobody, { prompt: "a", max_tokens: 1 })).end.refusal).toMatchObject({
        refused: "remote-unreachable",
      });
    });
    test("addresses, sequences, a closed engine", async () => {
      for (const base_url of ["ftp://a/v1", "nonsense", "http://me:pw@a/v1", "http://a/v1?key=1"])
        expect(openAiEngine({ base_url, model: "m", fetch, timeout: AbortSignal.timeout })).toMatchObject({
          refused: "request-malformed",
        });
      const engine = engineAt("http://127.0.0.1:9/v1");
      expect(await engine.open()).toMatchObject({ refused: "engine-without-sequences" });
      await engine.close();
      expect((await written(engine, { prompt: "a", max_tokens: 1 })).end.refusal).toMatchObject({
        refused: "engine-closed",
      });
    });
  });
});
