/** `axiom lattice find|plan|coordinate|hold|surface`: questions to the lattice. What can be a directive is one, and ends in a proof card. */
import type { CoordinateReply, LatticeHold, SurfaceReply } from "lattice";
import type { Json, JsonObject, Refusal } from "lop";
import { type LatticeView, latticeView } from "./cli-lattice.ts";
import type { Connection } from "./client.ts";
import { withHive } from "./connection.ts";
import type { DirectiveView } from "./hive-types.ts";
import { printable } from "./proof-text.ts";
import { EXIT, isRefused, readInput, showRefusal, type Terminal, UsageError } from "./terminal.ts";

type Client = Connection["client"];
/** Longest that a find or a plan is waited for. */
const WAIT_S = 60;
const MINUTE_MS = 60_000;

export interface FindFlags {
  what?: string;
  near?: string;
  radiusKm?: number;
  require?: string[];
  at?: string;
  units?: number;
  limit?: number;
}

export function runLatticeFind(terminal: Terminal, flags: FindFlags): Promise<number> {
  // Named one by one: the flags hold `--json` and `--quiet` too, which the tool does not know.
  const { what, near, radiusKm: radius_km, require, at, units, limit } = flags;
  const asked = Object.entries({ what, near, radius_km, require, at, units, limit });
  const parameters = Object.fromEntries(asked.filter(([, value]) => value !== undefined));
  return stated(terminal, "lattice.find", parameters as JsonObject, findText);
}

/** Each leg: `what=café; near=Old Town; from=9am; minutes=45; require=wifi,quiet`. */
export function runLatticePlan(terminal: Terminal, legs: readonly string[]): Promise<number> {
  return stated(terminal, "lattice.plan", { legs: legs.map(readLeg) }, planText);
}

const LEG_NUMBERS = new Set(["radius_km", "minutes"]);
const LEG_WORDS = new Set(["what", "near", "from", "until"]);

export function readLeg(text: string): JsonObject {
  const leg: Record<string, Json> = {};
  for (const part of text.split(";").filter((each) => each.trim() !== "")) {
    const [name, value] = [
      part.slice(0, part.indexOf("=")).trim().replaceAll("-", "_"),
      part.slice(part.indexOf("=") + 1).trim(),
    ];
    if (LEG_NUMBERS.has(name)) leg[name] = readPositive(name, value);
    else if (name === "require") leg[name] = value.split(",").map((each) => each.trim());
    else if (LEG_WORDS.has(name)) leg[name] = value;
    else
      throw new UsageError(
        `a leg is "what=…; near=…; from=…; until=…; minutes=…; radius_km=…; require=a,b", not ${JSON.stringify(part.trim())}`,
      );
  }
  if (leg.what === undefined) throw new UsageError("a leg needs what=…");
  return leg;
}

function readPositive(name: string, text: string): number {
  if (text !== "" && Number(text) > 0) return Number(text);
  throw new UsageError(`${name} of a leg is a number above 0, not ${JSON.stringify(text)}`);
}

/** States the card, and shows the result instead of the proof card; `--json` prints the proof card. */
function stated(
  terminal: Terminal,
  tool: string,
  parameters: JsonObject,
  textOf: (result: JsonObject) => string,
): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const view = await terminal.patiently("asking", client.state({ card: { tool, parameters } }, { wait_s: WAIT_S }));
    if (isRefused(view)) return showRefusal(terminal, view);
    if (view.refusal !== null && view.outcome === null) return showRefusal(terminal, view.refusal);
    return showStated(terminal, client, view, textOf);
  });
}

async function showStated(
  terminal: Terminal,
  client: Client,
  view: DirectiveView,
  textOf: (result: JsonObject) => string,
): Promise<number> {
  const { exitOf } = await import("./cli-do.ts");
  if (terminal.json) {
    const proof = await client.proof(view.id);
    if (isRefused(proof)) return showRefusal(terminal, proof);
    terminal.bytes(proof);
  } else {
    const ok = view.outcome?.status === "ok";
    terminal.out(printable(ok ? textOf(view.outcome!.result as JsonObject) : (view.outcome?.why ?? view.state)));
    terminal.say(
      terminal.paint(
        "muted",
        `${view.verified === true ? "verified" : "not verified"}: axiom proof ${view.id.slice(0, 16)}`,
      ),
    );
  }
  return exitOf(view);
}

interface FoundRow {
  readonly id: string;
  readonly name: string;
  readonly distance_m: number;
  readonly address: string | null;
  readonly open: string;
  readonly open_until: string | null;
  readonly free: Readonly<Record<string, number>> | null;
}

export function findText({ found, why, more, understood }: JsonObject): string {
  const rows = found as unknown as readonly FoundRow[];
  if (rows.length === 0) return String(why);
  const lines = rows.map(({ id, name, distance_m, address, open, open_until, free }) => {
    const until = open_until === null ? open : `${open} until ${open_until.slice(0, 16).replace("T", " ")}Z`;
    const units = Object.entries(free ?? {}).map(([dimension, left]) => `${left} ${dimension} free`);
    return `${`${Math.round(distance_m)} m`.padStart(8)}  ${name.padEnd(32)} ${id.padEnd(18)} ${[until, ...units, address ?? ""].filter((part) => part !== "").join(", ")}`;
  });
  const { at } = (understood ?? {}) as { at?: { read_as: string; assumed: string | null } | null };
  const time = at == null ? [] : [`at ${at.read_as}${at.assumed === null ? "" : ` (${at.assumed})`}:`];
  return [...time, ...lines, ...(more === true ? ["          … and more"] : [])].join("\n");
}

interface TaskRow {
  readonly task: string;
  readonly planned: boolean;
  readonly why: string | null;
  readonly legs: readonly JsonObject[];
}

export function planText({ planned, why, legs, tasks, certificate }: JsonObject): string {
  const competing = tasks === null ? [] : taskRows(tasks as unknown as readonly TaskRow[]);
  if (planned !== true) return [String(why), ...competing].join("\n");
  const rows = tasks === null ? legRows(legs as readonly JsonObject[]) : competing;
  const { primal, bound, gap } = certificate as { primal: number; bound: number; gap: number };
  return [
    ...rows,
    `cost ${Math.round(primal)} s, at least ${Math.round(bound)} s: gap ${(gap * 100).toFixed(2)} %`,
  ].join("\n");
}

const taskRows = (tasks: readonly TaskRow[]): string[] =>
  tasks.flatMap(({ task, planned, why, legs }) =>
    planned ? [`${task}:`, ...legRows(legs)] : [`${task}: left out. ${why}`],
  );

const legRows = (legs: readonly JsonObject[]): string[] =>
  legs.map(({ local, what, capability, travel_s }) => {
    const { id, name } = capability as { id: string; name: string };
    return `${local}  ${String(what).padEnd(20)} ${name} (${id}), ${Math.round(Number(travel_s) / 60)} min on the way`;
  });

/**
 * A file of tasks as JSON; `-` is standard input. Tasks in words (`what`, `near`, `from`) are stated as a directive and end in a proof card;
 * tasks in figures, a `CoordinateTask` as the HTTP API takes it, are only answered.
 */
export function runLatticeCoordinate(terminal: Terminal, path: string): Promise<number> {
  const task = readJson(path === "-" ? terminal.stdin() : readInput(path));
  if (isInWords(task)) return stated(terminal, "lattice.plan", task, planText);
  return withHive(terminal, async ({ client }) => {
    const reply = await terminal.patiently(
      "coordinating",
      client.post<CoordinateReply>("/v1/lattice/coordinate", task),
    );
    if (isRefused(reply)) return showRefusal(terminal, reply);
    if (terminal.json) terminal.out(JSON.stringify(reply));
    else terminal.out(coordinateText(reply));
    return EXIT.ok;
  });
}

function isInWords(value: unknown): value is JsonObject {
  const { tasks } = (value ?? {}) as { tasks?: readonly { legs?: readonly object[] }[] };
  return (
    Array.isArray(tasks) &&
    tasks.some((task) => Array.isArray(task?.legs) && task.legs.some((leg: object) => "what" in leg))
  );
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw new UsageError(`no JSON: ${(error as Error).message}`);
  }
}

function coordinateText({ plans, reasons, certificate, holds }: CoordinateReply): string {
  const rows = plans.map((plan, task) => {
    if (plan === null) return `task ${task}: left out; ${reasons[task] ?? ""}`;
    const visits = plan.visits.map(({ id, from_ms }) => `${new Date(from_ms).toISOString().slice(0, 16)}Z ${id}`);
    return `task ${task}: ${visits.join(", ")}; ${Math.round(plan.cost_s)} s`;
  });
  const { primal, bound, gap, input_hash } = certificate;
  const proven = `cost ${Math.round(primal)} s, at least ${Math.round(bound)} s: gap ${(gap * 100).toFixed(2)} %; problem ${input_hash.slice(0, 16)}`;
  return [...rows, proven, ...(holds.length === 0 ? [] : [`held: ${holds.map(({ fence }) => fence).join(", ")}`])].join(
    "\n",
  );
}

export function runHoldList(terminal: Terminal, limit: number): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const page = await client.get<{ holds: LatticeHold[] }>(`/v1/lattice/holds?limit=${limit}`);
    if (isRefused(page)) return showRefusal(terminal, page);
    if (terminal.json) terminal.out(JSON.stringify(page));
    else terminal.out(page.holds.length === 0 ? "no holds" : page.holds.map(holdText).join("\n"));
    return EXIT.ok;
  });
}

const holdText = ({ fence, state, items }: LatticeHold): string => {
  const what = items.map(({ id, dimension, units, from_ms, until_ms }) => {
    const [from, until] = [from_ms, until_ms].map((ms) => new Date(ms).toISOString().slice(0, 16));
    return `${units} ${dimension} of ${id} ${from}Z–${until}Z`;
  });
  return `R-${fence}  ${state.padEnd(10)} ${what.join("; ")}`;
};

export interface HoldFlags {
  at: string;
  minutes: number;
  units: number;
  dimension?: string;
  ttlMinutes: number;
}

/** Puts units aside without confirming: that is `hold confirm`, or the time runs out. */
export function runHoldTake(terminal: Terminal, id: string, flags: HoldFlags): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const view = await latticeView(client);
    if (isRefused(view)) return showRefusal(terminal, view);
    const from_ms = await momentOf(flags.at, view);
    if (typeof from_ms !== "number") return showRefusal(terminal, from_ms);
    const until_ms = from_ms + flags.minutes * MINUTE_MS;
    const item = {
      id,
      from_ms,
      until_ms,
      units: flags.units,
      ...(flags.dimension === undefined ? {} : { dimension: flags.dimension }),
    };
    return showHold(
      terminal,
      await client.post<LatticeHold>("/v1/lattice/holds", { items: [item], ttl_ms: flags.ttlMinutes * MINUTE_MS }),
    );
  });
}

export function runHoldEnd(terminal: Terminal, verb: "confirm" | "release", given: string): Promise<number> {
  const fence = /^(?:R-)?(\d{1,15})$/i.exec(given)?.[1];
  if (fence === undefined) throw new UsageError(`${JSON.stringify(given)} is no hold; they look like R-12`);
  return withHive(terminal, async ({ client }) =>
    showHold(terminal, await client.post<LatticeHold>(`/v1/lattice/holds/${fence}/${verb}`, undefined)),
  );
}

function showHold(terminal: Terminal, hold: LatticeHold | Refusal): number {
  if (isRefused(hold)) return showRefusal(terminal, hold);
  terminal.out(terminal.json ? JSON.stringify(hold) : holdText(hold));
  return EXIT.ok;
}

async function momentOf(phrase: string, { tz }: LatticeView): Promise<number | Refusal> {
  const { readTime } = await import("./spoken-time.ts");
  const time = readTime(phrase, Date.now(), tz);
  return isRefused(time) ? time : time.from_ms;
}

export interface SurfaceFlags {
  near: string;
  radiusKm: number;
  dimension: string;
  at: string;
  hours: number;
}

/** What is free and what it is worth: a line for each place, a letter for each quarter of an hour. */
export function runLatticeSurface(terminal: Terminal, flags: SurfaceFlags): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const spot = await client.get<{ at: { lat: number; lng: number } }>(
      `/v1/lattice/place?name=${encodeURIComponent(flags.near)}`,
    );
    if (isRefused(spot)) return showRefusal(terminal, spot);
    const view = await latticeView(client);
    if (isRefused(view)) return showRefusal(terminal, view);
    if (!view.dimensions.includes(flags.dimension)) throw unknownDimension(flags.dimension, view.dimensions);
    const from_ms = await momentOf(flags.at, view);
    if (typeof from_ms !== "number") return showRefusal(terminal, from_ms);
    const query = new URLSearchParams({
      lat: String(spot.at.lat),
      lng: String(spot.at.lng),
      radius_m: String(flags.radiusKm * 1000),
      from_ms: String(from_ms),
      until_ms: String(from_ms + flags.hours * 60 * MINUTE_MS),
      dimension: flags.dimension,
    });
    const reply = await client.get<SurfaceReply>(`/v1/lattice/surface?${query}`);
    if (isRefused(reply)) return showRefusal(terminal, reply);
    terminal.out(terminal.json ? JSON.stringify(reply) : surfaceText(reply, flags));
    return EXIT.ok;
  });
}

const unknownDimension = (given: string, known: readonly string[]): UsageError =>
  new UsageError(
    known.length === 0
      ? "the lattice has no capabilities yet; axiom lattice import FILE, or axiom lattice demo"
      : `--dimension is one of ${known.join(", ")}, not ${JSON.stringify(given)}`,
  );

/** Places that a person is shown. */
const PLACES_SHOWN = 40;

function surfaceText({ places, slots_ms }: SurfaceReply, { dimension, near }: SurfaceFlags): string {
  const some = places.filter(
    ({ free, price_s }) => free.some((left) => left > 0) || price_s.some((price) => price > 0),
  );
  if (some.length === 0) return `Nothing near ${near} has ${dimension} free.`;
  const first = slots_ms[0] === undefined ? "" : new Date(slots_ms[0]).toISOString().slice(0, 16);
  const rows = some.slice(0, PLACES_SHOWN).map(({ id, free, price_s, open }) => {
    const cells = free.map((left, i) => (open[i] === "closed" ? "·" : left > 9 ? "+" : String(Math.max(0, left))));
    const dearest = Math.max(0, ...price_s);
    return `${id.padEnd(20)} ${cells.join("")}${dearest > 0 ? `  up to ${Math.round(dearest)} s` : ""}`;
  });
  const hidden = some.length - rows.length;
  const rest = hidden > 0 ? [`… and ${hidden} more; --json lists all`] : [];
  return [`free ${dimension} from ${first}Z, a sign for 15 minutes; · is closed`, ...rows, ...rest].join("\n");
}
