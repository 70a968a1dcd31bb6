/** What is typed into the map's forms, and what the lattice is asked for it. */
import type { Point } from "./map-projection.ts";
import { wallInstant } from "./map-time.ts";
import { type Capability, COUNT_LIMIT, type LatticeStatus, type PlanTask, type Query, type Span } from "./map-wire.ts";
import type { Json, JsonObject } from "./wire.ts";

export interface FindForm {
  readonly what: string;
  readonly near: string;
  readonly within_m: string;
  readonly require: string;
  /** Wall time in the lattice's zone, as `<input type="datetime-local">` gives it. */
  readonly at: string;
}

export interface LegForm {
  readonly key: number;
  readonly what: string;
  /** Empty: near where the plan begins. */
  readonly near: string;
  readonly minutes: string;
}

export interface PlanForm {
  readonly near: string;
  readonly at: string;
  readonly order: "fixed" | "free";
  readonly legs: readonly LegForm[];
}

export const EMPTY_FIND: FindForm = { what: "", near: "", within_m: "2000", require: "", at: "" };
export const EMPTY_PLAN: PlanForm = {
  ...{ near: "", at: "", order: "fixed" },
  legs: [
    { key: 1, what: "", near: "", minutes: "45" },
    { key: 2, what: "", near: "", minutes: "60" },
  ],
};
export const WITHIN: readonly (readonly [string, string])[] = [
  ["500", "500 m"],
  ["1000", "1 km"],
  ["2000", "2 km"],
  ["5000", "5 km"],
  ["", "anywhere"],
];
export const FOUND_LIMIT = 50;
export const MAX_LEGS = 8;
/** How long after the departure a leg may begin. */
export const PLAN_SPAN_MS = 12 * 3_600_000;
const SLOT_MS = 15 * 60_000;

/** Field → what is wrong with it. */
export type Faults = { readonly [field: string]: string };
export const NO_FAULTS: Faults = {};

/** What the forms are read against. */
export interface Words {
  readonly status: LatticeStatus;
  readonly kinds: readonly string[];
}

const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[\s-]+/g, "_");

/** The kind of that name: cafés → cafe. Null when there is none. */
export function kindOf(text: string, kinds: readonly string[]): string | null {
  const said = plain(text);
  return kinds.find((kind) => said === plain(kind) || said === `${plain(kind)}s`) ?? null;
}

function kindFault(text: string, kinds: readonly string[]): string {
  const like = kinds.filter((kind) => kind.includes(plain(text).slice(0, 4))).slice(0, 3);
  const names = (like.length > 0 ? like : kinds.slice(0, 4)).map((kind) => kind.replaceAll("_", " "));
  return `No kind here is called that. There is ${names.join(", ")}${like.length > 0 ? "." : " …"}`;
}

export interface ReadFind {
  /** Each with what it says of those that pass: `are café`, `are known for wifi`. */
  readonly where: readonly Condition[];
  readonly open: Span | null;
  readonly radius_m: number | null;
}

interface Condition {
  readonly text: string;
  readonly is: Json;
}

/** What has no place in it: the conditions and the time. */
export function readFind(form: FindForm, { status, kinds }: Words): ReadFind | Faults {
  const faults: { [field: string]: string } = {};
  const where: Condition[] = [];
  const what = whatOf(form.what, status, kinds);
  if (what === null) faults.what = kindFault(form.what, kinds);
  else
    where.push(
      ...what.map((is) => ({ text: form.what.trim() === "" ? "are no mere places" : `are ${form.what.trim()}`, is })),
    );
  for (const phrase of form.require.split(",").filter((each) => each.trim() !== "")) {
    const is = conditionOf(phrase, status);
    if (is === null) faults.require = `Nothing here is known by “${phrase.trim()}”.`;
    else where.push({ text: `are known for ${phrase.trim()}`, is });
  }
  const at_ms = form.at === "" ? null : wallInstant(form.at, status.tz);
  if (at_ms === null && form.at !== "") faults.at = "Not a time.";
  if (Object.keys(faults).length > 0) return faults;
  return {
    where,
    open: at_ms === null ? null : { from_ms: at_ms, until_ms: at_ms + SLOT_MS },
    radius_m: form.within_m === "" ? null : Number(form.within_m),
  };
}

export const isRead = <T extends object>(read: T | Faults): read is T => "where" in read || "legs" in read;

/** Places are near something, and no capability; null when no kind has the name. */
function whatOf(text: string, status: LatticeStatus, kinds: readonly string[]): Json[] | null {
  const named = status.attributes.some(({ key }) => key === "category");
  if (text.trim() === "") return named ? [{ not: { attribute: "category", is: "place" } }] : [];
  const kind = kindOf(text, kinds);
  return kind === null ? null : [{ attribute: "category", is: kind }];
}

/** `wifi`, `not smoking`, `power_kw 50` (at least), `cuisine thai`. */
function conditionOf(phrase: string, status: LatticeStatus): Json | null {
  const [, no, rest] = /^\s*(not\s+|no\s+)?(.*?)\s*$/i.exec(phrase)!;
  const whole = status.attributes.find(({ key }) => plain(key) === plain(rest!));
  if (whole !== undefined)
    return whole.kind === "boolean"
      ? { attribute: whole.key, is: no === undefined }
      : { attribute: whole.key, known: true };
  const words = rest!.split(/\s+/);
  for (let cut = words.length - 1; cut > 0; cut--) {
    const found = status.attributes.find(({ key }) => plain(key) === plain(words.slice(0, cut).join(" ")));
    if (found === undefined || found.kind === "boolean") continue;
    const value = words.slice(cut).join(" ");
    if (found.kind !== "number") return { attribute: found.key, is: value };
    return Number.isFinite(Number(value)) ? { attribute: found.key, atLeast: Number(value) } : null;
  }
  return null;
}

export const queryOf = (read: ReadFind, from: Point): Query => ({
  place: { from, ...(read.radius_m === null ? {} : { radius_m: read.radius_m }) },
  where: { all: read.where.map(({ is }) => is) },
  ...(read.open === null ? {} : { open: read.open }),
  ...{ limit: FOUND_LIMIT, records: true },
});

/** The query in steps, each with one condition more, to count what each lets through. */
export function stepsOf(read: ReadFind, from: Point): { readonly text: string; readonly query: Query }[] {
  const only = (conditions: number): Query => ({
    ...queryOf({ ...read, open: null, where: read.where.slice(0, conditions) }, from),
    ...{ limit: COUNT_LIMIT, records: false },
  });
  const steps = [{ text: "lie there", query: only(0) }];
  for (const [i, { text }] of read.where.entries()) steps.push({ text, query: only(i + 1) });
  if (read.open !== null) steps.push({ text: "are known to be open then", query: queryOf(read, from) });
  return steps;
}

/** The same as a card of `lattice.find`; its tool reads the words itself. */
export function findCard(form: FindForm): JsonObject {
  const require = form.require.split(",").flatMap((phrase) => phrase.trim() || []);
  return {
    ...(form.what.trim() === "" ? {} : { what: form.what.trim() }),
    ...(form.near.trim() === "" ? {} : { near: form.near.trim() }),
    ...(form.within_m === "" ? {} : { radius_km: Number(form.within_m) / 1000 }),
    ...(require.length === 0 ? {} : { require }),
    ...(form.at === "" ? {} : { at: form.at.replace("T", " ") }),
  };
}

/** A task that begins at `start`; `nears` are the places of the legs. */
export function readPlan(
  form: PlanForm,
  words: Words,
  { from, nears, now_ms }: { from: Point; nears: readonly Point[]; now_ms: number },
): PlanTask | Faults {
  const faults: { [field: string]: string } = {};
  const depart_ms = form.at === "" ? now_ms : wallInstant(form.at, words.status.tz);
  if (depart_ms === null) faults.at = "Not a time.";
  const begin_ms = Math.ceil((depart_ms ?? now_ms) / SLOT_MS) * SLOT_MS;
  const legs = form.legs.map(({ key, what, minutes }, i) => {
    const where = what.trim() === "" ? null : whatOf(what, words.status, words.kinds);
    if (where === null) faults[`what-${key}`] = what.trim() === "" ? "Say what." : kindFault(what, words.kinds);
    const stay = Number(minutes);
    if (!(Number.isInteger(stay) && stay >= 1 && stay <= 1440)) faults[`minutes-${key}`] = "1 to 1440.";
    return {
      ...{ name: what.trim(), find: { place: { from: nears[i] ?? from }, where: { all: where ?? [] } }, minutes: stay },
      ...{ from_ms: begin_ms, until_ms: begin_ms + PLAN_SPAN_MS },
    };
  });
  if (Object.keys(faults).length > 0) return faults;
  return { from, depart_ms: begin_ms, order: form.order, legs };
}

/** The same as a card of `lattice.plan`. */
export function planCard(form: PlanForm): JsonObject {
  const near = form.near.trim();
  return {
    legs: form.legs.map(({ what, near: own, minutes }, i) => ({
      ...{ what: what.trim(), minutes: Number(minutes) },
      ...((own.trim() || near) === "" ? {} : { near: own.trim() || near }),
      ...(i === 0 && form.at !== "" ? { from: form.at.replace("T", " ") } : {}),
    })),
  };
}

/** What was asked, in a line. */
export function askedText({ mode, find, plan, found, route }: Asked): string {
  const answer = mode === "find" ? found : route;
  if (answer?.source === "directive") return toldText(found, route, mode);
  const parts =
    mode === "find"
      ? [find.what.trim() || "anything", find.require.trim(), atText(find.at)]
      : [plan.legs.map(({ what }) => what.trim()).join(" → "), atText(plan.at)];
  return parts.filter(Boolean).join(", ");
}

/** What a directive asked for, as far as its answer tells. */
function toldText(found: Asked["found"], route: Asked["route"], mode: Asked["mode"]): string {
  if (mode === "find") return found?.near ? `Near ${found.near}, by a directive` : "By a directive";
  return route?.visits?.map(({ what }) => what).join(" → ") ?? "By a directive";
}

interface Asked {
  readonly mode: "find" | "plan";
  readonly find: FindForm;
  readonly plan: PlanForm;
  readonly found: { readonly source: string; readonly near: string } | null;
  readonly route: { readonly source: string; readonly visits?: readonly { readonly what: string }[] } | null;
}

const atText = (at: string): string => at.replace("T", " at ");

/** Every kind there is, places aside. */
export const kindsOf = (capabilities: readonly Pick<Capability, "category">[]): string[] =>
  [
    ...new Set(capabilities.flatMap(({ category }) => (category === null || category === "place" ? [] : category))),
  ].sort();
