/** Where to look: within a radius of a point, or inside a polygon. */
import { z } from "zod";
import { type Fault, fault, isFault } from "./fault.ts";
import { type Ecef, geodesic_m, LONGEST_GEODESIC_M, type Point, toEcef, toPoint } from "./geodesy.ts";

export const MAX_POLYGON_CORNERS = 10_000;

/** `from` is the point that distances are taken from; a polygon has one by default in the middle of its extent. */
export type Place =
  | { readonly from: Point; readonly radius_m?: number | undefined }
  | { readonly polygon: readonly Point[]; readonly from?: Point | undefined };

const degrees = { lat: z.number(), lng: z.number() };
export const PlaceShape: z.ZodType<Place> = z.union([
  z.strictObject({ from: z.strictObject(degrees), radius_m: z.number().optional() }),
  z.strictObject({
    polygon: z.array(z.strictObject(degrees)).max(MAX_POLYGON_CORNERS),
    from: z.strictObject(degrees).optional(),
  }),
]);

/** A place made ready: a centre, a radius that covers all of it, and the test that decides for one point (null: the radius decides alone). */
export interface Area {
  readonly center: Ecef;
  readonly radius_m: number;
  readonly holds: ((x: number, y: number, z: number) => boolean) | null;
}

export function readPlace(place: Place): Area | Fault {
  if (!("polygon" in place)) return circle(place.from, place.radius_m ?? LONGEST_GEODESIC_M);
  const { polygon } = place;
  for (const [i, corner] of polygon.entries()) {
    const wrong = checkPoint(corner, `place.polygon[${i}]`);
    if (wrong !== null) return wrong;
  }
  if (polygon.length < 3)
    return fault("place-malformed", `A polygon has at least 3 corners, not ${polygon.length}.`, "place.polygon");
  return insidePolygon(polygon, place.from);
}

function checkPoint({ lat, lng }: Point, at: string): Fault | null {
  if (lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180) return null;
  return fault("place-malformed", `Latitude ${lat}, longitude ${lng} is not on the earth.`, at);
}

function circle(from: Point, radius_m: number): Area | Fault {
  const wrong = checkPoint(from, "place.from");
  if (wrong !== null) return wrong;
  if (!(radius_m > 0 && radius_m <= LONGEST_GEODESIC_M)) {
    return fault("radius-empty", `A radius of ${radius_m} m holds nothing, or more than the earth.`, "place.radius_m");
  }
  return { center: toEcef(from), radius_m, holds: null };
}

function insidePolygon(polygon: readonly Point[], from: Point | undefined): Area | Fault {
  const lats = polygon.map((corner) => corner.lat);
  const lngs = polygon.map((corner) => corner.lng);
  const [south, north, west, east] = [least(lats), greatest(lats), least(lngs), greatest(lngs)];
  const middle = { lat: (south + north) / 2, lng: (west + east) / 2 };
  const area = circle(from ?? middle, LONGEST_GEODESIC_M);
  if (isFault(area)) return area;
  const reach = extent_m(south, north, west, east) + geodesic_m(...area.center, ...toEcef(middle));
  return {
    center: area.center,
    radius_m: Math.min(reach, LONGEST_GEODESIC_M),
    holds: (x, y, z) => isInside(polygon, toPoint(x, y, z)),
  };
}

const least = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b));
const greatest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b));

/** No way from the middle of a rectangle of degrees to any point of it is longer: half along a meridian, half along the widest parallel. */
function extent_m(south: number, north: number, west: number, east: number): number {
  const steepest = 6_400_000; // above the ellipsoid's greatest radius of curvature
  const widest = south <= 0 && north >= 0 ? 1 : Math.cos((Math.min(Math.abs(south), Math.abs(north)) * Math.PI) / 180);
  return ((steepest * Math.PI) / 360) * (north - south + (east - west) * widest);
}

/** Even-odd rule on the plane of degrees (edges are straight there, as in GeoJSON, RFC 7946 §3.1.1). A point on the lower or left edge is inside. */
function isInside(polygon: readonly Point[], { lat, lng }: Point): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const a = polygon[i]!;
    const b = polygon[j]!;
    if (a.lat > lat !== b.lat > lat && lng < a.lng + ((lat - a.lat) * (b.lng - a.lng)) / (b.lat - a.lat))
      inside = !inside;
  }
  return inside;
}
