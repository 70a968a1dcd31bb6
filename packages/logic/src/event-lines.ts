/** Server-sent events as far as the OpenAI protocol uses them (WHATWG HTML, 9.2.6): the `data` of each event. */

export const EVENT_MAX_CHARACTERS = 1 << 20;

/** @throws RangeError on an event beyond the bound. */
export async function* eventData(body: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let data: string[] = [];
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
      else if (line === "" && data.length > 0) {
        yield data.join("\n");
        data = [];
      }
    }
    if (rest.length + data.reduce((sum, { length }) => sum + length, 0) > EVENT_MAX_CHARACTERS)
      throw new RangeError(`an event of more than ${EVENT_MAX_CHARACTERS} characters`);
  }
  // Some servers leave out the blank line behind the last event.
  if (rest.startsWith("data:")) data.push(rest.slice(rest[5] === " " ? 6 : 5));
  if (data.length > 0) yield data.join("\n");
}
