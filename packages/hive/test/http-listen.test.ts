import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { SocketTransport } from "../src/client-socket.ts";
import { Config } from "../src/config.ts";
import { BODY_MAX_BYTES } from "../src/http-guards.ts";
import { HEADERS_MAX_BYTES, listen } from "../src/http-listen.ts";
import { freshBench, must } from "./http-world.ts";

const run = promisify(execFile);

const settings = (changed: Partial<Config["http"]> = {}): Config["http"] => ({
  ...Config.parse({}).http,
  port: 0,
  ...changed,
});

async function serving(changed: Partial<Config["http"]> = {}) {
  const bench = await freshBench();
  const listener = must(await listen(settings(changed), (request, bindings) => bench.app.fetch(request, bindings)));
  return { ...bench, listener, [Symbol.asyncDispose]: () => listener.close(100) };
}

/** One raw exchange, as a hostile client would write it. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (data) => {
      answer += data.toString("latin1");
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", () => resolve(answer));
  });
}

describe("the socket", () => {
  it("serves on loopback, metrics without a key", async () => {
    await using at = await serving();
    expect(at.listener.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${at.listener.url}/metrics`)).status).toBe(200);
    expect((await fetch(`${at.listener.url}/v1/status`)).status).toBe(401);
    const answer = await fetch(`${at.listener.url}/v1/status`, { headers: { Authorization: `Bearer ${at.key}` } });
    expect(answer.status).toBe(200);
  });

  it("refuses a taken port, a foreign address, and a wide one without TLS", async () => {
    await using at = await serving();
    expect(await listen(settings({ port: at.listener.port }), () => new Response())).toMatchObject({
      refused: "port-taken",
    });
    expect(await listen(settings({ bind: "0.0.0.0" }), () => new Response())).toMatchObject({
      refused: "bind-refused",
    });
    expect(await listen(settings({ bind: "::" }), () => new Response())).toMatchObject({ refused: "bind-refused" });
    expect(await listen(settings({ tls_cert: "/nowhere", tls_key: null }), () => new Response())).toMatchObject({
      refused: "bind-refused",
    });
    expect(await listen(settings({ tls_cert: "/nowhere", tls_key: "/nowhere" }), () => new Response())).toMatchObject({
      refused: "bind-refused",
      why: expect.stringContaining("ENOENT"),
    });
  });

  it("listens wider with TLS, then for the names that are set", async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "axiom-tls-"));
    const [tls_key, tls_cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const made = spawnSync("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      tls_key,
      "-out",
      tls_cert,
      "-days",
      "1",
      "-subj",
      "/CN=hive.test",
    ]);
    if (made.error !== undefined) context.skip("needs openssl (apt install openssl)");
    await using at = await serving({ bind: "0.0.0.0", tls_cert, tls_key });
    const curl = async (host: string) => {
      const form = ["-sk", "--max-time", "10", "-o", "/dev/null", "-w", "%{http_code}", "-H", `Host: ${host}`];
      return (await run("curl", [...form, `https://127.0.0.1:${at.listener.port}/healthz`])).stdout;
    };
    expect([await curl("localhost"), await curl("evil.example")]).toEqual(["200", "421"]);
  });

  it.each<[string, string, RegExp]>([
    ["no HTTP", "hello\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["a head without end", `GET / HTTP/1.1\r\nX: ${"y".repeat(HEADERS_MAX_BYTES)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      "two lengths",
      "POST /v1/lock HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
      /^HTTP\/1\.1 400 /,
    ],
    [
      "length and chunks",
      "POST /v1/lock HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      /^HTTP\/1\.1 400 /,
    ],
    ["no host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 4/],
    ["foreign host", "GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 421 /],
    [
      "absolute form",
      "GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
      /^HTTP\/1\.1 421 /,
    ],
    ["dots", "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 404 /],
    [
      "encoded dots",
      "GET /assets/%2e%2e/%2e%2e/package.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      /^HTTP\/1\.1 404 /,
    ],
  ])("answers %s", async (_, text, wanted) => {
    await using at = await serving();
    expect(await raw(at.listener.port, text)).toMatch(wanted);
  });

  it("refuses a body that is announced too long without reading it", async () => {
    await using at = await serving();
    const head = `POST /v1/directives HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${at.key}\r\nContent-Type: application/json\r\nContent-Length: ${BODY_MAX_BYTES + 1}\r\nConnection: close\r\n\r\n`;
    expect(await raw(at.listener.port, head)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("ends a stream when its client goes, and streams to several at once", async () => {
    await using at = await serving();
    const transport = new SocketTransport(at.listener.url);
    const gone = new AbortController();
    const headers = { Authorization: `Bearer ${at.key}` };
    const streams = await Promise.all(
      [1, 2, 3].map(() => transport.send("GET", "/v1/events", { headers, signal: gone.signal })),
    );
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(at.world.meters.streams()).toBe(3);
    for (const { body } of streams)
      void (async () => {
        for await (const _ of body);
      })().catch(() => {});
    gone.abort();
    await expect.poll(() => at.world.meters.streams()).toBe(0);
    transport.close();
  });
});
