/**
 * `npm run bench -w logic -- speed [--models 4M,20M,130M] [--rounds 40] [--vectors plain] [--clock cpu] [--json OUT]`: this kernel against llama.cpp on the
 * same GGUF file, one thread each, in one process, round by round in turns; the least time of all rounds counts, since
 * whatever else the machine does can only add to it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  compileKernel,
  Kernel,
  type KernelMode,
  type KernelOptions,
  readGguf,
  readKernelFile,
  readMamba,
} from "../src/index.ts";
import { MODEL_FORMS, makeModel } from "../test/make-model.ts";
import { type Llama, openLlama } from "./llama.ts";

const NEEDLES = 12;
const PREFILL_TOKENS = 512;
/** What one round does: a few milliseconds, so that on a busy machine some rounds run undisturbed. */
const ROUND_TOKENS: Record<string, number> = { small: 200, "4M": 24, "20M": 6, "130M": 1 };

type Compiled = Pick<KernelOptions, "compile">;
type Now = () => number;
const wall_us: Now = () => performance.now() * 1000;
/** Of all threads of this process; for a machine that is busy with other things. */
const cpu_us: Now = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

type Job = (index: number) => void | Promise<void>;

/** One thing to be timed: `run` handles `tokens` tokens. */
interface Contestant {
  readonly what: string;
  readonly tokens: number;
  readonly run: Job;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      models: { type: "string", default: "4M,20M" },
      rounds: { type: "string", default: "40" },
      vectors: { type: "string", default: "shipped" },
      clock: { type: "string", default: "wall" },
      json: { type: "string" },
    },
  });
  const compiled = values.vectors === "plain" ? {} : { compile: compileKernel };
  console.log(`vectors: ${values.vectors}, clock: ${values.clock}`);
  const now_us = values.clock === "cpu" ? cpu_us : wall_us;
  const rows = [];
  for (const model of values.models.split(","))
    rows.push(await race(model, Number(values.rounds), { ...compiled, now_us }));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 1)}\n`);
}

async function race(model: string, rounds: number, { now_us, ...compiled }: Compiled & { now_us: Now }) {
  const folder = mkdtempSync(join(tmpdir(), "logic-speed-"));
  try {
    const file = makeModel(MODEL_FORMS[model as keyof typeof MODEL_FORMS]);
    writeFileSync(join(folder, "model.gguf"), file);
    const llama = await openLlama(join(folder, "model.gguf"), NEEDLES + 1);
    const contestants = [
      ...ownContestants(file, model, compiled),
      ...(llama === null ? [] : llamaContestants(llama, model)),
    ];
    const least_us = await inTurns(contestants, rounds, now_us);
    await llama?.close();
    return report(model, least_us);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function ownContestants(file: Uint8Array<ArrayBuffer>, model: string, compiled: Compiled): Contestant[] {
  const weights = readMamba(readGguf(file));
  const wasm = readKernelFile().bytes;
  return (["row", "exact"] as const).flatMap((mode) => {
    const kernel = Kernel.load({ wasm, weights, mode, slots: NEEDLES + 1, ...compiled });
    const { vocabulary } = kernel.shape;
    const slots = Array.from({ length: NEEDLES }, (_, slot) => slot);
    const count = ROUND_TOKENS[model]!;
    const each = Math.ceil(count / NEEDLES);
    const ours = (what: string, tokens: number, work: Job): Contestant => ({
      what: `${what} ${mode}`,
      tokens,
      run: work,
    });
    return [
      ours("decode", count, () => {
        for (let i = 0; i < count; i++) {
          kernel.feed(NEEDLES, [i % vocabulary]);
          kernel.logits(NEEDLES);
        }
      }),
      ours("needles", each * NEEDLES, () => {
        for (let i = 0; i < each; i++) {
          kernel.feedEach(
            slots,
            slots.map((slot) => (i * 31 + slot) % vocabulary),
          );
          kernel.logitsEach(slots);
        }
      }),
      ours("prefill", PREFILL_TOKENS, () => {
        kernel.feed(NEEDLES, prompt(vocabulary));
        kernel.logits(NEEDLES);
      }),
    ];
  });
}

const prompt = (vocabulary: number) => Array.from({ length: PREFILL_TOKENS }, (_, i) => (i * 37) % vocabulary);

function llamaContestants(llama: Llama, model: string): Contestant[] {
  const count = ROUND_TOKENS[model]!;
  const each = Math.ceil(count / NEEDLES);
  const { vocabulary } = MODEL_FORMS[model as keyof typeof MODEL_FORMS];
  return [
    {
      what: "decode llama",
      tokens: count,
      run: async () => {
        for (let i = 0; i < count; i++) await llama.feed(NEEDLES, [i % vocabulary]);
      },
    },
    {
      what: "needles llama",
      tokens: each * NEEDLES,
      run: async () => {
        for (let i = 0; i < each; i++)
          await llama.feedEach(Array.from({ length: NEEDLES }, (_, slot) => (i * 31 + slot) % vocabulary));
      },
    },
    { what: "prefill llama", tokens: PREFILL_TOKENS, run: () => llama.feed(NEEDLES, prompt(vocabulary)) },
  ];
}

/** Least microseconds a token, for each contestant. The first round warms up and does not count. */
async function inTurns(contestants: readonly Contestant[], rounds: number, now_us: Now): Promise<Map<string, number>> {
  const least_us = new Map<string, number>();
  for (let round = 0; round <= rounds; round++)
    for (const { what, tokens, run: work } of contestants) {
      const began_us = now_us();
      await work(round);
      const took_us = (now_us() - began_us) / tokens;
      if (round > 0) least_us.set(what, Math.min(took_us, least_us.get(what) ?? Number.POSITIVE_INFINITY));
    }
  return least_us;
}

function report(model: string, least_us: ReadonlyMap<string, number>) {
  const rows = ["decode", "needles", "prefill"].flatMap((work) =>
    (["row", "exact"] as KernelMode[]).map((mode) => {
      const own_us = least_us.get(`${work} ${mode}`)!;
      const llama_us = least_us.get(`${work} llama`) ?? null;
      return { model, work, mode, own_us, llama_us, ratio: llama_us === null ? null : llama_us / own_us };
    }),
  );
  for (const { work, mode, own_us, llama_us, ratio } of rows)
    console.log(
      `${model.padEnd(6)}${work.padEnd(9)}${mode.padEnd(7)}${own_us.toFixed(1).padStart(9)} µs/token` +
        (ratio === null
          ? "   (llama.cpp is not installed: see bench/llama.ts)"
          : `   llama.cpp ${llama_us!.toFixed(1).padStart(8)}   ratio ${ratio.toFixed(2)}`),
    );
  return rows;
}
