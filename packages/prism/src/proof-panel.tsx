/** The proof: checked in this page, readable, downloadable. Gold appears here and only after the check passed. */
import { useState } from "react";
import { HashText } from "./hash-text.tsx";
import { Hex } from "./hex.tsx";
import { Key } from "./key.tsx";
import { Printed } from "./printed.tsx";
import type { ProofState } from "./room-state.ts";
import { Said } from "./said.tsx";
import { clockText, countText, sizeText } from "./sentence.ts";
import type { Room } from "./store.ts";
import type { ProofCheck, ProofFacts } from "./verify.ts";

export function ProofPanel({ room, id, proof }: { room: Room; id: string; proof: ProofState | undefined }) {
  const [reading, setReading] = useState(false);
  const bytes = proof?.phase === "checked" ? proof.bytes : null;
  return (
    <section className="proof" aria-label="Proof card" data-look={proofLook(proof)}>
      <ProofHead proof={proof} />
      <div className="answers">
        <button
          type="button"
          id="proof-verify"
          disabled={proof?.phase === "checking"}
          onClick={() => void room.checkProof(id, true)}
        >
          Verify <Key>V</Key>
        </button>
        <button
          type="button"
          id="proof-download"
          disabled={bytes === null}
          onClick={() => bytes && download(id, bytes)}
        >
          Download <Key>D</Key>
        </button>
        <button
          type="button"
          id="proof-read"
          disabled={bytes === null}
          aria-expanded={reading}
          onClick={() => setReading(!reading)}
        >
          {reading ? "Close" : "Read"} <Key>R</Key>
        </button>
      </div>
      {reading && bytes !== null && (
        <Printed label={`proof.json, ${sizeText(bytes.length)}`} text={new TextDecoder().decode(bytes)} />
      )}
    </section>
  );
}

function proofLook(proof: ProofState | undefined): "flying" | "verified" | "red" {
  if (proof === undefined || proof.phase === "fetching" || proof.phase === "checking") return "flying";
  return proof.phase === "checked" && proof.check.verified ? "verified" : "red";
}

function ProofHead({ proof }: { proof: ProofState | undefined }) {
  if (proof?.phase === "absent")
    return (
      <p className="proof-head" role="alert">
        <Hex look="red" /> <Said>{`${proof.refusal.why} ${proof.refusal.fix}`}</Said>
      </p>
    );
  if (proof?.phase === "checked") return <CheckView check={proof.check} />;
  return (
    <p className="proof-head" role="status">
      <Hex look="flying" /> Checking every signature and the ledger path in this page
    </p>
  );
}

export function CheckView({ check }: { check: ProofCheck }) {
  if (!check.verified)
    return (
      <div role="alert">
        <p className="proof-head">
          <Hex look="red" />
          <span>
            <strong>Not verified:</strong> <span className="mono">{check.part}</span>
          </span>
        </p>
        <p className="proof-why">{check.why}</p>
        <p className="muted">Get the file again from its source. Trust nothing in it until it verifies.</p>
      </div>
    );
  return (
    <div role="status">
      <p className="proof-head">
        <Hex look="verified" />
        <strong>Verified</strong>
        <span className="muted">in this page, without the daemon</span>
      </p>
      <SignatureChip facts={check.facts} />
    </div>
  );
}

function SignatureChip({ facts }: { facts: ProofFacts }) {
  return (
    <dl className="chip">
      <div>
        <dt>operator</dt>
        <dd>
          <HashText label="Operator key" hash={facts.operator} />
        </dd>
      </div>
      <div>
        <dt>root</dt>
        <dd>
          <HashText label="Root key" hash={facts.root} />
        </dd>
      </div>
      <div className="chip-wide">
        <dt>hive</dt>
        <dd className="mono">{facts.hive}</dd>
      </div>
      <div className="chip-wide">
        <dt>ledger</dt>
        <dd className="mono">
          {countText(facts.index)} of {countText(facts.size)}, <time dateTime={facts.at}>{clockText(facts.at)}</time>
        </dd>
      </div>
      {facts.approval !== null && (
        <div className="chip-wide">
          <dt>approved</dt>
          <dd>
            {facts.approval.level === "explicit" ? "explicitly, by " : "by "}
            <HashText label="Approving key" hash={facts.approval.operator} />
          </dd>
        </div>
      )}
    </dl>
  );
}

function download(id: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes.slice()], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `proof-${id.slice(0, 8)}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
