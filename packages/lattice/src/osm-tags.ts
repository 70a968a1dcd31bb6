/**
 * OpenStreetMap's tags as a capability's kind, attributes, hours and capacity. Only tags that say what can be had are taken: yes and no
 * become booleans, lists become sets, figures numbers; a tag that is absent, or says neither, stays unknown.
 * Tags as the wiki describes them: wiki.openstreetmap.org/wiki/Map_features.
 */
import type { AttributeValue, HoursRule } from "./capability.ts";

export type Tags = Readonly<Record<string, string>>;

export interface Tagged {
  readonly name: string;
  readonly category: string | null;
  readonly attributes: Record<string, AttributeValue>;
  readonly hours: HoursRule | null;
  readonly capacity: Record<string, number>;
}

/** Keys that name a kind, the first one counts. */
const KIND_KEYS = ["amenity", "shop", "leisure", "tourism", "healthcare", "craft", "office"] as const;
/** Kinds of streets, quarters and towns: not capabilities, but places that are near something. */
const AREA_KINDS = new Set([
  ...["city", "town", "village", "hamlet", "suburb", "quarter", "neighbourhood", "borough", "square", "locality"],
  ...["district", "island", "city_block"],
]);
export const AREA_CATEGORY = "place";

const YES = new Set(["yes", "true", "1", "designated", "only", "customers", "required", "recommended"]);
const NO = new Set(["no", "false", "0", "none"]);

/** Tags with an own reading: tag → attribute. */
const BOOLEANS: Readonly<Record<string, string>> = {
  wheelchair: "wheelchair",
  "toilets:wheelchair": "wheelchair_toilet",
  outdoor_seating: "outdoor_seating",
  indoor_seating: "indoor_seating",
  takeaway: "takeaway",
  delivery: "delivery",
  drive_through: "drive_through",
  air_conditioning: "air_conditioning",
  reservation: "reservation",
  toilets: "toilets",
  parking: "parking",
  changing_table: "changing_table",
  highchair: "highchair",
  dog: "dogs",
  smoking: "smoking",
  covered: "covered",
  lit: "lit",
  sauna: "sauna",
  bar: "bar",
  live_music: "live_music",
  "internet_access:fee": "wifi_fee",
  fee: "fee",
  self_service: "self_service",
  kids_area: "kids_area",
  power_supply: "outlets",
  breakfast: "breakfast",
  organic: "organic_food",
  emergency: "emergency",
  dispensing: "dispensing",
  appointment: "appointment",
};
const SETS: Readonly<Record<string, string>> = {
  cuisine: "cuisine",
  sport: "sport",
  "healthcare:speciality": "speciality",
};
const WORDS: Readonly<Record<string, string>> = {
  brand: "brand",
  operator: "operator",
  "addr:street": "street",
  "addr:suburb": "quarter",
  "addr:city": "city",
  "addr:postcode": "postcode",
};
const NUMBERS: Readonly<Record<string, string>> = { stars: "stars", rooms: "rooms", beds: "beds", level: "level" };
/** Tags whose name's second half is a member of a set: `diet:vegan=yes`. */
const MEMBERS: Readonly<Record<string, string>> = {
  diet: "diet",
  payment: "payment",
  socket: "socket",
  service: "service",
};

/** What a place's `capacity` counts. */
const DIMENSIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["restaurant", "cafe", "bar", "pub", "fast_food", "cinema", "theatre"].map((k) => [k, "seats"]),
  ),
  ...Object.fromEntries(["parking", "bicycle_parking", "charging_station"].map((k) => [k, "spaces"])),
};
const MAX_UNITS = 65_535;

/** Null when the tags name nothing that can be had, nor a place. */
export function readTags(tags: Tags): Tagged | null {
  const area = areaOf(tags);
  if (area !== null)
    return { name: tags.name!, category: AREA_CATEGORY, attributes: { area }, hours: null, capacity: {} };
  const key = KIND_KEYS.find((each) => tags[each] !== undefined && !NO.has(tags[each]!));
  if (key === undefined) return null;
  const kind = listOf(tags[key]!)[0] ?? key;
  const category = kind === "yes" ? key : kind;
  return {
    name: tags.name ?? "",
    category,
    attributes: attributesOf(tags, key),
    hours: tags.opening_hours === undefined ? null : { kind: "osm", text: tags.opening_hours },
    capacity: capacityOf(tags, category),
  };
}

function areaOf({ name, place, highway }: Tags): string | null {
  if (name === undefined) return null;
  if (place !== undefined && AREA_KINDS.has(place)) return place;
  return highway !== undefined && highway !== "bus_stop" ? "street" : null;
}

function attributesOf(tags: Tags, key: string): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [tag, text] of Object.entries(tags)) {
    const read = attributeOf(tag, text.trim());
    if (read !== null) put(attributes, ...read);
  }
  const more = listOf(tags[key]!).slice(1);
  if (more.length > 0) attributes.also = more;
  if (tags.opening_hours === "24/7") attributes.always_open = true;
  return attributes;
}

function attributeOf(tag: string, text: string): readonly [string, AttributeValue] | null {
  if (tag === "internet_access") return internet(text);
  const said = YES.has(text) ? true : NO.has(text) ? false : null;
  const colon = tag.indexOf(":");
  const set = colon < 0 ? undefined : MEMBERS[tag.slice(0, colon)];
  if (set !== undefined) return said === true ? [set, [tag.slice(colon + 1)]] : null;
  const boolean = BOOLEANS[tag];
  if (boolean !== undefined) return said === null ? partly(boolean, text) : [boolean, said];
  if (SETS[tag] !== undefined) return [SETS[tag], listOf(text)];
  if (NUMBERS[tag] !== undefined) return Number.isFinite(Number(text)) ? [NUMBERS[tag], Number(text)] : null;
  return WORDS[tag] !== undefined && text !== "" && text.length <= 128 ? [WORDS[tag], text] : null;
}

function internet(text: string): readonly [string, AttributeValue] | null {
  if (NO.has(text)) return ["wifi", false];
  const kinds = listOf(text);
  if (kinds.some((kind) => kind === "wlan" || kind === "wifi" || YES.has(kind))) return ["wifi", true];
  return null;
}

/** Neither yes nor no: seats on a terrace are seats outside; `wheelchair=limited` is no promise. */
function partly(attribute: string, text: string): readonly [string, AttributeValue] | null {
  if (attribute === "outdoor_seating" && text !== "") return [attribute, true];
  if (attribute === "wheelchair" && text === "limited") return ["wheelchair_limited", true];
  return attribute === "smoking" && (text === "outside" || text === "isolated") ? ["smoking", false] : null;
}

function put(attributes: Record<string, AttributeValue>, key: string, value: AttributeValue): void {
  const before = attributes[key];
  attributes[key] = Array.isArray(before) && Array.isArray(value) ? [...new Set([...before, ...value])] : value;
}

const listOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[;,]/)
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  ),
];

function capacityOf({ capacity }: Tags, category: string): Record<string, number> {
  const units = Number(capacity);
  const counted = capacity !== undefined && /^\d+$/.test(capacity) && units >= 1 && units <= MAX_UNITS;
  return counted ? { [DIMENSIONS[category] ?? "units"]: units } : {};
}
