/**
 * Where words become action cards: the model, opened when the first words come, and the needles over it. A home may hold needles
 * of its own in `needles/`: a behavior card ID.json, and ID.memory where it has an initial memory.
 */
import { existsSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CardWriter, JsonWriter, Needle, type NeedleTools, Supervisor } from "lex";
import { MODEL_FILE, type ModelFolder, openModelFolder } from "lex/model";
import { type Engine, type Memory, nodeSha256, openLlamaCppEngine, readMemory } from "logic";
import { isRefusal, nodeClock, nodeCrypto, type Refusal, refuse } from "lop";
import { type BehaviorCard, isRefusal as isRaptorRefusal } from "raptor";
import { BEHAVIORS_FOLDER, loadBehaviors } from "raptor/behaviors";
import type { Config } from "./config.ts";
import type { NeedleInfo, WordsPort } from "./hive-types.ts";

const HOUSE = join(import.meta.dirname, "..", "..", "..");
export const SHIPPED_MODEL = join(HOUSE, "models", MODEL_FILE);
export const NEEDLES_FOLDER = "needles";

export interface NeedleDeskOptions {
  readonly home: string;
  readonly engine: Config["engine"];
}

interface Opened {
  readonly writer: CardWriter;
  readonly engine: Engine;
  readonly needles: readonly Needle[];
}

export class NeedleDesk implements WordsPort {
  readonly #options: NeedleDeskOptions;
  #opening: Promise<Opened | Refusal> | null = null;
  #opened: Opened | Refusal | null = null;

  constructor(options: NeedleDeskOptions) {
    this.#options = options;
  }

  async writer(): Promise<CardWriter | Refusal> {
    const opened = await this.#open();
    return isRefusal(opened) ? opened : opened.writer;
  }

  /** Refusals: `needle-unknown`, those of opening. */
  async needle(id: string): Promise<Needle | Refusal> {
    const opened = await this.#open();
    if (isRefusal(opened)) return opened;
    const found = opened.needles.find((needle) => needle.id === id);
    return found ?? refuse("needle-unknown", `There is no needle ${JSON.stringify(id.slice(0, 64))} over this model.`);
  }

  status(): ReturnType<WordsPort["status"]> {
    const model = modelPath(this.#options.engine);
    const why = isRefusal(this.#opened) ? this.#opened.why : absence(this.#options.engine, model);
    return { ready: why === null, why, model };
  }

  /** The behavior cards, whether or not the model is there. */
  async needles(): Promise<readonly NeedleInfo[] | Refusal> {
    const cards = cardsOf(this.#options.home);
    if (isRefusal(cards)) return cards;
    const opened = this.status().ready ? await this.#open() : null;
    const over = opened === null || isRefusal(opened) ? [] : opened.needles;
    return cards.map((card) => infoOf(card, over.find(({ id }) => id === card.id) ?? null));
  }

  async close(): Promise<void> {
    const opened = this.#opening === null ? null : await this.#opening;
    if (opened !== null && !isRefusal(opened)) await opened.engine.close();
  }

  /** Once; a refusal is remembered, so that a damaged model is said at once the next time. */
  async #open(): Promise<Opened | Refusal> {
    this.#opening ??= openNeedles(this.#options);
    this.#opened = await this.#opening;
    return this.#opened;
  }
}

const modelPath = ({ model }: Config["engine"]): string => model ?? SHIPPED_MODEL;

/** Null: it can be tried. */
function absence({ kind }: Config["engine"], model: string): string | null {
  if (kind === "none") return "The configuration turns the engine off (engine.kind).";
  return existsSync(model) ? null : `There is no model at ${model}.`;
}

async function openNeedles({ home, engine: settings }: NeedleDeskOptions): Promise<Opened | Refusal> {
  const absent = absence(settings, modelPath(settings));
  if (absent !== null) return refuse("engine-absent", absent);
  const cards = cardsOf(home);
  if (isRefusal(cards)) return cards;
  return settings.kind === "llamacpp" ? openGeneral(cards, settings) : openMarking(home, cards, settings);
}

/** Our own engine over a model that marks. */
async function openMarking(
  home: string,
  cards: readonly BehaviorCard[],
  settings: Config["engine"],
): Promise<Opened | Refusal> {
  const needles = cards.map(({ id }) => id);
  const model = await openModelFolder({ file: modelPath(settings), needles, mode: settings.mode });
  if (isRefusal(model)) return model;
  const tools = toolsOf(model.engine);
  const made: Needle[] = [];
  for (const card of cards) {
    const start = await startOf(home, card.id, model);
    const needle = isRefusal(start) ? start : Needle.of(card, start, tools);
    if (isRefusal(needle)) return needle;
    made.push(needle);
  }
  const writer = Supervisor.of(made, model.supervisor, tools);
  return isRefusal(writer) ? writer : { writer, engine: model.engine, needles: made };
}

/** A general model over llama.cpp writes the card as JSON. */
async function openGeneral(cards: readonly BehaviorCard[], settings: Config["engine"]): Promise<Opened | Refusal> {
  const engine = await openLlamaCppEngine({ model: modelPath(settings), folder: HOUSE });
  if ("refused" in engine) return refuse("engine-failed", engine.why, engine.fix);
  return { writer: new JsonWriter(cards, toolsOf(engine)), engine, needles: [] };
}

/** Null: the needle can write over the shipped model. @param memory bytes of its initial memory. */
export async function checkNeedle(card: BehaviorCard, memory: Uint8Array | null): Promise<Refusal | null> {
  const model = await openModelFolder({ file: SHIPPED_MODEL, needles: [] });
  if (isRefusal(model)) return model;
  try {
    const read = memory === null ? null : readMemory(memory, nodeSha256);
    if (read !== null && "refused" in read) return refuse("needle-unfit", read.why, read.fix);
    const needle = Needle.of(card, read, toolsOf(model.engine));
    if (isRefusal(needle)) return needle;
    const sequence = await model.engine.open(read ?? undefined);
    if ("refused" in sequence) return refuse("needle-unfit", sequence.why, sequence.fix);
    sequence.close();
    return null;
  } finally {
    await model.engine.close();
  }
}

const toolsOf = (engine: Engine): NeedleTools => ({
  engine,
  crypto: nodeCrypto,
  monotonic_ms: () => nodeClock.monotonic_ms(),
});

/** The home's own initial memory before the shipped one. */
async function startOf(home: string, id: string, model: ModelFolder): Promise<Memory | null | Refusal> {
  const own = join(home, NEEDLES_FOLDER, `${id}.memory`);
  if (!existsSync(own)) return model.starts.get(id) ?? null;
  const memory = readMemory(new Uint8Array(await readFile(own)), nodeSha256);
  return "refused" in memory ? refuse("model-damaged", `${own}: ${memory.why}`, memory.fix) : memory;
}

/** Shipped cards, and the home's: a card of the same id replaces the shipped one. */
function cardsOf(home: string): readonly BehaviorCard[] | Refusal {
  const own = join(home, NEEDLES_FOLDER);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const cards = loadBehaviors([BEHAVIORS_FOLDER, own]);
  return isRaptorRefusal(cards) ? refuse("needle-unfit", cards.why, cards.fix) : [...cards.values()];
}

function infoOf(card: BehaviorCard, needle: Needle | null): NeedleInfo {
  return {
    id: card.id,
    version: card.version,
    does: card.does,
    tools: card.tools.map(({ name }) => name),
    card: Buffer.from(nodeCrypto.sha256(new TextEncoder().encode(card.canonical))).toString("hex"),
    start: needle?.start?.hash ?? null,
    ready: needle !== null,
  };
}
