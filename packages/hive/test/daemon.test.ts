/** The daemon as a process: two on one home, a taken port, signals, a kill in the middle. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { axiom, type RunningDaemon, startDaemon } from "./axiom-bin.ts";

const home = (): string => mkdtempSync(join(tmpdir(), "axiom-daemon-"));
const js = (code: string, timeout_seconds = 30) => ({
  card: { tool: "exec.run", parameters: { language: "javascript", code, timeout_seconds } },
});

function ask(
  { url, key }: Pick<RunningDaemon, "url" | "key">,
  method: string,
  path: string,
  body?: object,
  headers = {},
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const view = async (answer: Response) =>
  (await answer.json()) as { id: string; state: string; verified: boolean | null };

describe("the daemon", () => {
  it("is one to a home, writes where it is, and removes that when it stops", async () => {
    const at = home();
    const daemon = await startDaemon(at);
    expect(JSON.parse(readFileSync(join(at, "daemon.json"), "utf8"))).toMatchObject({
      pid: daemon.child.pid,
      url: daemon.url,
    });
    const second = await axiom(at, ["--json"]);
    expect([second.code, JSON.parse(second.stdout)]).toEqual([1, expect.objectContaining({ refused: "home-in-use" })]);
    expect((await axiom(at, ["keys", "rotate", "operator"])).stderr).toContain("home-in-use");
    expect(await daemon.stop()).toBe(0);
    expect(existsSync(join(at, "daemon.json"))).toBe(false);
    expect(readdirSync(at).map((name) => [name, statSync(join(at, name)).mode & 0o077])).toEqual(
      readdirSync(at).map((name) => [name, 0]),
    );
  });

  it("refuses a taken port and a wide address, and leaves the home free", async () => {
    const at = home();
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    const taken = await axiom(at, [], { env: { AXIOM_HTTP_PORT: String(port) } });
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining("port-taken")]);
    other.close();
    const wide = await axiom(at, [], { env: { AXIOM_HTTP_BIND: "0.0.0.0" } });
    expect([wide.code, wide.stderr]).toEqual([1, expect.stringContaining("bind-refused")]);
    writeFileSync(join(at, "axiom.json"), '{"colour":1}');
    const config = await axiom(at, []);
    expect([config.code, config.stderr]).toEqual([1, expect.stringContaining("unknown key colour")]);
    expect(existsSync(join(at, "daemon.json"))).toBe(false);
  });

  it("lets what runs come to its end at a stop", async () => {
    const daemon = await startDaemon(home());
    const code = "const until = Date.now() + 2000; while (Date.now() < until); console.log('done')";
    const running = ask(daemon, "POST", "/v1/directives", js(code), { Prefer: "wait=20" });
    const running_now = async () => (await ask(daemon, "GET", "/v1/status")).json();
    await expect.poll(running_now).toMatchObject({ running: 1 });
    const stopped = daemon.stop();
    expect(await view(await running)).toMatchObject({ state: "done", verified: true });
    expect(await stopped).toBe(0);
  });

  it("ends what does not end within the grace, and says so in the ledger", async () => {
    const at = home();
    const daemon = await startDaemon(at, { AXIOM_STOP_GRACE_S: "1" });
    const { id } = await view(await ask(daemon, "POST", "/v1/directives", { ...js("for(;;);", 600) }));
    expect(await daemon.stop("SIGINT")).toBe(0);
    const shown = JSON.parse((await axiom(at, ["show", id, "--json"])).stdout) as {
      state: string;
      ended_at: string | null;
    };
    expect([shown.state, shown.ended_at === null]).not.toContain("running");
  });

  it("after kill -9, a retry with the same key gives the same directive", async () => {
    const at = home();
    const first = await startDaemon(at);
    const send = (daemon: RunningDaemon) =>
      ask(daemon, "POST", "/v1/directives", js("console.log(1)"), { "Idempotency-Key": "k", Prefer: "wait=20" });
    const { id } = await view(await send(first));
    await first.stop("SIGKILL");
    expect(existsSync(join(at, "daemon.json"))).toBe(true);
    const second = await startDaemon(at);
    const again = await send(second);
    expect([(await view(again)).id, again.headers.get("Idempotency-Replayed")]).toEqual([id, "true"]);
    const { directives } = (await (await ask(second, "GET", "/v1/directives")).json()) as {
      directives: { id: string }[];
    };
    expect(directives.filter((each) => each.id === id).length).toBe(1);
    // The first directive of a fresh home is not stated again: this home is not fresh.
    expect(second.said()).not.toContain("first directive");
    await second.stop();
  });

  it("opens with a passphrase from a file, and stays locked without", async () => {
    const at = home();
    const file = join(at, "..", `${at.split("/").at(-1)}.pass`);
    writeFileSync(file, "correct horse battery\n", { mode: 0o600 });
    const made = await axiom(at, ["keys", "init"], { env: { AXIOM_PASSPHRASE_FILE: file } });
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining("opened by   passphrase")]);
    const locked = await startDaemon(at);
    expect((await ask(locked, "POST", "/v1/directives", js("1"))).status).toBe(423);
    expect((await ask(locked, "POST", "/v1/unlock", { passphrase: "wrong" })).status).toBe(401);
    expect((await axiom(at, ["unlock"], { env: { AXIOM_PASSPHRASE: "correct horse battery" } })).code).toBe(0);
    expect((await ask(locked, "POST", "/v1/directives", js("1"), { Prefer: "wait=20" })).status).toBe(200);
    await locked.stop();
    const open = await startDaemon(at, { AXIOM_PASSPHRASE_FILE: file });
    expect((await ask(open, "POST", "/v1/directives", js("1"), { Prefer: "wait=20" })).status).toBe(200);
    await open.stop();
    const missing = await axiom(at, [], { env: { AXIOM_PASSPHRASE_FILE: "/nowhere" } });
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("keys-locked")]);
    const trace = readFileSync(join(at, "trace", "hive.jsonl"), "utf8");
    expect(trace).not.toContain("correct horse");
    expect(trace).not.toContain(open.key);
  });
});
