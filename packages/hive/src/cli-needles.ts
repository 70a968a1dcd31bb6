/** `axiom needles`: who writes action cards from words, and what each remembers. `axiom model inspect`. */
import type { Refusal } from "lop";
import { askDaemonOr, withHive } from "./connection.ts";
import type { EngineStatus, NeedleInfo, NeedleView } from "./hive-types.ts";
import { hash } from "./proof-text.ts";
import { EXIT, isRefused, readInput, showRefusal, type Terminal, writeOutput } from "./terminal.ts";

interface NeedlePage {
  readonly needles: readonly NeedleInfo[];
  readonly engine: EngineStatus;
}

export async function runNeedles(terminal: Terminal): Promise<number> {
  const page = await askDaemonOr(
    terminal,
    (client) => client.get<NeedlePage>("/v1/needles"),
    () => needlesHere(terminal),
  );
  if (isRefused(page)) return showRefusal(terminal, page);
  const lines = [...page.needles.map((needle) => lineOf(needle, terminal)), ...lostLines(page.engine, terminal)];
  terminal.out(terminal.json ? JSON.stringify(page) : lines.join("\n"));
  return EXIT.ok;
}

/** The cards and the model, without the hive around them. */
async function needlesHere({ home, environment }: Terminal): Promise<NeedlePage | Refusal> {
  const [{ loadConfig }, { NeedleDesk }] = await Promise.all([import("./config.ts"), import("./needle-desk.ts")]);
  const loaded = loadConfig(home, environment);
  if (isRefused(loaded)) return loaded;
  const desk = new NeedleDesk({ home, engine: loaded.config.engine, environment });
  const needles = await desk.needles();
  await desk.close();
  return isRefused(needles) ? needles : { needles, engine: desk.status() };
}

const lostLines = ({ model, lost }: EngineStatus, terminal: Terminal): string[] =>
  lost.length === 0
    ? []
    : [`${model} writes for them, and so:`, ...lost.map((each) => terminal.paint("muted", `  ${each}`, "stdout"))];

function lineOf({ id, does, tools, ready }: NeedleInfo, terminal: Terminal): string {
  const state = ready ? "" : terminal.paint("muted", " (no model)", "stdout");
  return `${id.padEnd(12)} ${does} – ${tools.join(", ")}${state}`;
}

export function runNeedleShow(terminal: Terminal, id: string): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const needle = await client.get<NeedleView>(`/v1/needles/${encodeURIComponent(id)}`);
    if (isRefused(needle)) return showRefusal(terminal, needle);
    terminal.out(terminal.json ? JSON.stringify(needle) : needleText(needle));
    return EXIT.ok;
  });
}

function needleText({ id, version, does, tools, card, start, ready, memory }: NeedleView): string {
  const row = (name: string, value: string) => `  ${name.padEnd(14)}${value}`;
  return [
    `${id} ${version} – ${does}`,
    row("tools", tools.join(", ")),
    row("behavior card", hash(card)),
    row("begins at", start === null ? "the empty memory" : hash(start)),
    row("model", ready ? "open" : "not open"),
    row("remembers", rememberedText({ memory })),
  ].join("\n");
}

const rememberedText = ({ memory }: Pick<NeedleView, "memory">): string =>
  memory === null ? "nothing" : `${hash(memory.hash)}, ${memory.bytes} bytes, sealed`;

/** Its memory: where it is kept in a file of the caller's, or forgotten. */
export function runNeedleMemory(
  terminal: Terminal,
  id: string,
  how: { save?: string; forget?: true },
): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const path = `/v1/needles/${encodeURIComponent(id)}/memory`;
    if (how.save !== undefined) {
      const bytes = await client.bytes(path);
      if (isRefused(bytes)) return showRefusal(terminal, bytes);
      writeOutput(how.save, bytes);
      terminal.say(`${bytes.length} bytes, unsealed, in ${how.save}; axiom needles add CARD --state ${how.save}`);
    }
    const forgotten = how.forget === undefined ? null : await client.delete(path);
    if (forgotten !== null) return showRefusal(terminal, forgotten);
    const needle = await client.get<NeedleView>(`/v1/needles/${encodeURIComponent(id)}`);
    if (isRefused(needle)) return showRefusal(terminal, needle);
    terminal.out(
      terminal.json ? JSON.stringify({ id, memory: needle.memory }) : `${id} remembers ${rememberedText(needle)}`,
    );
    return EXIT.ok;
  });
}

export async function runModelInspect(terminal: Terminal, file: string): Promise<number> {
  const [{ describeGguf }, { refuse }] = await Promise.all([import("logic"), import("lop")]);
  const about = describeGguf(new Uint8Array(readInput(file)));
  if ("refused" in about) return showRefusal(terminal, refuse("model-damaged", about.why, about.fix));
  if (terminal.json) terminal.out(JSON.stringify(about));
  else terminal.out(modelText(about));
  return EXIT.ok;
}

type About = Exclude<ReturnType<typeof import("logic").describeGguf>, { readonly refused: string }>;

function modelText(about: About): string {
  const row = (name: string, value: string) => `  ${name.padEnd(14)}${value}`;
  const { mamba, tokenizer } = about;
  return [
    `${about.name ?? "unnamed"} – ${about.architecture ?? "no architecture"}, GGUF ${about.version}`,
    row("parameters", String(about.parameters)),
    row("writes", about.decode ?? "text: a general model"),
    row("tokenizer", tokenizer.problem?.why ?? `${tokenizer.model} (${tokenizer.pre}), ${tokenizer.size} tokens`),
    row("kernel", mamba === null ? (about.problem?.why ?? "no") : `runs it; a memory has ${mamba.memory_bytes} bytes`),
    ...about.tensors.map(({ type, count, bytes }) => row(type, `${count} tensors, ${bytes} bytes`)),
    ...about.metadata.map(({ key, value }) => `  ${key} = ${value}`),
  ].join("\n");
}
