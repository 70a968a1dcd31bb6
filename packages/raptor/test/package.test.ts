import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pack } from "../pack-node.ts";

const folder = mkdtempSync(join(tmpdir(), "raptor-package-"));
const dist = join(folder, "dist");

const PROGRAM = `
const tokens = [...Array.from({ length: 256 }, (_, b) => Uint8Array.of(b)), null];
const raptor = new Raptor(Vocabulary.from({ tokens, ends: [256] }));
const grammar = raptor.schema('{"type":"object","properties":{"n":{"type":"integer","minimum":10}},"required":["n"]}');
const matcher = grammar.matcher();
matcher.commitBytes(new TextEncoder().encode('{"n": 1'));
const mask = new Uint32Array(raptor.vocabulary.words);
matcher.fillMask(mask);
const allowed = [];
for (let t = 0; t < 257; t++) if ((mask[t >>> 5] >>> (t & 31)) & 1) allowed.push(String.fromCharCode(t));
const answer = allowed.join("");
`;
const ANSWER = ".0123456789Ee"; // the point and the exponent for 1.0e1

beforeAll(() => {
  pack(dist);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every Node on the PATH, by version. */
function nodes(): Map<string, string> {
  const found = new Map<string, string>();
  for (const at of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(at, "node");
    if (existsSync(path)) found.set(execFileSync(path, ["-v"], { encoding: "utf8" }).trim(), path);
  }
  return found.size > 0 ? found : new Map([[process.version, process.execPath]]);
}

describe("the package", () => {
  it("is plain JavaScript without dependencies and without Node in its core", () => {
    const own = JSON.parse(readFileSync(join(dist, "package.json"), "utf8"));
    expect(own.dependencies).toBeUndefined();
    for (const file of readdirSync(join(dist, "lib")).filter((f) => f.endsWith(".js") && !f.endsWith("-node.js"))) {
      const text = readFileSync(join(dist, "lib", file), "utf8");
      expect(text, file).not.toMatch(/from "node:|\bprocess\.|Date\.now|Math\.random|setTimeout/);
      for (const [, from] of text.matchAll(/from "([^"]+)"/g)) expect(from, file).toMatch(/^\.\//);
    }
  });

  it("installs from its tarball and works on each Node at hand", () => {
    const npm = join(process.execPath, "../npm");
    const run = (args: string[], cwd: string) =>
      execFileSync(existsSync(npm) ? npm : "npm", args, { cwd, encoding: "utf8" });
    run(["pack", "--silent"], dist);
    const tarball = readdirSync(dist).find((f) => f.endsWith(".tgz"))!;
    writeFileSync(join(folder, "package.json"), '{"name":"scratch","type":"module","private":true}');
    run(["install", "--offline", "--no-audit", "--no-fund", "--silent", join(dist, tarball)], folder);
    writeFileSync(join(folder, "try.js"), `import { Raptor, Vocabulary } from "raptor";${PROGRAM}console.log(answer);`);
    for (const [version, path] of nodes()) {
      expect(execFileSync(path, ["try.js"], { cwd: folder, encoding: "utf8" }).trim(), version).toBe(ANSWER);
    }
    writeFileSync(join(folder, "s.json"), '{"type":"boolean"}');
    writeFileSync(join(folder, "i.json"), "true\n");
    const checked = execFileSync(
      process.execPath,
      [join(folder, "node_modules/.bin/raptor"), "check", "s.json", "i.json"],
      { cwd: folder, encoding: "utf8" },
    );
    expect(checked).toContain("accepted");
  });

  it("runs in Chromium", async (ctx) => {
    const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
      existsSync,
    );
    if (!executablePath) return ctx.skip("needs Chromium (apt install chromium)");
    const server = createServer((request, response) => {
      const file = join(dist, "lib", (request.url ?? "/").replace(/[^\w./-]/g, ""));
      const isScript = file.endsWith(".js") && existsSync(file);
      response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
      response.end(isScript ? readFileSync(file) : "<!doctype html>");
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    try {
      const page = await browser.newPage();
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await page.goto(`${base}/`);
      const source = `import("${base}/index.js").then(({ Raptor, Vocabulary }) => {${PROGRAM} return answer; })`;
      expect(await page.evaluate(source)).toBe(ANSWER);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
