/** A small server of the OpenAI protocol: scripted answers, or an engine of ours behind it. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Engine } from "../src/engine.ts";

export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

export interface TestServer {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

export async function serve(answer: (asked: Asked, response: ServerResponse) => void): Promise<TestServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on("end", () => {
      asked.push({ path: request.url!, headers: request.headers, body: text === "" ? {} : JSON.parse(text) });
      answer(asked.at(-1)!, response);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked, close };
}

export const chunkOf = (fields: Record<string, unknown>, chat = true): Record<string, unknown> => ({
  id: "chatcmpl-1",
  object: chat ? "chat.completion.chunk" : "text_completion",
  created: 1_760_000_000,
  model: "random",
  ...fields,
});

export const chatChunk = (content: string, finish_reason: string | null = null, logprobs: unknown = null) =>
  chunkOf({ choices: [{ index: 0, delta: { content }, finish_reason, ...(logprobs === null ? {} : { logprobs }) }] });

export const completionChunk = (text: string, finish_reason: string | null = null) =>
  chunkOf({ choices: [{ index: 0, text, finish_reason, logprobs: null }] }, false);

export function stream(response: ServerResponse, chunks: readonly unknown[], end = "data: [DONE]\n\n"): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end(end);
}

/** An engine of ours as a server's model. */
export const engineAnswer =
  (engine: Engine) =>
  async ({ path, body }: Asked, response: ServerResponse): Promise<void> => {
    const chat = path.endsWith("/chat/completions");
    const prompt = chat ? (body.messages as { content: string }[])[0]!.content : (body.prompt as string);
    const scored = body.logprobs === undefined ? {} : { alternatives: 0 };
    const chunks: unknown[] = [];
    for await (const piece of engine.write({ prompt, max_tokens: Number(body.max_tokens), ...scored })) {
      if (piece.type === "end") {
        const { prompt_tokens, written_tokens } = piece;
        const usage = {
          prompt_tokens,
          completion_tokens: written_tokens,
          total_tokens: Number(prompt_tokens) + Number(written_tokens),
        };
        const finish = piece.why === "max-tokens" ? "length" : "stop";
        chunks.push(chat ? chatChunk("", finish) : completionChunk("", finish), chunkOf({ choices: [], usage }, chat));
      } else if (!chat) chunks.push(completionChunk(piece.text));
      else {
        const told = { token: piece.text, logprob: piece.logprob, bytes: null, top_logprobs: [] };
        chunks.push(chatChunk(piece.text, null, piece.logprob === null ? null : { content: [told], refusal: null }));
      }
    }
    stream(response, chunks);
  };
