/** Transcripts of the command line; `golden/cli-*.txt` shows them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axiom, type RunningDaemon, startDaemon, Transcript } from "./axiom-bin.ts";

const home = (): string => mkdtempSync(join(tmpdir(), "axiom-cli-"));
/** The public key of RFC 8032, section 7.1, test 1. */
const GUEST_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
/** For tests that start some fifteen processes, on a busy machine. */
const MANY_RUNS_MS = 600_000;
const JS = ["do", "exec.run", "--language", "javascript", "--code"];

describe("without a daemon", () => {
  it("settings", async () => {
    const at = home();
    const t = new Transcript(at);
    await t.run(["version"]);
    await t.run(["config", "path"]);
    await t.run(["config", "show", "stop.grace_s"]);
    await t.run(["config", "set", "stop.grace_s", "3"]);
    await t.run(["config", "show", "stop.grace_s", "--json"]);
    await t.run(["config", "show", "stop.grace_s"], { env: { AXIOM_STOP_GRACE_S: "4" } });
    await t.run(["config", "set", "stop.grace", "3"]);
    await t.run(["config", "set", "stop.grace_s", "-1"]);
    await t.run(["config", "set", "http.hosts", '["hive.lan"]']);
    await t.run(["config", "unset", "stop.grace_s"]);
    await t.run(["config", "show"], { env: { AXIOM_HTP_PORT: "1", AXIOM_HTTP_PROT: "1" } });
    writeFileSync(join(at, "axiom.json"), '{"http":{"prot":1}}');
    await t.run(["config", "show"]);
    await t.run(["config", "show", "--json"]);
    await expect(String(t)).toMatchFileSnapshot("golden/cli-settings.txt");
  });

  it("keys of the API", async () => {
    const at = home();
    const t = new Transcript(at);
    await t.run(["key", "show"]);
    await t.run(["key", "add", "phone", "--scope", "read"]);
    await t.run(["key", "add", "phone"]);
    await t.run(["key", "add", "Phone"]);
    await t.run(["key", "add", "tablet", "--scope", "root"]);
    await t.run(["key", "revoke", "phone"]);
    await t.run(["key", "revoke", "phone"]);
    const listed = await axiom(at, ["key", "list", "--json"]);
    expect(JSON.parse(listed.stdout)).toMatchObject({ keys: [{ name: "phone", scope: "read" }] });
    await expect(String(t)).toMatchFileSnapshot("golden/cli-key.txt");
  });

  it("wrong command lines", { timeout: MANY_RUNS_MS }, async () => {
    const t = new Transcript(home());
    await t.run(["lits"]);
    await t.run(["list", "--limit", "many"]);
    await t.run(["list", "extra"]);
    await t.run(["show"]);
    await t.run(["help", "keys", "rotat"]);
    await t.run(["lattice", "fnd"]);
    await t.run(["needles", "show", "lattice"]);
    await t.run(["tools", "lattice"]);
    await t.run(["do", "--bogus"]);
    await t.run(["do", "exec.run", "--languag", "x"]);
    await t.run(["say", " "]);
    await t.run(["training", "export", "-o", "/nowhere/x"]);
    await t.run(["ledger", "check", "/nowhere"]);
    await t.run(["verify", "/nowhere.json"]);
    await t.run(["verify", "-"], { stdin: "not a proof" });
    await t.run(["verify", "-", "--root", "xyz"], { stdin: "{}" });
    await t.run(["completion", "tcsh"]);
    await t.run(["approve", "1234abcd"]);
    await t.run(["unlock"]);
    await t.run(["policy", "dry-run", "{"]);
    await t.run(["policy", "dry-run", '{"tool":"exec.run","parameters":{"language":"ruby","code":"1"}}']);
    await t.run(["status"], { env: { AXIOM_URL: "http://127.0.0.1:1", AXIOM_KEY: "x" } });
    await expect(String(t)).toMatchFileSnapshot("golden/cli-wrong.txt");
  });

  it("a directive in a process of its own, its proof, and its check", async () => {
    const at = home();
    const proof = join(at, "proof.json");
    const t = new Transcript(at);
    await t.run([...JS, "console.log(6*7)", "-o", proof]);
    await t.run(["verify", proof]);
    const bytes = readFileSync(proof);
    expect((await axiom(at, ["verify", "-"], { stdin: bytes.toString("utf8") })).code).toBe(0);
    const facts = JSON.parse((await axiom(at, ["verify", proof, "--json"])).stdout) as {
      verified: boolean;
      root: string;
    };
    expect(facts.verified).toBe(true);
    expect((await axiom(at, ["verify", proof, "--root", facts.root])).code).toBe(0);
    await t.run(["verify", proof, "--root", "0".repeat(64)]);
    writeFileSync(proof, bytes.toString("utf8").replace('"stdout": "42\\n"', '"stdout": "43\\n"'));
    await t.run(["verify", proof]);
    await t.run(["replay", proof]);
    writeFileSync(proof, bytes);
    await t.run(["replay", proof]);
    await expect(String(t)).toMatchFileSnapshot("golden/cli-cold.txt");
  });

  it(
    "keys that change, and a ledger that is checked",
    async () => {
      const at = home();
      await axiom(at, [...JS, "1", "-q"]);
      const t = new Transcript(at);
      await t.run(["keys", "rotate", "operator"]);
      await t.run(["keys", "rotate", "king"]);
      await t.run(["keys", "add", "guest", "GUEST"]);
      await t.run(["keys", "add", "hive", "11".repeat(32)]);
      await t.run(["keys", "add", "guest", "00".repeat(32)]);
      await t.run(["keys", "add", "guest", GUEST_KEY]);
      await t.run(["keys", "add", "guest", GUEST_KEY]);
      await t.run(["keys", "init"]);
      await t.run(["keys", "init", "--replace"]);
      await t.run([...JS, "console.log(2)", "-q"]);
      await t.run(["keys", "passphrase"]);
      await t.run(["keys", "passphrase"], { env: { AXIOM_NEW_PASSPHRASE: "correct horse battery" } });
      await t.run([...JS, "1"]);
      await t.run([...JS, "1", "-q"], { env: { AXIOM_PASSPHRASE: "wrong horse" } });
      expect((await axiom(at, [...JS, "1", "-q"], { env: { AXIOM_PASSPHRASE: "correct horse battery" } })).code).toBe(
        0,
      );
      await t.run(["ledger", "check"]);
      const [segment] = readdirSync(join(at, "ledger", "segments"));
      const file = join(at, "ledger", "segments", segment!);
      const bytes = readFileSync(file);
      bytes[2000]! ^= 1;
      writeFileSync(file, bytes);
      await t.run(["ledger", "check"]);
      await expect(String(t)).toMatchFileSnapshot("golden/cli-keys.txt");
    },
    MANY_RUNS_MS,
  );

  it(
    "a hive key that is rotated and revoked, with proofs on either side",
    async () => {
      const at = home();
      const stated = async (): Promise<string> => {
        const { stdout } = await axiom(at, [...JS, "1", "--json"]);
        return (JSON.parse(stdout) as { id: string }).id;
      };
      const done = [await stated(), await stated()];
      // As a crash leaves it between the sealed outcome and the proof's file.
      const cut = join(at, "proofs", `${done[1]}.json`);
      const { ledger: _, ...parts } = JSON.parse(readFileSync(cut, "utf8")) as { ledger: string };
      writeFileSync(cut.replace(".json", ".parts.json"), JSON.stringify(parts));
      rmSync(cut);
      const hiveKeys = async () => {
        const lines = (await axiom(at, ["keys", "list"])).stdout.split("\n").filter((line) => /^ +hive /.test(line));
        return lines.map((line) => line.trim().split(/ +/) as [string, string, string]);
      };
      expect((await axiom(at, ["keys", "rotate", "hive"])).code).toBe(0);
      done.push(await stated());
      const [retired, active] = await hiveKeys();
      expect([retired![2], active![2]]).toEqual(["retired", "active"]);
      expect((await axiom(at, ["keys", "revoke", active![1], "--why", "lost"])).code).toBe(0);
      done.push(await stated());
      expect((await hiveKeys()).map(([, , status]) => status)).toEqual(["retired", "revoked", "active"]);
      for (const id of done) {
        const { code, stdout } = await axiom(at, ["verify", join(at, "proofs", `${id}.json`)]);
        expect([id, code, stdout]).toEqual([id, 0, expect.any(String)]);
      }
      const checked = await axiom(at, ["ledger", "check"]);
      expect([checked.code, checked.stdout]).toEqual([0, expect.stringMatching(/^sound: /)]);
    },
    MANY_RUNS_MS,
  );

  it("a command that only reads leaves nothing in the ledger", async () => {
    const at = home();
    await axiom(at, [...JS, "1", "-q"]);
    const note = async () => (await axiom(at, ["ledger", "checkpoint"])).stdout;
    const before = await note();
    await axiom(at, ["list"]);
    expect(await note()).toBe(before);
    await axiom(at, [...JS, "1", "-q"]);
    const { stdout } = await axiom(at, ["ledger", "show", "--limit", "6"]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => line.trim().split(/ +/)[2])).toEqual([
      "stop",
      "start",
      "admitted",
      "intent",
      "outcome",
      "stop",
    ]);
  });

  it("the doctor says what is missing and how to mend it", async () => {
    const at = home();
    const ran = await axiom(at, ["doctor", "--json"], { env: { AXIOM_HTP_PORT: "1" } });
    const { findings } = JSON.parse(ran.stdout) as {
      findings: { what: string; state: string; detail: string; fix: string | null }[];
    };
    const found = (what: string) => findings.find((each) => each.what === what);
    expect(found("Node")).toMatchObject({ state: "ok" });
    expect(found("chamber wasm-js")).toMatchObject({ state: "ok" });
    expect(found("chamber wasm-py")).toMatchObject({ state: "ok" });
    expect(found("environment")).toMatchObject({ state: "missing", detail: expect.stringContaining("AXIOM_HTP_PORT") });
    for (const { state, fix } of findings) expect(fix === null).toBe(state === "ok");
    writeFileSync(join(at, "axiom.json"), "{");
    const broken = await axiom(at, ["doctor"]);
    expect([broken.code, broken.stdout]).toEqual([1, expect.stringMatching(/^broken +configuration/m)]);
  });

  it("--json prints the proof card alone, byte for byte", async () => {
    const at = home();
    const { stdout, code } = await axiom(at, [...JS, "console.log(6*7)", "--json"]);
    expect(code).toBe(0);
    const { id } = JSON.parse(stdout) as { id: string };
    expect((await axiom(at, ["proof", id.slice(0, 12)])).stdout).toBe(stdout);
    expect((await axiom(at, ["verify", "-"], { stdin: stdout })).code).toBe(0);
  });
});

describe("with a daemon", () => {
  const at = home();
  let daemon: RunningDaemon;
  beforeAll(async () => {
    daemon = await startDaemon(at);
  });
  afterAll(() => daemon.stop());

  it("carried a real directive when it first started", () => {
    expect(daemon.said()).toMatch(/first directive: exec\.run javascript → 42, proof verified/);
  });

  it("directives of every ending", async () => {
    const t = new Transcript(at);
    await t.run([...JS, "console.log(6*7)"]);
    await t.run(["do", "exec.run", "--language", "python", "--code", "-", "-q"], { stdin: "print(6*7)" });
    await t.run([...JS, "throw new Error('no')", "-q"]);
    await t.run([...JS, "for(;;);", "--timeout-seconds", "1", "-q"]);
    await t.run([...JS, "1", "--timeout-seconds", "9999"]);
    await t.run([...JS, "1", "--rung", "vm"]);
    await t.run(["do", "exec.rum"]);
    await t.run(["do", "exec.run", "--lang", "x"]);
    await t.run(["do", "exec.run", "--language", "ruby"]);
    await t.run(["do", "snapshot.list"]);
    await t.run(["do", "files.read", "--path", "../keys/api"]);
    await t.run(["do", "files.write", "--path", "notes.md", "--content", "hello"]);
    await t.run(["do", "files.read", "--path", "notes.md", "-q"]);
    await t.run(["say", "what is the capital of Denmark?"]);
    await t.run(["do", "exec.run", "--help"]);
    await expect(String(t)).toMatchFileSnapshot("golden/cli-directives.txt");
  });

  it("approval: waiting, given, refused, cancelled", async () => {
    const t = new Transcript(at);
    const waiting = async () => {
      const ran = await t.run(["permit", "grant", "example.org", "--minutes", "5", "-q"]);
      return ran.stdout.trim();
    };
    const first = await waiting();
    await t.run(["approve", first.slice(0, 16)]);
    for (let i = 0; i < 100; i++) {
      const { state } = JSON.parse((await axiom(at, ["show", first, "--json"])).stdout) as { state: string };
      if (state === "done") break;
    }
    await t.run(["permit", "list"]);
    await t.run(["approve", first.slice(0, 16)]);
    await t.run(["refuse", await waiting(), "--why", "not today"]);
    await t.run(["cancel", await waiting()]);
    await t.run(["permit", "grant", "example.net", "--minutes", "5", "--approve", "-q"]);
    await t.run(["permit", "revoke", "0".repeat(32)]);
    await expect(String(t)).toMatchFileSnapshot("golden/cli-approval.txt");
  });

  it("freeze, lock, and back", async () => {
    const t = new Transcript(at);
    await t.run(["freeze", "drill"]);
    await t.run([...JS, "1"]);
    await t.run(["resume"]);
    await t.run(["lock"]);
    await t.run([...JS, "1"]);
    await t.run(["unlock"]);
    await t.run(["unlock"]);
    await t
      .run([...JS, "console.log(1)", "--detach", "--json"])
      .then(({ stdout }) => expect(JSON.parse(stdout)).toHaveProperty("id"));
    await expect(String(t).replace(/\{"id":.*/, "{…}")).toMatchFileSnapshot("golden/cli-freeze.txt");
  });

  it("an idempotency key, a stream of events, and the ledger", async () => {
    const again = [...JS, "console.log(1)", "--idempotency-key", "k1", "--json", "-q"];
    const [one, two] = [await axiom(at, again), await axiom(at, again)];
    expect(one.stdout).toBe(two.stdout);
    const { id } = JSON.parse(one.stdout) as { id: string };
    const events = (await axiom(at, ["events", id, "--json"])).stdout.trim().split("\n");
    expect(events.map((line) => (JSON.parse(line) as { step: string }).step)).toContain("prove");
    const ledger = JSON.parse((await axiom(at, ["ledger", "show", "--json", "--limit", "3"])).stdout) as {
      entries: object[];
    };
    expect(ledger.entries.length).toBe(3);
    expect((await axiom(at, ["ledger", "checkpoint"])).stdout).toMatch(
      /^axiom-hive\/[0-9a-f]{8}\n\d+\n[\w+/=]+\n\n— axiom-hive/,
    );
    const folder = join(at, "export");
    expect((await axiom(at, ["ledger", "export", folder])).code).toBe(0);
    expect(readFileSync(join(folder, "checkpoint"), "utf8")).toMatch(/^axiom-hive/);
  });

  it("every command speaks JSON when it is told to", async () => {
    for (const args of [
      ["status"],
      ["tools"],
      ["tools", "exec.run"],
      ["list"],
      ["keys", "list"],
      ["permit", "list"],
      ["policy", "show"],
      ["policy", "test"],
      ["policy", "validate"],
      ["key", "list"],
      ["config", "show"],
      ["config", "path"],
      ["service", "print"],
      ["version"],
    ]) {
      const { stdout, code } = await axiom(at, [...args, "--json"]);
      expect([args, code, typeof JSON.parse(stdout)]).toEqual([args, 0, "object"]);
    }
  });
});
