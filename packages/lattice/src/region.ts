/** Hours that go by the sun go by it where the place is, not where the one who asks lives. */
import type { nominatim_object } from "opening_hours";
import type { HoursRule } from "./capability.ts";
import type { Point } from "./geodesy.ts";

/** Where public holidays and sun times are taken from: the library's `nominatim_object`. */
export type Region = nominatim_object;

const SUN = /\b(?:sunrise|sunset|dawn|dusk)\b/i;
/** Tenths of a degree: within one the sun rises at most some 15 seconds apart, and places share what is compiled. */
const CELLS_A_DEGREE = 10;
/** Whose holidays the library takes when no country is named. */
const NOBODYS = { country_code: "de", state: "Baden-Württemberg" };

/** The middle of a place's cell where its hours go by the sun; null where they do not. */
export function sunCell(rule: HoursRule, at: Point | undefined): Point | null {
  if (at === undefined || rule.kind !== "osm" || !SUN.test(rule.text)) return null;
  const middle = (degrees: number): number => Math.round(degrees * CELLS_A_DEGREE) / CELLS_A_DEGREE;
  return { lat: middle(at.lat), lng: middle(at.lng) };
}

/** The region with the sun of a cell, its holidays as they are. The library wants coordinates as texts. */
export function regionAt(region: Region | null, cell: Point | null): Region | null {
  if (cell === null) return region;
  const { address = NOBODYS } = (region ?? {}) as { readonly address?: object };
  return { lat: String(cell.lat), lon: String(cell.lng), address } as unknown as Region;
}
