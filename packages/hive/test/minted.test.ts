import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Envelope, nodeCrypto, type ProofCard, proofBytes } from "lop";
import { verifyProof } from "lop/verify";
import { expect, test } from "vitest";
import { type Executed, execute } from "../src/flow/execute.ts";
import { seal } from "../src/flow/seal.ts";
import { type Checked, validate } from "../src/flow/validate.ts";
import { must, openTestHive, program, run, simHome } from "./hive-home.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** What somebody would write who wants to pass over a step. Each line must fail to compile, and for the reason that it names. */
const SHORTCUTS: readonly (readonly [string, string, string])[] = [
  ["a judged card that nobody approved", "execute(parts, judged, handles)", "Judged"],
  ["a decoded card that nobody judged", "execute(parts, decoded, handles)", "Decoded"],
  ["an object with the same fields", "execute(parts, { judged, approval: null }, handles)", "#minted"],
  ["a routed directive to the judge", "judge(parts, routed)", "Routed"],
  ["an approved card straight to the seal", "seal(parts, approved)", "Approved"],
  ["an unchecked outcome to the seal", "seal(parts, executed)", "Executed"],
  ["an unsealed outcome to the ledger", "record(parts, checked)", "Checked"],
];

const HEAD = `
import { execute, type Executed, type RunHandles } from "../src/flow/execute.ts";
import { judge, type Judged } from "../src/flow/judge.ts";
import type { Approved } from "../src/flow/approve.ts";
import type { Decoded } from "../src/flow/decode.ts";
import type { Routed } from "../src/flow/route.ts";
import type { TripParts } from "../src/flow.ts";
import { record } from "../src/flow/record.ts";
import { seal } from "../src/flow/seal.ts";
import type { Checked } from "../src/flow/validate.ts";
declare const parts: TripParts; declare const handles: RunHandles;
declare const routed: Routed; declare const decoded: Decoded; declare const judged: Judged;
declare const approved: Approved; declare const executed: Executed; declare const checked: Checked;
`;

test("a step that was passed over does not compile", () => {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".cache", "shortcut-"));
  try {
    writeFileSync(join(folder, "straight.ts"), fromInside(`${HEAD}export default execute(parts, approved, handles);`));
    SHORTCUTS.forEach(([, code], i) => {
      writeFileSync(join(folder, `shortcut-${i}.ts`), fromInside(`${HEAD}export default ${code};`));
    });
    const config = { extends: join(ROOT, "tsconfig.json"), include: [join(folder, "*.ts")] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const said = compile(folder);
    expect(said).not.toContain("straight.ts");
    SHORTCUTS.forEach(([what, , reason], i) => {
      const lines = said.split("\n").filter((line) => line.includes(`shortcut-${i}.ts`));
      expect(lines.join("\n"), what).toMatch(/TS2345|TS2740|TS2741|TS2739|TS2353/);
      expect(said, what).toContain(reason);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const fromInside = (code: string): string => code.replaceAll('"../src/', '"../../packages/hive/src/');

function compile(folder: string): string {
  try {
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    return execFileSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
      encoding: "utf8",
      stdio: "pipe",
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

test("a forged card is refused at run time by execute and by validate", async () => {
  const home = await simHome();
  const forged = { approved: { judged: {}, approval: null }, intent: 0, outcome: {}, changes: [] };
  const parts = home.ports as unknown as Parameters<typeof validate>[0];
  expect(await validate(parts, forged as unknown as Executed)).toMatchObject({ refused: "card-unjudged" });
  const handles = { signal: new AbortController().signal, output: () => {} };
  const approved = forged.approved as unknown as Parameters<typeof execute>[1];
  expect(await execute(parts as unknown as Parameters<typeof execute>[0], approved, handles)).toMatchObject({
    refused: "card-unjudged",
  });
  expect([...home.chamber.began]).toEqual([]);
  expect(() => seal({} as Parameters<typeof seal>[0], forged as unknown as Checked)).toThrow();
});

test("a proof whose card, verdict or outcome was forged is refused by verify", async () => {
  const home = await simHome();
  const hive = await openTestHive(home);
  const view = await run(hive, program("print 42"));
  const bytes = must(await hive.proof(view.id));
  const proof = JSON.parse(Buffer.from(bytes).toString()) as ProofCard;
  const other = await run(hive, program("print 43"));
  const otherProof = JSON.parse(Buffer.from(must(await hive.proof(other.id))).toString()) as ProofCard;
  const forgeries: [string, ProofCard][] = [
    ["card", { ...proof, card: { ...proof.card, parameters: { language: "python", code: "print 41" } } }],
    ["verdict", { ...proof, verdict: { ...proof.verdict, reasons: ["trust me"] } }],
    ["outcome", { ...proof, outcome: { ...proof.outcome, stdout: "41\n" } }],
    ["checks", { ...proof, checks: { ...proof.checks, checks: [] } }],
    ["seal", { ...proof, seal: otherProof.seal }],
    ["id", { ...proof, directive: otherProof.directive }],
    ["ledger", { ...proof, ledger: otherProof.ledger }],
    ["seal", { ...proof, seal: resigned(proof.seal) }],
  ];
  for (const [part, forgery] of forgeries)
    expect(verifyProof(proofBytes(forgery), nodeCrypto), part).toMatchObject({ verified: false, part });
  expect(verifyProof(bytes, nodeCrypto)).toMatchObject({ verified: true });
  await hive.close();
});

const resigned = (envelope: Envelope): Envelope => ({
  ...envelope,
  signatures: [{ ...envelope.signatures[0]!, sig: Buffer.alloc(64, 1).toString("base64") }],
});
