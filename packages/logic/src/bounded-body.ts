/** Bodies of HTTP answers, never more of them than a limit. */

/** @throws RangeError beyond `limit` bytes. */
export async function* bounded(body: ReadableStream<Uint8Array>, limit: number): AsyncIterable<Uint8Array> {
  let size = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > limit) throw new RangeError(`an answer of more than ${limit} bytes`);
    yield chunk;
  }
}

/** One text at the end. */
export async function* wholeText(body: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  yield text + decoder.decode();
}

/** @throws RangeError beyond `limit` bytes. */
export async function bodyText({ body }: Response, limit: number): Promise<string> {
  if (body === null) return "";
  for await (const text of wholeText(bounded(body, limit))) return text;
  return "";
}
