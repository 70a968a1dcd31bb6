/**
 * `npm run bench -w raptor -- [NAME] [options]`
 *   maskbench (default)  MaskBench rules over --data FILE.jsonl[.gz|.br]; --limit N, --every N (each Nth schema), --peer none|all|EVERY,
 *                        --cold no, --json OUT
 *   torture, rest        the same over the torture set, and over the 9,902 further schemas (nightly)
 *   suite, audit, generated, mutated, walks, counted, adversarial, fuzz   soundness; --count N, --seed S
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { isRefusal, Raptor, Vocabulary } from "../src/index.ts";
import { cpu_us } from "./clock-node.ts";
import { dataFile, readRows } from "./data-node.ts";
import { llama3Encode, llama3Vocabulary } from "./llama3.ts";
import { type Row, type RowResult, raptorEngine, runRow } from "./maskbench.ts";
import { runPeer } from "./peer.ts";
import { SOUNDNESS } from "./soundness.ts";
import { printTable, type Summary, summarize } from "./table.ts";
import { yardstick_us } from "./yardstick.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string" },
    limit: { type: "string" },
    every: { type: "string", default: "1" },
    peer: { type: "string", default: "8" },
    "peer-limit": { type: "string", default: "10" },
    json: { type: "string" },
    count: { type: "string" },
    seed: { type: "string" },
    cold: { type: "string", default: "yes" },
  },
});

const DATA: Record<string, string> = {
  maskbench: "maskbench/dev.jsonl.gz",
  torture: "maskbench/torture.jsonl",
  rest: "maskbench/rest.jsonl.br",
};
const WARM_UP: Row = {
  id: "warm-up",
  schema: '{"type":"object","properties":{"a":{"type":"string"},"n":{"type":"integer","minimum":0}},"required":["a"]}',
  tests: [{ valid: true, text: '{"a": "x", "n": 12, "b": [1, 2.5, null, {"c": true}]}' }],
};

function measure(raptor: Raptor, rows: readonly Row[], cold: boolean): { results: RowResult[]; times_us: number[] } {
  const engine = raptorEngine(raptor);
  engine.cold();
  runRow(engine, WARM_UP, llama3Encode, [], false);
  const times_us: number[] = [];
  const results = rows.map((row, i) => {
    if (i > 0 && i % 1_000 === 0) console.error(`${i} of ${rows.length} schemas`);
    return runRow(engine, row, llama3Encode, times_us, cold);
  });
  return { results, times_us };
}

async function maskbench(name: string): Promise<void> {
  const path = values.data ?? dataFile(DATA[name]!);
  if (!path)
    return console.log("skipped: data absent (put it beside the repository as ../shared/data, or set AXIOM_DATA)");
  const rows = readRows(path)
    .filter((_, i) => i % Number(values.every) === 0)
    .slice(0, values.limit ? Number(values.limit) : undefined);
  const began = cpu_us();
  const vocabulary = llama3Vocabulary();
  const built = cpu_us();
  const file = vocabulary.write();
  const wrote = cpu_us();
  if (isRefusal(Vocabulary.read(file))) throw new Error("the vocabulary file does not read back");
  const load_ms = (cpu_us() - wrote) / 1000;
  console.log(
    `vocabulary: ${vocabulary.size} ids, built in ${((built - began) / 1000).toFixed(0)} ms, file ${(file.length / 1e6).toFixed(2)} MB loads in ${load_ms.toFixed(1)} ms CPU`,
  );
  const W = yardstick_us(vocabulary);
  console.log(`W (one full trie walk in the JSON-string state): ${W.toFixed(0)} µs CPU`);
  const raptor = new Raptor(vocabulary);
  const summaries: Summary[] = [];
  const warm = measure(raptor, rows, false);
  summaries.push(summarize("raptor, warm", warm.results, warm.times_us));
  if (values.cold !== "no") {
    const cold = measure(raptor, rows, true);
    summaries.push(summarize("raptor, cold (recompiled for every test, memo emptied)", cold.results, cold.times_us));
  }
  if (values.peer !== "none") {
    const every = values.peer === "all" ? 1 : Number(values.peer);
    const sample = rows.filter((_, i) => i % every === 0);
    const ids = new Set(sample.map((r) => r.id));
    const peer = await runPeer(sample, Number(values["peer-limit"]));
    summaries.push(
      summarize(
        `@mlc-ai/web-xgrammar 0.1.27, every ${every}th schema, ${values["peer-limit"]} s limit`,
        peer.results,
        peer.times_us,
      ),
    );
    const again = measure(raptor, sample, false);
    summaries.push(
      summarize(
        "raptor, warm, the same schemas",
        again.results.filter((r) => ids.has(r.id)),
        again.times_us,
      ),
    );
  }
  printTable(summaries, W);
  for (const r of warm.results) if (r.outcome !== "pass") console.log(`  ${r.outcome} ${r.id}: ${r.why.slice(0, 160)}`);
  if (values.json)
    writeFileSync(values.json, JSON.stringify({ W_us: W, load_ms, summaries, results: warm.results }, null, 1));
}

const name = positionals[0] ?? "maskbench";
if (name in DATA) await maskbench(name);
else if (name in SOUNDNESS) {
  const report = SOUNDNESS[name]!({ count: Number(values.count ?? 0), seed: Number(values.seed ?? 20_261_121) });
  console.log(report.lines.join("\n"));
  if (values.json) writeFileSync(values.json, JSON.stringify(report, null, 1));
  if (report.wrong > 0) process.exitCode = 1;
} else {
  console.log(`no such bench: ${name}; there are ${[...Object.keys(DATA), ...Object.keys(SOUNDNESS)].join(", ")}`);
  process.exitCode = 2;
}
