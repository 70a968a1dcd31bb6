/**
 * Engines over general models: llama.cpp on this machine, or a server of the OpenAI protocol. They write action cards as JSON;
 * what they cannot promise is said by name.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Engine, isLogicRefusal, openAiEngine, openAiModels, openLlamaCppEngine } from "logic";
import { isRefusal, type Refusal, refuse } from "lop";
import type { Config, Environment } from "./config.ts";

export type EngineSettings = Config["engine"];

/** The systemd credential that holds the server's key. */
export const ENGINE_KEY_CREDENTIAL = "axiom-engine-key";
const LOOPBACK = /^(?:localhost|127(?:[.]\d{1,3}){3}|\[::1\])$/;
const SERVER_FIX = "axiom config set engine.url http://127.0.0.1:8000/v1; axiom config set engine.model NAME";

/** Null: it can be tried. Looks at the settings alone. */
export function serverAbsence({ url, model, elsewhere }: EngineSettings): string | null {
  if (url === null || model === null) return "engine.kind is openai, but engine.url or engine.model is not set.";
  const parsed = URL.parse(url);
  if (parsed === null) return "engine.url is no URL.";
  if (!elsewhere && !LOOPBACK.test(parsed.hostname))
    return `${parsed.host} is another machine, and engine.elsewhere does not allow that words leave this one.`;
  return null;
}

/** What goes without over an engine of this kind. */
export function lostOver({ kind, url }: EngineSettings): readonly string[] {
  if (kind === "llamacpp")
    return ["cards cannot be replayed: llama.cpp's bits depend on the processor", "needles keep no memory"];
  if (kind !== "openai") return [];
  const server = url === null ? null : URL.parse(url);
  const away = server !== null && !LOOPBACK.test(server.hostname);
  return [
    "cards cannot be replayed: the server's bits are its own",
    "nothing is masked here: the server holds its model to a JSON Schema as far as it can, and every card is checked whole afterwards",
    "needles keep no memory",
    ...(away
      ? [`words leave this machine for ${server.host}${server.protocol === "http:" ? ", unencrypted" : ""}`]
      : []),
  ];
}

/** Null: the server wants none. Refusal `engine-failed`: a file that is set cannot be read, or holds no key. */
export function readEngineKey(
  { key_file }: EngineSettings,
  environment: Environment,
): { key: string | null } | Refusal {
  const credentials = environment.CREDENTIALS_DIRECTORY;
  const credential = credentials === undefined ? null : join(credentials, ENGINE_KEY_CREDENTIAL);
  const file = key_file ?? (credential !== null && existsSync(credential) ? credential : null);
  if (file === null) return { key: null };
  try {
    const key = readFileSync(file, "utf8").trim();
    return /^[\x21-\x7e]{1,4096}$/.test(key)
      ? { key }
      : keyFault(`${file} holds no key: one line without blanks is wanted.`);
  } catch (error) {
    return keyFault(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

const keyFault = (why: string): Refusal =>
  refuse("engine-failed", why, "axiom config set engine.key_file FILE, with a file that its owner alone may read.");

/** Refusals: `engine-absent`, `engine-failed`. Nobody is asked anything yet. */
export function openServer(settings: EngineSettings, environment: Environment): Engine | Refusal {
  const options = serverOptions(settings, environment);
  if (isRefusal(options)) return options;
  const engine = openAiEngine(options);
  return isLogicRefusal(engine) ? refuse("engine-failed", engine.why, engine.fix) : engine;
}

function serverOptions(settings: EngineSettings, environment: Environment) {
  const { url, model, dialect, timeout_s } = settings;
  const absent = serverAbsence(settings);
  if (absent !== null || url === null || model === null) return refuse("engine-absent", absent ?? "", SERVER_FIX);
  const read = readEngineKey(settings, environment);
  if (isRefusal(read)) return read;
  const ports = { fetch: globalThis.fetch, timeout: (ms: number) => AbortSignal.timeout(ms) };
  const key = read.key === null ? {} : { key: read.key };
  return { base_url: url, model, dialect, timeout_ms: timeout_s * 1000, ...key, ...ports };
}

/** Null: the server answers and has the model. For the doctor. */
export async function askServer(settings: EngineSettings, environment: Environment): Promise<Refusal | null> {
  const options = serverOptions(settings, environment);
  if (isRefusal(options)) return options;
  const models = await openAiModels({ ...options, timeout_ms: Math.min(options.timeout_ms, 5000) });
  if (isLogicRefusal(models)) return refuse("engine-failed", models.why, models.fix);
  if (models.includes(options.model)) return null;
  const has = models.length === 0 ? "none" : models.slice(0, 8).join(", ");
  return refuse("engine-failed", `${options.base_url} has no model ${options.model}; it has: ${has}.`, SERVER_FIX);
}

/** Refusal `engine-failed`. @param folder where node-llama-cpp lies. */
export async function openLlama(model: string, folder: string): Promise<Engine | Refusal> {
  const engine = await openLlamaCppEngine({ model, folder });
  return isLogicRefusal(engine) ? refuse("engine-failed", engine.why, engine.fix) : engine;
}
