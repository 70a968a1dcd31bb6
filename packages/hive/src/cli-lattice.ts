/** `axiom lattice import|demo|show`: what fills the lattice, and what it holds. */
import type { AttributeKind, Capability, CoordinateReply } from "lattice";
import type { Refusal } from "lop";
import type { Connection } from "./client.ts";
import { withHive } from "./connection.ts";
import { capabilityFile, type FileKind, type Imported, importFile } from "./lattice-file.ts";
import { printable } from "./proof-text.ts";
import { EXIT, isRefused, showRefusal, type Terminal, UsageError } from "./terminal.ts";

/** Bytes of one request; records that are larger together go in several. */
const REQUEST_MAX_BYTES = 8 * 1024 * 1024;
/** Faults that a person is shown. */
const FAULTS_SHOWN = 20;

export interface LatticeView {
  engine: string;
  ready: boolean;
  why: string | null;
  capabilities: number;
  dimensions: string[];
  attributes: { key: string; kind: AttributeKind; capabilities: number }[];
  horizon: { from_ms: number; until_ms: number } | null;
  home: { lat: number; lng: number } | null;
  middle: { lat: number; lng: number } | null;
  tz: string;
}

type Client = Connection["client"];

/** Refused too when it cannot be opened. */
export async function latticeView(client: Client): Promise<LatticeView | Refusal> {
  const view = await client.get<LatticeView>("/v1/lattice");
  if (isRefused(view) || view.ready) return view;
  const { refuse } = await import("lop");
  return refuse(view.engine === "none" ? "lattice-none" : "lattice-unopened", view.why ?? "It is not ready.");
}

export interface ImportAsked {
  keepGood?: boolean;
  format?: FileKind;
  tz?: string;
}

export function runLatticeImport(terminal: Terminal, path: string, asked: ImportAsked): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const view = await latticeView(client);
    if (isRefused(view)) return showRefusal(terminal, view);
    const file = capabilityFile(path, asked.format, asked.tz ?? view.tz);
    if (isRefused(file)) return showRefusal(terminal, file);
    const bar = await progressBar(terminal, file.size_bytes);
    const kinds = new Map(
      view.attributes.filter(({ key }) => key !== "category").map(({ key, kind }) => [key, kind] as const),
    );
    const handles = { put: (records: readonly Capability[]) => put(client, records), progress: bar.at };
    const imported = await importFile(file, { keep_good: asked.keepGood === true, kinds }, handles);
    bar.stop();
    return isRefused(imported)
      ? showRefusal(terminal, imported)
      : showImported(terminal, imported, asked.keepGood === true);
  });
}

/** In as many requests as it takes. */
async function put(
  client: Client,
  records: readonly Capability[],
): Promise<{ added: number; replaced: number } | Refusal> {
  const body = { records };
  if (records.length < 2 || JSON.stringify(body).length <= REQUEST_MAX_BYTES)
    return client.post("/v1/lattice/capabilities", body);
  const half = Math.ceil(records.length / 2);
  const first = await put(client, records.slice(0, half));
  if (isRefused(first)) return first;
  const second = await put(client, records.slice(half));
  return isRefused(second) ? second : { added: first.added + second.added, replaced: first.replaced + second.replaced };
}

function showImported(terminal: Terminal, imported: Imported, keptGood: boolean): number {
  const { added, replaced, read, passed_over, bad, faults } = imported;
  if (terminal.json) terminal.out(JSON.stringify(imported));
  else {
    for (const { at, why } of faults.slice(0, FAULTS_SHOWN))
      terminal.say(printable(`  ${terminal.paint("red", at)}: ${why}`));
    if (bad > FAULTS_SHOWN) terminal.say(`  … and ${bad - FAULTS_SHOWN} more; --json lists them`);
    terminal.out(`${read} read, ${added} added, ${replaced} replaced, ${passed_over} passed over, ${bad} bad`);
    if (read === 0 && bad === 0) terminal.say("The file holds no record.");
    if (bad > 0 && !keptGood) terminal.say("Nothing was imported; --keep-good takes the good ones.");
  }
  return bad > 0 && !keptGood ? EXIT.refused : EXIT.ok;
}

interface Bar {
  at(bytes: number, phase: string): void;
  stop(): void;
}

/** Where a person looks; elsewhere nothing is drawn. */
async function progressBar(terminal: Terminal, max_bytes: number): Promise<Bar> {
  if (!terminal.interactive || terminal.quiet || terminal.json) return { at: () => {}, stop: () => {} };
  const { progress } = await import("@clack/prompts");
  const bar = progress({ max: Math.max(1, max_bytes), output: process.stderr });
  let [shown, phase] = [0, ""];
  bar.start("reading");
  return {
    at: (bytes, now) => {
      if (now !== phase) [shown, phase] = [0, now];
      bar.advance(Math.max(0, Math.min(bytes, max_bytes) - shown), now);
      shown = Math.min(bytes, max_bytes);
    },
    stop: () => bar.stop("read"),
  };
}

export function runLatticeDemo(terminal: Terminal, asked: { seed: number; capabilities?: number }): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const { DEMO_CITY, demoCity, demoMorning, isFault } = await import("lattice");
    const city = demoCity(asked);
    if (isFault(city)) throw new UsageError(city.why);
    const made = await terminal.patiently(`building ${DEMO_CITY}`, put(client, city));
    if (isRefused(made)) return showRefusal(terminal, made);
    // Nothing is held: it only finds what an hour of a court or a desk is worth when many want it.
    const morning = client.post<CoordinateReply>("/v1/lattice/coordinate", demoMorning(nineTomorrow(Date.now())));
    const planned = await terminal.patiently("a morning in it", morning);
    if (isRefused(planned)) return showRefusal(terminal, planned);
    const prices = planned.prices.length;
    if (terminal.json) terminal.out(JSON.stringify({ city: DEMO_CITY, seed: asked.seed, ...made, prices }));
    else terminal.out(demoText(DEMO_CITY, { ...made, prices }, openDaily(city)));
    return EXIT.ok;
  });
}

const DAY_MS = 86_400_000;
/** Nine in the morning, UTC. */
const nineTomorrow = (now_ms: number): number => Math.floor(now_ms / DAY_MS) * DAY_MS + DAY_MS + 9 * (DAY_MS / 24);

/** A café that is open on whatever day tomorrow is. */
const openDaily = (city: readonly Capability[]): string =>
  city.find(({ id, hours }) => id.startsWith("cafe-") && hours?.kind === "osm" && hours.text.startsWith("Mo-Su 07:"))
    ?.id ?? "cafe-1";

interface DemoMade {
  readonly added: number;
  readonly replaced: number;
  readonly prices: number;
}

const demoText = (name: string, { added, replaced, prices }: DemoMade, cafe: string): string =>
  [
    `${name}: ${added} records added, ${replaced} replaced; ${prices} quarters of an hour have a price tomorrow from 9am, which the map shows as heat. Try:`,
    '  axiom do lattice.find --what café --near "Old Town" --require wifi --require quiet --at "tomorrow 9am"',
    '  axiom lattice plan --leg "what=café; near=Old Town; from=tomorrow 9am; minutes=45" --leg "what=tennis court; near=Market; minutes=60"',
    `  axiom do lattice.reserve --capability ${cafe} --at "tomorrow 10am" --units 2 --approve`,
  ].join("\n");

export function runLatticeShow(terminal: Terminal): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const view = await latticeView(client);
    if (isRefused(view)) return showRefusal(terminal, view);
    if (terminal.json) terminal.out(JSON.stringify(view));
    else terminal.out(viewText(view));
    return EXIT.ok;
  });
}

function viewText({ engine, capabilities, dimensions, attributes, home, tz }: LatticeView): string {
  const row = (name: string, value: string): string => `  ${name.padEnd(14)}${value}`;
  const known = attributes.map(({ key, kind, capabilities: count }) => row(key, `${kind}, of ${count}`));
  return [
    `lattice, ${engine}`,
    row("capabilities", String(capabilities)),
    row("dimensions", dimensions.join(", ") || "none"),
    row(
      "home",
      home === null ? "not set; axiom config set lattice.home LATITUDE,LONGITUDE" : `${home.lat}, ${home.lng}`,
    ),
    row("time zone", tz),
    ...(known.length === 0 ? [] : ["attributes", ...known]),
  ].join("\n");
}
