/** Freezes runs at random moments and counts what they release afterwards: nothing may come. */
import { type Chamber, type ChamberEvent, DEFAULT_LIMITS, type Language } from "../src/index.ts";

const CHATTER: Readonly<Record<Language, string>> = {
  javascript: "for (;;) print('x'.repeat(64));",
  python: "while True: print('x' * 64)",
  shell: "yes xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
};
const MAX_DELAY_MS = 40;
/** How long late bytes are waited for. */
const WATCH_MS = 5;

export interface FreezeReport {
  trials: number;
  /** Bytes that came before the freeze, to show that the runs were talking. */
  before_bytes: number;
  after_bytes: number;
  /** From the call to everybody standing still, ascending. */
  held_ms: number[];
  /** Runs that went on and came to another end after `resume`. */
  resumed: number;
}

/** Small generator with a seed, so that a trial can be told again (Park & Miller 1988). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

export async function freezeTrials(
  chamber: Chamber,
  language: Language,
  o: { trials: number; seed: number; pauses: boolean; progress?: (report: FreezeReport) => void },
): Promise<FreezeReport> {
  const random = chance(o.seed);
  const report: FreezeReport = { trials: 0, before_bytes: 0, after_bytes: 0, held_ms: [], resumed: 0 };
  while (report.trials < o.trials) {
    await session(chamber, language, o, random, report);
    o.progress?.(report);
  }
  report.held_ms.sort((a, b) => a - b);
  return report;
}

/** One run of a rung that pauses takes many trials; of one that does not, a single one. */
async function session(
  chamber: Chamber,
  language: Language,
  { trials, pauses }: { trials: number; pauses: boolean },
  random: () => number,
  report: FreezeReport,
): Promise<void> {
  const spec = { language, limits: { ...DEFAULT_LIMITS, output_bytes: 256 << 20, wall_ms: 600_000 } };
  const opened = await chamber.open(spec);
  if ("refused" in opened) throw new Error(opened.why);
  let frozen = false;
  let talking = Promise.withResolvers<void>();
  const take = (event: ChamberEvent): void => {
    if (event.type !== "stdout" && event.type !== "stderr") return;
    if (frozen) report.after_bytes += event.bytes.length;
    else report.before_bytes += event.bytes.length;
    talking.resolve();
  };
  const reading = (async () => {
    for await (const event of opened.exec({ code: CHATTER[language] })) take(event);
  })();
  for (let i = 0; i < (pauses ? 100 : 1) && report.trials < trials; i++) {
    await talking.promise;
    await new Promise((done) => setTimeout(done, random() * (pauses ? 4 : MAX_DELAY_MS)));
    const begun_ms = performance.now();
    frozen = true;
    await opened.freeze();
    report.held_ms.push(performance.now() - begun_ms);
    await new Promise((done) => setTimeout(done, WATCH_MS));
    report.trials++;
    talking = Promise.withResolvers();
    frozen = !pauses;
    if (pauses) await opened.resume({ wipe: false });
    if (pauses) report.resumed++;
  }
  await opened.kill("the trials are over");
  await reading;
}
