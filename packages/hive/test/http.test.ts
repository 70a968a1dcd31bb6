import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { refuse } from "lop";
import { describe, expect, it } from "vitest";
import { ROUTES } from "../src/http.ts";
import { preferredWait } from "../src/http-directives.ts";
import { BODY_MAX_BYTES } from "../src/http-guards.ts";
import { freshBench, freshHome, must } from "./http-world.ts";

const CARD = { card: { tool: "exec.run", parameters: { language: "javascript", code: "6*7" } } };
const ID = "12".repeat(32);

describe("directives", () => {
  it("answers 202 at once, and 200 when it ended while the request waited", async () => {
    const { ask } = await freshBench();
    const waited = await ask("POST", "/v1/directives", CARD, { Prefer: "wait=5" });
    expect(waited.status).toBe(200);
    expect(waited.headers.get("Preference-Applied")).toBe("wait=5");
    const view = (await waited.json()) as { id: string; state: string };
    expect(view.state).toBe("done");
    expect(waited.headers.get("Location")).toBe(`/v1/directives/${view.id}`);

    const { ask: askSlow, hive } = await freshBench();
    hive.endsAtOnce = false;
    const atOnce = await askSlow("POST", "/v1/directives", CARD);
    expect(atOnce.status).toBe(202);
    expect(((await atOnce.json()) as { state: string }).state).toBe("running");
    expect((await askSlow("POST", "/v1/directives", CARD, { Prefer: "wait=1" })).status).toBe(202);
  });

  it("lists, shows, decides and hands out the proof's exact bytes", async () => {
    const { ask, hive } = await freshBench();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const answer = await ask("POST", "/v1/directives", CARD, { Prefer: "wait=5" });
      ids.unshift(((await answer.json()) as { id: string }).id);
    }
    const page = (await (await ask("GET", `/v1/directives?limit=2&before=${ids[0]}`)).json()) as {
      directives: { id: string }[];
    };
    expect(page.directives.map(({ id }) => id)).toEqual(ids.slice(1));
    expect((await ask("GET", `/v1/directives/${ids[0]}`)).status).toBe(200);
    expect((await ask("POST", `/v1/directives/${ids[0]}/approve`)).status).toBe(204);
    expect((await ask("POST", `/v1/directives/${ids[0]}/refuse`, { why: "no" })).status).toBe(204);
    expect((await ask("POST", `/v1/directives/${ids[0]}/cancel`, {})).status).toBe(204);
    expect(hive.calls).toEqual([`approve ${ids[0]}`, `refuse ${ids[0]} no`, `cancel ${ids[0]}`]);
    expect(await (await ask("GET", `/v1/directives/${ids[0]}/proof`)).text()).toBe(`{"proof of": "${ids[0]}"}\n`);
  });

  it.each([
    ["wait=5", 5],
    ["respond-async, wait=7", 7],
    ['wait="9"', 9],
    ["wait=999", 120],
    ["wait=-1", 0],
    ["await=5", 0],
    ["", 0],
  ])("reads Prefer: %s as %d s", (header, seconds) => {
    expect(preferredWait(header, 120)).toBe(seconds);
  });
});

describe("bad input", () => {
  const packet = { payloadType: "x", payload: "", signatures: [] };
  it.each<[string, string, string, unknown, Record<string, string>, number, string]>([
    ["no key", "GET", "/v1/status", undefined, { Authorization: "" }, 401, "unauthorized"],
    ["wrong key", "GET", "/v1/status", undefined, { Authorization: "Bearer axiom_wrong" }, 401, "unauthorized"],
    ["basic auth", "GET", "/v1/status", undefined, { Authorization: "Basic YTpi" }, 401, "unauthorized"],
    ["foreign host", "GET", "/v1/status", undefined, { Host: "evil.example" }, 421, "host-refused"],
    ["foreign host, open route", "GET", "/healthz", undefined, { Host: "evil.example:4180" }, 421, "host-refused"],
    ["host that looks local", "GET", "/healthz", undefined, { Host: "127.0.0.1.evil.example" }, 421, "host-refused"],
    [
      "foreign origin",
      "POST",
      "/v1/lock",
      {},
      { Host: "127.0.0.1:4180", Origin: "https://evil.example" },
      403,
      "origin-refused",
    ],
    ["sandboxed origin", "POST", "/v1/lock", {}, { Origin: "null" }, 403, "origin-refused"],
    ["nothing there", "GET", "/v1/nothing", undefined, {}, 404, "route-unknown"],
    ["wrong method", "DELETE", "/v1/directives", undefined, {}, 405, "method-not-allowed"],
    ["wrong method below", "PUT", `/v1/directives/${ID}/approve`, {}, {}, 405, "method-not-allowed"],
    ["no body", "POST", "/v1/directives", undefined, {}, 415, "media-type-refused"],
    [
      "form body",
      "POST",
      "/v1/directives",
      "a=b",
      { "Content-Type": "application/x-www-form-urlencoded" },
      415,
      "media-type-refused",
    ],
    ["text body", "POST", "/v1/directives", "{}", { "Content-Type": "text/plain" }, 415, "media-type-refused"],
    ["half a body", "POST", "/v1/directives", '{"words": "x', {}, 400, "request-malformed"],
    ["duplicate key", "POST", "/v1/directives", '{"words":"a","words":"b"}', {}, 400, "request-malformed"],
    [
      "deep body",
      "POST",
      "/v1/directives",
      `{"words":${"[".repeat(40)}${"]".repeat(40)}}`,
      {},
      400,
      "request-malformed",
    ],
    ["not UTF-8", "POST", "/v1/directives", "\ud800", {}, 400, "request-malformed"],
    ["unknown field", "POST", "/v1/directives", { words: "x", colour: 1 }, {}, 400, "request-malformed"],
    ["both forms", "POST", "/v1/directives", { words: "x", ...CARD }, {}, 400, "request-malformed"],
    ["empty words", "POST", "/v1/directives", { words: "" }, {}, 400, "request-malformed"],
    ["long words", "POST", "/v1/directives", { words: "x".repeat(8193) }, {}, 400, "request-malformed"],
    ["unknown rung", "POST", "/v1/directives", { words: "x", rung: "moon" }, {}, 400, "request-malformed"],
    ["packet without signature", "POST", "/v1/directives", { packet }, {}, 400, "request-malformed"],
    ["too long", "POST", "/v1/directives", { words: "x".repeat(BODY_MAX_BYTES) }, {}, 413, "request-too-large"],
    ["bad idempotency key", "POST", "/v1/directives", CARD, { "Idempotency-Key": "a b" }, 400, "request-malformed"],
    [
      "long idempotency key",
      "POST",
      "/v1/directives",
      CARD,
      { "Idempotency-Key": "a".repeat(129) },
      400,
      "request-malformed",
    ],
    ["bad limit", "GET", "/v1/directives?limit=0", undefined, {}, 400, "request-malformed"],
    ["unknown query", "GET", "/v1/directives?limt=3", undefined, {}, 400, "request-malformed"],
    ["double query", "GET", "/v1/directives?limit=3&limit=4", undefined, {}, 400, "request-malformed"],
    ["bad before", "GET", "/v1/directives?before=x", undefined, {}, 400, "request-malformed"],
    ["unknown directive", "GET", `/v1/directives/${ID}`, undefined, {}, 404, "directive-unknown"],
    ["unknown directive's events", "GET", `/v1/directives/${ID}/events`, undefined, {}, 404, "directive-unknown"],
    [
      "unknown directive's proof",
      "GET",
      "/v1/directives/..%2f..%2fkeys/proof",
      undefined,
      {},
      404,
      "directive-unknown",
    ],
    ["bad Last-Event-ID", "GET", "/v1/events", undefined, { "Last-Event-ID": "x" }, 400, "request-malformed"],
    ["freeze without why", "POST", "/v1/freeze", {}, {}, 400, "request-malformed"],
    ["unlocked twice", "POST", "/v1/unlock", { passphrase: "open sesame" }, {}, 409, "already-unlocked"],
    ["tile out of the folder", "GET", "/v1/ledger/tile/../../keys/api", undefined, {}, 404, "route-unknown"],
    ["tile with dots", "GET", "/v1/ledger/tile/0/..%2f..%2fkeys", undefined, {}, 404, "entry-unknown"],
    ["file of the HUD that is not there", "GET", "/../../etc/passwd", undefined, {}, 404, "route-unknown"],
  ])("%s", async (_, method, path, body, headers, status, code) => {
    const { ask } = await freshBench();
    const answer = await ask(method, path, body, headers);
    const refused = (await answer.json()) as { refused: string; why: string; fix: string };
    expect([answer.status, refused.refused]).toEqual([status, code]);
    expect(refused.why.length * refused.fix.length).toBeGreaterThan(0);
  });

  it("names the methods that fit, and asks for a key", async () => {
    const { ask } = await freshBench();
    expect((await ask("DELETE", "/v1/directives")).headers.get("Allow")).toBe("POST, GET, HEAD");
    expect((await ask("GET", "/v1/status", undefined, { Authorization: "" })).headers.get("WWW-Authenticate")).toBe(
      "Bearer",
    );
  });

  it("refuses a body that grows beyond the limit without having said its length", async () => {
    const { app, key } = await freshBench();
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode("x".repeat(65_536))),
    });
    const answer = await app.request("http://localhost/v1/directives", {
      method: "POST",
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      body,
      duplex: "half",
    } as RequestInit);
    expect(answer.status).toBe(413);
  });

  it("hands on what the hive refuses, with the table's status", async () => {
    const { ask, hive } = await freshBench();
    hive.refuseNext = refuse("hive-frozen", "Frozen by the operator.");
    const answer = await ask("POST", "/v1/directives", CARD);
    expect(answer.status).toBe(503);
    expect(((await answer.json()) as { refused: string }).refused).toBe("hive-frozen");
    hive.refuseNext = refuse("too-many-directives", "Full.");
    const full = await ask("POST", "/v1/directives", CARD);
    expect([full.status, full.headers.get("Retry-After")]).toEqual([429, "1"]);
  });

  it("takes no directive while stopping", async () => {
    const { ask, world } = await freshBench();
    world.stop = true;
    expect((await ask("POST", "/v1/directives", CARD)).status).toBe(503);
    expect((await ask("GET", "/readyz")).status).toBe(503);
    expect((await ask("GET", "/healthz")).status).toBe(200);
  });
});

describe("scopes", () => {
  it.each([
    ["read", "GET", "/v1/status", 200],
    ["read", "POST", "/v1/directives", 403],
    ["read", "POST", "/v1/lock", 403],
    ["operate", "POST", "/v1/directives", 202],
    ["operate", "POST", "/v1/lock", 204],
    ["operate", "POST", "/v1/unlock", 403],
    ["operate", "POST", "/v1/resume", 403],
    ["admin", "POST", "/v1/resume", 204],
  ] as const)("%s: %s %s → %d", async (scope, method, path, status) => {
    const { app, world, hive } = await freshBench();
    hive.endsAtOnce = false;
    const { key } = must(world.keys.add("visitor", scope, "2026-01-01T00:00:00.000Z"));
    const body = path === "/v1/directives" ? CARD : path === "/v1/unlock" ? { passphrase: null } : {};
    const answer = await app.request(`http://localhost${path}`, {
      method,
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      ...(method === "POST" ? { body: JSON.stringify(body) } : {}),
    });
    expect(answer.status).toBe(status);
  });

  it("every route under /v1 wants a key", async () => {
    const { app } = await freshBench();
    for (const row of ROUTES.filter(({ path }) => path.startsWith("/v1"))) {
      const answer = await app.request(`http://localhost${row.path.replaceAll(/\{\w+\}/g, ID)}`, {
        method: row.method.toUpperCase(),
      });
      expect([row.path, answer.status]).toEqual([row.path, 401]);
    }
  });
});

describe("the hive's own routes", () => {
  it("locks, unlocks, freezes, resumes", async () => {
    const { ask } = await freshBench();
    const status = async () =>
      (await (await ask("GET", "/v1/status")).json()) as { unlocked: boolean; frozen: object | null };
    await ask("POST", "/v1/lock");
    expect((await status()).unlocked).toBe(false);
    expect((await ask("POST", "/v1/directives", CARD)).status).toBe(423);
    expect((await ask("POST", "/v1/unlock", { passphrase: "wrong" })).status).toBe(401);
    expect((await ask("POST", "/v1/unlock", { passphrase: "open sesame" })).status).toBe(204);
    expect((await ask("POST", "/v1/freeze", { why: "drill" })).status).toBe(204);
    expect((await status()).frozen).toEqual({ why: "drill", since: "2026-01-02T03:04:05.678Z" });
    expect((await ask("GET", "/readyz")).status).toBe(503);
    expect((await ask("POST", "/v1/resume")).status).toBe(204);
    expect((await ask("GET", "/readyz")).status).toBe(200);
  });

  it("serves checkpoint, tiles, policies, permits, keys and tools", async () => {
    const { ask } = await freshBench();
    expect(await (await ask("GET", "/v1/ledger/checkpoint")).text()).toMatch(/^axiom-hive\/abababab\n7\n/);
    expect((await (await ask("GET", "/v1/ledger/tile/0/000.p/7")).arrayBuffer()).byteLength).toBe(224);
    for (const path of ["policies", "permits", "keys", "tools"])
      expect((await ask("GET", `/v1/${path}`)).status).toBe(200);
  });

  it("serves the needles, and what each remembers", async () => {
    const { ask } = await freshBench();
    const page = (await (await ask("GET", "/v1/needles")).json()) as { needles: { id: string }[] };
    expect(page.needles.map(({ id }) => id)).toEqual(["guard"]);
    expect(await (await ask("GET", "/v1/needles/guard")).json()).toMatchObject({ memory: { bytes: 8 }, start: null });
    expect((await ask("GET", "/v1/needles/nobody")).status).toBe(404);
  });
});

describe("headers and files", () => {
  it("sets the security headers on every kind of answer and allows no other site", async () => {
    const { ask } = await freshBench();
    for (const path of ["/", "/healthz", "/v1/status", "/v1/nothing", "/openapi.json"]) {
      const { headers } = await ask("GET", path, undefined, {
        Host: "127.0.0.1:4180",
        Origin: "http://127.0.0.1:4180",
      });
      expect(headers.get("Content-Security-Policy")).toContain("default-src 'none'");
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.get("Access-Control-Allow-Origin")).toBeNull();
    }
    expect(
      (await ask("OPTIONS", "/v1/directives", undefined, { "Access-Control-Request-Method": "POST" })).status,
    ).toBe(405);
  });

  it("says how to build the HUD when it is not there, and serves it when it is", async () => {
    const hud = join(freshHome(), "dist");
    const { ask } = await freshBench({ hud });
    const absent = await ask("GET", "/", undefined, { Accept: "text/html" });
    expect([absent.status, await absent.text()]).toEqual([404, expect.stringContaining("npm run build -w prism")]);
    mkdirSync(join(hud, "assets"), { recursive: true });
    writeFileSync(join(hud, "index.html"), "<!doctype html>");
    writeFileSync(join(hud, "assets", "a.js"), "1");
    writeFileSync(join(hud, ".stamp"), "x");
    const page = await ask("GET", "/", undefined, { Authorization: "" });
    expect([page.headers.get("Content-Type"), await page.text()]).toEqual([
      "text/html; charset=utf-8",
      "<!doctype html>",
    ]);
    expect((await ask("GET", "/assets/a.js")).headers.get("Cache-Control")).toContain("immutable");
    expect((await ask("GET", "/.stamp")).status).toBe(404);
    // Built anew while the daemon runs: the page and what it asks for.
    writeFileSync(join(hud, "assets", "b.js"), "2");
    expect((await ask("GET", "/")).status).toBe(200);
    expect((await ask("GET", "/assets/b.js")).status).toBe(200);
  });

  it("keeps keys out of what it writes", async () => {
    const { home, key } = await freshBench();
    expect(readFileSync(join(home, "keys", "api"), "utf8").trim()).toBe(key);
  });
});
