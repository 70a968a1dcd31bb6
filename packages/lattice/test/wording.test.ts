import { describe, expect, it } from "vitest";
import { z } from "zod";
import { complaintText, readShape } from "../src/wording.ts";

const Point = z.strictObject({ lat: z.number().min(-90).max(90), lng: z.number() });
const Shape = z.strictObject({
  limit: z.int().min(1).max(10).optional(),
  name: z.string().min(1).max(4).optional(),
  tags: z.array(z.string()).min(1).max(2).optional(),
  kind: z.enum(["distance", "travel", "price"]).optional(),
  place: z
    .union([
      z.strictObject({ from: Point, radius_m: z.number().optional() }),
      z.strictObject({ polygon: z.array(Point) }),
    ])
    .optional(),
  share: z.number().positive().optional(),
});

const told = (value: unknown): string => {
  const read = readShape(Shape, value);
  return "data" in read ? "fine" : complaintText(read, "the query");
};

describe("what is wrong is told in our words", () => {
  it.each<[unknown, string]>([
    [{}, "fine"],
    [7, "the query: must be an object, not 7."],
    [{ limit: 0 }, "limit: must be at least 1, not 0."],
    [{ limit: 11 }, "limit: must be at most 10, not 11."],
    [{ limit: 1.5 }, "limit: must be a whole number, not 1.5."],
    [{ limit: "x" }, 'limit: must be a number, not "x".'],
    [{ name: "" }, "name: must have at least 1 character, not 0."],
    [{ name: "abcde" }, "name: must have at most 4 characters, not 5."],
    [{ tags: [] }, "tags: must have at least 1 entry, not 0."],
    [{ tags: [1] }, "tags.0: must be a text, not 1."],
    [{ kind: "beauty" }, 'kind: must be "distance", "travel" or "price", not "beauty".'],
    [{ share: 0 }, "share: must be more than 0, not 0."],
    [{ colour: 1, size: 2 }, 'the query: has no field "colour" or "size".'],
    [{ place: { from: { lat: 91, lng: 0 } } }, "place.from.lat: must be at most 90, not 91."],
    [{ place: { from: { lat: 1 } } }, "place.from.lng: is missing."],
    [{ place: { from: { lat: 1, lng: 2 }, radius: 5 } }, 'place: has no field "radius".'],
    [{ place: 5 }, "place: has none of the forms that it can have: 5."],
    [{ name: { long: "x".repeat(60) } }, `name: must be a text, not {"long":"${"x".repeat(30)}….`],
  ])("%j", (value, words) => {
    expect(told(value)).toBe(words);
  });
});
