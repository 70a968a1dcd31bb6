import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTls, connect as tlsConnect } from "node:tls";
import { refuse } from "lop";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isOpenAddress } from "../src/egress-address.ts";
import { readClientHello } from "../src/egress-tls.ts";
import { DEFAULT_LIMITS, type EgressDecision, EgressDesk, osChamber, runInChamber, vm } from "../src/index.ts";
import { osMissing } from "./os-available.ts";
import { vmLacks } from "./vm-here.ts";

const vectors = JSON.parse(readFileSync(new URL("./vectors/ssrf/addresses.json", import.meta.url), "utf8")) as {
  url: string;
  allow: boolean;
  reason: string | null;
}[];

test("addresses: the open internet and nothing else", () => {
  for (const { url, allow, reason } of vectors) {
    const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "") : "";
    expect(isOpenAddress(host), `${url} ${reason}`).toBe(allow);
  }
  for (const one of ["", "example.com", "1.2.3", "::1%lo", "93.184.216.34 "])
    expect(isOpenAddress(one), one).toBe(false);
});

/** A world with one page at shop.test (its address is public, the server local), and names that lead elsewhere. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  "shop.test": ["93.184.216.34"],
  "inside.test": ["10.0.0.7"],
  "mixed.test": ["93.184.216.34", "127.0.0.1"],
  "metadata.test": ["169.254.169.254"],
  "v6.test": ["::ffff:127.0.0.1"],
};
let permitted: { hosts: string[]; ports: number[]; methods: string[]; left: number; live: boolean };
let decisions: EgressDecision[] = [];
let reached: string[] = [];
let server: Server;
let page: string;
const folder = mkdtempSync(join(tmpdir(), "forge-egress-"));

const desk = new EgressDesk(
  {
    resolve: async (host) => NAMES[host] ?? [],
    connect: (address, port) => {
      reached.push(`${address}:${port}`);
      return connect(port === 443 ? tlsPort : (server.address() as AddressInfo).port, "127.0.0.1");
    },
  },
  {
    permits: {
      find: ({ host, port, method }) => {
        if (!permitted.live) return refuse("permit-revoked", "The permit p was revoked.");
        const covered =
          permitted.hosts.includes(host) && permitted.ports.includes(port) && permitted.methods.includes(method);
        if (!covered) return refuse("permit-missing", `No permit covers exec.run on ${host}.`);
        return { id: "p", literal: permitted.hosts.includes(host), ends_in_ms: 60_000 };
      },
      spend: async (_id, { bytes }) => {
        permitted.left -= bytes;
        return permitted.left < 0 ? refuse("permit-exhausted", "The permit p has 0 bytes left.") : null;
      },
    },
    record: async (decision) => {
      decisions.push(decision);
      return null;
    },
  },
);

let tlsPort = 0;
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

beforeAll(async () => {
  page = "x".repeat(1000);
  server = createServer((request, response) => {
    if (request.url === "/echo") return void request.pipe(response);
    if (request.url === "/slow") return void response.write("begun");
    response.end(request.url === "/big" ? "y".repeat(300_000) : `${request.method} ${request.headers.host} ${page}`);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterAll(async () => {
  await desk.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  permitted = {
    hosts: ["shop.test"],
    ports: [80, 443],
    methods: ["GET", "HEAD", "CONNECT"],
    left: 1_000_000,
    live: true,
  };
  decisions = [];
  reached = [];
  desk.reopen();
});

interface Answer {
  status: number;
  says: string;
  body: string;
}

function ask(
  socketPath: string,
  url: string,
  more: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { method = "GET", headers = {}, body } = more;
  const host = URL.canParse(url) ? new URL(url).host : "shop.test";
  return new Promise((done, failed) => {
    const request = httpRequest(
      { socketPath, path: url, method, headers: { host, ...headers }, agent: false },
      (response) => {
        let text = "";
        response.on("data", (bytes) => (text += bytes));
        const end = () => done({ status: response.statusCode ?? 0, says: response.statusMessage ?? "", body: text });
        response.on("end", end).on("error", end);
      },
    );
    request.on("error", failed);
    request.end(body);
  });
}

const withSession = async (work: (path: string) => Promise<void>): Promise<void> => {
  const session = await desk.open("d1", folder, null);
  try {
    await work(join(session.folder, "egress"));
  } finally {
    await session.close();
  }
};

test("a permitted page comes through, is counted and recorded, and the address is pinned", () =>
  withSession(async (path) => {
    const answer = await ask(path, "http://shop.test/page?q=1");
    expect(answer).toMatchObject({ status: 200, body: `GET shop.test ${page}` });
    await expect.poll(() => decisions.length).toBe(2);
    expect(decisions[0]).toMatchObject({
      session: "d1",
      decision: "allowed",
      host: "shop.test",
      port: 80,
      method: "GET",
      permit: "p",
      address: "93.184.216.34",
    });
    expect(decisions[1]).toMatchObject({ decision: "closed", bytes_down: answer.body.length });
    expect(reached).toEqual(["93.184.216.34:80"]);
  }));

test.each([
  ["no permit for the host", "http://other.test/", {}, 403, /No permit covers/],
  ["a port beyond the permit", "http://shop.test:8080/", {}, 403, /No permit covers/],
  ["a method beyond the permit", "http://shop.test/", { method: "POST", body: "x" }, 403, /No permit covers/],
  ["another Host header", "http://shop.test/", { headers: { host: "inside.test" } }, 400, /Host header/],
  ["no proxy request", "/page", {}, 400, /no network/],
  ["another scheme", "ftp://shop.test/", {}, 400, /no network/],
  ["a user in the address", "http://a:b@shop.test/", {}, 400, /no network/],
] as const)("refused: %s", (_what, url, more, status, says) =>
  withSession(async (path) => {
    const answer = await ask(path, url, more);
    expect(answer.status).toBe(status);
    expect(answer.says).toMatch(says);
    expect(JSON.parse(answer.body)).toMatchObject({ why: expect.any(String), fix: expect.any(String) });
    expect(reached).toEqual([]);
  }),
);

test("names that lead to closed addresses are refused, an address that the permit names is not", () =>
  withSession(async (path) => {
    permitted.hosts = Object.keys(NAMES);
    for (const host of ["inside.test", "mixed.test", "metadata.test", "v6.test"])
      expect(await ask(path, `http://${host}/`), host).toMatchObject({
        status: 403,
        says: expect.stringContaining("open internet"),
      });
    expect(decisions.at(-1)).toMatchObject({ decision: "refused", host: "v6.test" });
    expect(await ask(path, "http://0x7f.1/")).toMatchObject({
      status: 403,
      says: expect.stringContaining("127.0.0.1"),
    });
    permitted.hosts.push("127.0.0.1");
    expect(await ask(path, "http://0x7f.1/")).toMatchObject({ status: 200 });
    expect(reached).toEqual(["127.0.0.1:80"]);
  }));

test("bytes beyond the permit do not pass", () =>
  withSession(async (path) => {
    permitted.left = 100_000;
    const answer = await ask(path, "http://shop.test/big").catch(() => ({ body: "" }));
    expect(answer.body.length).toBeLessThanOrEqual(100_000);
    await expect
      .poll(() => decisions.at(-1))
      .toMatchObject({ decision: "closed", why: expect.stringContaining("0 bytes left") });
  }));

test("a revocation and a freeze end streams that are under way", () =>
  withSession(async (path) => {
    for (const how of ["revoke", "freeze"] as const) {
      permitted.live = true;
      const answer = ask(path, "http://shop.test/slow").catch(() => null);
      await expect.poll(() => decisions.some(({ decision }) => decision === "allowed")).toBe(true);
      await new Promise((done) => setTimeout(done, 50));
      if (how === "revoke") permitted.live = false;
      else desk.shut("The hive is frozen.");
      await answer;
      await expect.poll(() => decisions.at(-1)?.decision).toBe("closed");
      decisions = [];
    }
    expect(await ask(path, "http://shop.test/")).toMatchObject({ status: 503, says: "The hive is frozen." });
  }));

/** What a client sends first when it asks for `name`. */
function helloFor(name: string | null): Promise<Buffer> {
  return new Promise((done) => {
    const local = createServer().listen(0, "127.0.0.1", () => {
      const { port } = local.address() as AddressInfo;
      local.removeAllListeners("connection");
      local.on("connection", (socket) =>
        socket.once("data", (bytes) => {
          socket.destroy();
          local.close();
          done(bytes);
        }),
      );
      tlsConnect({ port, host: "127.0.0.1", ...(name === null ? {} : { servername: name }) }).on("error", () => {});
    });
  });
}

test("the name in a client hello is read, in pieces too, and rubbish is none", async () => {
  const hello = await helloFor("Shop.test");
  expect(readClientHello(hello)).toEqual({ kind: "hello", name: "shop.test", hidden: false });
  expect(readClientHello(await helloFor(null))).toMatchObject({ kind: "hello", name: null });
  for (let end = 0; end < hello.length; end += 7) expect(readClientHello(hello.subarray(0, end)).kind).toBe("more");
  expect(readClientHello(Buffer.from("GET / HTTP/1.1\r\n\r\n")).kind).toBe("not-tls");
  let seed = 7;
  for (let i = 0; i < 2000; i++) {
    const bytes = Buffer.from(hello);
    for (let j = 0; j < 4; j++) {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      bytes[seed % bytes.length] = (seed >> 8) & 255;
    }
    readClientHello(bytes);
  }
});

function tunnel(path: string, target: string, first: Buffer | string): Promise<string> {
  return new Promise((done) => {
    let text = "";
    const socket = connect(path, () => socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`));
    socket.once("data", () => socket.write(first));
    socket.on("data", (bytes) => (text += bytes.toString("latin1")));
    socket.on("close", () => done(text)).on("error", () => {});
  });
}

test("a tunnel carries TLS for the permitted name alone", () =>
  withSession(async (path) => {
    expect(await tunnel(path, "other.test:443", "")).toContain("403 No permit covers");
    expect(await tunnel(path, "shop.test:22", "")).toContain("403");
    for (const first of [await helloFor("evil.test"), await helloFor(null), Buffer.from("SSH-2.0-x\r\n")])
      await tunnel(path, "shop.test:443", first);
    await expect.poll(() => decisions.filter(({ decision }) => decision === "closed").length).toBe(3);
    expect(decisions.filter(({ decision }) => decision === "closed").map(({ why }) => why)).toEqual([
      expect.stringContaining("evil.test"),
      expect.stringContaining("names no server"),
      expect.stringContaining("TLS"),
    ]);
    expect(reached).toEqual([]);
  }));

const inside = [
  {
    rung: "os",
    chamber: osChamber({ egress: desk, pool: 0 }),
    lacks: osMissing,
    curl: "curl -sS -i http://shop.test/",
  },
  { rung: "vm", chamber: vm({ egress: desk }), lacks: vmLacks, curl: "wget -q -O - http://shop.test/ 2>&1" },
] as const;

// The emulated machine of rung vm compiles Python's modules each time: on a busy host that takes half a minute.
describe.each(inside)("from inside a chamber of rung $rung", { timeout: 300_000 }, ({ rung, chamber, lacks, curl }) => {
  afterAll(() => chamber.close());
  const go = async (language: "javascript" | "python" | "shell", code: string, egress: boolean): Promise<string> => {
    const limits = { ...DEFAULT_LIMITS, wall_ms: rung === "vm" ? 240_000 : 30_000 };
    const result = await runInChamber(chamber, {
      language,
      code,
      files: new Map(),
      limits,
      ...(egress ? { egress: "d2" } : {}),
    });
    if ("refused" in result) throw new Error(result.why);
    return Buffer.from(result.stdout).toString() + Buffer.from(result.stderr).toString();
  };
  const CODE = {
    javascript: 'fetch("http://shop.test/").then((r) => r.text()).then(console.log, (e) => console.log(String(e)));',
    python:
      'import urllib.request, urllib.error\ntry: print(urllib.request.urlopen("http://shop.test/").read().decode())\nexcept urllib.error.URLError as e: print(e)',
    shell: curl,
  } as const;

  test.for(["javascript", "python", "shell"] as const)(
    "%s fetches under a permit, and hears why not without one",
    async (language, ctx) => {
      if (lacks !== null) return ctx.skip(lacks);
      if (rung === "os" && language === "shell" && spawnSync("curl", ["-V"]).status !== 0)
        return ctx.skip("needs curl (apt install curl)");
      expect(await go(language, CODE[language], true)).toContain(`GET shop.test ${page}`);
      expect(decisions).toMatchObject([{ session: "d2", decision: "allowed" }, { decision: "closed" }]);
      expect(await go(language, CODE[language], false)).toMatch(/no permit stands/i);
      expect(decisions).toHaveLength(2);
    },
  );

  test("TLS goes through to its own end", async (ctx) => {
    if (lacks !== null) return ctx.skip(lacks);
    if (!hasOpenssl) return ctx.skip("needs openssl (apt install openssl)");
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ed25519",
        "-nodes",
        "-keyout",
        key,
        "-out",
        cert,
        "-days",
        "2",
        "-subj",
        "/CN=shop.test",
        "-addext",
        "subjectAltName=DNS:shop.test",
      ],
      { stdio: "ignore" },
    );
    const tls = createTls({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
      socket.on("error", () => {});
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret");
    });
    await new Promise<void>((done) => tls.listen(0, "127.0.0.1", done));
    tlsPort = (tls.address() as AddressInfo).port;
    const code = `import ssl, urllib.request\ncontext = ssl.create_default_context(cadata=${JSON.stringify(readFileSync(cert, "utf8"))})\nprint(urllib.request.urlopen("https://shop.test/", context=context).read().decode())`;
    expect(await go("python", code, true)).toContain("secret");
    expect(decisions[0]).toMatchObject({ decision: "allowed", method: "CONNECT", port: 443 });
    tls.close();
  });

  test("much goes both ways, and a permit that is used up ends it", async (ctx) => {
    if (lacks !== null) return ctx.skip(lacks);
    if (rung === "os" && spawnSync("python3", ["-c", "import requests"]).status !== 0)
      return ctx.skip("needs requests for Python (apt install python3-requests)");
    permitted.methods.push("POST");
    const code = `import requests
print(len(requests.post("http://shop.test/echo", data=b"z" * 200_000).content))
try: print(len(requests.get("http://shop.test/big").content) < 300_000)
except requests.exceptions.RequestException: print(True)`;
    permitted.left = 500_000;
    expect(await go("python", code, true)).toBe("200000\nTrue\n");
    await expect.poll(() => decisions.at(-1)).toMatchObject({ decision: "closed" });
  });
});
