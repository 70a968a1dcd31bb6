/** `axiom replay proof.json`: runs the needle of a proof card again and says what differs. */
import { type Difference, replay, replayable } from "lex";
import {
  DirectiveBody,
  fromBase64,
  fromUtf8,
  isRefusal,
  nodeCrypto,
  type ProofCard,
  type Refusal,
  ReplayData,
  refuse,
} from "lop";
import { loadConfig } from "./config.ts";
import { NeedleDesk } from "./needle-desk.ts";
import { duration, hash } from "./proof-text.ts";
import { EXIT, showRefusal, type Terminal } from "./terminal.ts";

export async function replayProof(terminal: Terminal, proof: ProofCard): Promise<number> {
  const read = readRecorded(proof);
  if (isRefusal(read)) return showRefusal(terminal, read);
  const loaded = loadConfig(terminal.home, terminal.environment);
  if (isRefusal(loaded)) return showRefusal(terminal, loaded);
  const desk = new NeedleDesk({ home: terminal.home, engine: loaded.config.engine, environment: terminal.environment });
  const began_ms = performance.now();
  try {
    const needle = await desk.needle(proof.card.needle);
    const found = isRefusal(needle) ? needle : await replay(read.data, read, needle, nodeCrypto);
    if (isRefusal(found)) return showRefusal(terminal, found);
    const took_us = Math.round((performance.now() - began_ms) * 1000);
    return found === null ? same(terminal, proof, read.data, took_us) : differs(terminal, found);
  } finally {
    await desk.close();
  }
}

interface Recorded {
  readonly data: ReplayData;
  readonly words: string;
  readonly call: { readonly tool: string; readonly parameters: ProofCard["card"]["parameters"] };
}

function readRecorded({ id, card, directive, replay: recorded }: ProofCard): Recorded | Refusal {
  if (recorded === null)
    return refuse("replay-impossible", `The operator wrote this action card himself: ${hash(id)} has no replay data.`);
  const data = ReplayData.safeParse(recorded);
  const packet = JSON.parse(fromUtf8(fromBase64(directive.payload))) as { body?: unknown };
  const body = DirectiveBody.safeParse(packet.body);
  if (!data.success || !body.success || !("words" in body.data))
    return refuse("replay-impossible", `The replay data of ${hash(id)} cannot be read.`);
  const impossible = replayable(data.data);
  if (impossible !== null) return impossible;
  return { data: data.data, words: body.data.words, call: { tool: card.tool, parameters: card.parameters } };
}

function same(terminal: Terminal, { id, card }: ProofCard, data: ReplayData, took_us: number): number {
  if (terminal.json)
    terminal.out(JSON.stringify({ same: true, directive: id, needle: card.needle, picks: data.picks.length }));
  else
    terminal.out(
      `${terminal.paint("gold", "⬢ same bits", "stdout")}: ${card.needle} wrote ${card.tool} again, ${data.picks.length} picks, ${data.fed_count} tokens, memory ${hash(data.memory ?? "")}, in ${duration(took_us)}`,
    );
  return EXIT.ok;
}

function differs(terminal: Terminal, { part, was, is }: Difference): number {
  if (terminal.json) terminal.out(JSON.stringify({ same: false, part, was, is }));
  else terminal.out(`${terminal.paint("red", `⬡ another ${part}`, "stdout")}\n  then  ${was}\n  now   ${is}`);
  return EXIT.refused;
}
