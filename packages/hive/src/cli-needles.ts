/** `axiom needles`: who writes action cards from words, what each remembers, and how to add one. `axiom model inspect`. */
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Refusal } from "lop";
import { withHive } from "./connection.ts";
import type { EngineStatus, NeedleInfo, NeedleView } from "./hive-types.ts";
import { hash } from "./proof-text.ts";
import { EXIT, isRefused, showRefusal, type Terminal, UsageError } from "./terminal.ts";

export function runNeedles(terminal: Terminal): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const page = await client.get<{ needles: NeedleInfo[]; engine: EngineStatus }>("/v1/needles");
    if (isRefused(page)) return showRefusal(terminal, page);
    const lines = [...page.needles.map((needle) => lineOf(needle, terminal)), ...lostLines(page.engine, terminal)];
    terminal.out(terminal.json ? JSON.stringify(page) : lines.join("\n"));
    return EXIT.ok;
  });
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
    row("remembers", memory === null ? "nothing yet" : `${hash(memory.hash)}, ${memory.bytes} bytes, sealed`),
  ].join("\n");
}

/** Copies a behavior card, and its initial memory, into the home. A running daemon takes it up at its next start. */
export async function runNeedleAdd(terminal: Terminal, file: string, state: string | undefined): Promise<number> {
  const refused = await addNeedle(terminal, file, state);
  return typeof refused === "string" ? said(terminal, refused) : showRefusal(terminal, refused);
}

function said(terminal: Terminal, id: string): number {
  if (terminal.json) terminal.out(JSON.stringify({ needle: id }));
  else terminal.out(`${id} is added; a running daemon takes it up at its next start.`);
  return EXIT.ok;
}

async function addNeedle({ home }: Terminal, file: string, state: string | undefined): Promise<string | Refusal> {
  const [{ readBehavior, isRefusal }, { refuse }, { checkNeedle, NEEDLES_FOLDER }] = await Promise.all([
    import("raptor"),
    import("lop"),
    import("./needle-desk.ts"),
  ]);
  const card = readBehavior(readOr(file).toString("utf8"));
  if (isRefusal(card)) return refuse("needle-unfit", `${file}: ${card.why}`, card.fix);
  const memory = state === undefined ? null : readOr(state);
  const fault = await checkNeedle(card, memory);
  if (fault !== null) return fault;
  const folder = join(home, NEEDLES_FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  copyFileSync(file, join(folder, `${card.id}.json`));
  if (state !== undefined) copyFileSync(state, join(folder, `${card.id}.memory`));
  return card.id;
}

function readOr(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

export async function runModelInspect(terminal: Terminal, file: string): Promise<number> {
  const [{ describeGguf }, { refuse }] = await Promise.all([import("logic"), import("lop")]);
  const about = describeGguf(new Uint8Array(readOr(file)));
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
