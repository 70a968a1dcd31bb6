/** `axiom needles add`: a behavior card, and the memory that it begins with, checked against the model and put into the home. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeCrypto, type Refusal, refuse, toHex } from "lop";
import { isRefusal as isRaptorRefusal, readBehavior } from "raptor";
import { loadConfig } from "./config.ts";
import { cardsOf, checkNeedle, NEEDLES_FOLDER } from "./needle-desk.ts";
import { EXIT, isRefused, readInput, showRefusal, type Terminal } from "./terminal.ts";

export interface Added {
  /** File of the memory that it begins with; the empty memory when absent. */
  readonly state?: string;
  /** Whether a needle of the same id gives way. */
  readonly replace?: true;
}

/** A running daemon takes it up at its next start. */
export async function runNeedleAdd(terminal: Terminal, file: string, how: Added): Promise<number> {
  const added = await addNeedle(terminal, file, how);
  if (isRefused(added)) return showRefusal(terminal, added);
  if (terminal.json) terminal.out(JSON.stringify(added));
  else terminal.out(`${added.needle} is added; a running daemon takes it up at its next start.`);
  return EXIT.ok;
}

/** Refusals: `needle-unfit`, `needle-known`, those of the configuration and of the model. @throws UsageError: a file cannot be read. */
export async function addNeedle(
  { home, environment }: Pick<Terminal, "home" | "environment">,
  file: string,
  { state, replace }: Added,
): Promise<{ needle: string; card: string } | Refusal> {
  const text = readInput(file).toString("utf8");
  const card = readBehavior(text);
  if (isRaptorRefusal(card)) return refuse("needle-unfit", `${file}: ${card.why}`, card.fix);
  const memory = state === undefined ? null : readInput(state);
  const loaded = loadConfig(home, environment);
  if (isRefused(loaded)) return loaded;
  const cards = cardsOf(home);
  if (isRefused(cards)) return cards;
  if (cards.some(({ id }) => id === card.id) && replace === undefined)
    return refuse("needle-known", `There is a needle ${card.id} already.`);
  const fault = await checkNeedle(card, memory, loaded.config.engine);
  if (fault !== null) return fault;
  const folder = join(home, NEEDLES_FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (memory !== null) put(join(folder, `${card.id}.memory`), memory);
  put(join(folder, `${card.id}.json`), text);
  return { needle: card.id, card: toHex(nodeCrypto.sha256(new TextEncoder().encode(card.canonical))) };
}

/** Whole or not at all: a daemon may start at any moment. */
function put(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode: 0o600, flag: "wx" });
  renameSync(temporary, path);
}
