/** What is measured: requests at the doors, steps of the trip, the process itself. */
import { readdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { DirectiveState, HiveFace, StepEvent } from "./hive-types.ts";
import { Metrics } from "./metrics.ts";

export class HiveMeters {
  readonly #metrics = new Metrics();
  readonly #loop = monitorEventLoopDelay({ resolution: 20 });
  readonly #requests;
  readonly #requestTime;
  readonly #streams;
  readonly #steps;
  readonly #stepTime;
  readonly #ended;
  readonly #refused;
  #openStreams = 0;

  constructor() {
    const m = this.#metrics;
    this.#requests = m.counter("axiom_http_requests", "HTTP requests answered.", ["method", "route", "status"]);
    this.#requestTime = m.histogram(
      "axiom_http_request_duration_seconds",
      "Time from a request to its answer's head.",
      ["route"],
    );
    this.#streams = m.gauge("axiom_http_event_streams", "Event streams that are open.");
    this.#steps = m.counter("axiom_steps", "Steps of directives, by phase.", ["step", "phase"]);
    this.#stepTime = m.histogram("axiom_step_duration_seconds", "Time that a step of the trip took.", ["step"]);
    this.#ended = m.counter("axiom_directives_ended", "Directives that ended, by state.", ["state"]);
    this.#refused = m.counter("axiom_refusals", "Refusals of directives, by code.", ["code"]);
    this.#process();
    this.#loop.enable();
  }

  text(openMetrics: boolean): string {
    return this.#metrics.text(openMetrics);
  }

  request(method: string, route: string, status: number, took_s: number): void {
    this.#requests.add(1, { method, route, status: String(status) });
    this.#requestTime.observe(took_s, { route });
  }

  streams(): number {
    return this.#openStreams;
  }

  streamBegan(): void {
    this.#streams.set(++this.#openStreams);
  }

  streamEnded(): void {
    this.#streams.set(--this.#openStreams);
  }

  /** Follows the hive until the signal; its state is looked up at each scrape. */
  follow(hive: HiveFace, signal: AbortSignal): void {
    this.#gauges(hive);
    void this.#count(hive, signal);
  }

  async #count(hive: HiveFace, signal: AbortSignal): Promise<void> {
    for await (const event of hive.events(null, 0, signal)) {
      this.#steps.add(1, { step: event.step, phase: event.phase });
      if (event.took_us !== null) this.#stepTime.observe(event.took_us / 1e6, { step: event.step });
      const state = endOf(event);
      if (state !== null) this.#ended.add(1, { state });
      if (event.phase === "refused") this.#refused.add(1, { code: String(event.detail.refused ?? "unknown") });
    }
  }

  #gauges(hive: HiveFace): void {
    const m = this.#metrics;
    m.gauge("axiom_build_info", "Always 1; the version is in the label.", ["version"]).set(1, {
      version: hive.status().version,
    });
    const entries = m.gauge("axiom_ledger_entries", "Entries in the ledger.");
    const running = m.gauge("axiom_directives_running", "Directives under way.");
    const awaiting = m.gauge("axiom_directives_awaiting_approval", "Directives that wait for the operator.");
    const held = m.gauge("axiom_runs_held", "Runs that a freeze holds.");
    const frozen = m.gauge("axiom_frozen", "1 while the hive is frozen.");
    const unlocked = m.gauge("axiom_unlocked", "1 while the operator's key is open.");
    const ready = m.gauge("axiom_chamber_ready", "1 when the chambers of this rung can run.", ["rung"]);
    m.onScrape(() => {
      const status = hive.status();
      entries.set(status.ledger.size);
      running.set(status.running);
      awaiting.set(status.awaiting);
      held.set(status.held.length);
      frozen.set(status.frozen === null ? 0 : 1);
      unlocked.set(status.unlocked ? 1 : 0);
      for (const chamber of status.chambers) ready.set(chamber.ready ? 1 : 0, { rung: chamber.rung });
    });
  }

  /** Names as the client libraries of Prometheus use them, so that ready-made dashboards fit. */
  #process(): void {
    const m = this.#metrics;
    const cpu = m.counter("process_cpu_seconds", "Processor time used, user and system.");
    const resident = m.gauge("process_resident_memory_bytes", "Resident memory.");
    const heap = m.gauge("nodejs_heap_used_bytes", "Heap in use.");
    const files = m.gauge("process_open_fds", "Open file descriptors.");
    const started = m.gauge("process_start_time_seconds", "Start of the process, Unix time.");
    const lag = m.gauge(
      "nodejs_eventloop_lag_p99_seconds",
      "99th percentile of the event loop's delay since the last scrape.",
    );
    started.set(Math.round(performance.timeOrigin / 1000));
    m.onScrape(() => {
      const { user, system } = process.cpuUsage();
      cpu.set((user + system) / 1e6);
      const memory = process.memoryUsage();
      resident.set(memory.rss);
      heap.set(memory.heapUsed);
      files.set(openFiles());
      lag.set(Math.max(0, this.#loop.percentile(99) / 1e9));
      this.#loop.reset();
    });
  }

  close(): void {
    this.#loop.disable();
  }
}

/** The state that this event ends its directive in; null for all others. */
function endOf(event: StepEvent): DirectiveState | null {
  if (event.phase === "refused") return "refused";
  return event.step === "prove" && event.phase === "passed" ? "done" : null;
}

function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}
