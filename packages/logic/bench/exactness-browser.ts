/** The same run in Chromium: the sources are served with their types stripped, exactly as they stand. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { CHROMIUM } from "./exactness-places.ts";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

export interface BrowserRun {
  readonly wasm: string;
  readonly model: string;
  readonly mode: string;
  readonly tokens: number;
}

export async function hashInChromium({ wasm, model, mode, tokens }: BrowserRun): Promise<string> {
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://localhost").pathname;
    if (path === "/kernel.wasm") response.end(readFileSync(wasm));
    else if (path === "/model.gguf") response.end(readFileSync(model));
    else if (path === "/") response.setHeader("content-type", "text/html").end("<!doctype html>");
    else if (path.endsWith(".ts")) response.setHeader("content-type", "text/javascript").end(sourceAt(path));
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    return (await page.evaluate(inPage(mode, tokens))) as string;
  } finally {
    await browser.close();
    server.close();
  }
}

const sourceAt = (path: string): string => stripTypeScriptTypes(readFileSync(join(PACKAGE, normalize(path)), "utf8"));

/** A text, since it runs in the page, where these modules have other addresses. */
const inPage = (mode: string, tokens: number): string => `(async () => {
  const [{ hashRun }, { readGguf }, { readMamba }] = await Promise.all(
    ["/bench/exactness-hash.ts", "/src/gguf.ts", "/src/weights.ts"].map((path) => import(path)),
  );
  const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
  const weights = readMamba(readGguf(await bytes("/model.gguf")));
  return hashRun({ wasm: await bytes("/kernel.wasm"), weights, mode: ${JSON.stringify(mode)} }, ${tokens}, "steps");
})()`;
