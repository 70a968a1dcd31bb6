/** Replay: the same needle reads the same words again, and every bit of what it did is compared. Format: docs/formats/replay.md. */
import { type Crypto, canonicalBytes, isRefusal, type Refusal, type ReplayData, refuse, toHex } from "lop";
import type { ToolCall } from "./card.ts";
import { MARKING_VERSION } from "./marks.ts";
import { type Decoded, markName, type Needle } from "./needle.ts";

/** How the rules of general models begin (json-writer.ts). */
const JSON_DECODE = "json/";

/** The first thing that is not as it was. */
export interface Difference {
  readonly part:
    | "runtime"
    | "weights"
    | "initial memory"
    | "behavior card"
    | "grammar"
    | "seed"
    | "token"
    | "words"
    | "score"
    | "memory"
    | "action card";
  readonly was: string;
  readonly is: string;
}

/** Hex digest of the rules and of every special token that the needle may write. */
export function grammarHash(needle: Needle, crypto: Pick<Crypto, "sha256">): string {
  const { frame, tools } = needle.tokens;
  const table = {
    rules: MARKING_VERSION,
    frame: { ...frame },
    tools: tools.map((tool) => ({
      name: tool.shape.name,
      token: tool.token,
      choices: tool.choices.map(({ choice, values }) => ({
        name: choice.name,
        values: [...values].map(([t, v]) => [t, v]),
      })),
      begins: tool.shape.spans.map(({ name, required, list, measure }, i) => [
        name,
        tool.begins[i]!,
        required,
        list,
        measure,
      ]),
      leg: tool.leg,
      each_minutes: tool.each_minutes,
    })),
  };
  return toHex(crypto.sha256(canonicalBytes(table)));
}

/** What stands in the proof card. */
export function replayData(needle: Needle, decoded: Decoded, crypto: Pick<Crypto, "sha256">): ReplayData {
  return { ...identity(needle, crypto), ...traceOf(decoded) };
}

type Identity = Omit<ReplayData, keyof Trace>;
type Trace = Pick<ReplayData, "fed" | "fed_count" | "picks" | "score" | "memory">;

function identity(needle: Needle, crypto: Pick<Crypto, "sha256">): Identity {
  const { info } = needle.engine;
  return {
    v: 1,
    decode: MARKING_VERSION,
    runtime: info.runtime,
    weights: info.weights,
    card: needle.cardHash,
    start: needle.start?.hash ?? null,
    grammar: grammarHash(needle, crypto),
    seed: 0,
  };
}

const traceOf = ({ fed, fed_count, picks, score, memory }: Decoded): Trace => ({
  fed,
  fed_count,
  picks: [...picks],
  score,
  memory: memory.hash,
});

const NAMES: readonly (readonly [keyof Identity, Difference["part"]])[] = [
  ["weights", "weights"],
  ["decode", "grammar"],
  ["runtime", "runtime"],
  ["start", "initial memory"],
  ["card", "behavior card"],
  ["grammar", "grammar"],
  ["seed", "seed"],
];

/** Null: it can be run again where its model is. Refusal `replay-impossible`: a general model wrote it. */
export const replayable = ({ decode, runtime }: ReplayData): Refusal | null =>
  decode.startsWith(JSON_DECODE)
    ? refuse(
        "replay-impossible",
        `A general model wrote it over ${runtime}, which does not promise the same bits twice.`,
      )
    : null;

/**
 * Null: the same bits. The identity is compared before anything runs, so that a changed model is named as that.
 * Refusals: `replay-impossible` where the engine is or was not exact, those of the needle.
 */
export async function replay(
  data: ReplayData,
  recorded: { readonly words: string; readonly call: ToolCall },
  needle: Needle,
  crypto: Pick<Crypto, "sha256">,
): Promise<Difference | null | Refusal> {
  const impossible = replayable(data);
  if (impossible !== null) return impossible;
  const mine = identity(needle, crypto);
  for (const [field, part] of NAMES)
    if (data[field] !== mine[field]) return { part, was: String(data[field]), is: String(mine[field]) };
  if (!needle.engine.info.exact)
    return refuse("replay-impossible", `${data.runtime} does not promise the same bits twice.`);
  const decoded = await needle.decode(recorded.words);
  return isRefusal(decoded) ? decoded : compare(data, recorded.call, decoded, needle);
}

function compare(data: ReplayData, call: ToolCall, decoded: Decoded, needle: Needle): Difference | null {
  const pick = firstPick(data.picks, decoded.picks, needle);
  if (pick !== null) return pick;
  const now = traceOf(decoded);
  if (data.fed !== now.fed || data.fed_count !== now.fed_count)
    return { part: "words", was: `${data.fed_count} tokens ${data.fed}`, is: `${now.fed_count} tokens ${now.fed}` };
  if (!Object.is(data.score, now.score)) return { part: "score", was: String(data.score), is: String(now.score) };
  if (data.memory !== now.memory) return { part: "memory", was: String(data.memory), is: String(now.memory) };
  const was = cardText(call);
  const is = decoded.call === null ? "none" : cardText(decoded.call);
  return was === is ? null : { part: "action card", was, is };
}

function firstPick(was: readonly number[], is: readonly number[], { tokens }: Needle): Difference | null {
  const at = was.findIndex((token, i) => token !== is[i]);
  if (at < 0 && was.length === is.length) return null;
  const place = at < 0 ? was.length : at;
  const named = (token: number | undefined) =>
    `pick ${place + 1}: ${token === undefined ? "none" : markName(tokens, token)}`;
  return { part: "token", was: named(was[place]), is: named(is[place]) };
}

const cardText = ({ tool, parameters }: ToolCall): string =>
  new TextDecoder().decode(canonicalBytes({ tool, parameters }));
