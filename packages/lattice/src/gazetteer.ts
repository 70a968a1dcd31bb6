/**
 * Where a phrase is: "Old Town", "near Queen Street", "Mill Lane in Northgate", "me". The names are those of the lattice itself: its
 * quarters and streets, the streets and quarters that records say they stand in, and the records. What could be two places is asked back.
 */
import type { Capability } from "./capability.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { distance_m, type Point } from "./geodesy.ts";
import { AREA_CATEGORY } from "./osm-tags.ts";
import { fold, nearestWords, slips, slipsFor } from "./spelling.ts";

/** Names that are kept; further ones are not found by name. */
export const MAX_NAMES = 400_000;
/** Places of one name. */
export const MAX_NAMESAKES = 64;
/** Names that a fault lists. */
export const CHOICES = 5;
/** Two places that are nearer than this are one answer. */
const SAME_PLACE_M = 1000;

export type SpotKind = "home" | "point" | "city" | "quarter" | "street" | "record";

export interface Spot {
  readonly name: string;
  readonly kind: SpotKind;
  readonly at: Point;
}

/** How far records that name the same street or town may lie from its middle. */
const REACH_M: Readonly<Record<string, number>> = { city: 20_000, quarter: 3000, street: 3000, record: 300 };
/** Areas come before streets, these before what stands in them. */
const RANK: Readonly<Record<string, number>> = { city: 0, quarter: 0, street: 1, record: 2 };

class Namesake {
  readonly name: string;
  readonly kind: "city" | "quarter" | "street" | "record";
  quarter: string | null;
  #lat = 0;
  #lng = 0;
  #count = 0;
  /** Told by a record of the place itself: what stands in it does not move it. */
  #fixed = false;

  constructor(name: string, kind: Namesake["kind"], quarter: string | null) {
    this.name = name;
    this.kind = kind;
    this.quarter = quarter;
  }

  get at(): Point {
    return { lat: this.#lat / this.#count, lng: this.#lng / this.#count };
  }

  take({ lat, lng }: Point, fixed: boolean): void {
    if (this.#fixed && !fixed) return;
    if (fixed && !this.#fixed) [this.#lat, this.#lng, this.#count, this.#fixed] = [0, 0, 0, true];
    this.#lat += lat;
    this.#lng += lng;
    this.#count++;
  }
}

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  st: "street",
  str: "street",
  rd: "road",
  ave: "avenue",
  av: "avenue",
  sq: "square",
  ln: "lane",
  pl: "place",
  stn: "station",
  centre: "center",
};
const keyOf = (name: string): string =>
  fold(name)
    .split(" ")
    .map((word) => ABBREVIATIONS[word] ?? word)
    .join(" ");

const LEAD = /^(?:(?:near|nearby|close to|next to|around|in|at|by|from|to|the)\s+)+/i;
const ME = new Set(["me", "here", "home", "my place", "my home", "where i am", "my location", "us"]);
const COORDINATES = /^(-?\d{1,9}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,9}(?:\.\d+)?)$/;

export class Gazetteer {
  readonly #names = new Map<string, Namesake[]>();

  get size(): number {
    return this.#names.size;
  }

  /** Takes the names that a record brings: its own and those of where it stands. */
  add({ name, category, at, attributes }: Capability): void {
    const quarter = typeof attributes.quarter === "string" ? attributes.quarter : null;
    if (category === AREA_CATEGORY) {
      this.#take(name, areaKind(attributes.area), at, quarter, true);
      return;
    }
    if (name !== "") this.#take(name, "record", at, quarter, false);
    for (const kind of ["street", "quarter", "city"] as const) {
      const value = attributes[kind];
      if (typeof value === "string") this.#take(value, kind, at, kind === "street" ? quarter : null, false);
    }
  }

  #take(name: string, kind: Namesake["kind"], at: Point, quarter: string | null, fixed: boolean): void {
    const key = keyOf(name);
    if (key === "") return;
    const known = this.#names.get(key);
    if (known === undefined && this.#names.size >= MAX_NAMES) return;
    const all = known ?? [];
    if (known === undefined) this.#names.set(key, all);
    let one = all.find((each) => each.kind === kind && distance_m(each.at, at) <= REACH_M[kind]!);
    if (one === undefined) {
      if (all.length >= MAX_NAMESAKES) return;
      one = new Namesake(name, kind, quarter);
      all.push(one);
    }
    one.quarter ??= quarter;
    one.take(at, fixed);
  }

  /** Faults: `place-unknown` with the nearest names, `place-ambiguous` with the choices, `home-unset`. */
  resolve(phrase: string, home: Point | null): Spot | Fault {
    const plain = phrase
      .trim()
      .replace(LEAD, "")
      .replace(/[.?!]+$/, "");
    const folded = fold(plain);
    if (ME.has(folded))
      return home === null
        ? fault("home-unset", `Where "${phrase}" is has not been set.`)
        : { name: "home", kind: "home", at: home };
    const point = COORDINATES.exec(plain);
    if (point !== null) return pointOf(Number(point[1]), Number(point[2]), plain);
    return this.#within(plain) ?? this.#pick(phrase, this.#candidates(plain));
  }

  /** "Queen Street in Leith", "Queen Street, Leith": the one that is nearest to what stands behind. Null when nothing does. */
  #within(plain: string): Spot | Fault | null {
    if (this.#names.has(keyOf(plain))) return null;
    const [, inner, outer] = /^(.+?)(?:,\s*|\s+in\s+)(.+)$/i.exec(plain) ?? [];
    if (inner === undefined || outer === undefined) return null;
    const around = this.#pick(outer, this.#candidates(outer));
    if (isFault(around)) return around;
    const near = [...this.#candidates(inner)].sort((a, b) => distance_m(a.at, around.at) - distance_m(b.at, around.at));
    return near[0] === undefined ? this.#unknown(inner) : spotOf(near[0]);
  }

  /** The same name; else names that begin with it or hold all its words; else names with few slips. */
  #candidates(text: string): readonly Namesake[] {
    const key = keyOf(text.replace(LEAD, ""));
    if (key === "") return [];
    const same = this.#names.get(key);
    if (same !== undefined) return same;
    const words = key.split(" ");
    const holding: Namesake[] = [];
    const alike: Namesake[] = [];
    let least = slipsFor(key.length);
    for (const [name, all] of this.#names) {
      if (holds(name, words)) holding.push(...all);
      const far = least === 0 ? 1 : slips(key, name, least);
      if (far > least) continue;
      if (far < least) alike.length = 0;
      least = far;
      alike.push(...all);
    }
    return holding.length > 0 ? holding : alike;
  }

  #pick(phrase: string, candidates: readonly Namesake[]): Spot | Fault {
    if (candidates.length === 0) return this.#unknown(phrase);
    const rank = Math.min(...candidates.map(({ kind }) => RANK[kind]!));
    const best = candidates.filter(({ kind }) => RANK[kind] === rank);
    const apart = best.find((each) => distance_m(each.at, best[0]!.at) > SAME_PLACE_M);
    if (apart === undefined) return spotOf(best[0]!);
    const choices = [...new Set(best.map(choiceOf))].slice(0, CHOICES);
    const more = best.length > choices.length ? `, and ${best.length - choices.length} more` : "";
    return fault("place-ambiguous", `"${phrase}" could be ${choices.join("; ")}${more}.`);
  }

  #unknown(phrase: string): Fault {
    const near = nearestWords(keyOf(phrase), this.#names.keys(), CHOICES).map((key) => this.#names.get(key)![0]!.name);
    const hint = near.length === 0 ? "the lattice has no names yet" : `the nearest names are ${near.join(", ")}`;
    return fault("place-unknown", `No place here is called "${phrase}"; ${hint}.`);
  }
}

function areaKind(area: unknown): Namesake["kind"] {
  if (area === "street") return "street";
  return area === "city" || area === "town" ? "city" : "quarter";
}

function pointOf(lat: number, lng: number, name: string): Spot | Fault {
  if (Math.abs(lat) <= 90 && Math.abs(lng) <= 180) return { name, kind: "point", at: { lat, lng } };
  return fault("place-malformed", `Latitude ${lat}, longitude ${lng} is not on the earth.`);
}

const spotOf = ({ name, kind, at }: Namesake): Spot => ({ name, kind, at });

const choiceOf = ({ name, kind, quarter, at }: Namesake): string => {
  const where = quarter ?? `${at.lat.toFixed(4)}, ${at.lng.toFixed(4)}`;
  return kind === "record" || kind === "street" ? `${name} (${where})` : name;
};

function holds(name: string, words: readonly string[]): boolean {
  const own = name.split(" ");
  return own.length > words.length && words.every((word) => own.includes(word));
}
