/** What an OpenAI-compatible server sends, read field by field: nothing of it is taken on trust. */

/** One piece of an answer, from either door, streamed or whole. */
export interface AnswerPart {
  readonly text: string;
  /** Sum of the tokens' log-probabilities, when told. */
  readonly logprob: number | null;
  readonly finish: string | null;
  readonly prompt_tokens: number | null;
  readonly written_tokens: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
const countOf = (value: unknown): number | null =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;

/** Null: not a part of an answer. A chunk without choices carries the usage. */
export function readPart(json: string): AnswerPart | null {
  const message = parse(json);
  const choices = message?.choices;
  if (message === null || !Array.isArray(choices) || choices.length > 1) return null;
  const usage = fieldsOf(message.usage);
  const counts = { prompt_tokens: countOf(usage?.prompt_tokens), written_tokens: countOf(usage?.completion_tokens) };
  if (choices.length === 0) return { text: "", logprob: null, finish: null, ...counts };
  const choice = fieldsOf(choices[0]);
  const text = choice === null ? null : textOf(choice);
  if (choice === null || text === null) return null;
  const finish = choice.finish_reason ?? null;
  if (finish !== null && typeof finish !== "string") return null;
  return { text, logprob: logprobOf(choice.logprobs), finish, ...counts };
}

function parse(json: string): Fields | null {
  try {
    return fieldsOf(JSON.parse(json));
  } catch {
    return null;
  }
}

/** `delta.content` of a chat's chunk, `message.content` of a whole chat answer, `text` of a completion. */
function textOf(choice: Fields): string | null {
  const inner = fieldsOf(choice.delta) ?? fieldsOf(choice.message);
  const text = inner === null ? choice.text : (inner.content ?? "");
  return typeof text === "string" ? text : null;
}

/** Chats tell `content[].logprob`, completions `token_logprobs[]`. */
function logprobOf(value: unknown): number | null {
  const fields = fieldsOf(value);
  const content = Array.isArray(fields?.content)
    ? fields.content.map((item) => fieldsOf(item)?.logprob)
    : fields?.token_logprobs;
  if (!Array.isArray(content) || content.length === 0) return null;
  const all = content.every((each) => typeof each === "number");
  return all ? (content as number[]).reduce((sum, each) => sum + each, 0) : null;
}

/** The server's own words about an error, shortened. */
export function errorWords(body: string): string {
  const error = parse(body)?.error;
  const words = typeof error === "string" ? error : fieldsOf(error)?.message;
  return typeof words === "string" ? words.slice(0, 200) : "";
}
