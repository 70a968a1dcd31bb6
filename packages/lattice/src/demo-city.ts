/**
 * A made-up city to try things in: Doggerhaven, on a bank of the North Sea where there is none. Everything follows from the seed: the same
 * seed is the same city, on every machine.
 */
import type { AttributeValue, Capability } from "./capability.ts";
import { KINDS } from "./demo-kinds.ts";
import { type Kind, NAMES, QUARTERS, STREETS } from "./demo-words.ts";
import { type Fault, fault } from "./fault.ts";
import type { Point } from "./geodesy.ts";
import { AREA_CATEGORY } from "./osm-tags.ts";

export const DEMO_SEED = 1;
export const DEMO_CAPABILITIES = 5000;
export const DEMO_CITY = "Doggerhaven";
/** The middle of the city: the square before its town hall. */
export const DEMO_CENTER: Point = { lat: 54.72, lng: 2.77 };
export const DEMO_TZ = "Europe/London";
const METRES_OF_LATITUDE = 111_320;

export interface DemoCity {
  readonly seed?: number | undefined;
  readonly capabilities?: number | undefined;
}

/** Quarters, streets and capabilities. Faults: `city-malformed`. */
export function demoCity({ seed = DEMO_SEED, capabilities = DEMO_CAPABILITIES }: DemoCity = {}): Capability[] | Fault {
  const sound = Number.isInteger(seed) && seed >= 0 && seed <= 0xffff_ffff;
  if (!sound || !(Number.isInteger(capabilities) && capabilities >= 100 && capabilities <= 200_000))
    return fault("city-malformed", `A city of ${capabilities} capabilities from the seed ${seed} is not made.`);
  const dice = new Dice(seed);
  const quarters = QUARTERS.map(
    (quarter): Quarter => ({ ...quarter, at: offset(DEMO_CENTER, quarter.east_m, quarter.north_m) }),
  );
  const streets = STREETS.map((name, i) => makeStreet(dice, name, quarters[i % quarters.length]!));
  const shares = KINDS.map(({ share }) => share);
  const made = Array.from({ length: capabilities }, (_, i) => {
    // One of each kind comes first, so that no directive is at the mercy of the seed.
    const kind = KINDS[i < KINDS.length ? i : dice.weighted(shares)]!;
    return makeCapability(dice, kind, i, streets);
  });
  return [...areas(quarters, streets), ...made];
}

interface Quarter {
  readonly name: string;
  readonly at: Point;
  readonly radius_m: number;
}

interface Street {
  readonly name: string;
  readonly quarter: Quarter;
  readonly from: Point;
  readonly until: Point;
}

/** Mulberry32, with what is drawn from it. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!;
  }

  weighted(shares: readonly number[]): number {
    let left = this.next() * shares.reduce((sum, share) => sum + share, 0);
    return Math.max(
      0,
      shares.findIndex((share) => {
        left -= share;
        return left < 0;
      }),
    );
  }

  /** About normal, −3…3. */
  around(): number {
    return (this.next() + this.next() + this.next() - 1.5) * 2;
  }
}

const rounded = (degrees: number): number => Math.round(degrees * 1e7) / 1e7;

/** A point so many metres away. */
export function offset({ lat, lng }: Point, east_m: number, north_m: number): Point {
  const metres = METRES_OF_LATITUDE * Math.cos((lat * Math.PI) / 180);
  return { lat: rounded(lat + north_m / METRES_OF_LATITUDE), lng: rounded(lng + east_m / metres) };
}

function makeStreet(dice: Dice, name: string, quarter: Quarter): Street {
  const middle = offset(quarter.at, (dice.around() * quarter.radius_m) / 2, (dice.around() * quarter.radius_m) / 2);
  const [angle, half_m] = [dice.next() * Math.PI, 150 + dice.next() * 350];
  const [east, north] = [Math.cos(angle) * half_m, Math.sin(angle) * half_m];
  return { name, quarter, from: offset(middle, -east, -north), until: offset(middle, east, north) };
}

function areas(quarters: readonly Quarter[], streets: readonly Street[]): Capability[] {
  const area = (
    id: string,
    name: string,
    at: Point,
    area: string,
    more: Record<string, AttributeValue> = {},
  ): Capability => ({
    ...{ id, name, category: AREA_CATEGORY, at, tz: DEMO_TZ, attributes: { area, ...more } },
    ...{ hours: null, capacity: {} },
  });
  return [
    area("demo/city", DEMO_CITY, DEMO_CENTER, "city"),
    ...quarters.map(({ name, at }, i) => area(`demo/quarter-${i + 1}`, name, at, "quarter")),
    ...streets.map(({ name, quarter, from, until }, i) =>
      area(
        `demo/street-${i + 1}`,
        name,
        { lat: rounded((from.lat + until.lat) / 2), lng: rounded((from.lng + until.lng) / 2) },
        "street",
        { quarter: quarter.name },
      ),
    ),
  ];
}

function makeCapability(dice: Dice, kind: Kind, i: number, streets: readonly Street[]): Capability {
  const street = dice.of(streets);
  const along = dice.next();
  const { from, until } = street;
  const corner = { lat: from.lat + (until.lat - from.lat) * along, lng: from.lng + (until.lng - from.lng) * along };
  const number = i + 1;
  return {
    id: `${kind.prefix}-${number}`,
    name: nameOf(dice, kind, street, number),
    category: kind.category,
    at: offset(corner, dice.around() * 15, dice.around() * 15),
    tz: DEMO_TZ,
    attributes: { ...attributesOf(dice, kind), street: street.name, quarter: street.quarter.name, city: DEMO_CITY },
    hours: kind.hours.length === 0 || dice.next() < 0.04 ? null : { kind: "osm", text: dice.of(kind.hours) },
    capacity: { [kind.dimension]: kind.least + dice.below(kind.most - kind.least + 1) },
  };
}

function nameOf(dice: Dice, kind: Kind, street: Street, number: number): string {
  const pattern = dice.of(kind.names);
  return pattern
    .replace("{name}", dice.of(NAMES))
    .replace("{street}", street.name)
    .replace("{quarter}", street.quarter.name)
    .replace("{number}", String(number));
}

/** Some are known to be so, some not to be so, and of some nothing is known. */
function attributesOf(dice: Dice, { flags, sets, numbers }: Kind): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [key, share] of Object.entries(flags)) {
    const known = dice.next() < 0.85;
    const yes = dice.next() < share;
    if (known) attributes[key] = yes;
  }
  for (const [key, words] of Object.entries(sets)) {
    const count = 1 + dice.below(Math.min(2, words.length));
    const chosen = new Set(Array.from({ length: count }, () => dice.of(words)));
    if (dice.next() < 0.9) attributes[key] = [...chosen];
  }
  for (const [key, values] of Object.entries(numbers)) {
    const value = dice.of(values);
    if (dice.next() < 0.9) attributes[key] = value;
  }
  return attributes;
}
