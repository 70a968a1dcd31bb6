/**
 * Where words become action cards: the model, opened when the first words come, and the needles over it. A home may hold needles
 * of its own in `needles/`: a behavior card ID.json, and ID.memory where it has an initial memory.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CardWriter, JsonWriter, Needle, type NeedleTools, Supervisor } from "lex";
import { MODEL_FILE, type ModelFolder, openModelFolder } from "lex/model";
import { type Engine, type KernelVectors, type Memory, nodeSha256, readMemory } from "logic";
import { isRefusal, nodeClock, nodeCrypto, type Refusal, refuse } from "lop";
import { type BehaviorCard, isRefusal as isRaptorRefusal } from "raptor";
import { BEHAVIORS_FOLDER, loadBehaviors } from "raptor/behaviors";
import type { Environment } from "./config.ts";
import { type EngineSettings, lostOver, openLlama, openServer, serverAbsence } from "./general-engine.ts";
import type { NeedleInfo, WordsPort } from "./hive-types.ts";

const HOUSE = join(import.meta.dirname, "..", "..", "..");
export const SHIPPED_MODEL = join(HOUSE, "models", MODEL_FILE);
export const NEEDLES_FOLDER = "needles";
const KERNEL_FIX = "Replay over the kernel: AXIOM_ENGINE_KIND=kernel axiom replay FILE";

export interface NeedleDeskOptions {
  readonly home: string;
  readonly engine: EngineSettings;
  /** For the credential of a server's key; none when absent. */
  readonly environment?: Environment;
  /** `doubled` costs a tenth of a second once: for a process that lives. `plain` when absent. */
  readonly vectors?: KernelVectors;
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

  /** A needle that marks, to be run again. Refusals: `needle-unknown`, `replay-impossible` over a general model, those of opening. */
  async needle(id: string): Promise<Needle | Refusal> {
    const opened = await this.#open();
    if (isRefusal(opened)) return opened;
    const { exact, runtime } = opened.engine.info;
    if (!exact) return refuse("replay-impossible", `${runtime} does not promise the same bits twice.`, KERNEL_FIX);
    const found = opened.needles.find((needle) => needle.id === id);
    return found ?? refuse("needle-unknown", `There is no needle ${JSON.stringify(id.slice(0, 64))} over this model.`);
  }

  status(): ReturnType<WordsPort["status"]> {
    const { engine } = this.#options;
    const why = isRefusal(this.#opened) ? this.#opened.why : absence(engine);
    return { ready: why === null, why, model: modelName(engine), lost: lostOver(engine) };
  }

  /** The behavior cards, whether or not the model is there. */
  async needles(): Promise<readonly NeedleInfo[] | Refusal> {
    const cards = cardsOf(this.#options.home);
    if (isRefusal(cards)) return cards;
    const opened = this.status().ready ? await this.#open() : null;
    const over = opened === null || isRefusal(opened) ? null : opened;
    return cards.map((card) => infoOf(card, over?.needles.find(({ id }) => id === card.id) ?? null, over));
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

const modelPath = ({ model }: EngineSettings): string => model ?? SHIPPED_MODEL;

const modelName = (engine: EngineSettings): string =>
  engine.kind === "openai" ? `${engine.model ?? "no model"} at ${engine.url ?? "no server"}` : modelPath(engine);

/** Null: it can be tried. */
function absence(engine: EngineSettings): string | null {
  if (engine.kind === "none") return "The configuration turns the engine off (engine.kind).";
  if (engine.kind === "openai") return serverAbsence(engine);
  return existsSync(modelPath(engine)) ? null : `There is no model at ${modelPath(engine)}.`;
}

async function openNeedles(options: NeedleDeskOptions): Promise<Opened | Refusal> {
  const { home, engine: settings, environment = {} } = options;
  const absent = absence(settings);
  if (absent !== null) return refuse("engine-absent", absent);
  const cards = cardsOf(home);
  if (isRefusal(cards)) return cards;
  if (settings.kind === "kernel") return openMarking(cards, options);
  const engine =
    settings.kind === "openai" ? openServer(settings, environment) : await openLlama(modelPath(settings), HOUSE);
  return isRefusal(engine) ? engine : { writer: new JsonWriter(cards, toolsOf(engine)), engine, needles: [] };
}

/** Our own engine over a model that marks. */
async function openMarking(
  cards: readonly BehaviorCard[],
  { home, engine, vectors = "plain" }: NeedleDeskOptions,
): Promise<Opened | Refusal> {
  const needles = cards.map(({ id }) => id);
  const model = await openModelFolder({ file: modelPath(engine), needles, mode: engine.mode, vectors });
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

/**
 * Null: the needle can write over the configured model. Refusals: `needle-unfit`, and those of opening the model.
 * @param memory bytes of its initial memory.
 */
export async function checkNeedle(
  card: BehaviorCard,
  memory: Uint8Array | null,
  settings: EngineSettings,
): Promise<Refusal | null> {
  if (settings.kind !== "kernel")
    return memory === null ? null : refuse("needle-unfit", "Only needles over the kernel begin at a memory.");
  const model = await openModelFolder({
    file: modelPath(settings),
    needles: [],
    mode: settings.mode,
    vectors: "plain",
  });
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

/** Shipped cards, then the home's: one of the same id replaces the shipped one. Refusal `needle-unfit`: one cannot be read. */
export function cardsOf(home: string): readonly BehaviorCard[] | Refusal {
  const own = join(home, NEEDLES_FOLDER);
  const cards = loadBehaviors([BEHAVIORS_FOLDER, ...(existsSync(own) ? [own] : [])]);
  return isRaptorRefusal(cards) ? refuse("needle-unfit", cards.why, cards.fix) : [...cards.values()];
}

/** A general model writes for every needle; one that marks, for those that could be made over it. */
function infoOf(card: BehaviorCard, needle: Needle | null, opened: Opened | null): NeedleInfo {
  return {
    id: card.id,
    version: card.version,
    does: card.does,
    tools: card.tools.map(({ name }) => name),
    card: Buffer.from(nodeCrypto.sha256(new TextEncoder().encode(card.canonical))).toString("hex"),
    start: needle?.start?.hash ?? null,
    ready: needle !== null || opened?.writer instanceof JsonWriter,
  };
}
