/**
 * A small metrics registry in the two text formats that scrapers read: Prometheus 0.0.4 and OpenMetrics 1.0.
 * Names follow the Prometheus conventions: base units (seconds, bytes), counters end in `_total`.
 */
export type Labels = Readonly<Record<string, string>>;
export type MetricKind = "counter" | "gauge" | "histogram";

/** Series one metric may have; further label sets are counted together under `other`. */
export const SERIES_MAX = 512;
export const LATENCY_BUCKETS_S = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;

interface Metric {
  readonly name: string;
  readonly kind: MetricKind;
  readonly help: string;
  lines(openMetrics: boolean): string[];
}

export class Metrics {
  readonly #metrics = new Map<string, Metric>();
  readonly #collectors: (() => void)[] = [];

  /** `name` without `_total`; the formats add it. */
  counter(name: string, help: string, labels: readonly string[] = []): Counter {
    return this.#add(new Counter(name, help, labels));
  }

  gauge(name: string, help: string, labels: readonly string[] = []): Gauge {
    return this.#add(new Gauge(name, help, labels));
  }

  histogram(
    name: string,
    help: string,
    labels: readonly string[] = [],
    buckets: readonly number[] = LATENCY_BUCKETS_S,
  ): Histogram {
    return this.#add(new Histogram(name, help, labels, buckets));
  }

  /** Runs before each scrape, for values that are looked up rather than counted. */
  onScrape(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** The page of one scrape. */
  text(openMetrics: boolean): string {
    for (const collect of this.#collectors) collect();
    const lines = [...this.#metrics.values()].flatMap((metric) => [
      `# HELP ${familyName(metric, openMetrics)} ${escapeHelp(metric.help)}`,
      `# TYPE ${familyName(metric, openMetrics)} ${metric.kind}`,
      ...metric.lines(openMetrics),
    ]);
    if (openMetrics) lines.push("# EOF");
    return `${lines.join("\n")}\n`;
  }

  #add<M extends Metric>(metric: M): M {
    if (this.#metrics.has(metric.name)) throw new Error(`metric ${metric.name} exists already`);
    this.#metrics.set(metric.name, metric);
    return metric;
  }
}

export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
export const OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";
export const wantsOpenMetrics = (accept: string | undefined): boolean =>
  accept?.includes("application/openmetrics-text") ?? false;

/** OpenMetrics names a counter's family without `_total`, Prometheus with it. */
const familyName = (metric: Metric, openMetrics: boolean): string =>
  metric.kind === "counter" && !openMetrics ? `${metric.name}_total` : metric.name;

/** Values by label set, bounded. */
class Series<V> {
  readonly #names: readonly string[];
  readonly #fresh: () => V;
  readonly values = new Map<string, V>();

  constructor(names: readonly string[], fresh: () => V) {
    this.#names = names;
    this.#fresh = fresh;
    // A metric without labels has its one series from the start, so that it reads 0 and not "absent".
    if (names.length === 0) this.values.set("", fresh());
  }

  at(labels: Labels): V {
    const key = this.#names.map((name) => `${name}="${escapeLabel(labels[name] ?? "")}"`).join(",");
    const known = this.values.get(key);
    if (known !== undefined) return known;
    if (this.values.size >= SERIES_MAX) return this.#overflow();
    return this.#insert(key);
  }

  #overflow(): V {
    const key = this.#names.map((name) => `${name}="other"`).join(",");
    return this.values.get(key) ?? this.#insert(key);
  }

  #insert(key: string): V {
    const value = this.#fresh();
    this.values.set(key, value);
    return value;
  }
}

export class Counter implements Metric {
  readonly kind = "counter";
  readonly name: string;
  readonly help: string;
  readonly #series: Series<{ value: number }>;

  constructor(name: string, help: string, labels: readonly string[]) {
    this.name = checkName(name);
    this.help = help;
    this.#series = new Series(labels, () => ({ value: 0 }));
  }

  add(amount = 1, labels: Labels = {}): void {
    if (!(amount >= 0)) throw new RangeError(`counter ${this.name}: ${amount}`);
    this.#series.at(labels).value += amount;
  }

  /** For totals that someone else counts, such as the processor's seconds. Never lets a counter fall. */
  set(total: number, labels: Labels = {}): void {
    const at = this.#series.at(labels);
    at.value = Math.max(at.value, total);
  }

  lines(): string[] {
    return [...this.#series.values].map(([labels, { value }]) => sample(`${this.name}_total`, labels, value));
  }
}

export class Gauge implements Metric {
  readonly kind = "gauge";
  readonly name: string;
  readonly help: string;
  readonly #series: Series<{ value: number }>;

  constructor(name: string, help: string, labels: readonly string[]) {
    this.name = checkName(name);
    this.help = help;
    this.#series = new Series(labels, () => ({ value: 0 }));
  }

  set(value: number, labels: Labels = {}): void {
    this.#series.at(labels).value = value;
  }

  add(amount: number, labels: Labels = {}): void {
    this.#series.at(labels).value += amount;
  }

  lines(): string[] {
    return [...this.#series.values].map(([labels, { value }]) => sample(this.name, labels, value));
  }
}

export class Histogram implements Metric {
  readonly kind = "histogram";
  readonly name: string;
  readonly help: string;
  readonly #buckets: readonly number[];
  readonly #series: Series<{ counts: number[]; sum: number; count: number }>;

  constructor(name: string, help: string, labels: readonly string[], buckets: readonly number[]) {
    this.name = checkName(name);
    this.help = help;
    this.#buckets = buckets;
    this.#series = new Series(labels, () => ({ counts: buckets.map(() => 0), sum: 0, count: 0 }));
  }

  observe(value: number, labels: Labels = {}): void {
    const at = this.#series.at(labels);
    const bucket = this.#buckets.findIndex((limit) => value <= limit);
    if (bucket >= 0) at.counts[bucket]!++;
    at.sum += value;
    at.count++;
  }

  lines(): string[] {
    return [...this.#series.values].flatMap(([labels, { counts, sum, count }]) => {
      let below = 0;
      const rows = this.#buckets.map((limit, i) => {
        below += counts[i]!;
        return sample(`${this.name}_bucket`, join(labels, `le="${number(limit)}"`), below);
      });
      rows.push(sample(`${this.name}_bucket`, join(labels, 'le="+Inf"'), count));
      return [...rows, sample(`${this.name}_sum`, labels, sum), sample(`${this.name}_count`, labels, count)];
    });
  }
}

function checkName(name: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(name) || name.endsWith("_total")) throw new Error(`${name} is no metric name`);
  return name;
}

const join = (labels: string, more: string): string => (labels === "" ? more : `${labels},${more}`);
const sample = (name: string, labels: string, value: number): string =>
  `${name}${labels === "" ? "" : `{${labels}}`} ${number(value)}`;
/** Floats as both formats spell them. */
const number = (value: number): string =>
  Number.isFinite(value)
    ? String(value)
    : value === Number.POSITIVE_INFINITY
      ? "+Inf"
      : value === Number.NEGATIVE_INFINITY
        ? "-Inf"
        : "NaN";
const escapeLabel = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
