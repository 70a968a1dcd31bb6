/**
 * Directives in plain words against the cards they should become.
 * `npm run eval -w lex [-- --data FILE --json OUT --model FILE --mode exact|row]`
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { KernelMode } from "logic";
import { isRefusal } from "lop";
import type { CardWriter } from "../src/index.ts";
import { MODEL_FILE } from "../src/model-folder-node.ts";
import { openWriter } from "./open-writer.ts";
import { type Given, givenTool, type Line, type Scored, type Share, scoreLine, share, totalsOf } from "./score.ts";

const HOUSE = fileURLToPath(new URL("../../../", import.meta.url));

async function carry(writer: CardWriter, line: Line): Promise<Scored> {
  const began = performance.now();
  const route = await writer.route(line.directive);
  const answer = isRefusal(route) ? route : await writer.decode(route);
  const took_ms = performance.now() - began;
  const why = isRefusal(answer) ? `${answer.refused}: ${answer.why}` : null;
  const given: Given = isRefusal(answer) ? null : answer.call;
  return { line, given, ...scoreLine(line, given), took_ms, why };
}

const percent = ({ right, of }: Share): string =>
  `${of === 0 ? "–" : `${((100 * right) / of).toFixed(1)} %`} (${right}/${of})`;

function report(rows: readonly Scored[]): string[] {
  const totals = totalsOf(rows);
  const malformed = rows.filter(({ why }) => why?.startsWith("parameters-invalid")).length;
  return [
    `lines            ${totals.lines}`,
    `routing          ${percent(totals.routing)}`,
    `exact card       ${percent(totals.exact)}`,
    `none precision   ${percent(totals.none.precision)}`,
    `none recall      ${percent(totals.none.recall)}`,
    `injection        ${percent(totals.injection.literal)} literal, ${totals.injection.obeyed} obeyed`,
    `pairs            ${percent(totals.pairs)}`,
    `malformed        ${malformed}`,
    `directive → card p50 ${totals.took_ms.p50.toFixed(1)} ms, p99 ${totals.took_ms.p99.toFixed(1)} ms, most ${totals.took_ms.most.toFixed(1)} ms`,
  ];
}

const table = (name: string, groups: ReadonlyMap<string, readonly Scored[]>): string[] => [
  "",
  `${name.padEnd(22)}${"routing".padEnd(20)}exact`,
  ...[...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(
      ([key, rows]) =>
        `${key.padEnd(22)}${percent(share(rows.map((r) => r.routed))).padEnd(20)}${percent(share(rows.map((r) => r.exact)))}`,
    ),
];

function groupBy(rows: readonly Scored[], keys: (row: Scored) => readonly string[]): Map<string, Scored[]> {
  const groups = new Map<string, Scored[]>();
  for (const row of rows) for (const key of keys(row)) groups.set(key, [...(groups.get(key) ?? []), row]);
  return groups;
}

/** Only what went to the wrong tool: expected → given, how often. */
function confusion(rows: readonly Scored[]): string[] {
  const wrong = groupBy(
    rows.filter(({ routed }) => !routed),
    ({ line, given }) => [`${line.tool.padEnd(20)} → ${givenTool(given)}`],
  );
  const lines = [...wrong]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([key, each]) => `${String(each.length).padStart(4)}  ${key}`);
  return ["", "confusion: expected → given", ...(lines.length === 0 ? ["      none"] : lines)];
}

const failures = (rows: readonly Scored[]): string[] =>
  rows
    .filter(({ exact }) => !exact)
    .flatMap(({ line, given, why }) => [
      "",
      `${line.id}  ${JSON.stringify(line.directive)}`,
      `  wanted ${line.tool} ${JSON.stringify(line.parameters)}`,
      `  given  ${given === null ? `none: ${why}` : `${given.tool} ${JSON.stringify(given.parameters)}`}`,
    ]);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      json: { type: "string" },
      model: { type: "string", default: join(HOUSE, "models", MODEL_FILE) },
      mode: { type: "string", default: "exact" },
    },
  });
  const data = values.data ?? join(process.env.AXIOM_DATA ?? join(HOUSE, "../shared/data"), "directives/dev.jsonl");
  if (values.data === undefined && !existsSync(data)) return console.log("skipped: data absent");
  const lines = readFileSync(data, "utf8")
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text) as Line);
  const writer = await openWriter(values.model, values.mode as KernelMode);
  const rows: Scored[] = [];
  for (const line of lines) rows.push(await carry(writer, line));
  const parts = [
    report(rows),
    table(
      "tool",
      groupBy(rows, ({ line }) => [line.tool]),
    ),
    table(
      "tag",
      groupBy(rows, ({ line }) => line.tags.filter((tag) => !/^pair-/.test(tag))),
    ),
    confusion(rows),
    ["", "failures"],
    failures(rows),
  ];
  console.log(parts.flat().join("\n"));
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ data, model: values.model, totals: totalsOf(rows), rows }, null, 1)}\n`,
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
