/** Proof cards: `proof` hands one out, `verify` checks one with lop/verify alone, `replay` runs the needle again. */
import { PROOF_MAX_BYTES, type Verification, verifyProof, webCrypto } from "lop/verify";
import { duration } from "./proof-text.ts";
import { EXIT, isRefused, readInput, showRefusal, type Terminal, UsageError, writeOutput } from "./terminal.ts";

export async function runProof(terminal: Terminal, given: string, output: string | undefined): Promise<number> {
  const [{ withHive }, { resolveId }] = await Promise.all([import("./connection.ts"), import("./cli-show.ts")]);
  return withHive(terminal, async ({ client }) => {
    const id = await resolveId(client, given);
    const bytes = isRefused(id) ? id : await client.proof(id);
    if (isRefused(bytes)) return showRefusal(terminal, bytes);
    if (output === undefined) terminal.bytes(bytes);
    else {
      writeOutput(output, bytes);
      terminal.say(`${output}: ${bytes.length} bytes`);
    }
    return EXIT.ok;
  });
}

/** Needs no daemon and no home. */
export async function runVerify(terminal: Terminal, file: string, root: string | undefined): Promise<number> {
  const began_ms = performance.now();
  const verification = await withPlan(check(terminal, file, root));
  const took_us = Math.round((performance.now() - began_ms) * 1000);
  if (terminal.json) terminal.out(JSON.stringify(factsOf(verification)));
  else if (verification.verified) terminal.out(verifiedText(terminal, verification, took_us));
  else terminal.out(`${terminal.paint("red", "does not verify", "stdout")}: ${verification.part}: ${verification.why}`);
  return verification.verified ? EXIT.ok : EXIT.refused;
}

/** A plan proves more than that it was made: its certificate is checked again, by the lattice's own small checker. */
async function withPlan(verification: Verification): Promise<Verification & { readonly certificate?: string }> {
  if (!verification.verified || verification.proof.card.tool !== "lattice.plan") return verification;
  const { outcome, checks } = verification.proof;
  if (outcome.status !== "ok" || !checks.passed) return verification;
  const { certificateText, checkPlanResult } = await import("./lattice-plan-check.ts");
  const why = checkPlanResult(webCrypto, outcome.result);
  if (why !== null) return { verified: false, part: "outcome", why };
  return { ...verification, certificate: certificateText(outcome.result) };
}

function check(terminal: Terminal, file: string, root: string | undefined): Verification {
  if (root !== undefined && !/^[0-9a-f]{64}$/.test(root)) throw new UsageError("--root wants a key id: 64 hex digits");
  const bytes = file === "-" ? terminal.stdin() : readProofFile(file);
  return verifyProof(bytes, webCrypto, root === undefined ? {} : { root });
}

function readProofFile(file: string): Uint8Array {
  const bytes = readInput(file);
  return bytes.length > PROOF_MAX_BYTES ? bytes.subarray(0, PROOF_MAX_BYTES + 1) : bytes;
}

const factsOf = (verification: Verification): object =>
  verification.verified
    ? {
        verified: true,
        ...verification.facts,
        ...("certificate" in verification ? { certificate: verification.certificate } : {}),
      }
    : verification;

function verifiedText(
  terminal: Terminal,
  { proof, facts, certificate }: Verification & { verified: true; certificate?: string },
  took_us: number,
): string {
  const row = (name: string, value: string) => `  ${name.padEnd(12)}${value}`;
  const good = proof.checks.passed;
  return [
    good
      ? terminal.paint("gold", "⬢ verified", "stdout")
      : terminal.paint("red", "⬡ verified, and red: the result is quarantined", "stdout"),
    row("directive", facts.id),
    row("action", `${proof.card.tool}, status ${proof.outcome.status}`),
    row("operator", facts.operator),
    ...(facts.approval === null ? [] : [row("approved by", `${facts.approval.operator} (${facts.approval.level})`)]),
    row("hive", facts.hive),
    row("root", `${facts.root}  ← compare with one you trust, or give --root`),
    row("ledger", `entry ${facts.index} of ${facts.size}, sealed ${facts.at}`),
    ...(certificate === undefined ? [] : [row("certificate", certificate)]),
    row("checked in", duration(took_us)),
  ].join("\n");
}

export async function runReplay(terminal: Terminal, file: string): Promise<number> {
  const verification = check(terminal, file, undefined);
  const { refuse } = await import("lop");
  if (!verification.verified)
    return showRefusal(terminal, refuse("proof-invalid", `${verification.part}: ${verification.why}`));
  return (await import("./cli-replay.ts")).replayProof(terminal, verification.proof);
}
