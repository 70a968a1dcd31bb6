/**
 * The supervisor: reads a directive with a memory of its own, says how probable each tool is, and so which needle should write
 * the card. When two needles are close, both write and the better card wins. When nothing is probable it refuses: never a guess.
 */
import type { Engine, Memory } from "logic";
import { type Crypto, isRefusal, type Refusal, refuse } from "lop";
import type { Answer, CardWriter, NeedleScore, Route, ToolScore } from "./answer.ts";
import type { ToolCall } from "./card.ts";
import { Marking } from "./marking.ts";
import type { MarkTokens } from "./marks.ts";
import {
  bitsOf,
  type Decoded,
  firstReading,
  markingOf,
  type Needle,
  type NeedleTools,
  openSequence,
  readPlaces,
} from "./needle.ts";
import { replayData } from "./replay.ts";

/** Refused at once when "no tool" is at least this probable. */
export const NONE_CERTAIN = 0.9;
/** The second needle is asked too while the best one has less than this share of the probability. */
export const BEST_ENOUGH = 0.8;
/** Needles that have less are not asked. */
export const NEEDLE_LEAST = 0.02;
/** A card whose tool is less probable than this, over supervisor and needle together, is a guess. */
export const TOOL_LEAST = 0.5;
/** A card whose free picks are together less probable than this is a guess. */
export const CARD_LEAST = 0.005;
const TOLD_TOOLS = 4;

export type SupervisorTools = Pick<NeedleTools, "engine" | "crypto">;

export class Supervisor implements CardWriter {
  readonly #needles: readonly Needle[];
  readonly #engine: Engine;
  readonly #crypto: Pick<Crypto, "sha256">;
  readonly #start: Memory | null;
  readonly #tokens: MarkTokens;

  constructor(needles: readonly Needle[], start: Memory | null, tokens: MarkTokens, tools: SupervisorTools) {
    this.#needles = needles;
    this.#start = start;
    this.#tokens = tokens;
    this.#engine = tools.engine;
    this.#crypto = tools.crypto;
  }

  /** Refusal `needle-unfit`. @param needles at least one, all over `tools.engine`; the last that has a tool is asked for it. @param start what it reads with; null: the empty memory. */
  static of(needles: readonly Needle[], start: Memory | null, tools: SupervisorTools): Supervisor | Refusal {
    const named = new Map(needles.flatMap(({ card }) => card.tools.map((tool) => [tool.name, tool] as const)));
    const tokens = markingOf(tools.engine, { id: "supervisor", tools: [...named.values()] });
    return isRefusal(tokens) ? tokens : new Supervisor(needles, start, tokens, tools);
  }

  get needles(): readonly Needle[] {
    return this.#needles;
  }

  /** Refusals: `no-needle-fits`, `request-malformed`, `engine-failed`. */
  async route(directive: string): Promise<Route | Refusal> {
    const tools = await this.#toolScores(directive);
    if (isRefusal(tools)) return tools;
    const scores = this.#needleScores(tools);
    const none = tools.find(({ tool }) => tool === NONE)?.probability ?? 0;
    const [best, second] = scores.filter(({ needle, probability }) => needle !== NONE && probability >= NEEDLE_LEAST);
    const reasons = reasonsOf(tools, scores);
    if (best === undefined || none >= NONE_CERTAIN)
      return refuse("no-needle-fits", `No tool does this: ${reasons.join("; ")}.`);
    const close = second !== undefined && best.probability < BEST_ENOUGH;
    const asked = close ? [best, second] : [best];
    return { directive, asked: asked.map(({ needle }) => needle), scores, tools, chosen: null, reasons };
  }

  /** Has the routed needles write, and takes the better card. */
  async decode(route: Route): Promise<Answer | Refusal> {
    const drafts: Draft[] = [];
    let refused: Refusal | null = null;
    for (const needle of route.asked.map((id) => this.#needle(id))) {
      const decoded = await needle.decode(route.directive);
      if (isRefusal(decoded)) refused ??= decoded;
      else if (decoded.call !== null) drafts.push(draftOf(route, needle, decoded, decoded.call));
    }
    const ranked = drafts.toSorted((a, b) => b.tool - a.tool || b.score - a.score);
    const best = ranked[0];
    if (best === undefined) return refused ?? unfit(route, "the needle itself says that none of its tools fits");
    return guessOf(route, best) ?? this.#answer(route, best);
  }

  #answer(route: Route, { needle, decoded, call, score }: Draft): Answer {
    const { marks, tokens, fed_count, took_ms, memory } = decoded;
    const sure = `${needle.id} writes ${call.tool} with ${percent(Math.exp(decoded.score))} for the whole card`;
    const replay = replayData(needle, decoded, this.#crypto);
    const reasons = [...route.reasons, sure];
    return { needle: needle.id, call, marks, score, reasons, tokens, fed_count, took_ms, memory, replay };
  }

  async #toolScores(directive: string): Promise<ToolScore[] | Refusal> {
    const places = readPlaces(this.#engine, directive);
    if (isRefusal(places)) return places;
    const sequence = await openSequence(this.#engine, this.#start);
    if (isRefusal(sequence)) return sequence;
    try {
      const allowed = new Marking(this.#tokens, places).allowed();
      if (allowed.length === 1) return [{ tool: NONE, probability: 1 }];
      await sequence.feed(firstReading(this.#tokens, places));
      const mask = bitsOf(allowed, this.#tokens.vocabulary);
      const picked = await sequence.pick({ mask, alternatives: allowed.length - 1 });
      return [picked, ...picked.alternatives].map(({ token, logprob }) => ({
        tool: this.#tokens.tools.find((tool) => tool.token === token)?.shape.name ?? NONE,
        probability: Math.exp(logprob),
      }));
    } finally {
      sequence.close();
    }
  }

  #needleScores(tools: readonly ToolScore[]): NeedleScore[] {
    const sums = new Map<string, number>();
    for (const { tool, probability } of tools) {
      const owner = this.#needles.findLast(({ card }) => card.tools.some(({ name }) => name === tool))?.id ?? NONE;
      sums.set(owner, (sums.get(owner) ?? 0) + probability);
    }
    return [...sums]
      .map(([needle, probability]) => ({ needle, probability }))
      .sort((a, b) => b.probability - a.probability);
  }

  #needle(id: string): Needle {
    return this.#needles.find((needle) => needle.id === id)!;
  }
}

/** The wire name of "no tool". */
export const NONE = "none";

/** A card that one needle wrote, before it is chosen. */
interface Draft {
  readonly needle: Needle;
  readonly decoded: Decoded;
  readonly call: ToolCall;
  /** Probability of the tool, over supervisor and needle. */
  readonly tool: number;
  /** Natural logarithm of the needle's probability and of all its free picks. */
  readonly score: number;
}

/**
 * The supervisor weighs the tool among all, the needle among its own and none. What the needle says is brought to the
 * supervisor's scale by the share that it speaks about; the two opinions count alike.
 */
function draftOf({ scores, tools }: Route, needle: Needle, decoded: Decoded, call: ToolCall): Draft {
  const share = shareOf(scores, needle.id);
  const seen = tools.find(({ tool }) => tool === call.tool)?.probability ?? 0;
  const said = (share + shareOf(scores, NONE)) * Math.exp(decoded.toolScore);
  return { needle, decoded, call, tool: (seen + said) / 2, score: Math.log(share) + decoded.score };
}

const shareOf = (scores: readonly NeedleScore[], id: string): number =>
  scores.find(({ needle }) => needle === id)?.probability ?? 0;

function guessOf(route: Route, { tool, decoded, call }: Draft): Refusal | null {
  if (tool < TOOL_LEAST) return unfit(route, `${call.tool} is only ${percent(tool)} probable`);
  return decoded.score < Math.log(CARD_LEAST)
    ? unfit(route, `the card is only ${percent(Math.exp(decoded.score))} probable`)
    : null;
}

const unfit = ({ reasons }: Route, why: string): Refusal =>
  refuse("no-needle-fits", `Not sure enough: ${[why, ...reasons].join("; ")}.`);

const reasonsOf = (tools: readonly ToolScore[], scores: readonly NeedleScore[]): string[] => [
  `tools: ${tools
    .slice(0, TOLD_TOOLS)
    .filter(told)
    .map(({ tool, probability }) => `${tool} ${percent(probability)}`)
    .join(", ")}`,
  `needles: ${scores
    .slice(0, TOLD_TOOLS)
    .filter(told)
    .map(({ needle, probability }) => `${needle} ${percent(probability)}`)
    .join(", ")}`,
];

const told = ({ probability }: { probability: number }, at: number): boolean => at === 0 || probability >= 0.001;

const percent = (probability: number): string => `${(probability * 100).toFixed(1)} %`;
