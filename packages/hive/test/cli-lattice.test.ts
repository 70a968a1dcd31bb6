/** `axiom lattice …` as a newcomer types it: the real program, on a home of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLeg } from "../src/cli-lattice-ask.ts";
import { axiom, type RunningDaemon, startDaemon } from "./axiom-bin.ts";

const MANY_RUNS_MS = 600_000;
const FIND = [
  "--what",
  "café",
  "--near",
  "Old Town",
  "--require",
  "wifi",
  "--require",
  "quiet",
  "--at",
  "tomorrow 9am",
];

describe("on a fresh home", () => {
  const home = mkdtempSync(join(tmpdir(), "axiom-cli-lattice-"));
  const env = { AXIOM_LATTICE_TZ: "Europe/London" };
  let daemon: RunningDaemon;
  const run = (...args: string[]) => axiom(home, args, { env });
  const json = async (...args: string[]) => JSON.parse((await run(...args, "--json")).stdout);

  beforeAll(async () => {
    daemon = await startDaemon(home, { ...env, AXIOM_ENGINE_KIND: "none" });
  }, MANY_RUNS_MS);
  afterAll(async () => {
    await daemon.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("demo, then a find that ends verified and that `axiom verify` accepts", { timeout: MANY_RUNS_MS }, async () => {
    const demo = await run("lattice", "demo", "--capabilities", "800");
    expect(demo).toMatchObject({ code: 0, stdout: expect.stringContaining("Doggerhaven: 873 records added") });
    const found = await run("do", "lattice.find", ...FIND, "-o", join(home, "proof.json"));
    expect(found).toMatchObject({ code: 0, stdout: expect.stringContaining("verified proof card") });
    expect(await run("verify", join(home, "proof.json"))).toMatchObject({ code: 0 });
    const table = await run("lattice", "find", ...FIND);
    expect(table).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ +\d+ m {2}.* cafe-\d+ .*open until/m) });
    const unknown = await run("lattice", "find", "--what", "unicorn paddock");
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("what-unknown") });
  });

  it("plans, holds, coordinates, shows the surface", { timeout: MANY_RUNS_MS }, async () => {
    const plan = await run(
      "lattice",
      "plan",
      "--leg",
      "what=café; near=Old Town; from=tomorrow 9am; minutes=45",
      "--leg",
      "what=court; near=Market",
    );
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining("gap 0.00 %") });
    const hold = await json("lattice", "hold", "take", "desk-13", "--at", "tomorrow 9am");
    expect(hold).toMatchObject({ refused: "capability-unknown" });
    const cafe = await json("lattice", "hold", "take", "cafe-1", "--at", "tomorrow noon", "--units", "2");
    expect(cafe).toMatchObject({ state: "held" });
    expect(await json("lattice", "hold", "confirm", `R-${cafe.fence}`)).toMatchObject({ state: "confirmed" });
    expect((await run("lattice", "hold")).stdout).toMatch(/confirmed +2 seats of cafe-1/);
    expect(await json("lattice", "hold", "release", String(cafe.fence))).toMatchObject({ state: "released" });
    const surface = await run(
      "lattice",
      "surface",
      "--near",
      "Old Town",
      "--dimension",
      "seats",
      "--at",
      "tomorrow noon",
    );
    expect(surface.stdout).toMatch(/^cafe-\d+ +[\d+·]+$/m);
    const noon = Date.now() + 20 * 3_600_000;
    const find = {
      place: { from: { lat: 54.72, lng: 2.77 }, radius_m: 5000 },
      where: { attribute: "category", is: "charging_station" },
    };
    const leg = { name: "charge", find, from_ms: noon, until_ms: noon + 7_200_000, minutes: 30, units: 1 };
    const task = { from: { lat: 54.72, lng: 2.77 }, depart_ms: noon, legs: [leg] };
    writeFileSync(join(home, "tasks.json"), JSON.stringify({ tasks: [task, task] }));
    const court = { what: "court", near: "Market", from: "tomorrow 9am" };
    const words = { tasks: [{ name: "Ann", start: "Old Town", legs: [court] }, { legs: [court] }] };
    writeFileSync(join(home, "words.json"), JSON.stringify(words));
    const stated = await run("lattice", "coordinate", join(home, "words.json"));
    expect(stated).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Ann:\n.*\ntask 2:\n.*\ncost .*gap/) });
    writeFileSync(
      join(home, "plan.json"),
      (await run("lattice", "coordinate", join(home, "words.json"), "--json")).stdout,
    );
    const verified = await run("verify", join(home, "plan.json"));
    expect(verified).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/certificate holds: cost \d+ s, no plan below/),
    });
    const coordinated = await run("lattice", "coordinate", join(home, "tasks.json"));
    expect(coordinated).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^task 1: .*\ncost \d+ s, at least \d+ s: gap/m),
    });
  });

  it("tells what was wrong with what was typed, and runs nothing else instead", { timeout: MANY_RUNS_MS }, async () => {
    const wrong = (args: string[], said: string) =>
      run(...args).then((ran) => expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(said) }));
    await wrong(["lattice", "fnd"], 'no command "fnd"; the nearest is find (axiom lattice --help');
    await wrong(["lattice", "coordinate", join(home, "none.json")], "none.json cannot be read (ENOENT)");
    await wrong(
      ["lattice", "surface", "--near", "Old Town", "--dimension", "bananas"],
      "--dimension is one of appointments",
    );
    await wrong(["do", ""], "say what is to be done");
    expect(await run("help")).toMatchObject({ code: 0, stdout: expect.stringContaining("The Capability Lattice:") });
  });

  it("a find says how it read the time, and is a proof card as JSON", { timeout: MANY_RUNS_MS }, async () => {
    const found = await run("lattice", "find", "--what", "café", "--at", "tomorrow");
    expect(found.stdout).toMatch(/^at \d{4}-\d\d-\d\d 12:00 Europe\/London \(no hour was said; noon is taken\):\n/);
    expect(await json("lattice", "find", "--what", "café", "--limit", "1")).toMatchObject({
      card: { tool: "lattice.find", parameters: { what: "café", limit: 1 } },
    });
  });

  it("what waits for approval is shown with its parameters", { timeout: MANY_RUNS_MS }, async () => {
    const waits = await run("do", "lattice.reserve", "--capability", "cafe-1", "--at", "tomorrow noon");
    expect(waits).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/action +lattice\.reserve .*capability="cafe-1"/),
    });
  });

  it("import tells every bad line and keeps the good ones only if asked", { timeout: MANY_RUNS_MS }, async () => {
    const file = join(home, "desks.csv");
    writeFileSync(
      file,
      "id,name,category,lat,lng,quiet,units\nd1,Desk,desk,54.72,2.77,yes,1\nd2,Desk,desk,95,2.77,yes,1\nd3,Desk,desk,54.72,2.77,maybe,1\n",
    );
    const all = await run("lattice", "import", file);
    expect(all).toMatchObject({ code: 1, stdout: "3 read, 0 added, 0 replaced, 0 passed over, 2 bad\n" });
    expect(all.stderr).toMatch(
      /line 3: at\.lat: must be at most 90, not 95\.\n.*line 4: attributes\.quiet.*\n.*--keep-good/s,
    );
    expect(await json("lattice", "import", file, "--keep-good")).toMatchObject({
      added: 1,
      bad: 2,
      faults: [{ refused: "capability-malformed" }, { refused: "attribute-mismatch" }],
    });
    expect(await run("lattice", "import", join(home, "none.csv"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("path-not-found"),
    });
    expect(await run("lattice", "import", join(home, "proof"))).toMatchObject({ code: 1 });
    expect(await json("lattice", "show")).toMatchObject({ ready: true, engine: "embedded" });
  });
});

it("a leg as it is typed", () => {
  expect(readLeg("what=café; near=Old Town; radius-km=1.5; require=wifi, quiet; from=9am; minutes=45")).toEqual({
    ...{ what: "café", near: "Old Town", radius_km: 1.5, require: ["wifi", "quiet"], from: "9am", minutes: 45 },
  });
  expect(() => readLeg("what=x; minutes=soon")).toThrow("minutes of a leg is a number above 0");
  expect(() => readLeg("near=x")).toThrow("what=");
  expect(() => readLeg("what=x; colour=red")).toThrow("colour=red");
});
