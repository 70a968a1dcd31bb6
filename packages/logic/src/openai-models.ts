/** Which models a server has: asked by whoever wants to say early that it is not there, or has another. */
import { bodyText } from "./bounded-body.ts";
import type { OpenAiOptions } from "./engine-openai.ts";
import { errorWords } from "./openai-answer.ts";
import { type LogicRefusal, refuse } from "./refusal.ts";

const LIST_MAX_BYTES = 1 << 20;

/** Ids of `GET /models`. Refuses `remote-unreachable`, `remote-refused`, `remote-failed`, `remote-malformed`; never names the key. */
export async function openAiModels(
  options: Pick<OpenAiOptions, "base_url" | "key" | "timeout_ms" | "fetch" | "timeout">,
): Promise<readonly string[] | LogicRefusal> {
  const { base_url, key, timeout_ms = 5000 } = options;
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  try {
    const url = `${base_url.replace(/\/+$/, "")}/models`;
    const response = await options.fetch(url, { redirect: "error", headers, signal: options.timeout(timeout_ms) });
    const body = await bodyText(response, LIST_MAX_BYTES);
    if (response.ok) return idsOf(body) ?? refuse("remote-malformed", `${url} gives no list of models.`);
    const words = key === undefined ? errorWords(body) : errorWords(body).replaceAll(key, "[key]");
    const why = `${url} answered ${response.status}${words === "" ? "" : `: ${words}`}.`;
    return refuse(response.status >= 500 ? "remote-failed" : "remote-refused", why);
  } catch {
    return refuse("remote-unreachable", `${base_url} does not answer.`);
  }
}

function idsOf(body: string): readonly string[] | null {
  try {
    const { data } = JSON.parse(body) as { data?: unknown };
    const ids = Array.isArray(data) ? data.map((each) => (each as { id?: unknown } | null)?.id) : [null];
    return ids.every((id) => typeof id === "string") ? ids : null;
  } catch {
    return null;
  }
}
