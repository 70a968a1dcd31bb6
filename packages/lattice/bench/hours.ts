/** L10: what it costs to compile a common rule, and to ask whether a place is open; beside the library, in the same run. */
import OpeningHours from "opening_hours";
import { HoursCompiler, HoursIndex } from "../src/index.ts";
import { nodeInZone } from "../src/zone-node.ts";

const DAY_MS = 86_400_000;
const COMMON = [
  "24/7",
  "Mo-Fr 09:00-18:00",
  "Mo-Sa 08:00-20:00",
  "Mo-Fr 08:00-12:30,14:00-18:00; Sa 09:00-13:00",
  "Tu-Su 12:00-23:00; Mo off",
];
const COMPILED = 2_000;
const ASKED = 5_000_000;
const ASKED_OF_LIBRARY = 2_000;

const cpu_us = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

export function runHours(days: number): void {
  const from_ms = Date.UTC(2026, 5, 1);
  const horizon = { from_ms, until_ms: from_ms + days * DAY_MS };
  const compiler = new HoursCompiler(horizon, nodeInZone);
  const compile = (): void => {
    for (let i = 0; i < COMPILED; i++)
      compiler.compile({ kind: "osm", text: COMMON[i % COMMON.length]! }, "Europe/Berlin", null);
  };
  compile();
  const compile_us = cpu_us(compile) / COMPILED;
  const parse_us = cpu_us(() => COMMON.forEach((text) => void new OpeningHours(text, null))) / COMMON.length;
  console.log(
    `hours: compiling a common rule over ${days} days ${compile_us.toFixed(1)} µs; the library parses it in ${parse_us.toFixed(0)} µs`,
  );
  runOpenAt(new HoursIndex(compiler, null), horizon.from_ms, days);
}

function runOpenAt(index: HoursIndex, from_ms: number, days: number): void {
  COMMON.forEach((text, handle) => void index.set(handle, { kind: "osm", text }, "Europe/Berlin"));
  const minutes = days * 1440 - 60;
  let open = 0;
  const ask = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const at = from_ms + ((i * 7919) % minutes) * 60_000;
      if (index.isOpen(i % COMMON.length, { from_ms: at, until_ms: at + 60_000 }) === "open") open++;
    }
  };
  ask(200_000);
  const ours_ns = (cpu_us(() => ask(ASKED)) * 1000) / ASKED;
  const rules = COMMON.map((text) => new OpeningHours(text, null));
  const library_ns =
    (cpu_us(() => {
      for (let i = 0; i < ASKED_OF_LIBRARY; i++)
        if (rules[i % rules.length]!.getState(new Date(from_ms + ((i * 7919) % minutes) * 60_000))) open++;
    }) *
      1000) /
    ASKED_OF_LIBRARY;
  console.log(
    `hours: open at a moment ${ours_ns.toFixed(1)} ns; the library ${(library_ns / 1000).toFixed(1)} µs, ${(library_ns / ours_ns).toFixed(0)} × (${open} were open)`,
  );
}
