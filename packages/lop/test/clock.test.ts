import { describe, expect, test } from "vitest";
import { nodeChance } from "../src/chance-node.ts";
import { SimChance } from "../src/chance-sim.ts";
import type { Clock } from "../src/clock.ts";
import { nodeClock } from "../src/clock-node.ts";
import { SimClock } from "../src/clock-sim.ts";

const clocks: [string, () => { clock: Clock; pass: (ms: number) => Promise<void> }][] = [
  ["nodeClock", () => ({ clock: nodeClock, pass: (ms) => new Promise((done) => setTimeout(done, ms)) })],
  [
    "SimClock",
    () => {
      const clock = new SimClock();
      return { clock, pass: (ms) => clock.advance(ms) };
    },
  ],
];

describe.each(clocks)("%s is a clock", (_, make) => {
  test("time passes, and a sleeper wakes after his time", async () => {
    const { clock, pass } = make();
    const [wall, monotonic] = [clock.now_ms(), clock.monotonic_ms()];
    let woken = false;
    const sleep = clock.sleep(20).then(() => {
      woken = true;
    });
    await pass(5);
    expect(woken).toBe(false);
    await pass(40);
    await sleep;
    expect(clock.monotonic_ms() - monotonic).toBeGreaterThanOrEqual(20);
    expect(clock.now_ms() - wall).toBeGreaterThanOrEqual(19);
  });

  test("a signal ends a sleep early, and one already given ends it at once", async () => {
    const { clock } = make();
    const stop = new AbortController();
    const sleep = clock.sleep(1e9, stop.signal);
    stop.abort();
    await sleep;
    await clock.sleep(1e9, stop.signal);
  });
});

test("simulated sleepers wake in the order of their deadlines, and may sleep again", async () => {
  const clock = new SimClock(1000);
  const woken: string[] = [];
  const nap = async (name: string, ...times: number[]) => {
    for (const ms of times) await clock.sleep(ms);
    woken.push(`${name}@${clock.monotonic_ms()}`);
  };
  const all = Promise.all([nap("b", 20), nap("a", 10), nap("c", 10, 15)]);
  expect(clock.nextDue_ms()).toBe(10);
  await clock.advance(30);
  await all;
  expect(woken).toEqual(["a@10", "b@20", "c@25"]);
  clock.step(-86_400_000);
  expect(clock.now_ms()).toBe(1030 - 86_400_000);
  expect(clock.monotonic_ms()).toBe(30);
});

test("chance: as many bytes as asked for; the same from the same seed, others from another", () => {
  for (const chance of [nodeChance, new SimChance(1)]) {
    expect([0, 1, 3, 32, 33].map((count) => chance.bytes(count).length)).toEqual([0, 1, 3, 32, 33]);
    expect(chance.bytes(32)).not.toEqual(chance.bytes(32));
  }
  expect(new SimChance(7).bytes(64)).toEqual(new SimChance(7).bytes(64));
  expect(new SimChance(7).bytes(64)).not.toEqual(new SimChance(8).bytes(64));
  const counts = new Array<number>(10).fill(0);
  const chance = new SimChance(3);
  for (let i = 0; i < 10_000; i++) counts[chance.below(10)]!++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
