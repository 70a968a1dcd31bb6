import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Metrics, SERIES_MAX } from "../src/metrics.ts";
import { freshBench } from "./http-world.ts";

describe("metrics", () => {
  it("prints both formats", () => {
    const metrics = new Metrics();
    metrics.counter("things", "Things\nseen.", ["kind"]).add(2, { kind: 'a"b\\' });
    metrics.gauge("depth_bytes", "Depth.").set(1.5);
    const time = metrics.histogram("wait_seconds", "Wait.", [], [0.1, 1]);
    for (const value of [0.05, 0.5, 5]) time.observe(value);
    const rows = [
      "# HELP depth_bytes Depth.",
      "# TYPE depth_bytes gauge",
      "depth_bytes 1.5",
      "# HELP wait_seconds Wait.",
      "# TYPE wait_seconds histogram",
      'wait_seconds_bucket{le="0.1"} 1',
      'wait_seconds_bucket{le="1"} 2',
      'wait_seconds_bucket{le="+Inf"} 3',
      "wait_seconds_sum 5.55",
      "wait_seconds_count 3",
    ];
    const sample = 'things_total{kind="a\\"b\\\\"} 2';
    expect(metrics.text(false).split("\n")).toEqual([
      "# HELP things_total Things\\nseen.",
      "# TYPE things_total counter",
      sample,
      ...rows,
      "",
    ]);
    expect(metrics.text(true).split("\n")).toEqual([
      "# HELP things Things\\nseen.",
      "# TYPE things counter",
      sample,
      ...rows,
      "# EOF",
      "",
    ]);
  });

  it("bounds the series of one metric", () => {
    const metrics = new Metrics();
    const things = metrics.counter("things", "Things.", ["kind"]);
    for (let i = 0; i < SERIES_MAX + 100; i++) things.add(1, { kind: `k${i}` });
    const lines = metrics
      .text(false)
      .split("\n")
      .filter((line) => line.startsWith("things_total"));
    expect([lines.length, lines.at(-1)]).toEqual([SERIES_MAX + 1, 'things_total{kind="other"} 100']);
  });

  it("refuses names against the conventions, and a counter that falls", () => {
    const metrics = new Metrics();
    expect(() => metrics.gauge("things_total", "x")).toThrow("no metric name");
    expect(() => metrics.gauge("Things", "x")).toThrow("no metric name");
    const counter = metrics.counter("things", "x");
    expect(() => metrics.counter("things", "x")).toThrow("exists already");
    expect(() => counter.add(-1)).toThrow(RangeError);
  });

  it("the daemon's metrics pass promtool", async (context) => {
    if (spawnSync("promtool", ["--version"]).error !== undefined)
      context.skip("needs promtool (apt install prometheus)");
    const { ask, world, hive } = await freshBench();
    const following = new AbortController();
    world.meters.follow(hive, following.signal);
    await ask("POST", "/v1/directives", { words: "x" }, { Prefer: "wait=1" });
    await ask("GET", "/v1/nothing");
    const text = await (await ask("GET", "/metrics")).text();
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
    expect([status, stdout, stderr]).toEqual([0, "", ""]);
    expect(text).toContain('axiom_directives_ended_total{state="done"} 1');
    expect(text).toContain('axiom_http_requests_total{method="GET",route="other",status="404"} 1');
    following.abort();
  });

  it("are for loopback, and for keys", async () => {
    const { ask } = await freshBench();
    // A request made inside the process has no address: it counts as foreign.
    expect((await ask("GET", "/metrics", undefined, { Authorization: "" })).status).toBe(401);
    const open = await ask("GET", "/metrics", undefined, { Accept: "application/openmetrics-text; version=1.0.0" });
    expect([open.headers.get("Content-Type"), (await open.text()).endsWith("# EOF\n")]).toEqual([
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
      true,
    ]);
  });
});
