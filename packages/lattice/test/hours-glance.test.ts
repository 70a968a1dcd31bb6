import { expect, it } from "vitest";
import { HoursGlance } from "../src/index.ts";
import { nodeInZone } from "../src/zone-node.ts";

/** Saturday 21 November 2026, 10:00 in London. */
const AT = Date.UTC(2026, 10, 21, 10);
const LONDON = { lat: 51.5, lng: -0.1 };
const at = (text: string | null, tz = "Europe/London") =>
  new HoursGlance(AT, nodeInZone).of({ hours: text === null ? null : { kind: "osm", text }, tz, at: LONDON });

it.each([
  ["Mo-Su 08:00-18:00", "open", Date.UTC(2026, 10, 21, 18)],
  ["Mo-Fr 08:00-18:00", "closed", Date.UTC(2026, 10, 23, 8)],
  ["Sa 22:00-02:00", "closed", Date.UTC(2026, 10, 21, 22)],
  ["Fr-Sa 08:00-03:00", "open", Date.UTC(2026, 10, 22, 3)],
  ["24/7", "open", null],
  ["off", "closed", null],
  ["rubbish", "unknown", null],
  [null, "unknown", null],
] as const)("%s is %s", (text, state, changes_ms) => expect(at(text)).toEqual({ state, changes_ms }));

it("reads hours on the wall of their own zone", () =>
  expect(at("Mo-Su 08:00-18:00", "America/New_York")).toEqual({
    state: "closed",
    changes_ms: Date.UTC(2026, 10, 21, 13),
  }));
